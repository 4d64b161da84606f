"""Derivatives from values alone: difference quotients, and the complex step."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def numerical_jacobian(f: Callable, x: Any, eps: float | None = None) -> np.ndarray:
    """∂y_i/∂x_j ≈ (y_i(x + h e_j) - y_i(x - h e_j))/2h, for multi-indices i and j, with the step h = eps max(1, |x_j|).

    The error is h²/6 times the third derivative, plus rounding of about u |y|/h where u is the unit of the last digit:
    smallest near h = u^(1/3), the default.

    Parameters
    ----------
    f : callable
        Takes x; returns y, or a tuple that begins with y.
    x : array, float32 or float64
        The point. Everything is computed in its type, so that the effect of precision can be seen.
    eps : float, optional
        Relative step; the cube root of the machine epsilon of x if not given.

    Returns
    -------
    array of shape y.shape + x.shape

    Raises
    ------
    TypeError
        If x is not real.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.checking import numerical_jacobian
    >>> numerical_jacobian(lambda x: x[0] * x, np.array([2.0, 3.0])).round(8)
    array([[4., 0.],
           [3., 2.]])
    """
    x = real(x)
    columns = [_change(f, below, above) / (above[j] - below[j]) for j, below, above in neighbours(x, eps)]
    y_shape = columns[0].shape if columns else np.shape(first(f(x)))
    return np.reshape(np.stack(columns, -1) if columns else (), y_shape + x.shape)


def numerical_vjp(f: Callable, x: Any, dy: Any, eps: float | None = None) -> np.ndarray:
    """dl/dx_j = dl/dy_i ∂y_i/∂x_j by central differences, one j at a time: what a backward function should return.

    Parameters
    ----------
    f : callable
        Takes x; returns y, or a tuple that begins with y.
    x : array, float32 or float64
    dy : array of the shape of y
        The upstream gradient dl/dy. All ones would hide errors: take a random one.
    eps : float, optional
        Relative step, as in `numerical_jacobian`.

    Returns
    -------
    array of the shape and type of x

    Raises
    ------
    TypeError
        If x is not real.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.checking import numerical_vjp
    >>> numerical_vjp(np.sin, np.array([0.0, np.pi]), dy=np.array([2.0, 5.0])).round(8)
    array([ 2., -5.])
    """
    x = real(x)
    dx = np.empty_like(x)
    for j, below, above in neighbours(x, eps):
        dx[j] = np.vdot(dy, _change(f, below, above)) / (above[j] - below[j])
    return dx


def complex_step_jacobian(f: Callable, x: Any, eps: float = 1e-20) -> np.ndarray:
    """∂y_i/∂x_j ≈ Im y_i(x + i h e_j)/h with h = eps: nothing is subtracted, so h can be tiny and no digit is lost.

    Parameters
    ----------
    f : callable
        Takes x; returns y, or a tuple that begins with y. It must be analytic and take complex numbers, as NumPy's
        functions do; ``abs``, ``max`` and conjugates are not analytic, and kernels are real.
    x : array, float64
    eps : float
        The step.

    Returns
    -------
    array of shape y.shape + x.shape

    Raises
    ------
    TypeError
        If x is not real.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.checking import complex_step_jacobian
    >>> complex_step_jacobian(np.exp, np.array([0.0, 1.0])) == np.diag(np.exp([0.0, 1.0]))
    array([[ True,  True],
           [ True,  True]])
    """
    x = real(x)
    steps = 1j * eps * np.eye(x.size).reshape(x.size, *x.shape)
    columns = [np.imag(first(f(x + step))) / eps for step in steps]
    return np.reshape(np.stack(columns, -1), columns[0].shape + x.shape)


def step_of(x: np.ndarray, eps: float | None) -> np.ndarray:
    """The step at each element: relative to its size where that exceeds one."""
    relative = float(np.cbrt(np.finfo(x.dtype).eps)) if eps is None else eps
    return (relative * np.maximum(1, np.abs(x))).astype(x.dtype)


def real(x: Any) -> np.ndarray:
    """A copy of x in floating point."""
    x = np.array(x)
    if x.dtype.kind not in "iubf":
        raise TypeError(f"difference quotients need a real array, not one of {x.dtype}")
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def first(output: Any) -> Any:
    """y, where a function returns y or (y, cache)."""
    return output[0] if isinstance(output, tuple) else output


def neighbours(x: np.ndarray, eps: float | None) -> Iterator[tuple[tuple[int, ...], np.ndarray, np.ndarray]]:
    """For each multi-index j: j, x - h e_j and x + h e_j, whose distance is 2h but for rounding."""
    steps = step_of(x, eps)
    for j in np.ndindex(x.shape):
        yield j, moved(x, j, -float(steps[j])), moved(x, j, float(steps[j]))


def moved(x: np.ndarray, j: tuple[int, ...], step: float) -> np.ndarray:
    """x + step e_j."""
    point = x.copy()
    point[j] += step
    return point


def _change(f: Callable, below: np.ndarray, above: np.ndarray) -> np.ndarray:
    lower = np.array(first(f(below)))  # a copy, since f may fill the same array again
    return np.asarray(first(f(above))) - lower
