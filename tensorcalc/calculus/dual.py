"""Numbers with a small part: a + b e, where e² = 0. Several levels of e nest, for derivatives of derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Dual:
    """``value + slope e`` of one level; both parts are numbers or duals of lower levels."""

    level: int
    value: Any
    slope: Any

    def __add__(self, other: Any) -> Dual:
        a, b = self._same(other)
        return Dual(a.level, a.value + b.value, a.slope + b.slope)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Dual:
        a, b = self._same(other)
        return Dual(a.level, a.value * b.value, a.value * b.slope + a.slope * b.value)

    __rmul__ = __mul__

    def __neg__(self) -> Dual:
        return Dual(self.level, -self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __truediv__(self, other: Any) -> Dual:
        return self * power(other, Fraction(-1))

    def _same(self, other: Any) -> tuple[Dual, Dual]:
        """Both at the higher of the two levels."""
        level = max(self.level, other.level if isinstance(other, Dual) else 0)
        return _lifted(self, level), _lifted(other, level)


def _lifted(one: Any, level: int) -> Dual:
    return one if isinstance(one, Dual) and one.level == level else Dual(level, one, Fraction(0))


def power(base: Any, exponent: Fraction) -> Any:
    if isinstance(base, Dual):
        inner = power(base.value, exponent - 1) * exponent
        return Dual(base.level, power(base.value, exponent), inner * base.slope)
    if exponent.denominator == 1:
        return base ** int(exponent)
    if base <= 0:
        raise ValueError("a root of a negative number")
    return float(base) ** float(exponent)


# name -> (value at a number, derivative at a number or dual)
FUNCTIONS: Mapping[str, tuple[Callable[[float], float], Callable[[Any], Any]]] = {
    "exp": (math.exp, lambda u: call("exp", u)),
    "log": (math.log, lambda u: power(u, Fraction(-1))),
    "sin": (math.sin, lambda u: call("cos", u)),
    "cos": (math.cos, lambda u: -call("sin", u)),
    "tan": (math.tan, lambda u: power(call("cos", u), Fraction(-2))),
    "sinh": (math.sinh, lambda u: call("cosh", u)),
    "cosh": (math.cosh, lambda u: call("sinh", u)),
    "tanh": (math.tanh, lambda u: power(call("cosh", u), Fraction(-2))),
    "sigmoid": (
        lambda u: 1 / (1 + math.exp(-u)),
        lambda u: call("exp", -u) * power(1 + call("exp", -u), Fraction(-2)),
    ),
    "softplus": (lambda u: math.log1p(math.exp(u)), lambda u: call("sigmoid", u)),
    "relu": (lambda u: max(u, 0.0), lambda u: call("step", u)),
    "abs": (abs, lambda u: call("sign", u)),
    "step": (lambda u: float(u > 0), lambda u: Fraction(0)),
    "sign": (lambda u: float((u > 0) - (u < 0)), lambda u: Fraction(0)),
    "erf": (math.erf, lambda u: (2 / math.sqrt(math.pi)) * call("exp", -u * u)),
    # functions without a formula: any smooth ones, each its own
    "f": (lambda u: math.exp(u / 2), lambda u: 0.5 * call("f", u)),
    "g": (lambda u: math.exp(u / 3), lambda u: call("g", u) * Fraction(1, 3)),
    "phi": (lambda u: math.exp(u / 4), lambda u: 0.25 * call("phi", u)),
    "point": (lambda u: math.exp(u / 5), lambda u: call("point", u) * Fraction(1, 5)),
}
COMPOSED: Mapping[str, Callable[[Any], Any]] = {
    "silu": lambda u: u * call("sigmoid", u),
    "gelu": lambda u: 0.5 * u * (1 + call("erf", u * math.sqrt(0.5))),
}


def call(name: str, u: Any) -> Any:
    """A function of one argument."""
    if name in COMPOSED:
        return COMPOSED[name](u)
    value, derivative = FUNCTIONS[name]
    if isinstance(u, Dual):
        return Dual(u.level, call(name, u.value), derivative(u.value) * u.slope)
    return value(float(u))


def primed(name: str, u: Any, primes: int) -> Any:
    """A derivative of a function of one argument, by a small part of a level of its own for every prime."""
    if primes == 0:
        return call(name, u)
    level = 1 + (u.level if isinstance(u, Dual) else 0)
    found = primed(name, Dual(level, u, Fraction(1)), primes - 1)
    return found.slope if isinstance(found, Dual) and found.level == level else Fraction(0)
