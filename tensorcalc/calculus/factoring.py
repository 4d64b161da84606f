"""A common factor taken out of the terms that have it, found rather than told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import gcd, lcm

from ..notation.building import add, bracket, fresh_term, substitute_term, times
from ..notation.expression import Expr, Factor, Idx, One, Size, Slot, Term
from .matching import match_base

MAX_SEARCH = 2_000
Common = tuple[tuple[Factor, ...], dict[Idx, Idx]]  # factors of the first term, and its dummies in the other term


def factored(expr: Expr) -> Expr | None:
    """a_i b_ij c_j − a_i d_i = a_i (b_ij c_j − d_i): the largest product of numerators that several terms share"""
    groups = [group for pair in combinations(range(len(expr.terms)), 2) if (group := _group(expr.terms, *pair))]
    if not groups:
        return None
    members, common = max(groups, key=lambda found: (len(found[0]) * len(found[1]), len(found[1])))
    first = min(members)
    new = _taken_out(expr.terms[first], [expr.terms[k] for k in sorted(members) if k != first], common)
    return add(Expr(expr.terms[:first]), Expr((new,)), *(Expr((t,)) for k, t in _after(expr, first, members)))


def _after(expr: Expr, first: int, members: set[int]) -> Iterator[tuple[int, Term]]:
    return ((k, t) for k, t in enumerate(expr.terms) if k > first and k not in members)


def _group(terms: Sequence[Term], a: int, b: int) -> tuple[set[int], tuple[Factor, ...]] | None:
    """The factors that two terms share, and all terms that have them."""
    common, _ = largest(terms[a], terms[b])
    if not any(not isinstance(base, Size) for base, _ in common):
        return None
    members = {a, b} | {k for k, term in enumerate(terms) if len(largest(terms[a], term, common)[0]) == len(common)}
    return members, common


# ---------------------------------------------------------------- what two terms share


def candidates(term: Term) -> tuple[Factor, ...]:
    """Numerators, and sizes anywhere; a tensor in a denominator stays where it is."""
    return tuple((b, e) for b, e in term.factors if isinstance(b, Size) or (e > 0 and not isinstance(b, One)))


def largest(a: Term, b: Term, wanted: tuple[Factor, ...] | None = None) -> Common:
    """The most factors of one term that another has too, dummies paired."""
    want = candidates(a) if wanted is None else wanted
    free: dict[Idx, Slot] = {idx: idx for idx in a.letters | b.letters}
    best: Common = ((), {})
    for tried, (used, by) in enumerate(_pairs(want, b.factors, free, a, b)):
        if len(used) > len(best[0]):
            best = used, {old: new for old, new in by.items() if old in a.bound and isinstance(new, Idx)}
        if len(best[0]) == len(want) or tried > MAX_SEARCH:
            break
    return best


def _pairs(
    want: tuple[Factor, ...], have: tuple[Factor, ...], by: Mapping[Idx, Slot], a: Term, b: Term
) -> Iterator[tuple[tuple[Factor, ...], Mapping[Idx, Slot]]]:
    if not want:
        yield (), by
        return
    base, exponent = want[0]
    for k, (other, power) in enumerate(have):
        if power == exponent:
            for found in match_base(base, other, by):
                if _renames(found, a, b):
                    for rest, final in _pairs(want[1:], have[:k] + have[k + 1 :], found, a, b):
                        yield (want[0], *rest), final
    yield from _pairs(want[1:], have, by, a, b)


def _renames(by: Mapping[Idx, Slot], a: Term, b: Term) -> bool:
    """Dummies of one term go to different dummies of the other, each over the same range."""
    mine = [(old, new) for old, new in by.items() if old in a.bound]
    fits = all(isinstance(new, Idx) and new in b.bound and new.range == old.range for old, new in mine)
    return fits and len({new for _, new in mine}) == len(mine)


# ---------------------------------------------------------------- taking out


def _taken_out(first: Term, others: Sequence[Term], common: tuple[Factor, ...]) -> Term:
    shared = frozenset().union(*(base.letters for base, _ in common)) & frozenset(first.bound)
    inside = [_left(first, common, shared)]
    for term in others:
        _, by = largest(first, term, common)
        back: dict[Idx, Slot] = {new: old for old, new in by.items()}
        bound = tuple(idx for idx in term.bound if idx not in back)
        renamed = Term(term.coef, (*bound, *shared), substitute_term(term, back).factors)
        inside.append(_left(renamed, common, shared))
    coef = _coefficient(inside)
    terms = tuple(Term(term.coef / coef, term.bound, term.factors) for term in inside)
    bound = tuple(idx for idx in first.bound if idx in shared)
    return times(Term(coef, bound, common), bracket(Expr((terms[0], *map(fresh_term, terms[1:])))))


def _left(term: Term, common: tuple[Factor, ...], shared: frozenset[Idx]) -> Term:
    factors = list(term.factors)
    for one in common:
        factors.remove(one)
    factors.sort(key=lambda f: f[1] < 0)  # numerators first: mu_ph mu_pq/sigma_p^3
    return Term(term.coef, tuple(idx for idx in term.bound if idx not in shared), tuple(factors))


def _coefficient(terms: Sequence[Term]) -> Fraction:
    """What the coefficients share; negative where the first is."""
    coefs = [term.coef for term in terms]
    shared = Fraction(gcd(*(c.numerator for c in coefs)), lcm(*(c.denominator for c in coefs)))
    return -shared if coefs[0] < 0 else shared
