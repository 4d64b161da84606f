"""What the size of a range is called at a place: by a name that reading finds this range by, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .building import binders, map_slots
from .expression import Base, Expr, Idx, Size, Term
from .ranges import shown

Meanings = Mapping[str, frozenset[str]]  # name -> the ranges that letters of this name run over


def meanings(*letters: Iterable[Idx]) -> Meanings:
    """What each name means where all these letters occur."""
    found: dict[str, frozenset[str]] = {}
    for idx in (idx for some in letters for idx in some):
        found[idx.name.upper()] = found.get(idx.name.upper(), frozenset()) | {idx.range}
    return found


def named(expr: Expr, free: tuple[Idx, ...], program: Meanings | None = None) -> Expr:
    """The same expression; a size whose own name would mean another range here has the name of a letter instead.

    ``program`` has the names of every line that is read together with this one.
    """
    if program is None:
        program = meanings(free, binders(expr))
    return _named(expr, free, program)


def _named(expr: Expr, scope: tuple[Idx, ...], program: Meanings) -> Expr:
    return Expr(tuple(_term(term, (*scope, *term.bound), program) for term in expr.terms))


def _term(term: Term, scope: tuple[Idx, ...], program: Meanings) -> Term:
    return replace(term, factors=tuple((_base(base, scope, program), exponent) for base, exponent in term.factors))


def _base(base: Base, scope: tuple[Idx, ...], program: Meanings) -> Base:
    if not isinstance(base, Size):
        return map_slots(base, lambda slot: slot, lambda inner: _named(inner, scope, program))
    own = base.name or shown(base.range)
    near = (idx.name.upper() for idx in scope if idx.range == base.range)
    far = sorted(name for name, ranges in program.items() if base.range in ranges)
    clear = (name for name in (own, *near, *far) if _meant(name, scope, program) <= {base.range})
    return Size(base.range, next(clear, own))


def _meant(name: str, scope: tuple[Idx, ...], program: Meanings) -> frozenset[str]:
    """The ranges that a size of this name can mean, as reading looks for them: from near to far."""
    everywhere = program.get(name, frozenset())
    mine = frozenset(idx.range for idx in scope if idx.name.upper() == name)
    return mine or frozenset(idx.range for idx in scope if idx.range in everywhere) or everywhere
