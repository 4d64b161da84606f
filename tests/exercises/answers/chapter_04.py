"""Plausible answers to the exercises of chapter 04."""

from __future__ import annotations

from tensorcalc import kernel, ti

from . import Right, Wrong


@kernel
def log_sum_exp(l, s):
    for b in range(l.shape[0]):
        total = 0.0
        for n in range(l.shape[1]):
            total += ti.exp(l[b, n])
        s[b] = ti.log(total)


@kernel
def in_place_of_a_total(x, y):
    for b in range(x.shape[0]):
        y[b] = 0.0
        for n in range(x.shape[1]):
            y[b] += ti.exp(x[b, n])
        y[b] = ti.log(y[b])


@kernel
def less_the_first(x, y):
    for b in range(x.shape[0]):
        total = 0.0
        for n in range(x.shape[1]):
            total += ti.exp(x[b, n] - x[b, 0])
        y[b] = x[b, 0] + ti.log(total)


@kernel
def log_inside(x, y):
    for b in range(x.shape[0]):
        total = 0.0
        for n in range(x.shape[1]):
            total += ti.log(ti.exp(x[b, n]))
        y[b] = total


@kernel
def log_forgotten(x, y):
    for b in range(x.shape[0]):
        total = 0.0
        for n in range(x.shape[1]):
            total += ti.exp(x[b, n])
        y[b] = total


@kernel
def exp_of_the_sum(x, y):
    for b in range(x.shape[0]):
        total = 0.0
        for n in range(x.shape[1]):
            total += x[b, n]
        y[b] = ti.log(ti.exp(total))


@kernel
def mean_inside(x, y):
    for b in range(x.shape[0]):
        total = 0.0
        for n in range(x.shape[1]):
            total += ti.exp(x[b, n])
        y[b] = ti.log(total / x.shape[1])


@kernel
def negative(x, y):
    for b in range(x.shape[0]):
        total = 0.0
        for n in range(x.shape[1]):
            total += ti.exp(x[b, n])
        y[b] = -ti.log(total)


@kernel
def one_row(x, y):
    for b in range(1):
        total = 0.0
        for n in range(x.shape[1]):
            total += ti.exp(x[b, n])
        y[b] = ti.log(total)


LEGAL = dict(zip("abcdef", ["illegal", "legal", "illegal", "legal", "illegal", "legal"], strict=True))
NUMBERS = {"a_i b_i c_i": 6, "(a_j b_j) c_1": -4, "a_1 (b_j c_j)": 2, "(a_i b_i)^2": 16, "a_i^2 b_i^2": 8}

RIGHT: Right = {
    "ex-algebra-legal": [
        ("words", LEGAL),
        ("capitals", {key: value.upper() for key, value in LEGAL.items()}),
        ("full stops", {key: f"{value}." for key, value in LEGAL.items()}),
    ],
    "ex-algebra-numbers": [
        ("numbers", NUMBERS),
        ("floats", {key: float(value) for key, value in NUMBERS.items()}),
        ("sums", {**NUMBERS, "a_i b_i c_i": 2 * 1 * 4 + 1 * 2 * -1, "a_i^2 b_i^2": 2**2 * 1**2 + 1**2 * 2**2}),
    ],
    "ex-algebra-layer": [("a name of one's own", "h_i = u_ij x_j\ne_i = h_i h_j v_j")],
    "ex-algebra-bracket": [("merged", "z_bh = m_b 1_h + x_bh")],
    "ex-algebra-kernel": [
        ("loops", log_sum_exp),
        ("without a total", in_place_of_a_total),
        ("less the first", less_the_first),
    ],
    "ex-algebra-shift": [
        ("multiplied out", "q = v + m^2 - 2 m c + c^2"),
        ("turned", "q = (c - m)^2 + v"),
        ("second moment", "q = 1/N x_n x_n - 2 m c + c^2"),
    ],
    "ex-algebra-lagrange": [
        ("a square", "d = a_i a_i b_j b_j - (a_i b_i)^2"),
        ("as given", "d = 1/2 (a_i b_j - a_j b_i)(a_i b_j - a_j b_i)"),
        ("dot products named", "p = a_i b_i\nq = a_i a_i\nr = b_i b_i\nd = q r - p p"),
    ],
}

WRONG: Wrong = {
    "ex-algebra-legal": [
        (f"({letter}) turned", {**LEGAL, letter: "illegal" if word == "legal" else "legal"}, "value")
        for letter, word in LEGAL.items()
    ],
    "ex-algebra-numbers": [
        ("counted from 1", {**NUMBERS, "(a_j b_j) c_1": 16}, "factor"),
        ("sign", {**NUMBERS, "(a_j b_j) c_1": 4}, "sign"),
        ("squares for the square", {**NUMBERS, "(a_i b_i)^2": 8}, "factor"),
        ("square for the squares", {**NUMBERS, "a_i^2 b_i^2": 16}, "factor"),
        ("sign forgotten", {**NUMBERS, "a_i b_i c_i": 10}, "factor"),
        ("text", {**NUMBERS, "a_i b_i c_i": "6"}, "kind"),
    ],
    "ex-algebra-layer": [
        ("dummies merged", "e_i = u_ij x_j u_jm x_m v_j", "shape"),
        ("free index not matched", "e_i = u_ik x_k u_im x_m v_j 1_j", "value"),
        ("both sums one", "e_i = u_ik x_k u_jk x_k v_j", "value"),
    ],
    "ex-algebra-bracket": [
        ("no broadcast", "z_bh = x_bh + m_b", "parse"),
        ("factor kept", "z_bh = x_bh g_h + m_b g_h", "name"),
        ("a product", "z_bh = x_bh m_b", "value"),
        ("mean summed", "z_bh = x_bh + 1_bh 1_a m_a", "value"),
    ],
    "ex-algebra-kernel": [
        ("logarithm inside", log_inside, "value"),
        ("no logarithm", log_forgotten, "value"),
        ("exponential outside", exp_of_the_sum, "value"),
        ("mean", mean_inside, "value"),
        ("sign", negative, "sign"),
        ("one row", one_row, "value"),
        ("no kernel", lambda x, y: None, "kind"),
    ],
    "ex-algebra-shift": [
        ("without the variance", "q = (m - c)^2", "term"),
        ("sign of the shift", "q = v - (m - c)^2", "term"),
        ("no square", "q = v + m - c", "value"),
        ("squares of each", "q = v + m^2 - c^2", "value"),
        ("mixed term kept", "q = v + (m - c)^2 + 2 m c", "term"),
    ],
    "ex-algebra-lagrange": [
        ("dot product not squared", "d = a_i a_i b_j b_j - a_i b_i", "value"),
        ("dummies merged", "d = a_i a_i b_j b_j - a_i b_i a_i b_i", "value"),
        ("twice", "d = 2 a_i a_i b_j b_j - 2 (a_i b_i)^2", "factor"),
        ("plus", "d = a_i a_i b_j b_j + (a_i b_i)^2", "term"),
    ],
}
