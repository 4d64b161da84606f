"""Definitions folded back, so that results read as people write them, and sums that are numbers by a definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from ..notation import expression as ex
from ..notation.building import scale
from ..notation.expression import Affine, Expr, Factor, Fn, Idx, One, Paren, Slot, Sym, Term, factor
from ..notation.reading import Line
from .canonical import canonical
from .function import SymbolicFunction, bases
from .labelling import OutOfFuel, components
from .matching import match_base
from .rewriting import Attempt
from .rulebook import rule
from .simplification import kept_by_one
from .uniting import expand

if TYPE_CHECKING:
    from .derivation import Chain


@dataclass(frozen=True)
class Definition:
    """``name = value``, a value of one term; ``factors`` without one-tensors, which are notation."""

    name: Sym
    value: Term

    @property
    def factors(self) -> tuple[Factor, ...]:
        return tuple(f for f in self.value.factors if not isinstance(f[0], One))


def foldable(line: Line) -> Definition | None:
    """A definition worth a name: a function, a power, a quotient or a contraction, not a mere product or sum."""
    name, value = line.left.terms[0].factors[0][0], line.right
    assert isinstance(name, Sym)
    if len(value.terms) != 1:
        value = ex.of_base(Paren(value))
    term = value.terms[0]
    if any(isinstance(slot, Affine) for base in bases(value) for slot in getattr(base, "slots", ())):
        return None
    work = any(isinstance(base, (Fn, Paren)) or (e != 1 and isinstance(base, Sym)) for base, e in term.factors)
    carried = frozenset().union(*(base.letters for base, _ in term.factors if not isinstance(base, One)))
    whole = frozenset(line.free) <= carried  # no index is broadcast, so all can be found again
    return Definition(name, term) if whole and (work or term.bound) and _reads(term) else None


def _reads(term: Term) -> bool:
    return any(isinstance(base, (Sym, Fn, Paren)) for base, _ in term.factors)


# ---------------------------------------------------------------- one definition in one term


@rule("definition-folded-power", "a definition is folded back")
def fold_power(term: Term, definition: Definition) -> Term | None:
    """e^{x_p}/Z^2 = s_p/Z, for s_i = e^{x_i}/Z: a definition without a sum, or a power of it"""
    if definition.value.bound:
        return None
    for used, by in _occurrences(term, definition):
        n = _times(term, definition, used)
        if n:
            return _replaced(term, definition, used, by, n)
    return None


def _occurrences(term: Term, definition: Definition) -> Iterator[tuple[tuple[int, ...], dict[Idx, Slot]]]:
    """Places of the factors that have the bases of the definition, whatever their exponents."""

    def search(k: int, used: tuple[int, ...], by: dict[Idx, Slot]) -> Iterator[tuple[tuple[int, ...], dict[Idx, Slot]]]:
        if k == len(definition.factors):
            yield used, by
            return
        for at, (base, _) in enumerate(term.factors):
            if at not in used:
                for found in match_base(definition.factors[k][0], base, by):
                    yield from search(k + 1, (*used, at), found)

    return search(0, (), {})


def _times(term: Term, definition: Definition, used: tuple[int, ...]) -> int:
    """How often the definition goes into the factors: n, or −n below the bar, or 0."""
    ratios = [term.factors[at][1] / e for at, (_, e) in zip(used, definition.factors, strict=True)]
    if len({ratio > 0 for ratio in ratios}) != 1:
        return 0
    n = int(min(map(abs, ratios))) * (1 if ratios[0] > 0 else -1)
    root = any(e.denominator > 1 for _, e in definition.factors)
    if root and len(ratios) == 1 and term.factors[used[0]][1] > 0 and term.factors[used[0]][1].denominator == 1:
        return 0  # v + eps is no shorter as sigma^2
    coef = definition.value.coef
    return n if coef == 1 or (n == 1 and term.coef.numerator % coef.numerator == 0) else 0


def _replaced(term: Term, definition: Definition, used: tuple[int, ...], by: dict[Idx, Slot], n: int) -> Term:
    new = factor(named_at(definition.name, by), n)
    factors: list[Factor] = []
    for at, (base, exponent) in enumerate(term.factors):
        if at in used:
            exponent -= n * definition.factors[used.index(at)][1]
            if at == min(used):
                factors.append(new)
        if exponent:
            factors.append((base, exponent))
    return Term(term.coef / definition.value.coef**n, term.bound, tuple(factors))


def named_at(name: Sym, by: dict[Idx, Slot]) -> Sym:
    """The name of a definition at the indices that were found."""
    return Sym(name.name, tuple(by.get(slot, slot) if isinstance(slot, Idx) else slot for slot in name.slots))


@rule("definition-folded-sum", "a definition is folded back")
def fold_sum(term: Term, definition: Definition) -> Term | None:
    """1_h x_ph = H m_p, for m_b = 1/H 1_h x_bh: a contraction, only as a whole"""
    value = definition.value
    if not value.bound:
        return None
    inner = [f for f in definition.factors if not f[0].letters.isdisjoint(value.bound)]
    outside = [f for f in definition.factors if f[0].letters.isdisjoint(value.bound)]
    if any(not isinstance(base, ex.Size) for base, _ in outside):
        return None
    for bound, factors in components(term):
        mine = tuple(f for f in factors if not isinstance(f[0], One))
        by = _same_sum(tuple(inner), value.bound, mine, bound)
        if by is not None:
            at = min(term.factors.index(f) for f in factors)
            kept = [f for f in term.factors if f not in factors]
            new = (factor(named_at(definition.name, by)), *((base, -e) for base, e in outside))
            before = sum(1 for f in term.factors[:at] if f not in factors)
            left = tuple(idx for idx in term.bound if idx not in bound)
            return Term(term.coef / value.coef, left, (*kept[:before], *new, *kept[before:]))
    return None


def _same_sum(
    want: tuple[Factor, ...], bound: tuple[Idx, ...], have: tuple[Factor, ...], summed: tuple[Idx, ...]
) -> dict[Idx, Slot] | None:
    from .matching import match_term

    found = match_term(Term(bound=bound, factors=want), Term(bound=summed, factors=have), {})
    return next(found, None)


# ---------------------------------------------------------------- sums that are numbers


def known_sum(definitions: tuple[Line, ...]) -> Attempt:
    """An attempt that replaces a sum by the number that the definitions make it: 1_h mu_ph = 0, 1_j s_ij = 1."""
    defined = frozenset(line.left.terms[0].factors[0][0].name for line in definitions)  # type: ignore[union-attr]

    def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
        for bound, factors in components(term):
            if any(isinstance(b, Sym) and b.name in defined for f in factors for b in bases(ex.of_base(f[0]))):
                value = number_of(Term(bound=bound, factors=factors), definitions)
                if value is not None:
                    rest = tuple(f for f in term.factors if f not in factors)
                    left = tuple(idx for idx in term.bound if idx not in bound)
                    kept = frozenset().union(*(base.letters for base, _ in factors)) - frozenset(bound)
                    new = Term(term.coef, left, rest)
                    return scale(Expr((kept_by_one(new, kept, len(rest)),)), value)
        return None

    return attempt


@lru_cache(maxsize=2_000)
def number_of(term: Term, definitions: tuple[Line, ...]) -> Fraction | None:
    """The number that a sum is, whatever the inputs, or None; every definition is put in to see it."""
    try:
        value = canonical(expand(Expr((term,)), list(definitions)))
    except (OutOfFuel, RecursionError, ValueError):
        return None
    if not value.terms:
        return Fraction(0)
    alone = len(value.terms) == 1 and not value.terms[0].factors
    return value.terms[0].coef if alone else None


# ---------------------------------------------------------------- in a derivation


def fold(chain: Chain, function: SymbolicFunction, but: Sequence[str] = ()) -> bool:
    """Fold back every definition of the function that occurs, but those named; whether one did."""
    changed = False
    for name, line in function.definitions.items():
        definition = foldable(line) if name not in but else None
        if definition is None or _is(chain.line.left, definition.name):
            continue
        changed |= chain.exhaust([("definition-folded-power", _attempt(fold_power, definition))])
        changed |= chain.exhaust([("definition-folded-sum", _attempt(fold_sum, definition))])
    return changed


def _attempt(apply, definition: Definition) -> Attempt:  # type: ignore[no-untyped-def]
    def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
        new = apply(term, definition)
        return None if new is None else Expr((new,))

    return attempt


def _is(left: Expr, name: Sym) -> bool:
    base = left.terms[0].factors[0][0] if left.terms and left.terms[0].factors else None
    return isinstance(base, Sym) and base.name == name.name
