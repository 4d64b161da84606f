"""Plausible answers to the exercises of chapter 23."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel

from . import Right, Wrong, vary

GRAPH = {"paths from x": 4, "paths from mu": 2, "arrows of three": 8}
MEMORY = {"GiB": 32, "share": 1 / 1024, "KiB": 64}


@kernel
def add(dl_dy, z, before, dl_dgamma):
    for h in range(dl_dgamma.shape[0]):
        total = before[h]
        for b in range(z.shape[0]):
            total += dl_dy[b, h] * z[b, h]
        dl_dgamma[h] = total


@kernel
def add_in_place(g, z, before, out):
    for h in range(before.shape[0]):
        out[h] = before[h]
        for b in range(g.shape[0]):
            out[h] += z[b, h] * g[b, h]


@kernel
def add_last(dl_dy, z, before, dl_dgamma):
    for h in range(before.shape[0]):
        total = 0.0
        for b in range(z.shape[0]):
            total += dl_dy[b, h] * z[b, h]
        dl_dgamma[h] = total + before[h]


@kernel
def adds_to_what_is_there(dl_dy, z, before, dl_dgamma):
    for h in range(before.shape[0]):
        total = before[h]
        for b in range(z.shape[0]):
            total += dl_dy[b, h] * z[b, h]
        dl_dgamma[h] += total


@kernel
def forgets_before(dl_dy, z, before, dl_dgamma):
    for h in range(before.shape[0]):
        total = 0.0
        for b in range(z.shape[0]):
            total += dl_dy[b, h] * z[b, h]
        dl_dgamma[h] = total


@kernel
def mean(dl_dy, z, before, dl_dgamma):
    for h in range(before.shape[0]):
        total = 0.0
        for b in range(z.shape[0]):
            total += dl_dy[b, h] * z[b, h]
        dl_dgamma[h] = before[h] + total / z.shape[0]


@kernel
def shift(dl_dy, z, before, dl_dgamma):
    for h in range(before.shape[0]):
        total = before[h]
        for b in range(z.shape[0]):
            total += dl_dy[b, h]
        dl_dgamma[h] = total


@kernel
def negative(dl_dy, z, before, dl_dgamma):
    for h in range(before.shape[0]):
        total = before[h]
        for b in range(z.shape[0]):
            total += dl_dy[b, h] * z[b, h]
        dl_dgamma[h] = -total


RIGHT: Right = {
    "ex-lnweights-graph": [
        ("integers", GRAPH),
        ("floats", {key: float(value) for key, value in GRAPH.items()}),
        ("computed", {**GRAPH, "paths from x": 2 * 2, "arrows of three": 1 + 2 + 5}),
    ],
    "ex-lnweights-memory": [
        ("numbers", MEMORY),
        ("computed", {"GiB": 8192 * 1024**2 * 4 / 2**30, "share": 2**-10, "KiB": 2 * 8192 * 4 / 1024}),
        ("rounded", {**MEMORY, "share": 0.000977}),
    ],
    "ex-lnweights-rms": [("the Jacobian first", "dl_dgamma_q = dl_dy_bh x_bh/r_b delta_hq")],
    "ex-lnweights-group": [("ones apart", "dl_dgamma_gc = z_ngcp dl_dy_ngcp\ndl_dbeta_gc = 1_n 1_p dl_dy_ngcp")],
    "ex-lnweights-scalar": [("ones apart", "dl_ds = z_bh dl_dy_bh\ndl_dt = 1_b 1_h dl_dy_bh")],
    "ex-lnweights-adaptive": [
        ("a name of one's own", "s_bh = dl_dy_bh z_bh\ndl_dw_kh = c_bk s_bh\ndl_dc_bk = s_bh w_kh"),
    ],
    "ex-lnweights-kernel": [("loops", add), ("in place", add_in_place), ("at the end", add_last)],
}

WRONG: Wrong = {
    "ex-lnweights-graph": [
        ("three paths", vary(GRAPH, paths_from_x=3), "factor"),
        ("consumers for paths", vary(GRAPH, paths_from_x=2), "factor"),
        ("one path", vary(GRAPH, paths_from_mu=1), "factor"),
        ("arrows of five", vary(GRAPH, arrows_of_three=9), "factor"),
        ("names counted", vary(GRAPH, arrows_of_three=6), "factor"),
        ("text", vary(GRAPH, paths_from_x="4"), "kind"),
    ],
    "ex-lnweights-memory": [
        ("bytes forgotten", vary(MEMORY, GiB=8), "factor"),
        ("GB", vary(MEMORY, GiB=34.36), "value"),
        ("the input's Jacobian", vary(MEMORY, GiB=32 * 8192), "factor"),
        ("share of samples", vary(MEMORY, share=1 / 8192), "factor"),
        ("one statistic", vary(MEMORY, KiB=32), "factor"),
        ("bytes", vary(MEMORY, KiB=65536), "factor"),
    ],
    "ex-lnweights-rms": [
        ("not normalised", "dl_dgamma_q = dl_dy_bq x_bq", "value"),
        ("multiplied", "dl_dgamma_q = dl_dy_bq x_bq r_b", "value"),
        ("shift", "dl_dgamma_q = 1_b dl_dy_bq", "value"),
    ],
    "ex-lnweights-group": [
        ("samples alone", "dl_dgamma_gcp = dl_dy_ngcp z_ngcp\ndl_dbeta_gc = 1_np dl_dy_ngcp", "sum"),
        ("scale for shift", "dl_dgamma_gc = dl_dy_ngcp z_ngcp\ndl_dbeta_gc = dl_dy_ngcp z_ngcp", "value"),
    ],
    "ex-lnweights-scalar": [
        ("mean", "dl_ds = 1/B dl_dy_bh z_bh\ndl_dt = 1_bh dl_dy_bh", "factor"),
        ("exchanged", "dl_ds = 1_bh dl_dy_bh\ndl_dt = dl_dy_bh z_bh", "value"),
        ("batch alone", "dl_ds = dl_dy_bh z_bh\ndl_dt_h = 1_b dl_dy_bh", "sum"),
    ],
    "ex-lnweights-adaptive": [
        ("without z", "dl_dw_kh = c_bk dl_dy_bh\ndl_dc_bk = dl_dy_bh z_bh w_kh", "value"),
        ("condition without z", "dl_dw_kh = c_bk dl_dy_bh z_bh\ndl_dc_bk = dl_dy_bh w_kh", "value"),
    ],
    "ex-lnweights-kernel": [
        ("adds to what is there", adds_to_what_is_there, "value"),
        ("forgets before", forgets_before, "value"),
        ("mean over the piece", mean, "value"),
        ("that of the shift", shift, "value"),
        ("sign", negative, "sign"),
        ("no kernel", lambda dl_dy, z, before, dl_dgamma: None, "kind"),
        ("a number", np.pi, "kind"),
    ],
}
