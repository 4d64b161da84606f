"""Dropout: in training each element is kept with probability q = 1 - p, y_i = r_i x_i/q with r_i 0 or 1."""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel

from .arrays import floats, launch, upstream
from .placed import anywhere
from .random import random_bits


class DropoutCache(NamedTuple):
    """What the backward function needs: the mask r, and what its elements are multiplied by."""

    keep: np.ndarray
    scale: float


@kernel
def dropout_forward_loops(x, bits, threshold: int, scale: float, y, keep):
    for i in range(x.shape[0]):
        keep[i] = 0.0
        if ((bits[i] >> 8) & 0xFFFFFF) >= threshold:  # 24 random bits, so a number below 2^24
            keep[i] = 1.0
        y[i] = keep[i] * x[i] * scale


@kernel
def dropout_backward_loops(dy, keep, scale: float, dx):
    for i in range(dy.shape[0]):
        dx[i] = keep[i] * dy[i] * scale


def dropout_forward_numpy(
    x: np.ndarray, bits: np.ndarray, threshold: int, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """y = r x scale and r."""
    keep = ((bits >> 8) & 0xFFFFFF >= threshold).astype(x.dtype)
    return keep * x * x.dtype.type(scale), keep


def dropout_backward_numpy(dy: np.ndarray, keep: np.ndarray, scale: float) -> np.ndarray:
    """dx = r dy scale."""
    return keep * dy * dy.dtype.type(scale)


@anywhere
def dropout_forward(
    x: Any,
    p: float = 0.5,
    key: int = 0,
    stream: int = 0,
    training: bool = True,
    inverted: bool = True,
    out: Any = None,
) -> tuple[np.ndarray, DropoutCache]:
    """y_i = r_i x_i/q in training, y_i = x_i at inference; r_i is 1 with the probability q = 1 - p, else 0.

    The older convention puts the factor at the other end: y_i = r_i x_i in training and y_i = q x_i at inference. Both
    have the same expectation in training as at inference.

    Derived in: 20_dropout, eq. eq-dropout-inverted

    Parameters
    ----------
    x : array of any shape, float32 or float64
    p : float
        The probability that an element is dropped. (Some texts call q by this letter.)
    key, stream : int
        The mask is a function of these two and of the place in x alone: see `random_bits`. Use another key for every
        layer, another stream for every step.
    training : bool
        Whether anything is dropped.
    inverted : bool
        Whether it is training that divides by q, or inference that multiplies by q.
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape and type of x
    cache : DropoutCache
        For `dropout_backward`: ``cache.keep`` is the mask r.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If p is no probability.

    Examples
    --------
    >>> from tensorcalc.kernels import dropout_forward
    >>> y, cache = dropout_forward([1.0, 2.0, 3.0, 4.0], p=0.5, key=1)
    >>> bool((y == 2 * cache.keep * [1.0, 2.0, 3.0, 4.0]).all())
    True
    """
    (x,) = floats(x=x)
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}; the probability that an element is dropped is between 0 and 1")
    q = 1 - p
    if training:
        threshold, scale = round(p * 2**24), (1 / q if q else 0.0) if inverted else 1.0
    else:
        threshold, scale = 0, 1.0 if inverted else q
    bits = random_bits(x.size, key, stream)
    y, keep = launch(
        dropout_forward_loops,
        dropout_forward_numpy,
        (x.reshape(-1), bits, threshold, scale),
        (x.shape, x.shape),
        (out, None),
        folded=[(x.size,)] * 2,
    )
    return y, DropoutCache(keep, scale)


@anywhere
def dropout_backward(dy: Any, cache: DropoutCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_i = r_i dl/dy_i/q: what was dropped has no gradient.

    Derived in: 20_dropout, eq. eq-dropout-backward

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : DropoutCache
        From `dropout_forward`.
    out : array of the shape and type of x, optional
        Receives dx.
    accumulate : bool
        Whether dx is added to what is in `out`.

    Returns
    -------
    dx : array of the shape and type of x

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import dropout_backward, dropout_forward
    >>> y, cache = dropout_forward([1.0, 1.0, 1.0, 1.0], p=0.5, key=1)
    >>> bool((dropout_backward([1.0, 1.0, 1.0, 1.0], cache) == y).all())
    True
    """
    keep, scale = cache
    dy = upstream(dy, keep.shape, keep.dtype)
    inputs = (dy.reshape(-1), keep.reshape(-1), scale)
    shapes, folded = (keep.shape,), [(keep.size,)]
    (dx,) = launch(dropout_backward_loops, dropout_backward_numpy, inputs, shapes, out, accumulate, folded)
    return dx
