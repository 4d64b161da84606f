"""The rules of rewriting, one short function each, with the formula as its first line.

``REWRITING_RULES`` holds them under stable ids, in the order of the book. A rule takes a term (or a sum) and the place
in it, checks its whole precondition, and returns what the term becomes; what it refuses is a ``NotationError``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..notation import expression as ex
from ..notation.building import add, as_term, bracket, fresh_term, scale, substitute_term, times
from ..notation.errors import NotationError
from ..notation.expression import Delta, Expr, Factor, Fn, Idx, One, Paren, Size, Slot, Sym, Term, factor
from .laws import positive
from .uniting import instance


@dataclass(frozen=True)
class RewritingRule:
    """A named rule: ``formula`` is the first line of the function's docstring."""

    id: str
    name: str
    apply: Callable

    @property
    def formula(self) -> str:
        return (self.apply.__doc__ or "").strip().splitlines()[0]


TABLE: dict[str, RewritingRule] = {}
REWRITING_RULES = TABLE  # its public name


def rule(id: str, name: str) -> Callable[[Callable], Callable]:
    def register(apply: Callable) -> Callable:
        TABLE[id] = RewritingRule(id, name, apply)
        return apply

    return register


def without(term: Term, *places: int) -> tuple[Factor, ...]:
    return tuple(f for k, f in enumerate(term.factors) if k not in places)


def names(letters: Iterable[Idx]) -> str:
    return ", ".join(sorted(idx.name for idx in letters))


# ---------------------------------------------------------------- Kronecker delta


@rule("delta-substitution", "the delta replaces a dummy")
def delta_substitution(term: Term, at: int, keep: str | None = None) -> Term:
    """δ_ik b_ij = b_kj, for a dummy i

    ``keep`` names the index that stays where both are dummies.
    """
    delta = term.factors[at][0]
    assert isinstance(delta, Delta)
    for old, new in ((delta.left, delta.right), (delta.right, delta.left)):
        if isinstance(old, Idx) and old in term.bound and old != new and (keep is None or _name(new) == keep):
            rest = Term(term.coef, tuple(idx for idx in term.bound if idx != old), without(term, at))
            kept = rest.factors or ((One((new,)), Fraction(1)),) if isinstance(new, Idx) else rest.factors
            return substitute_term(replace(rest, factors=kept), {old: new})
    shown = " and ".join(_name(slot) for slot in delta.slots)
    raise NotationError("delta-free", f"neither index of the delta, {shown}, is a dummy that could go")


def _name(slot: Slot) -> str:
    return getattr(slot, "name", None) or str(getattr(slot, "value", slot))


@rule("delta-trace", "the trace of the delta")
def delta_trace(term: Term, at: int) -> Term:
    """δ_nn = N, for a dummy n"""
    delta = term.factors[at][0]
    assert isinstance(delta, Delta)
    idx, rest = delta.left, without(term, at)
    if idx != delta.right or idx not in term.bound or any(idx in base.letters for base, _ in rest):
        raise NotationError("nothing-to-do", "this delta is no trace over an index of its own")
    bound = tuple(one for one in term.bound if one != idx)
    return Term(term.coef, bound, (*term.factors[:at], factor(Size(idx.range)), *term.factors[at + 1 :]))


@rule("delta-symmetry", "the delta is symmetric")
def delta_symmetry(term: Term, at: int) -> Term:
    """δ_ij = δ_ji"""
    delta, exponent = term.factors[at]
    assert isinstance(delta, Delta)
    turned = (Delta(delta.right, delta.left), exponent)
    return replace(term, factors=(*term.factors[:at], turned, *term.factors[at + 1 :]))


@rule("delta-alignment", "beside a delta its two indices are one")
def delta_alignment(term: Term, at: int) -> Term:
    """s_p δ_Tp = s_T δ_Tp"""
    delta = term.factors[at][0]
    assert isinstance(delta, Delta)
    keep, old = delta.left, delta.right
    if not isinstance(old, Idx) or isinstance(keep, Idx):
        keep, old = (keep, old) if isinstance(old, Idx) and not isinstance(keep, Idx) else (old, keep)
    others = Term(term.coef, term.bound, without(term, at))
    if isinstance(keep, Idx) and old not in others.inside:
        keep, old = old, keep
    if not isinstance(old, Idx) or old not in others.inside:
        raise NotationError("nothing-to-do", "no other factor carries an index of this delta")
    aligned = substitute_term(others, {old: keep}).factors
    return replace(term, factors=(*aligned[:at], term.factors[at], *aligned[at:]))


# ---------------------------------------------------------------- one-tensor


@rule("one-dropped", "a one-tensor is dropped")
def one_dropped(term: Term, at: int, outer: frozenset[Idx]) -> Term:
    """1_ij b_ij c_j = b_ij c_j, if afterwards every free index still occurs and every dummy at least twice"""
    one = term.factors[at][0]
    assert isinstance(one, One)
    rest = without(term, at)
    for slot in one.slots:
        assert isinstance(slot, Idx)
        left = sum(count(base, slot) for base, _ in rest)
        if left < (1 if slot in outer else 2):
            what = "the free index" if slot in outer else "the dummy"
            given = f"without the one-tensor {what} {slot.name} would occur {'once' if left else 'nowhere'}"
            raise NotationError("drop-one", given, index=slot.name)
    return replace(term, factors=rest)


def count(base: ex.Base, idx: Idx) -> int:
    """How often an index occurs: slots count, whatever holds it in brackets counts once."""
    slots = getattr(base, "slots", None)
    if slots is None:
        return int(idx in base.letters)
    return sum(idx in ex.letters_of(slot) for slot in slots)


@rule("one-contracted", "one-tensors contract to a size")
def one_contracted(term: Term, idx: Idx) -> Term:
    """1_n 1_n = N, for a dummy n that nothing else carries"""
    where = [k for k, (base, _) in enumerate(term.factors) if idx in base.letters]
    ones = [k for k in where if isinstance(term.factors[k][0], One)]
    if idx not in term.bound or where != ones or sum(count(term.factors[k][0], idx) for k in ones) < 2:
        given = f"{idx.name} is not a dummy that one-tensors alone carry, twice"
        raise NotationError("nothing-to-do", given, index=idx.name)
    factors: list[Factor] = []
    for k, (base, exponent) in enumerate(term.factors):
        if k == ones[0]:
            factors.append(factor(Size(idx.range)))
        if k in ones:
            assert isinstance(base, One)
            base = One(tuple(slot for slot in base.slots if slot != idx))
            if not base.slots:
                continue
        factors.append((base, exponent))
    return Term(term.coef, tuple(one for one in term.bound if one != idx), tuple(factors))


@rule("one-merged", "one-tensors merge")
def one_merged(term: Term) -> Term:
    """1_i 1_j = 1_ij, for different indices"""
    where = [k for k, (base, exponent) in enumerate(term.factors) if isinstance(base, One) and exponent == 1]
    slots = [slot for k in where for slot in term.factors[k][0].slots]  # type: ignore[union-attr]
    if len(where) < 2:
        raise NotationError("nothing-to-do", "there are no two one-tensors to merge")
    for k, slot in enumerate(slots):
        if slot in slots[:k]:
            raise NotationError("merge-ones", f"two one-tensors carry {_name(slot)}", index=_name(slot))
    merged = factor(One(tuple(slots)))
    return replace(
        term, factors=tuple(merged if k == where[0] else f for k, f in enumerate(term.factors) if k not in where[1:])
    )


# ---------------------------------------------------------------- definitions


@rule("definition-put-in", "a definition is put in")
def definition_put_in(term: Term, at: int, name: Sym, value: Expr) -> Term:
    """a_i = b_i c_i and c_j = d_jj give a_i = b_i d_ii"""
    base, exponent = term.factors[at]
    assert isinstance(base, Sym)
    new = instance(value, name, base.slots)
    inner = as_term(new) if exponent == 1 else raised(new, exponent)
    before = Term(term.coef, term.bound, term.factors[:at])
    return times(before, inner, Term(factors=term.factors[at + 1 :]))


def raised(expr: Expr, exponent: Fraction) -> Term:
    from ..notation.building import power

    return as_term(power(expr, exponent))


@rule("definition-folded", "a definition is folded back")
def definition_folded(term: Term, name: Sym, value: Term) -> Term:
    """b_k c_k d_k stays, for β = c_k d_k: a contraction is replaced only as a whole"""
    found = match_factors(value, term)
    if found is None:
        raise NotationError(
            "substitute-nothing", f"the right side of the definition of {name.name} does not occur here"
        )
    places, by = found
    rest = without(term, *places)
    for idx in value.bound:
        mine = by[idx]
        if not isinstance(mine, Idx) or mine not in term.bound or any(mine in base.letters for base, _ in rest):
            given = f"{_name(mine)} also belongs to another factor, so this is only a part of the sum"
            raise NotationError("substitute-contraction", given, index=_name(mine))
    gone = {by[idx] for idx in value.bound}
    new = factor(Sym(name.name, tuple(by.get(slot, slot) if isinstance(slot, Idx) else slot for slot in name.slots)))
    factors = [
        new if k == min(places) else f for k, f in enumerate(term.factors) if k not in places or k == min(places)
    ]
    return Term(term.coef / value.coef, tuple(idx for idx in term.bound if idx not in gone), tuple(factors))


def match_factors(pattern: Term, term: Term) -> tuple[list[int], dict[Idx, Slot]] | None:
    """Factors of a term that a pattern describes, with what its indices stand for."""

    def search(k: int, used: list[int], by: dict[Idx, Slot]) -> tuple[list[int], dict[Idx, Slot]] | None:
        if k == len(pattern.factors):
            return used, by
        want, exponent = pattern.factors[k]
        for at, (have, power) in enumerate(term.factors):
            if at not in used and power == exponent:
                extended = match_base(want, have, by)
                found = extended is not None and search(k + 1, [*used, at], extended)
                if found:
                    return found
        return None

    return search(0, [], {})


def match_base(want: ex.Base, have: ex.Base, by: Mapping[Idx, Slot]) -> dict[Idx, Slot] | None:
    """What the pattern's indices stand for if it describes this base."""
    if (
        type(want) is not type(have)
        or not isinstance(want, (Sym, Delta, One))
        or not isinstance(have, (Sym, Delta, One))
    ):
        return dict(by) if want == have else None
    if getattr(want, "name", "") != getattr(have, "name", "") or len(want.slots) != len(have.slots):
        return None
    extended = dict(by)
    for old, new in zip(want.slots, have.slots, strict=True):
        known = extended.setdefault(old, new) if isinstance(old, Idx) else old
        if known != new:
            return None
    return extended


# ---------------------------------------------------------------- brackets


@rule("distributed", "a bracket is multiplied out")
def distributed(term: Term, at: int) -> Expr:
    """b_ij (c_ij + 1_i d_j) = b_ij c_ij + b_ij 1_i d_j"""
    base, exponent = term.factors[at]
    if not isinstance(base, Paren) or exponent.denominator != 1 or not 0 < exponent <= 8:
        raise NotationError("nothing-to-do", "this factor is no bracket that can be multiplied out")
    before, after = Term(term.coef, term.bound, term.factors[:at]), Term(factors=term.factors[at + 1 :])
    if exponent > 1:
        after = Term(factors=((base, exponent - 1), *after.factors))
    first = [times(before, inner, after) for inner in base.body.terms]
    return Expr(tuple(one if k == 0 else fresh_term(one) for k, one in enumerate(first)))


@rule("factored", "a common factor is taken out")
def factored(terms: Sequence[Term], common: Sequence[ex.Base], ones: bool = True) -> Term:
    """b_ij c_ij + b_ij d_j = b_ij (c_ij + 1_i d_j)

    A one-tensor keeps the order of the terms in the bracket; with ``ones=False`` such a factoring is refused.
    """
    shared = frozenset().union(*(base.letters for base in common))
    bound = tuple(idx for idx in terms[0].bound if idx in shared)
    inside = [_divided(_rebound(term, bound), common, bound) for term in terms]
    everything = frozenset().union(*(term.letters for term in inside))
    for k, term in enumerate(inside):
        missing = sorted(everything - term.letters, key=lambda idx: idx.name)
        if missing and term.letters and not ones:
            given = f"in the bracket one term would lack {names(missing)}"
            raise NotationError("factor-order", given, index=missing[0].name)
        if missing and term.letters:
            inside[k] = replace(term, factors=(factor(One(tuple(missing))), *term.factors))
    outside = Term(bound=bound, factors=tuple(factor(base) for base in common))
    return times(outside, bracket(Expr(tuple(inside))))


def _rebound(term: Term, bound: tuple[Idx, ...]) -> Term:
    """The term with the given dummies in place of its own of the same name."""
    own = {idx.name: idx for idx in term.bound}
    by = {own[idx.name]: idx for idx in bound if idx.name in own}
    return Term(term.coef, tuple(by.get(i, i) for i in term.bound), substitute_term(term, by).factors)  # type: ignore[arg-type]


def _divided(term: Term, common: Sequence[ex.Base], bound: tuple[Idx, ...]) -> Term:
    factors = list(term.factors)
    for base in common:
        at = next((k for k, (have, e) in enumerate(factors) if have == base and e >= 1), None)
        if at is None:
            raise NotationError("nothing-to-do", "the factor does not occur in every term")
        have, e = factors[at]
        factors[at : at + 1] = [(have, e - 1)] if e > 1 else []
    return Term(term.coef, tuple(idx for idx in term.bound if idx not in bound), tuple(factors))


@rule("like-terms", "like terms are added")
def like_terms(expr: Expr) -> Expr:
    """2 a_i + 3 a_i = 5 a_i"""
    from .labelling import term_key

    found: dict[str, Term] = {}
    for term in expr.terms:
        key = term_key(term, {})
        found[key] = replace(found[key], coef=found[key].coef + term.coef) if key in found else term
    return Expr(tuple(term for term in found.values() if term.coef))


# ---------------------------------------------------------------- functions of products


@rule("power-of-product", "a power of a product")
def power_of_product(base: Paren, exponent: Fraction, known: frozenset[str] = frozenset()) -> Term:
    """(b_i c_j)^2 = b_i^2 c_j^2, but not for a contraction"""
    term = _product(base.body, f"the power {exponent}")
    if exponent.denominator != 1:
        _positive(term, known)
    coef = term.coef**exponent.numerator if exponent.denominator == 1 else Fraction(1)
    number = () if exponent.denominator == 1 or term.coef == 1 else (factor(Paren(ex.number(term.coef)), exponent),)
    return Term(coef, (), (*number, *((b, e * exponent) for b, e in term.factors)))


@rule("log-of-product", "the logarithm of a product")
def log_of_product(fn: Fn, known: frozenset[str] = frozenset()) -> Expr:
    """log(a b) = log(a) + log(b), for a, b > 0, but not for a contraction"""
    term = _product(fn.arg, "the logarithm")
    _positive(term, known)
    parts = [scale(ex.of_base(Fn("log", ex.of_base(base))), exponent) for base, exponent in term.factors]
    return add(*([] if term.coef == 1 else [ex.of_base(Fn("log", ex.number(term.coef)))]), *parts)


def _product(expr: Expr, what: str) -> Term:
    if len(expr.terms) != 1:
        raise NotationError("nothing-to-do", f"{what} is not taken of a product")
    term = expr.terms[0]
    if term.bound:
        given = f"{what} is taken of a sum over {names(term.bound)}, not of a product"
        raise NotationError("apply-across", given, index=term.bound[0].name)
    return term


def _positive(term: Term, known: frozenset[str]) -> None:
    for base, exponent in term.factors:
        if not positive(base, exponent) and getattr(base, "name", "") not in known:
            name = getattr(base, "name", "a factor")
            hint = f'Say so where it is: positive=["{name}", …].'
            raise NotationError("domain", f"{name} is not known to be positive", hint=hint)
    if term.coef <= 0:
        raise NotationError("domain", f"{term.coef} is not positive")
