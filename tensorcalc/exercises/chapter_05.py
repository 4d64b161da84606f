"""Exercises of chapter 05, matrices in index notation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorcalc.calculus.equations import from_matrix
from tensorcalc.notation.errors import NotationError
from tensorcalc.notation.syntax import Sum, walk

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise
from .verdict import BLANK, RIGHT, Finding
from .written import Written

_I, _J = 512, 1024


@dataclass(frozen=True)
class Matrices:
    """One equation in matrix notation, right if what it means in index notation is."""

    formula: Formula

    def check(self, answer: Any) -> dict[str, Finding]:
        if not isinstance(answer, str):
            return {"": Finding("kind", f'give the equation as text, "Y = …"; this is {type(answer).__name__}.')}
        left, _, right = answer.rpartition("=")
        if right.strip() in ("", "...", "…"):
            return {"": BLANK}
        try:
            meant = str(from_matrix(f"{left or self._left()} = {right}"))
        except NotationError as error:
            return {"": Finding("parse", str(error))}
        return self.formula.check(meant)

    def _left(self) -> str:
        """What was asked for, where the answer is a right side alone."""
        ((name, letters),) = self.formula.outputs.items()
        return name.upper() if len(letters) > 1 else name


@dataclass(frozen=True)
class Expanded(Formula):
    """A formula that is to be multiplied out: a sum of so many products at most, and no sum inside of one."""

    terms: int = 1

    def check(self, answer: Any) -> dict[str, Finding]:
        found = super().check(answer)
        return {"": self._form(self._completed(str(answer)))} if found[""].right else found

    def _form(self, text: str) -> Finding:
        (name,) = self.outputs
        written = Written(text)
        right = written.lines(name)[-1].right
        products = right.terms if isinstance(right, Sum) else (right,)
        helpers = [line.right for other in written.names() if other != name for line in written.lines(other)]
        if any(isinstance(node, Sum) for part in (*products, *helpers) for node in walk(part)):
            return Finding("term", "equal to the right one, and a bracket is left: multiply it out.")
        if len(products) > self.terms:
            return Finding("term", f"equal to the right one, and {self.terms} terms are enough.")
        return RIGHT


EXERCISES = (
    Exercise(
        "ex-matrices-into",
        Formula(
            inputs={"a": "ij", "x": "ij", "c": "j"},
            outputs={"y": "jj", "s": "", "z": "ij"},
            reference="""
                y_ij = a_ki x_kj
                s = a_ij x_ij
                z_ij = a_ij c_j
            """,
        ),
        hints=(
            "The transpose swaps the two letters of a matrix; the summed letter stands last, then first.",
            "A trace gives both ends of the walk one letter: `[A X^T]_ij = a_ik x_jk`, then j becomes i.",
            "The diagonal matrix is `c_k delta_kj`. In `a_ik c_k delta_kj` the delta replaces k by j.",
        ),
    ),
    Exercise(
        "ex-matrices-back",
        {
            "first": Matrices(
                Formula(inputs={"a": "ki", "b": "jk"}, outputs={"y": "ij"}, reference="y_ij = a_ki b_jk")
            ),
            "second": Matrices(
                Formula(inputs={"a": "ji", "x": "i", "z": "j"}, outputs={"s": ""}, reference="s = x_i a_ji z_j")
            ),
            "third": Matrices(
                Formula(inputs={"a": "ik", "b": "kj"}, outputs={"t": "j"}, reference="t_j = 1_i a_ik b_kj")
            ),
        },
        hints=(
            "Begin at the first free letter of the left side. Through which letter do you enter each matrix?",
            "A matrix entered by its second letter is transposed. A number may be walked from either end.",
            "In the third, j enters B by its second letter, k enters A by its second letter, and 𝟏 ends the walk.",
        ),
    ),
    Exercise(
        "ex-matrices-cost",
        {
            "first": Number(_J * _I * _J),
            "second": Number(_I * _J * _I),
            "third": Number(_I * _J),
            "ratio": Number(_J),
        },
        hints=(
            "How many components has each product, and how many multiplications does one of them take?",
            "Count the values of all letters, free and summed, that occur in the product.",
            "`[A^T B]_jm = a_ij b_im` has the letters j, m and i: J · J · I multiplications.",
        ),
    ),
    Exercise(
        "ex-matrices-walk",
        Choice(
            "d",
            {
                "a": "the vector sits on the walk: A diag(c) B.",
                "b": "it is the Hadamard product of A with BC.",
                "c": "it is the diagonal of the product of A, B and the transpose of C.",
                "e": "it is a closed walk, the trace of C, the transpose of A, and B in turn.",
            },
        ),
        hints=(
            "Draw the letters as points and each matrix as a line between two of them.",
            "A vector on the walk, a Hadamard product and a kept diagonal all have a sign in matrix notation.",
            "A tensor of order 3 joins three points: no line between two does that.",
        ),
    ),
    Exercise(
        "ex-matrices-distances",
        Expanded(
            inputs={"x": "ik", "z": "jk"},
            outputs={"d": "ij"},
            reference="d_ij = x_ik x_ik 1_j + 1_i z_jk z_jk - 2 x_ik z_jk",
            terms=3,
        ),
        hints=(
            "`(u - w)^2 = u^2 - 2 u w + w^2`. Which letters does each of the three terms still need?",
            "A squared length is `x_ik x_ik` with k summed; broadcast it over j with `1_j`.",
            "The mixed term is `x_ik 1_j 1_i z_jk`; both one-tensors may be dropped there.",
        ),
    ),
    Exercise(
        "ex-matrices-centring",
        Expanded(
            inputs={"x": "bh"},
            outputs={"y": "bh"},
            reference="y_bh = x_bh - 1/H x_bk 1_k 1_h",
            terms=2,
        ),
        hints=(
            "Rename the dummy of the first line to m before you put it in: k is in use in the second.",
            "Inside the bracket the mean of u is `1/H (x_bk - 1/H x_bm 1_m 1_k) 1_k`. Multiply out.",
            "In the last term `1_k 1_k = K`, and K = H cancels one factor 1/H.",
        ),
    ),
    Exercise(
        "ex-matrices-batch",
        {
            "mean": Formula(inputs={"x": "bh"}, outputs={"m": "h"}, reference="m_h = 1/B 1_b x_bh"),
            "variance": Formula(
                inputs={"x": "bh"},
                outputs={"v": "h"},
                given="m_h = 1/B 1_b x_bh",
                reference="v_h = 1/B 1_b (x_bh - 1_b m_h)^2",
            ),
            "kernel": Kernel(inputs={"x": "bh"}, outputs={"v": "h"}, reference=lambda x: np.var(x, axis=0)),
        },
        hints=(
            "Which letter is free now, and which is summed? The divisor is the number of values of the summed one.",
            "`m_h = 1/B 1_b x_bh`; inside the bracket of the variance, `1_b m_h` broadcasts.",
            "In the kernel h is the outer loop. Two loops over b follow: first the mean, then the squares.",
        ),
    ),
)
