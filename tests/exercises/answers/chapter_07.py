"""Plausible answers to the exercises of chapter 07."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary


@kernel
def sum_over_samples(dl_dy, dl_dt):
    for i in range(dl_dt.shape[0]):
        for j in range(dl_dt.shape[1]):
            total = 0.0
            for b in range(dl_dy.shape[0]):
                total += dl_dy[b, i, j]
            dl_dt[i, j] = total


@kernel
def one_loop_over_pairs(g, dt):
    for i, j in ti.ndrange(*dt.shape):
        dt[i, j] = 0.0
        for b in range(g.shape[0]):
            dt[i, j] += g[b, i, j]


@kernel
def last_sample_first(g, dt):
    for i, j in ti.ndrange(*dt.shape):
        total = 0.0
        for b in range(g.shape[0]):
            total += g[g.shape[0] - 1 - b, i, j]
        dt[i, j] = total


@kernel
def overwrites(dl_dy, dl_dt):
    for i, j in ti.ndrange(*dl_dt.shape):
        for b in range(dl_dy.shape[0]):
            dl_dt[i, j] = dl_dy[b, i, j]


@kernel
def first_sample(dl_dy, dl_dt):
    for i, j in ti.ndrange(*dl_dt.shape):
        dl_dt[i, j] = dl_dy[0, i, j]


@kernel
def mean_over_samples(dl_dy, dl_dt):
    for i, j in ti.ndrange(*dl_dt.shape):
        total = 0.0
        for b in range(dl_dy.shape[0]):
            total += dl_dy[b, i, j]
        dl_dt[i, j] = total / dl_dy.shape[0]


@kernel
def adds_only(dl_dy, dl_dt):
    for i, j in ti.ndrange(*dl_dt.shape):
        for b in range(dl_dy.shape[0]):
            dl_dt[i, j] += dl_dy[b, i, j]


@kernel
def minus(dl_dy, dl_dt):
    for i, j in ti.ndrange(*dl_dt.shape):
        total = 0.0
        for b in range(dl_dy.shape[0]):
            total -= dl_dy[b, i, j]
        dl_dt[i, j] = total


TOTAL = {"partial": 9, "total": 27}
ORDER = {"from the left": 700_000, "from the right": 100_100_000}
GRAPH = {
    "a": "dl_dr = dl_dy/s + 2 dl_dz r\ndl_ds = -dl_dy r/s^2\ndl_da_p = dl_dr b_p + 2 dl_ds a_p",
    "b": "dl_dr = dl_dy/s + 2 dl_dz r\ndl_db_p = dl_dr a_p",
}

RIGHT: Right = {
    "ex-chain-total": [
        ("whole", TOTAL),
        ("floats", {"partial": 9.0, "total": 27.0}),
        ("NumPy", {"partial": np.int64(9), "total": np.float64(27)}),
    ],
    "ex-chain-condition": [("letter", "c"), ("in brackets", "(c)"), ("capital", "C")],
    "ex-chain-residual": [
        ("other order", "dl_dx_p = dl_dy_i (1 - h_i^2) w_ip + dl_dy_p"),
        ("delta kept", "dl_dx_p = dl_dy_i delta_ip + dl_dy_i (1 - h_i^2) w_ip"),
        ("multiplied out", "dl_dx_p = dl_dy_p + dl_dy_i w_ip - dl_dy_i h_i^2 w_ip"),
    ],
    "ex-chain-centre": [
        ("mean named", "m = 1/I 1_i dl_dy_i\ndl_dx_p = dl_dy_p - 1_p m"),
        ("a scalar is broadcast by itself", "dl_dx_p = dl_dy_p - 1/I 1_i dl_dy_i"),
        ("from the Jacobian", "dl_dx_p = dl_dy_i (delta_ip - 1/I 1_i 1_p)"),
    ],
    "ex-chain-graph": [
        ("through r and s", GRAPH),
        (
            "closed",
            {
                "a": "dl_da_p = dl_dy b_p/s + 2 dl_dz r b_p - 2 dl_dy r/s^2 a_p",
                "b": "dl_db_p = (dl_dy/s + 2 dl_dz r) a_p",
            },
        ),
        ("other letters", vary(GRAPH, b="dl_db_k = dl_dy a_k/s + 2 dl_dz r a_k")),
    ],
    "ex-chain-order": [
        ("whole", ORDER),
        ("floats", {key: float(value) for key, value in ORDER.items()}),
        ("NumPy", {key: np.int64(value) for key, value in ORDER.items()}),
    ],
    "ex-chain-copy": [
        ("three loops", sum_over_samples),
        ("pairs in parallel", one_loop_over_pairs),
        ("from the last sample on", last_sample_first),
    ],
}

WRONG: Wrong = {
    "ex-chain-total": [
        ("exchanged", {"partial": 27, "total": 9}, "factor"),
        ("through u only", vary(TOTAL, total=18), "factor"),
        ("rate of u", vary(TOTAL, partial=6), "factor"),
        ("added twice", vary(TOTAL, total=36), "factor"),
        ("value of y", vary(TOTAL, partial=3), "factor"),
        ("text", vary(TOTAL, total="27"), "kind"),
    ],
    "ex-chain-condition": [(letter, letter, "value") for letter in "abde"] + [("f", "f", "kind")],
    "ex-chain-residual": [
        ("shortcut only", "dl_dx_p = dl_dy_p", "term"),
        ("product of the paths", "dl_dx_p = dl_dy_p dl_dy_i (1 - h_i^2) w_ip", "value"),
        ("activation forgotten", "dl_dx_p = dl_dy_p + dl_dy_i w_ip", "value"),
        ("derivative at the wrong place", "dl_dx_p = dl_dy_p + dl_dy_i (1 - x_i^2) w_ip", "value"),
        ("weights transposed", "dl_dx_p = dl_dy_p + dl_dy_i (1 - h_i^2) w_pi", "value"),
    ],
    "ex-chain-centre": [
        ("nothing comes back through the mean", "dl_dx_p = dl_dy_p", "value"),
        ("not divided", "dl_dx_p = dl_dy_p - 1_p 1_i dl_dy_i", "value"),
        ("mean over the wrong letter", "dl_dx_p = dl_dy_p - 1/I 1_i dl_dy_p", "parse"),
        ("mean of x", "dl_dx_p = dl_dy_p - 1/I 1_p 1_i x_i", "value"),
    ],
    "ex-chain-graph": [
        ("y forgotten in r", vary(GRAPH, b="dl_db_p = 2 dl_dz r a_p"), "term"),
        ("z forgotten in r", vary(GRAPH, b="dl_db_p = dl_dy a_p/s"), "term"),
        ("path through s forgotten", vary(GRAPH, a="dl_da_p = dl_dy b_p/s + 2 dl_dz r b_p"), "term"),
        ("s once", vary(GRAPH, a="dl_da_p = dl_dy b_p/s + 2 dl_dz r b_p - dl_dy r/s^2 a_p"), "term"),
        ("sign of s", vary(GRAPH, a="dl_da_p = dl_dy b_p/s + 2 dl_dz r b_p + 2 dl_dy r/s^2 a_p"), "term"),
        ("a for b", vary(GRAPH, b="dl_db_p = dl_dy b_p/s + 2 dl_dz r b_p"), "value"),
        ("summed", vary(GRAPH, b="dl_db = (dl_dy/s + 2 dl_dz r) a_p 1_p"), "free"),
        ("negative", vary(GRAPH, b="dl_db_p = -(dl_dy/s + 2 dl_dz r) a_p"), "sign"),
    ],
    "ex-chain-order": [
        ("exchanged", {"from the left": 100_100_000, "from the right": 700_000}, "factor"),
        ("first product only", vary(ORDER, from_the_left=500_000), "factor"),
        ("sizes of the matrices", vary(ORDER, from_the_right=700_500), "value"),
        ("second product forgotten", vary(ORDER, from_the_right=100_000_000), "value"),
        ("negative", vary(ORDER, from_the_left=-700_000), "sign"),
        ("text", vary(ORDER, from_the_left="700,000"), "kind"),
    ],
    "ex-chain-copy": [
        ("the last sample wins", overwrites, "value"),
        ("first sample", first_sample, "sum"),
        ("mean", mean_over_samples, "factor"),
        ("adds to what is there", adds_only, "value"),
        ("sign", minus, "sign"),
        ("no kernel", lambda dl_dy, dl_dt: None, "kind"),
    ],
}
