"""Building expressions from expressions: substitution of indices, fresh dummies, products and powers.

Only duplicating a summed index gives it a new number; nothing else touches binders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import count

from .errors import NotationError
from .expression import (
    ONE,
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
    Slot,
    Sym,
    Term,
    factor,
)
from .syntax import Constant, Fixed

MAX_BITS = 16_000

_numbers = count(1)


def dummy(like: Idx | None = None, *, name: str = "i", range: str = "I") -> Idx:
    """A summed index that is unlike any other."""
    return Idx(like.name if like else name, like.range if like else range, next(_numbers))


# ---------------------------------------------------------------- one function over every index


def map_expr(expr: Expr, change: Callable[[Base], Base], bound: Callable[[Idx], Idx] | None = None) -> Expr:
    return Expr(tuple(map_term(term, change, bound) for term in expr.terms))


def map_term(term: Term, change: Callable[[Base], Base], bound: Callable[[Idx], Idx] | None = None) -> Term:
    binders = tuple(map(bound, term.bound)) if bound else term.bound
    return Term(term.coef, binders, tuple((change(base), exponent) for base, exponent in term.factors))


def map_slots(base: Base, slot: Callable[[Slot], Slot], inner: Callable[[Expr], Expr]) -> Base:
    """A base with every subscript changed; ``inner`` treats the expressions it holds."""
    match base:
        case Sym(name, slots):
            return Sym(name, tuple(map(slot, slots)))
        case Delta(left, right):
            return Delta(slot(left), slot(right))
        case One(slots):
            return One(tuple(map(slot, slots)))
        case Fn(name, arg, primes):
            return Fn(name, inner(arg), primes)
        case Paren(body):
            return Paren(inner(body))
        case Deriv(of, by):
            return Deriv(inner(of), Sym(by.name, tuple(map(slot, by.slots))))
    return base


# ---------------------------------------------------------------- substitution of indices


def substitute(expr: Expr, by: Mapping[Idx, Slot]) -> Expr:
    """Replace free indices of an expression; dummies are numbered apart, so nothing is captured."""
    if by.keys().isdisjoint(expr.letters):
        return expr
    return map_expr(expr, lambda base: substitute_base(base, by))


def substitute_term(term: Term, by: Mapping[Idx, Slot]) -> Term:
    return map_term(term, lambda base: substitute_base(base, by))


def substitute_base(base: Base, by: Mapping[Idx, Slot]) -> Base:
    if by.keys().isdisjoint(base.letters):
        return base
    if isinstance(base, One):  # a one-tensor at a fixed place is the number 1
        slots = (substitute_slot(slot, by) for slot in base.slots)
        return One(tuple(slot for slot in slots if not isinstance(slot, (Fixed, Constant, Looked))))
    return map_slots(base, lambda slot: substitute_slot(slot, by), lambda inner: substitute(inner, by))


def substitute_slot(slot: Slot, by: Mapping[Idx, Slot]) -> Slot:
    match slot:
        case Idx():
            new = by.get(slot, slot)
            return Affine(new.terms, new.offset, slot.range) if isinstance(new, Affine) else new
        case Looked(name, slots):
            return Looked(name, tuple(substitute_slot(one, by) for one in slots))
        case Affine(terms, offset, range):
            return combine([(n, by.get(idx, idx)) for n, idx in terms], offset, range)
    return slot


def combine(parts: list[tuple[int, Slot]], offset: int = 0, range: str = "") -> Slot:
    """The slot of an integer combination of slots: ``i + (p - i)`` is ``p``."""
    sums: dict[Idx, int] = {}
    for n, slot in parts:
        match slot:
            case Idx():
                sums[slot] = sums.get(slot, 0) + n
            case Affine(terms, more):
                offset += n * more
                for m, idx in terms:
                    sums[idx] = sums.get(idx, 0) + n * m
            case Fixed(value):
                offset += n * value
            case _:
                raise ValueError(f"{slot} cannot stand in a combination of indices")
    kept = tuple((n, idx) for idx, n in sums.items() if n)
    if not kept:
        return Fixed(offset)
    n, idx = kept[0]
    plain = len(kept) == 1 and n == 1 and not offset and range in ("", idx.range)  # else the axis still guards it
    return idx if plain else Affine(kept, offset, range)


# ---------------------------------------------------------------- dummies


def binders(expr: Expr) -> Iterator[Idx]:
    """Every summed index, at any depth."""
    for term in expr.terms:
        yield from term_binders(term)


def term_binders(term: Term) -> Iterator[Idx]:
    yield from term.bound
    for base, _ in term.factors:
        for inner in parts(base):
            yield from binders(inner)


def parts(base: Base) -> tuple[Expr, ...]:
    """The expressions that a base holds."""
    match base:
        case Fn(arg=inner) | Paren(body=inner) | Deriv(of=inner):
            return (inner,)
    return ()


def fresh(expr: Expr) -> Expr:
    """A copy whose dummies are new, for every place where an expression is used a second time."""
    return Expr(tuple(map(fresh_term, expr.terms)))


def fresh_term(term: Term) -> Term:
    by: dict[Idx, Slot] = {idx: dummy(idx) for idx in term.bound}
    factors = tuple((_fresh_base(substitute_base(base, by)), exponent) for base, exponent in term.factors)
    return Term(term.coef, tuple(by.values()), factors)  # type: ignore[arg-type]


def _fresh_base(base: Base) -> Base:
    return map_slots(base, lambda slot: slot, fresh) if parts(base) else base


# ---------------------------------------------------------------- arithmetic, nothing simplified


def add(*exprs: Expr) -> Expr:
    return Expr(tuple(term for expr in exprs for term in expr.terms))


def scale(expr: Expr, coef: int | Fraction) -> Expr:
    return Expr(tuple(replace(term, coef=term.coef * coef) for term in expr.terms)) if coef else Expr()


def times(*terms: Term) -> Term:
    """Several terms as one; dummies that would come twice are renewed."""
    coef, seen = Fraction(1), set[Idx]()
    bound: list[Idx] = []
    factors: list[Factor] = []
    for term in terms:
        own = set(term_binders(term))
        if not seen.isdisjoint(own):
            term = fresh_term(term)
            own = set(term_binders(term))
        seen |= own
        coef *= term.coef
        bound += term.bound
        factors += term.factors
    return Term(coef, tuple(bound), tuple(factors))


def distribute(left: Expr, right: Expr) -> Expr:
    """(a + b)(c + d) = a c + a d + b c + b d."""
    return Expr(tuple(times(a, b) for a in left.terms for b in right.terms))


def multiply(left: Expr, right: Expr) -> Expr:
    """A product; a sum of several terms stays in its bracket."""
    return Expr((times(as_term(left), as_term(right)),))


def as_term(expr: Expr) -> Term:
    """An expression as one term, in a bracket where it needs one."""
    if not expr.terms:
        return Term(Fraction(0))
    return expr.terms[0] if len(expr.terms) == 1 else bracket(expr)


def bracket(expr: Expr, exponent: int | Fraction = 1) -> Term:
    """The term whose only factor is the expression in brackets."""
    return Term(factors=(factor(Paren(expr), exponent),))


def of_expr(expr: Expr, exponent: int | Fraction = 1) -> Expr:
    """An expression in brackets, raised."""
    return Expr((bracket(expr, exponent),))


def number_power(value: Fraction, exponent: int) -> Fraction:
    """value^exponent, as long as it has less than some ten thousand bits."""
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if abs(value) != 1 and bits * abs(exponent) > MAX_BITS:
        raise NotationError("limit", "a number is too large")
    return value**exponent


def power(expr: Expr, exponent: int | Fraction) -> Expr:
    """expr^exponent; a lone factor is raised itself, a lone product without sums too if the exponent is an integer."""
    exponent = Fraction(exponent)
    if len(expr.terms) == 1 and not expr.terms[0].bound:
        term = expr.terms[0]
        lone = len(term.factors) == 1 and term.coef == 1
        if exponent.denominator == 1 and term.coef:
            coef = number_power(term.coef, exponent.numerator)
            return Expr((Term(coef, (), tuple((b, e * exponent) for b, e in term.factors)),))
        if lone and term.factors[0][1] == 1:
            return Expr((Term(factors=((term.factors[0][0], exponent),)),))
    return ONE if exponent == 0 else Expr((bracket(expr, exponent),))
