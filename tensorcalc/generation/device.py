"""Functions of arrays that live on a GPU: they are read where they are, and the results stay there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..execution import runtime
from ..execution.device import check_there_is_one, dtype_of, new, on_host, refuse_mixed, resident
from ..execution.sizes import sizes_of
from ..notation.errors import NotationError
from .calls import handed, position

if TYPE_CHECKING:
    from .compiled import CompiledFunction


def called(f: CompiledFunction, values: Mapping[str, Any], sizes: Mapping[str, int] | None, out: Any) -> Any:
    """Evaluate a function of arrays that live on a GPU."""
    _check(f, values)
    looks = {name: _look(name, value, name in f.function.positions) for name, value in values.items()}
    arrays = f.function._arrays(looks)
    kinds = {name: looks[name].dtype for name in f.inputs if resident(values[name])}
    if len(set(kinds.values())) > 1:
        given = ", ".join(f"{name} is {kind}" for name, kind in kinds.items())
        raise TypeError(f"arrays on a device are not converted: {given}")
    dtype = next(iter(kinds.values()), f._dtype(arrays))
    if not runtime.compiles(dtype):
        raise TypeError(f"{runtime.backend()} does not compute in {dtype}: copy float32 arrays to the device")
    found = sizes_of(f.function, arrays, sizes or {})
    f._check_positions(arrays, found)
    f._check_count(arrays, found)
    like = next(value for value in values.values() if resident(value))
    results = _results(f, found, dtype, like, out, values)
    inputs = [values[name] if resident(values[name]) else handed(arrays[name], dtype) for name in f.inputs]
    inputs += [values[k] if resident(values[k]) else position(arrays[k]) for k in f.function.positions]
    f._launch(dtype, [*inputs, *results.values()], found)
    back = {name: _back(results[name], f.function.signature.axes[name], out) for name in f.outputs}
    return back if len(back) > 1 else back[f.outputs[0]]


def _check(f: CompiledFunction, values: Mapping[str, Any]) -> None:
    """Everything is on the device, and there is one."""
    there = next(name for name, value in values.items() if resident(value))
    check_there_is_one(there)
    for name in f.inputs:
        if name in values and not resident(values[name]) and np.ndim(values[name]):
            refuse_mixed(name, there)


def _look(name: str, value: Any, indices: bool) -> Any:
    """What the checks see of a value: the shape and type of an array, the numbers of an index."""
    if not resident(value):
        return value
    kind = dtype_of(name, value)
    if indices:
        return on_host(value)
    return np.broadcast_to(np.zeros((), kind), tuple(value.shape))


def _results(f: CompiledFunction, sizes: Mapping, dtype: Any, like: Any, out: Any, values: Mapping) -> dict[str, Any]:
    """The caller's arrays, once they are seen to fit, or new ones."""
    given = {} if out is None else out if len(f.outputs) > 1 else {f.outputs[0]: out}
    found = {}
    for name in f.outputs:
        shape = tuple(sizes[one] for one in f.function.signature.axes[name]) or (1,)
        if 0 in shape:
            raise ValueError(f"{name} has shape {shape}: an empty array cannot live on a device")
        array = given.get(name)
        if array is None:
            array = new(shape, dtype, like)
        elif not resident(array) or tuple(array.shape) != shape or dtype_of(name, array) != dtype:
            raise NotationError("shape", f"out for {name} is to be an array on the device, {dtype}, of shape {shape}")
        found[name] = array
    for name, array in given.items():
        others = [*(v for k, v in values.items() if not f.in_place), *(v for k, v in found.items() if k != name)]
        if any(array is other for other in others):
            raise ValueError(f"out for {name} is read, or written twice, while {name} is computed: give another array")
    return found


def _back(array: Any, axes: tuple[str, ...], out: Any) -> Any:
    """The array; a number comes back to the host, unless the caller has a place for it."""
    return array if axes or out is not None else on_host(array)[0]
