"""Losses of one element at a time: mean squared error, binary cross-entropy of probabilities and of logits."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import Kernel, kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch
from .placed import anywhere
from .reduction import known, reduced, spread


class LossCache(NamedTuple):
    """What the backward functions need: prediction and target (no copies: leave them unchanged)."""

    x: np.ndarray
    t: np.ndarray
    reduction: str


@kernel
def mse_forward_loops(x, t, l):
    for i in range(x.shape[0]):
        l[i] = (x[i] - t[i]) * (x[i] - t[i])


@kernel
def mse_backward_loops(dl, x, t, dx, dt):
    for i in range(x.shape[0]):
        dx[i] = 2.0 * dl[i] * (x[i] - t[i])
        dt[i] = 2.0 * dl[i] * (t[i] - x[i])


@kernel
def bce_forward_loops(p, t, l):
    for i in range(p.shape[0]):
        log_p = ti.log(p[i])
        log_q = ti.log(1.0 - p[i])
        log_p = ti.select(log_p < -100.0, -100.0, log_p)  # not ti.max, which makes -100 of NaN
        log_q = ti.select(log_q < -100.0, -100.0, log_q)
        l[i] = -t[i] * log_p - (1.0 - t[i]) * log_q


@kernel
def bce_backward_loops(dl, p, t, dp, dt):
    for i in range(p.shape[0]):
        variance = p[i] * (1.0 - p[i])
        dp[i] = dl[i] * (p[i] - t[i]) / ti.select(variance < 1e-12, 1e-12, variance)
        log_p = ti.log(p[i])
        log_q = ti.log(1.0 - p[i])
        log_p = ti.select(log_p < -100.0, -100.0, log_p)
        log_q = ti.select(log_q < -100.0, -100.0, log_q)
        dt[i] = dl[i] * (log_q - log_p)


@kernel
def bce_with_logits_forward_loops(x, t, l):
    for i in range(x.shape[0]):
        e = ti.exp(-ti.abs(x[i]))
        u = 1.0 + e
        log_u = ti.select(u == 1.0, e, ti.log(u) * e / (u - 1.0))  # log(1 + e), exact for small e too
        l[i] = ti.select(x[i] > 0.0, x[i], 0.0) - t[i] * x[i] + log_u


@kernel
def bce_with_logits_backward_loops(dl, x, t, dx, dt):
    for i in range(x.shape[0]):
        dx[i] = dl[i] * (1.0 / (1.0 + ti.exp(-x[i])) - t[i])
        dt[i] = -dl[i] * x[i]


def mse_forward_numpy(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """l = (x - t)², element by element."""
    return (x - t) ** 2


def mse_backward_numpy(dl: np.ndarray, x: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dx = 2 dl (x - t), dt = -dx."""
    return 2 * dl * (x - t), 2 * dl * (t - x)


def bce_forward_numpy(p: np.ndarray, t: np.ndarray) -> np.ndarray:
    """l = -t log(p) - (1 - t) log(1 - p), no logarithm below -100."""
    return -t * np.maximum(np.log(p), -100) - (1 - t) * np.maximum(np.log(1 - p), -100)


def bce_backward_numpy(dl: np.ndarray, p: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dp = dl (p - t)/(p (1 - p)), dt = dl (log(1 - p) - log(p))."""
    dp = dl * (p - t) / np.maximum(p * (1 - p), p.dtype.type(1e-12))
    return dp, dl * (np.maximum(np.log(1 - p), -100) - np.maximum(np.log(p), -100))


def bce_with_logits_forward_numpy(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """l = max(x, 0) - t x + log(1 + exp(-|x|))."""
    return np.maximum(x, 0) - t * x + np.log1p(np.exp(-np.abs(x)))


def bce_with_logits_backward_numpy(dl: np.ndarray, x: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dx = dl (sigmoid(x) - t), dt = -dl x."""
    return dl * (1 / (1 + np.exp(-x)) - t), -dl * x


@anywhere
def mse_forward(x: Any, t: Any, reduction: str = "mean", out: Any = None) -> tuple[np.ndarray, LossCache]:
    """l = 1/I 1_i (x_i - t_i)², the mean over all elements.

    Parameters
    ----------
    x, t : arrays of one shape, float32 or float64
        Prediction and target.
    reduction : "mean", "sum" or "none"
        What is done with the elements (x_i - t_i)².
    out : array of the shape and type of l, optional
        Receives l.

    Returns
    -------
    l : array (), or of the shape of x where nothing is reduced
    cache : LossCache
        For `mse_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes differ, or for another reduction.

    Examples
    --------
    >>> from tensorcalc.kernels import mse_forward
    >>> l, cache = mse_forward([1.0, 2.0], [0.0, 0.0])
    >>> l
    array(2.5)
    """
    return _forward(mse_forward_loops, mse_forward_numpy, floats(x=x, t=t), reduction, out)


@anywhere
def mse_backward(dl: Any, cache: LossCache, out: Any = None, accumulate: bool = False) -> tuple[np.ndarray, ...]:
    """dl/dx_i = 2/I (x_i - t_i), dl/dt_i = -dl/dx_i; times the upstream gradient.

    Derived in: 15_softmax_and_losses, eq. eq-losses-mse-gradient

    Parameters
    ----------
    dl : array of the shape of l
        The upstream gradient; 1.0 if l is the loss itself.
    cache : LossCache
        From `mse_forward`.
    out : tuple of arrays or None, optional
        Receive dx and dt.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx, dt : arrays of the shape of x

    Raises
    ------
    ValueError
        If dl has another shape than l.

    Examples
    --------
    >>> from tensorcalc.kernels import mse_backward, mse_forward
    >>> l, cache = mse_forward([1.0, 2.0], [0.0, 0.0])
    >>> mse_backward(1.0, cache)
    (array([1., 2.]), array([-1., -2.]))
    """
    return _backward(mse_backward_loops, mse_backward_numpy, dl, cache, out, accumulate)


@anywhere
def bce_forward(p: Any, t: Any, reduction: str = "mean", out: Any = None) -> tuple[np.ndarray, LossCache]:
    """l = -1/I 1_i (t_i log(p_i) + (1 - t_i) log(1 - p_i)), binary cross-entropy of probabilities p.

    No logarithm is taken below -100, so that p = 0 and p = 1 give a finite loss; `bce_with_logits_forward` needs no
    such limit, and is the better choice wherever p is a sigmoid.

    Parameters
    ----------
    p, t : arrays of one shape, float32 or float64
        Probability of the positive class, between 0 and 1 (NaN elsewhere), and target.
    reduction : "mean", "sum" or "none"
        What is done with the elements.
    out : array of the shape and type of l, optional
        Receives l.

    Returns
    -------
    l : array (), or of the shape of p where nothing is reduced
    cache : LossCache
        For `bce_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes differ, or for another reduction.

    Examples
    --------
    >>> from tensorcalc.kernels import bce_forward
    >>> l, cache = bce_forward([0.5, 0.5], [0.0, 1.0], reduction="sum")
    >>> l.round(4)
    np.float64(1.3863)
    """
    return _forward(bce_forward_loops, bce_forward_numpy, floats(p=p, t=t), reduction, out)


@anywhere
def bce_backward(dl: Any, cache: LossCache, out: Any = None, accumulate: bool = False) -> tuple[np.ndarray, ...]:
    """dl/dp_i = 1/I (p_i - t_i)/(p_i (1 - p_i)), dl/dt_i = 1/I log((1 - p_i)/p_i); times the upstream gradient.

    The denominator is not taken below 1e-12.

    Derived in: 15_softmax_and_losses, eq. eq-losses-bce-gradient

    Parameters
    ----------
    dl : array of the shape of l
        The upstream gradient; 1.0 if l is the loss itself.
    cache : LossCache
        From `bce_forward`.
    out : tuple of arrays or None, optional
        Receive dp and dt.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dp, dt : arrays of the shape of p

    Raises
    ------
    ValueError
        If dl has another shape than l.

    Examples
    --------
    >>> from tensorcalc.kernels import bce_backward, bce_forward
    >>> l, cache = bce_forward([0.5, 0.5], [0.0, 1.0], reduction="sum")
    >>> bce_backward(1.0, cache)[0]
    array([ 2., -2.])
    """
    return _backward(bce_backward_loops, bce_backward_numpy, dl, cache, out, accumulate)


@anywhere
def bce_with_logits_forward(x: Any, t: Any, reduction: str = "mean", out: Any = None) -> tuple[np.ndarray, LossCache]:
    """l = 1/I 1_i (log(1 + exp(x_i)) - t_i x_i), binary cross-entropy of p_i = sigmoid(x_i).

    Computed as max(x_i, 0) - t_i x_i + log(1 + exp(-|x_i|)), which overflows nowhere.

    Parameters
    ----------
    x, t : arrays of one shape, float32 or float64
        Logits and target.
    reduction : "mean", "sum" or "none"
        What is done with the elements.
    out : array of the shape and type of l, optional
        Receives l.

    Returns
    -------
    l : array (), or of the shape of x where nothing is reduced
    cache : LossCache
        For `bce_with_logits_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes differ, or for another reduction.

    Examples
    --------
    >>> from tensorcalc.kernels import bce_with_logits_forward
    >>> l, cache = bce_with_logits_forward([1e4, -1e4], [0.0, 0.0], reduction="none")
    >>> l
    array([10000.,     0.])
    """
    return _forward(bce_with_logits_forward_loops, bce_with_logits_forward_numpy, floats(x=x, t=t), reduction, out)


@anywhere
def bce_with_logits_backward(
    dl: Any, cache: LossCache, out: Any = None, accumulate: bool = False
) -> tuple[np.ndarray, ...]:
    """dl/dx_i = 1/I (sigmoid(x_i) - t_i), dl/dt_i = -1/I x_i; times the upstream gradient.

    Derived in: 15_softmax_and_losses, eq. eq-losses-bce-logit

    Parameters
    ----------
    dl : array of the shape of l
        The upstream gradient; 1.0 if l is the loss itself.
    cache : LossCache
        From `bce_with_logits_forward`.
    out : tuple of arrays or None, optional
        Receive dx and dt.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx, dt : arrays of the shape of x

    Raises
    ------
    ValueError
        If dl has another shape than l.

    Examples
    --------
    >>> from tensorcalc.kernels import bce_with_logits_backward, bce_with_logits_forward
    >>> l, cache = bce_with_logits_forward([0.0], [1.0])
    >>> bce_with_logits_backward(1.0, cache)[0]
    array([-0.5])
    """
    return _backward(bce_with_logits_backward_loops, bce_with_logits_backward_numpy, dl, cache, out, accumulate)


def _forward(
    loops: Kernel, formula: Callable[..., np.ndarray], arrays: tuple[np.ndarray, ...], reduction: str, out: Any
) -> tuple[np.ndarray, LossCache]:
    x, t = arrays
    known(reduction)
    if x.shape != t.shape:
        raise ValueError(f"the prediction has shape {x.shape}, the target {t.shape}; they must be the same")
    each = out if reduction == "none" else None
    (l,) = launch(loops, formula, (x.reshape(-1), t.reshape(-1)), (x.shape,), each, folded=[(x.size,)])
    return reduced(l, reduction, out), LossCache(x, t, reduction)


def _backward(
    loops: Kernel, formula: Callable[..., Any], dl: Any, cache: LossCache, out: Any, accumulate: bool
) -> tuple[np.ndarray, ...]:
    x, t, reduction = cache
    flat = [array.reshape(-1) for array in (spread(dl, x, reduction), x, t)]
    return launch(loops, formula, flat, (x.shape, x.shape), out, accumulate, folded=[(x.size,)] * 2)
