"""What a kernel computes, as a graph of values in which equal values are one object.

Letters stand for loops. A reduction names its own letters by how deep they stand, so that two sums which differ in the
names of their dummies are one node, and are computed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from ..notation.building import substitute_slot
from ..notation.expression import Idx, Slot, letters_in, letters_of

_TABLE: WeakValueDictionary[tuple, Any] = WeakValueDictionary()
NONE: frozenset[Idx] = frozenset()


class Shared(type):
    """Equal nodes are one object, so that a common subexpression is found by identity."""

    def __call__(cls, *fields: Any) -> Any:
        found = _TABLE.get((cls, fields))
        if found is None:
            found = _TABLE[cls, fields] = super().__call__(*fields)
        return found


@dataclass(frozen=True, eq=False)
class Node(metaclass=Shared):
    """A value at every point of its letters."""

    @property
    def parts(self) -> tuple[Node, ...]:
        return ()

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return NONE.union(*(part.letters for part in self.parts))

    @cached_property
    def height(self) -> int:
        """How many letters of reductions are stacked inside."""
        return max((part.height for part in self.parts), default=0)


@dataclass(frozen=True, eq=False)
class Number(Node):
    value: Fraction


@dataclass(frozen=True, eq=False)
class SizeOf(Node):
    """The number of values of a range."""

    range: str


@dataclass(frozen=True, eq=False)
class Load(Node):
    """A component of an array; 0 where an affine place is outside."""

    tensor: str
    places: tuple[Slot, ...]

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return letters_in(self.places)


@dataclass(frozen=True, eq=False)
class Same(Node):
    """1 where two places are equal, else 0."""

    left: Slot
    right: Slot

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return letters_of(self.left) | letters_of(self.right)


@dataclass(frozen=True, eq=False)
class Inside(Node):
    """The body where every place is inside its range, else 0."""

    conditions: tuple[tuple[Slot, str], ...]
    body: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.body,)

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return self.body.letters.union(*(letters_of(place) for place, _ in self.conditions))


@dataclass(frozen=True, eq=False)
class Add(Node):
    terms: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.terms


@dataclass(frozen=True, eq=False)
class Mul(Node):
    """coef · ∏ base^exponent."""

    coef: Fraction
    factors: tuple[tuple[Node, Fraction], ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return tuple(base for base, _ in self.factors)


@dataclass(frozen=True, eq=False)
class Call(Node):
    """A function of one argument."""

    name: str
    arg: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.arg,)


@dataclass(frozen=True, eq=False)
class Reduce(Node):
    """The sum, or the largest value, over its bound letters."""

    op: str
    bound: tuple[Idx, ...]
    body: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.body,)

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return self.body.letters - frozenset(self.bound)

    @cached_property
    def height(self) -> int:
        return self.body.height + len(self.bound)


@dataclass(frozen=True, eq=False)
class Var(Node):
    """A value that the loops hold in a variable."""

    name: str
    over: frozenset[Idx]

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return self.over


# ---------------------------------------------------------------- constructors that simplify

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def number(value: Fraction | int) -> Node:
    return Number(Fraction(value))


def add(terms: tuple[Node, ...] | list[Node]) -> Node:
    """A sum; sums inside are opened, numbers are put together in front of nothing else."""
    flat: list[Node] = []
    for term in terms:
        flat += term.terms if isinstance(term, Add) else [] if term is ZERO else [term]
    if len(flat) < 2:
        return flat[0] if flat else ZERO
    return Add(tuple(flat))


def mul(coef: Fraction | int, factors: list[tuple[Node, Fraction]]) -> Node:
    """A product; products inside are opened, equal factors are put together."""
    coef, powers = Fraction(coef), dict[Node, list[Fraction]]()
    for base, exponent in _opened(factors):
        if isinstance(base, Number) and exponent.denominator == 1 and (base.value or exponent > 0):
            coef *= base.value**exponent.numerator
        else:
            powers.setdefault(base, []).append(exponent)
    if not coef:
        return ZERO
    kept = [(base, e) for base, es in powers.items() for e in _merged(es, positive(base) and base is not ONE) if e]
    if coef == 1 and len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    return Mul(coef, tuple(kept)) if kept else Number(coef)


def _opened(factors: list[tuple[Node, Fraction]]) -> Iterator[tuple[Node, Fraction]]:
    for base, exponent in factors:
        if isinstance(base, Mul) and exponent.denominator == 1 and (base.coef or exponent > 0):
            yield Number(base.coef), exponent
            yield from ((inner, e * exponent) for inner, e in base.factors)
        else:
            yield base, exponent


def _merged(exponents: list[Fraction], cancels: bool) -> list[Fraction]:
    """x x = x²; x/x stays, for it is no number at 0, unless the factor is known to be positive."""
    if cancels:
        return [sum(exponents, Fraction(0))]
    return [sum(part, Fraction(0)) for part in ([e for e in exponents if e > 0], [e for e in exponents if e < 0])]


def scaled(coef: Fraction | int, node: Node) -> Node:
    return mul(coef, [(node, Fraction(1))])


def inside(conditions: tuple[tuple[Slot, str], ...], body: Node) -> Node:
    if not conditions or body is ZERO:
        return body
    return Inside(conditions, body)


def same(left: Slot, right: Slot) -> Node:
    return ONE if left == right else Same(left, right)


def reduction(op: str, bound: tuple[Idx, ...], body: Node, names: Mapping[str, str]) -> Reduce:
    """A reduction whose letters are numbered from inside out, in the order in which the body shows them."""
    order = [idx for idx in shown(body) if idx in bound]
    by = {idx: Idx(names.get(idx.range, "i"), idx.range, -(body.height + 1 + k)) for k, idx in enumerate(order)}
    return Reduce(op, tuple(by.values()), replaced(body, by))


def shown(root: Node) -> list[Idx]:
    """Letters in the order in which they are met."""
    found: dict[Idx, None] = {}
    for node in everything(root):
        for slot in slots_of(node):
            found.update(dict.fromkeys(sorted(letters_of(slot), key=lambda idx: (idx.name, idx.uid))))
    return list(found)


def slots_of(node: Node) -> tuple[Slot, ...]:
    """The places that a node itself reads or compares."""
    match node:
        case Load(_, places):
            return places
        case Same(left, right):
            return left, right
        case Inside(conditions):
            return tuple(place for place, _ in conditions)
    return ()


def numbered(value: Node, axes: tuple[Idx, ...]) -> Node:
    """The value over letters 0, 1, … of its axes, whatever their names were."""
    return replaced(value, {idx: Idx(str(k), idx.range) for k, idx in enumerate(axes)})


def form(value: Node) -> tuple[Node, tuple[Idx, ...]]:
    """What a value is apart from its letters, and the letters in the order in which it shows them."""
    axes = tuple(idx for idx in shown(value) if idx in value.letters)
    return numbered(value, axes), axes


def positive(node: Node) -> bool:
    """Whether a value is positive whatever the arrays hold; divided by itself it is then 1."""
    match node:
        case Call(name):
            return name in ("exp", "sigmoid")
        case Reduce("sum", _, body):
            return positive(body)
        case Mul(coef, factors):
            return coef > 0 and all(positive(base) for base, _ in factors)
        case Number(value):
            return value > 0
    return False


# ---------------------------------------------------------------- walking


def everything(*roots: Node) -> list[Node]:
    """Every node below some roots, once, parts before wholes."""
    found: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node not in found:
            for part in node.parts:
                visit(part)
            found[node] = None

    for root in roots:
        visit(root)
    return list(found)


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same operation on other parts."""
    if parts == node.parts:
        return node
    match node:
        case Add():
            return add(parts)
        case Mul(coef, factors):
            return mul(coef, [(part, e) for part, (_, e) in zip(parts, factors, strict=True)])
        case Call(name):
            return Call(name, parts[0])
        case Inside(conditions):
            return inside(conditions, parts[0])
        case Reduce(op, bound):
            return Reduce(op, bound, parts[0])
    return node


def exchanged(node: Node, change: Mapping[Node, Node]) -> Node:
    """Some nodes replaced by others, wherever they stand."""
    memo: dict[Node, Node] = dict(change)

    def visit(one: Node) -> Node:
        if one not in memo:
            memo[one] = rebuilt(one, tuple(map(visit, one.parts)))
        return memo[one]

    return visit(node)


def replaced(node: Node, by: Mapping[Idx, Slot]) -> Node:
    """Other places for letters. A reduction hides its own."""
    memo: dict[Node, Node] = {}

    def visit(one: Node) -> Node:
        if one.letters.isdisjoint(by):
            return one
        if one not in memo:
            memo[one] = _replaced(one, by, visit)
        return memo[one]

    return visit(node)


def _replaced(node: Node, by: Mapping[Idx, Slot], visit: Any) -> Node:
    match node:
        case Load(tensor, places):
            return Load(tensor, tuple(substitute_slot(place, by) for place in places))
        case Same(left, right):
            return same(substitute_slot(left, by), substitute_slot(right, by))
        case Inside(conditions, body):
            changed = tuple((substitute_slot(place, by), name) for place, name in conditions)
            return inside(changed, visit(body))
        case Reduce(op, bound, body) if not by.keys().isdisjoint(bound):
            return Reduce(op, bound, replaced(body, {idx: slot for idx, slot in by.items() if idx not in bound}))
        case Var(name, over):
            return Var(name, frozenset(by.get(idx, idx) for idx in over))  # type: ignore[misc]
    return rebuilt(node, tuple(map(visit, node.parts)))
