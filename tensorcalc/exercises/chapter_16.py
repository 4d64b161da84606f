"""Exercises of chapter 16, feed-forward networks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .formulas import Formula
from .functions import Function, Kernel
from .plain import Number
from .registry import Exercise

_WIDTHS = (64, 32, 16, 10)
_WEIGHTS = [m * n for m, n in pairwise(_WIDTHS)]


def _step(dl_dy: np.ndarray, x: np.ndarray, w: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
    dl_da = dl_dy * y * (1 - y)
    return dl_da @ w.T, x.T @ dl_da, dl_da.sum(0)


EXERCISES = (
    Exercise(
        "ex-network-columns",
        Formula(
            inputs={"dl_dz": "in", "w": "ij", "a": "jn", "b": "i"},
            outputs={"dl_dw": "ij", "dl_db": "i", "dl_da": "jn"},
            reference="""
                dl_dw_pq = dl_dz_pn a_qn
                dl_db_p = dl_dz_pn 1_n
                dl_da_pq = dl_dz_iq w_ip
            """,
        ),
        hints=(
            "Which of the letters i, j, n does each variable carry? The others are summed in its gradient.",
            "The Jacobians are `δ_ip a_qn`, `δ_ip 1_n` and `w_ip δ_nq`. Contract each with `dl_dz_in`.",
            "For w and b the delta replaces i by p and n is summed; for a the delta replaces n by q and i is summed.",
        ),
    ),
    Exercise(
        "ex-network-count",
        {
            "parameters": Number(sum(_WEIGHTS) + sum(_WIDTHS[1:])),
            "saved": Number(100 * sum(_WIDTHS)),
            "forward": Number(sum(_WEIGHTS)),
            "backward": Number(2 * sum(_WEIGHTS) - _WEIGHTS[0]),
        },
        hints=(
            "A layer from m to n units has m n weights and n biases.",
            "The inputs of the layers and the last output are one array for each width, a row for each sample.",
            "Backwards each weight is used in two products, but nobody needs the gradient of the data.",
        ),
    ),
    Exercise(
        "ex-network-step",
        Function(
            inputs={"dl_dy": "nj", "x": "ni", "w": "ij", "y": "nj"},
            outputs={"dl_dx": "ni", "dl_dw": "ij", "dl_db": "j"},
            reference=_step,
        ),
        hints=(
            "Begin with the gradient of the pre-activation; all three results are made from it.",
            "`dl_da_nj = dl_dy_nj y_nj (1 - y_nj)`. The slope multiplies component by component.",
            "Then `dl_da @ w.T`, `x.T @ dl_da`, and the sum of `dl_da` over the samples.",
        ),
    ),
    Exercise(
        "ex-network-kernel",
        Kernel(
            inputs={"dl_dy": "nj", "y": "nj", "w": "ij"},
            outputs={"dl_dx": "ni"},
            reference=lambda dl_dy, y, w: (dl_dy * (1 - y**2)) @ w.T,
        ),
        hints=(
            "Which letters are free in `dl_dx_ni`? They are the outer loops.",
            "The letter j is summed, so it is the inner loop, and the slope is inside it.",
            "Begin each sum with `total = 0.0` and write `dl_dx[n, i] = total` after the inner loop.",
        ),
    ),
    Exercise(
        "ex-network-skip",
        Formula(
            inputs={"dl_dy": "ni", "a": "ni", "w": "ii"},
            outputs={"dl_dx": "ni"},
            reference="dl_dx_pq = dl_dy_pq + dl_dy_pi (1 - tanh(a_pi)^2) w_qi",
        ),
        hints=(
            "How many paths lead from x to y?",
            "The direct path has the Jacobian `δ_np δ_iq`, the other `(1 - tanh(a_ni)^2) δ_np w_qi`.",
            "Contract both with `dl_dy_ni` and add. In the second, i stays summed.",
        ),
    ),
    Exercise(
        "ex-network-softmax",
        Formula(
            inputs={"dl_da": "j", "z": "j"},
            outputs={"dl_dz": "j"},
            given="a_j = exp(z_j)/(1_i exp(z_i))",
            reference="dl_dz_p = dl_da_p a_p - dl_da_j a_j a_p",
        ),
        hints=(
            "The quotient rule has two terms: the numerator depends on one logit, the denominator on all of them.",
            "The Jacobian is `∂a_j/∂z_p = a_j δ_jp - a_j a_p`.",
            "Contract it with `dl_da_j`. In the first term the delta replaces j by p, in the second j stays summed.",
        ),
    ),
    Exercise(
        "ex-network-tied",
        Formula(
            inputs={"dl_dy": "ni", "x": "ni", "w": "ik"},
            outputs={"dl_dw": "ik"},
            reference="dl_dw_pq = x_np dl_dy_ni w_iq + dl_dy_np x_nj w_jq",
        ),
        hints=(
            "w occurs twice, so the product rule gives two terms.",
            "The Jacobian is `x_np w_iq + x_nj w_jq δ_ip`.",
            "Contract with `dl_dy_ni` over n and i. In the second term the delta replaces i by p.",
        ),
    ),
)
