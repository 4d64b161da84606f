"""Plausible answers to the exercises of chapter 20."""

from __future__ import annotations

from tensorcalc import kernel

from . import Right, Wrong, vary

CONVERT = {"argument": 0.1, "factor": 1 / 0.9, "inference": 0.9, "all kept": 0.9**4}


@kernel
def one_case(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = 0.0
        if y[i] > 0.0:
            dl_dx[i] = 1.25 * dl_dy[i]


@kernel
def two_branches(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        if y[i] <= 0.0:
            dl_dx[i] = 0.0
        else:
            dl_dx[i] = dl_dy[i] / 0.8


@kernel
def by_slope(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        slope = 1.25
        if y[i] <= 0.0:
            slope = 0.0
        dl_dx[i] = slope * dl_dy[i]


@kernel
def not_zero(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = 0.0
        if y[i] != 0.0:
            dl_dx[i] = 1.25 * dl_dy[i]


@kernel
def not_scaled(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = 0.0
        if y[i] > 0.0:
            dl_dx[i] = dl_dy[i]


@kernel
def divided_by_p(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = 0.0
        if y[i] > 0.0:
            dl_dx[i] = 5.0 * dl_dy[i]


@kernel
def times_output(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = 0.0
        if y[i] > 0.0:
            dl_dx[i] = 1.25 * dl_dy[i] * y[i]


@kernel
def no_relu(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        dl_dx[i] = 1.25 * dl_dy[i]


@kernel
def never_zero(dl_dy, y, dl_dx):
    for i in range(y.shape[0]):
        if y[i] > 0.0:
            dl_dx[i] = 1.25 * dl_dy[i]


RIGHT: Right = {
    "ex-dropout-convert": [
        ("computed", CONVERT),
        ("rounded", {"argument": 0.1, "factor": 1.111, "inference": 0.9, "all kept": 0.6561}),
        ("powers", {"argument": 1 - 0.9, "factor": 0.9**-1, "inference": 0.9, "all kept": (0.9**2) ** 2}),
    ],
    "ex-dropout-moments": [
        ("other order", "m = h_i w_i\nv = 1_i h_i^2 w_i^2 p/q"),
        ("q alone", "m = w_i h_i\nv = (1 - q)/q 1_i w_i^2 h_i^2"),
    ],
    "ex-dropout-channels": [
        ("factor first", "dl_dx_abc = 1/q r_ab dl_dy_abc\ndl_db_c = 1/q r_nc 1_k dl_dy_nck"),
        ("p alone", "dl_dx_abc = dl_dy_abc r_ab/(1 - p)\ndl_db_c = 1_k dl_dy_nck r_nc/(1 - p)"),
    ],
    "ex-dropout-kernel": [
        ("one case", one_case),
        ("two branches", two_branches),
        ("by slope", by_slope),
        ("not zero", not_zero),
    ],
    "ex-dropout-ridge": [
        ("without e", "dl_dw_a = h_ni w_i h_na - t_n h_na + p/q 1_n h_na^2 w_a"),
        ("p alone", "dl_dw_a = e_n h_na + p/(1 - p) 1_n h_na^2 w_a"),
    ],
    "ex-dropout-connect": [
        (
            "factor first",
            "dl_dh_ab = 1/q dl_dy_aj w_bj r_bj\ndl_dw_ab = 1/q r_ab h_na dl_dy_nb\nv_ab = p 1_i h_ai^2 w_ib^2/q",
        ),
        (
            "q alone",
            "dl_dh_ab = dl_dy_aj r_bj w_bj/q\ndl_dw_ab = dl_dy_nb h_na r_ab/q\nv_ab = (1 - q)/q 1_i h_ai^2 w_ib^2",
        ),
    ],
    "ex-dropout-gaussian": [
        ("multiplied out", "z = sqrt(p)/sqrt(q)\ndl_dh_a = dl_dy_a + s dl_dy_a e_a\ndl_ds = e_i h_i dl_dy_i"),
        ("p alone", "z = sqrt(p/(1 - p))\ndl_dh_a = dl_dy_a (1 + s e_a)\ndl_ds = dl_dy_i h_i e_i"),
        ("q alone", "z = sqrt(1/q - 1)\ndl_dh_a = dl_dy_a (1 + s e_a)\ndl_ds = dl_dy_i h_i e_i"),
    ],
}

WRONG: Wrong = {
    "ex-dropout-convert": [
        ("keep for drop", vary(CONVERT, argument=0.9), "factor"),
        ("divided by p", vary(CONVERT, factor=10), "factor"),
        ("plain factor", vary(CONVERT, factor=0.9), "value"),
        ("inverted at inference", vary(CONVERT, inference=1.0), "value"),
        ("drop at inference", vary(CONVERT, inference=0.1), "factor"),
        ("one of four", vary(CONVERT, all_kept=0.9), "value"),
        ("a word", vary(CONVERT, argument="0.1"), "kind"),
    ],
    "ex-dropout-moments": [
        ("plain form", "m = q w_i h_i\nv = p q 1_i w_i^2 h_i^2", "value"),
        ("letters exchanged", "m = w_i h_i\nv = q/p 1_i w_i^2 h_i^2", "value"),
        ("square of the sum", "m = w_i h_i\nv = p/q (w_i h_i)^2", "value"),
    ],
    "ex-dropout-channels": [
        ("not scaled", "dl_dx_abc = dl_dy_abc r_ab\ndl_db_c = 1_k dl_dy_nck r_nc", "value"),
        ("mask forgotten", "dl_dx_abc = dl_dy_abc/q\ndl_db_c = 1_n 1_k dl_dy_nck/q", "value"),
    ],
    "ex-dropout-kernel": [
        ("not scaled", not_scaled, "factor"),
        ("divided by p", divided_by_p, "factor"),
        ("times the output", times_output, "value"),
        ("ReLU forgotten", no_relu, "value"),
        ("zeros never set", never_zero, "value"),
        ("no kernel", lambda dl_dy, y, dl_dx: None, "kind"),
    ],
    "ex-dropout-ridge": [
        ("penalty forgotten", "dl_dw_a = e_n h_na", "term"),
        ("letters exchanged", "dl_dw_a = e_n h_na + q/p 1_n h_na^2 w_a", "value"),
        ("plain ridge", "dl_dw_a = e_n h_na + p/q w_a", "value"),
    ],
    "ex-dropout-connect": [
        (
            "mask forgotten",
            "dl_dh_ab = dl_dy_aj w_bj/q\ndl_dw_ab = dl_dy_nb h_na/q\nv_ab = p/q 1_i h_ai^2 w_ib^2",
            "value",
        ),
        (
            "plain variance",
            "dl_dh_ab = dl_dy_aj r_bj w_bj/q\ndl_dw_ab = dl_dy_nb h_na r_ab/q\nv_ab = p q 1_i h_ai^2 w_ib^2",
            "value",
        ),
    ],
    "ex-dropout-gaussian": [
        ("variance for deviation", "z = p/q\ndl_dh_a = dl_dy_a (1 + s e_a)\ndl_ds = dl_dy_i h_i e_i", "value"),
        ("noise alone", "z = sqrt(p/q)\ndl_dh_a = dl_dy_a s e_a\ndl_ds = dl_dy_i h_i e_i", "term"),
        ("letters exchanged", "z = sqrt(q/p)\ndl_dh_a = dl_dy_a (1 + s e_a)\ndl_ds = dl_dy_i h_i e_i", "value"),
    ],
}
