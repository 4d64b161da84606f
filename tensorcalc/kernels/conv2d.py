"""Convolution of images, as networks call it: no flip of the kernel, so a cross-correlation.

y_nkpq = sum_crs x_{n,c,ap+dr-u,bq+es-v} w_kcrs + 1_npq b_k, with stride (a, b), dilation (d, e) and padding (u, v);
x is 0 outside.
"""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import launch, upstream
from .convolution import (
    checked,
    conv_dweights_large,
    conv_dweights_numpy,
    conv_dx_large,
    conv_dx_numpy,
    conv_forward_large,
    conv_forward_numpy,
    is_large,
)
from .placed import anywhere


class Conv2dCache(NamedTuple):
    """What the backward function needs: x and w (no copies: leave them unchanged), and how they were combined."""

    x: np.ndarray
    w: np.ndarray
    biased: bool
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int


@kernel
def conv2d_forward_loops(x, w, bias, a: int, b: int, u: int, v: int, d: int, e: int, groups: int, y):
    for n, k, p, q in ti.ndrange(*y.shape):
        first = k // (w.shape[0] // groups) * w.shape[1]  # channel of x that the group begins with
        y_nkpq = bias[k]
        for c in range(w.shape[1]):
            for r in range(w.shape[2]):
                i = a * p + d * r - u
                if i >= 0 and i < x.shape[2]:
                    for s in range(w.shape[3]):
                        j = b * q + e * s - v
                        if j >= 0 and j < x.shape[3]:
                            y_nkpq += x[n, first + c, i, j] * w[k, c, r, s]
        y[n, k, p, q] = y_nkpq


@kernel
def conv2d_dx_loops(dy, w, a: int, b: int, u: int, v: int, d: int, e: int, groups: int, dx):
    for n, c, i, j in ti.ndrange(*dx.shape):
        group = c // w.shape[1]
        size = w.shape[0] // groups
        dx_ncij = 0.0
        for r in range(w.shape[2]):
            ap = i + u - d * r
            if ap >= 0 and ap % a == 0 and ap // a < dy.shape[2]:
                for s in range(w.shape[3]):
                    bq = j + v - e * s
                    if bq >= 0 and bq % b == 0 and bq // b < dy.shape[3]:
                        for k in range(group * size, (group + 1) * size):
                            dx_ncij += dy[n, k, ap // a, bq // b] * w[k, c - group * w.shape[1], r, s]
        dx[n, c, i, j] = dx_ncij


@kernel
def conv2d_dweights_loops(dy, x, a: int, b: int, u: int, v: int, d: int, e: int, groups: int, dw, dbias):
    for k, c, r, s in ti.ndrange(*dw.shape):
        first = k // (dw.shape[0] // groups) * dw.shape[1]
        dw_kcrs = 0.0
        for n in range(x.shape[0]):
            for p in range(dy.shape[2]):
                i = a * p + d * r - u
                if i >= 0 and i < x.shape[2]:
                    for q in range(dy.shape[3]):
                        j = b * q + e * s - v
                        if j >= 0 and j < x.shape[3]:
                            dw_kcrs += dy[n, k, p, q] * x[n, first + c, i, j]
        dw[k, c, r, s] = dw_kcrs
    for k in range(dbias.shape[0]):
        dbias_k = 0.0
        for n in range(dy.shape[0]):
            for p in range(dy.shape[2]):
                for q in range(dy.shape[3]):
                    dbias_k += dy[n, k, p, q]
        dbias[k] = dbias_k


def conv2d_forward_numpy(x: np.ndarray, w: np.ndarray, bias: np.ndarray, *numbers: int) -> np.ndarray:
    """One product of matrices for each sample and group."""
    return conv_forward_numpy(x, w, bias, *_pairs(numbers), numbers[6])


def conv2d_dx_numpy(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *numbers: int) -> np.ndarray:
    """dx, one product of matrices for each sample and group."""
    return conv_dx_numpy(dy, x, w, *_pairs(numbers), numbers[6])


def conv2d_dweights_numpy(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """dw and dbias, one product of matrices for each sample and group."""
    return conv_dweights_numpy(dy, x, w, *_pairs(numbers), numbers[6])


@anywhere
def conv2d_forward(
    x: Any,
    w: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    out: Any = None,
) -> tuple[np.ndarray, Conv2dCache]:
    """y_nkpq = 1_crs x_{n,c,ap+dr-u,bq+es-v} w_kcrs + 1_npq b_k, stride (a, b), dilation (d, e), padding (u, v).

    x is 0 outside.

    Parameters
    ----------
    x : array (N, C, H, W), float32 or float64
        Samples, channels, rows, columns.
    w : array (K, C/groups, R, S)
        The kernel of each of the K channels of y.
    bias : array (K,), optional
    stride, dilation : int or pair
        Steps along x from one (p, q), one (r, s) to the next.
    padding : int or pair
        Zeros put before and behind x.
    groups : int
        Channels of x and y are divided into so many groups, each with kernels of its own.
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (N, K, P, Q) with P = (H + 2u - d (R - 1) - 1)//a + 1, and Q likewise
    cache : Conv2dCache
        For `conv2d_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit, the kernel is larger than the padded x, or a step is not positive.

    Examples
    --------
    >>> from tensorcalc.kernels import conv2d_forward
    >>> y, cache = conv2d_forward([[[[1.0, 2.0], [4.0, 7.0]]]], w=[[[[-1.0, 1.0]]]])
    >>> y
    array([[[[1.],
             [3.]]]])
    """
    arrays, steps, shape = checked("conv2d", 2, x, w, bias, (stride, padding, dilation), groups)
    numbers = (*steps[0], *steps[1], *steps[2], groups)
    loops = _forward_large if is_large(shape, arrays[1]) else conv2d_forward_loops
    (y,) = launch(loops, conv2d_forward_numpy, (*arrays, *numbers), (shape,), out)
    return y, Conv2dCache(arrays[0], arrays[1], bias is not None, steps[0], steps[1], steps[2], groups)


@anywhere
def conv2d_backward(
    dy: Any, cache: Conv2dCache, out: Any = None, accumulate: bool = False, needs_dx: bool = True
) -> tuple[Any, ...]:
    """dl/dx_ncij = 1_krs dl/dy_{n,k,(i+u-dr)/a,(j+v-es)/b} w_kcrs.

    dl/dw_kcrs = 1_npq dl/dy_nkpq x_{n,c,ap+dr-u,bq+es-v}, dl/db_k = 1_npq dl/dy_nkpq. In the first sum stand those r
    and s for which the divisions lead to a position of y. Each gradient is gathered, none scattered, so that the order
    of every sum is fixed.

    Derived in: 21_convolution, eq. eq-convolution-dx-2d
    Derived in: 21_convolution, eq. eq-convolution-dw-2d

    Parameters
    ----------
    dy : array (N, K, P, Q)
        The upstream gradient dl/dy.
    cache : Conv2dCache
        From `conv2d_forward`.
    out : tuple of arrays or None, optional
        Receive the gradients.
    accumulate : bool
        Whether they are added to what is in `out`.
    needs_dx : bool
        Whether the gradient by x is computed. The first layer of a network has no use for it; None stands in its place.

    Returns
    -------
    dx, dw, and dbias where there is a bias : arrays of the shapes of the arguments

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import conv2d_backward, conv2d_forward
    >>> y, cache = conv2d_forward([[[[1.0, 2.0], [4.0, 7.0]]]], w=[[[[-1.0, 1.0]]]])
    >>> dx, dw = conv2d_backward([[[[1.0], [10.0]]]], cache)
    >>> dx, dw
    (array([[[[ -1.,   1.],
             [-10.,  10.]]]]), array([[[[41., 72.]]]]))
    """
    x, w, biased, *steps, groups = cache
    _, _, shape = checked("conv2d", 2, x, w, None, steps, groups)
    dy = upstream(dy, shape, x.dtype)
    shapes = (x.shape, w.shape, w.shape[:1])
    out = out if out is None or biased else (*out, None)
    inputs = (dy, x, w, *steps[0], *steps[1], *steps[2], groups)
    loops = _backward_large if is_large(shape, w) else _backward_loops
    found: tuple[Any, ...]
    if needs_dx:
        found = launch(loops, _backward_numpy, inputs, shapes, out, accumulate)
    else:
        found = (None, *launch(loops, conv2d_dweights_numpy, inputs, shapes[1:], out and out[1:], accumulate))
    return found if biased else found[:2]


def _pairs(numbers: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    a, b, u, v, d, e = numbers[:6]
    return (a, b), (u, v), (d, e)


def _forward_large(x: np.ndarray, w: np.ndarray, bias: np.ndarray, *rest: Any) -> None:
    conv_forward_large(x, w, bias, *_pairs(rest), *rest[6:])


def _backward_large(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *rest: Any) -> None:
    steps, found = (*_pairs(rest), rest[6]), rest[7:]
    if len(found) == 3:
        conv_dx_large(dy, x, w, *steps, found[0])
    conv_dweights_large(dy, x, w, *steps, *found[-2:])


def _backward_loops(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *rest: Any) -> None:
    numbers, found = rest[:7], rest[7:]
    if len(found) == 3:
        conv2d_dx_loops(dy, w, *numbers, found[0])
    conv2d_dweights_loops(dy, x, *numbers, *found[-2:])


def _backward_numpy(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *numbers: int) -> tuple[np.ndarray, ...]:
    return conv2d_dx_numpy(dy, x, w, *numbers), *conv2d_dweights_numpy(dy, x, w, *numbers)
