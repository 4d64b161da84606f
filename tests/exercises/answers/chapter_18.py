"""Plausible answers to the exercises of chapter 18."""

from __future__ import annotations

import math

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary

TARGET = {"loss": math.log(2), "b2_1": -0.25, "a1_1": -1, "w1_21": -0.25}


def leak(dl_da, z, x):
    dl_dz = dl_da * np.where(z > 0, 1.0, 0.1)
    return dl_dz, dl_dz.T @ x, dl_dz.sum(axis=0)


def leak_maximum(g, z, x):
    g = g * np.maximum(z > 0, 0.1)
    return g, np.einsum("bi,bj->ij", g, x), np.ones(len(g)) @ g


def no_leak(g, z, x):
    g = g * (z > 0)
    return g, g.T @ x, g.sum(axis=0)


def leak_exchanged(g, z, x):
    g = g * np.where(z > 0, 0.1, 1.0)
    return g, g.T @ x, g.sum(axis=0)


def leak_mean(g, z, x):
    dz, dw, db = leak(g, z, x)
    return dz, dw / len(x), db / len(x)


def leak_in_columns(g, z, x):
    dz, dw, db = leak(g, z, x)
    return dz, dw.T, db


def leak_bias_of_each(g, z, x):
    dz, dw, _ = leak(g, z, x)
    return dz, dw, dz


def leak_in_place(g, z, x):
    g *= np.where(z > 0, 1.0, 0.1)
    return g, g.T @ x, g.sum(axis=0)


@kernel
def top(z, y, dl_dz):
    for b in range(z.shape[0]):
        largest = z[b, 0]
        for k in range(1, z.shape[1]):
            largest = ti.max(largest, z[b, k])
        total = 0.0
        for k in range(z.shape[1]):
            total += ti.exp(z[b, k] - largest)
        for k in range(z.shape[1]):
            dl_dz[b, k] = (ti.exp(z[b, k] - largest) / total - y[b, k]) / z.shape[0]


@kernel
def top_stored(z, y, g):
    for b in range(z.shape[0]):
        total = 0.0
        for k in range(z.shape[1]):
            g[b, k] = ti.exp(z[b, k])
            total += g[b, k]
        for k in range(z.shape[1]):
            g[b, k] = (g[b, k] / total - y[b, k]) / z.shape[0]


@kernel
def top_any_target(z, y, g):
    for b in range(z.shape[0]):
        largest, total, wanted = z[b, 0], 0.0, 0.0
        for k in range(z.shape[1]):
            largest = ti.max(largest, z[b, k])
        for k in range(z.shape[1]):
            total += ti.exp(z[b, k] - largest)
            wanted += y[b, k]
        for k in range(z.shape[1]):
            g[b, k] = (wanted * ti.exp(z[b, k] - largest) / total - y[b, k]) / z.shape[0]


@kernel
def top_each(z, y, g):
    for b, k in ti.ndrange(*g.shape):
        total = 0.0
        for m in range(z.shape[1]):
            total += ti.exp(z[b, m] - z[b, k])
        g[b, k] = (1.0 / total - y[b, k]) / g.shape[0]


@kernel
def top_no_mean(z, y, g):
    for b, k in ti.ndrange(*g.shape):
        total = 0.0
        for m in range(z.shape[1]):
            total += ti.exp(z[b, m] - z[b, k])
        g[b, k] = 1.0 / total - y[b, k]


@kernel
def top_negative(z, y, g):
    for b, k in ti.ndrange(*g.shape):
        total = 0.0
        for m in range(z.shape[1]):
            total += ti.exp(z[b, m] - z[b, k])
        g[b, k] = (y[b, k] - 1.0 / total) / g.shape[0]


@kernel
def top_over_batch(z, y, g):
    for b, k in ti.ndrange(*g.shape):
        total = 0.0
        for m in range(z.shape[0]):
            total += ti.exp(z[m, k] - z[b, k])
        g[b, k] = (1.0 / total - y[b, k]) / g.shape[0]


@kernel
def top_no_target(z, y, g):
    for b, k in ti.ndrange(*g.shape):
        total = 0.0
        for m in range(z.shape[1]):
            total += ti.exp(z[b, m] - z[b, k])
        g[b, k] = 1.0 / total / g.shape[0]


def five(x, y, w1, b1, w2, b2):
    z1 = w1 @ x + b1
    a1 = np.maximum(z1, 0)
    e = np.exp(w2 @ a1 + b2)
    d_z2 = e / e.sum() - y
    d_z1 = (w2.T @ d_z2) * (z1 > 0)
    return np.outer(d_z1, x), d_z1, np.outer(d_z2, a1), d_z2


def five_einsum(x, y, v, p, w, q):
    z = np.einsum("ij,j->i", v, x) + p
    s = np.exp(np.einsum("ki,i->k", w, z * (z > 0)) + q)
    g = s / np.sum(s) - y
    h = np.where(z > 0, np.einsum("k,ki->i", g, w), 0)
    return [np.einsum("i,j->ij", h, x), h, np.einsum("k,i->ki", g, z * (z > 0)), g]


def five_any_target(x, y, w1, b1, w2, b2):
    a1 = np.maximum(w1 @ x + b1, 0)
    e = np.exp(w2 @ a1 + b2)
    d_z2 = y.sum() * e / e.sum() - y
    d_z1 = (w2.T @ d_z2) * np.sign(a1)
    return np.outer(d_z1, x), d_z1, np.outer(d_z2, a1), d_z2


def five_no_relu(x, y, w1, b1, w2, b2):
    z1 = w1 @ x + b1
    d_w2, d_z2 = five(x, y, w1, b1, w2, b2)[2:]
    d_z1 = w2.T @ d_z2
    return np.outer(d_z1 + 0 * z1, x), d_z1, d_w2, d_z2


def five_transposed(*given):
    dw1, db1, dw2, db2 = five(*given)
    return dw1.T, db1, dw2.T, db2


def five_other_order(*given):
    dw1, db1, dw2, db2 = five(*given)
    return dw2, db2, dw1, db1


def five_pre_activation(x, y, w1, b1, w2, b2):
    dw1, db1, _, db2 = five(x, y, w1, b1, w2, b2)
    return dw1, db1, np.outer(db2, w1 @ x + b1), db2


def five_with_loss(*given):
    return 0.0, *five(*given)


RIGHT: Right = {
    "ex-two-layer-target": [
        ("as the solution", TARGET),
        ("a rounded logarithm", vary(TARGET, loss=0.693)),
        ("NumPy", {key: np.float64(value) for key, value in TARGET.items()}),
    ],
    "ex-two-layer-batch": [
        ("distributed", "dl_dz_nk = 1/N s_nk 1_m y_nm - 1/N y_nk"),
        ("softmax written out", "dl_dz_nk = 1/N (exp(z_nk)/(1_p exp(z_np)) 1_m y_nm - y_nk)"),
        ("a sum named", "w_n = 1_m y_nm\ndl_dz_nk = 1/N (w_n s_nk - y_nk)"),
    ],
    "ex-two-layer-leak": [
        ("where", leak),
        ("maximum", leak_maximum),
        ("a list", lambda *given: list(leak(*given))),
    ],
    "ex-two-layer-kernel": [("stable", top), ("any target", top_any_target), ("each by itself", top_each)],
    "ex-two-layer-decay": [
        ("exchanged", "dl_dw_pq = lambda w_pq + x_q dl_dz_p"),
        ("half of two", "dl_dw_pq = dl_dz_p x_q + 1/2 lambda 2 w_pq"),
    ],
    "ex-two-layer-zero": [("letter", "c"), ("in brackets", "(c)"), ("upper case", "C")],
    "ex-two-layer-all": [
        ("matrices", five),
        ("einsum", five_einsum),
        ("any target", five_any_target),
        ("a list", lambda *given: list(five(*given))),
    ],
}

WRONG: Wrong = {
    "ex-two-layer-target": [
        ("the text's target", vary(TARGET, b2_1=0.5, a1_1=2, w1_21=0.5), "factor"),
        ("sign of step 1", vary(TARGET, b2_1=0.25), "sign"),
        ("silent unit stopped too early", vary(TARGET, a1_1=0), "value"),
        ("weight transposed", vary(TARGET, w1_21=-0.125), "factor"),
        ("logarithm to base 2", vary(TARGET, loss=1), "value"),
        ("text", vary(TARGET, loss="log 2"), "kind"),
    ],
    "ex-two-layer-batch": [
        ("targets sum to one", "dl_dz_nk = 1/N (s_nk - y_nk)", "value"),
        ("no mean", "dl_dz_nk = s_nk 1_m y_nm - y_nk", "factor"),
        ("sum over samples", "dl_dz_nk = 1/N (s_nk 1_c y_ck - y_nk)", "value"),
    ],
    "ex-two-layer-leak": [
        ("ReLU", no_leak, "value"),
        ("slopes exchanged", leak_exchanged, "value"),
        ("means", leak_mean, "factor"),
        ("weights transposed", leak_in_columns, "transposed"),
        ("a bias for each sample", leak_bias_of_each, "sum"),
        ("spoils dl_da", leak_in_place, "in-place"),
        ("sign", lambda *given: tuple(-g for g in leak(*given)), "sign"),
        ("no bias", lambda *given: leak(*given)[:2], "kind"),
    ],
    "ex-two-layer-kernel": [
        ("sum for mean", top_no_mean, "factor"),
        ("sign", top_negative, "sign"),
        ("softmax over the batch", top_over_batch, "value"),
        ("no target", top_no_target, "value"),
        ("overflow", top_stored, "value"),
        ("no kernel", lambda z, y, g: None, "kind"),
        ("the name only", "top", "kind"),
    ],
    "ex-two-layer-decay": [
        ("the factor 2 kept", "dl_dw_pq = dl_dz_p x_q + 2 lambda w_pq", "value"),
        ("decay alone", "dl_dw_pq = lambda w_pq", "term"),
        ("no lambda", "dl_dw_pq = dl_dz_p x_q + w_pq", "value"),
    ],
    "ex-two-layer-zero": [
        ("all", "a", "value"),
        ("second layer", "b", "value"),
        ("none", "d", "value"),
        ("another letter", "e", "kind"),
        ("a number", 3, "kind"),
    ],
    "ex-two-layer-all": [
        ("ReLU forgotten", five_no_relu, "value"),
        ("transposed", five_transposed, "transposed"),
        ("other order", five_other_order, "shape"),
        ("pre-activation for activation", five_pre_activation, "value"),
        ("loss first", five_with_loss, "kind"),
        ("sign", lambda *given: tuple(-g for g in five(*given)), "sign"),
    ],
}
