"""Plausible answers to the exercises of chapter 05."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel

from . import Right, Wrong, vary


@kernel
def two_passes(x, v):
    for h in range(x.shape[1]):
        m_h = 0.0
        for b in range(x.shape[0]):
            m_h += x[b, h] / x.shape[0]
        v_h = 0.0
        for b in range(x.shape[0]):
            v_h += (x[b, h] - m_h) * (x[b, h] - m_h) / x.shape[0]
        v[h] = v_h


@kernel
def all_pairs(x, v):
    """Half the mean squared difference of two samples."""
    for h in range(x.shape[1]):
        v_h = 0.0
        for b in range(x.shape[0]):
            for c in range(x.shape[0]):
                v_h += (x[b, h] - x[c, h]) * (x[b, h] - x[c, h])
        v[h] = v_h / (2 * x.shape[0] * x.shape[0])


@kernel
def over_features(x, v):
    for h in range(x.shape[1]):
        m_h = 0.0
        for k in range(x.shape[1]):
            m_h += x[0, k] / x.shape[1]
        v_h = 0.0
        for k in range(x.shape[1]):
            v_h += (x[0, k] - m_h) * (x[0, k] - m_h) / x.shape[1]
        v[h] = v_h


@kernel
def not_divided(x, v):
    for h in range(x.shape[1]):
        m_h = 0.0
        for b in range(x.shape[0]):
            m_h += x[b, h] / x.shape[0]
        v_h = 0.0
        for b in range(x.shape[0]):
            v_h += (x[b, h] - m_h) * (x[b, h] - m_h)
        v[h] = v_h


@kernel
def mean_of_squares(x, v):
    for h in range(x.shape[1]):
        v_h = 0.0
        for b in range(x.shape[0]):
            v_h += x[b, h] * x[b, h] / x.shape[0]
        v[h] = v_h


@kernel
def first_feature(x, v):
    m_h = 0.0
    for b in range(x.shape[0]):
        m_h += x[b, 0] / x.shape[0]
    v[0] = m_h


COST = {"first": 2**29, "second": 2**28, "third": 2**19, "ratio": 2**10}
BACK = {"first": "Y = A^T B^T", "second": "s = z^T A x", "third": "t = B^T A^T 𝟏"}
BATCH = {
    "mean": "m_h = 1/B 1_b x_bh",
    "variance": "v_h = 1/B 1_b (x_bh - 1_b m_h)^2",
    "kernel": two_passes,
}

RIGHT: Right = {
    "ex-matrices-into": [
        ("deltas kept", "y_ij = a_ki x_kj\ns = a_ij x_ij\nz_ij = a_ik c_k delta_kj"),
        ("the trace as a sum over k", "y_ij = x_kj a_ki\ns = delta_ik a_ij x_kj\nz_ij = c_j a_ij"),
    ],
    "ex-matrices-back": [
        ("walks from the left", BACK),
        ("as one transpose", vary(BACK, first="Y = (B A)^T")),
        ("walked from the other end", vary(BACK, second="s = x^T A^T z", third="t = (A B)^T 𝟏")),
        ("transposed vector of columns", vary(BACK, second="s = z · (A x)")),
        ("right sides only", {name: line.partition("= ")[2] for name, line in BACK.items()}),
    ],
    "ex-matrices-cost": [
        ("powers", COST),
        ("floats", {key: float(value) for key, value in COST.items()}),
        ("NumPy", {key: np.int64(value) for key, value in COST.items()}),
    ],
    "ex-matrices-walk": [("letter", "d"), ("in brackets", "(d)"), ("capital", "D")],
    "ex-matrices-distances": [
        ("powers", "d_ij = 1_jk x_ik^2 - 2 x_ik z_jk + 1_ik z_jk^2"),
        ("with names", "u_i = x_ik x_ik\nv_j = z_jk z_jk\nd_ij = u_i 1_j + 1_i v_j - 2 x_ik z_jk"),
        ("terms reordered", "d_ij = 1_i z_jk z_jk - 2 z_jk x_ik + 1_j x_ik x_ik"),
    ],
    "ex-matrices-centring": [
        (
            "bracket first",
            "y_bh = x_bh - 1/H x_bm 1_m 1_h - 1/H (x_bk - 1/H x_bm 1_m 1_k) 1_k 1_h\ny_bh = x_bh - 1/H x_bm 1_m 1_h",
        ),
        ("with a name", "m_b = 1/H 1_k x_bk\ny_bh = x_bh - 1_h m_b"),
    ],
    "ex-matrices-batch": [
        ("mean in each step", BATCH),
        ("all pairs", vary(BATCH, kernel=all_pairs)),
        ("mean of squares less squared mean", vary(BATCH, variance="v_h = 1/B 1_b x_bh^2 - m_h^2")),
    ],
}

WRONG: Wrong = {
    "ex-matrices-into": [
        ("not transposed", "y_ij = a_ik x_kj\ns = a_ij x_ij\nz_ij = a_ij c_j", "transposed"),
        ("rows scaled", "y_ij = a_ki x_kj\ns = a_ij x_ij\nz_ij = c_i a_ij", "shape"),
        ("sum of the product", "y_ij = a_ki x_kj\ns = a_ij x_kj\nz_ij = a_ij c_j", "parse"),
    ],
    "ex-matrices-back": [
        ("order kept", vary(BACK, first="Y = A B"), "shape"),
        ("one transpose", vary(BACK, first="Y = A^T B"), "transposed"),
        ("other order", vary(BACK, first="Y = B^T A^T"), "shape"),
        ("not transposed", vary(BACK, second="s = x^T A z"), "transposed"),
        ("rows summed", vary(BACK, third="t = A B 𝟏"), "shape"),
        ("a row", vary(BACK, third="t = 𝟏^T A B"), "parse"),
        ("code", vary(BACK, first="Y = A.T @ B.T"), "parse"),
        ("index notation", vary(BACK, first="y_ij = a_ki b_jk"), "parse"),
        ("twice", vary(BACK, second="s = 2 z^T A x"), "factor"),
        ("sign", vary(BACK, first="Y = -A^T B^T"), "sign"),
    ],
    "ex-matrices-cost": [
        ("diagonal only", vary(COST, first=2**19), "value"),
        ("ratio of the others", vary(COST, ratio=2**9), "factor"),
        ("turned round", vary(COST, first=2**28), "factor"),
        ("entries of the product", vary(COST, second=2**18), "value"),
        ("text", vary(COST, ratio="1024"), "kind"),
        ("off by one", vary(COST, third=2**19 - 1), "value"),
    ],
    "ex-matrices-walk": [(letter, letter, "value") for letter in "abce"]
    + [("a number", 4, "kind"), ("f", "f", "kind")],
    "ex-matrices-distances": [
        ("not broadcast", "d_ij = x_ik x_ik + z_jk z_jk - 2 x_ik z_jk", "parse"),
        ("mixed term once", "d_ij = x_ik x_ik 1_j + 1_i z_jk z_jk - x_ik z_jk", "value"),
        ("sum of squares", "d_ij = x_ik x_ik 1_j + 1_i z_jk z_jk", "value"),
        ("the definition", "d_ij = 1_k (x_ik 1_j - 1_i z_jk)^2", "term"),
        ("half of it multiplied out", "d_ij = x_ik (x_ik 1_j - z_jk) - z_jk (x_ik - 1_i z_jk)", "term"),
    ],
    "ex-matrices-centring": [
        ("only put in", "y_bh = x_bh - 1/H x_bm 1_m 1_h - 1/H (x_bk - 1/H x_bm 1_m 1_k) 1_k 1_h", "term"),
        ("the question", "u_bh = x_bh - 1/H x_bk 1_k 1_h\ny_bh = u_bh - 1/H u_bk 1_k 1_h", "term"),
        (
            "not simplified",
            "y_bh = x_bh - 1/H x_bm 1_m 1_h - 1/H x_bk 1_k 1_h + 1/H^2 x_bm 1_m 1_k 1_k 1_h",
            "term",
        ),
        ("two terms left", "y_bh = x_bh - 2/H x_bm 1_m 1_h", "value"),
        ("nothing left", "y_bh = x_bh - 1/H x_bm 1_m 1_h - 1/H x_bm 1_m 1_h", "value"),
        ("captured dummy", "y_bh = x_bh - 1/H x_bk 1_k 1_h - 1/H (x_bk - 1/H x_bk 1_k) 1_k 1_h", "parse"),
        (
            "step loses a term",
            "y_bh = x_bh - 1/H x_bm 1_m 1_h - 1/H x_bk 1_k 1_h\ny_bh = x_bh - 1/H x_bm 1_m 1_h",
            "step",
        ),
        ("means over the batch", "y_bh = x_bh - 1/B x_ch 1_c 1_b", "value"),
    ],
    "ex-matrices-batch": [
        ("mean over features", vary(BATCH, mean="m_h = 1/B 1_b x_hb"), "transposed"),
        ("sum", vary(BATCH, mean="m_h = 1_b x_bh"), "factor"),
        ("other divisor", vary(BATCH, mean="m_h = 1/H 1_b x_bh"), "value"),
        ("not broadcast", vary(BATCH, variance="v_h = 1/B 1_b (x_bh - m_h)^2"), "parse"),
        ("not centred", vary(BATCH, variance="v_h = 1/B 1_b x_bh^2"), "value"),
        ("over features", vary(BATCH, kernel=over_features), "value"),
        ("not divided", vary(BATCH, kernel=not_divided), "factor"),
        ("not centred loops", vary(BATCH, kernel=mean_of_squares), "value"),
        ("first feature only", vary(BATCH, kernel=first_feature), "value"),
        ("no kernel", vary(BATCH, kernel=lambda x, v: None), "kind"),
    ],
}
