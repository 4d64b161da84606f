"""Exercises of chapter 12, element-wise functions and activations."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise
from .samples import Arrays


def _at_kink(arrays: Arrays) -> Arrays:
    """The first entry of y is at the kink, where the convention is asked for."""
    return {"y": np.concatenate([[0.0], arrays["y"][1:]])}


_ALONE = "component i of the result uses component i of x and no other."
_OTHERS = "component i of the result reacts to other components of x as well."

EXERCISES = (
    Exercise(
        "ex-activations-small",
        Formula(
            inputs={"g": "i", "x": "i"},
            outputs={"a": "i", "b": "i", "c": "i", "d": "i"},
            reference="""
                a_p = g_p exp(x_p)
                b_p = g_p/(2 sqrt(x_p))
                c_p = -g_p/x_p^2
                d_p = g_p/x_p
            """,
            positive=("x",),
        ),
        hints=(
            "The backward function of an element-wise function is the upstream gradient times the slope.",
            "The root is the power 1/2, and 1/x the power -1.",
            "The slopes are `exp(x)`, `1/(2 sqrt(x))`, `-1/x^2` and `1/x`.",
        ),
    ),
    Exercise(
        "ex-activations-diagonal",
        {
            "a": Choice("yes", {"no": _ALONE}),
            "b": Choice("no", {"yes": _OTHERS}),
            "c": Choice("yes", {"no": _ALONE}),
            "d": Choice("no", {"yes": _OTHERS}),
            "e": Choice("no", {"yes": "the first of the sorted components may be any component of x."}),
            "f": Choice("yes", {"no": _ALONE}),
        },
        hints=(
            "Change one component of x: which components of the result move?",
            "A mean and a sum over j use all components.",
            "Element-wise does not mean the same function for each component.",
        ),
    ),
    Exercise(
        "ex-activations-sets",
        {
            "abs low": Number(-1),
            "abs high": Number(1),
            "hinge low": Number(-1),
            "hinge high": Number(0),
            "max low": Number(1),
            "max high": Number(2),
        },
        hints=(
            "Find the slopes from the left and from the right.",
            "All three are convex near the kink: the slopes grow from left to right.",
            "To the left of 1 the hinge loss has slope -1, to the right 0.",
        ),
    ),
    Exercise(
        "ex-activations-prelu",
        Formula(
            inputs={"dl_dy": "nj", "x": "nj", "a": "j"},
            outputs={"dl_dx": "nj", "dl_da": "j"},
            reference="""
                dl_dx_pq = dl_dy_pq step(x_pq) + dl_dy_pq a_q step(-x_pq)
                dl_da_q = -dl_dy_nq relu(-x_nq)
            """,
        ),
        hints=(
            "`∂relu(u)/∂u = step(u)`; the second term has the inner derivative -1.",
            "`∂y_nj/∂a_q = -δ_jq relu(-x_nj)`. Which letter is left without a partner?",
            "The gradient of a is summed over the samples n.",
        ),
    ),
    Exercise(
        "ex-activations-swish",
        Formula(
            inputs={"dl_dy": "i", "x": "i", "b": ""},
            outputs={"dl_dx": "i", "dl_db": ""},
            reference="""
                dl_dx_p = dl_dy_p s_p + dl_dy_p b y_p (1 - s_p)
                dl_db = dl_dy_i x_i y_i (1 - s_i)
            """,
            given="s_i = sigmoid(b x_i)\ny_i = x_i s_i",
        ),
        hints=(
            "`y_i = x_i s_i`, and the slope of s by its argument is `s (1 - s)`.",
            "`∂s_i/∂x_p = s_i (1 - s_i) b δ_ip`, and `∂s_i/∂b = s_i (1 - s_i) x_i`.",
            "b is one number for all components, so its gradient is summed over i.",
        ),
    ),
    Exercise(
        "ex-activations-kernel",
        Kernel(
            inputs={"dl_dy": "i", "y": "i"},
            outputs={"dl_dx": "i"},
            reference=lambda dl_dy, y: np.where(y > 0, dl_dy, 0.1 * dl_dy),
            suited=_at_kink,
        ),
        hints=(
            "The leak is positive. Which sign does y have where x is negative?",
            "The slope is 1.0 where `y[i] > 0.0` and 0.1 elsewhere, at 0 as well.",
            "One loop over i; set `slope = 1.0`, change it under an `if`, and multiply by `dl_dy[i]`.",
        ),
    ),
    Exercise(
        "ex-activations-gelu",
        Formula(
            inputs={"g": "i", "x": "i", "c": "", "k": ""},
            outputs={"dl_dx": "i"},
            reference="dl_dx_p = 1/2 g_p (1 + t_p) + 1/2 g_p c x_p (1 - t_p^2) (1 + 3 k x_p^2)",
            given="t_i = tanh(c (x_i + k x_i^3))",
        ),
        hints=(
            "`y_i = 1/2 x_i (1 + t_i)` is a product of two things that depend on x.",
            "The slope of t by its argument is `1 - t^2`.",
            "The inner derivative is `c (1 + 3 k x^2)`.",
        ),
    ),
)
