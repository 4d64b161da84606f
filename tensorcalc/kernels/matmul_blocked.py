"""The matrix product y_ij = x_ik a_kj once more, at most of the speed of BLAS: in tiles that stay in registers.

What the threads multiply are the tiles of `tensorcalc.kernels.tiles`. What they load lies close: a is copied once into
panels as wide as a tile, and a thread takes a panel through 32 rows of x before it goes on to the next, so that each is
fetched from memory once for 32 rows.

Every y_ij is summed in the order of k, as in three plain loops, so the results agree to the last bit, whatever the
shapes and the number of threads. BLAS has instructions that multiply and add at once. Taichi emits none, even where it
is told that rounding does not matter: on a processor that does two of them at a time, half the speed of BLAS is the
limit; where products and sums have units of their own, only loads and loops are in the way.
"""

# mypy: disable-error-code="attr-defined, index"
# An annotation such as Lanes says what a kernel does with an array, and nothing of its shape and elements.

from typing import Any

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.blocks import Lanes, Written, chunks, empty, parallel, spread, store, vector_loops
from tensorcalc.execution.runtime import ti

from .arrays import launch
from .matmul import _factors, matmul_forward_loops, matmul_forward_numpy
from .tiles import ROWS, VECTOR_BYTES, VECTORS, panels, product

TILES = 8  # of rows, for a panel that was fetched


@vector_loops
def matmul_blocked_loops(x, a: Lanes, y: Written):
    tiles = (x.shape[1] + ROWS - 1) // ROWS
    parallel()
    for t in range((tiles + TILES - 1) // TILES * spread()):
        if t % spread() == 0:
            for p in range(a.shape[0]):
                for tile in range(t // spread() * TILES, ti.min((t // spread() + 1) * TILES, tiles)):
                    i = ti.min(tile * ROWS, x.shape[1] - ROWS)  # the last one computes some rows once more
                    sums = product(x, 0, i, a, p, 0, x.shape[2])
                    for r in ti.static(range(ROWS)):
                        for j in ti.static(range(VECTORS)):
                            if p * VECTORS + j < chunks(y):
                                store(sums[r][j], y, i + r, p * VECTORS + j)


def matmul_blocked(x: Any, a: Any, out: Any = None) -> np.ndarray:
    """y_ij = x_ik a_kj, in tiles of 4 rows by 4 vectors that stay in registers.

    To learn from, and to build on: `matmul_forward` is the same in three loops, and BLAS (``x @ a``) is faster.

    Parameters
    ----------
    x : array (I, K), float32 or float64
    a : array (K, J), float32 or float64
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (I, J)

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If x or a is not a matrix, or they disagree on K.

    Examples
    --------
    >>> from tensorcalc.kernels import matmul_blocked
    >>> matmul_blocked([[1.0, 2.0]], [[3.0], [4.0]])
    array([[11.]])
    """
    x, a = _factors(x, a)
    loops = _blocked if runtime.backend() == "cpu" and len(x) >= ROWS else matmul_forward_loops
    (y,) = launch(loops, matmul_forward_numpy, (x, a), ((len(x), a.shape[1]),), out)
    return y


def _blocked(x: np.ndarray, a: np.ndarray, y: np.ndarray) -> None:
    lanes = VECTOR_BYTES // y.itemsize
    whole = y
    if y.shape[1] % lanes or y.ctypes.data % VECTOR_BYTES:  # whole vectors are stored: in rows a few columns longer
        whole = empty((len(y), -(-y.shape[1] // lanes) * lanes), y.dtype)
    matmul_blocked_loops(np.ascontiguousarray(x)[None], panels(a[None]), whole)
    if whole is not y:
        y[...] = whole[:, : y.shape[1]]
