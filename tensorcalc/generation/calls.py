"""Repeated calls: what was found out about arguments is kept for others that look the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calculus.function import bases
from ..execution.blocks import empty
from ..notation.expression import Looked, Sym
from ..notation.syntax import Constant, Fixed

if TYPE_CHECKING:
    from ..execution.functions import Function
    from .compiled import CompiledFunction


class Call:
    """Calls with arguments that look like earlier ones: what need not be found out again."""

    def __init__(self, of: CompiledFunction, dtype: np.dtype, values: Mapping[str, Any], sizes: Mapping) -> None:
        self.entry, self.dtype, self.outputs = of._entries[dtype], dtype, of.outputs
        axes = of.function.signature.axes
        self.shapes = {name: tuple(sizes[one] for one in axes[name]) for name in of.outputs}
        self.sizes = [int(sizes[name]) for name in dict.fromkeys(of._source(dtype, True).sizes)]
        self.positions, self.inputs, self.bounds = of.function.positions, of.inputs, _limits(of.function, sizes)

    def results(self, out: Any, values: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
        """Where to write; None where something has to be looked at again."""
        given = {} if out is None else out if len(self.outputs) > 1 else {self.outputs[0]: out}
        found: dict[str, np.ndarray] = {}
        for name, shape in self.shapes.items():
            array = given.get(name)
            if array is None:
                array = empty(shape, self.dtype)
            elif not _plain(array, shape, self.dtype) or any(
                _meet(array, v) for v in (*values.values(), *found.values())
            ):
                return None
            found[name] = array
        fits = all(low <= np.min(values[k]) and np.max(values[k]) < high for k, (low, high) in self.bounds.items())
        return found if fits else None

    def launch(self, values: Mapping[str, Any], results: Mapping[str, np.ndarray]) -> None:
        given = [handed(values[name], self.dtype) for name in self.inputs]
        given += [position(values[name]) for name in self.positions]
        given += [array if array.ndim else array.reshape(1) for array in results.values()]
        self.entry(*given, *self.sizes)


def _plain(array: Any, shape: tuple[int, ...], dtype: np.dtype) -> bool:
    fine = type(array) is np.ndarray and array.shape == shape and array.dtype == dtype
    return fine and array.flags.c_contiguous and array.flags.aligned and array.flags.writeable


def _meet(array: np.ndarray, other: Any) -> bool:
    return type(other) is np.ndarray and np.may_share_memory(array, other)


def _limits(function: Function, sizes: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Where the values of constant and looked-up indices have to lie."""
    axes, found = function.signature.axes, dict[str, tuple[int, int]]()
    for tensor, axis, slot in picked(function):
        if not isinstance(slot, Fixed):
            size = sizes[axes[tensor][axis]]
            found[slot.name] = 0, min(size, found.get(slot.name, (0, size))[1])
    return found


def handed(array: Any, dtype: np.dtype) -> Any:
    """An array as it lies in memory where that can be read; a scalar as a number."""
    if type(array) is not np.ndarray:
        return float(array) if np.ndim(array) == 0 else np.require(array, dtype, ["C", "A"])
    if array.ndim == 0:
        return float(array)
    lies_fine = array.dtype == dtype and array.flags.c_contiguous and array.flags.aligned
    return array if lies_fine else np.require(array, dtype, ["C", "A"])


def position(array: Any) -> Any:
    return int(array) if np.ndim(array) == 0 else np.ascontiguousarray(array, np.int32)


def picked(function: Function) -> Iterator[tuple[str, int, Fixed | Constant | Looked]]:
    """Every place where a single component of an axis is read."""
    for line in function.statements:
        for base in (base for base in bases(line.right) if isinstance(base, Sym)):
            for axis, slot in enumerate(base.slots):
                if isinstance(slot, (Fixed, Constant, Looked)):
                    yield base.name, axis, slot
