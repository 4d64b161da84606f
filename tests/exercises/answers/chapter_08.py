"""Plausible answers to the exercises of chapter 08."""

from __future__ import annotations

from . import Right, Wrong, vary

LETTERS = {"a": "yes", "b": "no", "c": "no", "d": "yes", "e": "no", "f": "yes"}
COMPONENTS = (8 * 128 * 128) * (8 * 128 * 64)
SCORES = {
    "jacobian": "j_bijprt = delta_bp delta_jr q_bit",
    "components": COMPONENTS,
    "nonzero": COMPONENTS // (8 * 128),
}
CUBE = {
    "jacobian": "j_ijpq = delta_ip x_qm x_mj + x_ip x_qj + x_ik x_kp delta_jq",
    "terms of X^n for n = 7": 7,
}
TERMS = "terms of X^n for n = 7"
MEAN = {"y": "j_ip = delta_ip - 1/I 1_ip", "v": "g_p = 2/I y_p", "wrong": "b"}

RIGHT: Right = {
    "ex-rules-letters": [
        ("words", LETTERS),
        ("capitals", {part: word.upper() for part, word in LETTERS.items()}),
        ("with a full stop", {part: f"{word}." for part, word in LETTERS.items()}),
    ],
    "ex-rules-scores": [
        ("as it is", SCORES),
        ("with the third delta", vary(SCORES, jacobian="j_bijprt = q_bid delta_bp delta_jr delta_dt")),
        ("floats", vary(SCORES, components=float(COMPONENTS), nonzero=COMPONENTS / 1024)),
    ],
    "ex-rules-unit": [
        ("by y", "j_ip = (delta_ip - y_i y_p)/sqrt(n)"),
        ("quotient rule", "j_ip = 1/n (delta_ip sqrt(n) - x_i x_p/sqrt(n))"),
    ],
    "ex-rules-cube": [
        ("as it is", CUBE),
        (
            "before the deltas are used",
            {
                **CUBE,
                "jacobian": "j_ijpq = delta_ip delta_kq x_km x_mj + x_ik delta_kp delta_mq x_mj "
                "+ x_ik x_km delta_mp delta_jq",
            },
        ),
        (
            "a square named",
            {**CUBE, "jacobian": "a_ij = x_ik x_kj\nj_ijpq = delta_ip a_qj + x_ip x_qj + a_ip delta_jq"},
        ),
    ],
    "ex-rules-mean": [
        ("as it is", MEAN),
        ("by x and m", vary(MEAN, v="g_p = 2/I (x_p - 1_p m)")),
        ("not simplified", vary(MEAN, v="g_p = 2/I y_i (delta_ip - 1/I 1_ip)", wrong="B")),
    ],
    "ex-rules-gram": [("by y", "j_ijpq = (delta_ip x_jq + delta_jp x_iq - 2 y_ij x_pq)/t")],
}

WRONG: Wrong = {
    "ex-rules-letters": [
        ("no to a", vary(LETTERS, a="no"), "value"),
        ("yes to b", vary(LETTERS, b="yes"), "value"),
        ("yes to c", vary(LETTERS, c="yes"), "value"),
        ("no to d", vary(LETTERS, d="no"), "value"),
        ("yes to e", vary(LETTERS, e="yes"), "value"),
        ("no to f", vary(LETTERS, f="no"), "value"),
        ("perhaps", vary(LETTERS, a="perhaps"), "kind"),
    ],
    "ex-rules-scores": [
        ("delta of b forgotten", vary(SCORES, jacobian="j_bijprt = delta_jr q_bit 1_p"), "value"),
        ("i for j", vary(SCORES, jacobian="j_bijprt = delta_bp delta_ir q_bjt"), "value"),
        ("sum forgotten", vary(SCORES, jacobian="j_bijprt = delta_bp delta_jr q_bi"), "parse"),
        ("sign", vary(SCORES, jacobian="j_bijprt = -delta_bp delta_jr q_bit"), "sign"),
        ("components of s", vary(SCORES, components=8 * 128 * 128), "value"),
        ("one delta", vary(SCORES, nonzero=COMPONENTS // 8), "value"),
        ("three deltas", vary(SCORES, nonzero=COMPONENTS // (8 * 128 * 64)), "value"),
    ],
    "ex-rules-unit": [
        ("length taken as constant", "j_ip = delta_ip/sqrt(n)", "term"),
        ("sign", "j_ip = (delta_ip + y_i y_p)/sqrt(n)", "term"),
        ("power", "j_ip = delta_ip/sqrt(n) - x_i x_p/n", "value"),
        ("factor 2 kept", "j_ip = delta_ip/sqrt(n) - 2 x_i x_p/n^{3/2}", "term"),
        ("diagonal", "j_ip = delta_ip (1 - y_i y_i)/sqrt(n)", "value"),
    ],
    "ex-rules-cube": [
        ("as in one variable", {**CUBE, "jacobian": "j_ijpq = 3 x_ip x_qj"}, "term"),
        ("middle term forgotten", {**CUBE, "jacobian": "j_ijpq = delta_ip x_qm x_mj + x_ik x_kp delta_jq"}, "term"),
        ("transposed", {**CUBE, "jacobian": "j_ijpq = delta_ip x_mq x_mj + x_ip x_qj + x_ik x_kp delta_jq"}, "value"),
        ("sign", {**CUBE, "jacobian": "j_ijpq = delta_ip x_qm x_mj - x_ip x_qj + x_ik x_kp delta_jq"}, "term"),
        ("one term", {**CUBE, TERMS: 1}, "factor"),
        ("two terms", {**CUBE, TERMS: 2}, "factor"),
    ],
    "ex-rules-mean": [
        ("mean as constant", vary(MEAN, y="j_ip = delta_ip"), "term"),
        ("sign", vary(MEAN, y="j_ip = delta_ip + 1/I 1_ip"), "term"),
        ("not divided", vary(MEAN, y="j_ip = delta_ip - 1_ip"), "value"),
        ("factor", vary(MEAN, v="g_p = 1/I y_p"), "factor"),
        ("x for y", vary(MEAN, v="g_p = 2/I x_p"), "value"),
        *((letter, vary(MEAN, wrong=letter), "value") for letter in "acd"),
    ],
    "ex-rules-gram": [
        ("total as constant", "j_ijpq = (delta_ip x_jq + delta_jp x_iq)/t", "term"),
        ("one occurrence", "j_ijpq = delta_ip x_jq/t - 2 y_ij x_pq/t", "value"),
        ("factor 2 forgotten", "j_ijpq = (delta_ip x_jq + delta_jp x_iq - y_ij x_pq)/t", "term"),
        ("not squared", "j_ijpq = (delta_ip x_jq + delta_jp x_iq)/t - 2 x_ik x_jk x_pq/t", "value"),
        ("sign", "j_ijpq = (delta_ip x_jq + delta_jp x_iq + 2 y_ij x_pq)/t", "term"),
    ],
}
