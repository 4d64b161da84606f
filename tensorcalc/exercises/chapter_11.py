"""Exercises of chapter 11, checking gradients."""

from .formulas import Formula
from .functions import Function
from .plain import Choice, Number
from .registry import Exercise
from .samples import Arrays


def _adding_up(arrays: Arrays) -> Arrays:
    """s is a softmax: an answer may rely on its sum."""
    return {"s": arrays["s"] / arrays["s"].sum()}


EXERCISES = (
    Exercise(
        "ex-check-one-sided",
        {"order": Number(2), "coefficient": Number(-1 / 3, rtol=1e-3)},
        hints=(
            "Insert Taylor's formula for f(x + t) and f(x + 2t) up to the third derivative.",
            "The terms in f and f'' cancel. What is left beside f' holds f'''.",
            "The third derivative comes with 4/6 - 8/6, to be divided by 2.",
        ),
    ),
    Exercise(
        "ex-check-softmax",
        {
            "blind": Choice(
                "a",
                {
                    "b": "the loss ½ s_i s_i changes with x.",
                    "c": "then the loss is one probability, which changes with x.",
                    "d": "then the loss is a weighted sum, which changes with x.",
                    "e": "x is no constant multiple of the ones; try x = (0, 1).",
                },
            ),
            "backward": Function(
                inputs={"dl_ds": "i", "s": "i"},
                outputs={"dl_dx": "i"},
                reference=lambda dl_ds, s: {"s_p dl_ds_p": s * dl_ds, "-s_p s_i dl_ds_i": -s * (s @ dl_ds)},
                positive=("s",),
                suited=_adding_up,
            ),
        },
        hints=(
            "What do all components of s add up to?",
            "Contract dl_ds_i with the Jacobian s_i (δ_ip - s_p), summed over i.",
            "The two terms are s_p dl_ds_p and -s_p (s_i dl_ds_i): the bracket is one number.",
        ),
    ),
    Exercise(
        "ex-check-batch",
        {
            "B": Number(1),
            "right": Formula(inputs={"dl_dy": "bh"}, outputs={"dl_dbeta": "h"}, reference="dl_dbeta_q = 1_b dl_dy_bq"),
        },
        hints=(
            "By which factor do a sum and a mean over b differ?",
            "The factor is B. For which B does it not matter?",
            "`beta_q` reaches `y_bq` for every b, with the rate one. So b is summed: `1_b` in front does it.",
        ),
    ),
    Exercise(
        "ex-check-squares",
        Formula(
            inputs={"mu": "bh", "sigma": "b", "eps": ""},
            outputs={"dl_dx": "bh"},
            given="v_b = sigma_b^2 - eps\ny_bh = mu_bh/sigma_b",
            reference="dl_dx_pq = eps mu_pq/sigma_p^4",
            positive=("sigma", "eps"),
        ),
        hints=(
            "The upstream gradient is y itself. Insert y_bh = mu_bh/sigma_b into the gradient of the text.",
            "The term with the sum of mu vanishes. In the last one the mean of mu² over h is v.",
            "What is left is mu_pq/sigma_p² times (sigma_p² - v_p)/sigma_p², and sigma_p² - v_p = eps.",
        ),
    ),
    Exercise(
        "ex-check-second",
        {"factor": Number(48), "step": Number(1 / 4, rtol=1e-6), "error": Number(1 / 2, rtol=1e-6)},
        hints=(
            "Three values are rounded, each by at most u|f|, with the weights 1, 2 and 1; the sum is divided by t².",
            "Set the derivative of 4u|f|/t² + t²|f''''|/12 to zero.",
            "-8u|f|/t³ + t|f''''|/6 = 0. Insert the step into the error and count the powers of u.",
        ),
    ),
    Exercise(
        "ex-check-richardson",
        {
            "a": Number(4 / 3, rtol=1e-3),
            "b": Number(-1 / 3, rtol=1e-3),
            "order": Number(4),
            "step": Number(1 / 5, rtol=1e-6),
        },
        hints=(
            "The error of D_2t is 4 c t². With which weights, adding up to 1, does it cancel?",
            "a + b = 1 and a + 4b = 0.",
            "The error is now of order t⁴. Balance u/t against it: t⁵ is of the size of u.",
        ),
    ),
    Exercise(
        "ex-check-two",
        {
            "rank for H = 2": Number(0),
            "rank for H = 5": Number(3),
            "blind": Choice(
                "d",
                {
                    "a": "these are blind, and they are not all.",
                    "b": "these are blind, and they are not all.",
                    "c": "a random array is almost never blind.",
                    "e": "an array orthogonal to both is seen in full: it is multiplied by 1/σ.",
                },
            ),
        },
        hints=(
            "Which two directions does the gradient of layer norm remove from the upstream gradient?",
            "It removes the direction of the ones and that of z, which are orthogonal.",
            "Two directions of H are lost, in every row.",
        ),
    ),
    Exercise(
        "ex-check-linear",
        {
            "found": Choice("no", {"yes": "run it with entries of ordinary size."}),
            "fails": Choice(
                "b",
                {
                    "a": "a random upstream gradient is drawn as before.",
                    "c": "the differences are those of the forward function, which is right.",
                    "d": "both sides are rounded as before.",
                    "e": "the shapes are as before.",
                },
            ),
        },
        hints=(
            "How large are the entries of a random gradient?",
            "What does the argument assume about a backward function, seen as a map of the upstream gradient?",
            "It has to be linear: for 1024 times the upstream gradient it gives 1024 times the result.",
        ),
    ),
)
