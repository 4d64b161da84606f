"""Normalisations, and dropout with its mask handed in.

Batch norm of images has positions p beside the samples n; group norm has an axis g of groups before the channels c of
each, so an array (N, C, H, W) is handed in as (N, G, C/G, HW).
"""

from ..execution.functions import function

layer_norm = function(
    """
    m_b     = 1/H 1_h x_bh
    mu_bh   = x_bh - 1_h m_b
    v_b     = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh    = mu_bh/sigma_b gamma_h + 1_b beta_h
    """,
    name="layer_norm",
)

rms_norm = function(
    """
    v_b  = 1/H 1_h x_bh^2
    r_b  = sqrt(v_b + eps)
    y_bh = x_bh/r_b gamma_h
    """,
    name="rms_norm",
)

batch_norm = function(
    """
    m_c     = 1/N 1_n x_nc
    mu_nc   = x_nc - 1_n m_c
    v_c     = 1/N 1_n mu_nc^2
    sigma_c = sqrt(v_c + eps)
    y_nc    = mu_nc/sigma_c gamma_c + 1_n beta_c
    """,
    name="batch_norm",
)

batch_norm_images = function(
    """
    m_c     = 1/(N P) 1_np x_ncp
    mu_ncp  = x_ncp - 1_np m_c
    v_c     = 1/(N P) 1_np mu_ncp^2
    sigma_c = sqrt(v_c + eps)
    y_ncp   = mu_ncp/sigma_c gamma_c + 1_np beta_c
    """,
    name="batch_norm_images",
)

batch_norm_inference = function(
    """
    sigma_c = sqrt(v_c + eps)
    y_nc    = (x_nc - 1_n m_c)/sigma_c gamma_c + 1_n beta_c
    """,
    constants=("m", "v", "eps"),
    name="batch_norm_inference",
)

group_norm = function(
    """
    m_ng     = 1/(C P) 1_cp x_ngcp
    mu_ngcp  = x_ngcp - 1_cp m_ng
    v_ng     = 1/(C P) 1_cp mu_ngcp^2
    sigma_ng = sqrt(v_ng + eps)
    y_ngcp   = mu_ngcp/sigma_ng gamma_gc + 1_np beta_gc
    """,
    name="group_norm",
)

# keep is the mask of zeros and ones, q the probability of a one.
dropout = function("y_i = keep_i x_i/q", constants=("keep", "q"), name="dropout")
