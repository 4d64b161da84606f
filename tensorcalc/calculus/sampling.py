"""Values of expressions without arrays: exactly, modulo a prime, or between bounds that hold rounding errors.

Only small ranges and random components; this is for proving that two expressions differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any, Generic, TypeVar

from ..notation.expression import Affine, Base, Delta, Expr, Fn, Idx, Looked, One, Paren, Size, Slot, Sym, Term
from ..notation.syntax import Constant, Fixed
from .function import bases, slots_of
from .labelling import OutOfFuel, components

PRIME = (1 << 61) - 1
MAX_STEPS = 30_000

Value = TypeVar("Value")
Table = tuple[tuple[Idx, ...], dict[tuple[int, ...], Any]]  # letters, and a value for each of their places


class Undefined(Exception):
    """The expression has no value here: a division by 0, the logarithm of a negative number."""


class NotRational(Exception):
    """The expression has roots or functions, so it has no exact value."""


class Modular:
    """Numbers modulo a prime: exact for everything rational."""

    def number(self, value: Fraction) -> int:
        return value.numerator * pow(value.denominator, -1, PRIME) % PRIME

    def random(self, source: Random, positive: bool) -> int:
        return source.randrange(2, PRIME)

    def add(self, a: int, b: int) -> int:
        return (a + b) % PRIME

    def multiply(self, a: int, b: int) -> int:
        return a * b % PRIME

    def power(self, a: int, exponent: Fraction) -> int:
        if exponent.denominator != 1:
            raise NotRational
        if exponent < 0 and a == 0:
            raise Undefined
        return pow(a, exponent.numerator, PRIME)

    def call(self, name: str, a: int) -> int:
        raise NotRational

    def differ(self, a: int, b: int) -> bool:
        return a != b


Bounds = tuple[float, float]


def outward(low: float, high: float, steps: int = 1) -> Bounds:
    """Bounds made wider by some units in the last place."""
    for _ in range(steps):
        low, high = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
    if math.isnan(low) or math.isnan(high):
        raise Undefined
    return low, high


class Interval:
    """Pairs of floats that surely hold the value; library functions are trusted to four units in the last place."""

    def number(self, value: Fraction) -> Bounds:
        try:
            return outward(float(value), float(value))
        except OverflowError:
            raise Undefined from None

    def random(self, source: Random, positive: bool) -> Bounds:
        value = source.uniform(0.3, 2.0) * (1 if positive else source.choice((-1, 1)))
        return value, value

    def add(self, a: Bounds, b: Bounds) -> Bounds:
        return outward(a[0] + b[0], a[1] + b[1])

    def multiply(self, a: Bounds, b: Bounds) -> Bounds:
        corners = [x * y for x in a for y in b]
        return outward(min(corners), max(corners))

    def power(self, a: Bounds, exponent: Fraction) -> Bounds:
        if exponent < 0:
            low, high = self.power(a, -exponent)
            if low <= 0 <= high:
                raise Undefined
            return outward(1 / high, 1 / low)
        if exponent.denominator != 1 and a[0] <= 0:
            raise Undefined
        corners = [self._power(x, exponent) for x in a]
        low, high = min(corners), max(corners)
        if a[0] < 0 < a[1] and exponent.numerator % 2 == 0:
            low = 0.0
        return outward(low, high, 8)

    def _power(self, x: float, exponent: Fraction) -> float:
        try:
            return x**exponent.numerator if exponent.denominator == 1 else x ** float(exponent)
        except OverflowError:
            raise Undefined from None

    def call(self, name: str, a: Bounds) -> Bounds:
        if name in FUNCTIONS:
            return FUNCTIONS[name](a)
        raise NotRational

    def differ(self, a: Bounds, b: Bounds) -> bool:
        return a[1] < b[0] or b[1] < a[0]


def _rising(f: Callable[[float], float]) -> Callable[[Bounds], Bounds]:
    def bounds(a: Bounds) -> Bounds:
        try:
            return outward(f(a[0]), f(a[1]), 4)
        except (ValueError, OverflowError):
            raise Undefined from None

    return bounds


def _smooth(f: Callable[[float], float]) -> Callable[[Bounds], Bounds]:
    """A function whose slope is at most 1: the value in the middle, wider by half the width."""

    def bounds(a: Bounds) -> Bounds:
        middle, half = (a[0] + a[1]) / 2, (a[1] - a[0]) / 2 + 1e-15 * abs(a[0])
        return outward(f(middle) - half, f(middle) + half, 4)

    return bounds


def _absolute(a: Bounds) -> Bounds:
    low, high = sorted((abs(a[0]), abs(a[1])))
    return (0.0 if a[0] < 0 < a[1] else low), high


def _sign(a: Bounds) -> Bounds:
    if a[0] <= 0 <= a[1]:
        raise Undefined
    value = math.copysign(1.0, a[0])
    return value, value


# what canonical form leaves; all other functions it replaces by their definitions
FUNCTIONS: dict[str, Callable[[Bounds], Bounds]] = {
    "exp": _rising(math.exp),
    "log": _rising(math.log),
    "erf": _rising(math.erf),
    "sin": _smooth(math.sin),
    "cos": _smooth(math.cos),
    "abs": _absolute,
    "sign": _sign,
}


# ---------------------------------------------------------------- worlds


class World(Generic[Value]):
    """Random sizes and components; the same name and place always has the same value."""

    def __init__(self, field: Any, seed: int, positive: bool, sizes: Mapping[str, int]) -> None:
        self.field, self.positive, self.sizes = field, positive, sizes
        self.source = Random(seed)
        self.values: dict[tuple, Value] = {}
        self.steps = 0

    def component(self, name: str, places: tuple[int, ...]) -> Value:
        if (name, places) not in self.values:
            self.values[name, places] = self.field.random(self.source, self.positive)
        return self.values[name, places]

    def position(self, name: str, places: tuple[int, ...]) -> int:
        return Random(f"{name}{places}").randrange(min(self.sizes.values(), default=2))

    # ------------------------------------------------------------ expressions

    def value(self, expr: Expr, at: Mapping[Idx, int]) -> Value:
        total = self.field.number(Fraction(0))
        for term in expr.terms:
            total = self.field.add(total, self.term(term, at))
        return total

    def term(self, term: Term, at: Mapping[Idx, int]) -> Value:
        total = self.field.number(term.coef)
        fixed = tuple(f for f in term.factors if f[0].letters.isdisjoint(term.bound))
        total = self.field.multiply(total, self.product(fixed, at))
        for bound, factors in components(term):
            total = self.field.multiply(total, self.summed(bound, factors, at))
        return total

    def summed(self, bound: tuple[Idx, ...], factors: tuple, at: Mapping[Idx, int]) -> Value:
        """Sum over all dummies, one at a time: first the one whose factors have the fewest letters."""
        tables = [self.table(factor, bound, at) for factor in factors]
        left = set(bound)
        while left:
            reach = {idx: {i for letters, _ in tables if idx in letters for i in letters} for idx in left}
            idx = min(left, key=lambda one: (len(reach[one]), one.uid))
            mine = [table for table in tables if idx in table[0]]
            rest = [table for table in tables if idx not in table[0]]
            tables = [*rest, self.eliminated(idx, mine, reach[idx] - {idx})]
            left.remove(idx)
        return self.multiplied(table[()] for _, table in tables)

    def table(self, factor: tuple, bound: tuple[Idx, ...], at: Mapping[Idx, int]) -> Table:
        letters = tuple(idx for idx in bound if idx in factor[0].letters)
        values = {}
        for places in product(*(range(self.sizes[idx.range]) for idx in letters)):
            values[places] = self.product((factor,), {**at, **dict(zip(letters, places, strict=True))})
        return letters, values

    def eliminated(self, idx: Idx, tables: list[Table], others: set[Idx]) -> Table:
        letters = tuple(sorted(others, key=lambda one: one.uid))
        values = {}
        for places in product(*(range(self.sizes[one.range]) for one in letters)):
            total = self.field.number(Fraction(0))
            for place in range(self.sizes[idx.range]):
                here = {**dict(zip(letters, places, strict=True)), idx: place}
                total = self.field.add(total, self.multiplied(v[tuple(here[i] for i in own)] for own, v in tables))
            values[places] = total
        return letters, values

    def multiplied(self, values: Iterable) -> Value:
        total = self.field.number(Fraction(1))
        for value in values:
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise OutOfFuel
            total = self.field.multiply(total, value)
        return total

    def product(self, factors: tuple, at: Mapping[Idx, int]) -> Value:
        total = self.field.number(Fraction(1))
        for base, exponent in factors:
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise OutOfFuel
            one = self.base(base, at)
            total = self.field.multiply(total, one if exponent == 1 else self.field.power(one, exponent))
        return total

    def base(self, base: Base, at: Mapping[Idx, int]) -> Value:
        match base:
            case Sym(name, slots):
                places = tuple(self.place(slot, at) for slot in slots)
                outside = any(
                    isinstance(slot, Affine) and not 0 <= place < self.sizes.get(slot.range, 1 << 30)
                    for slot, place in zip(slots, places, strict=True)
                )
                return self.field.number(Fraction(0)) if outside else self.component(name, places)
            case Delta(left, right):
                return self.field.number(Fraction(self.place(left, at) == self.place(right, at)))
            case One():
                return self.field.number(Fraction(1))
            case Size(name):
                return self.field.number(Fraction(self.sizes[name]))
            case Paren(body):
                return self.value(body, at)
            case Fn(name, arg, 0):
                return self.field.call(name, self.value(arg, at))
        raise NotRational

    def place(self, slot: Slot, at: Mapping[Idx, int]) -> int:
        match slot:
            case Idx():
                return at[slot]
            case Affine(terms, offset):
                return sum(n * at[idx] for n, idx in terms) + offset
            case Fixed(value):
                return value
            case Constant(name):
                return self.position(name, ())
            case Looked(name, slots):
                return self.position(name, tuple(self.place(one, at) for one in slots))
        raise TypeError(slot)


def ranges_of(*exprs: Expr) -> Iterator[str]:
    """Every range of an index or a size."""
    for expr in exprs:
        for term in expr.terms:
            yield from (idx.range for idx in (*term.bound, *term.inside))
        for base in bases(expr):
            yield from (slot.range for slot in slots_of(base) if isinstance(slot, Affine) and slot.range)
            if isinstance(base, Size):
                yield base.range
            if isinstance(base, (Fn, Paren)):
                yield from ranges_of(base.arg if isinstance(base, Fn) else base.body)


def least_size(*exprs: Expr) -> int:
    """Ranges must hold every position that is written as a number."""
    fixed = [s.value for e in exprs for b in bases(e) for s in slots_of(b) if isinstance(s, Fixed)]
    return max([1, *fixed]) + 1
