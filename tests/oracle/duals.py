"""Dual numbers for the loop nest: a value and its slope in one direction, over any of its other numbers.

The derivative of a program is then read off its loops, component by component; no rule of the engine takes part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle import loops
from tests.oracle.numbers import FLOAT, Field, Scaled

NEAR_A_KINK = 1e-6

SLOPES = {
    "exp": math.exp,
    "log": lambda x: 1 / x,
    "sqrt": lambda x: 0.5 / math.sqrt(x),
    "sin": math.cos,
    "cos": lambda x: -math.sin(x),
    "tanh": lambda x: 1 / math.cosh(x) ** 2 if abs(x) < 300 else 0.0,
    "sigmoid": lambda x: 0.25 / math.cosh(x / 2) ** 2 if abs(x) < 600 else 0.0,
    "relu": lambda x: float(x > 0),
    "abs": lambda x: math.copysign(1.0, x),
    "erf": lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x),
}


@dataclass(frozen=True)
class Dual:
    """``value + slope ε`` with ε² = 0."""

    value: object
    slope: object

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)


class Duals(Field):
    def __init__(self, under: Field = FLOAT):
        self.under = under

    def number(self, value):
        return Dual(self.under.number(value), self.under.number(Fraction(0)))

    def inverse(self, x):
        one = self.under.inverse(x.value)
        return Dual(one, self.under.number(Fraction(-1)) * one * one * x.slope)

    def call(self, name, x):
        at = x.value.value
        if name in ("relu", "abs") and abs(at) < NEAR_A_KINK:
            raise ArithmeticError(f"{name} has no derivative at 0")
        slope = SLOPES[name](at)
        return Dual(self.under.call(name, x.value), Scaled(slope, abs(slope)) * x.slope)

    def root(self, x, exponent):
        slope = float(exponent) * math.pow(x.value.value, float(exponent) - 1)
        return Dual(self.under.root(x.value, exponent), Scaled(slope, abs(slope)) * x.slope)


def evaluate(program, inputs: dict, directions: dict, constants: dict, sizes: dict, under: Field = FLOAT) -> dict:
    """Every tensor of a program with its slope, where the inputs move in the directions given."""
    field = Duals(under)

    def moving(value, slope):
        if isinstance(value, (list, tuple)):
            return [moving(*pair) for pair in zip(value, slope, strict=True)]
        return Dual(under.number(Fraction(value)), under.number(Fraction(slope)))

    arrays = {name: moving(value, directions[name]) for name, value in inputs.items()}
    return arrays | loops.run(program, arrays, constants, sizes, field)
