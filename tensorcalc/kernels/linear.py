"""The linear layer, y_bj = x_bi a_ji + 1_b c_j: in matrix form Y = X Aᵀ + 1 cᵀ, one row a sample."""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, rows, upstream
from .placed import anywhere


class LinearCache(NamedTuple):
    """What the backward function needs: x and a (no copies: leave them unchanged), and whether there was a bias."""

    x: np.ndarray
    a: np.ndarray
    biased: bool


@kernel
def linear_forward_loops(x, a, c, y):
    for b, j in ti.ndrange(*y.shape):
        y_bj = c[j]
        for i in range(x.shape[1]):
            y_bj += x[b, i] * a[j, i]
        y[b, j] = y_bj


@kernel
def linear_dx_loops(dy, a, dx):
    for b, i in ti.ndrange(*dx.shape):
        dx_bi = 0.0
        for j in range(dy.shape[1]):
            dx_bi += dy[b, j] * a[j, i]
        dx[b, i] = dx_bi


@kernel
def linear_dweights_loops(dy, x, da, dc):
    for j, i in ti.ndrange(*da.shape):
        da_ji = 0.0
        for b in range(dy.shape[0]):
            da_ji += dy[b, j] * x[b, i]
        da[j, i] = da_ji
    for j in range(dc.shape[0]):
        dc_j = 0.0
        for b in range(dy.shape[0]):
            dc_j += dy[b, j]
        dc[j] = dc_j


def linear_forward_numpy(x: np.ndarray, a: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Y = X Aᵀ + 1 cᵀ."""
    return x @ a.T + c


def linear_dx_numpy(dy: np.ndarray, a: np.ndarray) -> np.ndarray:
    """dX = dY A."""
    return dy @ a


def linear_dweights_numpy(dy: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dA = dYᵀ X, dc = dYᵀ 1."""
    return dy.T @ x, dy.sum(0)


@anywhere
def linear_forward(x: Any, weight: Any, bias: Any = None, out: Any = None) -> tuple[np.ndarray, LinearCache]:
    """y_bj = x_bi a_ji + 1_b c_j, with the weight a and the bias c.

    Parameters
    ----------
    x : array (..., I), float32 or float64
    weight : array (J, I)
    bias : array (J,), optional
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (..., J)
    cache : LinearCache
        For `linear_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> from tensorcalc.kernels import linear_forward
    >>> y, cache = linear_forward([[1.0, 2.0]], weight=[[3.0, 4.0]], bias=[10.0])
    >>> y
    array([[21.]])
    """
    given = {"x": x, "weight": weight} if bias is None else {"x": x, "weight": weight, "bias": bias}
    x, a, *rest = floats(**given)
    if x.ndim == 0 or a.ndim != 2 or x.shape[-1] != a.shape[1] or any(c.shape != a.shape[:1] for c in rest):
        shapes = ", ".join(str(array.shape) for array in (x, a, *rest))
        raise ValueError(f"y_bj = x_bi a_ji + 1_b c_j needs x (..., I), weight (J, I) and bias (J,), not {shapes}")
    c = rest[0] if rest else np.zeros(len(a), x.dtype)
    shape = (*x.shape[:-1], len(a))
    folded = [(len(rows(x)), len(a))]
    (y,) = launch(
        linear_forward_loops,
        linear_forward_numpy,
        (rows(x), a, c),
        (shape,),
        out,
        folded=folded,
        work=x.size * len(a),
        blas=_forward_blas,
    )
    return y, LinearCache(x, a, bool(rest))


@anywhere
def linear_backward(
    dy: Any, cache: LinearCache, out: Any = None, accumulate: bool = False, needs_dx: bool = True
) -> tuple[Any, ...]:
    """dl/dx_bi = dl/dy_bj a_ji, dl/da_ji = dl/dy_bj x_bi, dl/dc_j = 1_b dl/dy_bj: dY A, dYᵀ X and dYᵀ 1.

    Derived in: 16_feed_forward_networks, eq. eq-network-dx
    Derived in: 16_feed_forward_networks, eq. eq-network-dw
    Derived in: 16_feed_forward_networks, eq. eq-network-db

    Parameters
    ----------
    dy : array (..., J)
        The upstream gradient dl/dy.
    cache : LinearCache
        From `linear_forward`.
    out : tuple of arrays or None, optional
        Receive the gradients.
    accumulate : bool
        Whether they are added to what is in `out`.
    needs_dx : bool
        Whether the gradient by x is computed. The first layer of a network has no use for it; None stands in its place.

    Returns
    -------
    dx, dweight, and dbias where there is a bias : arrays of the shapes of the arguments

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import linear_backward, linear_forward
    >>> y, cache = linear_forward([[1.0, 2.0]], weight=[[3.0, 4.0]])
    >>> linear_backward([[10.0]], cache)
    (array([[30., 40.]]), array([[10., 20.]]))
    """
    x, a, biased = cache
    dy = rows(upstream(dy, (*x.shape[:-1], len(a)), x.dtype))
    inputs, shapes = (dy, rows(x), a), (x.shape, a.shape, a.shape[:1])
    folded, work = (rows(x).shape, *shapes[1:]), 2 * x.size * len(a)
    out = out if out is None or biased else (*out, None)
    found: tuple[Any, ...]
    if needs_dx:
        found = launch(_backward_loops, _backward_numpy, inputs, shapes, out, accumulate, folded, work, _backward_blas)
    else:
        rest = out and out[1:]
        loops, formula = linear_dweights_loops, linear_dweights_numpy
        found = (
            None,
            *launch(loops, formula, inputs[:2], shapes[1:], rest, accumulate, work=work, blas=_dweights_blas),
        )
    return found if biased else found[:2]


def _backward_loops(dy: np.ndarray, x: np.ndarray, a: np.ndarray, dx: np.ndarray, *dweights: np.ndarray) -> None:
    linear_dx_loops(dy, a, dx)
    linear_dweights_loops(dy, x, *dweights)


def _backward_numpy(dy: np.ndarray, x: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, ...]:
    return linear_dx_numpy(dy, a), *linear_dweights_numpy(dy, x)


def _forward_blas(x: np.ndarray, a: np.ndarray, c: np.ndarray, y: np.ndarray) -> None:
    np.matmul(x, a.T, out=y)
    y += c


def _dweights_blas(dy: np.ndarray, x: np.ndarray, da: np.ndarray, dc: np.ndarray) -> None:
    np.matmul(dy.T, x, out=da)
    np.sum(dy, 0, out=dc)


def _backward_blas(dy: np.ndarray, x: np.ndarray, a: np.ndarray, dx: np.ndarray, *dweights: np.ndarray) -> None:
    np.matmul(dy, a, out=dx)
    _dweights_blas(dy, x, *dweights)
