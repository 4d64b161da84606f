"""A function and its derived backward function as one operation of PyTorch, on the memory of its CPU tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calculus.function import bases
from ..notation.building import binders
from ..notation.errors import NotationError
from ..notation.expression import Fn

if TYPE_CHECKING:
    from ..execution.functions import Function
    from .compiled import CompiledFunction


def torch_function(function: Function, save: Sequence[str] | None = None) -> Any:
    """See :meth:`tensorcalc.Function.to_torch`."""
    try:
        import torch
    except ModuleNotFoundError:
        raise RuntimeError("to_torch needs PyTorch, which is not installed here: pip install torch") from None
    operation = _Operation(function, worth_saving(function) if save is None else tuple(save))

    class Generated(torch.autograd.Function):
        """The forward function and the derived backward function."""

        @staticmethod
        def forward(ctx: Any, *values: Any) -> Any:
            results, saved = operation.forward(values)
            given = [torch.from_numpy(one) for one in saved]
            ctx.numbers = [None if isinstance(v, torch.Tensor) else v for v in values]
            ctx.save_for_backward(*(v for v in values if isinstance(v, torch.Tensor)), *given)
            found = tuple(torch.from_numpy(one) for one in results)
            return found if len(found) > 1 else found[0]

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, *upstream: Any) -> Any:
            tensors = list(ctx.saved_tensors)
            values = [tensors.pop(0) if number is None else number for number in ctx.numbers]
            wanted = [name for name, need in zip(operation.arguments, ctx.needs_input_grad, strict=True) if need]
            found = operation.backward(values, tensors, upstream, tuple(wanted))
            return tuple(torch.from_numpy(found[k]) if k in found else None for k in operation.arguments)

    Generated.__name__ = Generated.__qualname__ = (function.name or "generated").replace(" ", "_")
    return Generated


def worth_saving(function: Function) -> tuple[str, ...]:
    """Intermediates that the backward function needs and that cost a pass over the data: those that are sums.

    What is computed component by component is computed again where it is used, which costs no memory traffic. Sums of
    exponentials are computed again as well: only together with their terms can the largest one be taken out.
    """
    again = set(function.backward().definitions)
    found = []
    for name, line in function.definitions.items():
        exponentials = any(isinstance(base, Fn) and base.name == "exp" for base in _all_of(function, name))
        if name in again and name not in function.outputs and any(binders(line.right)) and not exponentials:
            found.append(name)
    return tuple(found)


def _all_of(function: Function, name: str) -> list:
    """Every factor that a tensor is computed from."""
    found = list(bases(function.definitions[name].right))
    for used in dict.fromkeys(getattr(base, "name", "") for base in found[:]):
        if used in function.definitions and used != name:
            found += _all_of(function, used)
    return found


class _Operation:
    def __init__(self, function: Function, saved: tuple[str, ...]) -> None:
        self.function, self.saved = function, saved
        self.arguments = (*function.inputs, *function.positions)
        outputs = (*function.outputs, *saved)
        whole = type(function).of_lines(
            function.statements, function.inputs, outputs, function.constants, function.name
        )
        self.compiled = whole.compile()
        self.backwards: dict[tuple[str, ...], CompiledFunction] = {}

    def forward(self, values: Sequence[Any]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        if len(values) != len(self.arguments):
            given = f"{len(values)} values are given for {', '.join(self.arguments)}"
            raise NotationError("input-missing", given, hint="Give one for each, in this order.")
        found = self.compiled(**{name: _memory(name, v) for name, v in zip(self.arguments, values, strict=True)})
        arrays = list(found.values()) if isinstance(found, dict) else [found]
        count = len(self.function.outputs)
        return [np.asarray(one) for one in arrays[:count]], [np.asarray(one) for one in arrays[count:]]

    def backward(
        self, values: Sequence[Any], saved: Sequence[Any], upstream: Sequence[Any], wanted: tuple[str, ...]
    ) -> dict[str, np.ndarray]:
        if wanted not in self.backwards:
            self.backwards[wanted] = self.function.backward(wrt=wanted, save=self.saved).compile()
        f = self.backwards[wanted]
        known = dict(zip((*self.arguments, *self.saved), (*values, *saved), strict=True))
        known |= {f"dl_d{name}": one for name, one in zip(self.function.outputs, upstream, strict=True)}
        needed = (*f.inputs, *f.function.positions)
        found = f(**{name: _memory(name, known[name]) for name in needed})
        gradients = found.values() if isinstance(found, dict) else [found]
        return {name: np.asarray(one) for name, one in zip(wanted, gradients, strict=True)}


def _memory(name: str, value: Any) -> Any:
    """The array that a tensor holds, not a copy of it; a number as it is."""
    if not hasattr(value, "detach"):
        return value
    if value.device.type != "cpu":
        raise ValueError(f"{name} is on {value.device}: the kernels compute on CPU tensors, pass {name}.cpu()")
    return value.detach().numpy()
