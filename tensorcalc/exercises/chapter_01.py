"""Exercises of chapter 01, tensors."""

import numpy as np

from .functions import Function, Kernel
from .plain import Choice, Number, Shape
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-tensors-slices",
        {
            "t_7ij": Shape((8, 8)),
            "t_n4j": Shape((1442, 8)),
            "t_ni0": Shape((1442, 8)),
            "t_n44": Shape((1442,)),
            "t_740": Shape(()),
            "one pixel": Choice(
                "t_n44",
                {
                    "t_7ij": "it is one whole picture.",
                    "t_n4j": "it is row 4 of every picture.",
                    "t_ni0": "it is column 0 of every picture.",
                    "t_740": "it is one pixel of picture 7 alone.",
                },
            ),
        },
        hints=(
            "A number in the place of a letter takes one position; the letters that are left count.",
            "n runs over 1442 values, i and j over 8. The shape has one size for each letter left.",
            "`t_740` has no letter left: its shape is the empty tuple `()`.",
        ),
    ),
    Exercise(
        "ex-tensors-row-column",
        {
            "RC": Shape((1, 1)),
            "CR": Shape((3, 3)),
            "c * r": Shape((3, 3)),
            "same numbers": Choice(
                "c",
                {
                    "a": "RC is a single number, a sum of three products.",
                    "b": "RC is a single number; `c * r` holds nine products and no sum.",
                },
            ),
        },
        hints=(
            "A matrix product sums the second index of the left factor against the first of the right one.",
            "In CR the summed index has the single value 0, so nothing is added.",
            "An element-wise product of shapes (3, 1) and (1, 3) broadcasts both to (3, 3).",
        ),
    ),
    Exercise(
        "ex-tensors-place",
        {"i": Number(3), "j": Number(1), "k": Number(1)},
        hints=(
            "The last index runs fastest.",
            "Divide 41 by the last size, 4: the remainder is k.",
            "41 = 10·4 + 1. Divide the quotient 10 by the size 3: the remainder is j, the quotient i.",
        ),
    ),
    Exercise(
        "ex-tensors-three",
        {
            "kernel": Kernel(
                inputs={"x": "i", "y": "j", "w": "k"},
                outputs={"z": "ijk"},
                reference=lambda x, y, w: np.einsum("i,j,k->ijk", x, y, w),
            ),
            "of this form": Choice("no", {"yes": "look at the rank of its slice t_0jk."}),
        },
        hints=(
            "Three free letters on the left: three nested loops, and nothing to add up.",
            "Inside the loops a single line: `z[i, j, k] = x[i] * y[j] * w[k]`.",
            "For fixed i every row of the slice is a multiple of w. Are (1, 2) and (3, 4) multiples of one vector?",
        ),
    ),
    Exercise(
        "ex-tensors-reshape",
        {
            "(3, 1, 2)": Number(3),
            "(3, 4, 2)": Number(1),
            "rule": Choice(
                "c",
                {
                    "a": "for (3, 4, 2) only one of the six does it.",
                    "b": "for (3, 1, 2) there are two more than the identity.",
                    "d": "the cyclic permutation of (3, 4, 2) moves components to other places in the line.",
                    "e": "exchanging the first two axes of (3, 4, 2) keeps the last one, and fails.",
                },
            ),
        },
        hints=(
            "Reshaping keeps the line of the components, last index fastest.",
            "The place of a component is i·s + j·t + k·u with the strides s, t, u. Which index adds nothing to it?",
            "An axis of length 1 may stand anywhere. Two longer ones may not change their order.",
        ),
    ),
    Exercise(
        "ex-tensors-constant",
        {
            "best": Function(
                inputs={"y": "n"},
                outputs={"p": "", "loss": ""},
                reference=lambda y: (y.mean(), y.var()),
            ),
            "ratio": Number(2, rtol=1e-6),
        },
        hints=(
            "Each prediction occurs in a sum of its own, so minimise over one of them.",
            "Insert p - y_n = (p - m) - (y_n - m) with the mean m, and multiply out.",
            "The mixed term vanishes, (p - m)² plus the variance is left. With p = y_m the two are equal on average.",
        ),
    ),
    Exercise(
        "ex-tensors-rotation",
        Choice(
            "c",
            {
                "a": "squares do not change their sign when x is turned by 180 degrees; the output would have to.",
                "b": "turn x = (1, 2) by 90 degrees, before and after the maximum.",
                "d": "absolute values do not change when x is turned by 180 degrees; the output would have to.",
                "e": "the largest component of (0, 1) stays last after sorting, in whatever frame.",
                "f": "the added vector of ones does not turn with the frame.",
            },
        ),
        hints=(
            "Try a half turn first: it multiplies every component by -1.",
            "At x = (1, 2) the half turn refutes five of the six.",
            "The squared length, the sum of the x_k², is the same in every frame: it is a scalar.",
        ),
    ),
)
