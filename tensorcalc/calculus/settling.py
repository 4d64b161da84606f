"""How a line of a derivation is settled: tidied, definitions folded back, multiplied out where that is shorter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..notation.building import substitute_base
from ..notation.expression import Delta, Expr, Fn, Idx, Looked, Paren, Size, Slot, Term
from ..notation.syntax import Constant
from .facts import cancel_sum, use_known_sums
from .folding import fold
from .rewriting import rewrite
from .rules import delta_symmetry
from .simplification import merge_powers, open_bracket, open_every_bracket, positive_first, split_fraction
from .tidying import tidy

if TYPE_CHECKING:
    from .derivation import Chain
    from .function import SymbolicFunction

OPENED = (("distributed", open_bracket), ("sum-cancelled", cancel_sum), ("fraction-split", split_fraction))


def finish(chain: Chain, function: SymbolicFunction | None) -> None:
    """Deltas are used, one-tensors dropped, definitions folded back, sums replaced that are numbers."""
    tidy(chain)
    chain.close()
    while True:
        changed = chain.exhaust(OPENED)
        if not changed and function is not None:
            changed = fold(chain, function) or use_known_sums(chain, function)
        if not changed:
            break
        tidy(chain)
        chain.close()
    shorten(chain, function)
    order(chain)


# ---------------------------------------------------------------- the order of terms and of a delta's indices


def order(chain: Chain, constants: bool = False) -> None:
    """b − a for −a + b, δ_{n,T_b} for δ_{T_b,n}, and with ``constants`` δ_Tn for δ_nT, within the line before."""
    rules = (("delta-alignment", align_free), ("delta-symmetry", turn_constant if constants else turn_delta))
    waiting = any(rewrite(chain.expr, chain.outer, attempt) for _, attempt in rules)
    if not waiting and positive_first(chain.expr) == chain.expr:
        chain.close()
        return
    if not chain.group and len(chain.steps) > 1:
        last = chain.steps.pop()
        chain.group = list(last.substeps or (last,))
    chain.exhaust(rules)
    ordered = positive_first(chain.expr)
    if ordered != chain.expr:
        chain.apply("terms-ordered", ordered)
    chain.close()


def align_free(term: Term, outer: frozenset) -> Expr | None:
    """s_n δ_in = s_i δ_in: beside a delta of two free indices the output's index is written"""
    for base, _ in term.factors:
        if isinstance(base, Delta) and {base.left, base.right} <= outer and base.left != base.right:
            others = [
                k for k, (b, _) in enumerate(term.factors) if base.right in b.letters and not isinstance(b, Delta)
            ]
            if others:
                by: dict[Idx, Slot] = {base.right: base.left}  # type: ignore[dict-item]
                factors = ((substitute_base(b, by) if k in others else b, e) for k, (b, e) in enumerate(term.factors))
                return Expr((replace(term, factors=tuple(factors)),))
    return None


def turn_delta(term: Term, outer: frozenset) -> Expr | None:
    """δ_{n,T_b} for δ_{T_b,n}: a position that is looked up comes last"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta) and isinstance(base.left, Looked) and not isinstance(base.right, (Looked, Constant)):
            return Expr((delta_symmetry(term, at),))
    return None


def turn_constant(term: Term, outer: frozenset) -> Expr | None:
    """δ_Tn for δ_nT, as well"""
    for at, (base, _) in enumerate(term.factors):
        if isinstance(base, Delta) and isinstance(base.right, Constant) and isinstance(base.left, Idx):
            return Expr((delta_symmetry(term, at),))
    return turn_delta(term, outer)


# ---------------------------------------------------------------- shorter when multiplied out


def shorten(chain: Chain, function: SymbolicFunction | None) -> None:
    """Multiply everything out where the result is shorter."""
    from .derivation import Chain

    trial = Chain(chain.line)
    trial.exhaust([("powers-merged", merge_powers), ("distributed", open_every_bracket)])
    if not trial.group:
        return
    tidy(trial)
    if function is not None and fold(trial, function):
        tidy(trial)
    if size(trial.expr) < size(chain.expr):
        chain.close()
        chain.group, chain.line = trial.group, trial.line
        chain.close()


def size(expr: Expr) -> int:
    """How many tensors, functions and sizes there are to write."""
    return sum(_size(base) for term in expr.terms for base, _ in term.factors)


def _size(base: object) -> int:
    match base:
        case Paren(body=inner):
            return size(inner)
        case Fn(arg=inner):
            return 1 + size(inner)
    return 0 if isinstance(base, Size) else 1
