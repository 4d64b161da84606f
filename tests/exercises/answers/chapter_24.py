"""Plausible answers to the exercises of chapter 24."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel

from . import Right, Wrong, vary

HAND = {"dx0": 1, "dx1": -1, "dx2": -0.5, "dx3": 0.5}
ONES = {"a": "passes", "b": "fails", "c": "passes", "d": "passes"}


@kernel
def dx(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        mean_d = 0.0
        mean_dz = 0.0
        for h in range(z.shape[1]):
            mean_d += dl_dy[b, h] * gamma[h] / z.shape[1]
            mean_dz += dl_dy[b, h] * gamma[h] * z[b, h] / z.shape[1]
        for h in range(z.shape[1]):
            dl_dx[b, h] = (dl_dy[b, h] * gamma[h] - mean_d - z[b, h] * mean_dz) / sigma[b]


@kernel
def dx_in_three_loops(g, z, gamma, sigma, out):
    for b in range(z.shape[0]):
        total = 0.0
        for h in range(z.shape[1]):
            total += g[b, h] * gamma[h]
        slope = 0.0
        for h in range(z.shape[1]):
            slope += g[b, h] * gamma[h] * z[b, h]
        for h in range(z.shape[1]):
            out[b, h] = (g[b, h] * gamma[h] - (total + z[b, h] * slope) / z.shape[1]) / sigma[b]


@kernel
def dx_stored(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        mean_d = 0.0
        mean_dz = 0.0
        for h in range(z.shape[1]):
            dl_dx[b, h] = dl_dy[b, h] * gamma[h] / sigma[b]
            mean_d += dl_dx[b, h] / z.shape[1]
            mean_dz += dl_dx[b, h] * z[b, h] / z.shape[1]
        for h in range(z.shape[1]):
            dl_dx[b, h] -= mean_d + z[b, h] * mean_dz


@kernel
def sums_not_means(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        mean_d = 0.0
        mean_dz = 0.0
        for h in range(z.shape[1]):
            mean_d += dl_dy[b, h] * gamma[h]
            mean_dz += dl_dy[b, h] * gamma[h] * z[b, h]
        for h in range(z.shape[1]):
            dl_dx[b, h] = (dl_dy[b, h] * gamma[h] - mean_d - z[b, h] * mean_dz) / sigma[b]


@kernel
def sigma_constant(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        mean_d = 0.0
        for h in range(z.shape[1]):
            mean_d += dl_dy[b, h] * gamma[h] / z.shape[1]
        for h in range(z.shape[1]):
            dl_dx[b, h] = (dl_dy[b, h] * gamma[h] - mean_d) / sigma[b]


@kernel
def gamma_outside(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        mean_d = 0.0
        mean_dz = 0.0
        for h in range(z.shape[1]):
            mean_d += dl_dy[b, h] / z.shape[1]
            mean_dz += dl_dy[b, h] * z[b, h] / z.shape[1]
        for h in range(z.shape[1]):
            dl_dx[b, h] = gamma[h] * (dl_dy[b, h] - mean_d - z[b, h] * mean_dz) / sigma[b]


@kernel
def negative(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        mean_d = 0.0
        mean_dz = 0.0
        for h in range(z.shape[1]):
            mean_d += dl_dy[b, h] * gamma[h] / z.shape[1]
            mean_dz += dl_dy[b, h] * gamma[h] * z[b, h] / z.shape[1]
        for h in range(z.shape[1]):
            dl_dx[b, h] = (mean_d + z[b, h] * mean_dz - dl_dy[b, h] * gamma[h]) / sigma[b]


@kernel
def only_first_column(dl_dy, z, gamma, sigma, dl_dx):
    for b in range(z.shape[0]):
        dl_dx[b, 0] = dl_dy[b, 0] * gamma[0] / sigma[b]


@kernel
def variance(x, v):
    for b in range(x.shape[0]):
        mean = 0.0
        for h in range(x.shape[1]):
            mean += x[b, h] / x.shape[1]
        total = 0.0
        for h in range(x.shape[1]):
            total += (x[b, h] - mean) * (x[b, h] - mean)
        v[b] = total / x.shape[1]


@kernel
def variance_corrected(x, v):
    for b in range(x.shape[0]):
        mean = 0.0
        for h in range(x.shape[1]):
            mean += x[b, h] / x.shape[1]
        total = 0.0
        rest = 0.0
        for h in range(x.shape[1]):
            mu = x[b, h] - mean
            total += mu * mu
            rest += mu
        v[b] = (total - rest * rest / x.shape[1]) / x.shape[1]


@kernel
def unbiased(x, v):
    for b in range(x.shape[0]):
        mean = 0.0
        for h in range(x.shape[1]):
            mean += x[b, h] / x.shape[1]
        total = 0.0
        for h in range(x.shape[1]):
            total += (x[b, h] - mean) * (x[b, h] - mean)
        v[b] = total / (x.shape[1] - 1)


@kernel
def not_centred(x, v):
    for b in range(x.shape[0]):
        total = 0.0
        for h in range(x.shape[1]):
            total += x[b, h] * x[b, h]
        v[b] = total / x.shape[1]


@kernel
def one_pass(x, v):
    for b in range(x.shape[0]):
        mean = 0.0
        square = 0.0
        for h in range(x.shape[1]):
            mean += x[b, h] / x.shape[1]
            square += x[b, h] * x[b, h] / x.shape[1]
        v[b] = square - mean * mean


FLOATS = {"near 1e4": 2**-10, "near 1e8": 8, "times": 8, "kernel": variance}

RIGHT: Right = {
    "ex-layernorm-hand": [
        ("numbers", HAND),
        ("floats", {key: float(value) for key, value in HAND.items()}),
        ("NumPy", {key: np.float64(value) for key, value in HAND.items()}),
    ],
    "ex-layernorm-unit": [
        ("two terms", "dl_dx_pq = dl_dy_pq/r_p - y_pq/r_p dl_dy_ph y_ph"),
        ("a name of one's own", "s_b = dl_dy_bh y_bh\ndl_dx_pq = (dl_dy_pq - s_p y_pq)/r_p"),
    ],
    "ex-layernorm-rms": [
        ("factored", "dl_dx_pq = 1/r_p (dl_dy_pq gamma_q - x_pq/(H r_p^2) dl_dy_ph gamma_h x_ph)"),
        (
            "stage by stage",
            "v_p = -dl_dy_ph x_ph gamma_h/(2 r_p^3)\ndl_dx_pq = v_p 2/H x_pq + dl_dy_pq gamma_q/r_p",
        ),
    ],
    "ex-layernorm-group": [
        (
            "with d",
            "d_ngc = dl_dy_ngc gamma_gc\ndl_dx_pqr = 1/sigma_pq (d_pqr - 1/C 1_r 1_c d_pqc - 1/C z_pqr d_pqc z_pqc)",
        ),
    ],
    "ex-layernorm-eps": [
        ("through v", "v_b = -dl_dy_bh mu_bh gamma_h/(2 sigma_b^3)\ndl_deps = 1_b v_b"),
        ("negative power", "dl_deps = -1/2 dl_dy_bh mu_bh gamma_h sigma_b^-3"),
    ],
    "ex-layernorm-kernel": [("two loops", dx), ("three loops", dx_in_three_loops), ("stored", dx_stored)],
    "ex-layernorm-ones": [
        ("words", ONES),
        ("upper case", {key: value.upper() for key, value in ONES.items()}),
        ("with blanks", {key: f" {value} " for key, value in ONES.items()}),
    ],
    "ex-layernorm-cancellation": [
        ("powers", FLOATS),
        ("NumPy", {**FLOATS, "near 1e8": np.spacing(np.float32(1e8))}),
        ("rounded", {**FLOATS, "near 1e4": 0.000977}),
        ("one sum more", {**FLOATS, "kernel": variance_corrected}),
    ],
}

WRONG: Wrong = {
    "ex-layernorm-hand": [
        ("sign", vary(HAND, dx0=-1), "sign"),
        ("one mean", vary(HAND, dx0=1.25), "factor"),
        ("other mean", vary(HAND, dx1=-0.5), "factor"),
        ("no scale", vary(HAND, dx2=-0.25), "factor"),
        ("text", vary(HAND, dx3="1/2"), "kind"),
    ],
    "ex-layernorm-unit": [
        ("length of root H", "dl_dx_pq = 1/r_p (dl_dy_pq - 1/H y_pq dl_dy_ph y_ph)", "factor"),
        ("r constant", "dl_dx_pq = 1/r_p dl_dy_pq", "missing"),
        ("sign", "dl_dx_pq = 1/r_p (dl_dy_pq + y_pq dl_dy_ph y_ph)", "sign"),
        ("not divided", "dl_dx_pq = dl_dy_pq - y_pq dl_dy_ph y_ph", "value"),
    ],
    "ex-layernorm-rms": [
        ("r constant", "dl_dx_pq = dl_dy_pq gamma_q/r_p", "missing"),
        (
            "power",
            "dl_dx_pq = dl_dy_pq gamma_q/r_p - 1/H dl_dy_ph gamma_h x_ph x_pq/r_p^2",
            "value",
        ),
        (
            "no H",
            "dl_dx_pq = dl_dy_pq gamma_q/r_p - dl_dy_ph gamma_h x_ph x_pq/r_p^3",
            "value",
        ),
    ],
    "ex-layernorm-group": [
        (
            "gamma outside",
            "dl_dx_pqr = gamma_qr/sigma_pq (dl_dy_pqr - 1/C 1_rc dl_dy_pqc - 1/C z_pqr dl_dy_pqc z_pqc)",
            "value",
        ),
        (
            "all groups",
            "dl_dx_pqr = 1/sigma_pq (dl_dy_pqr gamma_qr - 1/C 1_qr dl_dy_pgc gamma_gc"
            " - 1/C z_pqr dl_dy_pqc gamma_qc z_pqc)",
            "value",
        ),
    ],
    "ex-layernorm-eps": [
        ("one row", "dl_deps_b = -dl_dy_bh mu_bh gamma_h/(2 sigma_b^3)", "parse"),
        ("square", "dl_deps = -dl_dy_bh mu_bh gamma_h/(2 sigma_b^2)", "value"),
        ("sign", "dl_deps = dl_dy_bh mu_bh gamma_h/(2 sigma_b^3)", "sign"),
        ("half", "dl_deps = -dl_dy_bh mu_bh gamma_h/sigma_b^3", "factor"),
    ],
    "ex-layernorm-kernel": [
        ("sums", sums_not_means, "value"),
        ("sigma constant", sigma_constant, "value"),
        ("gamma outside", gamma_outside, "value"),
        ("negative", negative, "sign"),
        ("not filled", only_first_column, "value"),
        ("plain function", dx.__wrapped__, "kind"),
    ],
    "ex-layernorm-ones": [
        ("a", vary(ONES, a="fails"), "value"),
        ("b", vary(ONES, b="passes"), "value"),
        ("c", vary(ONES, c="fails"), "value"),
        ("d", vary(ONES, d="fails"), "value"),
        ("yes", vary(ONES, a="yes"), "kind"),
        ("true", vary(ONES, b=True), "kind"),
    ],
    "ex-layernorm-cancellation": [
        ("double precision", {**FLOATS, "near 1e4": np.spacing(1e4)}, "factor"),
        ("half", {**FLOATS, "near 1e8": 4}, "factor"),
        ("share", {**FLOATS, "times": 1 / 8}, "value"),
        ("unbiased", {**FLOATS, "kernel": unbiased}, "value"),
        ("not centred", {**FLOATS, "kernel": not_centred}, "value"),
        ("one pass", {**FLOATS, "kernel": one_pass}, "value"),
        ("no kernel", {**FLOATS, "kernel": np.var}, "kind"),
    ],
}
