"""Exercises of chapter 04, index algebra."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-algebra-legal",
        {
            "a": Choice("illegal", {"legal": "is the bracket a number of its own? The letter also stands outside."}),
            "b": Choice("legal", {"illegal": "both terms of the bracket are scalars."}),
            "c": Choice("illegal", {"legal": "i is free, and in the denominator it would be summed."}),
            "d": Choice("legal", {"illegal": "each of the two terms has a sum of its own."}),
            "e": Choice("illegal", {"legal": "one term of the bracket lacks j, the other lacks i."}),
            "f": Choice("legal", {"illegal": "both j are inside the function, so the sum stays there."}),
        },
        hints=(
            "Mark the boxes first: functions, powers, denominators, brackets.",
            "Is there a letter that is summed inside a box and used outside it?",
            "Do all terms of a bracket show the same letters?",
        ),
    ),
    Exercise(
        "ex-algebra-numbers",
        {
            "a_i b_i c_i": Number(6),
            "(a_j b_j) c_1": Number(-4),
            "a_1 (b_j c_j)": Number(2),
            "(a_i b_i)^2": Number(16),
            "a_i^2 b_i^2": Number(8),
        },
        hints=(
            "Write down the products `a_i b_i` first: there are two.",
            "A bracket over a letter of its own is one number. Compute it, then multiply.",
            "Components count from 0: `c_1` is the second one, -1.",
        ),
    ),
    Exercise(
        "ex-algebra-layer",
        Formula(
            inputs={"u": "ij", "x": "j", "v": "i"},
            outputs={"e": "i"},
            reference="e_i = u_ik x_k u_jm x_m v_j",
        ),
        hints=(
            "There are two factors h with different indices, and each brings a sum of its own.",
            "The letter j is a dummy of the line already: rename the dummy of the definition before you use it.",
            "`h_i` becomes `u_ik x_k`, and `h_j` becomes `u_jm x_m`.",
        ),
    ),
    Exercise(
        "ex-algebra-bracket",
        Formula(inputs={"x": "bh", "m": "b"}, outputs={"z": "bh"}, reference="z_bh = x_bh + 1_h m_b"),
        hints=(
            "Which letters has the first term without `g_h`, which has the second?",
            "The second term lacks h once the factor is gone.",
            "Broadcast it: `1_h m_b`.",
        ),
    ),
    Exercise(
        "ex-algebra-kernel",
        Kernel(
            inputs={"l": "bn"},
            outputs={"s": "b"},
            reference=lambda values: np.log(np.sum(np.exp(values), axis=1)),
        ),
        hints=(
            "The free letter b is the outer loop. What does the inner loop add up?",
            "Inside the loop over n: `total += ti.exp(l[b, n])`.",
            "After that loop, once for each b: `s[b] = ti.log(total)`.",
        ),
    ),
    Exercise(
        "ex-algebra-shift",
        Formula(
            inputs={"x": "n", "c": ""},
            outputs={"q": ""},
            given="""
                m = 1/N 1_n x_n
                v = 1/N 1_n (x_n - 1_n m)^2
            """,
            reference="q = v + (m - c)^2",
        ),
        hints=(
            "Insert the mean: `x_n - 1_n c = (x_n - 1_n m) + 1_n (m - c)`.",
            "Square the sum of two. What is `1_n (x_n - 1_n m)`?",
            "The mixed term vanishes; `1/N 1_n 1_n` is 1.",
        ),
    ),
    Exercise(
        "ex-algebra-lagrange",
        Formula(
            inputs={"a": "i", "b": "i"},
            outputs={"d": ""},
            reference="d = a_i a_i b_j b_j - a_i b_i a_j b_j",
        ),
        hints=(
            "Multiply out: four terms, equal in pairs up to the names of the dummies.",
            "`a_i b_j a_i b_j` is a product of two squared lengths.",
            "The mixed terms are `-a_i b_j a_j b_i`, minus the square of the dot product, in two letters.",
        ),
    ),
)
