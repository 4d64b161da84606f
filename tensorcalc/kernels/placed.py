"""Arrays that live on a GPU, as the functions of this package see them: with NumPy's words for shapes and types.

Loops take such an array as it lies. Where a function hands them another shape, the numbers are copied there, on the
device. Through this computer's memory go only single numbers, what a function makes itself (a bias of zeros, sorted
indices), and indices, which are checked before anything is read by them.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.device import dtype_of, new, on_host, refuse_mixed, resident
from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

F = TypeVar("F", bound=Callable[..., Any])

PARTS = 1024  # of a sum, each added up by one thread


@kernel
def moved_loops(x, add: int, y):
    """y receives the numbers of x in their order, whatever both shapes; or they are added to what is in it."""
    for i in ti.grouped(y):
        place = 0
        for axis in ti.static(range(len(y.shape))):
            place = place * y.shape[axis] + i[axis]
        at = ti.Vector([0] * len(x.shape), ti.i32)
        for axis in ti.static(range(len(x.shape) - 1, -1, -1)):
            at[axis] = place % x.shape[axis]
            place = place // x.shape[axis]
        if add == 1:
            y[i] += x[at]
        else:
            y[i] = x[at]


@kernel
def sums_loops(x, parts):
    for n in range(parts.shape[0]):
        parts_n = 0.0
        for k in range((x.shape[0] - n + parts.shape[0] - 1) // parts.shape[0]):
            parts_n += x[n + k * parts.shape[0]]
        parts[n] = parts_n


class Placed:
    """An array on a device, seen in a shape that need not be its own."""

    def __init__(self, base: Any, shape: tuple[int, ...] | None = None, name: str = "an array") -> None:
        self.base, self.shape = base, tuple(base.shape) if shape is None else shape
        self.dtype = dtype_of(name, base)

    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: math.prod(self.shape))

    def __len__(self) -> int:
        return self.shape[0]

    def reshape(self, *shape: Any) -> Placed:
        shape = shape[0] if isinstance(shape[0], tuple) else shape
        return Placed(self.base, (self.size,) if shape == (-1,) else shape)

    def transpose(self, order: Sequence[int]) -> Placed:
        """What np.moveaxis asks for."""
        if list(order) != list(range(self.ndim)):
            raise TypeError(
                f"the axes of an array on a device stay in their order; for x of shape {self.shape} another one is "
                "needed: choose the axis that loops run along (the last one for softmax, axis=1 for channels), or "
                "take the compiled function of tensorcalc.layers"
            )
        return self

    def astype(self, dtype: Any, copy: bool = False) -> Placed:
        if dtype != self.dtype:
            raise TypeError(f"arrays on a device are not converted: this one is {self.dtype}, the others are {dtype}")
        return self

    def sum(self) -> Any:
        parts = self.like((min(self.size, PARTS),))
        sums_loops(self.reshape(-1).array(), parts)
        return on_host(parts).sum()

    def mean(self) -> Any:
        return self.sum() / self.dtype.type(self.size)

    def like(self, shape: tuple[int, ...]) -> Any:
        """A new array beside this one."""
        return new(shape, self.dtype, self.base)

    def array(self) -> Any:
        """The array in this shape: itself, or from now on a copy; a number where there is no axis."""
        if not self.shape:
            return on_host(self.base).reshape(-1)[0]
        if tuple(self.base.shape) != self.shape:
            copy = self.like(self.shape)
            moved_loops(self.base, 0, copy)
            self.base = copy
        return self.base

    def receive(self, found: Any, add: bool = False) -> None:
        """Write the numbers of another array, or add them."""
        if found is not self.base:
            moved_loops(found, int(add), self.base)


def filled(like: Any, value: Any) -> Any:
    """An array of one number, of the shape of `like` and beside it."""
    if not isinstance(like, Placed):
        return np.full(like.shape, value)
    array = like.like(like.shape)
    array.fill(value) if hasattr(array, "fill") else array.fill_(float(value))
    return Placed(array)


def scratch(like: Any, *shape: int) -> Any:
    """An array of arbitrary content for loops, of the type of the array `like` and beside it."""
    return new(shape, dtype_of("it", like), like) if resident(like) else np.empty(shape, like.dtype)


def anywhere(function: F) -> F:
    """The same function, which on a GPU takes arrays that live there too; then its results live there, but for numbers.

    All of its arrays of floating-point numbers live there then; indices may be in either memory.
    """
    there, backend = _there, runtime.backend

    def call(*args: Any, **kwargs: Any) -> Any:
        if backend() in ("cpu", "numpy"):
            return function(*args, **kwargs)
        return there(function, args, kwargs)

    # A function with the globals of its module is one that doctest finds there.
    found = FunctionType(call.__code__, function.__globals__, function.__name__, None, call.__closure__)
    return functools.wraps(function)(found)  # type: ignore[return-value]


def _there(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    bound = inspect.signature(function).bind(*args, **kwargs)
    given = bound.arguments
    leaves = [leaf for name, value in given.items() for leaf in _leaves(name, value)]
    first = next((name for name, value in leaves if resident(value)), None)
    if first is None:
        return function(*args, **kwargs)
    for name, value in leaves:
        if resident(value):
            _check(name, value)
        elif np.ndim(value) and np.asarray(value).dtype.kind == "f":
            refuse_mixed(name, first)
    for name, value in given.items():
        given[name] = _mapped(_place, value, name)
    found = function(*bound.args, **bound.kwargs)
    return _mapped(lambda _, value: value.array() if isinstance(value, Placed) else value, found)


def _check(name: str, value: Any) -> None:
    dtype = dtype_of(name, value)
    if dtype.kind == "f" and not runtime.compiles(dtype):
        raise TypeError(f"{runtime.backend()} does not compute in {dtype}: copy float32 arrays to the device")
    if not tuple(value.shape):
        raise TypeError(f"{name} lives on a device and has no axis: hand in the number itself")


def _place(name: str, value: Any) -> Any:
    return Placed(value, name=name) if resident(value) else value


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What an argument consists of: an array, the arrays of a tuple, or those of a cache with their names."""
    if isinstance(value, tuple):
        names = getattr(value, "_fields", [f"{name}[{n}]" for n in range(len(value))])
        for part, one in zip(names, value, strict=True):
            yield from _leaves(part, one)
    else:
        yield name, value


def _mapped(change: Callable[[str, Any], Any], value: Any, name: str = "") -> Any:
    """The same tuples with changed leaves."""
    if not isinstance(value, tuple):
        return change(name, value)
    fields = getattr(value, "_fields", None)
    parts = [_mapped(change, one, part) for part, one in zip(fields or [name] * len(value), value, strict=True)]
    return type(value)(*parts) if fields else tuple(parts)


def launched(
    loops: Callable[..., None],
    inputs: Sequence[Any],
    shapes: Sequence[tuple[int, ...]],
    targets: Sequence[Placed | None],
    accumulate: bool,
    folded: Sequence[tuple[int, ...]],
) -> tuple[Placed, ...]:
    """The outputs of loops over arrays on a device, in the caller's arrays where there are some."""
    given = [one.array() if isinstance(one, Placed) else one for one in inputs]
    like = next(one for one in inputs if isinstance(one, Placed))
    found = []
    for target, shape in zip(targets, folded, strict=True):
        read = target is None or accumulate or any(target.base is one for one in given)
        direct = not read and tuple(target.base.shape) == tuple(shape)  # type: ignore[union-attr]
        found.append(target.base if direct else like.like(tuple(shape)))  # type: ignore[union-attr]
    loops(*given, *found)
    for target, array in zip(targets, found, strict=True):
        if target is not None:
            target.receive(array, accumulate)
    pairs = zip(targets, found, shapes, strict=True)
    return tuple(Placed(array, shape) if target is None else target for target, array, shape in pairs)
