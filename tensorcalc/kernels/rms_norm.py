"""RMS norm over the last axis: layer norm without a mean and without a shift.

r_b = sqrt(1/H 1_h x_bh² + eps),   y_bh = x_bh/r_b gamma_h
"""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, rows, upstream
from .placed import anywhere


class RmsNormCache(NamedTuple):
    """What the backward function needs: x and gamma (no copies: leave them unchanged), and the root mean squares."""

    x: np.ndarray
    gamma: np.ndarray
    r: np.ndarray


@kernel
def rms_norm_forward_loops(x, gamma, eps: float, y, r):
    for b in range(x.shape[0]):
        square_b = 0.0
        for h in range(x.shape[1]):
            square_b += x[b, h] * x[b, h]
        r_b = ti.sqrt(square_b / x.shape[1] + eps)
        for h in range(x.shape[1]):
            y[b, h] = x[b, h] / r_b * gamma[h]
        r[b] = r_b


@kernel
def rms_norm_backward_loops(dy, x, gamma, r, dx, dgamma):
    for b in range(x.shape[0]):
        mean_gz = 0.0  # of g_bh z_bh over h, with g_bh = dy_bh gamma_h and z_bh = x_bh/r_b
        for h in range(x.shape[1]):
            mean_gz += dy[b, h] * gamma[h] * x[b, h] / r[b]
        mean_gz /= x.shape[1]
        for h in range(x.shape[1]):
            dx[b, h] = (dy[b, h] * gamma[h] - x[b, h] / r[b] * mean_gz) / r[b]
    for h in range(x.shape[1]):
        dgamma_h = 0.0
        for b in range(x.shape[0]):
            dgamma_h += dy[b, h] * x[b, h] / r[b]
        dgamma[h] = dgamma_h


def rms_norm_forward_numpy(x: np.ndarray, gamma: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """y and r of a matrix x."""
    r = np.sqrt((x * x).sum(1) / x.shape[1] + x.dtype.type(eps))
    return x / r[:, None] * gamma, r


def rms_norm_backward_numpy(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, r: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """dx and dgamma of a matrix x."""
    z, g = x / r[:, None], dy * gamma
    return (g - z * ((g * z).sum(1, keepdims=True) / x.shape[1])) / r[:, None], (dy * z).sum(0)


@anywhere
def rms_norm_forward(x: Any, gamma: Any, eps: float = 1e-5, out: Any = None) -> tuple[np.ndarray, RmsNormCache]:
    """y_bh = x_bh/r_b gamma_h with r_b = sqrt(1/H 1_h x_bh² + eps).

    Parameters
    ----------
    x : array (..., H), float32 or float64
        Each row along the last axis is normalised by itself.
    gamma : array (H,)
    eps : float
        Added to the mean square.
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array of the shape of x
    cache : RmsNormCache
        For `rms_norm_backward`: ``cache.r`` has the shape of x without its last axis.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If gamma does not have the shape (H,).

    Examples
    --------
    >>> from tensorcalc.kernels import rms_norm_forward
    >>> y, cache = rms_norm_forward([[1.0, 7.0]], gamma=[5.0, 10.0], eps=0.0)
    >>> y
    array([[ 1., 14.]])
    """
    x, gamma = floats(x=x, gamma=gamma)
    if x.ndim == 0 or gamma.shape != x.shape[-1:]:
        raise ValueError(f"RMS norm needs x of shape (..., H) and gamma of shape (H,), not {x.shape} and {gamma.shape}")
    X = rows(x)
    y, r = launch(
        rms_norm_forward_loops,
        rms_norm_forward_numpy,
        (X, gamma, eps),
        (x.shape, x.shape[:-1]),
        (out, None),
        folded=(X.shape, X.shape[:1]),
    )
    return y, RmsNormCache(x, gamma, r)


@anywhere
def rms_norm_backward(
    dy: Any, cache: RmsNormCache, out: Any = None, accumulate: bool = False
) -> tuple[np.ndarray, ...]:
    """dl/dx_bh = (g_bh - z_bh mean_h(g z))/r_b with g = dl/dy gamma and z = x/r; dl/dgamma_h = 1_b dl/dy_bh z_bh.

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : RmsNormCache
        From `rms_norm_forward`.
    out : tuple of arrays or None, optional
        Receive dx and dgamma.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx : array of the shape of x
    dgamma : array (H,)

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import rms_norm_backward, rms_norm_forward
    >>> y, cache = rms_norm_forward([[1.0, 7.0]], gamma=[1.0, 1.0], eps=0.0)
    >>> dx, dgamma = rms_norm_backward(y, cache)
    >>> bool(abs(dx).max() < 1e-15)  # y·y is the same for every length of x
    True
    >>> dgamma
    array([0.04, 1.96])
    """
    x, gamma, r = cache
    dy = rows(upstream(dy, x.shape, x.dtype))
    return launch(
        rms_norm_backward_loops,
        rms_norm_backward_numpy,
        (dy, rows(x), gamma, r.reshape(-1)),
        (x.shape, gamma.shape),
        out,
        accumulate,
        folded=(dy.shape, gamma.shape),
    )
