"""Exercises of chapter 20, dropout. In formulas p is the drop probability, q the keep probability."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Number
from .registry import Exercise
from .samples import Arrays

_CHANCES = "q = 1/(1 + toss^2)\np = toss^2/(1 + toss^2)"  # between 0 and 1, p + q = 1: one may stand for both


def _rectified(arrays: Arrays) -> Arrays:
    """No y is negative and some are zero, as behind a ReLU with dropout."""
    return {"y": np.maximum(arrays["y"], 0.0)}


EXERCISES = (
    Exercise(
        "ex-dropout-convert",
        {
            "argument": Number(0.1, rtol=1e-6),
            "factor": Number(1 / 0.9, rtol=1e-3),
            "inference": Number(0.9, rtol=1e-6),
            "all kept": Number(0.9**4, rtol=1e-3),
        },
        hints=(
            "Which of the two numbers, drop or keep, does each side want?",
            "The inverted form divides by the keep probability; the plain form multiplies with it at inference.",
            "For independent tosses the probabilities are multiplied.",
        ),
    ),
    Exercise(
        "ex-dropout-moments",
        Formula(
            inputs={"w": "i", "h": "i", "toss": ""},
            outputs={"m": "", "v": ""},
            reference="""
                m = w_i h_i
                v = p/q 1_i w_i^2 h_i^2
            """,
            given=_CHANCES,
        ),
        hints=(
            "`E y_i = h_i`, and a mean goes through a sum with fixed weights.",
            "A constant factor goes through a variance as its square.",
            "The variance of `w_i y_i` is `w_i^2 p/q h_i^2`; add them up with `1_i`.",
        ),
    ),
    Exercise(
        "ex-dropout-channels",
        Formula(
            inputs={"dl_dy": "nck", "r": "nc", "toss": ""},
            outputs={"dl_dx": "nck", "dl_db": "c"},
            reference="""
                dl_dx_abc = dl_dy_abc r_ab/q
                dl_db_c = 1_k dl_dy_nck r_nc/q
            """,
            given=_CHANCES,
        ),
        hints=(
            "The mask has no letter for the pixel: all pixels of a channel share a toss.",
            "The slope of `y_nck` by its own `x_nck` is `r_nc/q`.",
            "`b_c` reaches every sample and every pixel of its channel.",
        ),
    ),
    Exercise(
        "ex-dropout-kernel",
        Kernel(
            inputs={"dl_dy": "i", "y": "i"},
            outputs={"dl_dx": "i"},
            reference=lambda dl_dy, y: np.where(y > 0, 1.25 * dl_dy, 0.0),
            suited=_rectified,
        ),
        hints=(
            "When is the output zero, and what is the slope then?",
            "The keep probability is 0.8, so a kept unit is multiplied by 1.25.",
            "One loop over i: set 0.0, and under `if y[i] > 0.0` set `1.25 * dl_dy[i]`.",
        ),
    ),
    Exercise(
        "ex-dropout-ridge",
        Formula(
            inputs={"h": "ni", "w": "i", "t": "n", "toss": ""},
            outputs={"dl_dw": "i"},
            reference="dl_dw_a = e_n h_na + p/q 1_n h_na^2 w_a",
            given=f"e_n = h_ni w_i - t_n\n{_CHANCES}",
        ),
        hints=(
            "Two terms, two squares, each with a factor one half.",
            "`∂e_n/∂w_a = h_na`; the sum over n stays.",
            "The penalty is a sum over n and i of `h_ni^2 w_i^2`; only the terms with i = a depend on `w_a`.",
        ),
    ),
    Exercise(
        "ex-dropout-connect",
        Formula(
            inputs={"dl_dy": "nj", "h": "ni", "r": "ij", "w": "ij", "toss": ""},
            outputs={"dl_dh": "ni", "dl_dw": "ij", "v": "nj"},
            reference="""
                dl_dh_ab = dl_dy_aj r_bj w_bj/q
                dl_dw_ab = dl_dy_nb h_na r_ab/q
                v_ab = p/q 1_i h_ai^2 w_ib^2
            """,
            given=_CHANCES,
        ),
        hints=(
            "Take `r_ij w_ij/q` for the weights of a matrix product.",
            "By chapter 13 the gradient of h is the upstream gradient times these weights, summed over j.",
            "The mask is constant: it stays in the gradient of w. Variances of independent terms add up.",
        ),
    ),
    Exercise(
        "ex-dropout-gaussian",
        Formula(
            inputs={"dl_dy": "i", "h": "i", "e": "i", "s": "", "toss": ""},
            outputs={"z": "", "dl_dh": "i", "dl_ds": ""},
            reference="""
                z = sqrt(p/q)
                dl_dh_a = dl_dy_a (1 + s e_a)
                dl_ds = dl_dy_i h_i e_i
            """,
            given=_CHANCES,
            positive=("toss",),
        ),
        hints=(
            "The variance of `h_i s e_i` is `h_i^2 s^2`.",
            "`dy_i = dh_i (1 + s e_i) + h_i ds e_i`.",
            "The number s serves all i, so its gradient is summed.",
        ),
    ),
)
