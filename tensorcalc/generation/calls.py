"""Repeated calls: what was found out about arguments is kept for others that look the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calculus.function import bases
from ..execution.blocks.memory import ALIGNMENT, address, allocation
from ..execution.blocks.replays import Replay
from ..notation.expression import Looked, Sym
from ..notation.syntax import Constant, Fixed
from .nodes import ONE
from .planning import Product

if TYPE_CHECKING:
    from ..execution.functions import Function
    from .compiled import CompiledFunction


NUMBERS = (int, float, np.number)
MOST = 32  # ways in which arrays of one shape lie: for others each call finds out what to launch
_CONTIGUOUS = 0x101  # in the number of an array's flags: rows lie one after the other, each number in its place

Look = tuple[tuple, list[Any], bool, bool]
Placed = tuple[np.ndarray, int]  # an array and its address


def look(values: Mapping[str, Any], sizes: Mapping[str, int] | None) -> Look | None:
    """What is seen of arguments at once; None for a list, a tensor or another kind of array.

    Returns
    -------
    what checks depend on, apart from the values of indices and the place of ``out``; the addresses of arrays, and
    numbers; whether all arrays lie as kernels read them; whether all lie at multiples of 64 bytes
    """
    looks: list[Any] = [*values]
    places: list[Any] = []
    flags, bits = _CONTIGUOUS, 0
    for value in values.values():
        if type(value) is np.ndarray:
            place = address(value)
            looks += value.shape, value.dtype
            places.append(place)
            flags &= value.flags.num
            bits |= place
        elif isinstance(value, NUMBERS):
            looks.append(type(value))
            places.append(value)
        else:
            return None
    key = (*looks, *sizes.items()) if sizes else tuple(looks)
    return key, places, flags == _CONTIGUOUS, not bits % ALIGNMENT


class Call:
    """Calls with arguments that look like earlier ones: what need not be found out again."""

    def __init__(self, of: CompiledFunction, dtype: np.dtype, values: Mapping[str, Any], sizes: Mapping) -> None:
        self.entry, self.dtype, self.outputs, self.in_place = of._entries[dtype], dtype, of.outputs, of.in_place
        axes = of.function.signature.axes
        self.shapes = [tuple(sizes[one] for one in axes[name]) for name in of.outputs]
        self.new = [allocation(shape, dtype) for shape in self.shapes]
        self.sizes = [int(sizes[name]) for name in dict.fromkeys(of._source(dtype, "vectors").sizes)]
        self.positions, self.inputs, self.bounds = of.function.positions, of.inputs, _limits(of.function, sizes)
        names = list(values)
        self.order = [names.index(name) for name in (*self.inputs, *self.positions)]
        self.arrays = [k for k, value in enumerate(values.values()) if type(value) is np.ndarray]
        self.arrays += range(len(names), len(names) + len(self.outputs))
        kinds = [(*np.shape(value), np.dtype(getattr(value, "dtype", float)).itemsize) for value in values.values()]
        self.nbytes = [math.prod(one) for one in (*kinds, *((*shape, dtype.itemsize) for shape in self.shapes))]
        self.picks = [k for k in self.arrays if k < len(names) and names[k] in self.positions]
        self.replays: dict[tuple[int, ...], Replay | None] = {}  # by how the arrays are aligned
        self.usual: Replay | None = None  # for new results and arrays at multiples of 64 bytes, if that is all to see
        self.direct = all(self._as_it_lies(*item) for item in values.items())
        products = [step for step in of.plan.steps if isinstance(step, Product)]
        self.products = len(products)
        self.scaled = any(step.coef is not ONE or step.delta for step in products)  # by NumPy: no replay knows of it

    def _as_it_lies(self, name: str, value: Any) -> bool:
        """Whether kernels take it as it is, once it is contiguous; indices are made 32 bits wide."""
        if type(value) is not np.ndarray:
            return True
        return value.ndim > 0 and (value.dtype == self.dtype or name in self.positions)

    def run(self, values: Mapping[str, Any], seen: Look, out: Any) -> Any:
        """What the function returns; None, and nothing is done, where something has to be looked at again."""
        _, places, contiguous, aligned = seen
        usual = self.usual if aligned and contiguous else None
        if usual is not None and out is None:
            return self._again(places, usual)
        results = [make() for make in self.new] if out is None else self._given(out)
        if results is None or (self.bounds and not self._inside(values)):
            return None
        for _, place in results:
            places.append(place)
        if out is not None and self._meet(values, places, results, contiguous):
            return None
        if usual is not None and not any(place % ALIGNMENT for _, place in results):
            usual(places)
            return self._returned(results, out)
        if self.direct and contiguous:
            self._repeated(values, places, results, () if aligned and out is None else self._alignment(places))
        else:
            self._launch([*values.values(), *(array for array, _ in results)])
        return self._returned(results, out)

    def _returned(self, results: list[Placed], out: Any) -> Any:
        if len(results) > 1:
            return {name: array for name, (array, _) in zip(self.outputs, results, strict=True)}
        found = results[0][0]
        return found if out is not None or self.shapes[0] else found[()]

    def _again(self, places: list[Any], replay: Replay) -> Any:
        """The same launches on arrays that lie as ever: nothing is left to be found out."""
        if len(self.new) > 1:
            return self._again_several(places, replay)
        array, place = self.new[0]()
        places.append(place)
        replay(places)
        return array if self.shapes[0] else array[()]

    def _again_several(self, places: list[Any], replay: Replay) -> dict[str, np.ndarray]:
        results = {}
        for name, make in zip(self.outputs, self.new, strict=True):
            results[name], place = make()
            places.append(place)
        replay(places)
        return results

    def _given(self, out: Any) -> list[Placed] | None:
        """Where to write; None where an array of the caller's does not fit at once."""
        given = out if len(self.outputs) > 1 else {self.outputs[0]: out}
        found: list[Placed] = []
        for name, shape, make in zip(self.outputs, self.shapes, self.new, strict=True):
            array = given.get(name)
            if array is None:
                found.append(make())
                continue
            if type(array) is not np.ndarray or array.shape != shape or array.dtype != self.dtype:
                return None
            if not array.flags.carray:  # contiguous, aligned and writeable
                return None
            found.append((array, address(array)))
        return found

    def _meet(self, values: Mapping[str, Any], places: list[Any], results: list[Placed], contiguous: bool) -> bool:
        """Whether an output shares memory with an input that is not read in the same place, or with another output."""
        first = len(values)
        for n in range(first, len(places)):
            start, end = places[n], places[n] + self.nbytes[n]
            for k in self.arrays:
                if k >= n or (contiguous and (end <= places[k] or places[k] + self.nbytes[k] <= start)):
                    continue
                given = [*values.values(), *(array for array, _ in results)]
                if contiguous and k < first and self._same(given[n], given[k], start - places[k]):
                    continue
                if contiguous or np.may_share_memory(given[n], given[k]):
                    return True
        return False

    def _same(self, output: np.ndarray, other: np.ndarray, distance: int) -> bool:
        """Whether an output may take the place of this input, component by component."""
        return self.in_place and distance == 0 and output.shape == other.shape and output.dtype == other.dtype

    def _inside(self, values: Mapping[str, Any]) -> bool:
        """Whether every index is one of its axis: a negative one is large where its sign is read as a digit."""
        for name, size in self.bounds.items():
            value = values[name]
            if type(value) is np.ndarray:
                value = np.maximum.reduce(value.view(value.dtype.str.replace("i", "u")), axis=None)
            if not 0 <= value < size:
                return False
        return True

    # ------------------------------------------------------------ launching

    def _alignment(self, places: list[Any]) -> tuple[int, ...]:
        """How the arrays lie whose numbers may be taken in vectors; empty where all lie at multiples of 64 bytes.

        What counts is the largest power of two that divides an address.
        """
        found = tuple([places[k] & -places[k] & (ALIGNMENT - 1) for k in self.arrays if k not in self.picks])
        return found if any(found) else ()

    def _repeated(self, values: Mapping[str, Any], places: list[Any], results: list[Placed], key: tuple) -> None:
        replay = self.replays.get(key)
        if replay is not None and not self.products and not self.picks:
            replay(places)
            return
        given = [*values.values(), *(array for array, _ in results)]
        for k in self.picks:
            given[k] = given[k].astype(np.int32, copy=False)
            places[k] = address(given[k])
        if replay is None:
            self._enter(given)
        elif self.products:
            with np.errstate(all="ignore"):
                replay(places, given)
        else:
            replay(places)
        if key not in self.replays and len(self.replays) < MOST:
            self.replays[key] = self._replay(given)
            self.usual = None if self.picks or self.bounds or self.products else self.replays.get(())

    def _launch(self, given: list[Any]) -> None:
        """Run it all on arrays of any kind."""
        for k in self.order[: len(self.inputs)]:
            given[k] = handed(given[k], self.dtype)
        for k in self.order[len(self.inputs) :]:
            given[k] = position(given[k])
        self._enter(given)

    def _enter(self, given: list[Any]) -> None:
        """Run it all on arrays as they lie."""
        arrays = [one.reshape(1) if one.ndim == 0 else one for one in given[len(given) - len(self.outputs) :]]
        chosen, count = [given[k] for k in self.order], len(self.inputs)
        inputs = [one if isinstance(one, np.ndarray) else float(one) for one in chosen[:count]]
        looked = [one if isinstance(one, np.ndarray) else int(one) for one in chosen[count:]]
        with np.errstate(all="ignore"):
            self.entry(*inputs, *looked, *arrays, *self.sizes)

    def _replay(self, given: list[Any]) -> Replay | None:
        if self.scaled:
            return None
        try:
            return Replay(lambda *stand_ins: self._enter(list(stand_ins)), given, self.products)
        except LookupError:
            return None


def _limits(function: Function, sizes: Mapping[str, int]) -> dict[str, int]:
    """Below what the values of constant and looked-up indices have to lie."""
    axes, found = function.signature.axes, dict[str, int]()
    for tensor, axis, slot in picked(function):
        if not isinstance(slot, Fixed):
            size = sizes[axes[tensor][axis]]
            found[slot.name] = min(size, found.get(slot.name, size))
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
