"""Element-wise functions: y_i = f(x_i), and backward dl/dx_i = dl/dy_i f'(x_i), where f' is a function of y_i."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.blocks import (
    FUNCTIONS,
    Lanes,
    Written,
    chunks,
    elementwise_loops,
    load,
    parallel,
    pick_less,
    store,
)
from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import fastest, floats, launch, upstream
from .placed import anywhere

relu = FUNCTIONS["relu"]


class ElementwiseCache(NamedTuple):
    """What the backward functions need: the values y themselves (no copy: leave it unchanged)."""

    y: np.ndarray


@kernel
def sigmoid_forward_loops(x, y):
    for i in range(x.shape[0]):
        y[i] = 1.0 / (1.0 + ti.exp(-x[i]))


@kernel
def sigmoid_backward_loops(dy, y, dx):
    for i in range(y.shape[0]):
        dx[i] = dy[i] * y[i] * (1.0 - y[i])


@kernel
def tanh_forward_loops(x, y):
    for i in range(x.shape[0]):
        y[i] = ti.tanh(x[i])


@kernel
def tanh_backward_loops(dy, y, dx):
    for i in range(y.shape[0]):
        dx[i] = dy[i] * (1.0 - y[i] * y[i])


@kernel
def relu_forward_loops(x, y):
    for i in range(x.shape[0]):
        y[i] = ti.select(x[i] <= 0.0, 0.0, x[i])  # not ti.max, which makes 0 of NaN


@kernel
def relu_backward_loops(dy, y, dx):
    for i in range(y.shape[0]):
        dx[i] = ti.select(y[i] <= 0.0, 0.0, dy[i])


@elementwise_loops
def relu_forward_vectors(x: Lanes, y: Written):
    parallel()
    for i in range(chunks(x)):
        store(relu(load(x, i)), y, i)


@elementwise_loops
def relu_backward_vectors(dy: Lanes, y: Lanes, dx: Written):
    parallel()
    for i in range(chunks(y)):
        y_i = load(y, i)
        dy_i = load(dy, i)
        positive = pick_less(0.0, y_i, dy_i, 0.0)
        store(pick_less(y_i, 1.0, positive, dy_i), dx, i)  # dy_i where y_i is NaN


def sigmoid_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = 1/(1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))  # exp(-x) = inf gives y = 0, as it should


def sigmoid_backward_numpy(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dx = dy · y (1 - y)."""
    return dy * y * (1 - y)


def tanh_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = tanh(x)."""
    return np.tanh(x)


def tanh_backward_numpy(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dx = dy · (1 - y²)."""
    return dy * (1 - y * y)


def relu_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = max(x, 0)."""
    return np.maximum(x, 0)


def relu_backward_numpy(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dx = dy where y > 0, else 0."""
    return np.where(y <= 0, dy.dtype.type(0), dy)


@anywhere
def sigmoid_forward(x: Any, out: Any = None) -> tuple[np.ndarray, ElementwiseCache]:
    """y_i = 1/(1 + exp(-x_i)).

    Parameters
    ----------
    x : array of any shape, float32 or float64
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape and type of x
    cache : ElementwiseCache
        For `sigmoid_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.

    Examples
    --------
    >>> from tensorcalc.kernels import sigmoid_forward
    >>> y, cache = sigmoid_forward([-800.0, 0.0, 800.0])
    >>> y
    array([0. , 0.5, 1. ])
    """
    return _forward(sigmoid_forward_loops, sigmoid_forward_numpy, x, out)


@anywhere
def sigmoid_backward(dy: Any, cache: ElementwiseCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_i = dl/dy_i y_i (1 - y_i).

    Derived in: 12_activations, eq. eq-activations-sigmoid-slope

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : ElementwiseCache
        From `sigmoid_forward`.
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
    >>> from tensorcalc.kernels import sigmoid_backward, sigmoid_forward
    >>> y, cache = sigmoid_forward([0.0])
    >>> sigmoid_backward([2.0], cache)
    array([0.5])
    """
    return _backward(sigmoid_backward_loops, sigmoid_backward_numpy, dy, cache, out, accumulate)


@anywhere
def tanh_forward(x: Any, out: Any = None) -> tuple[np.ndarray, ElementwiseCache]:
    """y_i = tanh(x_i).

    Parameters
    ----------
    x : array of any shape, float32 or float64
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape and type of x
    cache : ElementwiseCache
        For `tanh_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.

    Examples
    --------
    >>> from tensorcalc.kernels import tanh_forward
    >>> y, cache = tanh_forward([-100.0, 0.0, 100.0])
    >>> y
    array([-1.,  0.,  1.])
    """
    return _forward(tanh_forward_loops, tanh_forward_numpy, x, out)


@anywhere
def tanh_backward(dy: Any, cache: ElementwiseCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_i = dl/dy_i (1 - y_i²).

    Derived in: 12_activations, eq. eq-activations-tanh-slope

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : ElementwiseCache
        From `tanh_forward`.
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
    >>> from tensorcalc.kernels import tanh_backward, tanh_forward
    >>> y, cache = tanh_forward([0.0])
    >>> tanh_backward([2.0], cache)
    array([2.])
    """
    return _backward(tanh_backward_loops, tanh_backward_numpy, dy, cache, out, accumulate)


@anywhere
def relu_forward(x: Any, out: Any = None) -> tuple[np.ndarray, ElementwiseCache]:
    """y_i = max(x_i, 0), and NaN where x_i is NaN.

    Parameters
    ----------
    x : array of any shape, float32 or float64
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape and type of x
    cache : ElementwiseCache
        For `relu_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.

    Examples
    --------
    >>> from tensorcalc.kernels import relu_forward
    >>> y, cache = relu_forward([-1.0, 2.0, float("nan")])
    >>> y
    array([ 0.,  2., nan])
    """
    return _forward(fastest(relu_forward_vectors, relu_forward_loops), relu_forward_numpy, x, out)


@anywhere
def relu_backward(dy: Any, cache: ElementwiseCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_i = dl/dy_i where y_i > 0, else 0: at the kink x_i = 0, where there is no derivative, it is 0.

    Derived in: 12_activations, eq. eq-activations-relu-slope

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : ElementwiseCache
        From `relu_forward`.
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
    >>> from tensorcalc.kernels import relu_backward, relu_forward
    >>> y, cache = relu_forward([-1.0, 2.0])
    >>> relu_backward([5.0, 5.0], cache)
    array([0., 5.])
    """
    loops = fastest(relu_backward_vectors, relu_backward_loops)
    return _backward(loops, relu_backward_numpy, dy, cache, out, accumulate)


def _forward(
    loops: Callable[..., None], formula: Callable[..., np.ndarray], x: Any, out: Any
) -> tuple[np.ndarray, ElementwiseCache]:
    (x,) = floats(x=x)
    (y,) = launch(loops, formula, (x.reshape(-1),), (x.shape,), out, folded=[(x.size,)])
    return y, ElementwiseCache(y)


def _backward(
    loops: Callable[..., None],
    formula: Callable[..., np.ndarray],
    dy: Any,
    cache: ElementwiseCache,
    out: Any,
    accumulate: bool,
) -> np.ndarray:
    y = cache.y
    dy = upstream(dy, y.shape, y.dtype)
    (dx,) = launch(loops, formula, (dy.reshape(-1), y.reshape(-1)), (y.shape,), out, accumulate, folded=[(y.size,)])
    return dx
