"""A term as reading finds it: bracketed products opened, numbers gathered in the coefficient, one group below each bar.

The printer writes brackets only where reading keeps them, so it starts from what reading will make of its line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from .building import number_power, times
from .expression import NONE, Base, Expr, Factor, Idx, One, Paren, Term


def flattened(term: Term) -> Term:
    """x/(2 (a b)) is 1/2 x/(a b), and x (Σ_i a_i b_i) is Σ_i x a_i b_i."""
    return times(Term(term.coef, term.bound), *(_factor(base, exponent) for base, exponent in term.factors))


def _factor(base: Base, exponent: Fraction) -> Term:
    lone = base.body.terms[0] if isinstance(base, Paren) and len(base.body.terms) == 1 else None
    if lone is None or not lone.coef or exponent.denominator > 1:
        return Term(factors=((base, exponent),))
    inner = flattened(lone)
    if exponent == 1:
        return inner
    coef = number_power(inner.coef, exponent.numerator)
    if inner.bound:
        return Term(coef, (), ((Paren(Expr((replace(inner, coef=Fraction(1)),))), exponent),))
    return times(Term(coef), *(_factor(b, e * exponent) for b, e in inner.factors))


def below_one_bar(factors: Iterable[Factor]) -> Term:
    """The denominator that these factors, all with negative exponents, make together."""
    return flattened(Term(factors=tuple((base, -exponent) for base, exponent in factors)))


def without_repeats(term: Term) -> Term:
    """A term of a group, where a one-tensor may not repeat an outer letter that the term carries."""
    factors = list(term.factors)
    for at, (base, exponent) in enumerate(factors):
        if isinstance(base, One):
            others = NONE.union(*(other.letters for k, (other, _) in enumerate(factors) if k != at))
            factors[at] = One(tuple(slot for slot in base.slots if _stays(slot, term, others))), exponent
    kept = tuple((base, exponent) for base, exponent in factors if not isinstance(base, One) or base.slots)
    return replace(term, factors=kept)


def _stays(slot: object, term: Term, others: frozenset[Idx]) -> bool:
    return slot in term.bound or slot not in others
