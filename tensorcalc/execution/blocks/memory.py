"""Memory that vector code may touch: aligned allocation, and every check of an array whose address is handed on."""

import ctypes
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

ALIGNMENT = 64  # bytes: a cache line, and the widest vector
LARGEST = 2**31 - 1  # elements: compiled loops count in 32 bits
DTYPES = tuple(map(np.dtype, (np.float32, np.float64, np.int32, np.int64)))


class Region(NamedTuple):
    """Where an array lies: what compiled code needs to know of it, read from NumPy in one go."""

    address: int
    nbytes: int
    shape: tuple[int, ...]
    dtype: np.dtype
    contiguous: bool
    writeable: bool


def region(array: np.ndarray) -> Region:
    """Where `array` lies."""
    flags = array.flags
    return Region(address(array), array.nbytes, array.shape, array.dtype, flags.c_contiguous, flags.writeable)


def _told_address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _read_address(array: np.ndarray) -> int:
    """The same in a fifth of the time: the pointer is the first field that NumPy adds to a Python object."""
    return _pointer(id(array) + _FIRST_FIELD).value or 0


_pointer = ctypes.c_void_p.from_address
_FIRST_FIELD = object.__basicsize__
_samples: list[np.ndarray] = [np.zeros(3), np.zeros((2, 5), np.float32)[1:, 2:]]
_plain = sys.implementation.name == "cpython" and all(_told_address(a) == _read_address(a) for a in _samples)
address = _read_address if _plain else _told_address
"""The place of an array's first element."""


def empty(shape: int | tuple[int, ...], dtype: Any = np.float32) -> np.ndarray:
    """An array of arbitrary content whose first element lies at a multiple of 64 bytes (NumPy's own: 16).

    Parameters
    ----------
    shape : int or tuple of ints
    dtype : float32 by default

    Returns
    -------
    array, contiguous

    Examples
    --------
    >>> empty((3, 5)).__array_interface__["data"][0] % 64
    0
    """
    dtype = np.dtype(dtype)
    count = shape if isinstance(shape, int) else math.prod(shape)
    buffer = np.empty(count * dtype.itemsize + ALIGNMENT, np.uint8)
    return np.ndarray(shape, dtype, buffer, -address(buffer) % ALIGNMENT)


def allocation(shape: tuple[int, ...], dtype: np.dtype) -> Callable[[], tuple[np.ndarray, int]]:
    """`empty` for one shape, again and again: each call makes an array and tells where it lies."""
    nbytes = math.prod(shape) * dtype.itemsize + ALIGNMENT
    new, view, byte, place_of = np.empty, np.ndarray, np.dtype(np.uint8), address  # looked up once

    def make() -> tuple[np.ndarray, int]:
        buffer = new(nbytes, byte)
        place = place_of(buffer)
        offset = -place % ALIGNMENT
        return view(shape, dtype, buffer, offset), place + offset

    return make


def aligned(array: Any) -> np.ndarray:
    """The array itself where it is contiguous at a multiple of 64 bytes, else a copy that is.

    Examples
    --------
    >>> x = empty(8)
    >>> aligned(x) is x, aligned(x[1:]) is x
    (True, False)
    """
    array = np.asarray(array)
    where = region(array)
    if where.contiguous and where.address % ALIGNMENT == 0:
        return array
    copy = empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def check_read(name: str, array: Any) -> np.ndarray:
    """An array that compiled code can read: itself, or a contiguous copy in this machine's byte order.

    Raises
    ------
    TypeError
        If it is no NumPy array, or of another type than float32, float64, int32 and int64.
    ValueError
        If it has more than 2³¹ - 1 elements.

    Examples
    --------
    >>> import numpy as np
    >>> check_read("x", np.zeros(3, np.float16))
    Traceback (most recent call last):
    TypeError: x is float16: compiled loops take float32, float64, int32 and int64, so write x.astype(np.float32)
    """
    _check_kind(name, array)
    if array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative:
        return array
    return np.require(array, array.dtype.newbyteorder("="), ["C", "A"])


def check_written(name: str, array: Any, shape: tuple[int, ...] | None = None, dtype: Any = None) -> np.ndarray:
    """An array that compiled code can write to as it lies.

    Raises
    ------
    TypeError
        If it has another type than asked for, or one that loops do not know.
    ValueError
        If it is read-only, not contiguous, misaligned, too large or of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> check_written("out", np.zeros((3, 2)).T)
    Traceback (most recent call last):
    ValueError: out is written to, but its rows do not lie one after the other: pass an array as np.empty makes it
    """
    _check_kind(name, array)
    if dtype is not None and array.dtype != dtype:
        raise TypeError(f"{name} is {array.dtype}, the result is {np.dtype(dtype)}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, the result {shape}")
    if not array.flags.writeable:
        raise ValueError(f"{name} is written to, but it is read-only: pass a copy, {name}.copy()")
    if not array.flags.c_contiguous:
        rows = "its rows do not lie one after the other"
        raise ValueError(f"{name} is written to, but {rows}: pass an array as np.empty makes it")
    if not array.flags.aligned or not array.dtype.isnative:
        raise ValueError(f"{name} is written to, but its numbers lie off their places: pass one as np.empty makes it")
    return array


def check_apart(written: Mapping[str, np.ndarray], read: Mapping[str, np.ndarray]) -> None:
    """Refuse an output that shares memory with an input or with another output.

    Raises
    ------
    ValueError
        With both names.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.zeros(4)
    >>> check_apart({"out": x[1:]}, {"x": x})
    Traceback (most recent call last):
    ValueError: out shares memory with x, which is still being read while out is written: pass an array of its own
    """
    outputs = list(written.items())
    for n, (name, array) in enumerate(outputs):
        for other, company in [*read.items(), *outputs[:n]]:
            if np.may_share_memory(array, company) and np.shares_memory(array, company):
                while_ = f"which is {'still being read' if other in read else 'also written'} while {name} is written"
                raise ValueError(f"{name} shares memory with {other}, {while_}: pass an array of its own")


def _check_kind(name: str, array: Any) -> None:
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}: compiled loops take NumPy arrays, so write np.asarray")
    if array.dtype.newbyteorder("=") not in DTYPES:
        known = "float32, float64, int32 and int64"
        raise TypeError(f"{name} is {array.dtype}: compiled loops take {known}, so write {name}.astype(np.float32)")
    if array.size > LARGEST:
        raise ValueError(f"{name} has {array.size:,} elements: compiled loops count up to 2³¹ - 1, so pass it in parts")
