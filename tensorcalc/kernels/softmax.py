"""Softmax and its logarithm along one axis; the largest element is taken off first, so that nothing overflows.

e_bi = exp(x_bi - 1_i max_i(x_bi)),   s_b = 1_i e_bi,   y_bi = e_bi/s_b
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import Kernel, kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, rows, upstream
from .placed import anywhere


class SoftmaxCache(NamedTuple):
    """What the backward functions need: the values y, and the axis they were normalised along."""

    y: np.ndarray
    axis: int


@kernel
def softmax_forward_loops(x, y):
    for b in range(x.shape[0]):
        m_b = x[b, 0]
        for i in range(x.shape[1]):
            m_b = ti.max(m_b, x[b, i])
        s_b = 0.0
        for i in range(x.shape[1]):
            s_b += ti.exp(x[b, i] - m_b)
        for i in range(x.shape[1]):
            y[b, i] = ti.exp(x[b, i] - m_b) / s_b


@kernel
def softmax_backward_loops(dy, y, dx):
    for b in range(y.shape[0]):
        dot_b = 0.0
        for j in range(y.shape[1]):
            dot_b += dy[b, j] * y[b, j]
        for i in range(y.shape[1]):
            dx[b, i] = y[b, i] * (dy[b, i] - dot_b)


@kernel
def log_softmax_forward_loops(x, y):
    for b in range(x.shape[0]):
        m_b = x[b, 0]
        for i in range(x.shape[1]):
            m_b = ti.max(m_b, x[b, i])
        s_b = 0.0
        for i in range(x.shape[1]):
            s_b += ti.exp(x[b, i] - m_b)
        for i in range(x.shape[1]):
            y[b, i] = (x[b, i] - m_b) - ti.log(s_b)


@kernel
def log_softmax_backward_loops(dy, y, dx):
    for b in range(y.shape[0]):
        sum_b = 0.0
        for j in range(y.shape[1]):
            sum_b += dy[b, j]
        for i in range(y.shape[1]):
            dx[b, i] = dy[b, i] - ti.exp(y[b, i]) * sum_b


def softmax_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = exp(x - max)/sum of it, for each row."""
    e = np.exp(x - x.max(1, keepdims=True, initial=-np.inf))
    return e / e.sum(1, keepdims=True)


def softmax_backward_numpy(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dx = y (dy - dy · y)."""
    return y * (dy - (dy * y).sum(1, keepdims=True))


def log_softmax_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = x - max - log(sum of exp(x - max))."""
    shifted = x - x.max(1, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def log_softmax_backward_numpy(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dx = dy - exp(y) sum(dy)."""
    return dy - np.exp(y) * dy.sum(1, keepdims=True)


@anywhere
def softmax_forward(x: Any, axis: int = -1, out: Any = None) -> tuple[np.ndarray, SoftmaxCache]:
    """y_bi = exp(x_bi)/s_b with s_b = 1_i exp(x_bi), computed of x_bi - max_i(x_bi).

    A row with NaN or +inf in it, or of -inf alone, gives NaN in that row.

    Parameters
    ----------
    x : array (..., I), float32 or float64
    axis : int
        The axis along which y adds up to 1.
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape of x
    cache : SoftmaxCache
        For `softmax_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If x has no such axis.

    Examples
    --------
    >>> from tensorcalc.kernels import softmax_forward
    >>> y, cache = softmax_forward([[1e4, 1e4], [0.0, -1e4]])
    >>> y
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    (x,) = floats(x=x)
    y = _along(softmax_forward_loops, softmax_forward_numpy, (x,), axis, out)
    return y, SoftmaxCache(y, axis)


@anywhere
def softmax_backward(dy: Any, cache: SoftmaxCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_bi = y_bi (dl/dy_bi - dl/dy_bj y_bj), j summed.

    Derived in: 15_softmax_and_losses, eq. eq-losses-softmax-backward

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : SoftmaxCache
        From `softmax_forward`.
    out : array of the shape and type of x, optional
        Receives dx.
    accumulate : bool
        Whether dx is added to what is in `out`.

    Returns
    -------
    dx : array of the shape of x

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import softmax_backward, softmax_forward
    >>> y, cache = softmax_forward([0.0, 0.0])
    >>> softmax_backward([1.0, 0.0], cache)
    array([ 0.25, -0.25])
    """
    dy = upstream(dy, cache.y.shape, cache.y.dtype)
    return _along(softmax_backward_loops, softmax_backward_numpy, (dy, cache.y), cache.axis, out, accumulate)


@anywhere
def log_softmax_forward(x: Any, axis: int = -1, out: Any = None) -> tuple[np.ndarray, SoftmaxCache]:
    """y_bi = x_bi - 1_i log(s_b) with s_b = 1_i exp(x_bi), computed of x_bi - max_i(x_bi).

    A row with NaN or +inf in it, or of -inf alone, gives NaN in that row.

    Parameters
    ----------
    x : array (..., I), float32 or float64
    axis : int
        The axis along which exp(y) adds up to 1.
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape of x
    cache : SoftmaxCache
        For `log_softmax_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If x has no such axis.

    Examples
    --------
    >>> from tensorcalc.kernels import log_softmax_forward
    >>> y, cache = log_softmax_forward([0.0, -1e4])
    >>> y
    array([     0., -10000.])
    """
    (x,) = floats(x=x)
    y = _along(log_softmax_forward_loops, log_softmax_forward_numpy, (x,), axis, out)
    return y, SoftmaxCache(y, axis)


@anywhere
def log_softmax_backward(dy: Any, cache: SoftmaxCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_bi = dl/dy_bi - exp(y_bi) 1_j dl/dy_bj.

    Derived in: 15_softmax_and_losses, eq. eq-losses-log-softmax-backward

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : SoftmaxCache
        From `log_softmax_forward`.
    out : array of the shape and type of x, optional
        Receives dx.
    accumulate : bool
        Whether dx is added to what is in `out`.

    Returns
    -------
    dx : array of the shape of x

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import log_softmax_backward, log_softmax_forward
    >>> y, cache = log_softmax_forward([0.0, 0.0])
    >>> log_softmax_backward([1.0, 0.0], cache)
    array([ 0.5, -0.5])
    """
    dy = upstream(dy, cache.y.shape, cache.y.dtype)
    return _along(log_softmax_backward_loops, log_softmax_backward_numpy, (dy, cache.y), cache.axis, out, accumulate)


def _along(
    loops: Kernel,
    formula: Callable[..., np.ndarray],
    arrays: tuple[np.ndarray, ...],
    axis: int,
    out: Any,
    accumulate: bool = False,
) -> np.ndarray:
    """Row by row, after the axis was brought to the end."""
    moved = [np.moveaxis(array, axis, -1) for array in arrays]
    matrices = [rows(array) for array in moved]
    target = None if out is None else np.moveaxis(out, axis, -1)
    (y,) = launch(loops, formula, matrices, (moved[0].shape,), target, accumulate, folded=[matrices[0].shape])
    return np.moveaxis(y, -1, axis) if out is None else out
