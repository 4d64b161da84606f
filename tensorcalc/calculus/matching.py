"""Whether an expression is a definition at other indices: its free indices are found, its dummies paired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..notation.expression import (
    Affine,
    Base,
    Delta,
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
)

Found = Mapping[Idx, Slot]  # what the indices of the pattern stand for


def match_expr(want: Expr, have: Expr, by: Found) -> Iterator[dict[Idx, Slot]]:
    """All ways in which a sum is the pattern's sum, its terms in any order."""
    if len(want.terms) == len(have.terms):
        yield from _terms(want.terms, have.terms, by)


def _terms(want: tuple[Term, ...], have: tuple[Term, ...], by: Found) -> Iterator[dict[Idx, Slot]]:
    if not want:
        yield dict(by)
        return
    for k, term in enumerate(have):
        for found in match_term(want[0], term, by):
            yield from _terms(want[1:], have[:k] + have[k + 1 :], found)


def match_term(want: Term, have: Term, by: Found) -> Iterator[dict[Idx, Slot]]:
    same = want.coef == have.coef and len(want.bound) == len(have.bound)
    mine, theirs = _without_ones(want), _without_ones(have)
    if same and len(mine) == len(theirs):
        for found in _factors(mine, theirs, by):
            bound = [found.pop(idx, None) for idx in want.bound]  # x_jj is no x_ni summed over i
            if set(bound) == set(have.bound) and set(have.bound).isdisjoint(found.values()):
                yield {**found, **{idx: new for idx, new in zip(want.bound, bound, strict=True) if new}}


def _without_ones(term: Term) -> tuple[Factor, ...]:
    """One-tensors are notation: the sums stand on the term."""
    return tuple(f for f in term.factors if not isinstance(f[0], One))


def _factors(want: tuple[Factor, ...], have: tuple[Factor, ...], by: Found) -> Iterator[dict[Idx, Slot]]:
    if not want:
        yield dict(by)
        return
    base, exponent = want[0]
    for k, (other, power) in enumerate(have):
        if power == exponent:
            for found in match_base(base, other, by):
                yield from _factors(want[1:], have[:k] + have[k + 1 :], found)


def match_base(want: Base, have: Base, by: Found) -> Iterator[dict[Idx, Slot]]:
    match want, have:
        case Sym(), Sym():
            if want.name == have.name and len(want.slots) == len(have.slots):
                yield from _slots(want.slots, have.slots, by)
        case Delta(), Delta():
            yield from _slots(want.slots, have.slots, by)
            yield from _slots(want.slots, have.slots[::-1], by)
        case Fn(), Fn():
            if (want.name, want.primes) == (have.name, have.primes):
                yield from match_expr(want.arg, have.arg, by)
        case Paren(), Paren():
            yield from match_expr(want.body, have.body, by)
        case _:
            if want == have:
                yield dict(by)


def _slots(want: tuple[Slot, ...], have: tuple[Slot, ...], by: Found) -> Iterator[dict[Idx, Slot]]:
    found: dict[Idx, Slot] | None = dict(by)
    for old, new in zip(want, have, strict=True):
        found = _slot(old, new, found) if found is not None else None
    if found is not None:
        yield found


def _slot(old: Slot, new: Slot, by: dict[Idx, Slot]) -> dict[Idx, Slot] | None:
    match old, new:
        case Idx(), _:
            if by.get(old, new) != new or (isinstance(new, Idx) and new.range != old.range):
                return None
            return {**by, old: new}
        case Affine(), Affine():
            if (old.offset, [n for n, _ in old.terms]) != (new.offset, [n for n, _ in new.terms]):
                return None
            pairs: list[tuple[Slot, Slot]] = [(a, b) for (_, a), (_, b) in zip(old.terms, new.terms, strict=True)]
        case Looked(), Looked():
            if old.name != new.name:
                return None
            pairs = list(zip(old.slots, new.slots, strict=True))
        case _:
            return by if old == new else None
    found: dict[Idx, Slot] | None = by
    for a, b in pairs:
        found = _slot(a, b, found) if found is not None else None
    return found
