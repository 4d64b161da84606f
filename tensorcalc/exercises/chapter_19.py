"""Exercises of chapter 19, optimizers."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise

_LINEAR = "the step adds and scales whole arrays, and a rotation passes through sums and factors."
_AXES = "it divides each component by its own scale, which depends on the axes."


def _adagrad(p: np.ndarray, g: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    total = s + g * g
    return p - 0.1 * g / (np.sqrt(total) + 1e-8), total


EXERCISES = (
    Exercise(
        "ex-optimizers-rate",
        {"bound": Number(0.25, rtol=1e-3), "best": Number(4 / 17, rtol=1e-3), "factor": Number(15 / 17, rtol=1e-3)},
        hints=(
            "Each step multiplies the components by `1 - η/2` and `1 - 8η`.",
            "The bound is set by the larger eigenvalue. The best rate makes both factors equally large.",
            "`1 - η/2 = 8η - 1`.",
        ),
    ),
    Exercise(
        "ex-optimizers-convert",
        {"rate": Number(0.2, rtol=1e-6), "limit": Number(20, rtol=1e-6), "steps": Number(44)},
        hints=(
            "`v = (1 - β) u`, and the product of rate and velocity has to be the same.",
            "In the limit `u = 0.95 u + 1`.",
            "The weights add up to `1 - 0.9^t`; the logarithm of 0.01 is -4.605, that of 0.9 is -0.1054.",
        ),
    ),
    Exercise(
        "ex-optimizers-first",
        {"a": Number(1, rtol=1e-3), "b": Number(10**0.5, rtol=1e-3), "c": Number(1, rtol=1e-3)},
        hints=(
            "After one step `m = (1 - β1) g` and `v = (1 - β2) g^2`.",
            "With the correction both factors are divided away.",
            "Without it the length is `(1 - β1)/sqrt(1 - β2)`.",
        ),
    ),
    Exercise(
        "ex-optimizers-nesterov",
        Formula(
            inputs={"p": "i", "u": "i", "g": "i", "lr": "", "beta": ""},
            outputs={"new": "i"},
            reference="new_i = p_i - lr (1 + beta) g_i - lr beta^2 u_i",
        ),
        hints=(
            "Put `beta u_i + g_i` in the place of the new velocity.",
            "The direction is `g_i + beta (beta u_i + g_i)`.",
            "Collect what is multiplied with `g_i`: `1 + beta`.",
        ),
    ),
    Exercise(
        "ex-optimizers-hyper",
        Formula(
            inputs={"dl_dnew": "i", "v": "i", "g": "i", "lr": "", "beta": ""},
            outputs={"dl_dlr": "", "dl_dbeta": ""},
            given="u_i = beta v_i + g_i",
            reference="""
                dl_dlr = -dl_dnew_i (beta v_i + g_i)
                dl_dbeta = -lr dl_dnew_i v_i
            """,
        ),
        hints=(
            "Put the first statement into the second: `new_i = p_i - lr (beta v_i + g_i)`.",
            "Differentiate by lr, and by beta. Neither carries an index.",
            "Contract with `dl_dnew_i`: the letter i is summed in both.",
        ),
    ),
    Exercise(
        "ex-optimizers-axes",
        {
            "a": Choice("yes", {"no": _LINEAR}),
            "b": Choice("yes", {"no": _LINEAR}),
            "c": Choice("no", {"yes": _AXES}),
            "d": Choice("yes", {"no": _LINEAR}),
            "e": Choice("no", {"yes": _AXES}),
        },
        hints=(
            "Put `R θ` and `R g` into the step. Can R be taken out?",
            "`R θ - η R g = R (θ - η g)`. A square of each component does not let R through.",
            "Without averages Adam's step is the sign of each component.",
        ),
    ),
    Exercise(
        "ex-optimizers-adagrad",
        Kernel(
            inputs={"p": "i", "g": "i", "s": "i"},
            outputs={"new_p": "i", "new_s": "i"},
            reference=_adagrad,
            positive=("s",),
        ),
        hints=(
            "One loop over i. Compute the new sum first.",
            "`total = s[i] + g[i] * g[i]`.",
            "`new_p[i] = p[i] - 0.1 * g[i] / (ti.sqrt(total) + 1e-8)`.",
        ),
    ),
)
