"""Exercises of chapter 18, a network of two layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .formulas import Formula
from .functions import Function, Kernel
from .plain import Choice, Number
from .registry import Exercise
from .samples import Arrays, Sample
from .trial import Rejected, Terms


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _leaky(dl_da: np.ndarray, z: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, ...]:
    dl_dz = dl_da * np.where(z > 0, 1.0, 0.1)
    return dl_dz, dl_dz.T @ x, dl_dz.sum(0)


def _classes(arrays: Arrays) -> Arrays:
    """Targets sum to one. Logits, where they are given, are so large that no exponential of them is finite."""
    logits = {"z": arrays["z"] + 1000} if "z" in arrays else {}
    return {"y": arrays["y"] / arrays["y"].sum(-1, keepdims=True)} | logits


class _ClassKernel(Kernel):
    """What is said of a wrong value names overflow too."""

    def _fill(self, loops: Callable[..., Any], dtype: np.dtype, sample: Sample) -> dict[str, Terms]:
        try:
            return super()._fill(loops, dtype, sample)
        except Rejected as rejected:
            if rejected.finding.reason != "value":
                raise
            text = f"{rejected.finding.text} Or has an exponential overflowed? The logits here are near 1000."
            raise Rejected("value", text) from None


def _five(x: np.ndarray, y: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> tuple:
    z1 = w1 @ x + b1
    a1 = np.maximum(z1, 0)
    d_z2 = _softmax(w2 @ a1 + b2) - y
    d_z1 = (w2.T @ d_z2) * (z1 > 0)
    return np.outer(d_z1, x), d_z1, np.outer(d_z2, a1), d_z2


EXERCISES = (
    Exercise(
        "ex-two-layer-target",
        {
            "loss": Number(math.log(2), rtol=1e-2),
            "b2_1": Number(-1 / 4, rtol=1e-9),
            "a1_1": Number(-1, rtol=1e-9),
            "w1_21": Number(-1 / 4, rtol=1e-9),
        },
        hints=(
            "What does the forward pass know of the target?",
            "Step 1 gives the prediction less the target, (1/4, -1/4). The text has (-1/2, 1/2) there.",
            "All later steps are linear in the result of step 1: multiply the numbers of the text by -1/2.",
        ),
    ),
    Exercise(
        "ex-two-layer-batch",
        Formula(
            inputs={"z": "nk", "y": "nk"},
            outputs={"dl_dz": "nk"},
            given="s_nk = exp(z_nk)/(1_m exp(z_nm))",
            reference="dl_dz_nk = 1/N (s_nk 1_m y_nm - y_nk)",
        ),
        hints=(
            "In the text the sum of the targets was replaced by 1 in the last line. Go back to the line before.",
            "One row: `s_k 1_m y_m - y_k`. Rows do not mix, so each letter gets an n beside it.",
            "The mean over the N rows is a factor 1/N on the whole.",
        ),
    ),
    Exercise(
        "ex-two-layer-leak",
        Function(
            inputs={"dl_da": "ni", "z": "ni", "x": "nj"},
            outputs={"dl_dz": "ni", "dl_dw": "ij", "dl_db": "i"},
            reference=_leaky,
        ),
        hints=(
            "Step 4 multiplies by the slope of the activation. What are the two slopes of the leaky ReLU?",
            "`np.where(z > 0, 1.0, 0.1)` is the slope; the other two results are made from the first.",
            "The weights have a row for each unit: `dl_dz.T @ x`. The bias sums over the rows of the batch.",
        ),
    ),
    Exercise(
        "ex-two-layer-kernel",
        _ClassKernel(
            inputs={"z": "nk", "y": "nk"},
            outputs={"dl_dz": "nk"},
            reference=lambda z, y: (_softmax(z) - y) / len(z),
            positive=("y",),
            suited=_classes,
        ),
        hints=(
            "Each row needs a sum before its first quotient, so n is the outer loop and holds several inner ones.",
            "Begin with `largest = z[n, 0]` and `total = 0.0`, then one loop over k for each of them.",
            "In the last loop divide the exponential by the total, subtract y[n, k], and divide by z.shape[0].",
        ),
    ),
    Exercise(
        "ex-two-layer-decay",
        Formula(
            inputs={"dl_dz": "i", "x": "j", "w": "ij", "lambda": ""},
            outputs={"dl_dw": "ij"},
            reference="dl_dw_pq = dl_dz_p x_q + lambda w_pq",
        ),
        hints=(
            "On how many paths do the weights reach the loss now?",
            "The path through z has `dl_dz_p x_q`, as in step 5. The other is a sum of squares.",
            "`w_ij^2` has the derivative `2 w_pq` where i is p and j is q, and the half takes away the 2.",
        ),
    ),
    Exercise(
        "ex-two-layer-zero",
        Choice(
            "c",
            wrong={
                "a": "step 3 multiplies by the weights of the second layer, and these are zero.",
                "b": "step 2 multiplies by the outputs of the hidden units, and these are zero.",
                "d": "step 1 is not zero: the prediction is the same for all classes, the target is not.",
            },
        ),
        hints=(
            "What are the outputs of the hidden units in the first forward pass?",
            "Go through the five steps and mark each product that has a factor zero.",
            "Does any parameter that stayed zero in the first step see something else in the second?",
        ),
    ),
    Exercise(
        "ex-two-layer-all",
        Function(
            inputs={"x": "j", "y": "k", "w1": "ij", "b1": "i", "w2": "ki", "b2": "k"},
            outputs={"dl_dw1": "ij", "dl_db1": "i", "dl_dw2": "ki", "dl_db2": "k"},
            reference=_five,
            positive=("y",),
            suited=_classes,
        ),
        hints=(
            "Run the forward pass and keep z1 and a1; two of the five steps need them.",
            "From the logits: softmax less y. Then `w2.T @ d_z2`, then times `z1 > 0`.",
            "The gradient of each weight matrix is `np.outer` of its error signal and the input of its layer.",
        ),
    ),
)
