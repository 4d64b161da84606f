"""What a line means: a sum of terms, each ``coefficient · Σ_bound ∏ base^exponent``.

Sums stand on the term, explicitly: nothing is inferred again after reading, for ``x_i/x_i`` takes the letter away while
the sum over it stays. A summed index is an object with a number of its own (``uid``); its letter is for display only.
The order of terms and factors is the order in which they were written; ``calculus.canonical`` sorts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from .syntax import Constant, Fixed


class Cached:
    """Nodes are immutable, so their hash is computed once."""

    def __hash__(self) -> int:
        if "_hash" not in self.__dict__:
            self.__dict__["_hash"] = hash((type(self).__name__, *(getattr(self, f) for f in self.__match_args__)))  # type: ignore[attr-defined]
        return self.__dict__["_hash"]


# ---------------------------------------------------------------- what stands in a subscript


@dataclass(frozen=True)
class Idx:
    """A letter with its range; ``uid`` is 0 for a free index and unlike any other for a summed one."""

    name: str
    range: str
    uid: int = 0


@dataclass(frozen=True)
class Affine:
    """``2i+3m-1``; ``range`` is that of the axis it stands on, outside of which a tensor is 0."""

    terms: tuple[tuple[int, Idx], ...]
    offset: int = 0
    range: str = ""


@dataclass(frozen=True)
class Looked:
    """``T_b``: the integer array T at b."""

    name: str
    slots: tuple[Slot, ...]


Slot = Idx | Affine | Fixed | Constant | Looked
NONE: frozenset[Idx] = frozenset()


def letters_of(slot: Slot) -> frozenset[Idx]:
    match slot:
        case Idx():
            return frozenset((slot,))
        case Affine(terms=terms):
            return frozenset(idx for _, idx in terms)
        case Looked(slots=slots):
            return letters_in(slots)
    return NONE


def letters_in(slots: tuple[Slot, ...]) -> frozenset[Idx]:
    return frozenset().union(*map(letters_of, slots))


# ---------------------------------------------------------------- bases


@dataclass(frozen=True)
class Sym(Cached):
    """A tensor's component, or a scalar: ``x_ij``, ``eps``, ``dl_dy_pj``."""

    name: str
    slots: tuple[Slot, ...] = ()
    __hash__ = Cached.__hash__

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return letters_in(self.slots)


@dataclass(frozen=True)
class Delta(Cached):
    """1 where its two indices are equal, else 0."""

    left: Slot
    right: Slot
    __hash__ = Cached.__hash__

    @property
    def slots(self) -> tuple[Slot, ...]:
        return (self.left, self.right)

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return letters_in(self.slots)


@dataclass(frozen=True)
class One(Cached):
    """The one-tensor: notation for a broadcast or a sum, worth 1."""

    slots: tuple[Slot, ...]
    __hash__ = Cached.__hash__

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return letters_in(self.slots)


@dataclass(frozen=True)
class Size(Cached):
    """The number of values that an index of this range takes; ``name`` is how it was written, for display only."""

    range: str
    name: str = field(default="", compare=False)
    letters = NONE
    __match_args__ = ("range",)
    __hash__ = Cached.__hash__


@dataclass(frozen=True)
class Fn(Cached):
    """A function of one argument, taken component by component; primes count derivatives."""

    name: str
    arg: Expr
    primes: int = 0
    __hash__ = Cached.__hash__

    @property
    def letters(self) -> frozenset[Idx]:
        return self.arg.letters


@dataclass(frozen=True)
class Paren(Cached):
    """A bracketed expression as one factor."""

    body: Expr
    __hash__ = Cached.__hash__

    @property
    def letters(self) -> frozenset[Idx]:
        return self.body.letters


@dataclass(frozen=True)
class Deriv(Cached):
    """A derivative that has not been worked out: ∂of/∂by."""

    of: Expr
    by: Sym
    __hash__ = Cached.__hash__

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return self.of.letters | self.by.letters


Base = Sym | Delta | One | Size | Fn | Paren | Deriv
Factor = tuple[Base, Fraction]


# ---------------------------------------------------------------- terms and sums


@dataclass(frozen=True)
class Term(Cached):
    coef: Fraction = Fraction(1)
    bound: tuple[Idx, ...] = ()
    factors: tuple[Factor, ...] = ()
    __hash__ = Cached.__hash__

    @cached_property
    def inside(self) -> frozenset[Idx]:
        """The indices that occur, summed or not."""
        return frozenset().union(*(base.letters for base, _ in self.factors))

    @cached_property
    def letters(self) -> frozenset[Idx]:
        """The indices that occur and are not summed here."""
        return self.inside - frozenset(self.bound)


@dataclass(frozen=True)
class Expr(Cached):
    terms: tuple[Term, ...] = ()
    __hash__ = Cached.__hash__

    @cached_property
    def letters(self) -> frozenset[Idx]:
        return frozenset().union(*(term.letters for term in self.terms))


ZERO = Expr()
ONE = Expr((Term(),))


def factor(base: Base, exponent: int | Fraction = 1) -> Factor:
    return base, Fraction(exponent)


def of_base(base: Base, exponent: int | Fraction = 1) -> Expr:
    """The expression that is one factor."""
    return Expr((Term(factors=(factor(base, exponent),)),))


def number(value: int | Fraction) -> Expr:
    return Expr((Term(Fraction(value)),)) if value else ZERO
