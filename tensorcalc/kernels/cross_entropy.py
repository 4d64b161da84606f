"""Cross-entropy of logits with classes or with distributions; softmax and logarithm in one, so that nothing overflows.

s_b = 1_i exp(x_bi),   l_b = log(s_b) - x_{b,T_b},   or   l_b = 1_i t_bi (1_i log(s_b) - x_bi)
"""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, integers, launch, rows
from .placed import Placed, anywhere
from .reduction import known, reduced, spread


class CrossEntropyCache(NamedTuple):
    """What the backward function needs: logits and target (no copies: leave them unchanged), and log(s_b)."""

    x: np.ndarray
    t: np.ndarray
    logs: np.ndarray
    reduction: str


@kernel
def cross_entropy_forward_loops(x, T, l, logs):
    for b in range(x.shape[0]):
        m_b = x[b, 0]
        for i in range(x.shape[1]):
            m_b = ti.max(m_b, x[b, i])
        s_b = 0.0
        for i in range(x.shape[1]):
            s_b += ti.exp(x[b, i] - m_b)
        l[b] = ti.log(s_b) - (x[b, T[b]] - m_b)
        logs[b] = ti.log(s_b) + m_b


@kernel
def cross_entropy_backward_loops(dl, x, T, logs, dx):
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            delta = 0.0
            if i == T[b]:
                delta = 1.0
            dx[b, i] = dl[b] * (ti.exp(x[b, i] - logs[b]) - delta)


@kernel
def cross_entropy_soft_forward_loops(x, t, l, logs):
    for b in range(x.shape[0]):
        m_b = x[b, 0]
        for i in range(x.shape[1]):
            m_b = ti.max(m_b, x[b, i])
        s_b = 0.0
        for i in range(x.shape[1]):
            s_b += ti.exp(x[b, i] - m_b)
        l_b = 0.0
        for i in range(x.shape[1]):
            l_b += t[b, i] * (ti.log(s_b) - (x[b, i] - m_b))
        l[b] = l_b
        logs[b] = ti.log(s_b) + m_b


@kernel
def cross_entropy_soft_backward_loops(dl, x, t, logs, dx, dt):
    for b in range(x.shape[0]):
        t_b = 0.0  # 1 for a distribution
        for i in range(x.shape[1]):
            t_b += t[b, i]
        for i in range(x.shape[1]):
            dx[b, i] = dl[b] * (ti.exp(x[b, i] - logs[b]) * t_b - t[b, i])
            dt[b, i] = dl[b] * (logs[b] - x[b, i])


def cross_entropy_forward_numpy(x: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """l_b and log(s_b) for classes T."""
    m = x.max(1, initial=-np.inf)
    log_s = np.log(np.exp(x - m[:, None]).sum(1))
    return log_s - (x[np.arange(len(x)), T] - m), log_s + m


def cross_entropy_backward_numpy(dl: np.ndarray, x: np.ndarray, T: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """dx = dl (softmax(x) - one-hot(T))."""
    y = np.exp(x - logs[:, None])
    y[np.arange(len(x)), T] -= 1
    return dl[:, None] * y


def cross_entropy_soft_forward_numpy(x: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """l_b and log(s_b) for distributions t."""
    m = x.max(1, initial=-np.inf, keepdims=True)
    log_s = np.log(np.exp(x - m).sum(1, keepdims=True))
    return (t * (log_s - (x - m))).sum(1), (log_s + m)[:, 0]


def cross_entropy_soft_backward_numpy(
    dl: np.ndarray, x: np.ndarray, t: np.ndarray, logs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """dx = dl (softmax(x) sum(t) - t), dt = -dl log_softmax(x)."""
    dx = np.exp(x - logs[:, None]) * t.sum(1, keepdims=True) - t
    return dl[:, None] * dx, dl[:, None] * (logs[:, None] - x)


@anywhere
def cross_entropy_forward(
    x: Any, t: Any, reduction: str = "mean", out: Any = None
) -> tuple[np.ndarray, CrossEntropyCache]:
    """l = 1/B 1_b (log(s_b) - x_{b,T_b}) with s_b = 1_i exp(x_bi), or 1/B 1_b t_bi (log(s_b) - x_bi).

    Parameters
    ----------
    x : array (..., I), float32 or float64
        Logits, the classes along the last axis.
    t : integer array (...), or array (..., I)
        The class of each row, counted from 0; or a weight for each class, which add up to 1 in a distribution.
    reduction : "mean", "sum" or "none"
        What is done with the loss of each row.
    out : array of the shape and type of l, optional
        Receives l.

    Returns
    -------
    l : array (), or (...) where nothing is reduced
    cache : CrossEntropyCache
        For `cross_entropy_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit, a class is outside 0 … I - 1, or for another reduction.

    Examples
    --------
    >>> from tensorcalc.kernels import cross_entropy_forward
    >>> l, cache = cross_entropy_forward([[1e4, 0.0], [1e4, 0.0]], [0, 1])
    >>> l
    array(5000.)
    """
    known(reduction)
    T = t if isinstance(t, Placed) else np.asarray(t)
    classes = T.ndim == np.ndim(x) - 1 and (T.dtype.kind in "iu" or not T.size)
    x, t = (*floats(x=x), T) if classes else floats(x=x, t=t)
    if x.ndim == 0 or t.shape != (x.shape[:-1] if classes else x.shape):
        raise ValueError(
            "cross-entropy needs logits of shape (..., I) and classes (integers) of shape (...) or weights of shape "
            f"(..., I), not {x.shape} and {t.dtype} {t.shape}"
        )
    loops, formula = cross_entropy_forward_loops, cross_entropy_forward_numpy
    if classes:
        t = integers("t", t, x.shape[-1])
    else:
        loops, formula = cross_entropy_soft_forward_loops, cross_entropy_soft_forward_numpy  # type: ignore[assignment]
    per_row, each = x.shape[:-1], out if reduction == "none" else None
    flat = t.reshape(-1) if classes else rows(t)
    l, logs = launch(loops, formula, (rows(x), flat), (per_row, per_row), (each, None), folded=[rows(x).shape[:1]] * 2)
    return reduced(l, reduction, out), CrossEntropyCache(x, t, logs, reduction)


@anywhere
def cross_entropy_backward(dl: Any, cache: CrossEntropyCache, out: Any = None, accumulate: bool = False) -> Any:
    """dl/dx_bi = 1/B (y_bi - delta_{i,T_b}), or 1/B (y_bi - t_bi), with y = softmax(x); times the upstream gradient.

    Weights t are differentiated by, too: dl/dt_bi = 1/B (log(s_b) - x_bi). Where they add up to w_b instead of 1,
    y_bi stands there w_b times.

    Derived in: 15_softmax_and_losses, eq. eq-losses-fused-backward
    Derived in: 15_softmax_and_losses, eq. eq-losses-targets

    Parameters
    ----------
    dl : array of the shape of l
        The upstream gradient; 1.0 if l is the loss itself.
    cache : CrossEntropyCache
        From `cross_entropy_forward`.
    out : array, or tuple of arrays or None, optional
        Receive the gradients.
    accumulate : bool
        Whether they are added to what is in `out`.

    Returns
    -------
    dx : array of the shape of x; for weights a tuple (dx, dt)

    Raises
    ------
    ValueError
        If dl has another shape than l.

    Examples
    --------
    >>> from tensorcalc.kernels import cross_entropy_backward, cross_entropy_forward
    >>> l, cache = cross_entropy_forward([[0.0, 0.0]], [1])
    >>> cross_entropy_backward(1.0, cache)
    array([[ 0.5, -0.5]])
    """
    x, t, logs, reduction = cache
    X, dl = rows(x), spread(dl, logs, reduction).reshape(-1)
    if t.ndim == x.ndim:
        loops, formula, inputs = cross_entropy_soft_backward_loops, cross_entropy_soft_backward_numpy, (X, rows(t))
        shapes = [x.shape, x.shape]
        return launch(loops, formula, (dl, *inputs, logs.reshape(-1)), shapes, out, accumulate, folded=[X.shape] * 2)
    (dx,) = launch(
        cross_entropy_backward_loops,
        cross_entropy_backward_numpy,
        (dl, X, t.reshape(-1), logs.reshape(-1)),
        (x.shape,),
        out,
        accumulate,
        folded=[X.shape],
    )
    return dx
