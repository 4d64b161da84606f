"""Plausible answers to the exercises of chapter 01."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary


@kernel
def three(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[i] * y[j] * w[k]


@kernel
def three_loops(x, y, w, z):
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            for k in range(w.shape[0]):
                z[i, j, k] = w[k] * y[j] * x[i]


@kernel
def three_sum(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[i] + y[j] + w[k]


@kernel
def three_negative(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = -x[i] * y[j] * w[k]


@kernel
def three_one_slice(x, y, w, z):
    for j, k in ti.ndrange(y.shape[0], w.shape[0]):
        z[0, j, k] = x[0] * y[j] * w[k]


@kernel
def three_wrong_axis(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[k] * y[j] * w[i]


SLICES = dict(
    zip(("t_7ij", "t_n4j", "t_ni0", "t_n44", "t_740"), [(8, 8), (1442, 8), (1442, 8), (1442,), ()], strict=True)
)
SLICES = {**SLICES, "one pixel": "t_n44"}
PRODUCTS = {"RC": (1, 1), "CR": (3, 3), "c * r": (3, 3), "same numbers": "c"}
PLACE = {"i": 3, "j": 1, "k": 1}
THREE = {"kernel": three, "of this form": "no"}
RESHAPE = {"(3, 1, 2)": 3, "(3, 4, 2)": 1, "rule": "c"}
CONSTANT = {"best": lambda y: (y.mean(), y.var()), "ratio": 2}

RIGHT: Right = {
    "ex-tensors-slices": [
        ("tuples", SLICES),
        ("lists", {key: list(value) if isinstance(value, tuple) else value for key, value in SLICES.items()}),
        ("a lone size", vary(SLICES, t_n44=1442)),
    ],
    "ex-tensors-row-column": [
        ("tuples", PRODUCTS),
        ("capital letter", vary(PRODUCTS, same_numbers=" C) ")),
        ("shapes of arrays", vary(PRODUCTS, CR=np.ones((3, 3)).shape)),
    ],
    "ex-tensors-place": [
        ("by hand", PLACE),
        ("divmod", {"i": 41 // 12, "j": 41 // 4 % 3, "k": 41 % 4}),
        ("unravel_index", dict(zip("ijk", np.unravel_index(41, (5, 3, 4)), strict=True))),
    ],
    "ex-tensors-three": [
        ("ndrange", THREE),
        ("three loops", vary(THREE, kernel=three_loops)),
        ("No", vary(THREE, of_this_form="No.")),
    ],
    "ex-tensors-reshape": [
        ("numbers", RESHAPE),
        ("floats", {"(3, 1, 2)": 3.0, "(3, 4, 2)": 1.0, "rule": "c"}),
        ("brackets", {"(3, 1, 2)": 3, "(3, 4, 2)": 1, "rule": "(c)"}),
    ],
    "ex-tensors-constant": [
        ("mean, var", CONSTANT),
        ("by sums", vary(CONSTANT, best=lambda y: (sum(y) / len(y), sum(y**2) / len(y) - (sum(y) / len(y)) ** 2))),
        ("by the loss", vary(CONSTANT, best=lambda y: (np.mean(y), np.mean((y - np.mean(y)) ** 2)))),
    ],
    "ex-tensors-rotation": [("letter", "c"), ("capital", "C"), ("brackets", "(c)")],
}

WRONG: Wrong = {
    "ex-tensors-slices": [
        ("axes exchanged", vary(SLICES, t_n4j=(8, 1442)), "transposed"),
        ("axis kept", vary(SLICES, t_n44=(1442, 1)), "shape"),
        ("whole array", vary(SLICES, t_7ij=(1442, 8, 8)), "shape"),
        ("a number has a shape", vary(SLICES, t_740=(1,)), "shape"),
        ("wrong size", vary(SLICES, t_ni0=(1442, 7)), "shape"),
        ("text", vary(SLICES, t_7ij="8, 8"), "kind"),
        ("wrong slice", vary(SLICES, one_pixel="t_740"), "value"),
    ],
    "ex-tensors-row-column": [
        ("scalar", vary(PRODUCTS, RC=()), "shape"),
        ("exchanged", vary(PRODUCTS, RC=(3, 3), CR=(1, 1)), "shape"),
        ("no broadcast", vary(PRODUCTS, c_x_r=(3, 1)), "shape"),
        ("vector", vary(PRODUCTS, c_x_r=(3,)), "shape"),
        ("RC and CR", vary(PRODUCTS, same_numbers="a"), "value"),
        ("RC and c * r", vary(PRODUCTS, same_numbers="b"), "value"),
    ],
    "ex-tensors-place": [
        ("first index fastest", {"i": 1, "j": 2, "k": 2}, "factor"),
        ("counted from 1", {"i": 4, "j": 2, "k": 2}, "factor"),
        ("k by the wrong size", vary(PLACE, k=2), "factor"),
        ("j not reduced", vary(PLACE, j=10), "factor"),
        ("i by K alone", vary(PLACE, i=10), "value"),
    ],
    "ex-tensors-three": [
        ("a sum", vary(THREE, kernel=three_sum), "value"),
        ("sign", vary(THREE, kernel=three_negative), "sign"),
        ("one slice", vary(THREE, kernel=three_one_slice), "value"),
        ("wrong axis", vary(THREE, kernel=three_wrong_axis), "raises"),
        ("yes", vary(THREE, of_this_form="yes"), "value"),
        ("no kernel", vary(THREE, kernel=None), "kind"),
    ],
    "ex-tensors-reshape": [
        ("all six", {**RESHAPE, "(3, 4, 2)": 6}, "factor"),
        ("identity only", {**RESHAPE, "(3, 1, 2)": 1}, "factor"),
        ("rule a", {**RESHAPE, "rule": "a"}, "value"),
        ("rule d", {**RESHAPE, "rule": "d"}, "value"),
        ("rule e", {**RESHAPE, "rule": "e"}, "value"),
    ],
    "ex-tensors-constant": [
        ("sum for mean", vary(CONSTANT, best=lambda y: (y.sum(), y.var())), "factor"),
        ("sum of squares", vary(CONSTANT, best=lambda y: (y.mean(), y.var() * len(y))), "factor"),
        ("median", vary(CONSTANT, best=lambda y: (np.median(y), y.var())), "value"),
        ("deviation", vary(CONSTANT, best=lambda y: (y.mean(), y.std())), "value"),
        ("sign", vary(CONSTANT, best=lambda y: (-y.mean(), y.var())), "sign"),
        ("no loss", vary(CONSTANT, best=lambda y: y.mean()), "kind"),
        ("ratio", vary(CONSTANT, ratio=0.5), "factor"),
    ],
    "ex-tensors-rotation": [(letter, letter, "value") for letter in "abdef"],
}
