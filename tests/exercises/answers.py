"""Plausible answers: right ones, and wrong ones with the reason to be given; formulas add those made by operators."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorcalc import kernel, ti

Wrong = list[tuple[str, Any, str]]
Right = list[tuple[str, Any]]


@kernel
def shared_sum(dl_dy, x, dl_da):
    for p, q in ti.ndrange(*dl_da.shape):
        total = 0.0
        for b in range(x.shape[0]):
            for i in range(x.shape[1]):
                total += x[b, i, p] * dl_dy[b, i, q]
        dl_da[p, q] = total


@kernel
def shared_serial(g, x, da):
    for p in range(da.shape[0]):
        for q in range(da.shape[1]):
            da[p, q] = 0.0
            for b in range(g.shape[0]):
                for i in range(g.shape[1]):
                    da[p, q] += g[b, i, q] * x[b, i, p]


@kernel
def shared_adds_only(dl_dy, x, dl_da):
    for p, q in ti.ndrange(*dl_da.shape):
        for b in range(x.shape[0]):
            for i in range(x.shape[1]):
                dl_da[p, q] += x[b, i, p] * dl_dy[b, i, q]


@kernel
def shared_first_of_batch(dl_dy, x, dl_da):
    for p, q in ti.ndrange(*dl_da.shape):
        total = 0.0
        for i in range(x.shape[1]):
            total += x[0, i, p] * dl_dy[0, i, q]
        dl_da[p, q] = total


@kernel
def shared_out_of_bounds(dl_dy, x, dl_da):
    for p, q in ti.ndrange(*dl_da.shape):
        total = 0.0
        for b in range(x.shape[0]):
            for i in range(x.shape[2]):
                total += x[b, i, p] * dl_dy[b, i, q]
        dl_da[p, q] = total


@kernel
def shared_mean(dl_dy, x, dl_da):
    for p, q in ti.ndrange(*dl_da.shape):
        total = 0.0
        for b in range(x.shape[0]):
            for i in range(x.shape[1]):
                total += x[b, i, p] * dl_dy[b, i, q]
        dl_da[p, q] = total / x.shape[0]


def each(g, x, a):
    return g @ a.swapaxes(1, 2), x.swapaxes(1, 2) @ g


@kernel
def three(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[i] * y[j] * w[k]


@kernel
def three_loops(x, y, w, z):
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            for k in range(w.shape[0]):
                z[i, j, k] = w[k] * y[j] * x[i]


@kernel
def three_sum(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[i] + y[j] + w[k]


@kernel
def three_negative(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = -x[i] * y[j] * w[k]


@kernel
def three_one_slice(x, y, w, z):
    for j, k in ti.ndrange(y.shape[0], w.shape[0]):
        z[0, j, k] = x[0] * y[j] * w[k]


@kernel
def three_wrong_axis(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[k] * y[j] * w[i]


def _overwrites(dl_dy, a, x):
    x *= 2
    return np.outer(dl_dy, x / 2), a.T @ dl_dy


def _vary(base: dict, **parts: Any) -> dict:
    """The right answer with some parts changed; ``_`` stands for a space in a part's name."""
    names = {name.replace(" ", "_").replace("*", "x"): name for name in base}
    return {**base, **{names[part]: value for part, value in parts.items()}}


ZEROS = {"entries": 2**29, "nonzero": 2**23, "gib": 2, "multiplications": 2**23}
BATCHED = {"one each": each, "shared": shared_sum}
SLICES = dict(
    zip(("t_7ij", "t_n4j", "t_ni0", "t_n44", "t_740"), [(8, 8), (1442, 8), (1442, 8), (1442,), ()], strict=True)
)
SLICES = {**SLICES, "one pixel": "t_n44"}
PRODUCTS = {"RC": (1, 1), "CR": (3, 3), "c * r": (3, 3), "same numbers": "c"}
PLACE = {"i": 3, "j": 1, "k": 1}
THREE = {"kernel": three, "of this form": "no"}
RESHAPE = {"(3, 1, 2)": 3, "(3, 4, 2)": 1, "rule": "c"}
CONSTANT = {"best": lambda y: (y.mean(), y.var()), "ratio": 2}
ONE_SIDED = {"order": 2, "coefficient": -1 / 3}
SOFTMAX = {"blind": "a", "backward": lambda g, s: s * (g - (g * s).sum())}
BATCH = {"B": 1, "right": "dl_dbeta_q = 1_b dl_dy_bq"}
SECOND = {"factor": 48, "step": 0.25, "error": 0.5}
RICHARDSON = {"a": 4 / 3, "b": -1 / 3, "order": 4, "step": 0.2}
TWO = {"rank for H = 2": 0, "rank for H = 5": 3, "blind": "d"}
LINEAR = {"found": "no", "fails": "b"}

RIGHT: dict[str, Right] = {
    "ex-matmul-transposed": [
        ("matrix chain", "dl_dx_pq = dl_dy_ij delta_ip w_jq\ndl_dx_pq = dl_dy_pj w_jq\ndl_dw_pq = x_iq dl_dy_ip"),
        ("a name of one's own", "g_ij = dl_dy_ij\ndl_dx_ab = g_ac w_cb\ndl_dw_ab = g_ca x_cb"),
    ],
    "ex-matmul-bias": [("right side only", "1_i dl_dy_ip"), ("a sum sign", "dl_db_p = sum_i(dl_dy_ip)")],
    "ex-matmul-three": [("Jacobian first", "dl_db_pq = (x_ip c_qj) dl_dy_ij")],
    "ex-matmul-square": [
        ("given expanded", "dl_dx_pq = dl_dy_pj x_jq + dl_dy_jp x_jq"),
        ("factored", "dl_dx_pq = (g_pj + g_jp) x_jq"),
        ("symmetric part named", "h_ij = g_ij + g_ji\ndl_dx_pq = h_pj x_jq"),
        (
            "LaTeX, named",
            r"\begin{aligned} h_{ij} &= g_{ij} + g_{ji} \\\\ "
            r"\frac{\partial l}{\partial x_{pq}} &= h_{pj} x_{jq} \end{aligned}",
        ),
        ("derivation", "dl_dx_pq = g_ij (delta_ip x_jq + delta_jp x_iq)\ndl_dx_pq = g_pj x_jq + g_ip x_iq"),
    ],
    "ex-check-squares": [
        ("by v", "dl_dx_pq = (sigma_p^2 - v_p) mu_pq/sigma_p^4"),
        ("by y", "dl_dx_pq = eps y_pq/sigma_p^3"),
        ("not simplified", "dl_dx_pq = (mu_pq/sigma_p - mu_pq/sigma_p v_p/sigma_p^2)/sigma_p"),
    ],
    "ex-matmul-vector": [
        ("outer", lambda g, a, x: (np.outer(g, x), a.T @ g)),
        ("einsum", lambda g, a, x: (np.einsum("p,q->pq", g, x), np.einsum("i,ip->p", g, a))),
        ("broadcast, a list", lambda dl_dy, a, x: [dl_dy[:, None] * x, dl_dy @ a]),
    ],
    "ex-matmul-zeros": [
        ("powers", ZEROS),
        ("floats", {key: float(value) for key, value in ZEROS.items()}),
        ("NumPy", {key: np.int64(value) for key, value in ZEROS.items()}),
    ],
    "ex-matmul-batched": [
        ("loops", BATCHED),
        ("other loops", _vary(BATCHED, shared=shared_serial)),
        (
            "einsum",
            _vary(
                BATCHED,
                one_each=lambda g, x, a: (np.einsum("bpj,bqj->bpq", g, a), np.einsum("bip,biq->bpq", x, g)),
            ),
        ),
    ],
    "ex-tensors-slices": [
        ("tuples", SLICES),
        ("lists", {key: list(value) if isinstance(value, tuple) else value for key, value in SLICES.items()}),
        ("a lone size", _vary(SLICES, t_n44=1442)),
    ],
    "ex-tensors-row-column": [
        ("tuples", PRODUCTS),
        ("capital letter", _vary(PRODUCTS, same_numbers=" C) ")),
        ("shapes of arrays", _vary(PRODUCTS, CR=np.ones((3, 3)).shape)),
    ],
    "ex-tensors-place": [
        ("by hand", PLACE),
        ("divmod", {"i": 41 // 12, "j": 41 // 4 % 3, "k": 41 % 4}),
        ("unravel_index", dict(zip("ijk", np.unravel_index(41, (5, 3, 4)), strict=True))),
    ],
    "ex-tensors-three": [
        ("ndrange", THREE),
        ("three loops", _vary(THREE, kernel=three_loops)),
        ("No", _vary(THREE, of_this_form="No.")),
    ],
    "ex-tensors-reshape": [
        ("numbers", RESHAPE),
        ("floats", {"(3, 1, 2)": 3.0, "(3, 4, 2)": 1.0, "rule": "c"}),
        ("brackets", {"(3, 1, 2)": 3, "(3, 4, 2)": 1, "rule": "(c)"}),
    ],
    "ex-tensors-constant": [
        ("mean, var", CONSTANT),
        ("by sums", _vary(CONSTANT, best=lambda y: (sum(y) / len(y), sum(y**2) / len(y) - (sum(y) / len(y)) ** 2))),
        ("by the loss", _vary(CONSTANT, best=lambda y: (np.mean(y), np.mean((y - np.mean(y)) ** 2)))),
    ],
    "ex-tensors-rotation": [("letter", "c"), ("capital", "C"), ("brackets", "(c)")],
    "ex-check-one-sided": [
        ("fraction", ONE_SIDED),
        ("three digits", _vary(ONE_SIDED, coefficient=-0.3333)),
        ("computed", _vary(ONE_SIDED, coefficient=(4 / 6 - 8 / 6) / 2)),
    ],
    "ex-check-softmax": [
        ("factored", SOFTMAX),
        ("two terms", _vary(SOFTMAX, backward=lambda g, s: s * g - s * (s @ g))),
        ("Jacobian", _vary(SOFTMAX, backward=lambda g, s: (np.diag(s) - np.outer(s, s)) @ g)),
    ],
    "ex-check-batch": [
        ("text", BATCH),
        ("right side only", _vary(BATCH, right="1_b dl_dy_bq")),
        ("a sum sign", _vary(BATCH, right="dl_dbeta_h = sum_n(dl_dy_nh)")),
    ],
    "ex-check-second": [
        ("decimals", SECOND),
        ("quotients", {"factor": 4 * 12, "step": 1 / 4, "error": 1 / 2}),
        ("floats", {"factor": 48.0, "step": 0.25, "error": 0.5}),
    ],
    "ex-check-richardson": [
        ("fractions", RICHARDSON),
        ("decimals", {"a": 1.3333, "b": -0.3333, "order": 4, "step": 0.2}),
        ("computed", {"a": 1 + 1 / 3, "b": 1 - 4 / 3, "order": 4.0, "step": 1 / 5}),
    ],
    "ex-check-two": [
        ("numbers", TWO),
        ("floats", _vary(TWO, blind="D")),
        ("computed", {"rank for H = 2": 2 - 2, "rank for H = 5": 5 - 2, "blind": "d"}),
    ],
    "ex-check-linear": [
        ("letters", LINEAR),
        ("sentence", {"found": "No.", "fails": "b"}),
        ("B", _vary(LINEAR, fails="B")),
    ],
}

WRONG: dict[str, Wrong] = {
    "ex-matmul-transposed": [
        ("illegal step", "dl_dx_pq = dl_dy_pj w_qj\ndl_dx_pq = dl_dy_pj w_jq\ndl_dw_pq = dl_dy_ip x_iq", "step"),
        ("no text", 3, "kind"),
    ],
    "ex-matmul-bias": [
        ("first row", "dl_db_p = dl_dy_0p", "sum"),
        ("summed over all", "dl_db = 1_ip dl_dy_ip", "free"),
        ("other name", "dl_db_p = 1_i g_ip", "name"),
        ("times the bias", "dl_db_p = 1_i dl_dy_ip b_p", "value"),
    ],
    "ex-matmul-three": [("all three", "dl_db_pq = x_ip dl_dy_ij c_qj b_pq", "value")],
    "ex-matmul-square": [
        ("one occurrence twice", "dl_dx_pq = 2 g_pj x_jq", "term"),
        ("a term too many", "dl_dx_pq = g_pj x_jq + g_ip x_iq + x_pq", "term"),
        ("step loses a term", "dl_dx_pq = g_ij delta_ip x_jq\ndl_dx_pq = g_pj x_jq + g_ip x_iq", "step"),
    ],
    "ex-check-squares": [
        ("eps forgotten", "dl_dx_pq = mu_pq/sigma_p^4", "value"),
        ("power", "dl_dx_pq = eps mu_pq/sigma_p^2", "value"),
        ("second part forgotten", "dl_dx_pq = mu_pq/sigma_p^2", "value"),
        ("by row", "dl_dx_pq = eps mu_pq/sigma_q^4", "shape"),
    ],
    "ex-matmul-vector": [
        ("outer product transposed", lambda g, a, x: (np.outer(x, g), a.T @ g), "transposed"),
        ("matrix not transposed", lambda g, a, x: (np.outer(g, x), a @ g), "transposed"),
        ("sign", lambda g, a, x: (np.outer(g, x), -a.T @ g), "sign"),
        ("factor", lambda g, a, x: (2 * np.outer(g, x), a.T @ g), "factor"),
        ("mean", lambda g, a, x: (np.outer(g, x), a.T @ g / len(g)), "factor"),
        ("first output only", lambda g, a, x: (np.outer(g, x), a[0] * g[0]), "sum"),
        ("one gradient", lambda g, a, x: np.outer(g, x), "kind"),
        ("no return", lambda g, a, x: None, "kind"),
        ("summed too much", lambda g, a, x: (np.sum(np.outer(g, x), axis=0), a.T @ g), "shape"),
        ("not summed", lambda g, a, x: (np.outer(g, x), a * g[:, None]), "sum"),
        ("spoils x", _overwrites, "in-place"),
        ("stops", lambda g, a, x: (np.outer(g, x), a.T @ x), "raises"),
        ("the name only", "f", "kind"),
    ],
    "ex-matmul-zeros": [
        ("bits for bytes", _vary(ZEROS, gib=16), "factor"),
        ("bytes forgotten", _vary(ZEROS, gib=0.5), "factor"),
        ("GB", _vary(ZEROS, gib=2.147), "value"),
        ("negative", _vary(ZEROS, gib=-2), "sign"),
        ("one delta too many", _vary(ZEROS, nonzero=2**23 // 512), "factor"),
        ("text", _vary(ZEROS, entries="2**29"), "kind"),
        ("entries of Y", _vary(ZEROS, entries=64 * 256), "value"),
        ("off by one", _vary(ZEROS, entries=2**29 - 1), "value"),
    ],
    "ex-matmul-batched": [
        (
            "sum over b in each",
            _vary(BATCHED, one_each=lambda g, x, a: (each(g, x, a)[0], each(g, x, a)[1].sum(0))),
            "shape",
        ),
        ("adds to what is there", _vary(BATCHED, shared=shared_adds_only), "value"),
        ("first sample", _vary(BATCHED, shared=shared_first_of_batch), "sum"),
        ("beside the array", _vary(BATCHED, shared=shared_out_of_bounds), "raises"),
        ("mean over the batch", _vary(BATCHED, shared=shared_mean), "factor"),
        ("no kernel", _vary(BATCHED, shared=lambda g, x, da: None), "kind"),
        ("transposed", _vary(BATCHED, one_each=lambda g, x, a: (each(g, x, a)[0], g.swapaxes(1, 2) @ x)), "transposed"),
        ("a not transposed", _vary(BATCHED, one_each=lambda g, x, a: (g @ a, each(g, x, a)[1])), "transposed"),
    ],
    "ex-tensors-slices": [
        ("axes exchanged", _vary(SLICES, t_n4j=(8, 1442)), "transposed"),
        ("axis kept", _vary(SLICES, t_n44=(1442, 1)), "shape"),
        ("whole array", _vary(SLICES, t_7ij=(1442, 8, 8)), "shape"),
        ("a number has a shape", _vary(SLICES, t_740=(1,)), "shape"),
        ("wrong size", _vary(SLICES, t_ni0=(1442, 7)), "shape"),
        ("text", _vary(SLICES, t_7ij="8, 8"), "kind"),
        ("wrong slice", _vary(SLICES, one_pixel="t_740"), "value"),
    ],
    "ex-tensors-row-column": [
        ("scalar", _vary(PRODUCTS, RC=()), "shape"),
        ("exchanged", _vary(PRODUCTS, RC=(3, 3), CR=(1, 1)), "shape"),
        ("no broadcast", _vary(PRODUCTS, c_x_r=(3, 1)), "shape"),
        ("vector", _vary(PRODUCTS, c_x_r=(3,)), "shape"),
        ("RC and CR", _vary(PRODUCTS, same_numbers="a"), "value"),
        ("RC and c * r", _vary(PRODUCTS, same_numbers="b"), "value"),
    ],
    "ex-tensors-place": [
        ("first index fastest", {"i": 1, "j": 2, "k": 2}, "factor"),
        ("counted from 1", {"i": 4, "j": 2, "k": 2}, "factor"),
        ("k by the wrong size", _vary(PLACE, k=2), "factor"),
        ("j not reduced", _vary(PLACE, j=10), "factor"),
        ("i by K alone", _vary(PLACE, i=10), "value"),
    ],
    "ex-tensors-three": [
        ("a sum", _vary(THREE, kernel=three_sum), "value"),
        ("sign", _vary(THREE, kernel=three_negative), "sign"),
        ("one slice", _vary(THREE, kernel=three_one_slice), "value"),
        ("wrong axis", _vary(THREE, kernel=three_wrong_axis), "raises"),
        ("yes", _vary(THREE, of_this_form="yes"), "value"),
        ("no kernel", _vary(THREE, kernel=None), "kind"),
    ],
    "ex-tensors-reshape": [
        ("all six", {**RESHAPE, "(3, 4, 2)": 6}, "factor"),
        ("identity only", {**RESHAPE, "(3, 1, 2)": 1}, "factor"),
        ("rule a", {**RESHAPE, "rule": "a"}, "value"),
        ("rule d", {**RESHAPE, "rule": "d"}, "value"),
        ("rule e", {**RESHAPE, "rule": "e"}, "value"),
    ],
    "ex-tensors-constant": [
        ("sum for mean", _vary(CONSTANT, best=lambda y: (y.sum(), y.var())), "factor"),
        ("sum of squares", _vary(CONSTANT, best=lambda y: (y.mean(), y.var() * len(y))), "factor"),
        ("median", _vary(CONSTANT, best=lambda y: (np.median(y), y.var())), "value"),
        ("deviation", _vary(CONSTANT, best=lambda y: (y.mean(), y.std())), "value"),
        ("sign", _vary(CONSTANT, best=lambda y: (-y.mean(), y.var())), "sign"),
        ("no loss", _vary(CONSTANT, best=lambda y: y.mean()), "kind"),
        ("ratio", _vary(CONSTANT, ratio=0.5), "factor"),
    ],
    "ex-tensors-rotation": [(letter, letter, "value") for letter in "abdef"],
    "ex-check-one-sided": [
        ("sign", _vary(ONE_SIDED, coefficient=1 / 3), "sign"),
        ("central", _vary(ONE_SIDED, coefficient=1 / 6), "factor"),
        ("not halved", _vary(ONE_SIDED, coefficient=-2 / 3), "factor"),
        ("order 1", _vary(ONE_SIDED, order=1), "factor"),
        ("order 3", _vary(ONE_SIDED, order=3), "factor"),
        ("rounded", _vary(ONE_SIDED, coefficient=-0.3), "value"),
    ],
    "ex-check-softmax": [
        ("s itself", _vary(SOFTMAX, blind="b"), "value"),
        ("second term missing", _vary(SOFTMAX, backward=lambda g, s: s * g), "term"),
        ("sign of the second", _vary(SOFTMAX, backward=lambda g, s: s * (g + (g * s).sum())), "term"),
        ("sum missing", _vary(SOFTMAX, backward=lambda g, s: s * (g - g * s)), "value"),
        ("sign", _vary(SOFTMAX, backward=lambda g, s: s * ((g * s).sum() - g)), "sign"),
        ("mean for sum", _vary(SOFTMAX, backward=lambda g, s: s * (g - (g * s).mean())), "value"),
        ("Jacobian", _vary(SOFTMAX, backward=lambda g, s: np.diag(s) - np.outer(s, s)), "shape"),
    ],
    "ex-check-batch": [
        ("B = 0", _vary(BATCH, B=0), "value"),
        ("B = 2", _vary(BATCH, B=2), "factor"),
        ("mean", _vary(BATCH, right="dl_dbeta_q = 1/B 1_b dl_dy_bq"), "factor"),
        ("sum left out", _vary(BATCH, right="dl_dbeta_bq = dl_dy_bq"), "sum"),
        ("one-tensor forgotten", _vary(BATCH, right="dl_dbeta_q = dl_dy_bq"), "parse"),
        ("wrong axis", _vary(BATCH, right="dl_dbeta_q = 1_b dl_dy_qb"), "transposed"),
    ],
    "ex-check-second": [
        ("two roundings", _vary(SECOND, factor=24), "factor"),
        ("factor 4", _vary(SECOND, factor=4), "factor"),
        ("as the first derivative", _vary(SECOND, step=1 / 3), "factor"),
        ("two thirds", _vary(SECOND, error=2 / 3), "factor"),
        ("sign", _vary(SECOND, step=-0.25), "sign"),
    ],
    "ex-check-richardson": [
        ("exchanged", _vary(RICHARDSON, a=-1 / 3, b=4 / 3), "factor"),
        ("order 3", _vary(RICHARDSON, order=3), "factor"),
        ("order 2", _vary(RICHARDSON, order=2), "factor"),
        ("sign", _vary(RICHARDSON, b=1 / 3), "sign"),
        ("step as before", _vary(RICHARDSON, step=1 / 3), "factor"),
        ("rounded", _vary(RICHARDSON, a=1.3), "value"),
    ],
    "ex-check-two": [
        ("one direction", {**TWO, "rank for H = 5": 4}, "factor"),
        ("full", {**TWO, "rank for H = 5": 5}, "factor"),
        ("rank 1", {**TWO, "rank for H = 2": 1}, "value"),
        ("ones only", {**TWO, "blind": "a"}, "value"),
        ("z only", {**TWO, "blind": "b"}, "value"),
        ("orthogonal", {**TWO, "blind": "e"}, "value"),
    ],
    "ex-check-linear": [
        ("yes", _vary(LINEAR, found="yes"), "value"),
        *((letter, _vary(LINEAR, fails=letter), "value") for letter in "acde"),
    ],
}
