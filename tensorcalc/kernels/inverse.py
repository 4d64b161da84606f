"""The inverse of a matrix, a_ik y_kj = delta_ij, by elimination with row exchanges."""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.device import on_host, resident
from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, upstream
from .placed import Placed, anywhere, moved_loops, scratch


class InverseCache(NamedTuple):
    """What the backward function needs: the inverse itself (no copy: leave it unchanged)."""

    y: np.ndarray


@kernel
def inverse_forward_loops(a, y, work):
    for n in range(a.shape[0]):
        for i in range(a.shape[1]):
            for j in range(a.shape[1]):
                work[n, i, j] = a[n, i, j]
                y[n, i, j] = 0.0
            y[n, i, i] = 1.0
        for k in range(a.shape[1]):
            pivot = k  # the row with the largest element of column k
            for i in range(k + 1, a.shape[1]):
                if ti.abs(work[n, i, k]) > ti.abs(work[n, pivot, k]):
                    pivot = i
            scale = 1.0 / work[n, pivot, k]
            for j in range(a.shape[1]):
                work_j = work[n, pivot, j]
                y_j = y[n, pivot, j]
                work[n, pivot, j] = work[n, k, j]
                y[n, pivot, j] = y[n, k, j]
                work[n, k, j] = work_j * scale
                y[n, k, j] = y_j * scale
            for i in range(a.shape[1]):
                if i != k:
                    factor = work[n, i, k]
                    for j in range(a.shape[1]):
                        work[n, i, j] = work[n, i, j] - factor * work[n, k, j]
                        y[n, i, j] = y[n, i, j] - factor * y[n, k, j]


@kernel
def inverse_backward_loops(dy, y, product, da):
    for n, i, l in ti.ndrange(*product.shape):  # product = dY Yᵀ
        product_il = 0.0
        for j in range(y.shape[1]):
            product_il += dy[n, i, j] * y[n, l, j]
        product[n, i, l] = product_il
    for n, k, l in ti.ndrange(*da.shape):  # da = -Yᵀ product
        da_kl = 0.0
        for i in range(y.shape[1]):
            da_kl -= y[n, i, k] * product[n, i, l]
        da[n, k, l] = da_kl


@kernel
def singular_loops(a, y, singular):
    for n in range(a.shape[0]):
        broken_a, broken_y = 0, 0  # elements that are no finite numbers
        for i, j in ti.ndrange(a.shape[1], a.shape[2]):
            if ti.math.isnan(a[n, i, j]) or ti.math.isinf(a[n, i, j]):
                broken_a += 1
            if ti.math.isnan(y[n, i, j]) or ti.math.isinf(y[n, i, j]):
                broken_y += 1
        singular[n] = 0.0
        if broken_a == 0 and broken_y > 0:
            singular[n] = 1.0


def inverse_forward_numpy(a: np.ndarray) -> np.ndarray:
    """The inverse of each matrix; of a singular one, NaN."""
    return np.stack([_inverse(matrix) for matrix in a]) if len(a) else a.copy()


def inverse_backward_numpy(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dA = -Yᵀ dY Yᵀ."""
    transposed = y.swapaxes(1, 2)
    return -transposed @ dy @ transposed


@anywhere
def inverse_forward(a: Any, out: Any = None) -> tuple[np.ndarray, InverseCache]:
    """y = a⁻¹: a_ik y_kj = delta_ij.

    Parameters
    ----------
    a : array (..., I, I), float32 or float64
        One matrix, or many.
    out : array of the shape and type of a, optional
        Receives y.

    Returns
    -------
    y : array (..., I, I)
    cache : InverseCache
        For `inverse_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If a matrix is not square, or singular.

    Examples
    --------
    >>> from tensorcalc.kernels import inverse_forward
    >>> y, cache = inverse_forward([[0.0, 2.0], [4.0, 0.0]])
    >>> y
    array([[0.  , 0.25],
           [0.5 , 0.  ]])
    """
    (a,) = floats(a=a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"an inverse needs square matrices (..., I, I), not {a.shape}")
    A = a.reshape(int(np.prod(a.shape[:-2])), *a.shape[-2:])
    (y,) = launch(_forward_loops, inverse_forward_numpy, (A,), (a.shape,), None, folded=[A.shape])
    singular = np.argwhere(_singular(A, y.reshape(A.shape)))
    if len(singular):
        which = f"matrix {singular[0, 0]} of {len(A)}" if a.ndim > 2 else "the matrix"
        raise ValueError(f"{which} is singular: it has no inverse")
    cache = InverseCache(y)
    if out is not None:
        (y,) = launch(_copy, lambda y: y, (y,), (a.shape,), out)
    return y, cache


@anywhere
def inverse_backward(dy: Any, cache: InverseCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/da_kl = -y_ik dl/dy_ij y_lj: in matrix form -Yᵀ dY Yᵀ.

    Derived in: 14_matrix_inverse, eq. eq-inverse-dx

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : InverseCache
        From `inverse_forward`.
    out : array of the shape and type of a, optional
        Receives da.
    accumulate : bool
        Whether da is added to what is in `out`.

    Returns
    -------
    da : array of the shape of a

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import inverse_backward, inverse_forward
    >>> y, cache = inverse_forward([[2.0]])
    >>> inverse_backward([[1.0]], cache)
    array([[-0.25]])
    """
    y = cache.y
    Y = y.reshape(int(np.prod(y.shape[:-2])), *y.shape[-2:])
    dY = upstream(dy, y.shape, y.dtype).reshape(Y.shape)
    (da,) = launch(_backward_loops, inverse_backward_numpy, (dY, Y), (y.shape,), out, accumulate, folded=[Y.shape])
    return da


def _singular(a: Any, y: Any) -> np.ndarray:
    """Which of many finite matrices have no finite inverse."""
    if not isinstance(a, Placed):
        return ~np.isfinite(y).all((1, 2)) & np.isfinite(a).all((1, 2))
    found = a.like((len(a),))
    singular_loops(a.array(), y.array(), found)
    return on_host(found) > 0


def _inverse(a: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return np.full_like(a, np.nan)


def _forward_loops(a: np.ndarray, y: np.ndarray) -> None:
    inverse_forward_loops(a, y, scratch(a, *a.shape))


def _backward_loops(dy: np.ndarray, y: np.ndarray, da: np.ndarray) -> None:
    inverse_backward_loops(dy, y, scratch(y, *y.shape), da)


def _copy(y: Any, out: Any) -> None:
    if resident(out):
        moved_loops(y, 0, out)
    else:
        out[...] = y
