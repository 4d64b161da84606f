"""The Jacobian tensor read off from a differential, and compared with that of the index route."""

from __future__ import annotations

from dataclasses import replace

from ..notation import expression as ex
from ..notation.building import dummy, substitute_term
from ..notation.errors import NotationError
from ..notation.expression import Deriv, Expr, Idx, Slot, Sym, Term, factor
from .backward import graph_of
from .derivation import Chain, Derivation
from .derivative import Variable, delta
from .differential import Differential, differential_name, opening
from .equality import Undecided, equal
from .function import bases
from .jacobian import letters_used, lone, new_indices
from .rewriting import unbracketed
from .rulebook import rule
from .settling import finish


def identify(derivation: Differential, name: str, indices: str | None = None) -> Derivation:
    """∂y/∂x from dy = J dx + …"""
    function, line = derivation.function, derivation.line
    assert function is not None
    if name not in derivation.varied:
        hint = f"Those that change are {', '.join(derivation.varied)}."
        raise NotationError("input-unknown", f"{name} does not change in this differential", hint=hint)
    new = new_indices(function.signature.axes[name], letters_used([line]), indices)
    x = Sym(differential_name(name), new)
    chain = Chain(line)
    if chain.exhaust([opening(derivation.varied)]):
        chain.close()
    alone = others_fixed(chain.expr, [differential_name(n) for n in derivation.varied if n != name])
    if alone != chain.expr:
        chain.apply("others-fixed", alone)
        chain.close()
    if new and chain.expr.terms:
        chain.apply("tensor-dot", tensor_dot(chain.expr, x))
        chain.close()
    first = chain.done(function)
    second = Chain(replace(first.line, left=_jacobian(derivation, name, new), free=(*line.free, *new)))
    second.line = replace(second.line, right=unbracketed(identified(first.line.right, x)))
    second.start = second.line
    finish(second, function)
    moves = frozenset((name,)) if derivation.direct else graph_of(function).downstream(name)
    one = second.done(function, Variable(Sym(name, new), moves))
    begun = replace(derivation, start=first.start, steps=first.steps, varied=(name,))
    return replace(one, lemmas=(begun, *one.lemmas))


def _jacobian(derivation: Differential, name: str, new: tuple[Idx, ...]) -> Expr:
    assert derivation.function is not None
    y = lone(derivation.function.definitions[derivation.output])
    return ex.of_base(Deriv(ex.of_base(y), Sym(name, new)))


@rule("others-fixed", "other tensors are held fixed")
def others_fixed(expr: Expr, others: list[str]) -> Expr:
    """da = 0 for every tensor a but x"""
    return Expr(tuple(t for t in expr.terms if not any(isinstance(b, Sym) and b.name in others for b, _ in t.factors)))


@rule("tensor-dot", "dx as a tensor dot product")
def tensor_dot(expr: Expr, x: Sym) -> Expr:
    """dx_ik = δ_ip δ_kq dx_pq, a tensor dot product over the axes p and q"""
    return Expr(tuple(_dotted(term, x) for term in expr.terms))


def _dotted(term: Term, x: Sym) -> Term:
    at, here = _place(term, x)
    summed = tuple(dummy(idx) for idx in x.slots if isinstance(idx, Idx))
    deltas = tuple(factor(delta(old, new)) for old, new in zip(here.slots, summed, strict=True))
    changed = (*deltas, factor(Sym(x.name, summed)))
    return Term(term.coef, (*term.bound, *summed), (*term.factors[:at], *changed, *term.factors[at + 1 :]))


def _place(term: Term, x: Sym) -> tuple[int, Sym]:
    """Where the differential stands; it is linear in every term."""
    found = [(at, base) for at, (base, e) in enumerate(term.factors) if isinstance(base, Sym) and base.name == x.name]
    if len(found) != 1 or sum(isinstance(b, Sym) and b.name == x.name for b in bases(Expr((term,)))) != 1:
        raise NotationError("nothing-to-do", f"{x.name} does not stand alone in every term")
    return found[0]


@rule("identified", "what every dx is contracted with")
def identified(expr: Expr, x: Sym) -> Expr:
    """dy_i = J_ip dx_p for every dx gives ∂y_i/∂x_p = J_ip"""
    return Expr(tuple(_read_off(term, x) for term in expr.terms))


def _read_off(term: Term, x: Sym) -> Term:
    at, here = _place(term, x)
    by: dict[Idx, Slot] = {old: new for old, new in zip(here.slots, x.slots, strict=True) if isinstance(old, Idx)}
    bound = tuple(idx for idx in term.bound if idx not in by)
    rest = Term(term.coef, bound, (*term.factors[:at], *term.factors[at + 1 :]))
    return substitute_term(rest, by)


# ---------------------------------------------------------------- two routes, one result


def agrees(derivation: Differential, jacobian: Derivation) -> bool | Undecided:
    base = jacobian.line.left.terms[0].factors[0][0]
    if not isinstance(base, Deriv):
        raise NotationError("nothing-to-do", f"{jacobian.result} is no Jacobian tensor")
    wanted = "".join(slot.name for slot in base.by.slots if isinstance(slot, Idx))
    mine = identify(derivation, base.by.name, wanted)
    return equal(mine.result, jacobian.result, given=jacobian.function)
