"""Letters for dummies: each keeps the one it had unless another index of the same term has it already."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase

from .building import map_slots, parts, substitute_base
from .errors import NotationError
from .expression import Expr, Factor, Idx, Slot, Term

_SPARE = "ijkmnpqrstuvwabcdfghlxyzeo"
assert sorted(_SPARE) == sorted(ascii_lowercase)


def letter(expr: Expr, free: Iterable[Idx] = ()) -> Expr:
    """The same expression, with dummies whose names can be printed as they are."""
    return _letter(expr, {idx.name for idx in free} | {idx.name for idx in expr.letters})[0]


def _letter(expr: Expr, taken: set[str]) -> tuple[Expr, set[str]]:
    terms, used = [], set[str]()
    for term in expr.terms:
        term, new = _term(term, taken)
        terms.append(term)
        used |= new
    return Expr(tuple(terms)), used


def _term(term: Term, taken: set[str]) -> tuple[Term, set[str]]:
    by: dict[Idx, Slot] = {}
    used: set[str] = set()
    for idx in term.bound:
        name = next((s for s in (idx.name, *_SPARE) if s not in taken and s not in used), None)
        if name is None:
            raise NotationError("limit", "more dummies in one term than letters")
        used.add(name)
        by[idx] = Idx(name, idx.range, idx.uid)
    factors: list[Factor] = []
    for base, exponent in term.factors:
        base = substitute_base(base, by)
        for inner in parts(base):
            named, new = _letter(inner, taken | used)
            used |= new
            base = map_slots(base, lambda slot: slot, lambda _, named=named: named)  # type: ignore[misc]
        factors.append((base, exponent))
    return Term(term.coef, tuple(by.values()), tuple(factors)), used  # type: ignore[arg-type]
