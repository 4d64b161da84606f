"""Sums that the definitions make a number, found by putting the definitions in: 1_h mu_ph = 0, 1_j s_ij = 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..notation import expression as ex
from ..notation.building import parts
from ..notation.expression import Expr, Paren, Sym, Term
from ..notation.reading import Line
from .folding import fold, known_sum, number_of
from .labelling import components, key
from .rewriting import rewrite
from .rulebook import rule
from .simplification import TIDY, open_every_bracket, without_ones
from .tidying import tidy
from .uniting import instance

if TYPE_CHECKING:
    from .derivation import Chain, Derivation
    from .function import SymbolicFunction


@rule("known-sum", "a sum that the definitions make a number")
def _known_sum(term: Term) -> Term:
    """1_h mu_ph = 0, for mu_bh = x_bh − 1_h m_b with the mean m_b"""
    raise NotImplementedError  # carried out by folding.known_sum


def use_known_sums(chain: Chain, function: SymbolicFunction) -> bool:
    """Replace such sums, each in a line of its own with the reason; whether there was one."""
    attempt = known_sum(function.statements)
    changed = False
    while True:
        found = rewrite(chain.expr, chain.outer, attempt)
        if not found:
            return changed
        new, where = found
        term = _term_at(chain.expr, where)
        chain.close()
        chain.apply("known-sum", new, where, lemma=why(term, function, chain.line))
        changed = True


def _term_at(expr: Expr, where: tuple[int, ...]) -> Term:
    term = expr.terms[where[0]]
    if len(where) == 1:
        return term
    return _term_at(parts(term.factors[where[1]][0])[0], where[2:])


def why(term: Term, function: SymbolicFunction, line: Line) -> Derivation | None:
    """1_h mu_ph = 1_h (x_ph − 1_h m_p) = 1_h x_ph − 1_h 1_h m_p = H m_p − H m_p = 0"""
    for bound, factors in components(term):
        part = Term(bound=bound, factors=factors)
        if number_of(part, function.statements) is not None:
            return _shown(part, function, line)
    return None


def _shown(part: Term, function: SymbolicFunction, line: Line) -> Derivation:
    from .derivation import Chain

    one = Expr((part,))
    free = tuple(sorted(part.letters, key=lambda idx: idx.name))
    chain = Chain(Line(one, one, free, line.signature))
    used: list[str] = []
    while not _number(chain.expr) and (name := put_in_last(chain, function, used)):
        used.append(name)
        chain.close()
        chain.exhaust([("distributed", open_every_bracket)])
        chain.close()
        chain.exhaust(TIDY)
        fold(chain, function, but=used)
        chain.close()
        chain.exhaust([("sum-cancelled", cancel_sum)])
        tidy(chain)
    return chain.done(function)


@rule("sum-cancelled", "a sum is cancelled")
def sum_cancelled(term: Term) -> Term | None:
    """1_j a_j/(1_k a_k) = 1, and so once from any power below the bar"""
    for at, (base, exponent) in enumerate(term.factors):
        if not isinstance(base, Paren) or exponent > -1 or len(base.body.terms) != 1:
            continue
        below = key(ex.of_base(without_ones(base)))
        for bound, factors in components(term):
            above = Paren(Expr((Term(bound=bound, factors=factors),)))
            if bound and key(ex.of_base(without_ones(above))) == below:
                below_now = [(base, exponent + 1)] if exponent < -1 else []
                kept = [*term.factors[:at], *below_now, *term.factors[at + 1 :]]
                left = tuple(f for f in kept if f not in factors)
                return Term(term.coef, tuple(idx for idx in term.bound if idx not in bound), left)
    return None


def cancel_sum(term: Term, outer: frozenset) -> Expr | None:
    new = sum_cancelled(term)
    return None if new is None else Expr((new,))


def _number(expr: Expr) -> bool:
    return not any(term.factors or term.bound for term in expr.terms)


def put_in_last(chain: Chain, function: SymbolicFunction, used: Sequence[str]) -> str | None:
    """The last statement whose name occurs is put in for it; which one that was."""
    for name, line in reversed(function.definitions.items()):
        target = line.left.terms[0].factors[0][0]
        assert isinstance(target, Sym)
        if name not in used and chain.once("definition-put-in", putting(target, line.right)):
            return name
    return None


def putting(target: Sym, value: Expr) -> Callable[[Term, frozenset], Expr | None]:
    """An attempt that puts a definition or a result in for its name."""
    from .jacobian import bracketed_into

    def attempt(term: Term, outer: frozenset) -> Expr | None:
        for at, (base, exponent) in enumerate(term.factors):
            if isinstance(base, Sym) and base.name == target.name and exponent == 1:
                return Expr((bracketed_into(term, at, instance(value, target, base.slots)),))
        return None

    return attempt
