"""Plausible answers to the exercises of chapter 22."""

from __future__ import annotations

import numpy as np

from . import Right, Wrong, vary

HAND = {"dgamma": -1, "dbeta": 1, "dx0": 1.5, "dx1": -1.5, "dx2": 0, "dx3": 0}
MOMENTUM = {"momentum": 0.01, "running var": 1.09, "fraction": 0.366}
BIAS = {"training": "a", "inference": "b"}


def from_output(dl_dy, y, gamma, beta, sigma, share=1.0):
    z = (y - beta) / gamma
    dl_dgamma, dl_dbeta = (dl_dy * z).sum(axis=0), dl_dy.sum(axis=0)
    return gamma / sigma * (dl_dy - share * (dl_dbeta + z * dl_dgamma) / len(y)), dl_dgamma, dl_dbeta


def by_einsum(dl_dy, y, gamma, beta, sigma):
    z, count = (y - beta) / gamma, len(y)
    owed = np.einsum("nc,pc,nc->pc", dl_dy, z, z) + dl_dy.sum(axis=0)
    return gamma * (count * dl_dy - owed) / (count * sigma), np.einsum("nc,nc->c", dl_dy, z), np.einsum("nc->c", dl_dy)


def by_stages(dl_dy, y, gamma, beta, sigma):
    z, g = (y - beta) / gamma, dl_dy * gamma
    dv, dm = -(g * z).sum(axis=0) / (2 * sigma**2), -g.sum(axis=0) / sigma
    return g / sigma + 2 / len(y) * z * sigma * dv + dm / len(y), (dl_dy * z).sum(axis=0), dl_dy.sum(axis=0)


def changed(place, change):
    def answer(*arrays):
        parts = list(from_output(*arrays))
        parts[place] = change(parts[place])
        return tuple(parts)

    return answer


RIGHT: Right = {
    "ex-batchnorm-hand": [
        ("integers", HAND),
        ("floats", {key: float(value) for key, value in HAND.items()}),
        ("NumPy", {key: np.float64(value) for key, value in HAND.items()}),
    ],
    "ex-batchnorm-momentum": [
        ("rounded", MOMENTUM),
        ("computed", {"momentum": 1 - 0.99, "running var": 0.99 + 0.01 * 8 * 5 / 4, "fraction": 0.99**100}),
        ("NumPy", {**MOMENTUM, "fraction": np.exp(100 * np.log(0.99))}),
    ],
    "ex-batchnorm-centre": [("the mean named", "t_q = 1/N 1_n dl_dy_nq\ndl_dx_pq = dl_dy_pq - 1_p t_q")],
    "ex-batchnorm-unbiased": [
        (
            "multiplied out",
            "dl_dx_pq = gamma_q/sigma_q dl_dy_pq - gamma_q/(N sigma_q) 1_pn dl_dy_nq"
            " - gamma_q/((N - 1) sigma_q) z_pq z_nq dl_dy_nq",
        ),
    ],
    "ex-batchnorm-bias": [
        ("letters", BIAS),
        ("capitals", {key: value.upper() for key, value in BIAS.items()}),
        ("brackets", {key: f"({value})" for key, value in BIAS.items()}),
    ],
    "ex-batchnorm-fold": [
        ("a factor named", "f_c = gamma_c/sigma_c\nw_kc = a_kc f_c\ns_c = beta_c - m_c f_c"),
        ("one fraction", "w_kc = a_kc gamma_c/sigma_c\ns_c = (beta_c sigma_c - m_c gamma_c)/sigma_c"),
    ],
    "ex-batchnorm-output": [("by sums", from_output), ("einsum", by_einsum), ("stages", by_stages)],
}

WRONG: Wrong = {
    "ex-batchnorm-hand": [
        ("statistics held fixed", vary(HAND, dx0=3, dx1=0), "factor"),
        ("gamma forgotten", vary(HAND, dx0=0.5, dx1=-0.5), "factor"),
        ("no variance term", vary(HAND, dx0=2.25, dx1=-0.75), "factor"),
        ("sign of z", vary(HAND, dgamma=1), "sign"),
        ("mean for sum", vary(HAND, dbeta=0.25), "factor"),
        ("text", vary(HAND, dbeta="1"), "kind"),
    ],
    "ex-batchnorm-momentum": [
        ("the other convention", vary(MOMENTUM, momentum=0.99), "factor"),
        ("biased variance", vary(MOMENTUM, running_var=1.07), "value"),
        ("shares exchanged", vary(MOMENTUM, running_var=0.01 + 9.9), "value"),
        ("divided the wrong way", vary(MOMENTUM, running_var=0.99 + 0.01 * 8 * 4 / 5), "value"),
        ("what is new", vary(MOMENTUM, fraction=1 - 0.99**100), "value"),
        ("linear", vary(MOMENTUM, fraction=0), "value"),
        ("one batch less", vary(MOMENTUM, fraction=0.99**99), "value"),
    ],
    "ex-batchnorm-centre": [
        ("mean held fixed", "dl_dx_pq = dl_dy_pq", "term"),
        ("sum not divided", "dl_dx_pq = dl_dy_pq - 1_p 1_n dl_dy_nq", "value"),
        ("wrong axis", "dl_dx_pq = dl_dy_pq - 1/C 1_q 1_c dl_dy_pc", "value"),
    ],
    "ex-batchnorm-unbiased": [
        (
            "both divided by N - 1",
            "dl_dx_pq = gamma_q/sigma_q (dl_dy_pq - 1/(N-1) 1_p 1_n dl_dy_nq - 1/(N - 1) z_pq z_nq dl_dy_nq)",
            "value",
        ),
        (
            "as before",
            "dl_dx_pq = gamma_q/sigma_q (dl_dy_pq - 1/N 1_p 1_n dl_dy_nq - 1/N z_pq z_nq dl_dy_nq)",
            "value",
        ),
        (
            "sigma forgotten",
            "dl_dx_pq = gamma_q (dl_dy_pq - 1/N 1_p 1_n dl_dy_nq - 1/(N - 1) z_pq z_nq dl_dy_nq)",
            "value",
        ),
        ("statistics held fixed", "dl_dx_pq = gamma_q/sigma_q dl_dy_pq", "value"),
    ],
    "ex-batchnorm-bias": [
        ("as without the norm", {**BIAS, "training": "b"}, "value"),
        ("never learns", {**BIAS, "inference": "a"}, "value"),
        ("exchanged", {"training": "b", "inference": "a"}, "value"),
        ("neither", {**BIAS, "training": "c"}, "value"),
        ("neither at inference", {**BIAS, "inference": "c"}, "value"),
        ("a word", {**BIAS, "training": "zero"}, "kind"),
    ],
    "ex-batchnorm-fold": [
        ("mean forgotten", "w_kc = a_kc gamma_c/sigma_c\ns_c = beta_c", "term"),
        ("mean not scaled", "w_kc = a_kc gamma_c/sigma_c\ns_c = beta_c - m_c", "value"),
    ],
    "ex-batchnorm-output": [
        ("statistics held fixed", lambda *a: from_output(*a, share=0.0), "value"),
        ("y for z", lambda g, y, gamma, beta, s: from_output(g, y, gamma, 0 * beta, s), "value"),
        ("sign", changed(1, lambda part: -part), "sign"),
        ("mean over the batch", lambda g, *a: (*from_output(g, *a)[:2], g.mean(axis=0)), "factor"),
        ("one gradient", lambda *a: from_output(*a)[0], "kind"),
        ("wrong axis", lambda g, *a: (*from_output(g, *a)[:2], g.sum(axis=1)), "transposed"),
    ],
}
