"""Plausible answers to the exercises of chapter 12."""

from __future__ import annotations

from tensorcalc import kernel

from . import Right, Wrong, vary

DIAGONAL = {"a": "yes", "b": "no", "c": "yes", "d": "no", "e": "no", "f": "yes"}
SETS = {"abs low": -1, "abs high": 1, "hinge low": -1, "hinge high": 0, "max low": 1, "max high": 2}


@kernel
def by_case(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 1.0
        if y[i] <= 0.0:
            slope = 0.1
        dl_dx[i] = slope * dl_dy[i]


@kernel
def two_branches(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        if y[i] > 0.0:
            dl_dx[i] = dl_dy[i]
        else:
            dl_dx[i] = 0.1 * dl_dy[i]


@kernel
def corrected(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = dl_dy[i]
        if y[i] <= 0.0:
            dl_dx[i] *= 0.1


@kernel
def no_leak(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 1.0
        if y[i] <= 0.0:
            slope = 0.0
        dl_dx[i] = slope * dl_dy[i]


@kernel
def one_at_zero(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 1.0
        if y[i] < 0.0:
            slope = 0.1
        dl_dx[i] = slope * dl_dy[i]


@kernel
def sides_exchanged(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 0.1
        if y[i] <= 0.0:
            slope = 1.0
        dl_dx[i] = slope * dl_dy[i]


@kernel
def by_upstream(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 1.0
        if dl_dy[i] <= 0.0:
            slope = 0.1
        dl_dx[i] = slope * dl_dy[i]


@kernel
def times_output(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 1.0
        if y[i] <= 0.0:
            slope = 0.1
        dl_dx[i] = slope * dl_dy[i] * y[i]


RIGHT: Right = {
    "ex-activations-small": [
        ("powers", "a_p = g_p exp(x_p)\nb_p = 1/2 g_p x_p^{-1/2}\nc_p = -g_p x_p^{-2}\nd_p = g_p x_p^{-1}"),
    ],
    "ex-activations-diagonal": [
        ("words", DIAGONAL),
        ("capitals", {part: word.upper() for part, word in DIAGONAL.items()}),
        ("with a full stop", {part: f"{word}." for part, word in DIAGONAL.items()}),
    ],
    "ex-activations-sets": [
        ("integers", SETS),
        ("floats", {part: float(number) for part, number in SETS.items()}),
        ("computed", {**SETS, "max high": 2 * 1.0, "hinge high": 0 * -1}),
    ],
    "ex-activations-prelu": [
        ("factored", "dl_dx_pq = dl_dy_pq (step(x_pq) + a_q step(-x_pq))\ndl_da_q = -dl_dy_nq relu(-x_nq)"),
    ],
    "ex-activations-swish": [
        ("by x and s", "dl_dx_p = dl_dy_p (s_p + b x_p s_p (1 - s_p))\ndl_db = dl_dy_i x_i^2 s_i (1 - s_i)"),
    ],
    "ex-activations-kernel": [("one case", by_case), ("two branches", two_branches), ("corrected", corrected)],
    "ex-activations-gelu": [
        ("one bracket", "dl_dx_p = 1/2 g_p (1 + t_p + c x_p (1 - t_p^2) (1 + 3 k x_p^2))"),
        (
            "multiplied out",
            "dl_dx_p = 1/2 g_p (1 + t_p) + 1/2 g_p c (1 - t_p^2) x_p + 3/2 g_p c k (1 - t_p^2) x_p^3",
        ),
    ],
}

WRONG: Wrong = {
    "ex-activations-small": [
        ("slopes alone", "a_p = exp(x_p)\nb_p = 1/(2 sqrt(x_p))\nc_p = -1/x_p^2\nd_p = 1/x_p", "value"),
        ("factor of the root", "a_p = g_p exp(x_p)\nb_p = g_p/sqrt(x_p)\nc_p = -g_p/x_p^2\nd_p = g_p/x_p", "factor"),
    ],
    "ex-activations-diagonal": [
        ("no to a", vary(DIAGONAL, a="no"), "value"),
        ("yes to b", vary(DIAGONAL, b="yes"), "value"),
        ("no to c", vary(DIAGONAL, c="no"), "value"),
        ("yes to d", vary(DIAGONAL, d="yes"), "value"),
        ("yes to e", vary(DIAGONAL, e="yes"), "value"),
        ("no to f", vary(DIAGONAL, f="no"), "value"),
        ("perhaps", vary(DIAGONAL, a="perhaps"), "kind"),
    ],
    "ex-activations-sets": [
        ("convention for abs", vary(SETS, abs_low=0), "value"),
        ("sign", vary(SETS, abs_low=1), "sign"),
        ("ends exchanged", vary(SETS, hinge_low=0, hinge_high=-1), "value"),
        ("ReLU's own", vary(SETS, max_low=0, max_high=1), "value"),
        ("slope of the square halved", vary(SETS, max_high=1), "factor"),
        ("a word", vary(SETS, max_high="two"), "kind"),
    ],
    "ex-activations-prelu": [
        ("leak forgotten", "dl_dx_pq = dl_dy_pq step(x_pq)\ndl_da_q = -dl_dy_nq relu(-x_nq)", "term"),
        (
            "inner sign",
            "dl_dx_pq = dl_dy_pq (step(x_pq) - a_q step(-x_pq))\ndl_da_q = -dl_dy_nq relu(-x_nq)",
            "term",
        ),
    ],
    "ex-activations-swish": [
        ("gate as constant", "dl_dx_p = dl_dy_p s_p\ndl_db = dl_dy_i x_i y_i (1 - s_i)", "term"),
        ("inner derivative", "dl_dx_p = dl_dy_p (s_p + y_p (1 - s_p))\ndl_db = dl_dy_i x_i y_i (1 - s_i)", "value"),
    ],
    "ex-activations-kernel": [
        ("no leak", no_leak, "value"),
        ("other convention at 0", one_at_zero, "value"),
        ("sides exchanged", sides_exchanged, "value"),
        ("sign of the upstream gradient", by_upstream, "value"),
        ("times the output", times_output, "value"),
        ("no kernel", lambda dl_dy, y, dl_dx: None, "kind"),
    ],
    "ex-activations-gelu": [
        ("t as constant", "dl_dx_p = 1/2 g_p (1 + t_p)", "term"),
        ("inner derivative", "dl_dx_p = 1/2 g_p (1 + t_p + x_p (1 - t_p^2))", "value"),
        ("cube", "dl_dx_p = 1/2 g_p (1 + t_p + c x_p (1 - t_p^2) (1 + k x_p^2))", "value"),
    ],
}
