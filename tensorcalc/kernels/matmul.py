"""Matrix multiplication, y_ij = x_ik a_kj: three loops, the naive way, so that the transposes can be seen."""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, upstream
from .placed import anywhere


class MatmulCache(NamedTuple):
    """What the backward function needs: both factors (no copies: leave them unchanged)."""

    x: np.ndarray
    a: np.ndarray


@kernel
def matmul_forward_loops(x, a, y):
    for i, j in ti.ndrange(*y.shape):
        y_ij = 0.0
        for k in range(a.shape[0]):
            y_ij += x[i, k] * a[k, j]
        y[i, j] = y_ij


@kernel
def matmul_backward_loops(dy, x, a, dx, da):
    for i, k in ti.ndrange(*dx.shape):
        dx_ik = 0.0
        for j in range(dy.shape[1]):
            dx_ik += dy[i, j] * a[k, j]
        dx[i, k] = dx_ik
    for k, j in ti.ndrange(*da.shape):
        da_kj = 0.0
        for i in range(dy.shape[0]):
            da_kj += x[i, k] * dy[i, j]
        da[k, j] = da_kj


def matmul_forward_numpy(x: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Y = X A."""
    return x @ a


def matmul_backward_numpy(dy: np.ndarray, x: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dX = dY Aᵀ, dA = Xᵀ dY."""
    return dy @ a.T, x.T @ dy


@anywhere
def matmul_forward(x: Any, a: Any, out: Any = None) -> tuple[np.ndarray, MatmulCache]:
    """y_ij = x_ik a_kj.

    Parameters
    ----------
    x : array (I, K), float32 or float64
    a : array (K, J), float32 or float64
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (I, J)
    cache : MatmulCache
        For `matmul_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If x or a is not a matrix, or they disagree on K.

    Examples
    --------
    >>> from tensorcalc.kernels import matmul_forward
    >>> y, cache = matmul_forward([[1.0, 2.0]], [[3.0], [4.0]])
    >>> y
    array([[11.]])
    """
    x, a = _factors(x, a)
    (y,) = launch(matmul_forward_loops, matmul_forward_numpy, (x, a), ((len(x), a.shape[1]),), out)
    return y, MatmulCache(x, a)


def _factors(x: Any, a: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of one type, if they are matrices that fit."""
    x, a = floats(x=x, a=a)
    if x.ndim != 2 or a.ndim != 2 or x.shape[1] != a.shape[0]:
        raise ValueError(f"y_ij = x_ik a_kj needs x of shape (I, K) and a of shape (K, J), not {x.shape} and {a.shape}")
    return x, a


@anywhere
def matmul_backward(dy: Any, cache: MatmulCache, out: Any = None, accumulate: bool = False) -> tuple[np.ndarray, ...]:
    """dl/dx_ik = dl/dy_ij a_kj and dl/da_kj = x_ik dl/dy_ij: in matrix form dY Aᵀ and Xᵀ dY.

    Derived in: 13_matmul, eq. eq-matmul-dx
    Derived in: 13_matmul, eq. eq-matmul-da

    Parameters
    ----------
    dy : array (I, J)
        The upstream gradient dl/dy.
    cache : MatmulCache
        From `matmul_forward`.
    out : tuple of arrays or None, optional
        Receive dx and da.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx : array (I, K)
    da : array (K, J)

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import matmul_backward, matmul_forward
    >>> y, cache = matmul_forward([[1.0, 2.0]], [[3.0], [4.0]])
    >>> dx, da = matmul_backward([[10.0]], cache)
    >>> dx
    array([[30., 40.]])
    >>> da
    array([[10.],
           [20.]])
    """
    x, a = cache
    dy = upstream(dy, (x.shape[0], a.shape[1]), x.dtype)
    return launch(matmul_backward_loops, matmul_backward_numpy, (dy, x, a), (x.shape, a.shape), out, accumulate)
