"""Plausible answers to the exercises of chapter 10."""

from __future__ import annotations

from tensorcalc import kernel

from . import Right, Wrong, vary

NUMPY = {"a": "yes", "b": "no", "c": "yes", "d": "yes", "e": "no", "f": "no"}


@kernel
def both(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            total = 0.0
            for k in range(x.shape[0]):
                total += dx[k, i] * x[k, j] + x[k, i] * dx[k, j]
            dy[i, j] = total


@kernel
def in_place(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            dy[i, j] = 0.0
            for k in range(x.shape[0]):
                dy[i, j] += x[k, i] * dx[k, j]
                dy[i, j] += x[k, j] * dx[k, i]


@kernel
def two_sums(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            left = 0.0
            right = 0.0
            for k in range(x.shape[0]):
                left += dx[k, i] * x[k, j]
                right += x[k, i] * dx[k, j]
            dy[i, j] = left + right


@kernel
def second_term(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            total = 0.0
            for k in range(x.shape[0]):
                total += x[k, i] * dx[k, j]
            dy[i, j] = total


@kernel
def twice_one(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            total = 0.0
            for k in range(x.shape[0]):
                total += 2.0 * x[k, i] * dx[k, j]
            dy[i, j] = total


@kernel
def difference(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            total = 0.0
            for k in range(x.shape[0]):
                total += dx[k, i] * x[k, j] - x[k, i] * dx[k, j]
            dy[i, j] = total


@kernel
def adds_only(x, dx, dy):
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            for k in range(x.shape[0]):
                dy[i, j] += dx[k, i] * x[k, j] + x[k, i] * dx[k, j]


RIGHT: Right = {
    "ex-differentials-numpy": [
        ("words", NUMPY),
        ("capitals", {part: word.upper() for part, word in NUMPY.items()}),
        ("with a full stop", {part: f"{word}." for part, word in NUMPY.items()}),
    ],
    "ex-differentials-sides": [("with a delta", "m_pq = a_ip g_ij b_kj delta_kq")],
    "ex-differentials-gram": [
        ("factored", "dy_ij = dx_ki x_kj + x_ki dx_kj\ndl_dx_pq = x_pj (g_qj + g_jq)"),
        ("with deltas", "dy_ij = dx_ki x_kj + x_ki dx_kj\ndl_dx_pq = g_qj x_pj + g_ij x_pi delta_jq"),
    ],
    "ex-differentials-squares": [
        ("multiplied out", "dl_dw_pq = w_pj h_j h_q - t_p h_q\ndl_dh_q = w_iq w_ij h_j - t_i w_iq"),
    ],
    "ex-differentials-kernel": [("one sum", both), ("in place", in_place), ("two sums", two_sums)],
    "ex-differentials-cosine": [
        ("one bracket", "g_p = 1/m (v_p/n - c u_p/m)"),
        ("without c", "g_p = v_p/(m n) - u_k v_k u_p/(m^3 n)"),
    ],
}

WRONG: Wrong = {
    "ex-differentials-numpy": [
        ("no to a", vary(NUMPY, a="no"), "value"),
        ("yes to b", vary(NUMPY, b="yes"), "value"),
        ("no to c", vary(NUMPY, c="no"), "value"),
        ("no to d", vary(NUMPY, d="no"), "value"),
        ("yes to e", vary(NUMPY, e="yes"), "value"),
        ("yes to f", vary(NUMPY, f="yes"), "value"),
        ("perhaps", vary(NUMPY, a="perhaps"), "kind"),
    ],
    "ex-differentials-sides": [
        ("not transposed", "m_pq = a_pi g_ij b_jq", "transposed"),
        ("G alone", "m_pq = g_pq", "value"),
    ],
    "ex-differentials-gram": [
        ("one occurrence", "dy_ij = x_ki dx_kj\ndl_dx_pq = x_pj g_qj + x_pj g_jq", "term"),
        ("G taken as symmetric", "dy_ij = dx_ki x_kj + x_ki dx_kj\ndl_dx_pq = 2 x_pj g_jq", "value"),
    ],
    "ex-differentials-squares": [
        ("half kept", "dl_dw_pq = 1/2 r_p h_q\ndl_dh_q = r_i w_iq", "factor"),
        ("outer product turned", "dl_dw_pq = h_p r_q\ndl_dh_q = r_i w_iq", "transposed"),
    ],
    "ex-differentials-kernel": [
        ("second term alone", second_term, "term"),
        ("twice one term", twice_one, "value"),
        ("difference", difference, "term"),
        ("adds to what is there", adds_only, "value"),
        ("no kernel", lambda x, dx, dy: None, "kind"),
    ],
    "ex-differentials-cosine": [
        ("length as constant", "g_p = v_p/(m n)", "term"),
        ("power", "g_p = v_p/(m n) - c u_p/m", "value"),
        ("sign", "g_p = v_p/(m n) + c u_p/m^2", "term"),
    ],
}
