"""Activations whose derivative is a function of x: leaky relu, GELU in both forms."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import Kernel, kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, upstream
from .placed import anywhere

_CUBE = 0.044715  # of the approximation by tanh
_FAR = 6.5  # from here on erf is 1 to the last digit


class LeakyReluCache(NamedTuple):
    """What the backward function needs."""

    x: np.ndarray
    slope: float


class GeluCache(NamedTuple):
    """What the backward function needs."""

    x: np.ndarray
    approximate: str


@kernel
def leaky_relu_forward_loops(x, slope: float, y):
    for i in range(x.shape[0]):
        y[i] = ti.select(x[i] <= 0.0, slope * x[i], x[i])


@kernel
def leaky_relu_backward_loops(dy, x, slope: float, dx):
    for i in range(x.shape[0]):
        dx[i] = ti.select(x[i] <= 0.0, slope * dy[i], dy[i])


@kernel
def gelu_forward_loops(x, root_half: float, two_over_root_pi: float, y):
    for i in range(x.shape[0]):
        u = x[i] * root_half
        term = ti.min(ti.max(u, -6.5), 6.5)  # erf(u) = 2/sqrt(pi) exp(-u²) sum_n 2^n u^(2n+1)/(2n+1)!!
        square = term * term
        series = 0.0
        n = 0
        while n < 150 and series + term != series:
            series += term
            n += 1
            term *= 2.0 * square / (2 * n + 1)
        erf = two_over_root_pi * ti.exp(-square) * series
        y[i] = 0.5 * x[i] * (1.0 + erf)


@kernel
def gelu_backward_loops(dy, x, root_half: float, two_over_root_pi: float, dx):
    for i in range(x.shape[0]):
        u = x[i] * root_half
        term = ti.min(ti.max(u, -6.5), 6.5)
        square = term * term
        series = 0.0
        n = 0
        while n < 150 and series + term != series:
            series += term
            n += 1
            term *= 2.0 * square / (2 * n + 1)
        erf = two_over_root_pi * ti.exp(-square) * series
        density = 0.5 * two_over_root_pi * root_half * ti.exp(-u * u)  # of the normal distribution
        dx[i] = dy[i] * (0.5 * (1.0 + erf) + x[i] * density)


@kernel
def gelu_tanh_forward_loops(x, root: float, cube: float, y):
    for i in range(x.shape[0]):
        z_i = root * (x[i] + cube * x[i] * x[i] * x[i])
        y[i] = 0.5 * x[i] * (1.0 + ti.tanh(z_i))


@kernel
def gelu_tanh_backward_loops(dy, x, root: float, cube: float, dx):
    for i in range(x.shape[0]):
        t_i = ti.tanh(root * (x[i] + cube * x[i] * x[i] * x[i]))
        dz_i = root * (1.0 + 3.0 * cube * x[i] * x[i])
        dx[i] = dy[i] * 0.5 * (1.0 + t_i + x[i] * (1.0 - t_i * t_i) * dz_i)


def leaky_relu_forward_numpy(x: np.ndarray, slope: float) -> np.ndarray:
    """y = x where x > 0, else slope x."""
    return np.where(x <= 0, x.dtype.type(slope) * x, x)


def leaky_relu_backward_numpy(dy: np.ndarray, x: np.ndarray, slope: float) -> np.ndarray:
    """dx = dy where x > 0, else slope dy."""
    return np.where(x <= 0, x.dtype.type(slope) * dy, dy)


def gelu_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = x/2 (1 + erf(x/sqrt(2)))."""
    return x / 2 * (1 + _erf(x / x.dtype.type(math.sqrt(2))))


def gelu_backward_numpy(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """dx = dy (Phi(x) + x phi(x)), with the normal distribution Phi and its density phi."""
    density = np.exp(-x * x / 2) / x.dtype.type(math.sqrt(2 * math.pi))
    return dy * ((1 + _erf(x / x.dtype.type(math.sqrt(2)))) / 2 + x * density)


def gelu_tanh_forward_numpy(x: np.ndarray) -> np.ndarray:
    """y = x/2 (1 + tanh(z)), z = sqrt(2/pi) (x + 0.044715 x³)."""
    return x / 2 * (1 + np.tanh(x.dtype.type(math.sqrt(2 / math.pi)) * (x + x.dtype.type(_CUBE) * x * x * x)))


def gelu_tanh_backward_numpy(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """dx = dy/2 (1 + t + x (1 - t²) dz/dx) with t = tanh(z)."""
    root, cube = x.dtype.type(math.sqrt(2 / math.pi)), x.dtype.type(_CUBE)
    t = np.tanh(root * (x + cube * x * x * x))
    return dy / 2 * (1 + t + x * (1 - t * t) * root * (1 + 3 * cube * x * x))


@anywhere
def leaky_relu_forward(x: Any, slope: float = 0.01, out: Any = None) -> tuple[np.ndarray, LeakyReluCache]:
    """y_i = x_i where x_i > 0, else slope x_i; NaN where x_i is NaN.

    Parameters
    ----------
    x : array of any shape, float32 or float64
    slope : float
        The derivative on the left of 0.
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape and type of x
    cache : LeakyReluCache
        For `leaky_relu_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.

    Examples
    --------
    >>> from tensorcalc.kernels import leaky_relu_forward
    >>> y, cache = leaky_relu_forward([-2.0, 3.0], slope=0.5)
    >>> y
    array([-1.,  3.])
    """
    (x,) = floats(x=x)
    (y,) = _each(leaky_relu_forward_loops, leaky_relu_forward_numpy, (x,), (float(slope),), out)
    return y, LeakyReluCache(x, float(slope))


@anywhere
def leaky_relu_backward(dy: Any, cache: LeakyReluCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_i = dl/dy_i where x_i > 0, else slope dl/dy_i: also at the kink x_i = 0, which has no derivative.

    Derived in: 12_activations, eq. eq-activations-leaky

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : LeakyReluCache
        From `leaky_relu_forward`.
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
    >>> from tensorcalc.kernels import leaky_relu_backward, leaky_relu_forward
    >>> y, cache = leaky_relu_forward([-2.0, 0.0, 3.0], slope=0.5)
    >>> leaky_relu_backward([1.0, 1.0, 1.0], cache)
    array([0.5, 0.5, 1. ])
    """
    x, slope = cache
    dy = upstream(dy, x.shape, x.dtype)
    (dx,) = _each(leaky_relu_backward_loops, leaky_relu_backward_numpy, (dy, x), (slope,), out, accumulate)
    return dx


@anywhere
def gelu_forward(x: Any, approximate: str = "none", out: Any = None) -> tuple[np.ndarray, GeluCache]:
    """y_i = x_i/2 (1 + erf(x_i/sqrt(2))), or with tanh(sqrt(2/pi) (x_i + 0.044715 x_i³)) in place of erf.

    Parameters
    ----------
    x : array of any shape, float32 or float64
    approximate : "none" or "tanh"
        The second is the approximation that many published models were trained with.
    out : array of the shape and type of x, optional
        Receives y.

    Returns
    -------
    y : array of the shape and type of x
    cache : GeluCache
        For `gelu_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        For another form.

    Examples
    --------
    >>> from tensorcalc.kernels import gelu_forward
    >>> y, cache = gelu_forward([-1.0, 0.0, 1.0])
    >>> y.round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    (x,) = floats(x=x)
    if approximate not in ("none", "tanh"):
        raise ValueError(f"approximate is {approximate!r}; GELU has the forms 'none' (by erf) and 'tanh'")
    if approximate == "tanh":
        loops, formula, numbers = gelu_tanh_forward_loops, gelu_tanh_forward_numpy, _TANH
    else:
        loops, formula, numbers = gelu_forward_loops, gelu_forward_numpy, _ERF
    (y,) = _each(loops, lambda x, *_: formula(x), (x,), numbers, out)
    return y, GeluCache(x, approximate)


@anywhere
def gelu_backward(dy: Any, cache: GeluCache, out: Any = None, accumulate: bool = False) -> np.ndarray:
    """dl/dx_i = dl/dy_i (Phi(x_i) + x_i phi(x_i)), with the normal distribution Phi and its density phi.

    In the approximation dl/dx_i = dl/dy_i/2 (1 + t_i + x_i (1 - t_i²) z'_i) with t_i = tanh(z_i).

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : GeluCache
        From `gelu_forward`.
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
    >>> from tensorcalc.kernels import gelu_backward, gelu_forward
    >>> y, cache = gelu_forward([0.0, 10.0])
    >>> gelu_backward([1.0, 1.0], cache)
    array([0.5, 1. ])
    """
    x, approximate = cache
    dy = upstream(dy, x.shape, x.dtype)
    if approximate == "tanh":
        loops, formula, numbers = gelu_tanh_backward_loops, gelu_tanh_backward_numpy, _TANH
    else:
        loops, formula, numbers = gelu_backward_loops, gelu_backward_numpy, _ERF
    (dx,) = _each(loops, lambda dy, x, *_: formula(dy, x), (dy, x), numbers, out, accumulate)
    return dx


_TANH = (math.sqrt(2 / math.pi), _CUBE)
_ERF = (math.sqrt(0.5), 2 / math.sqrt(math.pi))


def _erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def _each(
    loops: Kernel,
    formula: Callable[..., np.ndarray],
    arrays: tuple[np.ndarray, ...],
    numbers: tuple[float, ...],
    out: Any,
    accumulate: bool = False,
) -> tuple[np.ndarray, ...]:
    """Element by element, whatever the shape."""
    x = arrays[-1]
    flat = [array.reshape(-1) for array in arrays]
    return launch(loops, formula, (*flat, *numbers), (x.shape,), out, accumulate, folded=[(x.size,)])
