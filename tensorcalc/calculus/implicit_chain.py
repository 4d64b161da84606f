"""On from an implicit derivative: to the gradient of a loss, and to what is computed from the tensor."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

from ..notation import expression as ex
from ..notation.building import dummy
from ..notation.errors import NotationError
from ..notation.expression import Deriv, Expr, Idx, One, Sym, Term, factor
from ..notation.reading import Line
from .backward import gradient_name
from .derivation import Chain
from .function import SymbolicFunction
from .implicit_equations import Implicit
from .jacobian import Jacobians, lone, putting
from .rulebook import rule
from .settling import finish, order
from .uniting import united

if TYPE_CHECKING:
    from .derivation import Derivation

MOST = 6  # factors that are put in order


@rule("factors-ordered", "factors are reordered")
def factors_ordered(term: Term, ends: tuple[Idx, ...]) -> Term | None:
    """dl_ij b_ip b_qj = b_ip dl_ij b_qj, a chain from one free index to the other"""
    if len(ends) != 2 or len(term.factors) > MOST or any(isinstance(base, One) for base, _ in term.factors):
        return None
    for factors in permutations(term.factors):
        letters = [base.letters for base, _ in factors]
        linked = all(not a.isdisjoint(b) for a, b in pairwise(letters))
        if linked and ends[0] in letters[0] and ends[1] in letters[-1]:
            return replace(term, factors=factors) if factors != term.factors else None
    return None


def vjp(derivation: Implicit, indices: str | None = None) -> Implicit:
    """dl_da = dl_db ∂b/∂a"""
    x = derivation.variable.symbol if derivation.variable else Sym("")
    y = _derived(derivation)
    free = tuple(slot for slot in x.slots if isinstance(slot, Idx))
    old = derivation.line.signature
    axes = {gradient_name(n): old.axes[n] for n in (derivation.of, derivation.by)}
    signature = replace(old, axes={**old.axes, **axes})
    start = Line(ex.of_base(Sym(gradient_name(derivation.by), free)), ex.ZERO, free, signature)
    chain = Chain(start)
    summed = tuple(dummy(slot) for slot in y.slots if isinstance(slot, Idx))
    upstream = factor(Sym(gradient_name(derivation.of), summed))
    stage = factor(Deriv(ex.of_base(Sym(derivation.of, summed)), x))
    chain.apply("chain-rule", Expr((Term(bound=summed, factors=(upstream, stage)),)))
    chain.start = chain.line
    chain.close()
    _put_in(chain, derivation)
    finish(chain, None)
    _order(chain, free)
    made = chain.done()
    return replace(derivation, start=made.start, steps=made.steps, lemmas=(derivation,), variable=None)


def _order(chain: Chain, free: tuple[Idx, ...]) -> None:
    terms = tuple(factors_ordered(term, free) or term for term in chain.expr.terms)
    if terms != chain.expr.terms:
        chain.apply("factors-ordered", Expr(terms))
        chain.close()


def _derived(derivation: Implicit) -> Sym:
    base = derivation.line.left.terms[0].factors[0][0]
    inner = base.of.terms[0].factors[0][0] if isinstance(base, Deriv) else None
    if not isinstance(inner, Sym):
        raise NotationError("nothing-to-do", f"{derivation.result} is no derivative of {derivation.of}")
    return inner


def _put_in(chain: Chain, lemma: Derivation) -> None:
    finished = replace(lemma, start=lemma.line, steps=())  # the left side of an implicit derivation changes
    while chain.once("result-put-in", putting(finished)):
        chain.group[-1] = replace(chain.group[-1], lemma=lemma)
    if all(lemma is not one for one in chain.lemmas):
        chain.lemmas.append(lemma)


def through(derivation: Implicit, statement: str) -> Implicit:
    """∂y/∂a = ∂y/∂b ∂b/∂a"""
    function = SymbolicFunction(statement)
    output = function.outputs[0]
    if len(function.definitions) != 1 or derivation.of not in function.inputs or derivation.by in function.inputs:
        given = f"{statement} is no single statement that uses {derivation.of}, and not {derivation.by}"
        raise NotationError("nothing-to-do", given)
    own, other = united([derivation.line, function.definitions[output]])
    function = SymbolicFunction.of_lines([other], function.inputs, function.outputs)
    whole = replace(derivation, steps=(*derivation.steps,))
    x = _variable(own)
    y = lone(other)
    summed = tuple(dummy(slot) for slot in _slots(own) if isinstance(slot, Idx))
    inner = Sym(derivation.of, summed)
    pair = factor(Deriv(ex.of_base(y), inner)), factor(Deriv(ex.of_base(inner), x))
    both = ex.of_base(Deriv(ex.of_base(y), x))
    free = (*other.free, *(slot for slot in x.slots if isinstance(slot, Idx)))
    chain = Chain(Line(both, both, free, own.signature))
    chain.apply("chain-rule", Expr((Term(bound=summed, factors=pair),)))
    chain.close()
    direct = Jacobians(function, output, derivation.of, direct=True).of(output)
    _put_in(chain, direct)
    _put_in(chain, whole)
    chain.close()
    finish(chain, function)
    order(chain)
    made = chain.done(function)
    return replace(derivation, start=made.start, steps=made.steps, lemmas=(direct, derivation), function=function)


def _variable(line: Line) -> Sym:
    base = line.left.terms[0].factors[0][0]
    assert isinstance(base, Deriv)
    return base.by


def _slots(line: Line) -> tuple[ex.Slot, ...]:
    base = line.left.terms[0].factors[0][0]
    assert isinstance(base, Deriv)
    inner = base.of.terms[0].factors[0][0]
    assert isinstance(inner, Sym)
    return inner.slots
