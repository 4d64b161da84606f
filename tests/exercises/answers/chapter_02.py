"""Plausible answers to the exercises of chapter 02."""

from __future__ import annotations

from tensorcalc import kernel, ti

from . import Right, Wrong, vary


@kernel
def scores(q, k, s):
    for b, i, j in ti.ndrange(*s.shape):
        total = 0.0
        for d in range(q.shape[2]):
            total += q[b, i, d] * k[b, j, d]
        s[b, i, j] = total


@kernel
def scores_nested(query, keys, result):
    for b in range(query.shape[0]):
        for i in range(query.shape[1]):
            for j in range(keys.shape[1]):
                result[b, i, j] = 0.0
                for d in range(keys.shape[2]):
                    result[b, i, j] += keys[b, j, d] * query[b, i, d]


@kernel
def scores_four_loops(q, k, s):
    for b, i, j, d in ti.ndrange(s.shape[0], s.shape[1], s.shape[2], q.shape[2]):
        s[b, i, j] = q[b, i, d] * k[b, j, d]


@kernel
def scores_adds_only(q, k, s):
    for b, i, j in ti.ndrange(*s.shape):
        for d in range(q.shape[2]):
            s[b, i, j] += q[b, i, d] * k[b, j, d]


@kernel
def scores_mean(q, k, s):
    for b, i, j in ti.ndrange(*s.shape):
        total = 0.0
        for d in range(q.shape[2]):
            total += q[b, i, d] * k[b, j, d]
        s[b, i, j] = total / q.shape[2]


@kernel
def scores_first_sample(q, k, s):
    for b, i, j in ti.ndrange(*s.shape):
        total = 0.0
        for d in range(q.shape[2]):
            total += q[0, i, d] * k[0, j, d]
        s[b, i, j] = total


@kernel
def scores_wrong_range(q, k, s):
    for b, i, j in ti.ndrange(*s.shape):
        total = 0.0
        for d in range(k.shape[1]):
            total += q[b, i, d] * k[b, j, d]
        s[b, i, j] = total


COUNT = {"equations": 6, "multiplications": 48, "additions": 24}
LEGAL = dict(zip("abcdefg", ["legal", "illegal", "legal", "legal", "illegal", "legal", "illegal"], strict=True))
READINGS = {"[]": 11, "[i]": 7, "[j]": 6, "[i, j]": 4}
DIAGONAL = {"line": "d_i = a_ij b_ji", "factor": 512}
NORM = {"line": "s = a_ik b_kj a_im b_mj", "dummies": 4}

RIGHT: Right = {
    "ex-indices-count": [
        ("numbers", COUNT),
        ("products", {"equations": 2 * 3, "multiplications": 2 * 3 * 4 * 2, "additions": 2 * 3 * 4}),
        ("floats", {key: float(value) for key, value in COUNT.items()}),
    ],
    "ex-indices-legal": [
        ("words", LEGAL),
        ("capitals", {key: value.upper() for key, value in LEGAL.items()}),
        ("full stops", {key: f"{value}." for key, value in LEGAL.items()}),
    ],
    "ex-indices-readings": [
        ("numbers", READINGS),
        ("floats", {key: float(value) for key, value in READINGS.items()}),
        ("sums", {"[]": 2 + 2 + 3 + 4, "[i]": 3 + 4, "[j]": 2 + 4, "[i, j]": 4 * 1}),
    ],
    "ex-indices-translate": [("sum signs", "c_ij = sum_k(a_ki b_kj)\ns = sum_kj(x_k b_kj y_j)\nd_k = sum_j(b_kj^2)")],
    "ex-indices-scores": [("ndrange", scores), ("nested loops", scores_nested), ("again", scores)],
    "ex-indices-diagonal": [
        ("plain", DIAGONAL),
        ("other letters", vary(DIAGONAL, line="d_k = b_mk a_km")),
        ("right side only", vary(DIAGONAL, line="a_ij b_ji")),
    ],
    "ex-indices-norm": [
        ("plain", NORM),
        ("a name of one's own", vary(NORM, line="c_ij = a_ik b_kj\ns = c_ij c_ij")),
        ("other letters", vary(NORM, line="s = b_qr a_pq a_ps b_sr")),
    ],
}

WRONG: Wrong = {
    "ex-indices-count": [
        ("no free indices", vary(COUNT, equations=1), "factor"),
        ("the dummy counted", vary(COUNT, equations=24), "factor"),
        ("two factors only", vary(COUNT, multiplications=24), "factor"),
        ("one addition less", vary(COUNT, additions=18), "factor"),
        ("one equation's", vary(COUNT, multiplications=8), "factor"),
        ("text", vary(COUNT, additions="24"), "kind"),
    ],
    "ex-indices-legal": [
        (f"({letter}) turned", {**LEGAL, letter: "illegal" if word == "legal" else "legal"}, "value")
        for letter, word in LEGAL.items()
    ]
    + [("a letter only", "b", "kind")],
    "ex-indices-readings": [
        ("rows for columns", {**READINGS, "[i]": 6, "[j]": 7}, "factor"),
        ("counted from 1", {**READINGS, "[i]": 4}, "factor"),
        ("factors added", {**READINGS, "[]": 15}, "value"),
        ("total for the component", {**READINGS, "[i, j]": 11}, "value"),
        ("a vector", {**READINGS, "[i]": (4, 7)}, "kind"),
    ],
    "ex-indices-translate": [
        ("no transpose", "c_ij = a_ik b_kj\ns = x_k b_kj y_j\nd_k = b_kj b_kj", "transposed"),
        ("columns", "c_ij = a_ki b_kj\ns = x_k b_kj y_j\nd_j = b_kj b_kj", "transposed"),
        ("dummy once", "c_ij = a_ki b_kj\ns = x_k b_kj y_j\nd_k = b_kj^2", "parse"),
        ("no text", 3, "kind"),
    ],
    "ex-indices-scores": [
        ("last product only", scores_four_loops, "value"),
        ("sum without a start", scores_adds_only, "value"),
        ("mean", scores_mean, "factor"),
        ("first sample", scores_first_sample, "value"),
        ("wrong range", scores_wrong_range, "raises"),
        ("no kernel", lambda q, k, s: None, "kind"),
    ],
    "ex-indices-diagonal": [
        ("row sums", vary(DIAGONAL, line="d_i = a_ij b_jk 1_k"), "value"),
        ("trace", vary(DIAGONAL, line="d = a_ij b_ji"), "free"),
        ("not transposed", vary(DIAGONAL, line="d_i = a_ij b_ij"), "transposed"),
        ("the other diagonal", vary(DIAGONAL, line="d_j = a_ij b_ji"), "shape"),
        ("sign", vary(DIAGONAL, line="d_i = -a_ij b_ji"), "sign"),
        ("factor of J", vary(DIAGONAL, factor=64), "factor"),
    ],
    "ex-indices-norm": [
        ("one sum", vary(NORM, line="s = a_ik b_kj a_ik b_kj"), "value"),
        ("squares", vary(NORM, line="s = a_ik^2 b_kj^2 1_ij"), "value"),
        ("without squares", vary(NORM, line="s = a_ik b_kj 1_ij"), "value"),
        ("free indices left", vary(NORM, line="s_ij = a_ik b_kj a_im b_mj"), "sum"),
        ("three dummies", vary(NORM, dummies=3), "factor"),
    ],
}
