"""Batch norm: each channel is normalised over the batch and over all positions.

m_c = 1/N 1_ip x_icp,   v_c = 1/N 1_ip (x_icp - m_c)²,   sigma_c = sqrt(v_c + eps),
y_icp = (x_icp - m_c)/sigma_c gamma_c + beta_c,   where N counts samples i and positions p
"""

from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, upstream
from .channels import as_channels, flat_channels, moved_first
from .placed import Placed, anywhere


class BatchNormCache(NamedTuple):
    """What the backward function needs: x and gamma (no copies: leave them unchanged), and the statistics in use."""

    x: np.ndarray
    gamma: np.ndarray
    m: np.ndarray
    sigma: np.ndarray
    training: bool
    axis: int


@kernel
def batch_norm_statistics_loops(x, m, v):
    for c in range(x.shape[1]):
        m_c = 0.0  # of the distances from the first element: where those are small, so are rounding errors
        for i in range(x.shape[0]):
            for p in range(x.shape[2]):
                m_c += x[i, c, p] - x[0, c, 0]
        m_c = x[0, c, 0] + m_c / (x.shape[0] * x.shape[2])
        v_c = 0.0
        for i in range(x.shape[0]):
            for p in range(x.shape[2]):
                v_c += (x[i, c, p] - m_c) * (x[i, c, p] - m_c)
        m[c] = m_c
        v[c] = v_c / (x.shape[0] * x.shape[2])


@kernel
def batch_norm_running_loops(batch, share: float, momentum: float, running):
    for c in range(running.shape[0]):
        running[c] += momentum * (share * batch[c] - running[c])


@kernel
def batch_norm_forward_loops(x, gamma, beta, m, v, eps: float, y, sigma):
    for c in range(x.shape[1]):
        sigma[c] = ti.sqrt(v[c] + eps)
        for i in range(x.shape[0]):
            for p in range(x.shape[2]):
                y[i, c, p] = (x[i, c, p] - m[c]) / sigma[c] * gamma[c] + beta[c]


@kernel
def batch_norm_backward_loops(dy, x, gamma, m, sigma, share: float, dx, dgamma, dbeta):
    for c in range(x.shape[1]):
        dgamma_c = 0.0
        dbeta_c = 0.0
        for i in range(x.shape[0]):
            for p in range(x.shape[2]):
                dgamma_c += dy[i, c, p] * (x[i, c, p] - m[c]) / sigma[c]
                dbeta_c += dy[i, c, p]
        for i in range(x.shape[0]):
            for p in range(x.shape[2]):
                z_icp = (x[i, c, p] - m[c]) / sigma[c]
                # share is 1/N, or 0 where the statistics are constants
                dx[i, c, p] = gamma[c] / sigma[c] * (dy[i, c, p] - share * (dbeta_c + z_icp * dgamma_c))
        dgamma[c] = dgamma_c
        dbeta[c] = dbeta_c


def batch_norm_statistics_numpy(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """m and v of x (N, C, P)."""
    count = x.shape[0] * x.shape[2]
    first = x[:1, :, :1].sum((0, 2))
    m = first + (x - first[:, None]).sum((0, 2)) / count
    return m, ((x - m[:, None]) ** 2).sum((0, 2)) / count


def batch_norm_forward_numpy(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, m: np.ndarray, v: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """y and sigma of x (N, C, P)."""
    sigma = np.sqrt(v + x.dtype.type(eps))
    return (x - m[:, None]) / sigma[:, None] * gamma[:, None] + beta[:, None], sigma


def batch_norm_backward_numpy(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, m: np.ndarray, sigma: np.ndarray, share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dx, dgamma, dbeta of x (N, C, P)."""
    z = (x - m[:, None]) / sigma[:, None]
    dgamma, dbeta = (dy * z).sum((0, 2)), dy.sum((0, 2))
    dx = (gamma / sigma)[:, None] * (dy - x.dtype.type(share) * (dbeta[:, None] + z * dgamma[:, None]))
    return dx, dgamma, dbeta


@anywhere
def batch_norm_forward(
    x: Any,
    gamma: Any,
    beta: Any,
    eps: float = 1e-5,
    *,
    training: bool = True,
    running_mean: np.ndarray | None = None,
    running_var: np.ndarray | None = None,
    momentum: float = 0.1,
    axis: int = -1,
    out: Any = None,
) -> tuple[np.ndarray, BatchNormCache]:
    """y_icp = (x_icp - m_c)/sigma_c gamma_c + beta_c, with m_c and sigma_c² = v_c + eps over samples i, positions p.

    In training m and v are those of the batch (v divided by N), and running statistics, where given, take the fraction
    ``momentum`` of them: running = (1 - momentum) running + momentum batch. The variance that goes there is divided by
    N - 1. Libraries that keep running = momentum running + (1 - momentum) batch call 0.9 what is 0.1 here. At inference
    the running statistics take the place of m and v.

    Parameters
    ----------
    x : array (N, ..., C), float32 or float64
    gamma, beta : arrays (C,)
    eps : float
        Added to the variance.
    training : bool
        Whether the statistics are the batch's.
    running_mean, running_var : arrays (C,), optional
        Updated in place in training; needed at inference.
    momentum : float
        The fraction of the batch's statistics in the new running ones.
    axis : int
        The axis of the channels; 1 for images (N, C, H, W).
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array of the shape of x
    cache : BatchNormCache
        For `batch_norm_backward`: ``cache.m`` and ``cache.sigma`` are the statistics in use.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit, or the running statistics are missing at inference.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.kernels import batch_norm_forward
    >>> mean, var = np.zeros(1), np.ones(1)
    >>> y, cache = batch_norm_forward([[1.0], [3.0]], [1.0], [0.0], eps=0.0, running_mean=mean, running_var=var)
    >>> y.ravel(), mean, var
    (array([-1.,  1.]), array([0.2]), array([1.1]))
    """
    x, gamma, beta = floats(x=x, gamma=gamma, beta=beta)
    moved = as_channels(x, axis, gamma=gamma, beta=beta)
    X = flat_channels(moved)
    if training:
        m, v = _statistics(X)
        count = X.shape[0] * X.shape[2]
        _update(running_mean, m, 1.0, momentum)
        _update(running_var, v, count / (count - 1) if count > 1 else 1.0, momentum)
    elif running_mean is None or running_var is None:
        raise ValueError("at inference batch norm needs running_mean and running_var")
    else:
        m, v = (
            array if isinstance(array, Placed) else np.asarray(array, x.dtype) for array in (running_mean, running_var)
        )
    y, sigma = launch(
        batch_norm_forward_loops,
        batch_norm_forward_numpy,
        (X, gamma, beta, m, v, eps),
        (moved.shape, m.shape),
        (None if out is None else np.moveaxis(out, axis, 1), None),
        folded=(X.shape, m.shape),
    )
    cache = BatchNormCache(x, gamma, m, sigma, training, axis)
    return (np.moveaxis(y, 1, axis) if out is None else out), cache


@anywhere
def batch_norm_backward(
    dy: Any, cache: BatchNormCache, out: Any = None, accumulate: bool = False
) -> tuple[np.ndarray, ...]:
    """dl/dx = gamma/sigma (dl/dy - 1/N (dl/dbeta + z dl/dgamma)), the same for each channel, with z = (x - m)/sigma.

    dl/dgamma_c = 1_ip dl/dy_icp z_icp and dl/dbeta_c = 1_ip dl/dy_icp. At inference, where the statistics are
    constants, dl/dx = gamma/sigma dl/dy.

    Derived in: 22_batch_norm, eq. eq-batchnorm-dx
    Derived in: 22_batch_norm, eq. eq-batchnorm-dgamma
    Derived in: 22_batch_norm, eq. eq-batchnorm-dbeta

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : BatchNormCache
        From `batch_norm_forward`.
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
    >>> from tensorcalc.kernels import batch_norm_backward, batch_norm_forward
    >>> y, cache = batch_norm_forward([[1.0], [3.0]], [1.0], [0.0])
    >>> dx, dgamma, dbeta = batch_norm_backward([[1.0], [2.0]], cache)
    >>> dbeta
    array([3.])
    """
    x, gamma, m, sigma, training, axis = cache
    moved = np.moveaxis(x, axis, 1)
    X, dY = flat_channels(moved), flat_channels(np.moveaxis(upstream(dy, x.shape, x.dtype), axis, 1))
    share = 1 / max(X.shape[0] * X.shape[2], 1) if training else 0.0
    shapes = (gamma.shape, gamma.shape)
    dx, dgamma, dbeta = launch(
        batch_norm_backward_loops,
        batch_norm_backward_numpy,
        (dY, X, gamma, m, sigma, share),
        (moved.shape, *shapes),
        moved_first(out, axis),
        accumulate,
        folded=(X.shape, *shapes),
    )
    return (np.moveaxis(dx, 1, axis) if out is None or out[0] is None else out[0]), dgamma, dbeta


def _statistics(x: np.ndarray) -> tuple[np.ndarray, ...]:
    return launch(batch_norm_statistics_loops, batch_norm_statistics_numpy, (x,), [x.shape[1:2]] * 2)


def _update(running: Any, batch: Any, share: float, momentum: float) -> None:
    """running ← running + momentum (share batch - running)."""
    if isinstance(running, Placed):
        batch_norm_running_loops(batch.array(), share, momentum, running.array())
    elif running is not None:
        running += momentum * (share * batch - running)
