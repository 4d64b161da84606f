"""Places in an expression: the first where a rule applies, a factor by how it is written, dummies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..notation import expression as ex
from ..notation.building import add, binders, dummy, map_slots, parts, substitute, substitute_slot
from ..notation.errors import NotationError
from ..notation.expression import Base, Delta, Expr, Idx, Slot, Sym, Term
from ..notation.factors import pieces
from ..notation.parser import parse_expression
from ..notation.printing import to_text
from ..notation.reading import Line
from ..notation.writing import write

Attempt = Callable[[Term, frozenset[Idx]], Expr | None]


class Search:
    """Walks an expression from outside inwards until an attempt succeeds."""

    def __init__(self, attempt: Attempt, everywhere: bool) -> None:
        self.attempt, self.everywhere = attempt, everywhere
        self.done = False
        self.refusal: NotationError | None = None

    def expr(self, expr: Expr, outer: frozenset[Idx]) -> Expr:
        return add(*(self.term(term, outer) for term in expr.terms))

    def term(self, term: Term, outer: frozenset[Idx]) -> Expr:
        if self.done and not self.everywhere:
            return Expr((term,))
        try:
            new = self.attempt(term, outer)
        except NotationError as refusal:
            self.refusal, new = self.refusal or refusal, None
        if new is not None:
            self.done = True
            return new
        inner = outer | frozenset(term.bound)
        factors = tuple((self.base(base, inner), exponent) for base, exponent in term.factors)
        return Expr((replace(term, factors=factors),))

    def base(self, base: Base, outer: frozenset[Idx]) -> Base:
        if not parts(base) or (self.done and not self.everywhere):
            return base
        return map_slots(base, lambda slot: slot, lambda inner: self.expr(inner, outer))


def first(places: Sequence, apply: Callable) -> Expr | None:
    """The first place where a rule applies; its refusal if it applies nowhere."""
    refusal = None
    for place in places:
        try:
            new = apply(place)
            return new if isinstance(new, Expr) else Expr((new,))
        except NotationError as error:
            refusal = refusal or error
    if refusal:
        raise refusal
    return None


def spliced(term: Term, at: int, new: Term) -> tuple:
    return (*term.factors[:at], *new.factors, *term.factors[at + 1 :])


def renamed(term: Term, old: str, new: str) -> Term:
    """Dummies of one name get another, at any depth."""

    def idx(one: Idx) -> Idx:
        return replace(one, name=new) if one.name == old and one.uid else one

    by = {one: idx(one) for one in {*term.inside, *binders(Expr((term,)))}}
    return rebind(term, by)


def rebind(term: Term, by: Mapping[Idx, Idx]) -> Term:
    def base(one: Base) -> Base:
        return map_slots(
            one, lambda slot: substitute_slot(slot, by), lambda e: Expr(tuple(rebind(t, by) for t in e.terms))
        )

    factors = tuple((base(one), exponent) for one, exponent in term.factors)
    return Term(term.coef, tuple(by.get(idx, idx) for idx in term.bound), factors)


def summed(expr: Expr, summed: Sequence[Idx]) -> Expr:
    by: dict[Idx, Slot] = {idx: dummy(idx) for idx in summed}
    term = substitute(expr, by).terms[0]
    return Expr((replace(term, bound=(*by.values(), *term.bound)),))  # type: ignore[arg-type]


def check_letters(term: Term, base: Sym, name: Sym, value: Expr) -> None:
    """Substitution as it stands: the same free letters, and no dummy that the place already has."""
    for used, defined in zip(base.slots, name.slots, strict=True):
        if getattr(used, "name", None) != getattr(defined, "name", None):
            ours, theirs = getattr(used, "name", used), getattr(defined, "name", defined)
            given = f"{name.name} has the index {ours} here and {theirs} in its definition"
            raise NotationError("substitute-free", given, index=str(theirs))
    taken = {idx.name for idx in term.inside}
    for idx in binders(value):
        if idx.name in taken:
            given = f"the dummy {idx.name} of the definition is an index of the term already"
            raise NotationError("substitute-capture", given, index=idx.name)


def defined(line: Line) -> Sym:
    base = line.left.terms[0].factors[0][0] if line.left.terms and line.left.terms[0].factors else None
    if not isinstance(base, Sym) or not all(isinstance(slot, Idx) for slot in base.slots):
        raise NotationError("left-side", "a definition has one tensor with free indices on its left side")
    return base


def product_parts(text: str) -> list:
    return [piece.node for piece in pieces(parse_expression(text))]


def written(node: Any) -> str:
    return to_text(node)


def texts(base: Base) -> set[str]:
    """How a factor is written; a delta in either order."""
    text = {to_text(write(ex.of_base(base)))}
    return text | {to_text(write(ex.of_base(Delta(base.right, base.left))))} if isinstance(base, Delta) else text


def find(term: Term, text: str) -> Base | None:
    return next((base for base, exponent in term.factors if exponent >= 1 and text in texts(base)), None)
