"""Plausible answers to the exercises of chapter 13."""

from __future__ import annotations

import numpy as np

from tensorcalc import kernel, ti

from . import Right, Wrong, vary


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


def _overwrites(dl_dy, a, x):
    x *= 2
    return np.outer(dl_dy, x / 2), a.T @ dl_dy


ZEROS = {"entries": 2**29, "nonzero": 2**23, "gib": 2, "multiplications": 2**23}
BATCHED = {"one each": each, "shared": shared_sum}

RIGHT: Right = {
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
        ("other loops", vary(BATCHED, shared=shared_serial)),
        (
            "einsum",
            vary(
                BATCHED,
                one_each=lambda g, x, a: (np.einsum("bpj,bqj->bpq", g, a), np.einsum("bip,biq->bpq", x, g)),
            ),
        ),
    ],
}

WRONG: Wrong = {
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
        ("bits for bytes", vary(ZEROS, gib=16), "factor"),
        ("bytes forgotten", vary(ZEROS, gib=0.5), "factor"),
        ("GB", vary(ZEROS, gib=2.147), "value"),
        ("negative", vary(ZEROS, gib=-2), "sign"),
        ("one delta too many", vary(ZEROS, nonzero=2**23 // 512), "factor"),
        ("text", vary(ZEROS, entries="2**29"), "kind"),
        ("entries of Y", vary(ZEROS, entries=64 * 256), "value"),
        ("off by one", vary(ZEROS, entries=2**29 - 1), "value"),
    ],
    "ex-matmul-batched": [
        (
            "sum over b in each",
            vary(BATCHED, one_each=lambda g, x, a: (each(g, x, a)[0], each(g, x, a)[1].sum(0))),
            "shape",
        ),
        ("adds to what is there", vary(BATCHED, shared=shared_adds_only), "value"),
        ("first sample", vary(BATCHED, shared=shared_first_of_batch), "sum"),
        ("beside the array", vary(BATCHED, shared=shared_out_of_bounds), "raises"),
        ("mean over the batch", vary(BATCHED, shared=shared_mean), "factor"),
        ("no kernel", vary(BATCHED, shared=lambda g, x, da: None), "kind"),
        ("transposed", vary(BATCHED, one_each=lambda g, x, a: (each(g, x, a)[0], g.swapaxes(1, 2) @ x)), "transposed"),
        ("a not transposed", vary(BATCHED, one_each=lambda g, x, a: (g @ a, each(g, x, a)[1])), "transposed"),
    ],
}
