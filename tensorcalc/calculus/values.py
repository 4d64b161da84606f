"""What a line of a derivation means in numbers, by loops over its indices: for replay, apart from the engine's rules.

A derivative that is not worked out is evaluated as one: its variable gets a small part e with e² = 0, and the part of
the result that e multiplies is the derivative. Nothing here knows a rule of differentiation of products, sums or
tensors; all that is used is arithmetic with such numbers and the derivative of each function of one argument.
Numbers stay exact as long as the expression is rational.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from ..notation.expression import (
    Affine,
    Base,
    Delta,
    Deriv,
    Expr,
    Factor,
    Fn,
    Idx,
    Looked,
    One,
    Paren,
    Size,
    Slot,
    Sym,
    Term,
)
from ..notation.reading import Line
from ..notation.syntax import Constant, Fixed
from .dual import Dual, call, power, primed
from .implied import Implied

Places = tuple[int, ...]
At = Mapping[Idx, int]


class NoValue(ArithmeticError):
    """At this point an expression has no value; another is tried."""


@dataclass(frozen=True)
class Nudge:
    """A small part of level ``level``: which names move with it, and how much a seeded one does at a place."""

    level: int
    moves: frozenset[str]
    seed: Callable[[str, Places], Any]  # None for a name that is not seeded


Nudges = tuple[Nudge, ...]


class World:
    """One random point: a number for every component of every tensor, the definitions of a function kept.

    Parameters
    ----------
    definitions : what defined names are worth
    inputs, outputs : the upstream gradients of outputs are random; all other gradients follow from these
    seed : of the random numbers
    least : no range is smaller
    """

    def __init__(
        self,
        definitions: Mapping[str, Line],
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        seed: int,
        least: int = 2,
    ) -> None:
        self.definitions, self.inputs, self.outputs, self.seed, self.least = definitions, inputs, outputs, seed, least
        self.known: dict[tuple[str, Places, Nudges], Any] = {}
        self.nudged: dict[tuple, Nudge] = {}
        self.found: dict[tuple, Any] = {}
        self.indices: dict[int, tuple[Base, tuple[Idx, ...]]] = {}
        self.varied: frozenset[str] = frozenset()  # of a differential: the names that change freely
        self.output = ""
        self.dependent: Mapping[str, frozenset[str]] = {}  # what moves with the variable of a Jacobian tensor
        self.implied = Implied({})  # tensors that an equation defines

    def size(self, name: str) -> int:
        return self.least + Random(f"{self.seed} size {name}").randrange(2)

    def random(self, name: str, places: Places) -> Fraction:
        return Fraction(Random(f"{self.seed} {name} {places}").randrange(4, 20), 11)

    # ------------------------------------------------------------ expressions

    def value(self, expr: Expr, at: At, nudges: Nudges = ()) -> Any:
        return sum((self.term(term, at, nudges) for term in expr.terms), Fraction(0))

    def term(self, term: Term, at: At, nudges: Nudges) -> Any:
        total: Any = term.coef
        for bound, factors in groups(term):
            total = total * self.summed(bound, factors, at, nudges)
        return total

    def summed(self, bound: tuple[Idx, ...], factors: tuple[Factor, ...], at: At, nudges: Nudges) -> Any:
        total: Any = Fraction(0)
        for places in product(*(range(self.size(idx.range)) for idx in bound)):
            here = {**at, **dict(zip(bound, places, strict=True))}
            total = total + self.product(factors, here, nudges)
        return total

    def product(self, factors: tuple[Factor, ...], at: At, nudges: Nudges) -> Any:
        total: Any = Fraction(1)
        for base, exponent in sorted(factors, key=lambda f: not isinstance(f[0], Delta)):
            one = self.base(base, at, nudges)
            total = total * (one if exponent == 1 else power(one, exponent))
            if isinstance(total, Fraction) and not total:
                return total
        return total

    def base(self, base: Base, at: At, nudges: Nudges) -> Any:
        match base:
            case Sym(name, slots):
                places = tuple(self.place(slot, at) for slot in slots)
                inside = all(self.inside(s, p) for s, p in zip(slots, places, strict=True))
                return self.component(name, places, nudges) if inside else Fraction(0)
            case Delta(left, right):
                return Fraction(self.place(left, at) == self.place(right, at))
            case One():
                return Fraction(1)
            case Size(name):
                return Fraction(self.size(name))
            case _:
                return self.compound(base, at, nudges)

    def compound(self, base: Base, at: At, nudges: Nudges) -> Any:
        """What holds an expression; its value is kept for the places of its own indices."""
        if self.implied.trial:
            return self.opened(base, at, nudges)
        key = id(base), tuple(at[idx] for idx in self.letters(base)), nudges
        if key not in self.found:
            self.found[key] = self.opened(base, at, nudges)
        return self.found[key]

    def letters(self, base: Base) -> tuple[Idx, ...]:
        if id(base) not in self.indices:
            self.indices[id(base)] = base, tuple(base.letters)  # holding the base keeps its id
        return self.indices[id(base)][1]

    def opened(self, base: Base, at: At, nudges: Nudges) -> Any:
        match base:
            case Paren(body):
                return self.value(body, at, nudges)
            case Fn("d", arg):
                return self.changed(lambda inner: self.value(arg, at, inner), nudges)
            case Fn(name, arg, primes):
                inner = self.value(arg, at, nudges)
                return primed(name, inner, primes) if primes else call(name, inner)
            case Deriv(of, by):
                return self.derivative(of, by, at, nudges)
        raise TypeError(base)

    def inside(self, slot: Slot, place: int) -> bool:
        return not isinstance(slot, Affine) or 0 <= place < self.size(slot.range)

    def place(self, slot: Slot, at: At) -> int:
        match slot:
            case Idx():
                return at[slot]
            case Affine(terms, offset):
                return sum(n * at[idx] for n, idx in terms) + offset
            case Fixed(value):
                return value
            case Constant(name):
                return Random(f"{self.seed} at {name}").randrange(self.least)
            case Looked(name, slots):
                places = tuple(self.place(one, at) for one in slots)
                return Random(f"{self.seed} at {name} {places}").randrange(self.least)
        raise TypeError(slot)

    # ------------------------------------------------------------ components

    def component(self, name: str, places: Places, nudges: Nudges = ()) -> Any:
        """A component with its small parts; a defined one follows from its definition."""
        mine = tuple(n for n in nudges if name in n.moves)
        through = tuple(n for n in mine if n.seed(name, places) is None)
        value = self.plain(name, places, through)
        for nudge in mine:
            if nudge not in through:
                value = Dual(nudge.level, value, nudge.seed(name, places))
        return value

    def plain(self, name: str, places: Places, nudges: Nudges) -> Any:
        if name in self.implied.equations:
            return self.implied.value(self, name, places, nudges)
        if (name, places, nudges) in self.known and not self.implied.trial:
            return self.known[name, places, nudges]
        if name in self.definitions:
            at = dict(zip(self.free(name), places, strict=True))
            value = self.value(self.definitions[name].right, at, nudges)
        else:
            value = self.other(name, places, nudges)
        if not self.implied.trial:
            self.known[name, places, nudges] = value
        return value

    def other(self, name: str, places: Places, nudges: Nudges) -> Any:
        """An input, a gradient of the loss, or a differential."""
        if name.startswith("dl_d") and (found := self.gradient(name, places, nudges)) is not None:
            return found
        rest = name[1:]
        follows = rest == self.output or (rest not in self.varied and (rest in self.definitions or rest in self.inputs))
        if self.varied and name[:1] == "d" and follows:
            return self.changed(lambda inner: self.component(rest, places, inner), nudges)
        return self.random(name, places)

    def gradient(self, name: str, places: Places, nudges: Nudges) -> Any:
        """dl_du = Σ over all outputs of dl_dy ∂y/∂u; that of an output itself is random, and so is an unknown one."""
        of = name[4:]
        of = of.removesuffix("total") if of.removesuffix("total") in self.outputs else of
        given = of in self.outputs and name == f"dl_d{of}"
        if given or (of not in self.definitions and of not in self.inputs):
            return None
        nudge = self.nudge(of, places, frozenset((of, *self.below(of))), nudges)
        total: Any = Fraction(0)
        for output in self.outputs:
            for here in self.everywhere(output):
                moved = self.component(output, here, (*nudges, nudge))
                total = total + self.random(f"dl_d{output}", here) * slope(moved, nudge.level)
        return total

    def below(self, name: str) -> Iterator[str]:
        """The defined names that a tensor moves."""
        moved = {name, *self.implied.equations}
        yield from self.implied.equations
        for defined, line in self.definitions.items():
            if not moved.isdisjoint(symbols(line.right)):
                moved.add(defined)
                yield defined

    def everywhere(self, name: str) -> Iterator[Places]:
        if name in self.implied.equations:
            return iter(self.implied.places(self, name))
        return product(*(range(self.size(idx.range)) for idx in self.free(name)))

    def free(self, name: str) -> tuple[Idx, ...]:
        """The indices of a defined name, in the order of its axes."""
        base = self.definitions[name].left.terms[0].factors[0][0]
        assert isinstance(base, Sym)
        return tuple(slot for slot in base.slots if isinstance(slot, Idx))

    # ------------------------------------------------------------ derivatives and differentials

    def nudge(self, name: str, places: Places, moves: frozenset[str], nudges: Nudges) -> Nudge:
        key = (name, places, moves, nudges)
        if key not in self.nudged:  # the same for the same, so that what was solved with it is found again
            level = 1 + max((n.level for n in nudges), default=0)
            self.nudged[key] = Nudge(level, moves, lambda n, p: None if n != name else Fraction(p == places))
        return self.nudged[key]

    def derivative(self, of: Expr, by: Sym, at: At, nudges: Nudges) -> Any:
        """The part of what stands under ∂/∂x_pq that a small part of x_pq multiplies."""
        places = tuple(self.place(slot, at) for slot in by.slots)
        lone = of.terms[0].factors[0][0] if len(of.terms) == 1 and len(of.terms[0].factors) == 1 else None
        moves = self.dependent.get(by.name)
        if moves is None:  # direct: through the statement of the tensor alone
            moves = frozenset((by.name, lone.name)) if isinstance(lone, Sym) else frozenset((by.name,))
        nudge = self.nudge(by.name, places, moves | {self.output}, nudges)
        return slope(self.value(of, at, (*nudges, nudge)), nudge.level)

    def changed(self, evaluate: Callable[[Nudges], Any], nudges: Nudges) -> Any:
        """The part that follows a small change of everything that is varied."""
        level = 1 + max((n.level for n in nudges), default=0)
        moves = set(self.varied)
        for name in self.varied:
            moves |= set(self.below(name))

        def seed(name: str, places: Places) -> Any:
            return self.random(f"d{name}", places) if name in self.varied and name != self.output else None

        return slope(evaluate((*nudges, Nudge(level, frozenset(moves | {self.output}), seed))), level)


def slope(value: Any, level: int) -> Any:
    return value.slope if isinstance(value, Dual) and value.level == level else Fraction(0)


def symbols(expr: Expr) -> Iterator[str]:
    for term in expr.terms:
        for base, _ in term.factors:
            if isinstance(base, Sym):
                yield base.name
            elif isinstance(base, (Fn, Paren, Deriv)):
                inner = base.arg if isinstance(base, Fn) else base.body if isinstance(base, Paren) else base.of
                yield from symbols(inner)


def groups(term: Term) -> Iterator[tuple[tuple[Idx, ...], tuple[Factor, ...]]]:
    """The factors of a term in groups that share no dummy, so that each is summed by itself."""
    left = list(term.factors)
    bound = set(term.bound)
    alone = tuple(f for f in left if bound.isdisjoint(f[0].letters))
    left = [f for f in left if f not in alone]
    yield (), alone
    while left:
        group, letters = [left.pop(0)], set[Idx]()
        while True:
            letters = {idx for base, _ in group for idx in base.letters if idx in bound}
            more = [f for f in left if not letters.isdisjoint(f[0].letters)]
            if not more:
                break
            group += more
            left = [f for f in left if f not in more]
        yield tuple(idx for idx in term.bound if idx in letters), tuple(group)
        bound -= letters
    for idx in term.bound:
        if idx in bound:
            yield (idx,), ()


def differ(left: Any, right: Any, scale: float) -> bool:
    """Whether two numbers differ: exactly where both are exact, else by more than rounding."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left != right
    a, b = float(left), float(right)
    if not (math.isfinite(a) and math.isfinite(b)):
        raise NoValue
    return abs(a - b) > 1e-9 * max(1.0, scale, abs(a), abs(b))
