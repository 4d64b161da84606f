"""Answers that are data: a number, a shape, a choice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .verdict import RIGHT, Finding


@dataclass(frozen=True)
class Number:
    """A number: right within a relative error of ``rtol``; a count is exact, ``rtol=0``."""

    value: float
    rtol: float = 0.0
    unit: str = ""

    def check(self, answer: Any) -> dict[str, Finding]:
        number = _real(answer)
        if number is None:
            return {"": Finding("kind", f"give a number; this is a {type(answer).__name__}.")}
        return {"": self._judge(number)}

    def _judge(self, number: float) -> Finding:
        if self._is(number):
            return RIGHT
        if self.value and self._is(-number):
            return Finding("sign", "multiply by -1.")
        if not math.isfinite(number) or not self.value or not number:
            return Finding("value", f"yours is {number:.6g}{self._unit()}.")
        ratio = Fraction(number / self.value).limit_denominator(1000)
        if _telling(ratio) and self._is(number / float(ratio)):
            return Finding("factor", f"yours is {ratio} times the right one.")
        return Finding("value", f"the relative error is {abs(number / self.value - 1):.2g}{self._asked()}.")

    def _is(self, number: float) -> bool:
        return number == self.value or abs(number - self.value) <= self.rtol * abs(self.value)

    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _asked(self) -> str:
        return f"; {self.rtol:.2g} is near enough" if self.rtol else ""


def _telling(ratio: Fraction) -> bool:
    """Whether a mistake makes such a ratio: a multiple, a part, or a quotient of small numbers."""
    numerator, denominator = abs(ratio.numerator), ratio.denominator
    return ratio != 0 and (numerator == 1 or denominator == 1 or max(numerator, denominator) < 10)


def _real(answer: Any) -> float | None:
    if isinstance(answer, (bool, str)):
        return None
    try:
        return answer if isinstance(answer, int) and abs(answer) < 2**1000 else float(answer)
    except (TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Shape:
    """The shape of an array, a tuple of sizes."""

    sizes: tuple[int, ...]

    def check(self, answer: Any) -> dict[str, Finding]:
        given = _sizes(answer)
        if given is None:
            return {"": Finding("kind", f"give a tuple of sizes, as (2, 3); this is a {type(answer).__name__}.")}
        return {"": self._judge(given)}

    def _judge(self, given: tuple[int, ...]) -> Finding:
        if given == self.sizes:
            return RIGHT
        if len(given) != len(self.sizes):
            return Finding("shape", f"yours is of order {len(given)}, the right one of order {len(self.sizes)}.")
        if sorted(given) == sorted(self.sizes):
            return Finding("transposed", "the sizes are right, their order is not.")
        axis = next(n for n, (one, other) in enumerate(zip(given, self.sizes, strict=True)) if one != other)
        return Finding("shape", f"axis {axis} has not the size {given[axis]}.")


def _sizes(answer: Any) -> tuple[int, ...] | None:
    """A tuple or list of whole numbers; a lone one is a tuple of one."""
    items = answer if isinstance(answer, (tuple, list)) else (answer,)
    if any(isinstance(item, bool) for item in items):
        return None
    try:
        return tuple(item.__index__() for item in items)
    except AttributeError:
        return None


@dataclass(frozen=True)
class Choice:
    """One of several statements, by its letter or a word.

    right : the letter
    wrong : every other letter -> why it is wrong
    """

    right: str
    wrong: Mapping[str, str] = field(default_factory=dict)

    def check(self, answer: Any) -> dict[str, Finding]:
        letters = sorted({self.right, *self.wrong}, key=str.lower)
        letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
        if letter == self.right:
            return {"": RIGHT}
        if letter is not None and letter in self.wrong:
            return {"": Finding("value", self.wrong[letter])}
        return {"": Finding("kind", f"answer with one of {', '.join(letters)}.")}
