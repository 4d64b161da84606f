"""Plausible answers to the exercises of chapter 09."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel

from . import Right, Wrong

MEMORY = {"GiB by x": 4, "GiB by w": 512, "share by x": 1 / 16, "share by w": 1 / 2048}
HAND = {"dl/dx_0": 52, "dl/dx_1": 15}
SAVE = {"3x": "a", "exp": "b", "sin": "c", "1/x": "b", "x^2": "c"}


@kernel
def shift(dl_dy, dl_ds):
    for p in range(dl_ds.shape[0]):
        total = 0.0
        for b in range(dl_dy.shape[0]):
            for i in range(dl_dy.shape[2]):
                for j in range(dl_dy.shape[3]):
                    total += dl_dy[b, p, i, j]
        dl_ds[p] = total


@kernel
def shift_in_place(g, ds):
    for p in range(ds.shape[0]):
        ds[p] = 0.0
        for b in range(g.shape[0]):
            for i in range(g.shape[2]):
                for j in range(g.shape[3]):
                    ds[p] += g[b, p, i, j]


@kernel
def shift_other_order(dl_dy, dl_ds):
    for p in range(dl_dy.shape[1]):
        total = 0.0
        for j in range(dl_dy.shape[3]):
            for i in range(dl_dy.shape[2]):
                for b in range(dl_dy.shape[0]):
                    total = total + dl_dy[b, p, i, j]
        dl_ds[p] = total


@kernel
def adds_only(dl_dy, dl_ds):
    for p in range(dl_ds.shape[0]):
        for b in range(dl_dy.shape[0]):
            for i in range(dl_dy.shape[2]):
                for j in range(dl_dy.shape[3]):
                    dl_ds[p] += dl_dy[b, p, i, j]


@kernel
def first_sample(dl_dy, dl_ds):
    for p in range(dl_ds.shape[0]):
        total = 0.0
        for i in range(dl_dy.shape[2]):
            for j in range(dl_dy.shape[3]):
                total += dl_dy[0, p, i, j]
        dl_ds[p] = total


@kernel
def mean(dl_dy, dl_ds):
    for p in range(dl_ds.shape[0]):
        total = 0.0
        for b in range(dl_dy.shape[0]):
            for i in range(dl_dy.shape[2]):
                for j in range(dl_dy.shape[3]):
                    total += dl_dy[b, p, i, j]
        dl_ds[p] = total / dl_dy.shape[0]


@kernel
def negative(dl_dy, dl_ds):
    for p in range(dl_ds.shape[0]):
        total = 0.0
        for b in range(dl_dy.shape[0]):
            for i in range(dl_dy.shape[2]):
                for j in range(dl_dy.shape[3]):
                    total -= dl_dy[b, p, i, j]
        dl_ds[p] = total


RIGHT: Right = {
    "ex-backward-memory": [
        ("numbers", MEMORY),
        ("computed", {**MEMORY, "GiB by w": 4 * 16 * 2048**3 / 2**30}),
        ("rounded", {**MEMORY, "share by w": 0.0004883}),
    ],
    "ex-backward-hand": [
        ("integers", HAND),
        ("floats", {"dl/dx_0": 52.0, "dl/dx_1": 15.0}),
        ("computed", dict(zip(HAND, np.array([5, 7]) @ np.array([[2, 3], [6, 0]]), strict=True))),
    ],
    "ex-backward-save": [
        ("letters", SAVE),
        ("capitals", {key: value.upper() for key, value in SAVE.items()}),
        ("brackets", {key: f"({value})" for key, value in SAVE.items()}),
    ],
    "ex-backward-outputs": [("one bracket", "dl_dx_pq = dl_dc_pq + 1/D 1_q (dl_dm_p - 1_d dl_dc_pd)")],
    "ex-backward-shift": [("loops", shift), ("in place", shift_in_place), ("other order", shift_other_order)],
    "ex-backward-distances": [
        (
            "not simplified",
            "dl_dx_pq = dl_dy_ij 2 (1_j x_ik - 1_i c_jk) delta_ip delta_kq\n"
            "dl_dc_pq = -2 dl_dy_ip (1_p x_iq - 1_i c_pq)",
        ),
        (
            "multiplied out",
            "dl_dx_pq = 2 dl_dy_pj 1_j x_pq - 2 dl_dy_pj c_jq\ndl_dc_pq = 2 c_pq dl_dy_ip 1_i - 2 dl_dy_ip x_iq",
        ),
    ],
}

WRONG: Wrong = {
    "ex-backward-memory": [
        ("bytes forgotten", {**MEMORY, "GiB by x": 1}, "factor"),
        ("bits", {**MEMORY, "GiB by x": 32}, "factor"),
        ("GB", {**MEMORY, "GiB by w": 549.8}, "value"),
        ("one axis", {**MEMORY, "GiB by w": 32}, "factor"),
        ("shares exchanged", {**MEMORY, "share by x": 1 / 2048}, "factor"),
        ("both deltas", {**MEMORY, "share by w": 1 / 2048 / 16}, "factor"),
    ],
    "ex-backward-hand": [
        ("Jacobian transposed", {"dl/dx_0": 5 * 2 + 7 * 3, "dl/dx_1": 5 * 6}, "value"),
        ("first output alone", {"dl/dx_0": 10, "dl/dx_1": 15}, "value"),
        ("upstream of ones", {"dl/dx_0": 8, "dl/dx_1": 3}, "value"),
        ("slope of the square", {"dl/dx_0": 5 * 2 + 7 * 3, "dl/dx_1": 15}, "value"),
        ("sign", {"dl/dx_0": -52, "dl/dx_1": 15}, "sign"),
        ("text", {"dl/dx_0": "52", "dl/dx_1": 15}, "kind"),
    ],
    "ex-backward-save": [
        ("3x needs x", {**SAVE, "3x": "c"}, "value"),
        ("exp needs x", {**SAVE, "exp": "c"}, "value"),
        ("sin by y", {**SAVE, "sin": "b"}, "value"),
        ("1/x needs x", {**SAVE, "1/x": "c"}, "value"),
        ("square by y", {**SAVE, "x^2": "b"}, "value"),
        ("a word", {**SAVE, "exp": "output"}, "kind"),
    ],
    "ex-backward-outputs": [
        ("mean as constant", "dl_dx_pq = dl_dc_pq + 1/D 1_q dl_dm_p", "term"),
        ("c alone", "dl_dx_pq = dl_dc_pq - 1/D 1_qd dl_dc_pd", "term"),
        ("not divided", "dl_dx_pq = dl_dc_pq + 1_q dl_dm_p - 1/D 1_qd dl_dc_pd", "term"),
        ("direct path forgotten", "dl_dx_pq = 1/D 1_q dl_dm_p - 1/D 1_qd dl_dc_pd", "term"),
        ("sign", "dl_dx_pq = dl_dc_pq + 1/D 1_q dl_dm_p + 1/D 1_qd dl_dc_pd", "term"),
    ],
    "ex-backward-shift": [
        ("adds to what is there", adds_only, "value"),
        ("first sample", first_sample, "sum"),
        ("mean over the batch", mean, "factor"),
        ("sign", negative, "sign"),
        ("no kernel", lambda dl_dy, dl_ds: None, "kind"),
    ],
    "ex-backward-distances": [
        (
            "factor 2",
            "dl_dx_pq = dl_dy_pj (1_j x_pq - 1_p c_jq)\ndl_dc_pq = -2 dl_dy_ip (1_p x_iq - 1_i c_pq)",
            "factor",
        ),
        ("sign", "dl_dx_pq = 2 dl_dy_pj (1_j x_pq - 1_p c_jq)\ndl_dc_pq = 2 dl_dy_ip (1_p x_iq - 1_i c_pq)", "sign"),
    ],
}
