"""A tile of a matrix product in registers: four rows and four vectors of columns, summed at once.

Each step of the sum loads four numbers and four vectors for 16 products and 16 sums of vectors: a load for four
operations, where three plain loops have one for one. With 16 lanes 1024 sums advance at a time; with a row and a
number they take 21 of the 32 vectors that a processor with AVX-512 keeps.
"""

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.blocks import aligned, empty, load, zero
from tensorcalc.execution.blocks.lanes import Setting
from tensorcalc.execution.runtime import ti

ROWS, VECTORS = 4, 4
VECTOR_BYTES = 64


class Inlined:
    """A function for use in kernels, whose annotated parameters are arrays; Taichi compiles it where it is called."""

    _is_taichi_function = True
    func = Setting.func

    __wrapped__: Any

    def __init__(self, text: Callable[..., Any]) -> None:
        functools.update_wrapper(self, text)
        self._made: Callable[..., Any] | None = None

    def __call__(self, *args: Any) -> Any:
        self._made = self._made or self._compiled(runtime.taichi())
        return self._made(*args)

    def _compiled(self, taichi: Any) -> Callable[..., Any]:
        text = self.__wrapped__
        copy = FunctionType(text.__code__, text.__globals__, text.__name__)
        copy.__annotations__ = {name: taichi.template() for name in text.__annotations__}
        return taichi.func(copy)


@Inlined
def product(x: Any, b, i, a: Any, p, c, count):
    """The vectors sums[r][j] = x[b, i+r, k] a[p, k, 4 c + j], summed over k < count."""
    sums = ti.static([[zero() for j in range(VECTORS)] for r in range(ROWS)])
    for k in range(count):
        row = ti.static([load(a, p, k, c * VECTORS + j) for j in range(VECTORS)])
        for r in ti.static(range(ROWS)):
            for j in ti.static(range(VECTORS)):
                sums[r][j] += x[b, i + r, k] * row[j]
    return sums


@Inlined
def transposed_product(x: Any, b, i, a: Any, c, shift, begin, end):
    """The vectors sums[r][j] = x[b, k - shift, i+r] a[b, k, 4 c + j], summed over begin ≤ k < end."""
    sums = ti.static([[zero() for j in range(VECTORS)] for r in range(ROWS)])
    for k in range(begin, end):
        row = ti.static([load(a, b, k, c * VECTORS + j) for j in range(VECTORS)])
        for r in ti.static(range(ROWS)):
            for j in ti.static(range(VECTORS)):
                sums[r][j] += x[b, k - shift, i + r] * row[j]
    return sums


def width(x: np.ndarray) -> int:
    """The columns of a tile."""
    return VECTORS * VECTOR_BYTES // x.itemsize


def whole(x: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """x (B, N, D) with N and D rounded up to multiples, at a multiple of 64 bytes; zeros stand in what is added."""
    if x.shape[1] % rows == 0 and x.shape[2] % columns == 0:
        return aligned(x)
    filled = empty((len(x), -(-x.shape[1] // rows) * rows, -(-x.shape[2] // columns) * columns), x.dtype)
    filled[:, : x.shape[1], : x.shape[2]] = x
    filled[:, x.shape[1] :], filled[..., x.shape[2] :] = 0, 0
    return filled


def room(x: np.ndarray, *shape: int) -> np.ndarray:
    """x itself if it has the shape of whole tiles and lies at a multiple of 64 bytes, or else an array that does."""
    return x if x.shape == shape and x.ctypes.data % VECTOR_BYTES == 0 else empty(shape, x.dtype)


def panels(a: np.ndarray) -> np.ndarray:
    """a (B, K, J) cut into panels (B · J/w, K, w) as wide as a tile, which are read from end to end."""
    w = width(a)
    a = whole(a, 1, w) if a.shape[2] % w else a
    return aligned(a.reshape(*a.shape[:2], a.shape[2] // w, w).swapaxes(1, 2)).reshape(-1, a.shape[1], w)
