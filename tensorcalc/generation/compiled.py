"""A function whose formula is the kernel that runs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..execution import runtime
from ..execution.blocks import LARGEST, empty
from ..execution.device import resident
from ..execution.sizes import letter_of, sizes_of
from ..notation.errors import NotationError
from ..notation.syntax import Fixed
from . import by_numpy, device
from .calls import Call, handed, look, picked, position
from .loading import launched, loaded
from .loops import Kernel
from .lowering import flattened
from .planning import Pass, Plan, plan
from .source import SOURCES, Source

if TYPE_CHECKING:
    from ..execution.functions import Function

_REAL = {np.dtype(np.float32): "f32", np.dtype(np.float64): "f64"}


class CompiledFunction:
    """y = f(x) by kernels that are made from the statements of f; see :meth:`tensorcalc.Function.compile`.

    Attributes
    ----------
    function : the function it was made of
    loops : what the kernels do, in index notation
    source : the Taichi source, which stands alone as a file
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.plan: Plan = plan(function)
        self._entries: dict[np.dtype, Any] = {}
        self._sources: dict[tuple[np.dtype, str], Source] = {}
        self._texts: dict[tuple[np.dtype, str], str] = {}
        flat = [isinstance(step, Pass) and flattened(step.tasks) is not None for step in self.plan.steps]
        self.in_place = flat == [True]  # component by component: an output may be the memory of an input
        self._known: dict[tuple, Call] = {}
        self._last = np.dtype(np.float32)

    inputs = property(lambda self: self.function.inputs)
    outputs = property(lambda self: self.function.outputs)

    @cached_property
    def loops(self) -> Loops:
        return Loops(self._source(self._last).kernels)

    @property
    def source(self) -> str:
        """The source in plain Taichi, for the type that was used last (float32 before the first call)."""
        return self.source_for(self._last)

    @property
    def vector_source(self) -> str:
        """The same loops in the words of the vector blocks: what a CPU runs."""
        return self.source_for(self._last, "vectors")

    @property
    def device_source(self) -> str:
        """The same loops, a row to a block of threads: what a GPU runs."""
        return self.source_for(self._last, "device")

    def source_for(self, dtype: Any, kind: str = "plain") -> str:
        """The source for float32 or float64: ``"plain"``, in ``"vectors"``, or for a ``"device"``."""
        key = np.dtype(dtype), kind
        if key not in self._texts:
            self._texts[key] = self._source(*key).text()
        return self._texts[key]

    def _source(self, dtype: np.dtype, kind: str = "plain") -> Source:
        if (dtype, kind) not in self._sources:
            self._sources[dtype, kind] = SOURCES[kind](self.function, self.plan, _REAL[dtype])
        return self._sources[dtype, kind]

    def __repr__(self) -> str:
        name = self.function.name or ", ".join(self.outputs)
        return f"<compiled function {name} of {', '.join(self.inputs)}>"

    # ------------------------------------------------------------ calling

    def __call__(self, *, out: Any = None, sizes: Mapping[str, int] | None = None, **values: Any) -> Any:
        """Evaluate, as the function itself does.

        Parameters
        ----------
        **values : one array for each input, an integer or integer array for each constant index
        sizes : sizes that no array shows, such as ``{"I": 7}``
        out : an array for the result (a dict of arrays where there are several outputs); where a function works
            component by component it may be an input itself, which is then overwritten

        On a GPU all arrays may also live there, as ``ti.ndarray``: nothing is copied then, and the results stay there,
        but for numbers.

        Returns
        -------
        the output, or a dict in the order of ``outputs`` where there are several

        Raises
        ------
        NotationError : rules ``input-missing``, ``input-unknown``, ``shape``, ``size-missing``, ``index-value``
        ValueError : ``out`` is read-only, shares memory with an input, or an array has more than 2³¹ - 1 elements
        TypeError : ``out`` has another floating-point type
        """
        seen = look(values, sizes)
        known = self._known.get(seen[0]) if seen else None
        if seen and known and runtime.backend() == "cpu":
            returned = known.run(values, seen, out)
            if returned is not None:
                return returned
        if any(map(resident, values.values())):
            return device.called(self, values, sizes, out)
        arrays = self.function._arrays(values)
        found = sizes_of(self.function, arrays, sizes or {})
        dtype = self._dtype(arrays)
        self._check_positions(arrays, found)
        results = self._results(out, found, dtype, arrays)
        self._check_count(arrays, found)
        if runtime.compiles(dtype) and all(array.size for array in (*arrays.values(), *results.values())):
            self._run(dtype, arrays, results, found)
            if seen:
                self._known[seen[0]] = Call(self, dtype, values, found)
        else:
            self._by_numpy(arrays, results, found)
        return self._given_back(results, out)

    def _dtype(self, arrays: Mapping[str, np.ndarray]) -> np.dtype:
        return next((arrays[name].dtype for name in self.inputs), np.dtype(np.float64))

    def _run(self, dtype: np.dtype, arrays: Mapping, results: Mapping, sizes: Mapping[str, int]) -> None:
        given = [handed(arrays[name], dtype) for name in self.inputs]
        given += [position(arrays[name]) for name in self.function.positions]
        laid = {name: _laid(array) for name, array in results.items()}
        given += [laid[name].reshape(1) if laid[name].ndim == 0 else laid[name] for name in self.outputs]
        self._launch(dtype, given, sizes)
        for name, array in laid.items():
            if array is not results[name]:
                np.copyto(results[name], array)

    def _launch(self, dtype: np.dtype, given: list[Any], sizes: Mapping[str, int]) -> None:
        """Run the kernels of the backend on inputs, positions and outputs."""
        kind = "vectors" if runtime.backend() == "cpu" else "device"
        source = self._source(dtype, kind)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations inside Taichi are not the reader's
            if dtype not in self._entries:
                self._entries[dtype] = loaded(self.source_for(dtype, kind), source.entry)
            self._last = dtype
            launched(self._entries[dtype], dtype, [*given, *(int(sizes[k]) for k in dict.fromkeys(source.sizes))])

    def _by_numpy(self, arrays: Mapping, results: Mapping, sizes: Mapping[str, int]) -> None:
        with np.errstate(all="ignore"):
            values = by_numpy.run(self.plan, arrays, sizes, self._dtype(arrays))
        for name, array in results.items():
            np.copyto(array, values[name])

    def _given_back(self, results: dict[str, np.ndarray], out: Any) -> Any:
        if len(self.outputs) > 1:
            return results if out is None else {name: results[name] for name in self.outputs}
        found = results[self.outputs[0]]
        return found if out is not None or found.ndim else found[()]

    # ------------------------------------------------------------ checks

    def _results(self, out: Any, sizes: Mapping[str, int], dtype: np.dtype, arrays: Mapping) -> dict[str, np.ndarray]:
        """Arrays to write into: the caller's, once they are seen to fit, or new ones."""
        axes = self.function.signature.axes
        given = (out or {}) if len(self.outputs) > 1 else {} if out is None else {self.outputs[0]: out}
        found = {}
        for name in self.outputs:
            shape = tuple(sizes[one] for one in axes[name])
            found[name] = self._checked(name, given[name], shape, dtype) if name in given else empty(shape, dtype)
        for name in given:
            self._check_apart(name, found, {**arrays, **{k: v for k, v in found.items() if k != name}})
        return found

    def _checked(self, name: str, array: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        if not isinstance(array, np.ndarray):
            raise TypeError(f"out for {name} must be a NumPy array, not {type(array).__name__}")
        if array.shape != shape:
            raise NotationError("shape", f"out has shape {array.shape}, the result {name} {shape}")
        if array.dtype != dtype:
            raise TypeError(
                f"out for {name} is {array.dtype}, the result is {dtype}: make it by np.empty(…, np.{dtype})"
            )
        if not array.flags.writeable:
            raise ValueError(f"out for {name} is read-only: give an array that can be written, as np.empty makes it")
        return array

    def _check_apart(self, name: str, found: Mapping[str, np.ndarray], others: Mapping[str, Any]) -> None:
        for other, array in others.items():
            if self.in_place and other in self.inputs and _identical(found[name], array):
                continue
            if np.may_share_memory(found[name], array) and np.shares_memory(found[name], array):
                raise ValueError(
                    f"out for {name} shares memory with {other}, which is still read while {name} is written: "
                    f"give another array, or a copy of {other}"
                )

    def _check_count(self, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        shapes = {name: [sizes[one] for one in axes] for name, axes in self.plan.arrays.items()}
        shapes.update({name: list(array.shape) for name, array in arrays.items()})
        for name, shape in shapes.items():
            count = 1
            for size in shape:
                count *= size
            if count > LARGEST:
                raise ValueError(
                    f"{name} has {count:,} elements, more than a kernel counts (2³¹ - 1): compute it in parts"
                )

    def _check_positions(self, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        """Constant and looked-up indices lie inside the axes they stand on."""
        for tensor, axis, name, low, high in _picks(self.function, arrays):
            size = sizes[self.function.signature.axes[tensor][axis]]
            if low < 0 or high >= size:
                letter = letter_of(self.function, tensor, axis)
                found = f"{name} holds {low if low < 0 else high}"
                given = f"an index of {tensor} is outside 0 … {size - 1} (axis {axis}): {found}"
                raise NotationError("index-value", given, index=letter)


class Loops(tuple):
    """The kernels of a function, as loops to read."""

    def __new__(cls, kernels: list[Kernel]) -> Loops:
        return super().__new__(cls, kernels)

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "no loops: products of matrices, or sums at given positions, only"

    __repr__ = __str__


def _picks(function: Function, arrays: Mapping[str, Any]) -> list[tuple[str, int, str, int, int]]:
    """Every axis that a constant stands on: tensor, axis, the constant's name, its least and greatest value."""
    found = []
    for tensor, axis, slot in picked(function):
        if isinstance(slot, Fixed):
            found.append((tensor, axis, str(slot.value), slot.value, slot.value))
        elif arrays[slot.name].size:
            array = arrays[slot.name]
            found.append((tensor, axis, slot.name, int(array.min()), int(array.max())))
    return found


def _identical(array: np.ndarray, other: Any) -> bool:
    """Whether two arrays are the same memory, read in the same way."""
    if not isinstance(other, np.ndarray) or array.dtype != other.dtype or array.strides != other.strides:
        return False
    return array.shape == other.shape and array.ctypes.data == other.ctypes.data


def _laid(array: np.ndarray) -> np.ndarray:
    """The array itself where a kernel can write into it, or one to be copied from."""
    fine = array.flags.c_contiguous and array.flags.aligned and type(array) is np.ndarray
    return array if fine else np.empty(array.shape, array.dtype)
