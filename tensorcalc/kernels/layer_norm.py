"""Layer norm over the last axis, with the statistics of the forward pass kept for the backward pass.

m_b = 1/H 1_h x_bh,   mu_bh = x_bh - 1_h m_b,   v_b = 1/H 1_h mu_bh²,   sigma_b = sqrt(v_b + eps),
y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h
"""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, rows, upstream
from .placed import anywhere, scratch

# Rows are summed in this many groups, whatever the number of threads, so that every run adds in the same order.
_GROUPS = 64


class LayerNormCache(NamedTuple):
    """What the backward function needs: x and gamma (no copies: leave them unchanged), and the statistics."""

    x: np.ndarray
    gamma: np.ndarray
    m: np.ndarray
    sigma: np.ndarray


@kernel
def layer_norm_forward_loops(x, gamma, beta, eps: float, y, m, sigma):
    for b in range(x.shape[0]):
        m_b = 0.0
        for h in range(x.shape[1]):
            m_b += x[b, h]
        m_b /= x.shape[1]
        v_b = 0.0
        for h in range(x.shape[1]):
            mu_bh = x[b, h] - m_b
            v_b += mu_bh * mu_bh
        v_b /= x.shape[1]
        sigma_b = ti.sqrt(v_b + eps)
        for h in range(x.shape[1]):
            y[b, h] = (x[b, h] - m_b) / sigma_b * gamma[h] + beta[h]
        m[b] = m_b
        sigma[b] = sigma_b


@kernel
def layer_norm_dx_loops(dy, x, gamma, m, sigma, dx):
    for b in range(x.shape[0]):
        mean_g = 0.0  # of g_bh = dy_bh gamma_h over h
        mean_gz = 0.0  # of g_bh z_bh over h, with z_bh = mu_bh/sigma_b
        for h in range(x.shape[1]):
            g_bh = dy[b, h] * gamma[h]
            mean_g += g_bh
            mean_gz += g_bh * (x[b, h] - m[b]) / sigma[b]
        mean_g /= x.shape[1]
        mean_gz /= x.shape[1]
        for h in range(x.shape[1]):
            z_bh = (x[b, h] - m[b]) / sigma[b]
            dx[b, h] = (dy[b, h] * gamma[h] - mean_g - z_bh * mean_gz) / sigma[b]


@kernel
def layer_norm_dweights_loops(dy, x, m, sigma, rows: int, dgamma_nh, dbeta_nh, dgamma, dbeta):
    for n, h in ti.ndrange(*dgamma_nh.shape):  # sums over the n-th group of rows
        dgamma_n = 0.0
        dbeta_n = 0.0
        for b in range(n * rows, min((n + 1) * rows, x.shape[0])):
            dgamma_n += dy[b, h] * (x[b, h] - m[b]) / sigma[b]
            dbeta_n += dy[b, h]
        dgamma_nh[n, h] = dgamma_n
        dbeta_nh[n, h] = dbeta_n
    for h in range(dgamma.shape[0]):  # their sum, always in the same order
        dgamma_h = 0.0
        dbeta_h = 0.0
        for n in range(dgamma_nh.shape[0]):
            dgamma_h += dgamma_nh[n, h]
            dbeta_h += dbeta_nh[n, h]
        dgamma[h] = dgamma_h
        dbeta[h] = dbeta_h


def layer_norm_forward_numpy(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """y, m, sigma of a matrix x."""
    H = x.shape[1]
    m = x.sum(1) / H
    mu = x - m[:, None]
    sigma = np.sqrt((mu * mu).sum(1) / H + x.dtype.type(eps))
    return mu / sigma[:, None] * gamma + beta, m, sigma


def layer_norm_backward_numpy(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, m: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dx, dgamma, dbeta of a matrix x."""
    H = x.shape[1]
    z = (x - m[:, None]) / sigma[:, None]
    g = dy * gamma
    mean_g, mean_gz = g.sum(1, keepdims=True) / H, (g * z).sum(1, keepdims=True) / H
    return (g - mean_g - z * mean_gz) / sigma[:, None], (dy * z).sum(0), dy.sum(0)


@anywhere
def layer_norm_forward(
    x: Any, gamma: Any, beta: Any, eps: float = 1e-5, out: Any = None
) -> tuple[np.ndarray, LayerNormCache]:
    """y_bh = (x_bh - m_b)/sigma_b gamma_h + beta_h, with the mean m_b over h and sigma_b = sqrt(v_b + eps).

    The variance v_b is taken of x_bh - m_b, in a second pass: the mean of squares less the square of the mean would
    lose every digit, and can be negative, where the mean is large.

    Parameters
    ----------
    x : array (..., H), float32 or float64
        Each row along the last axis is normalised by itself.
    gamma, beta : arrays (H,)
    eps : float
        Added to the variance.
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array of the shape of x
    cache : LayerNormCache
        For `layer_norm_backward`: ``cache.m`` and ``cache.sigma`` have the shape of x without its last axis.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If gamma or beta does not have the shape (H,).

    Examples
    --------
    >>> from tensorcalc.kernels import layer_norm_forward
    >>> y, cache = layer_norm_forward([[1.0, 3.0]], gamma=[1.0, 1.0], beta=[0.0, 10.0], eps=0.0)
    >>> y
    array([[-1., 11.]])
    >>> cache.m, cache.sigma
    (array([2.]), array([1.]))
    """
    x, gamma, beta = floats(x=x, gamma=gamma, beta=beta)
    if x.ndim == 0 or gamma.shape != x.shape[-1:] or beta.shape != x.shape[-1:]:
        raise ValueError(
            "layer norm needs x of shape (..., H) and gamma and beta of shape (H,), "
            f"not {x.shape}, {gamma.shape} and {beta.shape}"
        )
    X = rows(x)
    shapes = (x.shape, x.shape[:-1], x.shape[:-1])
    y, m, sigma = launch(
        layer_norm_forward_loops,
        layer_norm_forward_numpy,
        (X, gamma, beta, eps),
        shapes,
        (out, None, None),
        folded=(X.shape, X.shape[:1], X.shape[:1]),
    )
    return y, LayerNormCache(x, gamma, m, sigma)


@anywhere
def layer_norm_backward(
    dy: Any, cache: LayerNormCache, out: Any = None, accumulate: bool = False
) -> tuple[np.ndarray, ...]:
    """dl/dx_bh = (g_bh - mean_h(g) - z_bh mean_h(g z))/sigma_b with g = dl/dy gamma and z = (x - m)/sigma.

    The two means are what x owes to the statistics that it takes part in. dl/dgamma_h = 1_b dl/dy_bh z_bh and
    dl/dbeta_h = 1_b dl/dy_bh. The sums over rows are taken in an order that depends on the shape alone, so that equal
    inputs give equal bits whatever the number of threads.

    Derived in: 24_layer_norm_input, eq. eq-layernorm-dx
    Derived in: 23_layer_norm_weights, eq. eq-lnweights-dgamma-result
    Derived in: 23_layer_norm_weights, eq. eq-lnweights-dbeta-result

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : LayerNormCache
        From `layer_norm_forward`.
    out : tuple of arrays or None, optional
        Receive dx, dgamma and dbeta.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx : array of the shape of x
    dgamma, dbeta : arrays (H,)

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import layer_norm_backward, layer_norm_forward
    >>> y, cache = layer_norm_forward([[1.0, 3.0, 8.0]], gamma=[1.0, 1.0, 1.0], beta=[0.0, 0.0, 0.0], eps=1.0)
    >>> dx, dgamma, dbeta = layer_norm_backward([[1.0, 2.0, 4.0]], cache)
    >>> dbeta
    array([1., 2., 4.])
    >>> bool(abs(dx.sum()) < 1e-12)  # y does not change when all of a row grows by the same
    True
    """
    x, gamma, shape = rows(cache.x), cache.gamma, cache.gamma.shape
    dy = rows(upstream(dy, cache.x.shape, x.dtype))
    return launch(
        _backward_loops,
        layer_norm_backward_numpy,
        (dy, x, gamma, cache.m.reshape(-1), cache.sigma.reshape(-1)),
        (cache.x.shape, shape, shape),
        out,
        accumulate,
        folded=(x.shape, shape, shape),
    )


def _backward_loops(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, m: np.ndarray, sigma: np.ndarray, *gradients: np.ndarray
) -> None:
    dx, dgamma, dbeta = gradients
    layer_norm_dx_loops(dy, x, gamma, m, sigma, dx)
    group = -(-x.shape[0] // _GROUPS)
    dgamma_nh, dbeta_nh = (scratch(x, -(-x.shape[0] // group), x.shape[1]) for _ in range(2))
    layer_norm_dweights_loops(dy, x, m, sigma, group, dgamma_nh, dbeta_nh, dgamma, dbeta)
