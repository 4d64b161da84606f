"""Exercises of chapter 15, softmax and losses."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise
from .samples import Arrays


def _log_softmax(arrays: Arrays) -> Arrays:
    """y is a log-softmax: whoever computes the softmax of y anew is right as well."""
    return {"y": arrays["y"] - np.log(np.exp(arrays["y"]).sum(1, keepdims=True))}


_LOST = "1 + exp(-50) rounds to 1: is there a digit of exp(-50) left?"
_BIG = "exp(1000) is beyond the largest number of double precision, which is about exp(709)."
_FINE = "no term overflows here, and the small term is not lost beside a large one."

EXERCISES = (
    Exercise(
        "ex-losses-hand",
        {
            "s_0": Number(0.5, rtol=1e-3),
            "c": Number(float(np.log(4)), rtol=1e-3),
            "dc/dx_0": Number(0.5, rtol=1e-3),
            "dc/dx_1": Number(-0.75, rtol=1e-3),
            "dc/dx_2": Number(0.25, rtol=1e-3),
        },
        hints=(
            "The exponentials of the logits are 2, 1 and 1.",
            "The loss is minus the logarithm of the probability of class 1.",
            "The gradient is the vector of probabilities, less 1 at place 1.",
        ),
    ),
    Exercise(
        "ex-losses-survives",
        {
            "a": Choice("infinite", {"right": _BIG, "zero": _BIG}),
            "b": Choice("zero", {"right": _LOST, "infinite": "exp(-50) is small."}),
            "c": Choice("right", {"zero": "log1p never forms 1 + exp(-50).", "infinite": "exp(-50) is small."}),
            "d": Choice("right", {"infinite": _FINE, "zero": _FINE}),
            "e": Choice("infinite", {"right": _BIG, "zero": "-1000 is added to log1p(exp(1000)). Which is what?"}),
            "f": Choice(
                "infinite",
                {
                    "right": "the sigmoid of 50 is 1 in double precision.",
                    "zero": "the logarithm is taken of 1 - sigmoid(50), not of sigmoid(50).",
                },
            ),
        },
        hints=(
            "Double precision ends at about exp(709), and 1 + u is 1 for u below about 1e-16.",
            "Write down the argument of each logarithm as it is rounded.",
            "exp(-50) is about 2e-22; the right value of softplus(-50) is the same.",
        ),
    ),
    Exercise(
        "ex-losses-means",
        {
            "20": Number(0.625, rtol=1e-6),
            "8": Number(0.25, rtol=1e-6),
            "4": Number(0.125, rtol=1e-6),
            "times": Number(10, rtol=1e-6),
        },
        hints=(
            "Sums may be added; a mean is a sum divided by the number of its rows.",
            "The mean of 20 rows, times 20, is their sum. By what is the sum of all divided?",
            "The weights add up to 1; `mse_loss` divides by 32 times 10.",
        ),
    ),
    Exercise(
        "ex-losses-temperature",
        Formula(
            inputs={"g": "i", "x": "i", "tau": ""},
            outputs={"dl_dx": "i", "dl_dtau": ""},
            reference="""
                dl_dx_p = 1/tau g_p s_p - 1/tau g_i s_i s_p
                dl_dtau = 1/tau^2 g_i s_i s_p x_p - 1/tau^2 x_p s_p g_p
            """,
            given="s_i = exp(x_i/tau)/(1_j exp(x_j/tau))",
            positive=("tau",),
        ),
        hints=(
            "Put `a_i = x_i/tau` in between: the gradient by a is the backward function of softmax.",
            "`∂a_i/∂x_p = δ_ip/tau` and `∂a_i/∂tau = -x_i/tau^2`.",
            "The gradient by a is `s_p (g_p - g_i s_i)`; tau is one number, so its gradient is summed.",
        ),
    ),
    Exercise(
        "ex-losses-kernel",
        Kernel(
            inputs={"dl_dy": "bi", "y": "bi"},
            outputs={"dl_dx": "bi"},
            reference=lambda dl_dy, y: dl_dy - np.exp(y) * dl_dy.sum(1, keepdims=True),
            suited=_log_softmax,
        ),
        hints=(
            "The softmax is the exponential of the output, `ti.exp(y[b, i])`.",
            "Each row needs the sum of its upstream gradient first.",
            "`dl_dx[b, i] = dl_dy[b, i] - ti.exp(y[b, i]) * total`, with one total for each row.",
        ),
    ),
    Exercise(
        "ex-losses-brier",
        Formula(
            inputs={"x": "i", "t": "i"},
            outputs={"dl_dx": "i"},
            reference="dl_dx_p = 2 s_p (s_p - t_p) - 2 s_p s_i (s_i - t_i)",
            given="s_i = exp(x_i)/(1_j exp(x_j))",
        ),
        hints=(
            "The upstream gradient of softmax is `∂l/∂s_i = 2 (s_i - t_i)`.",
            "The backward function of softmax is `s_p (∂l/∂s_p - s_i ∂l/∂s_i)`.",
            "Put the one into the other, with a new letter for the sum.",
        ),
    ),
    Exercise(
        "ex-losses-convex",
        Formula(
            inputs={"x": "i", "u": "i"},
            outputs={"q": ""},
            reference="q = s_i (u_i - 1_i m)^2",
            given="s_i = exp(x_i)/(1_j exp(x_j))\nm = s_j u_j",
        ),
        hints=(
            "Multiply out: `u_i s_i δ_ij u_j - u_i s_i s_j u_j`. What does the delta do?",
            "`q = s_i u_i^2 - m^2`, and probabilities add up to 1.",
            "It is the variance of u under s: the mean of the squared deviations from m.",
        ),
    ),
    Exercise(
        "ex-losses-smoothing",
        {
            "gradient": Formula(
                inputs={"x": "i", "a": "i", "eps": ""},
                outputs={"dl_dx": "i"},
                reference="dl_dx_p = s_p - (1 - eps) u_p - eps/I 1_p",
                given="s_i = exp(x_i)/(1_j exp(x_j))\nu_i = exp(a_i)/(1_j exp(a_j))",
            ),
            "lead": Number(float(np.log(91)), rtol=1e-3),
        },
        hints=(
            "Do the mixed targets add up to 1? Then the gradient is short.",
            "The gradient is `s_p - t_p` with the mixed targets put in; the size of the range i is `I`.",
            "At the minimum s = t: 0.91 for the class T, 0.01 for the others. Logits differ by the log of a quotient.",
        ),
    ),
    Exercise(
        "ex-losses-focal",
        Formula(
            inputs={"g": "i", "x": "i", "gamma": ""},
            outputs={"dl_dx": "i"},
            reference="dl_dx_p = g_p w_p gamma s_p log(s_p) - g_p w_p (1 - s_p)",
            given="s_i = sigmoid(x_i)\nw_i = exp(gamma log(1_i - s_i))",
        ),
        hints=(
            "A product rule: the weight depends on x as well as the logarithm.",
            "The slope of s is `s (1 - s)`; so that of log s is `1 - s`.",
            "The slope of the weight by s is `-gamma (1 - s)^(gamma - 1)`; times `s (1 - s)` it is `-gamma s w`.",
        ),
    ),
    Exercise(
        "ex-losses-attention",
        Formula(
            inputs={"g": "aj", "q": "ad", "k": "bd", "v": "bj", "c": ""},
            outputs={"dl_dq": "ad", "dl_dk": "bd", "dl_dv": "bj"},
            reference="""
                dl_dq_ad = c p_ab g_aj v_bj k_bd - c p_ab g_aj y_aj k_bd
                dl_dk_bd = c p_ab g_aj v_bj q_ad - c p_ab g_aj y_aj q_ad
                dl_dv_bj = g_aj p_ab
            """,
            given="e_ab = exp(c q_ad k_bd)\np_ab = e_ab/(1_m e_am)\ny_aj = p_ab v_bj",
        ),
        hints=(
            "Name the scores: `x_ab = c q_ad k_bd`. Three functions follow each other: product, softmax, product.",
            "The gradient by p is `g_aj v_bj`; put it into the backward function of softmax, row by row.",
            "The gradient by x is `p_ab (g_aj v_bj - 1_b g_aj y_aj)`: the mean of `g_aj v_bj` under p is `g_aj y_aj`.",
        ),
    ),
)
