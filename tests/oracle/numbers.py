"""Numbers for the loop nest: exact fractions, residues modulo a prime, floats that know their scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

PRIME = 2**61 - 1

FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
    "relu": lambda x: max(x, 0.0),
    "abs": abs,
    "erf": math.erf,
}


@dataclass(frozen=True)
class Residue:
    """A number modulo ``PRIME``: rational functions that differ agree at a random point with probability near 0."""

    value: int

    def __add__(self, other: Residue) -> Residue:
        return Residue((self.value + other.value) % PRIME)

    def __mul__(self, other: Residue) -> Residue:
        return Residue(self.value * other.value % PRIME)

    def inverse(self) -> Residue:
        if not self.value:
            raise ZeroDivisionError
        return Residue(pow(self.value, -1, PRIME))


@dataclass(frozen=True)
class Scaled:
    """A float and the scale of what was added up to reach it: rounding in any order of evaluation is ``scale · 1e-16``.

    Sums add their scales and products multiply them, as if everything were multiplied out first.
    """

    value: float
    scale: float

    def __add__(self, other: Scaled) -> Scaled:
        return Scaled(self.value + other.value, self.scale + other.scale)

    def __mul__(self, other: Scaled) -> Scaled:
        return Scaled(self.value * other.value, self.scale * other.scale)

    def inverse(self) -> Scaled:
        return Scaled(1 / self.value, self.scale / self.value**2)

    def apply(self, f) -> Scaled:
        """``f`` of the value; its slope, taken over a small step on either side, carries the scale along."""
        step = 1e-6 * max(1e-3, abs(self.value))
        here = f(self.value)
        slope = max(abs(f(self.value + step) - here), abs(f(max(self.value - step, self.value / 2)) - here)) / step
        return Scaled(here, abs(here) + slope * self.scale)


class Field:
    """What the loop nest needs to know about its numbers."""

    def number(self, value: Fraction):
        raise NotImplementedError

    def inverse(self, x):
        return x.inverse()

    def call(self, name: str, x):
        raise ArithmeticError(f"{name} has no value here")

    def root(self, x, exponent: Fraction):
        raise ArithmeticError("a root has no value here")

    def power(self, x, exponent: Fraction):
        """``x·x·…·x``; the inverse of it for a negative exponent."""
        if exponent.denominator != 1:
            return self.root(x, exponent)
        result = self.number(Fraction(1))
        for _ in range(abs(exponent.numerator)):
            result = result * x
        return self.inverse(result) if exponent < 0 else result


class Exact(Field):
    def number(self, value):
        return Fraction(value)

    def inverse(self, x):
        return 1 / x


class Modular(Field):
    def number(self, value):
        value = Fraction(value)
        return Residue(value.numerator % PRIME) * Residue(value.denominator % PRIME).inverse()


class Float(Field):
    def number(self, value):
        return Scaled(float(value), abs(float(value)))

    def call(self, name, x):
        return x.apply(FUNCTIONS[name])

    def root(self, x, exponent):
        return x.apply(lambda v: math.pow(v, float(exponent)))


class Plain(Field):
    """Floats that know nothing of their rounding, for the many evaluations of a difference quotient."""

    def number(self, value):
        return float(value)

    def inverse(self, x):
        return 1 / x

    def call(self, name, x):
        return FUNCTIONS[name](x)

    def root(self, x, exponent):
        return math.pow(x, float(exponent))


EXACT, MODULAR, FLOAT, PLAIN = Exact(), Modular(), Float(), Plain()
