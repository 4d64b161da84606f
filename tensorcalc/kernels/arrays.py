"""What every kernel function asks of its arguments, and where its results go."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.blocks import LARGEST, empty
from tensorcalc.execution.device import check_there_is_one, on_host, resident

from .placed import Placed, launched

BLAS_ABOVE = 2**18  # multiply-adds; loops cannot keep up with a tuned product of matrices beyond that

_FLOATS = frozenset(map(np.dtype, (np.float32, np.float64)))

Shape = tuple[int, ...]


def floats(**arrays: Any) -> tuple[Any, ...]:
    """The named arguments as arrays of one floating-point type, the one that NumPy would compute in.

    Integers become float64; float16, complex numbers and anything else is a TypeError.
    """
    first = next(iter(arrays.values())).dtype if all(type(array) is np.ndarray for array in arrays.values()) else None
    if first in _FLOATS and all(array.dtype == first for array in arrays.values()):
        return tuple(arrays.values())
    for name, array in arrays.items():
        if resident(array):
            check_there_is_one(name)
            raise TypeError(
                f"{name} lives on a device, where this function does not compute: copy it by {name}.to_numpy(), "
                "or state its formula and compile it, tc.function('…').compile()"
            )
    there = next((array for array in arrays.values() if isinstance(array, Placed)), None)
    if there is not None:
        return tuple(_beside(there, name, array) for name, array in arrays.items())
    given = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in given.items():
        if array.dtype.kind not in "iub" and array.dtype.newbyteorder("=") not in (np.float32, np.float64):
            raise TypeError(f"{name} is {array.dtype}: kernels compute in float32 and float64, so convert it first")
    common = np.result_type(*given.values()).newbyteorder("=")
    dtype = common if common.kind == "f" else np.dtype(np.float64)
    return tuple(np.asarray(array, dtype) for array in given.values())


def _beside(there: Placed, name: str, array: Any) -> Any:
    """An array on a device as it lies, of the one type; a number as NumPy's."""
    if not isinstance(array, Placed):
        return np.asarray(array, there.dtype)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} is {array.dtype}, and arrays on a device are not converted: copy float32 there")
    return array.astype(there.dtype)


def numbers(array: Any) -> np.ndarray:
    """An array that this computer can look into: a copy, where it lives on a device."""
    return on_host(array.array()) if isinstance(array, Placed) else np.asarray(array)


def integers(name: str, given: Any, below: int) -> Any:
    """An array of positions 0 … below - 1, as the 32-bit integers that loops count in."""
    array = numbers(given)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"{name} is {array.dtype}; positions are integers")
    outside = np.argwhere((array < 0) | (array >= below))
    if len(outside):
        at = tuple(map(int, outside[0]))
        raise ValueError(f"{name}[{', '.join(map(str, at))}] is {array[at]}, outside 0 … {below - 1}")
    return given if isinstance(given, Placed) else array.astype(np.int32)


def upstream(dy: Any, shape: Shape, dtype: np.dtype) -> np.ndarray:
    """The upstream gradient ∂l/∂y, which has the shape of y and is computed with in the type of y."""
    (dy,) = floats(dy=dy)
    if dy.shape != shape:
        raise ValueError(f"dy has shape {dy.shape}; the upstream gradient has the shape of y, which is {shape}")
    return dy.astype(dtype, copy=False)


def compiled(*arrays: np.ndarray) -> bool:
    """Whether Taichi computes on these arrays; NumPy takes the empty ones and those too large to count in 32 bits."""
    return runtime.compiles(arrays[0].dtype) and all(0 < array.size <= LARGEST for array in arrays)


def fastest(vectors: Callable[..., None], loops: Callable[..., None]) -> Callable[..., None]:
    """Vectors of lanes are the CPU's; elsewhere plain loops are compiled."""
    return vectors if runtime.backend() == "cpu" else loops


def rows(x: np.ndarray) -> np.ndarray:
    """x (..., H) as a matrix (B, H); the number of rows is spelled out since an empty array does not tell it."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def launch(
    loops: Callable[..., None],
    formula: Callable[..., Any],
    inputs: Sequence[Any],
    shapes: Sequence[Shape],
    out: Any = None,
    accumulate: bool = False,
    folded: Sequence[Shape] | None = None,
    work: int = 0,
    blas: Callable[..., None] | None = None,
) -> tuple[Any, ...]:
    """Arrays of the given shapes, by ``loops(*inputs, *outputs)``, or by ``formula(*inputs)`` where NumPy computes.

    Parameters
    ----------
    inputs : arrays and numbers; the first is an array of the type to compute in
    shapes : of the outputs, as the caller wants them
    out : an array, or a tuple with an array or None for each output, which receives them
    accumulate : whether they are added to what is in `out`
    folded : the shapes in which the loops want the outputs, where they differ
    work : the number of multiply-adds where the formula is made of products of matrices
    blas : takes the place of the loops where this is a large number; else the formula does
    """
    dtype = inputs[0].dtype
    targets = _targets(out, shapes, dtype, accumulate)
    folded = list(folded or shapes)
    if any(isinstance(array, Placed) for array in inputs):
        return launched(loops, inputs, shapes, targets, accumulate, folded)
    given = [array for array in inputs if isinstance(array, np.ndarray)]
    by_blas = work > BLAS_ABOVE and runtime.backend() == "cpu"
    if by_blas and blas is not None:
        loops, by_blas = blas, False
    if compiled(*given) and all(0 < math.prod(shape) <= LARGEST for shape in shapes) and not by_blas:
        found = [
            target.reshape(shape) if _direct(target, given) and not accumulate else empty(shape, dtype)
            for target, shape in zip(targets, folded, strict=True)
        ]
        with np.errstate(all="ignore"):  # what is not finite passes through without a word
            loops(*(inputs if loops is blas else map(_lying, inputs)), *found)
    else:
        with np.errstate(all="ignore"):
            result = formula(*inputs)
        found = list(result) if isinstance(result, tuple) else [result]
    return tuple(_deliver(*each, accumulate) for each in zip(found, shapes, targets, strict=True))


def _targets(out: Any, shapes: Sequence[Shape], dtype: np.dtype, accumulate: bool) -> tuple[Any, ...]:
    """One array or None for each output, checked before anything is computed."""
    targets = out if isinstance(out, tuple) else (out,) * len(shapes) if out is None else (out,)
    if len(targets) != len(shapes):
        raise ValueError(f"out has {len(targets)} arrays; there are {len(shapes)} results")
    for target, shape in zip(targets, shapes, strict=True):
        if target is None:
            continue
        if not isinstance(target, (np.ndarray, Placed)) or target.shape != shape or target.dtype != dtype:
            known = isinstance(target, (np.ndarray, Placed))
            kind = f"{target.dtype} {target.shape}" if known else type(target).__name__
            raise ValueError(f"out is {kind}; the result is {dtype} {shape}")
        if isinstance(target, np.ndarray) and not target.flags.writeable:
            raise ValueError("out is read-only")
    if accumulate and all(target is None for target in targets):
        raise ValueError("accumulate=True adds to existing gradients: hand them in as out=")
    return targets


def _direct(target: np.ndarray | None, inputs: Sequence[np.ndarray]) -> bool:
    """Whether loops can store into an array as it lies, without overwriting what they still read."""
    if target is None or not (target.flags.c_contiguous and target.flags.aligned):
        return False
    return not any(np.may_share_memory(target, array) for array in inputs)


def _lying(given: Any) -> Any:
    """An array as loops read it: its rows one after the other, its numbers in their places."""
    if not isinstance(given, np.ndarray) or (given.flags.c_contiguous and given.flags.aligned):
        return given
    return np.require(given, requirements=["C", "A"])


def _deliver(found: Any, shape: Shape, target: np.ndarray | None, accumulate: bool) -> np.ndarray:
    found = np.asarray(found).reshape(shape)
    if target is None:
        return found
    if accumulate:
        target += found
    elif not np.shares_memory(found, target):
        target[...] = found
    return target
