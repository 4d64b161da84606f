"""Plausible answers to the exercises of chapter 19."""

from __future__ import annotations

import numpy as np

import tensorcalc as tc
from tensorcalc import ti

from . import Right, Wrong, vary


@tc.kernel
def adagrad(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        total = s[i] + g[i] * g[i]
        new_s[i] = total
        new_p[i] = p[i] - 0.1 * g[i] / (ti.sqrt(total) + 1e-8)


@tc.kernel
def adagrad_in_turn(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        new_s[i] = s[i] + g[i] ** 2
    for i in range(p.shape[0]):
        new_p[i] = p[i] - 0.1 * g[i] / (ti.sqrt(new_s[i]) + 1e-8)


@tc.kernel
def adagrad_by_rate(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        square = g[i] * g[i]
        rate = 0.1 / (1e-8 + ti.sqrt(s[i] + square))
        new_p[i] = p[i] - rate * g[i]
        new_s[i] = square + s[i]


@tc.kernel
def old_sum(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        new_s[i] = s[i] + g[i] * g[i]
        new_p[i] = p[i] - 0.1 * g[i] / (ti.sqrt(s[i]) + 1e-8)


@tc.kernel
def no_root(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        new_s[i] = s[i] + g[i] * g[i]
        new_p[i] = p[i] - 0.1 * g[i] / new_s[i]


@tc.kernel
def uphill(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        new_s[i] = s[i] + g[i] * g[i]
        new_p[i] = p[i] + 0.1 * g[i] / (ti.sqrt(new_s[i]) + 1e-8)


@tc.kernel
def not_squared(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        new_s[i] = s[i] + g[i]
        new_p[i] = p[i] - 0.1 * g[i] / (ti.sqrt(s[i] + g[i] * g[i]) + 1e-8)


@tc.kernel
def state_unset(p, g, s, new_p, new_s):
    for i in range(p.shape[0]):
        new_p[i] = p[i] - 0.1 * g[i] / (ti.sqrt(s[i] + g[i] * g[i]) + 1e-8)


RATE = {"bound": 0.25, "best": 4 / 17, "factor": 15 / 17}
CONVERT = {"rate": 0.2, "limit": 20, "steps": 44}
FIRST = {"a": 1, "b": 10**0.5, "c": 1}
AXES = {"a": "yes", "b": "yes", "c": "no", "d": "yes", "e": "no"}

RIGHT: Right = {
    "ex-optimizers-rate": [
        ("fractions", RATE),
        ("decimals", {"bound": 0.25, "best": 0.2353, "factor": 0.8824}),
        ("NumPy", {key: np.float64(value) for key, value in RATE.items()}),
    ],
    "ex-optimizers-convert": [
        ("numbers", CONVERT),
        ("computed", {"rate": 0.01 / (1 - 0.95), "limit": 1 / (1 - 0.95), "steps": 44}),
        ("floats", {key: float(value) for key, value in CONVERT.items()}),
    ],
    "ex-optimizers-first": [
        ("root", FIRST),
        ("decimals", {"a": 1.0, "b": 3.162, "c": 1.0}),
        ("computed", {"a": 1, "b": 0.1 / np.sqrt(0.001), "c": 0.1 / np.sqrt(0.01)}),
    ],
    "ex-optimizers-nesterov": [
        ("with a velocity", "w_i = beta u_i + g_i\nnew_i = p_i - lr (g_i + beta w_i)"),
        ("right side only", "p_i - lr (g_i + beta (beta u_i + g_i))"),
    ],
    "ex-optimizers-hyper": [
        ("distributed", "dl_dlr = -beta dl_dnew_i v_i - dl_dnew_i g_i\ndl_dbeta = -dl_dnew_i lr v_i"),
        ("the new velocity", "dl_dlr = -dl_dnew_i u_i\ndl_dbeta = -lr dl_dnew_i v_i"),
    ],
    "ex-optimizers-axes": [
        ("words", AXES),
        ("capitals", {key: value.title() for key, value in AXES.items()}),
        ("with stops", {key: f"{value}." for key, value in AXES.items()}),
    ],
    "ex-optimizers-adagrad": [
        ("one loop", adagrad),
        ("two loops", adagrad_in_turn),
        ("rate first", adagrad_by_rate),
    ],
}

WRONG: Wrong = {
    "ex-optimizers-rate": [
        ("no 2", vary(RATE, bound=0.125), "factor"),
        ("flat direction", vary(RATE, bound=4), "factor"),
        ("inverse of the mean", vary(RATE, best=2 / 17), "factor"),
        ("bound as the best", vary(RATE, best=0.25), "value"),
        ("negative", vary(RATE, factor=-15 / 17), "sign"),
        ("text", vary(RATE, bound="1/4"), "kind"),
    ],
    "ex-optimizers-convert": [
        ("wrong way", vary(CONVERT, rate=0.01 * 0.05), "factor"),
        ("not converted", vary(CONVERT, rate=0.01), "factor"),
        ("average", vary(CONVERT, limit=1), "factor"),
        ("one too few", vary(CONVERT, steps=43), "value"),
        ("text", vary(CONVERT, steps="44"), "kind"),
    ],
    "ex-optimizers-first": [
        ("no correction", vary(FIRST, a=10**0.5), "value"),
        ("no root", vary(FIRST, b=100), "value"),
        ("inverse", vary(FIRST, b=10**-0.5), "factor"),
        ("no root again", vary(FIRST, c=10), "factor"),
        ("downhill", vary(FIRST, a=-1), "sign"),
    ],
    "ex-optimizers-nesterov": [
        ("classical", "new_i = p_i - lr g_i - lr beta u_i", "value"),
        ("old velocity", "new_i = p_i - lr g_i - lr beta^2 u_i", "value"),
        ("summed", "new_i = p_i - lr (1 + beta) g_j - lr beta^2 u_i", "parse"),
    ],
    "ex-optimizers-hyper": [
        ("not summed", "dl_dlr_i = -dl_dnew_i (beta v_i + g_i)\ndl_dbeta = -lr dl_dnew_i v_i", "free"),
        ("new velocity for old", "dl_dlr = -dl_dnew_i u_i\ndl_dbeta = -lr dl_dnew_i u_i", "value"),
        ("old velocity", "dl_dlr = -dl_dnew_i v_i\ndl_dbeta = -lr dl_dnew_i v_i", "value"),
    ],
    "ex-optimizers-axes": [
        ("descent", vary(AXES, a="no"), "value"),
        ("momentum", vary(AXES, b="no"), "value"),
        ("RMSprop", vary(AXES, c="yes"), "value"),
        ("decay", vary(AXES, d="no"), "value"),
        ("AdamW", vary(AXES, e="yes"), "value"),
        ("a number", vary(AXES, a=1), "kind"),
    ],
    "ex-optimizers-adagrad": [
        ("old sum", old_sum, "value"),
        ("no root", no_root, "value"),
        ("uphill", uphill, "value"),
        ("not squared", not_squared, "value"),
        ("state not set", state_unset, "value"),
        ("no kernel", lambda p, g, s, new_p, new_s: None, "kind"),
    ],
}
