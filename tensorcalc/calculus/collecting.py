"""Equal factors and like terms, collected; the bound on how many terms there may be."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ..notation.building import distribute, parts, substitute_term
from ..notation.expression import Base, Delta, Expr, Idx, Slot, Term
from .labelling import OutOfFuel, labelled

MAX_TERMS = 1_500


def merge(term: Term) -> Term | None:
    """x^a x^b = x^(a+b); factors with exponent 0 go."""
    powers: dict[Base, Fraction] = {}
    for base, exponent in term.factors:
        if isinstance(base, Delta) and (Delta(base.right, base.left) in powers or base in powers):
            continue
        powers[base] = powers.get(base, Fraction(0)) + exponent
    return Term(term.coef, term.bound, tuple((b, e) for b, e in powers.items() if e))


def collect(terms: Iterable[Term]) -> Expr:
    """Add like terms, sort, and number the dummies."""
    found: dict[str, tuple[Fraction, Term]] = {}
    for term in terms:
        label = labelled(term, {})
        coef, first = found.get(label.key, (Fraction(0), None))
        found[label.key] = (coef + term.coef, first or Term(Fraction(1), label.bound, label.factors))
    kept = sorted((string, coef, term) for string, (coef, term) in found.items() if coef)
    return Expr(tuple(_numbered(Term(coef, term.bound, term.factors)) for _, coef, term in kept))


def height(expr: Expr) -> int:
    """How deep sums are nested; dummies of different depth get different numbers."""
    inner = [height(part) for term in expr.terms for base, _ in term.factors for part in parts(base)]
    return 1 + max(inner, default=0)


def _numbered(term: Term) -> Term:
    if not term.bound:
        return term
    level = 1000 * height(Expr((term,)))
    by: dict[Idx, Slot] = {idx: Idx("i", idx.range, -(level + k)) for k, idx in enumerate(term.bound)}
    changed = substitute_term(Term(term.coef, (), term.factors), by)
    return Term(term.coef, tuple(by.values()), changed.factors)  # type: ignore[arg-type]


def product(left: Expr, right: Expr) -> Expr:
    """Two sums multiplied out and collected."""
    if len(left.terms) * len(right.terms) > MAX_TERMS:
        raise OutOfFuel
    return collect(term for raw in distribute(left, right).terms if (term := merge(raw)) is not None)
