"""Exercises of chapter 02, free and dummy indices."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-indices-count",
        {"equations": Number(6), "multiplications": Number(48), "additions": Number(24)},
        hints=(
            "One equation for each combination of values of the free indices.",
            "The first term of one equation is a sum of K products, of three factors each.",
            "One equation takes 8 multiplications, 3 additions in the sum and one more for `e_ij`.",
        ),
    ),
    Exercise(
        "ex-indices-legal",
        {
            "a": Choice("legal", {"illegal": "each term has i, and j occurs twice in the only term that has it."}),
            "b": Choice("illegal", {"legal": "what would a_0 be? The second term has no i, and its j occurs once."}),
            "c": Choice("legal", {"illegal": "both letters are free, and a free index may occur any number of times."}),
            "d": Choice("legal", {"illegal": "i is free; on the right it may occur as often as you like."}),
            "e": Choice("illegal", {"legal": "the line does not say what a_01 is."}),
            "f": Choice("legal", {"illegal": "a dummy is local to its term: these are two sums."}),
            "g": Choice("illegal", {"legal": "j and k occur once each and are not on the left."}),
        },
        hints=(
            "First underline the letters of the left side: these are free.",
            "Every other letter has to occur twice or more in its own term.",
            "Every term has to have every free index; on the left it stands once.",
        ),
    ),
    Exercise(
        "ex-indices-readings",
        {"[]": Number(11), "[i]": Number(7), "[j]": Number(6), "[i, j]": Number(4)},
        hints=(
            "Write down the four products first.",
            "Letters outside the brackets are summed.",
            "With `[i]` the sum runs over j, along a row. Count rows and columns from 0.",
        ),
    ),
    Exercise(
        "ex-indices-translate",
        Formula(
            inputs={"a": "ki", "b": "kj", "x": "k", "y": "j"},
            outputs={"c": "ij", "s": "", "d": "k"},
            reference="""
                c_ij = a_ki b_kj
                s = x_k b_kj y_j
                d_k = b_kj b_kj
            """,
        ),
        hints=(
            "Begin with the left side: which letters does the result have?",
            "A transposed matrix has the same components under exchanged letters: `[Aᵀ]_ik = a_ki`.",
            "The squared length of row k sums the squares over j; k itself stays free.",
        ),
    ),
    Exercise(
        "ex-indices-scores",
        Kernel(
            inputs={"q": "bid", "k": "bjd"},
            outputs={"s": "bij"},
            reference=lambda q, k: np.einsum("bid,bjd->bij", q, k),
        ),
        hints=(
            "Three free letters on the left: three loops over the components of s.",
            "`for b, i, j in ti.ndrange(*s.shape):` makes all three; inside it start `total = 0.0`.",
            "Add `q[b, i, d] * k[b, j, d]` for every d in `range(q.shape[2])`, then write s[b, i, j] once.",
        ),
    ),
    Exercise(
        "ex-indices-diagonal",
        {
            "line": Formula(inputs={"a": "ij", "b": "ji"}, outputs={"d": "i"}, reference="d_i = a_ij b_ji"),
            "factor": Number(512),
        },
        hints=(
            "Write the product `c_ik = a_ij b_jk`. Where does the diagonal stand in it?",
            "On the diagonal k and i are the same letter.",
            "The product takes I·J·I multiplications, the diagonal I·J.",
        ),
    ),
    Exercise(
        "ex-indices-norm",
        {
            "line": Formula(inputs={"a": "ik", "b": "kj"}, outputs={"s": ""}, reference="s = a_ik b_kj a_im b_mj"),
            "dummies": Number(4),
        },
        hints=(
            "Both factors `c_ij` carry the same i and the same j. What does each have for itself?",
            "The sum over k inside the first factor has nothing to do with the one inside the second.",
            "Write `a_ik b_kj` for the first factor and the same with m in the place of k for the second.",
        ),
    ),
)
