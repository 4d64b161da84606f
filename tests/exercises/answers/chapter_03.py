"""Plausible answers to the exercises of chapter 03."""

from __future__ import annotations

from tensorcalc import kernel, ti

from . import Right, Wrong, vary


@kernel
def differences(x, z, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = x[i] - z[j]


@kernel
def differences_nested(x, z, y):
    for i in range(x.shape[0]):
        for j in range(z.shape[0]):
            y[i, j] = -z[j] + x[i]


@kernel
def differences_with_ones(x, z, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = x[i] * 1.0 - 1.0 * z[j]


@kernel
def differences_turned(x, z, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = z[j] - x[i]


@kernel
def differences_sum(x, z, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = x[i] + z[j]


@kernel
def differences_diagonal(x, z, y):
    for i in range(x.shape[0]):
        y[i, i] = x[i] - z[i]


@kernel
def differences_exchanged(x, z, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = x[j] - z[i]


@kernel
def differences_product(x, z, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = x[i] * z[j]


NUMBERS = {
    "delta_ii": 4,
    "delta_ik delta_ik": 4,
    "delta_ik delta_km delta_mi": 4,
    "1_i delta_ik 1_k": 4,
    "1_ij 1_ij": 12,
    "1_i 1_i 1_i": 4,
    "delta_i2 delta_i2": 1,
}
DROP = dict(zip("abcdef", ["yes", "no", "yes", "no", "no", "yes"], strict=True))
TRANSPOSE = {"components": 81, "ones": 9, "p_ijij": 3, "p_ijji": 9}
SYMMETRIC = {"line": "y_ij = 1/2 (a_ij + a_ji)", "trace": 6}

RIGHT: Right = {
    "ex-delta-numbers": [
        ("numbers", NUMBERS),
        ("floats", {key: float(value) for key, value in NUMBERS.items()}),
        ("products", {**NUMBERS, "1_ij 1_ij": 4 * 3}),
    ],
    "ex-delta-replace": [("letter", "b"), ("capital", "B"), ("brackets", "(b)")],
    "ex-delta-drop": [
        ("words", DROP),
        ("capitals", {key: value.upper() for key, value in DROP.items()}),
        ("full stops", {key: f"{value}." for key, value in DROP.items()}),
    ],
    "ex-delta-columns": [
        ("mean named", "m_h = 1/B 1_b x_bh\nr_bh = x_bh - 1_b m_h"),
        ("with deltas", "r_bh = delta_ba x_ah - 1/B 1_b 1_a x_ah"),
    ],
    "ex-delta-differences": [
        ("ndrange", differences),
        ("nested loops", differences_nested),
        ("with ones", differences_with_ones),
    ],
    "ex-delta-transpose": [
        ("numbers", TRANSPOSE),
        ("powers", {"components": 3**4, "ones": 3**2, "p_ijij": 3, "p_ijji": 3 * 3}),
        ("floats", {key: float(value) for key, value in TRANSPOSE.items()}),
    ],
    "ex-delta-symmetric": [
        ("a bracket", SYMMETRIC),
        ("two terms", vary(SYMMETRIC, line="y_pq = a_qp/2 + a_pq/2")),
        ("with deltas", vary(SYMMETRIC, line="y_ij = 1/2 (delta_ik delta_jm + delta_im delta_jk) a_km")),
    ],
}

WRONG: Wrong = {
    "ex-delta-numbers": [
        ("the trace is 1", {**NUMBERS, "delta_ii": 1}, "factor"),
        ("all pairs", {**NUMBERS, "delta_ik delta_ik": 16}, "factor"),
        ("each delta counted", {**NUMBERS, "delta_ik delta_km delta_mi": 64}, "factor"),
        ("sizes multiplied", {**NUMBERS, "1_i 1_i 1_i": 64}, "factor"),
        ("sizes added", {**NUMBERS, "1_ij 1_ij": 7}, "value"),
        ("the constant summed", {**NUMBERS, "delta_i2 delta_i2": 4}, "factor"),
        ("ones of both", {**NUMBERS, "1_i delta_ik 1_k": 16}, "factor"),
    ],
    "ex-delta-replace": [(letter, letter, "value") for letter in "acde"] + [("the line", "y_pq = b_pr", "kind")],
    "ex-delta-drop": [
        (f"({letter}) turned", {**DROP, letter: "no" if word == "yes" else "yes"}, "value")
        for letter, word in DROP.items()
    ],
    "ex-delta-columns": [
        ("rows", "r_bh = x_bh - 1/H 1_h 1_k x_bk", "value"),
        ("no broadcast", "r_bh = x_bh - 1/B 1_a x_ah", "parse"),
        ("sum for mean", "r_bh = x_bh - 1_b 1_a x_ah", "value"),
        ("total mean", "r_bh = x_bh - 1/B 1/H 1_bh 1_ak x_ak", "value"),
    ],
    "ex-delta-differences": [
        ("turned", differences_turned, "sign"),
        ("sum", differences_sum, "value"),
        ("diagonal", differences_diagonal, "value"),
        ("exchanged", differences_exchanged, "raises"),
        ("product", differences_product, "value"),
        ("no kernel", lambda x, z, y: None, "kind"),
    ],
    "ex-delta-transpose": [
        ("order for size", vary(TRANSPOSE, components=12), "value"),
        ("all ones", vary(TRANSPOSE, ones=81), "factor"),
        ("diagonal", vary(TRANSPOSE, ones=3), "factor"),
        ("traces exchanged", vary(TRANSPOSE, p_ijij=9, p_ijji=3), "factor"),
        ("one trace", vary(TRANSPOSE, p_ijji=3), "factor"),
    ],
    "ex-delta-symmetric": [
        ("without the half", vary(SYMMETRIC, line="y_ij = a_ij + a_ji"), "factor"),
        ("antisymmetric", vary(SYMMETRIC, line="y_ij = 1/2 (a_ij - a_ji)"), "term"),
        ("the first only", vary(SYMMETRIC, line="y_ij = 1/2 a_ij"), "term"),
        ("no transpose", vary(SYMMETRIC, line="y_ij = a_ij"), "term"),
        ("all components", vary(SYMMETRIC, trace=9), "factor"),
        ("antisymmetric trace", vary(SYMMETRIC, trace=3), "factor"),
    ],
}
