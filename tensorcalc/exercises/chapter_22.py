"""Exercises of chapter 22, batch norm."""

from .formulas import Formula
from .functions import Function
from .plain import Choice, Number
from .registry import Exercise


def _from_output(dl_dy, y, gamma, beta, sigma):
    z = (y - beta) / gamma
    dl_dgamma, dl_dbeta = (dl_dy * z).sum(axis=0), dl_dy.sum(axis=0)
    return gamma / sigma * (dl_dy - (dl_dbeta + z * dl_dgamma) / len(y)), dl_dgamma, dl_dbeta


_ZERO = "which number is the sum of a column of dl_dx?"
_MEAN = "is the mean a function of b in this mode?"

EXERCISES = (
    Exercise(
        "ex-batchnorm-hand",
        {
            "dgamma": Number(-1),
            "dbeta": Number(1),
            "dx0": Number(1.5),
            "dx1": Number(-1.5),
            "dx2": Number(0),
            "dx3": Number(0),
        },
        hints=(
            "Mean and variance are both 1. What is z?",
            "`z = (-1, -1, 1, 1)`, so dgamma is -1 and dbeta is 1.",
            "`dx_n = 3/1 (dl_dy_n - 1/4 · 1 - 1/4 · z_n · (-1))`.",
        ),
    ),
    Exercise(
        "ex-batchnorm-momentum",
        {
            "momentum": Number(0.01, rtol=1e-9),
            "running var": Number(1.09, rtol=1e-9),
            "fraction": Number(0.99**100, rtol=2e-3),
        },
        hints=(
            "Keras keeps 0.99 of the old value. Which share of the new one is that?",
            "PyTorch stores the unbiased variance: N/(N - 1) times the biased one.",
            "Every batch multiplies the initial value by 0.99.",
        ),
    ),
    Exercise(
        "ex-batchnorm-centre",
        Formula(
            inputs={"dl_dy": "nc"},
            outputs={"dl_dx": "nc"},
            reference="dl_dx_pq = dl_dy_pq - 1/N 1_p 1_n dl_dy_nq",
        ),
        hints=(
            "x reaches y directly and through the mean.",
            "`∂y_nc/∂x_pq = δ_np δ_cq - 1/N 1_n 1_p δ_cq`.",
            "Contract with `dl_dy_nc`: the second delta is used up, and n is summed.",
        ),
    ),
    Exercise(
        "ex-batchnorm-unbiased",
        Formula(
            inputs={"dl_dy": "nc", "gamma": "c", "sigma": "c", "z": "nc"},
            outputs={"dl_dx": "nc"},
            reference="dl_dx_pq = gamma_q/sigma_q (dl_dy_pq - 1/N 1_p 1_n dl_dy_nq - 1/(N - 1) z_pq z_nq dl_dy_nq)",
        ),
        hints=(
            "Go up the ladder again. Which of the stage derivatives contains the divisor of the variance?",
            "`∂v_c/∂x_pq = 2/(N - 1) (x_pq - 1_p m_q) δ_cq`; the mean is still divided by N.",
            "Only the factor of the term with two z changes.",
        ),
    ),
    Exercise(
        "ex-batchnorm-bias",
        {
            "training": Choice("a", {"b": _ZERO, "c": _ZERO}),
            "inference": Choice("b", {"a": _MEAN, "c": _MEAN}),
        },
        hints=(
            "`dl_db_q = 1_n dl_dx_nq`, with the dl_dx that batch norm returns.",
            "In training, sum the bracket of the compact form over the samples.",
            "At inference the two subtractions are not there.",
        ),
    ),
    Exercise(
        "ex-batchnorm-fold",
        Formula(
            inputs={"a": "kc", "gamma": "c", "beta": "c", "m": "c", "sigma": "c"},
            outputs={"w": "kc", "s": "c"},
            reference="""
                w_kc = a_kc gamma_c/sigma_c
                s_c = beta_c - m_c gamma_c/sigma_c
            """,
        ),
        hints=(
            "Put `x_nc = h_nk a_kc` into `y_nc = (x_nc - 1_n m_c)/sigma_c gamma_c + 1_n beta_c`.",
            "Sort the terms: what carries h, and what does not?",
            "`h_nk (a_kc gamma_c/sigma_c)`, and the rest with `1_n` in front.",
        ),
    ),
    Exercise(
        "ex-batchnorm-output",
        Function(
            inputs={"dl_dy": "nc", "y": "nc", "gamma": "c", "beta": "c", "sigma": "c"},
            outputs={"dl_dx": "nc", "dl_dgamma": "c", "dl_dbeta": "c"},
            reference=_from_output,
        ),
        hints=(
            "Which of the saved values do the three gradients need?",
            "`z_nc = (y_nc - 1_n beta_c)/gamma_c`.",
            "Then the two sums, and `gamma/sigma (dl_dy - (dl_dbeta + z dl_dgamma)/N)`.",
        ),
    ),
)
