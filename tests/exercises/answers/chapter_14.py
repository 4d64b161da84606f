"""Plausible answers to the exercises of chapter 14."""

from __future__ import annotations

import numpy as np

from . import Right, Wrong, vary


def many(dl_dx, a, x):
    g = np.linalg.solve(a.T, dl_dx)
    return -g @ x.T, g


def many_by_inverse(dl_dx, a, x):
    c = np.linalg.inv(a)
    return -np.einsum("kp,kj,qj->pq", c, dl_dx, x), np.einsum("kp,kq->pq", c, dl_dx)


def many_by_columns(dl_dx, a, x):
    columns = [np.linalg.solve(a.T, column) for column in dl_dx.T]
    return -sum(np.outer(g, one) for g, one in zip(columns, x.T, strict=True)), np.stack(columns, axis=1)


COST = {"entries": 100**4, "naive": 100**4, "products": 2 * 100**3}

RIGHT: Right = {
    "ex-inverse-solve": [
        ("a name of one's own", "g_p = c_jp dl_dx_j\ndl_db_p = g_p\ndl_da_pq = -g_p x_q"),
        ("Jacobians first", "dl_db_p = dl_dx_j (c_ji delta_ip)\ndl_da_pq = -dl_dx_j (c_ji delta_ip x_q)"),
    ],
    "ex-inverse-trace": [("upstream first", "dl_da_pq = -b_ip delta_ij b_qj\ndl_da_pq = -b_ip b_qi")],
    "ex-inverse-gauss": [("outer product", "g_p = z_i b_ip\nh_q = b_qj z_j\ndl_da_pq = -g_p h_q")],
    "ex-inverse-root": [
        ("right side only", "dl_dy_p / (1 + 3 y_p y_p)"),
        ("a power", "dl_dx_p = dl_dy_p (3 y_p^2 + 1)^-1"),
    ],
    "ex-inverse-many": [("solve", many), ("inverse", many_by_inverse), ("columns", many_by_columns)],
    "ex-inverse-covariance": [
        ("two solves", "g_np = z_ni b_ip\nh_nq = b_qj z_nj\ndl_da_pq = b_qp - 1/N g_np h_nq"),
        ("covariance first", "s_ij = 1/N z_ni z_nj\ndl_da_pq = b_qp - b_ip s_ij b_qj"),
        ("one fraction", "dl_da_pq = (N b_qp - z_ni b_ip b_qj z_nj)/N"),
    ],
    "ex-inverse-cost": [
        ("powers", COST),
        ("floats", {key: float(value) for key, value in COST.items()}),
        ("NumPy", {key: np.int64(value) for key, value in COST.items()}),
    ],
}

WRONG: Wrong = {
    "ex-inverse-solve": [("no text", 3, "kind")],
    "ex-inverse-trace": [
        ("order of letters", "dl_da_pq = -b_pi b_iq", "transposed"),
        ("square by entry", "dl_da_pq = -b_pq b_pq", "value"),
    ],
    "ex-inverse-gauss": [("one solve", "dl_da_pq = -z_i b_ip z_q", "value"), ("no text", 3, "kind")],
    "ex-inverse-root": [
        ("not divided", "dl_dx_p = dl_dy_p (3 y_p^2 + 1)", "value"),
        ("term forgotten", "dl_dx_p = dl_dy_p / (3 y_p^2)", "value"),
        ("power", "dl_dx_p = dl_dy_p / (y_p^2 + 1)", "value"),
        ("no upstream", "dl_dx_p = 1 / (3 y_p^2 + 1)", "value"),
    ],
    "ex-inverse-many": [
        ("matrix not transposed", lambda g, a, x: many(g, a.T, x), "transposed"),
        ("sign", lambda g, a, x: (-many(g, a, x)[0], many(g, a, x)[1]), "sign"),
        ("outer product turned", lambda g, a, x: (many(g, a, x)[0].T, many(g, a, x)[1]), "transposed"),
        ("one gradient", lambda g, a, x: many(g, a, x)[0], "kind"),
        ("multiplied", lambda g, a, x: (many(g, a, x)[0], a.T @ g), "value"),
        ("mean over the columns", lambda g, a, x: (many(g, a, x)[0] / g.shape[1], many(g, a, x)[1]), "factor"),
        ("the name only", "f", "kind"),
    ],
    "ex-inverse-covariance": [
        ("determinant not transposed", "dl_da_pq = b_pq - 1/N z_ni b_ip b_qj z_nj", "value"),
        ("no mean", "dl_da_pq = b_qp - z_ni b_ip b_qj z_nj", "value"),
        ("exponent alone", "dl_da_pq = -1/N z_ni b_ip b_qj z_nj", "value"),
        ("both added", "dl_da_pq = b_qp + 1/N z_ni b_ip b_qj z_nj", "value"),
        ("no text", 3, "kind"),
    ],
    "ex-inverse-cost": [
        ("one product", vary(COST, products=100**3), "factor"),
        ("negative", vary(COST, entries=-(100**4)), "sign"),
        ("a matrix", vary(COST, entries=100**2), "value"),
        ("three loops", vary(COST, naive=100**3), "factor"),
        ("text", vary(COST, naive="100**4"), "kind"),
        ("twice", vary(COST, naive=2 * 100**4), "factor"),
    ],
}
