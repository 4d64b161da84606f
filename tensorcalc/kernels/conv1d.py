"""Convolution of sequences, as networks call it: no flip of the kernel, so a cross-correlation.

y_nkp = sum_cr x_{n,c,sp+dr-q} w_kcr + 1_np b_k, with stride s, dilation d and padding q; x is 0 outside.
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


class Conv1dCache(NamedTuple):
    """What the backward function needs: x and w (no copies: leave them unchanged), and how they were combined."""

    x: np.ndarray
    w: np.ndarray
    biased: bool
    stride: int
    padding: int
    dilation: int
    groups: int


@kernel
def conv1d_forward_loops(x, w, bias, stride: int, padding: int, dilation: int, groups: int, y):
    for n, k, p in ti.ndrange(*y.shape):
        first = k // (w.shape[0] // groups) * w.shape[1]  # channel of x that the group begins with
        y_nkp = bias[k]
        for c in range(w.shape[1]):
            for r in range(w.shape[2]):
                i = p * stride + r * dilation - padding
                if i >= 0 and i < x.shape[2]:
                    y_nkp += x[n, first + c, i] * w[k, c, r]
        y[n, k, p] = y_nkp


@kernel
def conv1d_dx_loops(dy, w, stride: int, padding: int, dilation: int, groups: int, dx):
    for n, c, i in ti.ndrange(*dx.shape):
        group = c // w.shape[1]
        size = w.shape[0] // groups
        dx_nci = 0.0
        for r in range(w.shape[2]):
            steps = i + padding - r * dilation  # of length 1; the stride must divide them
            if steps >= 0 and steps % stride == 0 and steps // stride < dy.shape[2]:
                for k in range(group * size, (group + 1) * size):
                    dx_nci += dy[n, k, steps // stride] * w[k, c - group * w.shape[1], r]
        dx[n, c, i] = dx_nci


@kernel
def conv1d_dweights_loops(dy, x, stride: int, padding: int, dilation: int, groups: int, dw, dbias):
    for k, c, r in ti.ndrange(*dw.shape):
        first = k // (dw.shape[0] // groups) * dw.shape[1]
        dw_kcr = 0.0
        for n in range(x.shape[0]):
            for p in range(dy.shape[2]):
                i = p * stride + r * dilation - padding
                if i >= 0 and i < x.shape[2]:
                    dw_kcr += dy[n, k, p] * x[n, first + c, i]
        dw[k, c, r] = dw_kcr
    for k in range(dbias.shape[0]):
        dbias_k = 0.0
        for n in range(dy.shape[0]):
            for p in range(dy.shape[2]):
                dbias_k += dy[n, k, p]
        dbias[k] = dbias_k


def conv1d_forward_numpy(x: np.ndarray, w: np.ndarray, bias: np.ndarray, *numbers: int) -> np.ndarray:
    """One product of matrices for each sample and group."""
    return conv_forward_numpy(x[:, :, None], w[:, :, None], bias, *_pairs(numbers), numbers[3])[:, :, 0]


def conv1d_dx_numpy(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *numbers: int) -> np.ndarray:
    """dx, one product of matrices for each sample and group."""
    arrays = (dy[:, :, None], x[:, :, None], w[:, :, None])
    return conv_dx_numpy(*arrays, *_pairs(numbers), numbers[3])[:, :, 0]


def conv1d_dweights_numpy(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """dw and dbias, one product of matrices for each sample and group."""
    arrays = (dy[:, :, None], x[:, :, None], w[:, :, None])
    dw, dbias = conv_dweights_numpy(*arrays, *_pairs(numbers), numbers[3])
    return dw[:, :, 0], dbias


@anywhere
def conv1d_forward(
    x: Any,
    w: Any,
    bias: Any = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    out: Any = None,
) -> tuple[np.ndarray, Conv1dCache]:
    """y_nkp = 1_cr x_{n,c,sp+dr-q} w_kcr + 1_np b_k, with stride s, dilation d, padding q; x is 0 outside.

    Parameters
    ----------
    x : array (N, C, L), float32 or float64
        Samples, channels, positions.
    w : array (K, C/groups, R)
        The kernel of each of the K channels of y.
    bias : array (K,), optional
    stride, dilation : int
        Steps along x from one p, one r to the next.
    padding : int
        Zeros put before and behind x.
    groups : int
        Channels of x and y are divided into so many groups, each with kernels of its own.
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (N, K, P) with P = (L + 2 padding - dilation (R - 1) - 1)//stride + 1
    cache : Conv1dCache
        For `conv1d_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit, the kernel is longer than the padded x, or a step is not positive.

    Examples
    --------
    >>> from tensorcalc.kernels import conv1d_forward
    >>> y, cache = conv1d_forward([[[1.0, 2.0, 4.0, 7.0]]], w=[[[-1.0, 1.0]]])
    >>> y
    array([[[1., 2., 3.]]])
    """
    arrays, steps, shape = checked("conv1d", 1, x, w, bias, (stride, padding, dilation), groups)
    numbers = steps[0][0], steps[1][0], steps[2][0]
    loops = _forward_large if is_large(shape, arrays[1]) else conv1d_forward_loops
    (y,) = launch(loops, conv1d_forward_numpy, (*arrays, *numbers, groups), (shape,), out)
    return y, Conv1dCache(arrays[0], arrays[1], bias is not None, *numbers, groups)


@anywhere
def conv1d_backward(
    dy: Any, cache: Conv1dCache, out: Any = None, accumulate: bool = False, needs_dx: bool = True
) -> tuple[Any, ...]:
    """dl/dx_nci = 1_kr dl/dy_{n,k,(i+q-dr)/s} w_kcr, dl/dw_kcr = 1_np dl/dy_nkp x_{n,c,sp+dr-q}.

    dl/db_k = 1_np dl/dy_nkp. In the first sum stand those r for which (i + q - dr)/s is a position of y. Each gradient
    is gathered, none scattered, so that the order of every sum is fixed.

    Derived in: 21_convolution, eq. eq-convolution-steps-dx
    Derived in: 21_convolution, eq. eq-convolution-steps-dw

    Parameters
    ----------
    dy : array (N, K, P)
        The upstream gradient dl/dy.
    cache : Conv1dCache
        From `conv1d_forward`.
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
    >>> from tensorcalc.kernels import conv1d_backward, conv1d_forward
    >>> y, cache = conv1d_forward([[[1.0, 2.0, 4.0]]], w=[[[-1.0, 1.0]]])
    >>> dx, dw = conv1d_backward([[[1.0, 10.0]]], cache)
    >>> dx, dw
    (array([[[-1., -9., 10.]]]), array([[[21., 42.]]]))
    """
    x, w, biased, *numbers, groups = cache
    _, _, shape = checked("conv1d", 1, x, w, None, numbers, groups)
    dy = upstream(dy, shape, x.dtype)
    shapes = (x.shape, w.shape, w.shape[:1])
    out = out if out is None or biased else (*out, None)
    inputs = (dy, x, w, *numbers, groups)
    loops = _backward_large if is_large(shape, w) else _backward_loops
    found: tuple[Any, ...]
    if needs_dx:
        found = launch(loops, _backward_numpy, inputs, shapes, out, accumulate)
    else:
        found = (None, *launch(loops, conv1d_dweights_numpy, inputs, shapes[1:], out and out[1:], accumulate))
    return found if biased else found[:2]


def _forward_large(x: np.ndarray, w: np.ndarray, bias: np.ndarray, *rest: Any) -> None:
    conv_forward_large(x[:, :, None], w[:, :, None], bias, *_pairs(rest), rest[3], rest[4][:, :, None])


def _backward_large(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *rest: Any) -> None:
    dy, x, w = dy[:, :, None], x[:, :, None], w[:, :, None]
    steps, found = (*_pairs(rest), rest[3]), rest[4:]
    if len(found) == 3:
        conv_dx_large(dy, x, w, *steps, found[0][:, :, None])
    conv_dweights_large(dy, x, w, *steps, found[-2][:, :, None], found[-1])


def _backward_loops(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *rest: Any) -> None:
    numbers, found = rest[:4], rest[4:]
    if len(found) == 3:
        conv1d_dx_loops(dy, w, *numbers, found[0])
    conv1d_dweights_loops(dy, x, *numbers, *found[-2:])


def _backward_numpy(dy: np.ndarray, x: np.ndarray, w: np.ndarray, *numbers: int) -> tuple[np.ndarray, ...]:
    return conv1d_dx_numpy(dy, x, w, *numbers), *conv1d_dweights_numpy(dy, x, w, *numbers)


def _pairs(numbers: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The steps of an image one row high."""
    return (1, numbers[0]), (0, numbers[1]), (1, numbers[2])
