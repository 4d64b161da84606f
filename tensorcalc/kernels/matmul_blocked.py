"""The matrix product y_ij = x_ik a_kj once more, at most of the speed of BLAS: blocks that stay in registers.

The three loops of `matmul_forward_loops` load two numbers for each product and sum. Here four rows and four vectors of
columns of y are summed at once. Each step k loads 4 numbers of x and 4 vectors of a for 16 products and 16 sums of
vectors: a load for 4 vector operations, where the three loops have one for one. With 16 lanes, 1024 sums advance at a
time, and they fit into registers.

What is loaded lies close: a is copied once into panels, its rows cut to the width of a block, which are read from one
end to the other. A thread takes a panel through 32 rows of x before it goes on to the next, so that a panel is fetched
from memory once for 32 rows.

Every y_ij is summed in the order of k, as in the three loops, so the results agree to the last bit, whatever the
shapes and the number of threads. BLAS has fused instructions, which multiply and add at once. Taichi emits none, even
where it is told that rounding does not matter: on a processor that can do two of them at a time, half the speed of
BLAS is the limit; where products and sums have units of their own, there is none but loads and loops.
"""

from typing import Any

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.blocks import Lanes, Written, chunks, empty, load, parallel, spread, store, vector_loops, zero
from tensorcalc.execution.runtime import ti

from .arrays import launch
from .matmul import _factors, matmul_forward_loops, matmul_forward_numpy

ROWS, VECTORS = 4, 4  # of y in registers: 16 of 32 vectors that a processor with AVX-512 has
TILES = 8  # of so many rows, for a panel that was fetched
VECTOR_BYTES = 64


@vector_loops
def matmul_blocked_loops(x, panels: Lanes, y: Written):
    tiles = (y.shape[0] + ROWS - 1) // ROWS
    parallel()
    for t in range((tiles + TILES - 1) // TILES * spread()):
        if t % spread() == 0:
            for c in range((chunks(y) + VECTORS - 1) // VECTORS):
                p = c * VECTORS // chunks(panels)
                first = c * VECTORS % chunks(panels)
                for tile in range(t // spread() * TILES, ti.min((t // spread() + 1) * TILES, tiles)):
                    i = ti.min(tile * ROWS, y.shape[0] - ROWS)  # the last one computes some rows once more
                    sums = ti.static([[zero() for v in range(VECTORS)] for r in range(ROWS)])
                    for k in range(x.shape[1]):
                        a = ti.static([load(panels, p, k, first + v) for v in range(VECTORS)])
                        for r in ti.static(range(ROWS)):
                            for v in ti.static(range(VECTORS)):
                                sums[r][v] += x[i + r, k] * a[v]
                    for r in ti.static(range(ROWS)):
                        for v in ti.static(range(VECTORS)):
                            if c * VECTORS + v < chunks(y):
                                store(sums[r][v], y, i + r, c * VECTORS + v)


def matmul_blocked(x: Any, a: Any, out: Any = None) -> np.ndarray:
    """y_ij = x_ik a_kj, in blocks of 4 rows by 4 vectors that stay in registers.

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
    shape = len(x), a.shape[1]
    fits = runtime.backend() == "cpu" and len(x) >= ROWS
    out = empty(shape, x.dtype) if out is None else out
    (y,) = launch(_blocked if fits else matmul_forward_loops, matmul_forward_numpy, (x, a), (shape,), out)
    return y


def _blocked(x: np.ndarray, a: np.ndarray, y: np.ndarray) -> None:
    lanes = VECTOR_BYTES // y.itemsize
    whole = y
    if y.shape[1] % lanes or y.ctypes.data % VECTOR_BYTES:  # whole vectors are stored: in rows a few columns longer
        whole = empty((len(y), -(-y.shape[1] // lanes) * lanes), y.dtype)
    matmul_blocked_loops(np.ascontiguousarray(x), _panels(a, VECTORS * lanes), whole)
    if whole is not y:
        y[...] = whole[:, : y.shape[1]]


def _panels(a: np.ndarray, width: int) -> np.ndarray:
    """a (K, J) cut into panels (J/width, K, width); behind its last column stand zeros."""
    (K, J), full = a.shape, a.shape[1] // width
    panels = empty((-(-J // width), K, width), a.dtype)
    panels[:full] = a[:, : full * width].reshape(K, full, width).swapaxes(0, 1)
    if J % width:
        panels[full] = np.pad(a[:, full * width :], ((0, 0), (0, width - J % width)))
    return panels
