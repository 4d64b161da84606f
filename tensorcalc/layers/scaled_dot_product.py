"""Scaled dot-product attention, with the scores by name; the kernel never stores them."""

from ..execution.functions import function

attention = function(
    """
    s_bnm = scale q_bnd k_bmd
    e_bnm = exp(s_bnm)
    z_bn  = 1_m e_bnm
    p_bnm = e_bnm/z_bn
    y_bne = p_bnm v_bme
    """,
    constants=("scale",),
    name="attention",
)
