"""Repeated calls: what was found out about arguments is kept for others that look the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calculus.function import bases
from ..execution.blocks.memory import ALIGNMENT, address, empty
from ..execution.blocks.replays import Replay
from ..notation.expression import Looked, Sym
from ..notation.syntax import Constant, Fixed
from .planning import Pass

if TYPE_CHECKING:
    from ..execution.functions import Function
    from .compiled import CompiledFunction


NUMBERS = (int, float, np.number)
_CONTIGUOUS = 0x101  # in the number of an array's flags: rows lie one after the other, each number in its place


Look = tuple[tuple, list[Any], bool]


def look(values: Mapping[str, Any], sizes: Mapping[str, int] | None) -> Look | None:
    """What is seen of arguments at once; None for a list, a tensor or another kind of array.

    Returns
    -------
    what checks depend on, apart from the values of indices and the place of ``out``; the addresses of arrays, and
    numbers; whether all arrays lie as kernels read them
    """
    looks: list[Any] = []
    places: list[Any] = []
    flags = _CONTIGUOUS
    for value in values.values():
        if type(value) is np.ndarray:
            looks.append((value.shape, value.dtype))
            places.append(address(value))
            flags &= value.flags.num
        elif isinstance(value, NUMBERS):
            looks.append(type(value))
            places.append(value)
        else:
            return None
    return (*values, *looks, *(sizes.items() if sizes else ())), places, flags == _CONTIGUOUS


class Call:
    """Calls with arguments that look like earlier ones: what need not be found out again."""

    def __init__(self, of: CompiledFunction, dtype: np.dtype, values: Mapping[str, Any], sizes: Mapping) -> None:
        self.entry, self.dtype, self.outputs, self.in_place = of._entries[dtype], dtype, of.outputs, of.in_place
        axes = of.function.signature.axes
        self.shapes = {name: tuple(sizes[one] for one in axes[name]) for name in of.outputs}
        self.sizes = [int(sizes[name]) for name in dict.fromkeys(of._source(dtype, "vectors").sizes)]
        self.positions, self.inputs, self.bounds = of.function.positions, of.inputs, _limits(of.function, sizes)
        names = list(values)
        self.order = [names.index(name) for name in (*self.inputs, *self.positions)]
        self.arrays = [k for k, value in enumerate(values.values()) if type(value) is np.ndarray]
        self.arrays += range(len(names), len(names) + len(self.outputs))
        self.replays: dict[tuple[int, ...], Replay | None] = {}  # by how the arrays are aligned
        launches = all(isinstance(step, Pass) for step in of.plan.steps)  # a product of matrices is none
        self.repeats = launches and all(self._as_it_lies(*item) for item in values.items())

    def _as_it_lies(self, name: str, value: Any) -> bool:
        if type(value) is not np.ndarray:
            return True
        return value.ndim > 0 and value.dtype == (self.dtype if name in self.inputs else np.int32)

    def __call__(self, values: Mapping[str, Any], seen: Look, out: Any) -> dict[str, np.ndarray] | None:
        """The outputs; None, and nothing is done, where something has to be looked at again."""
        _, places, contiguous = seen
        results = self._results(out)
        if results is None:
            return None
        given = [*values.values(), *results.values()]
        places = [*places, *map(address, results.values())]
        if out is not None and self._meet(given, places, contiguous):
            return None
        if self.bounds and not self._inside(values):
            return None
        if not (contiguous and self.repeats):
            self._launch(given)
            return results
        alignment = tuple([places[k] % ALIGNMENT for k in self.arrays])
        replay = self.replays.get(alignment)
        if replay is not None:
            replay(places)
            return results
        self._launch(given)
        if alignment not in self.replays:
            self.replays[alignment] = self._replay(given)
        return results

    def _results(self, out: Any) -> dict[str, np.ndarray] | None:
        """Where to write; None where an array of the caller's does not fit at once."""
        if out is None:
            return {name: empty(shape, self.dtype) for name, shape in self.shapes.items()}
        given = out if len(self.outputs) > 1 else {self.outputs[0]: out}
        found: dict[str, np.ndarray] = {}
        for name, shape in self.shapes.items():
            array = given.get(name)
            if array is None:
                array = empty(shape, self.dtype)
            elif type(array) is not np.ndarray or array.shape != shape or array.dtype != self.dtype:
                return None
            if not array.flags.carray:  # contiguous, aligned and writeable
                return None
            found[name] = array
        return found

    def _meet(self, given: list[Any], places: list[Any], contiguous: bool) -> bool:
        """Whether an output shares memory with an input that is not read in the same place, or with another output."""
        inputs = len(given) - len(self.outputs)
        for n in range(inputs, len(given)):
            for k in (k for k in self.arrays if k < n):
                apart = places[n] + given[n].nbytes <= places[k] or places[k] + given[k].nbytes <= places[n]
                if contiguous and (apart or (k < inputs and self._same(given[n], given[k], places[n] - places[k]))):
                    continue
                if contiguous or np.may_share_memory(given[n], given[k]):
                    return True
        return False

    def _same(self, output: np.ndarray, other: np.ndarray, distance: int) -> bool:
        """Whether an output may take the place of this input, component by component."""
        return self.in_place and distance == 0 and output.shape == other.shape and output.dtype == other.dtype

    def _inside(self, values: Mapping[str, Any]) -> bool:
        """Whether every index is one of its axis."""
        return all(low <= np.min(values[k]) and np.max(values[k]) < high for k, (low, high) in self.bounds.items())

    def _launch(self, given: list[Any]) -> None:
        arrays = [one.reshape(1) if one.ndim == 0 else one for one in given[len(given) - len(self.outputs) :]]
        inputs = [handed(given[k], self.dtype) for k in self.order[: len(self.inputs)]]
        looked = [position(given[k]) for k in self.order[len(self.inputs) :]]
        with np.errstate(all="ignore"):
            self.entry(*inputs, *looked, *arrays, *self.sizes)

    def _replay(self, given: list[Any]) -> Replay | None:
        try:
            return Replay(lambda *stand_ins: self._launch(list(stand_ins)), given)
        except LookupError:
            return None


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
    if type(array) is np.ndarray and array.ndim:
        flags = array.flags
        lies_fine = array.dtype == dtype and flags.c_contiguous and flags.aligned
        return array if lies_fine else np.require(array, dtype, ["C", "A"])
    if isinstance(array, NUMBERS) or np.ndim(array) == 0:
        return float(array)
    return np.require(array, dtype, ["C", "A"])


def position(array: Any) -> Any:
    return int(array) if isinstance(array, int) or np.ndim(array) == 0 else np.ascontiguousarray(array, np.int32)


def picked(function: Function) -> Iterator[tuple[str, int, Fixed | Constant | Looked]]:
    """Every place where a single component of an axis is read."""
    for line in function.statements:
        for base in (base for base in bases(line.right) if isinstance(base, Sym)):
            for axis, slot in enumerate(base.slots):
                if isinstance(slot, (Fixed, Constant, Looked)):
                    yield base.name, axis, slot
