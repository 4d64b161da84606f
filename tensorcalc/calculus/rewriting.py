"""Rewriting in place: a rule is tried on every term from outside inwards, and where it applies is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from ..notation.building import add, fresh_term, map_slots, parts, times
from ..notation.expression import Deriv, Expr, Factor, Idx, Paren, Term

Place = tuple[int, ...]  # term, factor, term inside it, factor, …
Attempt = Callable[[Term, frozenset[Idx]], "Expr | None"]


def rewrite(expr: Expr, outer: frozenset[Idx], attempt: Attempt, inside: bool = True) -> tuple[Expr, Place] | None:
    """The expression with the first term for which the attempt succeeds replaced, and where that term stood.

    ``outer`` are the indices that are not summed here; a derivative is never looked into. An attempt has to be a
    function of its arguments alone: a term for which it failed is remembered, since most terms outlive many rewritings.
    """
    for k, term in enumerate(expr.terms):
        mark = (attempt, term, outer, inside)
        if mark in _failed:
            continue
        found = _rewrite_term(term, outer, attempt, inside)
        if found:
            new, place = found
            return add(Expr(expr.terms[:k]), new, Expr(expr.terms[k + 1 :])), (k, *place)
        if len(_failed) > MAX_FAILED:
            _failed.clear()
        _failed.add(mark)
    return None


_failed: set[tuple[Attempt, Term, frozenset[Idx], bool]] = set()
MAX_FAILED = 50_000


def _rewrite_term(term: Term, outer: frozenset[Idx], attempt: Attempt, inside: bool) -> tuple[Expr, Place] | None:
    new = attempt(term, outer)
    if new is not None:
        return new, ()
    for at in _compound(term) if inside else ():
        base, exponent = term.factors[at]
        found = rewrite(parts(base)[0], outer | frozenset(term.bound), attempt)
        if found:
            inner, place = found
            changed = map_slots(base, lambda slot: slot, lambda _, inner=inner: inner)  # type: ignore[misc]
            return spliced(term, at, Expr((Term(factors=((changed, exponent),)),))), (at, *place)
    return None


@lru_cache(maxsize=20_000)
def _compound(term: Term) -> tuple[int, ...]:
    """Where the factors stand that hold an expression, derivatives left out."""
    return tuple(at for at, (base, _) in enumerate(term.factors) if parts(base) and not isinstance(base, Deriv))


def spliced(term: Term, at: int, new: Expr) -> Expr:
    """The term with a factor replaced by an expression; several terms of it become several terms."""
    before, after = Term(term.coef, term.bound, term.factors[:at]), Term(factors=term.factors[at + 1 :])
    made = [times(before, one, after) for one in new.terms]
    return Expr(tuple(one if k == 0 else fresh_term(one) for k, one in enumerate(made)))


def unbracketed(expr: Expr) -> Expr:
    """Brackets around a single product are opened; a term with a bracket worth 0 is gone."""
    return add(*(_unbracketed(term) for term in expr.terms))


def _unbracketed(term: Term) -> Expr:
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren):
            body = unbracketed(base.body)
            if not body.terms and exponent > 0:
                return Expr()
            if exponent == 1 and len(body.terms) == 1:
                return unbracketed(spliced(term, at, body))
            factors = (*term.factors[:at], _bare(body, exponent), *term.factors[at + 1 :])
            if factors != term.factors:
                return _unbracketed(replace(term, factors=factors))
    return Expr((term,)) if term.coef else Expr()


def _bare(body: Expr, exponent: Fraction) -> Factor:
    """(x)^n = x^n"""
    lone = body.terms[0] if len(body.terms) == 1 else None
    if lone and len(lone.factors) == 1 and lone.coef == 1 and not lone.bound and lone.factors[0][1] == 1:
        return lone.factors[0][0], exponent
    return Paren(body), exponent
