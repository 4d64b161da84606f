"""Attention in blocks agrees with the formulas in float64 and with PyTorch, whatever is left over at the edges."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime
from tensorcalc.kernels import attention_backward, attention_forward, attention_forward_loops
from tensorcalc.kernels.arrays import BLAS_ABOVE
from tensorcalc.kernels.attention import _backward_loops, attention_backward_numpy, attention_forward_numpy
from tensorcalc.kernels.attention_blocks import attention_backward_blocks, attention_forward_blocks

SHAPES = [  # B, N, M, D, E
    (1, 1, 1, 1, 1),
    (2, 3, 2, 5, 7),
    (2, 5, 65, 3, 2),
    (3, 67, 131, 17, 65),
    (2, 130, 66, 64, 64),
    (5, 64, 64, 32, 16),
    (2, 66, 200, 5, 129),
]
TOLERANCE = {np.float32: 3e-6, np.float64: 1e-14}

on_cpu = pytest.mark.skipif(runtime.backend() != "cpu", reason="the blocks are for the CPU")


def arguments(shape, dtype=np.float64):
    B, N, M, D, E = shape
    random = np.random.default_rng(0).standard_normal
    return [random(size).astype(dtype) for size in ((B, N, D), (B, M, D), (B, M, E), (B, N, E))]


def relative(found, exact):
    return max(np.abs(a - b).max() / np.abs(b).max(initial=0.1) for a, b in zip(found, exact, strict=True))


def by(forward, backward, arrays, causal):
    """y, log(z) and the gradients, by functions that store them."""
    q, k, v, dy = arrays
    y, logz = np.full(dy.shape, np.nan, q.dtype), np.full(q.shape[:2], np.nan, q.dtype)
    gradients = [np.full(x.shape, np.nan, q.dtype) for x in (q, k, v)]
    forward(q, k, v, 0.3, causal, y, logz)
    backward(dy, q, k, v, y, logz, 0.3, causal, *gradients)
    return y, logz, *gradients


@on_cpu
@pytest.mark.parametrize("causal", [0, 1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_is_what_the_formulas_say(shape, dtype, causal):
    q, k, v, dy = arguments(shape)
    y, logz = attention_forward_numpy(q, k, v, 0.3, causal)
    exact = y, logz, *attention_backward_numpy(dy, q, k, v, y, logz, 0.3, causal)
    arrays = [x.astype(dtype) for x in (q, k, v, dy)]
    found = by(attention_forward_blocks, attention_backward_blocks, arrays, causal)
    assert relative(found, exact) < TOLERANCE[dtype]
    assert relative(by(attention_forward_loops, _backward_loops, arrays, causal), exact) < TOLERANCE[dtype]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("shape", [(2, 130, 130, 16, 24), (1, 257, 257, 64, 64)])
def test_is_what_pytorch_says(torch, shape, causal):
    q, k, v, dy = arguments(shape)
    assert q.size * k.shape[1] > BLAS_ABOVE
    leaves = [torch.from_numpy(x).requires_grad_() for x in (q, k, v)]
    theirs = torch.nn.functional.scaled_dot_product_attention(*leaves, is_causal=causal)
    theirs.backward(torch.from_numpy(dy))
    y, cache = attention_forward(q, k, v, causal)
    exact = [theirs.detach().numpy(), *(x.grad.numpy() for x in leaves)]
    assert relative((y, *attention_backward(dy, cache)), exact) < 1e-13


@on_cpu
def test_blocks_are_what_computes(monkeypatch):
    """Not BLAS in disguise: nobody asks for the formulas."""
    for name in ("attention_forward_numpy", "attention_backward_numpy"):
        monkeypatch.setattr(f"tensorcalc.kernels.attention.{name}", None)
    q, k, v, dy = arguments((2, 130, 66, 64, 64))
    attention_backward(dy, attention_forward(q, k, v)[1])


def test_gradients_are_added_to_what_is_there():
    q, k, v, dy = arguments((2, 130, 66, 64, 64))
    cache = attention_forward(q, k, v)[1]
    exact = attention_backward(dy, cache)
    there = tuple(np.ones_like(x) for x in exact)
    attention_backward(dy, cache, out=there, accumulate=True)
    assert relative(there, [x + 1 for x in exact]) < 1e-15


@on_cpu
@pytest.mark.parametrize("causal", [0, 1])
def test_what_is_not_finite_stays_where_it_belongs(causal):
    q, k, v, dy = arguments((2, 130, 130, 9, 70))
    exact = attention_forward(q, k, v, causal)[0]
    q[1, 37, 3], k[0, 100, 2] = np.nan, -np.inf
    found, cache = attention_forward(q, k, v, causal)
    assert np.isnan(found[1, 37]).all()
    assert np.array_equal(np.delete(found[1], 37, 0), np.delete(exact[1], 37, 0))
    assert np.isnan(found[0, 100:]).any()
    assert np.array_equal(found[0, :100], exact[0, :100]) or not causal
    dq = attention_backward(dy, cache)[0]
    assert np.isnan(dq[1, 37]).all() and np.isfinite(np.delete(dq[1], 37, 0)).all()


@on_cpu
@pytest.mark.parametrize("at", [36, 37, 38, 39, 129])
@pytest.mark.parametrize("name", ["q", "k", "v", "dy"])
def test_what_is_not_finite_reaches_no_one_who_does_not_see_it(name, at):
    """Causal: rows of y and dq before it, rows of dk and dv behind it, have the same bits as without it."""

    def results(q, k, v, dy):
        y, cache = attention_forward(q, k, v, True)
        return y, *attention_backward(dy, cache)

    given = dict(zip(("q", "k", "v", "dy"), arguments((2, 130, 130, 9, 70), np.float32), strict=True))
    exact = results(**given)
    given[name][1, at, 3] = np.nan
    y, dq, dk, dv = ((a == b).all(2) for a, b in zip(results(**given), exact, strict=True))
    assert y[0].all() and dq[0].all() and dk[0].all() and dv[0].all()
    if name in ("k", "v"):
        assert y[1, :at].all() and dq[1, :at].all() and not y[1, at:].all()
    else:
        assert dk[1, at + 1 :].all() and dv[1, at + 1 :].all() and not dv[1, : at + 1].all()
        assert np.delete(dq[1], at, 0).all() and not dq[1, at].any()


@on_cpu
def test_scores_of_any_size():
    """The largest score is subtracted first: neither overflow nor a row of zeros."""
    q, k, v, dy = arguments((2, 70, 90, 16, 16), np.float32)
    y, cache = attention_forward(1e4 * q, k, v)
    assert np.isfinite(y).all() and all(np.isfinite(x).all() for x in attention_backward(dy, cache))
    best = (q @ k.swapaxes(1, 2)).argmax(2)
    np.testing.assert_allclose(y, np.take_along_axis(v, best[..., None], 1), rtol=1e-6)


@on_cpu
def test_sums_do_not_depend_on_how_rows_are_shared(monkeypatch):
    arrays = arguments((3, 67, 131, 17, 65), np.float32)
    one = by(attention_forward_blocks, attention_backward_blocks, arrays, 1)
    monkeypatch.setattr(tc.kernels.attention_blocks, "TASKS", 1)
    for a, b in zip(one, by(attention_forward_blocks, attention_backward_blocks, arrays, 1), strict=True):
        assert np.array_equal(a, b)
