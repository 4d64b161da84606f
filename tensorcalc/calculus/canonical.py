"""Canonical form: two expressions that the rules make equal become the same expression.

Everything is multiplied out, deltas are eliminated, one-tensors dropped, equal bases collected, like terms added,
functions replaced by their definitions. This decides equality; it is never how a result is shown.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from ..notation import expression as ex
from ..notation.building import combine, dummy, map_term, of_expr, substitute_base, substitute_term
from ..notation.expression import (
    Affine,
    Base,
    Delta,
    Deriv,
    Expr,
    Factor,
    Fn,
    Idx,
    Looked,
    One,
    Paren,
    Size,
    Slot,
    Sym,
    Term,
    factor,
)
from ..notation.syntax import Constant, Fixed
from .collecting import MAX_TERMS, collect, merge
from .labelling import OutOfFuel, components, term_key
from .laws import function, leading, power_of_sum


@lru_cache(maxsize=5_000)
def canonical(expr: Expr) -> Expr:
    """The canonical form of an expression; its dummies are numbered by where they stand.

    Raises
    ------
    OutOfFuel : where multiplying out gives too many terms
    """
    return collect(term for one in expr.terms for term in expanded(one))


# ---------------------------------------------------------------- multiplying out


def expanded(term: Term) -> list[Term]:
    """A term as a sum of simplified terms without brackets that could be opened."""
    todo: list[Term] = [term]
    done: list[Term] = []
    rounds = 0
    while todo:
        rounds += 1
        if rounds > MAX_TERMS or len(todo) + len(done) > MAX_TERMS:
            raise OutOfFuel
        changed = step(todo.pop())
        if isinstance(changed, Term):
            done.append(changed)
        else:
            todo.extend(changed)
    return done


def step(term: Term) -> Term | list[Term]:
    """The simplified term, if nothing is left to open; else the terms to go on with."""
    if not term.coef:
        return []
    opened = _open(term)
    if opened is not None:
        return opened
    simple = merge(term)
    if simple is None:
        return []
    for rule in (eliminate_delta, align, unaffine, cancel_sum):
        changed = rule(simple)
        if changed is not None:
            return changed
    if simple.factors != term.factors and _open(simple) is not None:
        return [simple]
    return sized(simple)


def _open(term: Term) -> list[Term] | None:
    """Replace the first factor that is not in normal form by its normal form."""
    for k, (base, exponent) in enumerate(term.factors):
        new = normal(base, exponent)
        if new is not None:
            rest = Term(term.coef, term.bound, term.factors[:k] + term.factors[k + 1 :])
            return [_product(rest, one, k) for one in new.terms]
    return None


def _product(left: Term, right: Term, at: int) -> Term:
    """left · right with new dummies for the right one's own sums."""
    by: dict[Idx, Slot] = {idx: dummy(idx) for idx in right.bound}
    right = map_term(right, lambda base: substitute_base(base, by))
    factors = left.factors[:at] + right.factors + left.factors[at:]
    return Term(left.coef * right.coef, left.bound + tuple(by.values()), factors)  # type: ignore[arg-type]


@lru_cache(maxsize=20_000)
def normal(base: Base, exponent: Fraction) -> Expr | None:
    """base^exponent as a sum of products of normal factors; None if it is one already."""
    match base:
        case One():
            return ex.ONE
        case Fn(name, arg, primes):
            known = _known_derivative(base) if primes else None
            if known is not None:
                return of_expr(known, exponent)
            inner = canonical(arg)
            return _new(function(name, inner, primes, exponent), base, exponent)
        case Paren(body):
            return _new(power_of_sum(canonical(body), exponent), base, exponent)
        case Deriv(of, by):
            return _new(ex.of_base(Deriv(canonical(of), by), exponent), base, exponent)
        case Delta(left, right):
            return _delta(left, right, exponent)
    return ex.ONE if exponent == 0 else None


def _known_derivative(fn: Fn) -> Expr | None:
    """tanh' is 1 − tanh^2, where the prime was never worked out."""
    from .derivative import function_derivative

    return function_derivative(fn)


def _new(expr: Expr, base: Base, exponent: Fraction) -> Expr | None:
    return None if expr == Expr((Term(factors=((base, exponent),)),)) else expr


def _delta(left: Slot, right: Slot, exponent: Fraction) -> Expr | None:
    """δ^n = δ, δ_ii = 1 for one i, δ of two different numbers is 0; affine ones are moved to one side."""
    if left == right or exponent == 0:
        return ex.ONE
    if isinstance(left, Fixed) and isinstance(right, Fixed):
        return ex.ZERO
    if exponent > 0 and exponent != 1:
        return ex.of_base(Delta(left, right))
    if isinstance(right, Affine) and not isinstance(left, (Constant, Looked)) and left != Fixed(0):
        return ex.of_base(_selector(combine([(1, right), (-1, left)])))
    if isinstance(left, Affine) and not isinstance(right, (Constant, Looked)):
        return ex.of_base(_selector(combine([(1, left), (-1, right)])))
    if left == Fixed(0) and isinstance(right, Affine):
        solved = _selector(right)
        return None if solved == Delta(left, right) else ex.of_base(solved)
    return None


def _selector(difference: Slot) -> Delta:
    """The delta that says a combination of indices is 0; one or two plain letters make it an ordinary one."""
    match difference:
        case Affine(((n, a), (m, b)), 0) if n == -m and a.range == b.range:
            return Delta(a, b)
        case Affine(((n, a),), offset):
            return Delta(a, Fixed(-offset // n)) if offset % n == 0 and -offset // n >= 0 else Delta(Fixed(0), Fixed(1))
        case Affine(terms, offset):
            return Delta(Fixed(0), Affine(terms, offset))
    return Delta(Fixed(0), difference)


# ---------------------------------------------------------------- one product


def eliminate_delta(term: Term) -> list[Term] | None:
    """δ_ik f_i = f_k, for a dummy i: every i becomes k and the delta goes."""
    for k, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta):
            for idx, other in ((base.left, base.right), (base.right, base.left)):
                if isinstance(idx, Idx) and idx in term.bound and not isinstance(other, Affine):
                    rest = Term(
                        term.coef, tuple(i for i in term.bound if i != idx), term.factors[:k] + term.factors[k + 1 :]
                    )
                    try:
                        return [substitute_term(rest, {idx: other})]
                    except ValueError:  # a constant index cannot stand in an affine one
                        continue
    return None


def align(term: Term) -> list[Term] | None:
    """s_p δ_Tp = s_T δ_Tp: beside a delta its two indices are one."""
    for k, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta):
            keep, idx = sorted((base.left, base.right), key=_rank)
            if isinstance(idx, Idx) and not isinstance(keep, Affine):
                rest = Term(term.coef, term.bound, term.factors[:k] + term.factors[k + 1 :])
                if idx in rest.inside:
                    try:
                        aligned = substitute_term(rest, {idx: keep})
                    except ValueError:
                        continue
                    return [Term(term.coef, term.bound, (*aligned.factors, term.factors[k]))]
    return None


def _rank(slot: Slot) -> tuple[int, str]:
    kinds = (Fixed, Constant, Looked, Affine, Idx)
    return kinds.index(type(slot)), getattr(slot, "name", "")


def unaffine(term: Term) -> list[Term] | None:
    """x_{i+m} = x_p δ_{p,i+m}: outside its range a tensor is 0, as the sum over p is."""
    for k, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Sym) and exponent > 0 and exponent.denominator == 1:
            for at, slot in enumerate(base.slots):
                if isinstance(slot, Affine) and slot.range:
                    p = dummy(name="p", range=slot.range)
                    plain = Sym(base.name, (*base.slots[:at], p, *base.slots[at + 1 :]))
                    pair = (factor(plain, exponent), factor(Delta(p, Affine(slot.terms, slot.offset))))
                    return [Term(term.coef, (*term.bound, p), (*term.factors[:k], *pair, *term.factors[k + 1 :]))]
    return None


def sized(term: Term) -> Term:
    """A sum over an index that no factor has is the size of its range."""
    empty = [idx for idx in term.bound if idx not in term.inside]
    if not empty:
        return term
    sizes = tuple(factor(Size(idx.range)) for idx in empty)
    kept = tuple(idx for idx in term.bound if idx in term.inside)
    return merge(Term(term.coef, kept, term.factors + sizes)) or term


def cancel_sum(term: Term) -> list[Term] | None:
    """With P = lead + rest: lead · P^e = P^(e+1) − rest · P^e for e < 0."""
    for k, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren) and exponent < 0 and (lead := leading(base.body)) is not None:
            rest = Term(term.coef, term.bound, term.factors[:k] + term.factors[k + 1 :])
            quotient = divide(rest, lead)
            if quotient is not None:
                raised = Term(quotient.coef, quotient.bound, (*quotient.factors, (base, exponent + 1)))
                others = [one for one in base.body.terms if one is not lead]
                lower = Term(-quotient.coef, quotient.bound, (*quotient.factors, (base, exponent)))
                return [raised, *(_product(lower, one, len(lower.factors)) for one in others)]
    return None


def divide(term: Term, by: Term) -> Term | None:
    """term / by, where every factor and every closed sum of ``by`` is one of the term's."""
    powers = dict(term.factors)
    closed = [f for f in by.factors if f[0].letters.isdisjoint(by.bound)]
    for base, exponent in closed:
        have = powers.get(base, Fraction(0))
        if have < exponent:
            return None
        powers[base] = have - exponent
    factors: list[Factor] = [(base, powers[base]) for base, _ in term.factors if powers[base]]
    bound = list(term.bound)
    for part_bound, part in components(by):
        wanted = term_key(Term(bound=part_bound, factors=part), {})
        for mine_bound, mine in components(Term(bound=tuple(bound), factors=tuple(factors))):
            if len(mine) == len(part) and term_key(Term(bound=mine_bound, factors=mine), {}) == wanted:
                factors = [f for f in factors if f not in mine]
                bound = [idx for idx in bound if idx not in mine_bound]
                break
        else:
            return None
    return Term(term.coef / by.coef, tuple(bound), tuple(factors))
