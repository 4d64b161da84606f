"""Plausible answers to the exercises of chapter 17."""

from __future__ import annotations

import numpy as np

from . import Right, Wrong, vary

LAYOUT = {"a": "columns", "b": "rows", "c": "columns", "d": "rows", "e": "columns", "f": "rows"}
CHANGE = {"differential": 0.6, "change": 0.58, "rest": -0.02}


def squares(x, w, v, t, slope=2.0, turn=False, residual=True):
    a = x @ w
    h = a * a
    dl_dy = h @ v - t if residual else h @ v
    dl_da = (dl_dy @ v.T) * slope * a
    return (dl_da.T @ x).T if turn else x.T @ dl_da, h.T @ dl_dy


def by_einsum(x, w, v, t):
    a = np.einsum("ni,ij->nj", x, w)
    g = np.einsum("nj,jc->nc", a**2, v) - t
    return np.einsum("ni,nc,jc,nj->ij", x, g, v, 2 * a), np.einsum("nj,nc->jc", a**2, g)


def as_tuple_of_lists(x, w, v, t):
    return tuple(gradient.tolist() for gradient in squares(x, w, v, t))


def no_slope(x, w, v, t):
    g = (x @ w) ** 2 @ v - t
    return x.T @ (g @ v.T), ((x @ w) ** 2).T @ g


def preactivation_for_output(x, w, v, t):
    a = x @ w
    g = (a * a) @ v - t
    return x.T @ (g @ v.T * 2 * a), a.T @ g


def mean(x, w, v, t):
    return tuple(gradient / len(x) for gradient in squares(x, w, v, t))


RIGHT: Right = {
    "ex-netdiff-tanh": [
        (
            "by a gradient of its own",
            "g_nj = dl_dh_nj - dl_dh_nj h_nj^2\ndl_dx_ni = g_nj w_ij\ndl_dw_ij = x_ni g_nj\ndl_db_j = 1_n g_nj",
        ),
    ],
    "ex-netdiff-layout": [
        ("words", LAYOUT),
        ("capitals", {part: word.upper() for part, word in LAYOUT.items()}),
        ("with a full stop", {part: f"{word}." for part, word in LAYOUT.items()}),
    ],
    "ex-netdiff-change": [
        ("decimals", CHANGE),
        ("computed", {"differential": 0.2 * 2 - 0.1 * 3 + 0.5, "change": 3.2 * 1.9 + 1.5 - 7, "rest": 0.2 * -0.1}),
        ("NumPy's", {part: np.float64(number) for part, number in CHANGE.items()}),
    ],
    "ex-netdiff-soft": [("by exp", "dl_da_p = 1_c t_c exp(a_p)/z - t_p"), ("one sum", "dl_da_p = s_p t_c 1_c - t_p")],
    "ex-netdiff-residual": [
        (
            "multiplied out",
            "dl_dh_pq = g_pq + g_pj w_qj - g_pj v_pj^2 w_qj\ndl_dw_pq = h_np g_nq - h_np g_nq v_nq^2",
        ),
    ],
    "ex-netdiff-squares": [("matrices", squares), ("einsum", by_einsum), ("lists", as_tuple_of_lists)],
    "ex-netdiff-tied": [
        ("multiplied out", "dl_dw_pq = r_np c_nq + x_np r_ni w_iq - x_np c_nq^2 r_ni w_iq"),
        ("without r", "dl_dw_pq = (c_nk w_pk - x_np) c_nq + x_np (1 - c_nq^2) (c_nk w_ik w_iq - x_ni w_iq)"),
    ],
    "ex-netdiff-bilinear": [
        ("with a delta", "dl_dx_pq = g_pc w_qjc z_pj\ndl_dz_pq = g_nc x_ni w_iqc delta_np\ndl_dw_pqr = g_nr x_np z_nq"),
    ],
}

WRONG: Wrong = {
    "ex-netdiff-tanh": [
        (
            "slope of the sigmoid",
            "dl_dx_ni = dl_dh_nj h_nj (1 - h_nj) w_ij\ndl_dw_ij = x_ni dl_dh_nj h_nj (1 - h_nj)\n"
            "dl_db_j = 1_n dl_dh_nj h_nj (1 - h_nj)",
            "value",
        ),
        (
            "slope forgotten",
            "dl_dx_ni = dl_dh_nj w_ij\ndl_dw_ij = x_ni dl_dh_nj\ndl_db_j = 1_n dl_dh_nj",
            "value",
        ),
    ],
    "ex-netdiff-layout": [
        ("rows for a", vary(LAYOUT, a="rows"), "value"),
        ("columns for b", vary(LAYOUT, b="columns"), "value"),
        ("rows for c", vary(LAYOUT, c="rows"), "value"),
        ("columns for d", vary(LAYOUT, d="columns"), "value"),
        ("rows for e", vary(LAYOUT, e="rows"), "value"),
        ("columns for f", vary(LAYOUT, f="columns"), "value"),
        ("neither", vary(LAYOUT, a="neither"), "kind"),
    ],
    "ex-netdiff-change": [
        ("weights alone", vary(CHANGE, differential=0.4), "factor"),
        ("sign of dh", vary(CHANGE, differential=1.2), "factor"),
        ("differential for the change", vary(CHANGE, change=0.6), "value"),
        ("sign of the rest", vary(CHANGE, rest=0.02), "sign"),
        ("a word", vary(CHANGE, rest="small"), "kind"),
    ],
    "ex-netdiff-soft": [
        ("sum taken as one", "dl_da_p = s_p - t_p", "value"),
        ("times its own target", "dl_da_p = t_p s_p - t_p", "value"),
        ("sign", "dl_da_p = 1_c t_c s_p + t_p", "term"),
    ],
    "ex-netdiff-residual": [
        ("way round forgotten", "dl_dh_pq = g_pj (1 - v_pj^2) w_qj\ndl_dw_pq = h_np g_nq (1 - v_nq^2)", "term"),
        (
            "not transposed",
            "dl_dh_pq = g_pq + g_pj (1 - v_pj^2) w_jq\ndl_dw_pq = h_np g_nq (1 - v_nq^2)",
            "value",
        ),
        ("slope forgotten", "dl_dh_pq = g_pq + g_pj w_qj\ndl_dw_pq = h_np g_nq", "value"),
    ],
    "ex-netdiff-squares": [
        ("slope a for 2a", lambda *arrays: squares(*arrays, slope=1.0), "factor"),
        ("no slope", no_slope, "value"),
        ("target forgotten", lambda *arrays: squares(*arrays, residual=False), "value"),
        ("a for h", preactivation_for_output, "value"),
        ("order exchanged", lambda *arrays: squares(*arrays)[::-1], "shape"),
        ("only one", lambda *arrays: squares(*arrays)[0], "shape"),
        ("no function", 3.0, "kind"),
    ],
    "ex-netdiff-tied": [
        ("encoder alone", "dl_dw_pq = x_np (1 - c_nq^2) r_ni w_iq", "term"),
        ("decoder alone", "dl_dw_pq = r_np c_nq", "term"),
        ("slope forgotten", "dl_dw_pq = r_np c_nq + x_np r_ni w_iq", "value"),
    ],
    "ex-netdiff-bilinear": [
        ("batch kept", "dl_dx_pq = g_pc w_qjc z_pj\ndl_dz_pq = g_pc x_pi w_iqc\ndl_dw_pqr = g_pr x_pp z_pq", "parse"),
        (
            "wrong operand",
            "dl_dx_pq = g_pc w_qjc z_pj\ndl_dz_pq = g_pc x_pi w_iqc\ndl_dw_pqr = g_nr x_nq z_np",
            "transposed",
        ),
    ],
}
