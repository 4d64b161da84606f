"""Exercises of chapter 03, the delta and the one-tensor."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-delta-numbers",
        {
            "delta_ii": Number(4),
            "delta_ik delta_ik": Number(4),
            "delta_ik delta_km delta_mi": Number(4),
            "1_i delta_ik 1_k": Number(4),
            "1_ij 1_ij": Number(12),
            "1_i 1_i 1_i": Number(4),
            "delta_i2 delta_i2": Number(1),
        },
        hints=(
            "Let each delta replace a dummy until a trace is left.",
            "A trace counts the values of its index. The components of `1_ij` are as many as there are pairs.",
            "A constant is not summed: `delta_i2 delta_i2` becomes `delta_22`.",
        ),
    ),
    Exercise(
        "ex-delta-replace",
        Choice(
            "b",
            {
                "a": "i is left over: it has to be replaced in c as well.",
                "c": "the delta replaces i by p in the first place of b, where it stood.",
                "d": "the letters of c keep their places: q first, then i, which becomes p.",
                "e": "c has the letters q and i. Neither is r, and q is there without a one-tensor.",
            },
        ),
        hints=(
            "Take one delta at a time. Which of its letters is a dummy?",
            "`delta_ip` replaces i by p wherever i stands: in b and in c.",
            "`delta_jr` joins j and r into one dummy, which b and d share.",
        ),
    ),
    Exercise(
        "ex-delta-drop",
        {
            "a": Choice("yes", {"no": "j occurs in b and in c, so it stays a sum."}),
            "b": Choice("no", {"yes": "j would occur once, and nothing would say that it is summed."}),
            "c": Choice("yes", {"no": "i and j are free, and b carries both."}),
            "d": Choice("no", {"yes": "i is free and would be nowhere on the right."}),
            "e": Choice("no", {"yes": "i and j are dummies and would occur once each."}),
            "f": Choice("yes", {"no": "b carries the free index i, and j occurs twice."}),
        },
        hints=(
            "Cover the one-tensor and read what is left.",
            "Is every letter of the left side still on the right? Does every other letter occur twice?",
            "A one-tensor that sums a dummy or brings in a free index has to stay.",
        ),
    ),
    Exercise(
        "ex-delta-columns",
        Formula(inputs={"x": "bh"}, outputs={"r": "bh"}, reference="r_bh = x_bh - 1/B 1_b 1_a x_ah"),
        hints=(
            "Write the mean of column h first, `m_h = 1/B 1_b x_bh`.",
            "In the line for `r_bh` the letter b is free. The sum inside the mean needs another letter.",
            "The mean lacks b: broadcast it with `1_b`.",
        ),
    ),
    Exercise(
        "ex-delta-differences",
        Kernel(inputs={"x": "i", "z": "j"}, outputs={"y": "ij"}, reference=lambda x, z: np.subtract.outer(x, z)),
        hints=(
            "Two free letters, two loops, no sum.",
            "`for i, j in ti.ndrange(*y.shape):` makes both loops.",
            "Inside them: `y[i, j] = x[i] - z[j]`. The factors 1 need no code.",
        ),
    ),
    Exercise(
        "ex-delta-transpose",
        {"components": Number(81), "ones": Number(9), "p_ijij": Number(3), "p_ijji": Number(9)},
        hints=(
            "Each of four indices takes 3 values. For given i and j, which k and m give a 1?",
            "For `p_ijij` put i for k and j for m in `delta_im delta_jk`.",
            "`p_ijij` is `delta_ij delta_ji`, one trace; `p_ijji` is `delta_ii delta_jj`, two.",
        ),
    ),
    Exercise(
        "ex-delta-symmetric",
        {
            "line": Formula(inputs={"a": "ii"}, outputs={"y": "ii"}, reference="y_ij = 1/2 a_ij + 1/2 a_ji"),
            "trace": Number(6),
        },
        hints=(
            "Multiply out and let each delta replace a letter of a.",
            "`delta_ik delta_jm a_km` is `a_ij`; the other product exchanges the letters.",
            "In the trace k is i and m is j: the two products are `delta_ii delta_jj` and `delta_ij delta_ji`.",
        ),
    ),
)
