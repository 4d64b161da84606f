"""Group norm: in each sample, the channels of a group are normalised together, over all positions.

m_ng = 1/K x_nrp,   v_ng = 1/K (x_nrp - m_ng)²,   sigma_ng = sqrt(v_ng + eps), sums over the channels r of group g and
all positions p, K of them,   y_ncp = (x_ncp - m_ng)/sigma_ng gamma_c + beta_c
"""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, upstream
from .channels import as_channels, flat_channels, moved_first
from .placed import anywhere


class GroupNormCache(NamedTuple):
    """What the backward function needs: x and gamma (no copies: leave them unchanged), and the statistics."""

    x: np.ndarray
    gamma: np.ndarray
    m: np.ndarray
    sigma: np.ndarray
    axis: int


@kernel
def group_norm_forward_loops(x, gamma, beta, eps: float, y, m, sigma):
    for n, g in ti.ndrange(*m.shape):
        size = x.shape[1] // m.shape[1]  # channels of a group
        first = x[n, g * size, 0]
        m_ng = 0.0  # of the distances from the first element: where those are small, so are rounding errors
        for c in range(g * size, (g + 1) * size):
            for p in range(x.shape[2]):
                m_ng += x[n, c, p] - first
        m_ng = first + m_ng / (size * x.shape[2])
        v_ng = 0.0
        for c in range(g * size, (g + 1) * size):
            for p in range(x.shape[2]):
                v_ng += (x[n, c, p] - m_ng) * (x[n, c, p] - m_ng)
        v_ng /= size * x.shape[2]
        sigma_ng = ti.sqrt(v_ng + eps)
        for c in range(g * size, (g + 1) * size):
            for p in range(x.shape[2]):
                y[n, c, p] = (x[n, c, p] - m_ng) / sigma_ng * gamma[c] + beta[c]
        m[n, g] = m_ng
        sigma[n, g] = sigma_ng


@kernel
def group_norm_backward_loops(dy, x, gamma, m, sigma, dx, dgamma, dbeta):
    for n, g in ti.ndrange(*m.shape):
        size = x.shape[1] // m.shape[1]
        mean_g = 0.0  # of dy_ncp gamma_c over the group
        mean_gz = 0.0  # of dy_ncp gamma_c z_ncp, with z_ncp = (x_ncp - m_ng)/sigma_ng
        for c in range(g * size, (g + 1) * size):
            for p in range(x.shape[2]):
                mean_g += dy[n, c, p] * gamma[c]
                mean_gz += dy[n, c, p] * gamma[c] * (x[n, c, p] - m[n, g]) / sigma[n, g]
        mean_g /= size * x.shape[2]
        mean_gz /= size * x.shape[2]
        for c in range(g * size, (g + 1) * size):
            for p in range(x.shape[2]):
                z_ncp = (x[n, c, p] - m[n, g]) / sigma[n, g]
                dx[n, c, p] = (dy[n, c, p] * gamma[c] - mean_g - z_ncp * mean_gz) / sigma[n, g]
    for c in range(x.shape[1]):
        g = c // (x.shape[1] // m.shape[1])
        dgamma_c = 0.0
        dbeta_c = 0.0
        for n in range(x.shape[0]):
            for p in range(x.shape[2]):
                dgamma_c += dy[n, c, p] * (x[n, c, p] - m[n, g]) / sigma[n, g]
                dbeta_c += dy[n, c, p]
        dgamma[c] = dgamma_c
        dbeta[c] = dbeta_c


def group_norm_forward_numpy(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """y, m, sigma of x (N, C, P)."""
    grouped = x.reshape(len(x), groups, x.shape[1] // groups * x.shape[2])
    first = grouped[:, :, :1].sum(2)
    m = first + (grouped - first[:, :, None]).sum(2) / grouped.shape[2]
    mu = grouped - m[:, :, None]
    sigma = np.sqrt((mu * mu).sum(2) / grouped.shape[2] + x.dtype.type(eps))
    return (mu / sigma[:, :, None]).reshape(x.shape) * gamma[:, None] + beta[:, None], m, sigma


def group_norm_backward_numpy(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, m: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dx, dgamma, dbeta of x (N, C, P)."""
    shape = (*m.shape, x.shape[1] // m.shape[1] * x.shape[2])
    z = (x.reshape(shape) - m[:, :, None]) / sigma[:, :, None]
    g = (dy * gamma[:, None]).reshape(shape)
    mean_g, mean_gz = g.sum(2, keepdims=True) / shape[2], (g * z).sum(2, keepdims=True) / shape[2]
    dx = (g - mean_g - z * mean_gz) / sigma[:, :, None]
    return dx.reshape(x.shape), (dy * z.reshape(x.shape)).sum((0, 2)), dy.sum((0, 2))


@anywhere
def group_norm_forward(
    x: Any, gamma: Any, beta: Any, groups: int, eps: float = 1e-5, *, axis: int = -1, out: Any = None
) -> tuple[np.ndarray, GroupNormCache]:
    """y_ncp = (x_ncp - m_ng)/sigma_ng gamma_c + beta_c, with the mean and the variance of c's group g in sample n.

    One group is layer norm over channels and positions; as many groups as channels is instance norm.

    Parameters
    ----------
    x : array (N, ..., C), float32 or float64
    gamma, beta : arrays (C,)
    groups : int
        Neighbouring channels form a group; their number is divisible by this one.
    eps : float
        Added to the variance.
    axis : int
        The axis of the channels; 1 for images (N, C, H, W).
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array of the shape of x
    cache : GroupNormCache
        For `group_norm_backward`: ``cache.m`` and ``cache.sigma`` have the shape (N, groups).

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit, or the channels cannot be divided into that many groups.

    Examples
    --------
    >>> from tensorcalc.kernels import group_norm_forward
    >>> y, cache = group_norm_forward([[1.0, 3.0, 0.0, 8.0]], [1.0] * 4, [0.0] * 4, groups=2, eps=0.0)
    >>> y
    array([[-1.,  1., -1.,  1.]])
    """
    x, gamma, beta = floats(x=x, gamma=gamma, beta=beta)
    moved = as_channels(x, axis, gamma=gamma, beta=beta)
    if groups < 1 or moved.shape[1] % groups:
        raise ValueError(f"{moved.shape[1]} channels cannot be divided into {groups} groups")
    X, statistics = flat_channels(moved), (len(x), groups)
    y, m, sigma = launch(
        group_norm_forward_loops,
        lambda x, gamma, beta, eps: group_norm_forward_numpy(x, gamma, beta, eps, groups),
        (X, gamma, beta, eps),
        (moved.shape, statistics, statistics),
        (None if out is None else np.moveaxis(out, axis, 1), None, None),
        folded=(X.shape, statistics, statistics),
    )
    return (np.moveaxis(y, 1, axis) if out is None else out), GroupNormCache(x, gamma, m, sigma, axis)


@anywhere
def group_norm_backward(
    dy: Any, cache: GroupNormCache, out: Any = None, accumulate: bool = False
) -> tuple[np.ndarray, ...]:
    """dl/dx_ncp = (d_ncp - mean(d) - z_ncp mean(d z))/sigma_ng with d = dl/dy gamma, z = (x - m)/sigma.

    The means are those of the group, as in layer norm. dl/dgamma_c = 1_np dl/dy_ncp z_ncp, dl/dbeta_c = 1_np dl/dy_ncp.

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : GroupNormCache
        From `group_norm_forward`.
    out : tuple of arrays or None, optional
        Receive dx, dgamma and dbeta.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx : array of the shape of x
    dgamma, dbeta : arrays (C,)

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import group_norm_backward, group_norm_forward
    >>> y, cache = group_norm_forward([[1.0, 3.0]], [1.0, 1.0], [0.0, 0.0], groups=1)
    >>> dx, dgamma, dbeta = group_norm_backward([[1.0, 2.0]], cache)
    >>> dbeta
    array([1., 2.])
    """
    x, gamma, m, sigma, axis = cache
    moved = np.moveaxis(x, axis, 1)
    X, dY = flat_channels(moved), flat_channels(np.moveaxis(upstream(dy, x.shape, x.dtype), axis, 1))
    shapes = (gamma.shape, gamma.shape)
    dx, dgamma, dbeta = launch(
        group_norm_backward_loops,
        group_norm_backward_numpy,
        (dY, X, gamma, m, sigma),
        (moved.shape, *shapes),
        moved_first(out, axis),
        accumulate,
        folded=(X.shape, *shapes),
    )
    return (np.moveaxis(dx, 1, axis) if out is None or out[0] is None else out[0]), dgamma, dbeta
