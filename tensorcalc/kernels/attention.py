"""Scaled dot-product attention in one pass: no score is stored, whatever the number of keys.

s_bnm = c q_bnd k_bmd,   z_bn = 1_m exp(s_bnm),   p_bnm = exp(s_bnm)/z_bn,   y_bne = p_bnm v_bme

A row of y is a mean of the rows of v with the weights exp(s). Such a mean can be kept up to date while the scores come
one by one: when a score exceeds the largest so far, all that was added is multiplied by exp(old largest - new largest).
The backward function computes each weight p_bnm = exp(s_bnm - log(z_bn)) again.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import BLAS_ABOVE, floats, launch, upstream
from .attention_blocks import attention_backward_blocks, attention_forward_blocks
from .placed import anywhere

TILE = 128  # queries whose scores NumPy computes at a time: with a thousand keys they stay in a core's cache


class AttentionCache(NamedTuple):
    """What the backward function needs: the arguments, y (no copies: leave them unchanged), and log(z_bn)."""

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    y: np.ndarray
    logz: np.ndarray
    scale: float
    causal: bool


@kernel
def attention_forward_loops(q, k, v, scale: float, causal: int, y, logz):
    for b, n in ti.ndrange(q.shape[0], q.shape[1]):
        for e in range(v.shape[2]):
            y[b, n, e] = 0.0
        largest = -1e30
        z_bn = 0.0
        keys = k.shape[1]
        if causal == 1:
            keys = min(keys, n + 1)  # those at n and before
        for m in range(keys):
            s_bnm = 0.0
            for d in range(q.shape[2]):
                s_bnm += q[b, n, d] * k[b, m, d]
            s_bnm *= scale
            shrink = 1.0
            if s_bnm > largest:
                shrink = ti.exp(largest - s_bnm)
                largest = s_bnm
            weight = ti.exp(s_bnm - largest)
            z_bn = z_bn * shrink + weight
            for e in range(v.shape[2]):
                y[b, n, e] = y[b, n, e] * shrink + weight * v[b, m, e]
        for e in range(v.shape[2]):
            y[b, n, e] = y[b, n, e] / z_bn
        logz[b, n] = ti.log(z_bn) + largest


@kernel
def attention_dq_loops(dy, q, k, v, y, logz, scale: float, causal: int, dq):
    for b, n in ti.ndrange(q.shape[0], q.shape[1]):
        dot = 0.0  # p_bnm dp_bnm over m, which is dy_bne y_bne over e
        for e in range(v.shape[2]):
            dot += dy[b, n, e] * y[b, n, e]
        for d in range(q.shape[2]):
            dq[b, n, d] = 0.0
        keys = k.shape[1]
        if causal == 1:
            keys = min(keys, n + 1)
        for m in range(keys):
            s_bnm = 0.0
            for d in range(q.shape[2]):
                s_bnm += q[b, n, d] * k[b, m, d]
            dp_bnm = 0.0
            for e in range(v.shape[2]):
                dp_bnm += dy[b, n, e] * v[b, m, e]
            ds_bnm = ti.exp(s_bnm * scale - logz[b, n]) * (dp_bnm - dot)
            for d in range(q.shape[2]):
                dq[b, n, d] = dq[b, n, d] + scale * ds_bnm * k[b, m, d]


@kernel
def attention_dkv_loops(dy, q, k, v, y, logz, scale: float, causal: int, dk, dv):
    for b, m in ti.ndrange(k.shape[0], k.shape[1]):
        for d in range(k.shape[2]):
            dk[b, m, d] = 0.0
        for e in range(v.shape[2]):
            dv[b, m, e] = 0.0
        for n in range(m * causal, q.shape[1]):  # causal: only n at m and behind it see m
            s_bnm = 0.0
            for d in range(q.shape[2]):
                s_bnm += q[b, n, d] * k[b, m, d]
            dot_dp = 0.0  # dp_bnm - dot_bn
            for e in range(v.shape[2]):
                dot_dp += dy[b, n, e] * (v[b, m, e] - y[b, n, e])
            p_bnm = ti.exp(s_bnm * scale - logz[b, n])
            for d in range(k.shape[2]):
                dk[b, m, d] = dk[b, m, d] + scale * p_bnm * dot_dp * q[b, n, d]
            for e in range(v.shape[2]):
                dv[b, m, e] = dv[b, m, e] + p_bnm * dy[b, n, e]


def attention_forward_numpy(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, scale: float, causal: int
) -> tuple[np.ndarray, np.ndarray]:
    """y and log(z), with the scores of a few queries at a time."""
    y, logz = np.empty((*q.shape[:2], v.shape[2]), q.dtype), np.empty(q.shape[:2], q.dtype)
    for b, rows, keys in _tiles(q, k, causal):
        s = _scores(q[b, rows], k[b, keys], scale, rows.start if causal else None)
        largest = s.max(1, keepdims=True)
        s -= largest
        np.exp(s, out=s)
        z = s.sum(1, keepdims=True)
        y[b, rows] = s @ v[b, keys] / z
        logz[b, rows] = (np.log(z) + largest)[:, 0]
    return y, logz


def attention_backward_numpy(
    dy: np.ndarray,
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    y: np.ndarray,
    logz: np.ndarray,
    scale: float,
    causal: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dQ = c dS K, dK = c dSᵀ Q, dV = Pᵀ dY with dS = P ⊙ (dY Vᵀ - (dY ⊙ Y) 1), a few queries at a time."""
    dq, dk, dv = np.empty(q.shape, q.dtype), np.zeros(k.shape, q.dtype), np.zeros(v.shape, q.dtype)
    dot = (dy * y).sum(2, keepdims=True)
    for b, rows, keys in _tiles(q, k, causal):
        p = _scores(q[b, rows], k[b, keys], scale, rows.start if causal else None)
        p -= logz[b, rows, None]
        np.exp(p, out=p)
        dv[b, keys] += p.T @ dy[b, rows]
        ds = dy[b, rows] @ v[b, keys].T
        ds -= dot[b, rows]
        ds *= p
        dq[b, rows] = ds @ k[b, keys]
        dk[b, keys] += ds.T @ q[b, rows]
    dq *= q.dtype.type(scale)
    dk *= q.dtype.type(scale)
    return dq, dk, dv


@anywhere
def attention_forward(
    q: Any, k: Any, v: Any, causal: bool = False, scale: float | None = None, out: Any = None
) -> tuple[np.ndarray, AttentionCache]:
    """y_bne = p_bnm v_bme with p_bnm = exp(s_bnm)/z_bn, z_bn = 1_m exp(s_bnm), s_bnm = c q_bnd k_bmd.

    The memory it takes does not grow with N times M. Beyond a few thousand scores it is computed in blocks that stay
    in registers and caches (`tensorcalc.kernels.attention_blocks`), and by plain loops below that.

    Parameters
    ----------
    q : array (..., N, D), float32 or float64
        Queries; the leading axes count samples and heads.
    k : array (..., M, D)
        Keys.
    v : array (..., M, E)
        Values.
    causal : bool
        Whether query n sees the keys m ≤ n alone.
    scale : float, optional
        The factor c; 1/sqrt(D) if not given.
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (..., N, E)
    cache : AttentionCache
        For `attention_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit, or there is no key.

    Examples
    --------
    >>> from tensorcalc.kernels import attention_forward
    >>> y, cache = attention_forward(q=[[0.0]], k=[[1.0], [2.0]], v=[[10.0], [30.0]])
    >>> y
    array([[20.]])
    """
    q, k, v = floats(q=q, k=k, v=v)
    fits = q.ndim >= 2 and q.ndim == k.ndim == v.ndim and q.shape[:-2] == k.shape[:-2] == v.shape[:-2]
    if not fits or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2] or not k.shape[-2]:
        raise ValueError(
            "attention needs q (..., N, D), k (..., M, D) and v (..., M, E) with equal leading axes and M > 0, "
            f"not {q.shape}, {k.shape} and {v.shape}"
        )
    if scale is None:
        scale = 1 / math.sqrt(q.shape[-1]) if q.shape[-1] else 1.0
    Q, K, V = map(_stacked, (q, k, v))
    shape = (*q.shape[:-1], v.shape[-1])
    y, logz = launch(
        attention_forward_blocks if _large(Q, K, V) else attention_forward_loops,
        attention_forward_numpy,
        (Q, K, V, float(scale), int(causal)),
        (shape, q.shape[:-1]),
        (out, None),
        folded=((*Q.shape[:2], V.shape[2]), Q.shape[:2]),
    )
    return y, AttentionCache(q, k, v, y, logz, float(scale), bool(causal))


@anywhere
def attention_backward(
    dy: Any, cache: AttentionCache, out: Any = None, accumulate: bool = False
) -> tuple[np.ndarray, ...]:
    """dl/dq_bnd = c ds_bnm k_bmd, dl/dk_bmd = c ds_bnm q_bnd, dl/dv_bme = p_bnm dl/dy_bne.

    Here ds_bnm = p_bnm (dp_bnm - dl/dy_bne y_bne) with dp_bnm = dl/dy_bne v_bme is the gradient of the scores.

    Parameters
    ----------
    dy : array (..., N, E)
        The upstream gradient dl/dy.
    cache : AttentionCache
        From `attention_forward`.
    out : tuple of arrays or None, optional
        Receive dq, dk and dv.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dq, dk, dv : arrays of the shapes of q, k, v

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import attention_backward, attention_forward
    >>> y, cache = attention_forward(q=[[0.0]], k=[[1.0], [2.0]], v=[[10.0], [30.0]])
    >>> attention_backward([[1.0]], cache)[2]
    array([[0.5],
           [0.5]])
    """
    q, k, v, y, logz, scale, causal = cache
    dy = upstream(dy, y.shape, y.dtype)
    arrays = [_stacked(array) for array in (dy, q, k, v, y)]
    large = _large(*arrays[1:4])
    shared = large and len(arrays[0]) > 1  # one sample is one task; BLAS has more threads than that
    return launch(
        attention_backward_blocks if shared else _backward_loops,
        attention_backward_numpy,
        (*arrays, logz.reshape(arrays[0].shape[:2]), scale, int(causal)),
        (q.shape, k.shape, v.shape),
        out,
        accumulate,
        folded=[array.shape for array in arrays[1:4]],
        work=large and not shared and _work(*arrays[1:4]),
    )


def _backward_loops(*given: Any) -> None:
    inputs, (dq, dk, dv) = given[:8], given[8:]
    attention_dq_loops(*inputs, dq)
    attention_dkv_loops(*inputs, dk, dv)


def _large(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> bool:
    return _work(q, k, v) > BLAS_ABOVE and runtime.backend() == "cpu"


def _work(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> int:
    return q.size * k.shape[1] + q.shape[0] * q.shape[1] * v.shape[1] * v.shape[2]


def _tiles(q: np.ndarray, k: np.ndarray, causal: int) -> Iterator[tuple[int, slice, slice]]:
    """For each sample, a few queries and the keys that any of them sees."""
    for b in range(len(q)):
        for start in range(0, q.shape[1], TILE):
            stop = min(start + TILE, q.shape[1])
            yield b, slice(start, stop), slice(0, min(stop, k.shape[1]) if causal else k.shape[1])


def _scores(q: np.ndarray, k: np.ndarray, scale: float, first: int | None) -> np.ndarray:
    """c q_nd k_md; -inf for keys behind the query, if `first` is the number of the first query."""
    s = (q * q.dtype.type(scale)) @ k.T
    if first is not None:
        s[np.tri(s.shape[0], s.shape[1], first) == 0] = -np.inf
    return s


def _stacked(x: np.ndarray) -> np.ndarray:
    """x (..., N, D) as a stack of matrices (B, N, D)."""
    return x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])
