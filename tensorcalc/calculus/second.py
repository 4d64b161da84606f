"""Derivatives of what was derived: Hessians, and Jacobian tensors of gradients."""

from __future__ import annotations

from dataclasses import replace

from ..notation import expression as ex
from ..notation.building import substitute
from ..notation.errors import NotationError
from ..notation.expression import Deriv, Idx, Slot, Sym
from ..notation.reading import Line
from .backward import gradient_name
from .derivation import Chain, Derivation
from .equality import Undecided, equal
from .function import SymbolicFunction, bases
from .jacobian import Jacobians, differentiated, work_out
from .settling import finish


def jacobian_of(derivation: Derivation, name: str, indices: str | None = None) -> Derivation:
    """The result of a derivation differentiated by a tensor of its function, definitions kept."""
    function = derivation.function
    if function is None:
        raise NotationError("input-unknown", f"no function is known that {name} belongs to")
    line = derivation.line
    _only_inputs(line, function)
    stage = Jacobians(function, "", name, indices, also=(line,))
    chain = Chain(differentiated(line, stage.variable))
    chain.apply("derivative", ex.of_base(Deriv(line.right, stage.variable.symbol)))
    chain.close()
    work_out(chain, stage.variable, stage.result)
    finish(chain, function)
    made = chain.done(function, stage.variable)
    return replace(made, lemmas=(derivation, *made.lemmas))


def _only_inputs(line: Line, function: SymbolicFunction) -> None:
    """A gradient of an intermediate depends on the inputs in ways that the line does not show."""
    hidden = {gradient_name(name) for name in function.definitions if name not in function.outputs}
    for base in bases(line.right):
        if isinstance(base, Sym) and base.name in hidden:
            given = f"{base.name} is the gradient of an intermediate, its dependence is not written out"
            raise NotationError("derivative-index", given, hint="Take closed_form() before differentiating again.")


def symmetric(derivation: Derivation) -> bool | Undecided:
    """Whether a second derivative by one tensor stays the same when its two groups of indices are exchanged."""
    line = derivation.line
    outer = line.left.terms[0].factors[0][0]
    inner = outer.of.terms[0].factors[0][0] if isinstance(outer, Deriv) else None
    if not isinstance(outer, Deriv) or not isinstance(inner, Deriv) or inner.by.name != outer.by.name:
        raise NotationError("nothing-to-do", f"{derivation.result} is no second derivative by one tensor")
    by: dict[Idx, Slot] = {}
    for a, b in zip(inner.by.slots, outer.by.slots, strict=True):
        assert isinstance(a, Idx) and isinstance(b, Idx)
        by.update({a: b, b: a})
    turned = replace(line, left=ex.ZERO, right=substitute(line.right, by))
    return equal(replace(line, left=ex.ZERO), turned, given=derivation.function)
