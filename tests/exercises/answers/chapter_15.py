"""Plausible answers to the exercises of chapter 15."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary

HAND = {"s_0": 1 / 2, "c": float(np.log(4)), "dc/dx_0": 1 / 2, "dc/dx_1": -3 / 4, "dc/dx_2": 1 / 4}
SURVIVES = {"a": "infinite", "b": "zero", "c": "right", "d": "right", "e": "infinite", "f": "infinite"}
MEANS = {"20": 20 / 32, "8": 8 / 32, "4": 4 / 32, "times": 10}
SMOOTH = {"gradient": "dl_dx_p = s_p - (1 - eps) u_p - eps/I 1_p", "lead": float(np.log(91))}
HEAD = """
dl_dq_ad = c p_ab (g_aj v_bj - 1_b g_aj y_aj) k_bd
dl_dk_bd = c p_ab (g_aj v_bj - 1_b g_aj y_aj) q_ad
dl_dv_bj = p_ab g_aj
"""


@kernel
def two_passes(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        total = 0.0
        for j in range(y.shape[1]):
            total += dl_dy[b, j]
        for i in range(y.shape[1]):
            dl_dx[b, i] = dl_dy[b, i] - ti.exp(y[b, i]) * total


@kernel
def sum_anew(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            total = 0.0
            for j in range(y.shape[1]):
                total += dl_dy[b, j]
            dl_dx[b, i] = dl_dy[b, i] - total * ti.exp(y[b, i])


@kernel
def subtracted(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            dl_dx[b, i] = dl_dy[b, i]
            for j in range(y.shape[1]):
                dl_dx[b, i] -= ti.exp(y[b, i]) * dl_dy[b, j]


@kernel
def softmax_anew(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        total = 0.0
        z = 0.0
        for j in range(y.shape[1]):
            total += dl_dy[b, j]
            z += ti.exp(y[b, j])
        for i in range(y.shape[1]):
            dl_dx[b, i] = dl_dy[b, i] - ti.exp(y[b, i]) / z * total


@kernel
def output_as_softmax(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        total = 0.0
        for j in range(y.shape[1]):
            total += dl_dy[b, j]
        for i in range(y.shape[1]):
            dl_dx[b, i] = dl_dy[b, i] - y[b, i] * total


@kernel
def total_of_the_batch(dl_dy, y, dl_dx):
    total = 0.0
    for b in range(y.shape[0]):
        for j in range(y.shape[1]):
            total += dl_dy[b, j]
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            dl_dx[b, i] = dl_dy[b, i] - ti.exp(y[b, i]) * total


@kernel
def of_softmax(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        total = 0.0
        for j in range(y.shape[1]):
            total += dl_dy[b, j] * ti.exp(y[b, j])
        for i in range(y.shape[1]):
            dl_dx[b, i] = ti.exp(y[b, i]) * (dl_dy[b, i] - total)


@kernel
def diagonal_alone(dl_dy, y, dl_dx):
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            dl_dx[b, i] = dl_dy[b, i] * (1.0 - ti.exp(y[b, i]))


RIGHT: Right = {
    "ex-losses-hand": [
        ("fractions", HAND),
        ("computed", {**HAND, "c": 2 * float(np.log(2)), "dc/dx_1": 0.25 - 1}),
        ("rounded", {**HAND, "c": 1.3863}),
    ],
    "ex-losses-survives": [
        ("words", SURVIVES),
        ("capitals", {part: word.upper() for part, word in SURVIVES.items()}),
        ("with a full stop", {part: f"{word}." for part, word in SURVIVES.items()}),
    ],
    "ex-losses-means": [
        ("quotients", MEANS),
        ("decimals", {"20": 0.625, "8": 0.25, "4": 0.125, "times": 10.0}),
        ("arrays", {part: np.float64(number) for part, number in MEANS.items()}),
    ],
    "ex-losses-temperature": [
        ("factored", "dl_dx_p = s_p (g_p - g_i s_i)/tau\ndl_dtau = -1/tau^2 x_p s_p (g_p - g_i s_i)"),
    ],
    "ex-losses-kernel": [
        ("two passes", two_passes),
        ("sum anew", sum_anew),
        ("subtracted", subtracted),
        ("softmax of the output", softmax_anew),
    ],
    "ex-losses-brier": [
        ("factored", "dl_dx_p = 2 s_p (s_p - t_p - s_i (s_i - t_i))"),
        ("multiplied out", "dl_dx_p = 2 s_p^2 - 2 s_p t_p - 2 s_p 1_i s_i^2 + 2 s_p s_i t_i"),
    ],
    "ex-losses-convex": [
        ("variance", "q = s_i u_i^2 - m^2"),
        ("all pairs", "q = 1/2 s_i s_j (1_j u_i - 1_i u_j)^2"),
    ],
    "ex-losses-smoothing": [
        ("factored", SMOOTH),
        ("multiplied out", vary(SMOOTH, gradient="dl_dx_p = s_p - u_p + eps u_p - eps/I 1_p")),
        ("decimals", {**SMOOTH, "lead": 4.5109}),
    ],
    "ex-losses-focal": [
        ("factored", "dl_dx_p = g_p w_p (gamma s_p log(s_p) - (1_p - s_p))"),
        ("signs turned", "dl_dx_p = -g_p w_p (1 - s_p - gamma s_p log(s_p))"),
    ],
    "ex-losses-attention": [
        ("factored", HEAD),
        ("without y", HEAD.replace("g_aj y_aj", "g_aj p_am v_mj")),
    ],
}

WRONG: Wrong = {
    "ex-losses-hand": [
        ("logits as probabilities", vary(HAND, s_0=float(np.log(2))), "value"),
        ("sign of the loss", vary(HAND, c=-float(np.log(4))), "sign"),
        ("loss of class 0", vary(HAND, c=float(np.log(2))), "factor"),
        ("target not taken off", {**HAND, "dc/dx_1": 0.25}, "value"),
        ("targets less probabilities", {**HAND, "dc/dx_0": -0.5}, "sign"),
        ("the others left alone", {**HAND, "dc/dx_2": 0}, "value"),
        ("a word", vary(HAND, s_0="half"), "kind"),
    ],
    "ex-losses-survives": [
        ("no overflow", vary(SURVIVES, a="right"), "value"),
        ("small term kept", vary(SURVIVES, b="right"), "value"),
        ("log1p fails too", vary(SURVIVES, c="zero"), "value"),
        ("d overflows", vary(SURVIVES, d="infinite"), "value"),
        ("e is fine", vary(SURVIVES, e="right"), "value"),
        ("f is fine", vary(SURVIVES, f="right"), "value"),
        ("perhaps", vary(SURVIVES, f="perhaps"), "kind"),
    ],
    "ex-losses-means": [
        ("averaged", {**MEANS, "20": 1 / 3}, "value"),
        ("rows as weights", {**MEANS, "20": 20}, "factor"),
        ("not weighted", {**MEANS, "4": 1}, "factor"),
        ("smaller instead of larger", {**MEANS, "times": 0.1}, "factor"),
        ("rows instead of outputs", {**MEANS, "times": 32}, "value"),
        ("a word", {**MEANS, "8": "quarter"}, "kind"),
    ],
    "ex-losses-temperature": [
        (
            "tau forgotten",
            "dl_dx_p = s_p (g_p - g_i s_i)\ndl_dtau = -1/tau^2 x_p s_p (g_p - g_i s_i)",
            "value",
        ),
        (
            "as if diagonal",
            "dl_dx_p = 1/tau g_p s_p (1_p - s_p)\ndl_dtau = -1/tau^2 x_p s_p (g_p - g_i s_i)",
            "value",
        ),
    ],
    "ex-losses-kernel": [
        ("output as softmax", output_as_softmax, "value"),
        ("total of the batch", total_of_the_batch, "value"),
        ("backward of softmax", of_softmax, "value"),
        ("diagonal alone", diagonal_alone, "value"),
        ("no kernel", lambda dl_dy, y, dl_dx: None, "kind"),
    ],
    "ex-losses-brier": [
        ("as if the sum were free", "dl_dx_p = 2 s_p (s_p - t_p)", "term"),
        ("slope of the sigmoid", "dl_dx_p = 2 (s_p - t_p) s_p (1_p - s_p)", "value"),
        ("no chain", "dl_dx_p = 2 (s_p - t_p)", "value"),
    ],
    "ex-losses-convex": [
        ("the question again", "q = u_i h_ij u_j", "name"),
        ("mean forgotten", "q = s_i u_i^2", "value"),
        ("weights forgotten", "q = 1_i (u_i - 1_i m)^2", "value"),
        ("sign", "q = -s_i (u_i - 1_i m)^2", "sign"),
    ],
    "ex-losses-smoothing": [
        ("no smoothing", vary(SMOOTH, gradient="dl_dx_p = s_p - u_p"), "value"),
        ("share forgotten", vary(SMOOTH, gradient="dl_dx_p = s_p - (1 - eps) u_p"), "value"),
        ("share not divided", vary(SMOOTH, gradient="dl_dx_p = s_p - (1 - eps) u_p - eps 1_p"), "value"),
        ("sign", vary(SMOOTH, gradient="dl_dx_p = (1 - eps) u_p + eps/I 1_p - s_p"), "sign"),
        ("lead without log", vary(SMOOTH, lead=91), "value"),
        ("lead of 0.9 against 0.1", vary(SMOOTH, lead=float(np.log(9))), "value"),
    ],
    "ex-losses-focal": [
        ("weight as constant", "dl_dx_p = -g_p w_p (1 - s_p)", "term"),
        ("weight alone", "dl_dx_p = g_p w_p gamma s_p log(s_p)", "term"),
        ("slope by s", "dl_dx_p = g_p w_p (gamma log(s_p) - 1/s_p)", "value"),
    ],
    "ex-losses-attention": [
        ("softmax as if element-wise", HEAD.replace("(g_aj v_bj - 1_b g_aj y_aj)", "(1_ab - p_ab) g_aj v_bj"), "value"),
        ("mean forgotten", HEAD.replace("(g_aj v_bj - 1_b g_aj y_aj)", "g_aj v_bj"), "term"),
        ("c forgotten", HEAD.replace("c p_ab", "p_ab"), "value"),
    ],
}
