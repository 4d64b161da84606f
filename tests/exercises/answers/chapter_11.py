"""Plausible answers to the exercises of chapter 11."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary


@kernel
def three(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[i] * y[j] * w[k]


ONE_SIDED = {"order": 2, "coefficient": -1 / 3}
SOFTMAX = {"blind": "a", "backward": lambda g, s: s * (g - (g * s).sum())}
BATCH = {"B": 1, "right": "dl_dbeta_q = 1_b dl_dy_bq"}
SECOND = {"factor": 48, "step": 0.25, "error": 0.5}
RICHARDSON = {"a": 4 / 3, "b": -1 / 3, "order": 4, "step": 0.2}
TWO = {"rank for H = 2": 0, "rank for H = 5": 3, "blind": "d"}
LINEAR = {"found": "no", "fails": "b"}

RIGHT: Right = {
    "ex-check-squares": [
        ("by v", "dl_dx_pq = (sigma_p^2 - v_p) mu_pq/sigma_p^4"),
        ("by y", "dl_dx_pq = eps y_pq/sigma_p^3"),
        ("not simplified", "dl_dx_pq = (mu_pq/sigma_p - mu_pq/sigma_p v_p/sigma_p^2)/sigma_p"),
    ],
    "ex-check-one-sided": [
        ("fraction", ONE_SIDED),
        ("three digits", vary(ONE_SIDED, coefficient=-0.3333)),
        ("computed", vary(ONE_SIDED, coefficient=(4 / 6 - 8 / 6) / 2)),
    ],
    "ex-check-softmax": [
        ("factored", SOFTMAX),
        ("two terms", vary(SOFTMAX, backward=lambda g, s: s * g - s * (s @ g))),
        ("Jacobian", vary(SOFTMAX, backward=lambda g, s: (np.diag(s) - np.outer(s, s)) @ g)),
        ("differences, s adds up to one", vary(SOFTMAX, backward=lambda g, s: s * ((g[:, None] - g) @ s))),
    ],
    "ex-check-batch": [
        ("text", BATCH),
        ("right side only", vary(BATCH, right="1_b dl_dy_bq")),
        ("a sum sign", vary(BATCH, right="dl_dbeta_h = sum_n(dl_dy_nh)")),
    ],
    "ex-check-second": [
        ("decimals", SECOND),
        ("quotients", {"factor": 4 * 12, "step": 1 / 4, "error": 1 / 2}),
        ("floats", {"factor": 48.0, "step": 0.25, "error": 0.5}),
    ],
    "ex-check-richardson": [
        ("fractions", RICHARDSON),
        ("decimals", {"a": 1.3333, "b": -0.3333, "order": 4, "step": 0.2}),
        ("computed", {"a": 1 + 1 / 3, "b": 1 - 4 / 3, "order": 4.0, "step": 1 / 5}),
    ],
    "ex-check-two": [
        ("numbers", TWO),
        ("floats", vary(TWO, blind="D")),
        ("computed", {"rank for H = 2": 2 - 2, "rank for H = 5": 5 - 2, "blind": "d"}),
    ],
    "ex-check-linear": [
        ("letters", LINEAR),
        ("sentence", {"found": "No.", "fails": "b"}),
        ("B", vary(LINEAR, fails="B")),
    ],
}

WRONG: Wrong = {
    "ex-check-squares": [
        ("eps forgotten", "dl_dx_pq = mu_pq/sigma_p^4", "value"),
        ("power", "dl_dx_pq = eps mu_pq/sigma_p^2", "value"),
        ("second part forgotten", "dl_dx_pq = mu_pq/sigma_p^2", "value"),
        ("by row", "dl_dx_pq = eps mu_pq/sigma_q^4", "shape"),
    ],
    "ex-check-one-sided": [
        ("sign", vary(ONE_SIDED, coefficient=1 / 3), "sign"),
        ("central", vary(ONE_SIDED, coefficient=1 / 6), "factor"),
        ("not halved", vary(ONE_SIDED, coefficient=-2 / 3), "factor"),
        ("order 1", vary(ONE_SIDED, order=1), "factor"),
        ("order 3", vary(ONE_SIDED, order=3), "factor"),
        ("rounded", vary(ONE_SIDED, coefficient=-0.3), "value"),
    ],
    "ex-check-softmax": [
        ("s itself", vary(SOFTMAX, blind="b"), "value"),
        ("second term missing", vary(SOFTMAX, backward=lambda g, s: s * g), "term"),
        ("sign of the second", vary(SOFTMAX, backward=lambda g, s: s * (g + (g * s).sum())), "term"),
        ("sum missing", vary(SOFTMAX, backward=lambda g, s: s * (g - g * s)), "value"),
        ("sign", vary(SOFTMAX, backward=lambda g, s: s * ((g * s).sum() - g)), "sign"),
        ("mean for sum", vary(SOFTMAX, backward=lambda g, s: s * (g - (g * s).mean())), "value"),
        ("mean unweighted", vary(SOFTMAX, backward=lambda g, s: s * (g - g.mean())), "value"),
        ("Jacobian", vary(SOFTMAX, backward=lambda g, s: np.diag(s) - np.outer(s, s)), "shape"),
    ],
    "ex-check-batch": [
        ("B = 0", vary(BATCH, B=0), "value"),
        ("B = 2", vary(BATCH, B=2), "factor"),
        ("mean", vary(BATCH, right="dl_dbeta_q = 1/B 1_b dl_dy_bq"), "factor"),
        ("sum left out", vary(BATCH, right="dl_dbeta_bq = dl_dy_bq"), "sum"),
        ("one-tensor forgotten", vary(BATCH, right="dl_dbeta_q = dl_dy_bq"), "parse"),
        ("wrong axis", vary(BATCH, right="dl_dbeta_q = 1_b dl_dy_qb"), "transposed"),
    ],
    "ex-check-second": [
        ("two roundings", vary(SECOND, factor=24), "factor"),
        ("factor 4", vary(SECOND, factor=4), "factor"),
        ("as the first derivative", vary(SECOND, step=1 / 3), "factor"),
        ("two thirds", vary(SECOND, error=2 / 3), "factor"),
        ("sign", vary(SECOND, step=-0.25), "sign"),
    ],
    "ex-check-richardson": [
        ("exchanged", vary(RICHARDSON, a=-1 / 3, b=4 / 3), "factor"),
        ("order 3", vary(RICHARDSON, order=3), "factor"),
        ("order 2", vary(RICHARDSON, order=2), "factor"),
        ("sign", vary(RICHARDSON, b=1 / 3), "sign"),
        ("step as before", vary(RICHARDSON, step=1 / 3), "factor"),
        ("rounded", vary(RICHARDSON, a=1.3), "value"),
    ],
    "ex-check-two": [
        ("one direction", {**TWO, "rank for H = 5": 4}, "factor"),
        ("full", {**TWO, "rank for H = 5": 5}, "factor"),
        ("rank 1", {**TWO, "rank for H = 2": 1}, "value"),
        ("ones only", {**TWO, "blind": "a"}, "value"),
        ("z only", {**TWO, "blind": "b"}, "value"),
        ("orthogonal", {**TWO, "blind": "e"}, "value"),
    ],
    "ex-check-linear": [
        ("yes", vary(LINEAR, found="yes"), "value"),
        *((letter, vary(LINEAR, fails=letter), "value") for letter in "acde"),
    ],
}
