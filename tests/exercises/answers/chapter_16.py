"""Plausible answers to the exercises of chapter 16."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary

COUNT = {"parameters": 2778, "saved": 12200, "forward": 2720, "backward": 3392}


def step(dl_dy, x, w, y):
    dl_da = dl_dy * y * (1 - y)
    return dl_da @ w.T, x.T @ dl_da, dl_da.sum(axis=0)


def step_einsum(g, x, w, y):
    g = g * (y - y**2)
    return np.einsum("nj,ij->ni", g, w), np.einsum("ni,nj->ij", x, g), np.ones(len(g)) @ g


def slopeless(g, x, w, y):
    return g @ w.T, x.T @ g, g.sum(axis=0)


def slope_twice(g, x, w, y):
    return step(g * y * (1 - y), x, w, y)


def sum_of_units(g, x, w, y):
    dx, dw, db = step(g, x, w, y)
    return dx, dw, db.sum()


def mean_of_samples(g, x, w, y):
    dx, dw, db = step(g, x, w, y)
    return dx, dw / len(x), db / len(x)


def one_bias_each(g, x, w, y):
    return *step(g, x, w, y)[:2], g * y * (1 - y)


def other_order(g, x, w, y):
    dx, dw, db = step(g, x, w, y)
    return dw, dx, db


def in_place(g, x, w, y):
    g *= y * (1 - y)
    return g @ w.T, x.T @ g, g.sum(axis=0)


@kernel
def down(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        total = 0.0
        for j in range(w.shape[1]):
            total += dl_dy[n, j] * (1.0 - y[n, j] ** 2) * w[i, j]
        dl_dx[n, i] = total


@kernel
def down_in_rows(g, y, w, dx):
    for n in range(dx.shape[0]):
        for i in range(dx.shape[1]):
            dx[n, i] = 0.0
        for j in range(w.shape[1]):
            slope = g[n, j] * (1.0 - y[n, j]) * (1.0 + y[n, j])
            for i in range(dx.shape[1]):
                dx[n, i] += slope * w[i, j]


@kernel
def down_from_top(a, b, c, d):
    for n, i in ti.ndrange(*d.shape):
        d[n, i] = 0.0
        for j in range(c.shape[1]):
            d[n, i] += c[i, j] * (a[n, j] - a[n, j] * b[n, j] * b[n, j])


@kernel
def down_slopeless(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        total = 0.0
        for j in range(w.shape[1]):
            total += dl_dy[n, j] * w[i, j]
        dl_dx[n, i] = total


@kernel
def down_adds_only(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        for j in range(w.shape[1]):
            dl_dx[n, i] += dl_dy[n, j] * (1.0 - y[n, j] ** 2) * w[i, j]


@kernel
def down_negative(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        total = 0.0
        for j in range(w.shape[1]):
            total += dl_dy[n, j] * (y[n, j] ** 2 - 1.0) * w[i, j]
        dl_dx[n, i] = total


@kernel
def down_first_unit(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        dl_dx[n, i] = dl_dy[n, 0] * (1.0 - y[n, 0] ** 2) * w[i, 0]


@kernel
def down_mean(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        total = 0.0
        for j in range(w.shape[1]):
            total += dl_dy[n, j] * (1.0 - y[n, j] ** 2) * w[i, j]
        dl_dx[n, i] = total / w.shape[1]


@kernel
def down_beside(dl_dy, y, w, dl_dx):
    for n, i in ti.ndrange(*dl_dx.shape):
        total = 0.0
        for j in range(w.shape[1] + 1):
            total += dl_dy[n, j] * (1.0 - y[n, j] ** 2) * w[i, j]
        dl_dx[n, i] = total


COLUMNS = "dl_dw_pq = dl_dz_pn a_qn\ndl_db_p = dl_dz_pn 1_n\ndl_da_pq = dl_dz_iq w_ip"

RIGHT: Right = {
    "ex-network-columns": [
        ("from the Jacobian", COLUMNS.replace("dl_dz_iq w_ip", "dl_dz_in w_ip delta_nq")),
        ("a name of one's own", "e_in = dl_dz_in\ndl_dw_ij = e_in a_jn\ndl_db_i = 1_n e_in\ndl_da_jn = w_ij e_in"),
    ],
    "ex-network-count": [
        ("as the solution", COUNT),
        ("floats", {key: float(value) for key, value in COUNT.items()}),
        ("NumPy", {key: np.int64(value) for key, value in COUNT.items()}),
    ],
    "ex-network-step": [("matrices", step), ("einsum", step_einsum), ("a list", lambda *given: list(step(*given)))],
    "ex-network-kernel": [("sum in a variable", down), ("row by row", down_in_rows), ("sum in place", down_from_top)],
    "ex-network-skip": [
        ("binomial", "dl_dx_pq = dl_dy_pq + dl_dy_pi w_qi (1 - tanh(a_pi)) (1 + tanh(a_pi))"),
        ("slope named", "s_ni = 1 - tanh(a_ni)^2\ndl_dx_pq = dl_dy_pq + dl_dy_pi s_pi w_qi"),
    ],
    "ex-network-softmax": [
        ("factored", "dl_dz_p = a_p (dl_da_p - a_j dl_da_j)"),
        ("from the Jacobian", "dl_dz_p = dl_da_j (a_j delta_jp - a_j a_p)"),
        ("probabilities sum to one", "dl_dz_p = a_p (dl_da_p 1_j a_j - dl_da_j a_j)"),
        ("a mean named", "m = dl_da_j a_j\ndl_dz_p = a_p (dl_da_p - m)"),
    ],
    "ex-network-tied": [
        ("from the Jacobian", "dl_dw_pq = dl_dy_ni (x_np w_iq + x_nj w_jq delta_ip)"),
        ("code named", "c_nk = x_nj w_jk\ndl_dw_pq = dl_dy_np c_nq + x_np dl_dy_ni w_iq"),
    ],
}

WRONG: Wrong = {
    "ex-network-columns": [
        ("one sample", COLUMNS.replace("dl_db_p = dl_dz_pn 1_n", "dl_db_p = dl_dz_p0"), "sum"),
        ("bias keeps the samples", COLUMNS.replace("dl_db_p = dl_dz_pn 1_n", "dl_db_pn = dl_dz_pn"), "sum"),
        ("no transpose", COLUMNS.replace("w_ip", "w_pi"), "transposed"),
        ("mean", COLUMNS.replace("dl_dz_pn 1_n", "1/N dl_dz_pn 1_n"), "factor"),
    ],
    "ex-network-count": [
        ("no biases", vary(COUNT, parameters=2720), "value"),
        ("one sample", vary(COUNT, saved=122), "factor"),
        ("outputs only", vary(COUNT, saved=5800), "value"),
        ("with the gradient of the data", vary(COUNT, backward=5440), "value"),
        ("as forwards", vary(COUNT, backward=2720), "value"),
        ("text", vary(COUNT, forward="2720"), "kind"),
    ],
    "ex-network-step": [
        ("slope left out", slopeless, "value"),
        ("slope twice", slope_twice, "value"),
        ("bias summed over all", sum_of_units, "shape"),
        ("means", mean_of_samples, "factor"),
        ("one bias a sample", one_bias_each, "sum"),
        ("other order", other_order, "shape"),
        ("spoils dl_dy", in_place, "in-place"),
        ("no bias", lambda *given: step(*given)[:2], "kind"),
        ("sign", lambda *given: tuple(-g for g in step(*given)), "sign"),
    ],
    "ex-network-kernel": [
        ("slope left out", down_slopeless, "value"),
        ("adds to what is there", down_adds_only, "value"),
        ("sign", down_negative, "sign"),
        ("first unit", down_first_unit, "sum"),
        ("mean", down_mean, "factor"),
        ("beside the array", down_beside, "raises"),
        ("no kernel", lambda g, y, w, dx: None, "kind"),
    ],
    "ex-network-skip": [
        ("no bypass", "dl_dx_pq = dl_dy_pi (1 - tanh(a_pi)^2) w_qi", "term"),
        ("weights not transposed", "dl_dx_pq = dl_dy_pq + dl_dy_pi (1 - tanh(a_pi)^2) w_iq", "value"),
        ("no slope", "dl_dx_pq = dl_dy_pq + dl_dy_pi w_qi", "value"),
        ("slope on the bypass", "dl_dx_pq = dl_dy_pq (1 - tanh(a_pq)^2) + dl_dy_pi w_qi", "value"),
    ],
    "ex-network-softmax": [
        ("diagonal", "dl_dz_p = dl_da_p a_p (1 - a_p)", "value"),
        ("no second term", "dl_dz_p = dl_da_p a_p", "term"),
        ("the sum without weights", "dl_dz_p = dl_da_p a_p - 1_j dl_da_j a_p", "value"),
    ],
    "ex-network-tied": [
        ("encoder alone", "dl_dw_pq = x_np dl_dy_ni w_iq", "term"),
        ("one use twice", "dl_dw_pq = 2 x_np dl_dy_ni w_iq", "value"),
        ("exchanged", "dl_dw_pq = x_ni dl_dy_np w_iq - dl_dy_ni x_np w_iq", "term"),
    ],
}
