"""Backward functions: the gradient of the loss by every tensor of a graph, from its consumers, each by its name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from ..notation import expression as ex
from ..notation.building import dummy, substitute
from ..notation.errors import NotationError
from ..notation.expression import Deriv, Expr, Idx, Slot, Sym, Term, factor
from ..notation.reading import Line, Signature
from .derivation import Chain, Derivation
from .function import tensors
from .jacobian import Jacobians, letters_used, lone, new_indices
from .settling import finish

if TYPE_CHECKING:
    from .function import SymbolicFunction

    F = TypeVar("F", bound=SymbolicFunction)


@dataclass(frozen=True)
class Graph:
    """Which tensor is computed from which.

    Attributes
    ----------
    uses : for every statement, in order, the tensors it uses
    inputs, outputs : names
    function : the function it is the graph of
    """

    uses: dict[str, tuple[str, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    function: SymbolicFunction | None = field(default=None, compare=False)

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """(used, user), in the order of the statements."""
        return tuple((used, name) for name, found in self.uses.items() for used in found)

    def consumers(self, name: str) -> tuple[str, ...]:
        """The tensors that are computed from this one directly."""
        return tuple(user for user, used in self.uses.items() if name in used)

    def downstream(self, name: str) -> frozenset[str]:
        """Everything that depends on a tensor, and itself."""
        found = {name}
        for user, used in self.uses.items():
            if not found.isdisjoint(used):
                found.add(user)
        return frozenset(found)

    def __str__(self) -> str:
        names = (*self.inputs, *self.uses)
        return "\n".join(f"{name} → {', '.join(self.consumers(name))}" for name in names if self.consumers(name))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Where it is shown: the picture, if what draws is installed and it fits a page; the text in any case."""
        shown = {"text/plain": str(self)}
        with suppress(ImportError, ValueError):
            display = import_module("tensorcalc.display")  # looked up when shown: nothing here knows of pictures
            shown["image/svg+xml"] = display.to_svg(display.graph_picture(self.function))
        return shown


def graph_of(function: SymbolicFunction) -> Graph:
    uses = {name: tuple(tensors(line.right)) for name, line in function.definitions.items()}
    return Graph(uses, function.inputs, function.outputs, function)


# ---------------------------------------------------------------- gradients by name


class Gradients:
    """∂l/∂u for the tensors u of a function, each from those of its consumers."""

    def __init__(self, function: SymbolicFunction) -> None:
        self.function, self.graph = function, graph_of(function)
        self.found: dict[tuple[str, str | None], Derivation] = {}
        self.signature = self._signature(function.signature)

    def _signature(self, old: Signature) -> Signature:
        axes = dict(old.axes)
        for name in (*self.function.inputs, *self.function.definitions):
            axes.update({gradient_name(name): old.axes[name], self.total(name): old.axes[name]})
        return replace(old, axes=axes)

    def total(self, name: str) -> str:
        """The name of a gradient; of an output that is used again, the upstream one is only a part of it."""
        again = name in self.function.outputs and self.graph.consumers(name)
        return gradient_name(name) + ("total" if again else "")

    def of(self, name: str, indices: str | None = None) -> Derivation:
        """dl_dname, through the consumers of a tensor."""
        if name not in (*self.function.inputs, *self.function.definitions):
            hint = f"Name one of {', '.join((*self.function.inputs, *self.function.definitions))}."
            raise NotationError("input-unknown", f"there is no tensor {name} here", hint=hint)
        if (name, indices) not in self.found:
            self.found[name, indices] = self._derive(name, indices)
        return self.found[name, indices]

    def _derive(self, name: str, indices: str | None) -> Derivation:
        consumers = [user for user in self.graph.consumers(name) if self.reaches(user)]
        lines = [self.function.definitions[user] for user in consumers]
        free = new_indices(self.signature.axes[name], letters_used(lines), indices)
        start = Line(ex.of_base(Sym(self.total(name), free)), ex.ZERO, free, self.signature)
        chain = Chain(start)
        chain.apply("chain-rule", self._consumed(name, free, consumers))
        chain.start = replace(chain.line)
        chain.close()
        wanted = "".join(idx.name for idx in free)
        for user in consumers:
            stage = Jacobians(self.function, user, name, wanted, direct=True)
            stage.put_in(chain, stage.of(user))
        chain.close()
        finish(chain, self.function)
        return chain.done(self.function)

    def _consumed(self, name: str, free: tuple[Idx, ...], consumers: Sequence[str]) -> Expr:
        """∂l/∂c_i ∂c_i/∂x_p, added over all that is computed from x."""
        terms = []
        if name in self.function.outputs:
            terms.append(Term(factors=(factor(Sym(gradient_name(name), free)),)))
        for user in consumers:
            base = lone(self.function.definitions[user])
            by: dict[Idx, Slot] = {idx: dummy(idx) for idx in base.slots if isinstance(idx, Idx)}
            slots = tuple(by.values())
            stage = Deriv(ex.of_base(Sym(user, slots)), Sym(name, free))
            terms.append(Term(bound=slots, factors=(factor(Sym(self.total(user), slots)), factor(stage))))  # type: ignore[arg-type]
        return Expr(tuple(terms))

    def reaches(self, name: str) -> bool:
        """Whether an output depends on a tensor."""
        return not self.graph.downstream(name).isdisjoint(self.function.outputs)


def gradient_name(name: str) -> str:
    return f"dl_d{name}"


def vjp(function: SymbolicFunction, input: str, indices: str | None = None) -> Derivation:
    """dl_dx through the graph, by name."""
    return Gradients(function).of(input, indices)


# ---------------------------------------------------------------- the backward function


def backward(function: F, wrt: Sequence[str] | str | None = None, save: Sequence[str] = ()) -> F:
    """The statements of all gradients, and of the intermediates they need, as a function."""
    wanted = _wanted(function, wrt)
    for name in save:
        if name not in function.definitions:
            raise NotationError("input-unknown", f"{name} is no intermediate that could be saved")
    gradients = Gradients(function)
    order = [*reversed(function.definitions), *wanted]
    needed = [name for name in order if name in wanted or _on_a_path(gradients, name, wanted)]
    lines = [own_letters(function, gradients.of(name).line, name) for name in needed if _computed(gradients, name)]
    lines = [*recomputed(function, lines, save), *lines]
    upstream = tuple(gradient_name(name) for name in function.outputs)
    return type(function).of_lines(
        [replace(line, signature=gradients.signature) for line in lines],
        inputs=(*function.inputs, *save, *upstream),
        outputs=tuple(gradients.total(name) for name in wanted),
        constants=function.constants,
        name=f"{function.name} backward" if function.name else None,
    )


def _wanted(function: SymbolicFunction, wrt: Sequence[str] | str | None) -> tuple[str, ...]:
    free = tuple(name for name in function.inputs if name not in function.constants)
    wanted = free if wrt is None else (wrt,) if isinstance(wrt, str) else tuple(wrt)
    if not wanted:
        raise NotationError("input-unknown", "there is no input that could be differentiated by")
    for name in wanted:
        if name not in function.inputs:
            hint = f"Its inputs are {', '.join(function.inputs)}."
            raise NotationError("input-unknown", f"there is no input {name}", hint=hint)
    return wanted


def _on_a_path(gradients: Gradients, name: str, wanted: Sequence[str]) -> bool:
    below = any(name in gradients.graph.downstream(one) for one in wanted)
    return below and gradients.reaches(name)


def _computed(gradients: Gradients, name: str) -> bool:
    """An output that nothing uses has the upstream gradient itself."""
    return not (name in gradients.function.outputs and gradients.total(name) == gradient_name(name))


def recomputed(function: SymbolicFunction, lines: Sequence[Line], save: Sequence[str] = ()) -> list[Line]:
    """The forward statements whose values the gradients use, in order."""
    needed: set[str] = {name for line in lines for name in tensors(line.right)} - set(save)
    for name in reversed(function.definitions):
        if name in needed:
            needed |= set(tensors(function.definitions[name].right)) - set(save)
    return [line for name, line in function.definitions.items() if name in needed]


def own_letters(function: SymbolicFunction, line: Line, name: str) -> Line:
    """A gradient with the letters of its tensor's own statement, or of the first place where it is read."""
    letters = _letters(function, name)
    if letters is None:
        return line
    by: dict[Idx, Slot] = {old: replace(old, name=new) for old, new in zip(line.free, letters, strict=True)}
    free = tuple(by[idx] for idx in line.free)
    return replace(line, left=substitute(line.left, by), right=substitute(line.right, by), free=free)  # type: ignore[arg-type]


def _letters(function: SymbolicFunction, name: str) -> tuple[str, ...] | None:
    from .function import bases

    sides = [side for line in function.statements for side in (line.left, line.right)]
    for base in (base for side in sides for base in bases(side)):
        if isinstance(base, Sym) and base.name == name and all(isinstance(slot, Idx) for slot in base.slots):
            found = tuple(slot.name for slot in base.slots)  # type: ignore[union-attr]
            if len(set(found)) == len(found):
                return found
    return None
