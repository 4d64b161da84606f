"""What a line of a derivation is tidied with: deltas, one-tensors, powers, brackets, like terms; in place, by name.

Each function looks at one term and returns what it becomes, or None where its rule does not apply. Nothing is
multiplied out for its own sake: only a bracket in which a delta waits to be used is opened.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ..notation import expression as ex
from ..notation.building import combine, fresh_term, map_slots, parts, substitute_term, times
from ..notation.errors import NotationError
from ..notation.expression import Affine, Base, Delta, Expr, Idx, Looked, One, Paren, Size, Sym, Term, factor
from ..notation.syntax import Constant, Fixed
from . import rules
from .function import bases, slots_of
from .labelling import key
from .rulebook import rule

Position = (Fixed, Constant, Looked)


def kept_by_one(term: Term, wanted: frozenset[Idx], at: int) -> Term:
    """Letters that a term has lost are carried on by a one-tensor, at the place of what went."""
    lost = tuple(sorted(wanted - term.inside, key=lambda idx: idx.name))
    if not lost:
        return term
    return replace(term, factors=(*term.factors[:at], factor(One(lost)), *term.factors[at:]))


# ---------------------------------------------------------------- deltas


def use_delta(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """δ_ik b_ij = b_kj, for a dummy i"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta) and not any(isinstance(slot, Affine) for slot in base.slots):
            try:
                new = rules.delta_substitution(term, at)
            except (NotationError, ValueError):  # no dummy, or one that stands in an affine index
                continue
            if _before_the_first(new):  # x_{i-j-1} is 0 where i = j, but no tensor has a component -1
                continue
            stays = frozenset(slot for slot in base.slots if slot not in term.bound or slot in new.bound)
            kept = frozenset(slot for slot in stays if isinstance(slot, Idx))
            return Expr((kept_by_one(new, kept, at),))
    return None


def _before_the_first(term: Term) -> bool:
    slots = (slot for base in bases(Expr((term,))) for slot in slots_of(base))
    return any(isinstance(slot, Fixed) and slot.value < 0 for slot in slots)


def trace_delta(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """δ_nn = N, for a dummy n; δ_nn = 1_n, for a free one; δ_01 = 0"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta) and all(isinstance(s, Fixed) for s in base.slots) and base.left != base.right:
            return ex.ZERO
        if isinstance(base, Delta) and base.left == base.right:
            rest = replace(term, factors=rules.without(term, at))
            return Expr((kept_by_one(rest, ex.letters_of(base.left), at),))
    return None


@rule("delta-solved", "the delta is solved for a dummy")
def delta_solved(term: Term, at: int) -> Term | None:
    """δ_{p,i+m} y_i = y_{p-m}, for a dummy i; outside its range y is 0"""
    delta = term.factors[at][0]
    assert isinstance(delta, Delta)
    affine, other = (delta.right, delta.left) if isinstance(delta.right, Affine) else (delta.left, delta.right)
    if not isinstance(affine, Affine) or isinstance(other, (Constant, Looked)):
        return None
    rest = Term(term.coef, term.bound, rules.without(term, at))
    for n, idx in reversed(affine.terms):
        if abs(n) == 1 and idx in term.bound and guarded(rest, idx):
            others = [(-n * m, one) for m, one in affine.terms if one != idx]
            solved = combine([(n, other), *others], -n * affine.offset)
            if isinstance(solved, Idx) and solved.range != idx.range:
                continue  # nothing would keep it inside the range of idx
            bound = tuple(one for one in term.bound if one != idx)
            return replace(substitute_term(replace(_without_one(rest, idx), bound=()), {idx: solved}), bound=bound)
    return None


def _without_one(term: Term, idx: Idx) -> Term:
    """1_i is worth 1: it goes when i is put in for."""
    ones = (
        (One(tuple(s for s in base.slots if s != idx)), e) if isinstance(base, One) else (base, e)
        for base, e in term.factors
    )
    return replace(term, factors=tuple(f for f in ones if not isinstance(f[0], One) or f[0].slots))


def guarded(term: Term, idx: Idx) -> bool:
    """Whether a product is 0 as soon as an index leaves its range: a tensor has it as it is, and nothing else does."""
    having = [(base, e) for base, e in term.factors if idx in base.letters and not isinstance(base, One)]
    plain = [base for base, e in having if isinstance(base, Sym) and e > 0]
    return len(plain) == len(having) and any(idx in base.slots for base in plain)


def solve_delta(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """δ_{p,i+m} y_i = y_{p-m}"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta):
            new = delta_solved(term, at)
            if new is not None:
                return Expr((kept_by_one(new, base.letters - frozenset(term.bound), 0),))
    return None


def align_delta(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """s_p δ_Tp = s_T δ_Tp"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta) and any(isinstance(slot, Position) for slot in base.slots):
            try:
                return Expr((rules.delta_alignment(term, at),))
            except (NotationError, ValueError):
                continue
    return None


# ---------------------------------------------------------------- one-tensors


def drop_one(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """1_ij b_ij c_j = b_ij c_j"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, One):
            try:
                return Expr((rules.one_dropped(term, at, outer),))
            except NotationError:
                continue
    return None


def contract_ones(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """1_n 1_n = N, also where the one-tensors of a sum over n are not written"""
    for idx in term.bound:
        holders = [base for base, _ in term.factors if idx in base.letters]
        if not holders:
            bound = tuple(one for one in term.bound if one != idx)
            return Expr((Term(term.coef, bound, (*term.factors, factor(Size(idx.range)))),))
        if all(isinstance(base, One) for base in holders):
            if sum(rules.count(base, idx) for base in holders) > 1:
                return Expr((rules.one_contracted(term, idx),))
            at = next(k for k, (base, _) in enumerate(term.factors) if base is holders[0])
            rest = One(tuple(slot for slot in holders[0].slots if slot != idx))  # type: ignore[union-attr]
            new = (factor(Size(idx.range)), *((factor(rest),) if rest.slots else ()))
            bound = tuple(one for one in term.bound if one != idx)
            return Expr((Term(term.coef, bound, (*term.factors[:at], *new, *term.factors[at + 1 :])),))
    return None


# ---------------------------------------------------------------- powers and brackets


@rule("powers-merged", "powers of one base are merged")
def merge_powers(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """x^a x^b = x^(a+b); x_i x_i stays, where i is summed

    The power stands where the first of the two stood, a negative one where the second did.
    """
    for k, (base, a) in enumerate(term.factors):
        for m in range(k + 1, len(term.factors)):
            other, b = term.factors[m]
            contraction = a > 0 and b > 0 and not base.letters.isdisjoint(term.bound)
            if not contraction and not isinstance(base, (One, Delta)) and alike(base, other):
                at, gone = (m, k) if a + b < 0 else (k, m)
                merged = ((base, a + b),) if a + b else ()
                factors = [*term.factors]
                factors[at : at + 1] = merged
                del factors[gone + (gone > at) * (len(merged) - 1)]
                return Expr((kept_by_one(replace(term, factors=tuple(factors)), base.letters, min(at, len(factors))),))
    return None


def alike(base: Base, other: Base) -> bool:
    """Whether two factors are equal but for the names of their dummies."""
    if base == other or type(base) is not type(other) or not parts(base) or base.letters != other.letters:
        return base == other
    return key(ex.of_base(without_ones(base))) == key(ex.of_base(without_ones(other)))


def without_ones(base: Base) -> Base:
    """1 − s_n for 1_n − s_n: sums stand on the terms, so one-tensors are notation."""

    def whole(expr: Expr) -> Expr:
        return Expr(tuple(replace(t, factors=tuple(map(one, without_one_factors(t)))) for t in expr.terms))

    def one(found: ex.Factor) -> ex.Factor:
        return (map_slots(found[0], lambda slot: slot, whole) if parts(found[0]) else found[0]), found[1]

    return one((base, Fraction(1)))[0]


def without_one_factors(term: Term) -> tuple[ex.Factor, ...]:
    return tuple(f for f in term.factors if not isinstance(f[0], One))


def open_bracket(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """b (c + d) = b c + b d, for a bracket in which a delta waits to be used"""
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren) and exponent == 1 and _has_delta(base.body):
            return rules.distributed(term, at)
    return None


def _has_delta(expr: Expr) -> bool:
    return any(isinstance(base, Delta) for term in expr.terms for base, _ in term.factors)


def open_every_bracket(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """b (c + d) = b c + b d"""
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren) and exponent == 1 and len(term.factors) + abs(term.coef - 1) > 1:
            return rules.distributed(term, at)
    return None


@rule("fraction-split", "a fraction is split")
def split_fraction(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """a/(1 + a)^2 = 1/(1 + a) (1 − 1/(1 + a))"""
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren) and exponent <= -2 and len(base.body.terms) == 2:
            rest = rules.without(term, at)
            one, a = sorted(base.body.terms, key=lambda t: len(t.factors))
            if one == Term() and not a.bound and a.coef == 1 and all(f in rest for f in a.factors):
                less = Expr((Term(), Term(Fraction(-1), (), ((base, Fraction(-1)),))))
                others = tuple(f for f in rest if f not in a.factors)
                inverse = Term(factors=((base, exponent + 1), factor(Paren(less))))
                return Expr((times(Term(term.coef, term.bound, others), fresh_term(inverse)),))
    return None


# ---------------------------------------------------------------- sums


def add_like_terms(expr: Expr) -> Expr | None:
    """2 a_i + 3 a_i = 5 a_i"""
    if len(expr.terms) < 2:
        return None
    new = rules.like_terms(expr)
    return new if len(new.terms) < len(expr.terms) else None


def positive_first(expr: Expr) -> Expr:
    """b − a for −a + b."""
    if expr.terms and expr.terms[0].coef < 0:
        at = next((k for k, term in enumerate(expr.terms) if term.coef > 0), 0)
        return Expr((expr.terms[at], *expr.terms[:at], *expr.terms[at + 1 :]))
    return expr


Rule = tuple[str, rules.Callable]
DELTAS: tuple[Rule, ...] = (
    ("delta-trace", trace_delta),
    ("delta-substitution", use_delta),
    ("delta-solved", solve_delta),
)
ONES: tuple[Rule, ...] = (("one-contracted", contract_ones), ("one-dropped", drop_one))
TIDY: tuple[Rule, ...] = (*DELTAS, *ONES, ("delta-alignment", align_delta), ("powers-merged", merge_powers))
