"""Plausible answers to the exercises of chapter 21."""

from __future__ import annotations

import numpy as np

import tensorcalc as tc

from . import Right, Wrong, vary


@tc.kernel
def differences(dl_dy, dl_dx):
    for i in range(dl_dx.shape[0]):
        total = 0.0
        if i >= 1:
            total += dl_dy[i - 1]
        if i < dl_dy.shape[0]:
            total -= dl_dy[i]
        dl_dx[i] = total


@tc.kernel
def differences_ends(dl_dy, dl_dx):
    last = dl_dy.shape[0]
    for i in range(dl_dx.shape[0]):
        if i == 0:
            dl_dx[i] = -dl_dy[0]
        elif i == last:
            dl_dx[i] = dl_dy[last - 1]
        else:
            dl_dx[i] = dl_dy[i - 1] - dl_dy[i]


@tc.kernel
def differences_taps(dl_dy, dl_dx):
    for i in range(dl_dx.shape[0]):
        total = 0.0
        for r in range(2):
            if i >= r and i - r < dl_dy.shape[0]:
                total += dl_dy[i - r] * (2.0 * r - 1.0)
        dl_dx[i] = total


@tc.kernel
def sign(dl_dy, dl_dx):
    for i in range(dl_dx.shape[0]):
        total = 0.0
        if i >= 1:
            total -= dl_dy[i - 1]
        if i < dl_dy.shape[0]:
            total += dl_dy[i]
        dl_dx[i] = total


@tc.kernel
def added(dl_dy, dl_dx):
    for i in range(dl_dx.shape[0]):
        total = 0.0
        if i >= 1:
            total += dl_dy[i - 1]
        if i < dl_dy.shape[0]:
            total += dl_dy[i]
        dl_dx[i] = total


@tc.kernel
def first_unset(dl_dy, dl_dx):
    for i in range(1, dl_dx.shape[0]):
        total = dl_dy[i - 1]
        if i < dl_dy.shape[0]:
            total -= dl_dy[i]
        dl_dx[i] = total


@tc.kernel
def far_end(dl_dy, dl_dx):
    for i in range(dl_dx.shape[0]):
        total = -dl_dy[i]
        if i >= 1:
            total += dl_dy[i - 1]
        dl_dx[i] = total


@tc.kernel
def one_term(dl_dy, dl_dx):
    for i in range(dl_dx.shape[0]):
        total = 0.0
        if i >= 1:
            total = dl_dy[i - 1]
        dl_dx[i] = total


FLIP = {"correlation 0": 7, "correlation 1": 1, "convolution 0": 5, "convolution 1": 3}
SIZES = {"image": 112, "positions": 3, "never read": 4, "padding": 4}
PARTS = {"stride": 1, "dilation": 3}


def numbers(right: dict) -> list:
    return [
        ("counted", right),
        ("floats", {key: float(value) for key, value in right.items()}),
        ("NumPy", {key: np.int64(value) for key, value in right.items()}),
    ]


RIGHT: Right = {
    "ex-convolution-flip": numbers(FLIP),
    "ex-convolution-sizes": numbers(SIZES),
    "ex-convolution-parts": numbers(PARTS),
    "ex-convolution-stride": [
        ("with a delta", "dl_dx_i = dl_dy_p delta_{i,2p+r} w_r\ndl_dw_v = x_{2q+v} dl_dy_q\ndl_db = dl_dy_q 1_q"),
    ],
    "ex-convolution-depthwise": [
        ("over the taps", "dl_dx_bci = dl_dy_{b,c,i-r} w_cr\ndl_dw_cm = x_{b,c,p+m} dl_dy_bcp"),
    ],
    "ex-convolution-transposed": [
        ("over the taps", "dl_dx_q = dl_dy_{q+r} w_r\ndl_dw_m = x_q dl_dy_{q+m}"),
        ("over the outputs", "dl_dx_q = w_{i-q} dl_dy_i\ndl_dw_m = dl_dy_i x_{i-m}"),
    ],
    "ex-convolution-differences": [("ifs", differences), ("ends", differences_ends), ("taps", differences_taps)],
}

WRONG: Wrong = {
    "ex-convolution-flip": [
        ("flipped first", vary(FLIP, correlation_0=5), "factor"),
        ("flipped second", vary(FLIP, correlation_1=3), "factor"),
        ("not flipped", vary(FLIP, convolution_0=7), "factor"),
        ("sign", vary(FLIP, convolution_1=-3), "sign"),
        ("text", vary(FLIP, correlation_0="7"), "kind"),
    ],
    "ex-convolution-sizes": [
        ("not halved", vary(SIZES, image=224), "factor"),
        ("one too few", vary(SIZES, image=111), "value"),
        ("rounded up", vary(SIZES, positions=4), "factor"),
        ("tail only", vary(SIZES, never_read=2), "factor"),
        ("both sides", vary(SIZES, padding=8), "factor"),
        ("no dilation", vary(SIZES, padding=1), "factor"),
    ],
    "ex-convolution-parts": [
        ("not changed", vary(PARTS, stride=3), "factor"),
        ("no dilation", vary(PARTS, dilation=1), "factor"),
        ("two", vary(PARTS, dilation=2), "factor"),
        ("negative", vary(PARTS, dilation=-3), "sign"),
        ("text", vary(PARTS, stride="one"), "kind"),
    ],
    "ex-convolution-stride": [
        ("no stride", "dl_dx_i = dl_dy_p w_{i-p}\ndl_dw_m = dl_dy_p x_{2p+m}\ndl_db = 1_p dl_dy_p", "value")
    ],
    "ex-convolution-depthwise": [],
    "ex-convolution-transposed": [("flipped", "dl_dx_q = dl_dy_i w_{q-i}\ndl_dw_m = dl_dy_{p+m} x_p", "value")],
    "ex-convolution-differences": [
        ("sign", sign, "sign"),
        ("added", added, "value"),
        ("first place left out", first_unset, "value"),
        ("beyond the end", far_end, "raises"),
        ("one term", one_term, "value"),
        ("no kernel", lambda dl_dy, dl_dx: None, "kind"),
    ],
}
