"""Optimizers: one step of the parameters p against their gradient g, everything changed in place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tensorcalc.execution.blocks import Lanes, Written, chunks, elementwise_loops, load, parallel, store
from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import compiled, fastest, floats
from .placed import Placed, anywhere


@kernel
def sgd_loops(g, lr: float, p):
    for i in range(p.shape[0]):
        p[i] = p[i] - lr * g[i]


@kernel
def momentum_loops(g, lr: float, beta: float, share: float, p, v):
    for i in range(p.shape[0]):
        v[i] = beta * v[i] + share * g[i]
        p[i] = p[i] - lr * v[i]


@kernel
def rmsprop_loops(g, lr: float, beta: float, eps: float, eps_inside: int, p, s):
    for i in range(p.shape[0]):
        s[i] = beta * s[i] + (1.0 - beta) * g[i] * g[i]
        if eps_inside == 1:
            p[i] = p[i] - lr * g[i] / ti.sqrt(s[i] + eps)
        else:
            p[i] = p[i] - lr * g[i] / (ti.sqrt(s[i]) + eps)


@kernel
def adam_loops(
    g, lr: float, beta1: float, beta2: float, eps: float, share1: float, share2: float, decay: float, p, m, v
):
    for i in range(p.shape[0]):
        m[i] = beta1 * m[i] + (1.0 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i]
        mean = m[i] / share1  # share1 = 1 - beta1^t: that much of m stems from gradients, the rest from its start at 0
        square = v[i] / share2
        p[i] = p[i] - lr * decay * p[i] - lr * mean / (ti.sqrt(square) + eps)


@elementwise_loops
def adam_vectors(
    g: Lanes, lr: float, beta1: float, beta2: float, eps: float, share1: float, share2: float, decay: float,
    p: Written, m: Written, v: Written,
):  # fmt: skip
    rate = lr / share1
    scale = 1.0 / share2
    parallel()
    for i in range(chunks(p)):
        g_i = load(g, i)
        m_i = beta1 * load(m, i) + (1.0 - beta1) * g_i
        v_i = beta2 * load(v, i) + (1.0 - beta2) * (g_i * g_i)
        p_i = load(p, i)
        store(m_i, m, i)
        store(v_i, v, i)
        store(p_i - lr * decay * p_i - rate * m_i / (ti.sqrt(scale * v_i) + eps), p, i)


def sgd_numpy(g: np.ndarray, lr: float, p: np.ndarray) -> None:
    """p ← p - lr g."""
    p -= lr * g


def momentum_numpy(g: np.ndarray, lr: float, beta: float, share: float, p: np.ndarray, v: np.ndarray) -> None:
    """v ← beta v + share g, p ← p - lr v."""
    v *= beta
    v += share * g
    p -= lr * v


def rmsprop_numpy(
    g: np.ndarray, lr: float, beta: float, eps: float, eps_inside: int, p: np.ndarray, s: np.ndarray
) -> None:
    """s ← beta s + (1 - beta) g², p ← p - lr g/(sqrt(s) + eps)."""
    s *= beta
    s += (1 - beta) * g * g
    p -= lr * g / (np.sqrt(s + eps) if eps_inside else np.sqrt(s) + eps)


def adam_numpy(
    g: np.ndarray,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    share1: float,
    share2: float,
    decay: float,
    p: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
) -> None:
    """m ← beta1 m + (1 - beta1) g, v likewise of g², p ← p - lr decay p - lr m̂/(sqrt(v̂) + eps)."""
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    p -= lr * decay * p + lr * (m / share1) / (np.sqrt(v / share2) + eps)


@anywhere
def sgd(p: np.ndarray, g: Any, lr: float) -> None:
    """p ← p - lr g, a step of gradient descent; stochastic where g is the mean over a mini-batch.

    Derived in: 19_optimizers, eq. eq-optimizers-sgd

    Parameters
    ----------
    p : array of any shape, float32 or float64
        Parameters, changed in place.
    g : array of the shape of p
        The gradient dl/dp.
    lr : float
        The learning rate.

    Raises
    ------
    TypeError
        If p is not an array of float32 or float64.
    ValueError
        If the shapes differ, or p cannot be written to.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.kernels import sgd
    >>> p = np.array([1.0, 2.0])
    >>> sgd(p, [10.0, -10.0], lr=0.1)
    >>> p
    array([0., 3.])
    """
    _step(sgd_loops, sgd_numpy, g, (lr,), p=p)


@anywhere
def momentum(p: np.ndarray, g: Any, v: np.ndarray, lr: float, beta: float = 0.9, average: bool = False) -> None:
    """v ← beta v + g, p ← p - lr v; or, as a moving average, v ← beta v + (1 - beta) g.

    From v = 0 the second is (1 - beta) times the first throughout, so that a learning rate of lr/(1 - beta) there is
    lr here. PyTorch has the first, and books on averages the second.

    Derived in: 19_optimizers, eq. eq-optimizers-classical
    Derived in: 19_optimizers, eq. eq-optimizers-average

    Parameters
    ----------
    p : array of any shape, float32 or float64
        Parameters, changed in place.
    g : array of the shape of p
        The gradient dl/dp.
    v : array of the shape and type of p
        The velocity, zeros before the first step; changed in place.
    lr : float
        The learning rate.
    beta : float
        How much of the velocity is kept.
    average : bool
        Whether v is a moving average of the gradients.

    Raises
    ------
    TypeError
        If p or v is not an array of float32 or float64.
    ValueError
        If the shapes differ, or p or v cannot be written to.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.kernels import momentum
    >>> p, v = np.zeros(1), np.zeros(1)
    >>> for _ in range(2):
    ...     momentum(p, [1.0], v, lr=1.0, beta=0.5)
    >>> v, p
    (array([1.5]), array([-2.5]))
    """
    _step(momentum_loops, momentum_numpy, g, (lr, beta, 1 - beta if average else 1.0), p=p, v=v)


@anywhere
def rmsprop(
    p: np.ndarray,
    g: Any,
    s: np.ndarray,
    lr: float = 0.01,
    beta: float = 0.99,
    eps: float = 1e-8,
    eps_inside: bool = False,
) -> None:
    """s_i ← beta s_i + (1 - beta) g_i², p_i ← p_i - lr g_i/(sqrt(s_i) + eps).

    Derived in: 19_optimizers, eq. eq-optimizers-rmsprop

    Parameters
    ----------
    p : array of any shape, float32 or float64
        Parameters, changed in place.
    g : array of the shape of p
        The gradient dl/dp.
    s : array of the shape and type of p
        The moving average of g², zeros before the first step; changed in place.
    lr : float
        The learning rate.
    beta : float
        How much of the average is kept.
    eps : float
        Keeps the denominator from 0.
    eps_inside : bool
        Whether the denominator is sqrt(s_i + eps) instead, as in some texts.

    Raises
    ------
    TypeError
        If p or s is not an array of float32 or float64.
    ValueError
        If the shapes differ, or p or s cannot be written to.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.kernels import rmsprop
    >>> p, s = np.zeros(2), np.zeros(2)
    >>> rmsprop(p, [4.0, -100.0], s, lr=1.0, beta=0.75, eps=0.0)
    >>> p
    array([-2.,  2.])
    """
    _step(rmsprop_loops, rmsprop_numpy, g, (lr, beta, eps, int(eps_inside)), p=p, s=s)


@anywhere
def adam(
    p: np.ndarray,
    g: Any,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> None:
    """m_i ← beta1 m_i + (1 - beta1) g_i, v_i ← beta2 v_i + (1 - beta2) g_i², p_i ← p_i - lr m̂_i/(sqrt(v̂_i) + eps).

    With m̂ = m/(1 - beta1^t) and v̂ = v/(1 - beta2^t), t counting the steps from 1: the averages begin at 0, and this
    is what a constant gradient lacks.

    Derived in: 19_optimizers, eq. eq-optimizers-adam

    Parameters
    ----------
    p : array of any shape, float32 or float64
        Parameters, changed in place.
    g : array of the shape of p
        The gradient dl/dp.
    m, v : arrays of the shape and type of p
        Moving averages of g and g², zeros before the first step; changed in place.
    step : int
        The number t of this step, the first being 1.
    lr, beta1, beta2, eps : float
        The learning rate; how much of the averages is kept; what keeps the denominator from 0.

    Raises
    ------
    TypeError
        If p, m or v is not an array of float32 or float64.
    ValueError
        If the shapes differ, p, m or v cannot be written to, or step is less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.kernels import adam
    >>> p, m, v = np.zeros(2), np.zeros(2), np.zeros(2)
    >>> adam(p, [4.0, -100.0], m, v, step=1, lr=0.5, eps=0.0)
    >>> p.round(12)  # the first step is lr long in every direction
    array([-0.5,  0.5])
    """
    adamw(p, g, m, v, step, lr, beta1, beta2, eps, weight_decay=0.0)


@anywhere
def adamw(
    p: np.ndarray,
    g: Any,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> None:
    """p_i ← p_i - lr λ p_i - lr m̂_i/(sqrt(v̂_i) + eps): Adam, with a decay λ of the parameters beside the gradient.

    A term λ/2 p_i p_i in the loss would have its gradient divided by sqrt(v̂_i) as well; here the decay is the same for
    every parameter.

    Derived in: 19_optimizers, eq. eq-optimizers-adamw

    Parameters
    ----------
    p : array of any shape, float32 or float64
        Parameters, changed in place.
    g : array of the shape of p
        The gradient dl/dp.
    m, v : arrays of the shape and type of p
        Moving averages of g and g², zeros before the first step; changed in place.
    step : int
        The number t of this step, the first being 1.
    lr, beta1, beta2, eps, weight_decay : float
        The learning rate; how much of the averages is kept; what keeps the denominator from 0; λ.

    Raises
    ------
    TypeError
        If p, m or v is not an array of float32 or float64.
    ValueError
        If the shapes differ, p, m or v cannot be written to, or step is less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.kernels import adamw
    >>> p, m, v = np.ones(1), np.zeros(1), np.zeros(1)
    >>> adamw(p, [0.0], m, v, step=1, lr=0.5, weight_decay=0.1)
    >>> p
    array([0.95])
    """
    if step < 1:
        raise ValueError(f"step is {step}; the first one is 1 (at 0 the averages would be divided by 0)")
    numbers = (lr, beta1, beta2, eps, 1 - beta1**step, 1 - beta2**step, weight_decay)
    _step(fastest(adam_vectors, adam_loops), adam_numpy, g, numbers, p=p, m=m, v=v)


def _step(
    loops: Callable[..., None], formula: Callable[..., None], g: Any, numbers: tuple[float, ...], **state: np.ndarray
) -> None:
    """Change the arrays of the state, whatever their strides."""
    p = state["p"]
    if isinstance(p, Placed):
        return _step_there(loops, g, numbers, **state)
    for name, array in state.items():
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
            raise TypeError(f"{name} is changed in place: it must be an array of float32 or float64")
        if array.shape != p.shape or array.dtype != p.dtype:
            raise ValueError(f"{name} is {array.dtype} {array.shape}; p is {p.dtype} {p.shape}")
        if not array.flags.writeable:
            raise ValueError(f"{name} is changed in place, but it is read-only")
    g = np.asarray(g)
    if g.shape != p.shape:
        raise ValueError(f"g has shape {g.shape}; the gradient has the shape of p, which is {p.shape}")
    g, arrays = g.astype(p.dtype, copy=False), list(state.values())
    if not compiled(p):
        with np.errstate(all="ignore"):
            return formula(g, *numbers, *arrays)
    g, *flat = [np.require(array, requirements=["C", "A"]).reshape(-1) for array in (g, *arrays)]
    loops(g, *numbers, *flat)
    for array, changed in zip(arrays, flat, strict=True):
        if not np.may_share_memory(array, changed):
            array[...] = changed.reshape(array.shape)
    return None


def _step_there(loops: Callable[..., None], g: Any, numbers: tuple[float, ...], **state: Any) -> None:
    """The same for arrays on a device."""
    arrays = floats(**state, g=g)
    for name, array in zip((*state, "g"), arrays, strict=True):
        if array.shape != arrays[0].shape:
            raise ValueError(f"{name} has shape {array.shape}; p has shape {arrays[0].shape}")
    *flat, slope = [array.reshape(-1).array() for array in arrays]
    loops(slope, *numbers, *flat)
    for array, changed in zip(arrays, flat, strict=False):
        array.receive(changed)
