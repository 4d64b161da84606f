"""Plausible answers to the exercises of chapter 06."""

from __future__ import annotations

import math

import numpy as np

from tensorcalc import kernel

from . import Right, Wrong, vary


@kernel
def both_orders(a, v, w):
    for p in range(w.shape[0]):
        total = 0.0
        for q in range(v.shape[0]):
            total += (a[p, q] + a[q, p]) * v[q]
        w[p] = total


@kernel
def two_sums(a, v, w):
    for p in range(w.shape[0]):
        rows = 0.0
        for q in range(v.shape[0]):
            rows += a[p, q] * v[q]
        columns = 0.0
        for q in range(v.shape[0]):
            columns += a[q, p] * v[q]
        w[p] = rows + columns


@kernel
def other_letters(a, x, g):
    for i in range(g.shape[0]):
        g[i] = 0.0
        for j in range(x.shape[0]):
            g[i] += a[i, j] * x[j] + a[j, i] * x[j]


@kernel
def rows_only(a, v, w):
    for p in range(w.shape[0]):
        total = 0.0
        for q in range(v.shape[0]):
            total += a[p, q] * v[q]
        w[p] = total


@kernel
def symmetric_taken_for_granted(a, v, w):
    for p in range(w.shape[0]):
        total = 0.0
        for q in range(v.shape[0]):
            total += 2 * a[p, q] * v[q]
        w[p] = total


@kernel
def adds_only(a, v, w):
    for p in range(w.shape[0]):
        for q in range(v.shape[0]):
            w[p] += (a[p, q] + a[q, p]) * v[q]


@kernel
def halved(a, v, w):
    for p in range(w.shape[0]):
        total = 0.0
        for q in range(v.shape[0]):
            total += (a[p, q] + a[q, p]) * v[q] / 2
        w[p] = total


@kernel
def diagonal_only(a, v, w):
    for p in range(w.shape[0]):
        w[p] = 2 * a[p, p] * v[p]


def translate(d_u, d_y, g):
    return (d_u @ d_y).T, d_u @ d_y @ g


SHAPES = {"gradient": (4, 5), "jacobian": (6, 3), "denominator": (3, 6), "of a matrix": (4, 5, 3)}
SHAPES["hessian"] = (4, 5, 4, 5)
UPHILL = {"along (3, 4)": 3.2, "along (1, -4)": 0, "largest": math.sqrt(17)}
QUARTIC = {"gradient": "g_p = x_i x_i x_p", "Hessian": "h_pq = x_i x_i delta_pq + 2 x_p x_q"}


def _uphill(first: float = 3.2, second: float = 0.0, largest: float = math.sqrt(17)) -> dict:
    return dict(zip(UPHILL, (first, second, largest), strict=True))


RIGHT: Right = {
    "ex-derivatives-small": [("letter", "b"), ("in brackets", "(b)"), ("capital", "B")],
    "ex-derivatives-shapes": [
        ("tuples", SHAPES),
        ("lists", {key: list(value) for key, value in SHAPES.items()}),
        ("NumPy", {key: np.zeros(value).shape for key, value in SHAPES.items()}),
    ],
    "ex-derivatives-uphill": [
        ("root", UPHILL),
        ("rounded", _uphill(largest=4.123)),
        ("NumPy", _uphill(np.float64(3.2), np.float64(0), np.linalg.norm([4.0, 1.0]))),
    ],
    "ex-derivatives-gate": [
        ("product rule", "t_ip = delta_ip a_ij x_j + x_i a_ij delta_jp"),
        ("factored", "t_ip = delta_ip a_pj x_j + a_ip x_i"),
    ],
    "ex-derivatives-quartic": [
        ("sum over i", QUARTIC),
        ("sum over k", vary(QUARTIC, Hessian="h_pq = 2 x_q x_p + x_k x_k delta_qp")),
        ("named", vary(QUARTIC, Hessian="u = x_i x_i\nh_pq = u delta_pq + 2 x_p x_q")),
        ("a sum of squares", vary(QUARTIC, gradient="g_p = 1_i x_i^2 x_p")),
    ],
    "ex-derivatives-layout": [
        ("product first", translate),
        ("transposes", lambda d_u, d_y, g: (d_y.T @ d_u.T, d_u @ (d_y @ g))),
        ("einsum", lambda a, b, g: (np.einsum("mk,kn->nm", a, b), np.einsum("mk,kn,n->m", a, b, g))),
    ],
    "ex-derivatives-order": [("letter", "d"), ("in brackets", "(d)"), ("capital", "D")],
    "ex-derivatives-product": [("one sum", both_orders), ("two sums", two_sums), ("other letters", other_letters)],
}

WRONG: Wrong = {
    "ex-derivatives-small": [(letter, letter, "value") for letter in "acde"] + [("f", "f", "kind")],
    "ex-derivatives-shapes": [
        ("flat", vary(SHAPES, gradient=(20,)), "shape"),
        ("denominator layout", vary(SHAPES, jacobian=(3, 6)), "transposed"),
        ("numerator layout", vary(SHAPES, denominator=(6, 3)), "transposed"),
        ("input first", vary(SHAPES, of_a_matrix=(3, 4, 5)), "transposed"),
        ("as the gradient", vary(SHAPES, hessian=(4, 5)), "shape"),
        ("flat Hessian", vary(SHAPES, hessian=(20, 20)), "shape"),
        ("text", vary(SHAPES, gradient="(4, 5)"), "kind"),
    ],
    "ex-derivatives-uphill": [
        ("not divided", _uphill(first=16), "factor"),
        ("quotient by the sum", _uphill(first=16 / 7), "factor"),
        ("sign of the direction", _uphill(first=-3.2), "sign"),
        ("not orthogonal", _uphill(second=8), "value"),
        ("squared length", _uphill(largest=17), "value"),
        ("sum of components", _uphill(largest=5), "value"),
    ],
    "ex-derivatives-gate": [
        ("delta forgotten", "t_ip = a_ij x_j + x_i a_ip", "parse"),
        ("x taken as summed", "t_p = a_pj x_j + x_i a_ip", "free"),
    ],
    "ex-derivatives-quartic": [
        ("square not differentiated", vary(QUARTIC, gradient="g_p = 1/4 x_i x_i x_p"), "factor"),
        ("factor two", vary(QUARTIC, gradient="g_p = 2 x_i x_i x_p"), "factor"),
        ("outer product forgotten", vary(QUARTIC, Hessian="h_pq = x_i x_i delta_pq"), "parse"),
        ("diagonal forgotten", vary(QUARTIC, Hessian="h_pq = 2 x_p x_q"), "value"),
        ("outer product once", vary(QUARTIC, Hessian="h_pq = x_i x_i delta_pq + x_p x_q"), "value"),
        ("a vector", vary(QUARTIC, Hessian="h_p = 3 x_p x_p"), "free"),
    ],
    "ex-derivatives-layout": [
        ("Jacobian in their layout", lambda d_u, d_y, g: (d_u @ d_y, d_u @ d_y @ g), "transposed"),
        ("our order", lambda d_u, d_y, g: (d_y @ d_u, d_u @ d_y @ g), "raises"),
        ("one result", lambda d_u, d_y, g: d_u @ d_y @ g, "kind"),
        ("sign", lambda d_u, d_y, g: ((d_u @ d_y).T, -d_u @ d_y @ g), "sign"),
        ("column", lambda d_u, d_y, g: ((d_u @ d_y).T, (d_u @ d_y @ g)[:, None]), "sum"),
        ("twice", lambda d_u, d_y, g: (2 * (d_u @ d_y).T, d_u @ d_y @ g), "factor"),
    ],
    "ex-derivatives-order": [(letter, letter, "value") for letter in "abce"] + [("f", "f", "kind")],
    "ex-derivatives-product": [
        ("rows only", rows_only, "value"),
        ("A taken as symmetric", symmetric_taken_for_granted, "value"),
        ("adds to what is there", adds_only, "value"),
        ("half of it", halved, "factor"),
        ("diagonal only", diagonal_only, "value"),
        ("no kernel", lambda a, v, w: None, "kind"),
    ],
}
