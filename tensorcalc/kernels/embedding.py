"""Embedding: rows of a table, chosen by numbers, y_nd = table_{I_n,d}."""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, integers, launch, numbers, rows, upstream
from .placed import anywhere


class EmbeddingCache(NamedTuple):
    """What the backward function needs: the numbers (no copy: leave them unchanged) and the table's shape and type."""

    ids: np.ndarray
    shape: tuple[int, ...]
    dtype: np.dtype


@kernel
def embedding_forward_loops(table, ids, y):
    for n, d in ti.ndrange(*y.shape):
        y[n, d] = table[ids[n], d]


@kernel
def embedding_backward_loops(dy, order, first, dtable):
    for v, d in ti.ndrange(*dtable.shape):
        dtable_vd = 0.0
        for k in range(first[v], first[v + 1]):  # the places n where I_n = v
            dtable_vd += dy[order[k], d]
        dtable[v, d] = dtable_vd


def embedding_forward_numpy(table: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """y = table[ids]."""
    return table[ids]


def embedding_backward_numpy(dy: np.ndarray, order: np.ndarray, first: np.ndarray) -> np.ndarray:
    """For each row of the table, the sum of dy over the places where it was chosen."""
    dtable = np.zeros((len(first) - 1, dy.shape[1]), dy.dtype)
    np.add.at(dtable, np.repeat(np.arange(len(dtable)), np.diff(first)), dy[order])
    return dtable


@anywhere
def embedding_forward(table: Any, ids: Any, out: Any = None) -> tuple[np.ndarray, EmbeddingCache]:
    """y_nd = table_{I_n,d}.

    Parameters
    ----------
    table : array (V, D), float32 or float64
    ids : integer array (...)
        Rows of the table, counted from 0.
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (..., D)
    cache : EmbeddingCache
        For `embedding_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array; for ids that are no integers.
    ValueError
        If the table is not a matrix, or an id is outside 0 … V - 1.

    Examples
    --------
    >>> from tensorcalc.kernels import embedding_forward
    >>> y, cache = embedding_forward([[1.0, 2.0], [3.0, 4.0]], [1, 1, 0])
    >>> y
    array([[3., 4.],
           [3., 4.],
           [1., 2.]])
    """
    (table,) = floats(table=table)
    if table.ndim != 2:
        raise ValueError(f"an embedding needs a table of shape (V, D), not {table.shape}")
    ids = integers("ids", ids, len(table))
    shape = (*ids.shape, table.shape[1])
    folded = [(ids.size, table.shape[1])]
    inputs = (table, ids.reshape(-1))
    (y,) = launch(embedding_forward_loops, embedding_forward_numpy, inputs, (shape,), out, folded=folded)
    return y, EmbeddingCache(ids, table.shape, table.dtype)


@anywhere
def embedding_backward(dy: Any, cache: EmbeddingCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dtable_vd = delta_{v,I_n} dl/dy_nd: the sum over the places n where row v was chosen.

    The places are sorted by row first, so that each element of the gradient is gathered by one thread, in a fixed
    order; threads that scatter would need atomic additions.

    Parameters
    ----------
    dy : array (..., D)
        The upstream gradient dl/dy.
    cache : EmbeddingCache
        From `embedding_forward`.
    out : array of the shape and type of the table, optional
        Receives dtable.
    accumulate : bool
        Whether dtable is added to what is in `out`.

    Returns
    -------
    dtable : array (V, D)

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import embedding_backward, embedding_forward
    >>> y, cache = embedding_forward([[1.0], [3.0], [5.0]], [1, 1, 0])
    >>> embedding_backward([[10.0], [20.0], [40.0]], cache).ravel()
    array([40., 30.,  0.])
    """
    ids, shape, dtype = cache
    dy = rows(upstream(dy, (*ids.shape, shape[1]), dtype))
    flat = numbers(ids).reshape(-1)
    order = np.argsort(flat, kind="stable").astype(np.int32)
    first = np.searchsorted(flat[order], np.arange(shape[0] + 1)).astype(np.int32)
    inputs = (dy, order, first)
    (dtable,) = launch(embedding_backward_loops, embedding_backward_numpy, inputs, (shape,), out, accumulate)
    return dtable
