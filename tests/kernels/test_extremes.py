"""What is huge, tiny, constant, not finite, empty or alone, through every operation that it concerns."""

import numpy as np
import pytest

from tensorcalc import kernels

from .layer_cases import attention, convolution, group_norm, normalised, one_hot, softmax

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
HUGE = np.array([[1e4, 0, -1e4, 9999], [-1e4, -1e4, -1e4, -1e4], [0, 1e4, 1e4, 0]])


def call(name, *given, dy=None, **options):
    """y and the gradients, for ones upstream if nothing else is said."""
    y, cache = getattr(kernels, f"{name}_forward")(*given, **options)
    found = getattr(kernels, f"{name}_backward")(np.ones(y.shape) if dy is None else dy, cache)
    return y, *(found if isinstance(found, tuple) else (found,))


# ---------------------------------------------------------------- huge and infinite logits


@DTYPES
def test_softmax_of_huge_logits(dtype):
    y, dx = call("softmax", HUGE.astype(dtype), dy=np.arange(12.0).reshape(3, 4))
    e = np.exp(-1)
    assert np.allclose(y, [[1 / (1 + e), 0, 0, e / (1 + e)], [0.25] * 4, [0, 0.5, 0.5, 0]], rtol=1e-3)
    assert np.allclose(dx.sum(-1), 0, atol=1e-6)


@DTYPES
def test_log_softmax_of_huge_logits(dtype):
    y, dx = call("log_softmax", HUGE.astype(dtype))
    assert np.allclose(y[1], -np.log(4))
    assert np.allclose(y[2], [-1e4 - np.log(2), -np.log(2), -np.log(2), -1e4 - np.log(2)])
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


@DTYPES
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_infinite_logits(name, dtype):
    """-inf has the probability 0; +inf, and a row of -inf alone, have no probabilities."""
    x = np.array([[-np.inf, 0, 0], [np.inf, 0, 0], [-np.inf] * 3, [np.nan, 0, 0], [0, 0, 0]], dtype)
    y, dx = call(name, x)
    expected = np.array([0, 0.5, 0.5])
    with np.errstate(divide="ignore"):
        assert np.allclose(y[0], expected if name == "softmax" else np.log(expected))
    assert np.isnan(y[1:4]).all()
    assert np.isnan(dx[1:4]).all()
    assert np.isfinite(y[4]).all()
    assert np.isfinite(dx[[0, 4]]).all()


@DTYPES
def test_cross_entropy_of_huge_logits(dtype):
    T = np.array([2, 0, 1])
    each, dx = call("cross_entropy", HUGE.astype(dtype), T, reduction="none")
    assert np.allclose(each, [2e4 + np.log1p(np.exp(-1)), np.log(4), np.log(2)])
    assert np.allclose(dx, softmax(HUGE - HUGE.max(-1, keepdims=True)) - one_hot(T, 4), atol=1e-3)
    soft, *_ = call("cross_entropy", HUGE.astype(dtype), one_hot(T, 4).astype(dtype), reduction="none")
    assert np.allclose(soft, each)


def test_cross_entropy_of_infinite_logits():
    x = np.array([[-np.inf, 0.0, 0.0], [-np.inf, 0.0, 0.0], [np.nan, 0.0, 0.0]])
    each, dx = call("cross_entropy", x, [1, 0, 1], reduction="none")
    assert np.allclose(each[:2], [np.log(2), np.inf])
    assert np.isnan(each[2])
    assert np.allclose(dx[:2], [[0, -0.5, 0.5], [-1, 0.5, 0.5]])


@DTYPES
def test_bce_of_huge_logits(dtype):
    x, t = np.array([1e4, -1e4, 1e4, -1e4, -30], dtype), np.array([1, 0, 0, 1, 0], dtype)
    each, dx, _ = call("bce_with_logits", x, t, reduction="none")
    assert np.allclose(each, [0, 0, 1e4, 1e4, np.exp(-30)], rtol=1e-5, atol=0)
    assert np.allclose(dx, [0, 0, 1, -1, 0], atol=1e-12)


@DTYPES
def test_bce_of_certain_probabilities(dtype):
    """The logarithm stops at -100, as in PyTorch, so that nothing is infinite."""
    each, dp, dt = call("bce", np.array([0, 1, 1, 0], dtype), np.array([0, 1, 0, 1], dtype), reduction="none")
    assert each.tolist() == [0, 0, 100, 100]
    assert np.isfinite(dp).all()
    assert np.isfinite(dt).all()
    assert np.isnan(call("bce", np.array([np.nan], dtype), np.ones(1, dtype))[0])


@DTYPES
def test_attention_of_huge_scores(dtype):
    q, k, v = np.array([[[1e4], [-1e4]]]), np.array([[[1.0], [2.0], [-3.0]]]), np.array([[[1.0], [2.0], [3.0]]])
    y, *gradients = call("attention", *(x.astype(dtype) for x in (q, k, v)))
    assert np.allclose(y.ravel(), [2, 3])
    assert all(np.isfinite(g).all() for g in gradients)


# ---------------------------------------------------------------- constant rows, large means


@DTYPES
@pytest.mark.parametrize("name", ["layer_norm", "group_norm", "batch_norm"])
def test_constant_rows(name, dtype):
    """Without variance y is beta, and eps keeps the gradients finite."""
    shift = np.arange(4, dtype=dtype)
    groups = (2,) if name == "group_norm" else ()
    y, *gradients = call(name, np.full((3, 4), 1234.5, dtype), np.ones(4, dtype), shift, *groups)
    assert np.allclose(y, shift, atol=1e-6)
    assert all(np.isfinite(g).all() for g in gradients)


@DTYPES
def test_rows_of_zeros(dtype):
    y, dx, dgamma = call("rms_norm", np.zeros((2, 3), dtype), np.ones(3, dtype))
    assert not y.any()
    assert not dgamma.any()
    assert np.allclose(dx, 1 / np.sqrt(1e-5))


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 5e-3), (np.float64, 1e-10)])
def test_a_large_mean(dtype, tolerance):
    """Mean 10⁴, variance 1: the mean of squares less the square of the mean would be rounding alone."""
    x = (np.random.default_rng(0).standard_normal((64, 6, 5)) + 1e4).astype(dtype)
    ones, zeros = np.ones(6, dtype), np.zeros(6, dtype)
    wide = x.astype(np.float64)
    by_batch = kernels.batch_norm_forward(x, ones, zeros, axis=1)[0]
    by_group = kernels.group_norm_forward(x, ones, zeros, 2, axis=1)[0]
    assert np.allclose(by_batch, normalised(wide, (0, 2), 1e-5), atol=tolerance)
    assert np.allclose(by_group, group_norm(wide, np.ones(6), np.zeros(6), 2), atol=tolerance)


# ---------------------------------------------------------------- denormals


@DTYPES
def test_denormals(dtype):
    """The smallest numbers are neither flushed to 0 nor a hindrance."""
    tiny = np.finfo(dtype).smallest_subnormal * np.array([1, 2, 4], dtype)
    assert np.array_equal(kernels.leaky_relu_forward(tiny)[0], tiny)
    assert np.array_equal(kernels.leaky_relu_forward(-tiny, 1.0)[0], -tiny)
    assert np.array_equal(kernels.linear_forward(tiny, np.eye(3, dtype=dtype))[0], tiny)
    assert np.array_equal(kernels.embedding_forward(tiny[None], [0])[0], tiny[None])
    assert np.allclose(kernels.softmax_forward(tiny)[0], 1 / 3)
    assert np.allclose(kernels.layer_norm_forward(tiny, np.ones(3, dtype), np.zeros(3, dtype))[0], 0, atol=1e-30)


# ---------------------------------------------------------------- NaN stays in its row

ROWS = {
    "softmax": [(4, 5)],
    "log_softmax": [(4, 5)],
    "layer_norm": [(4, 5), (5,), (5,)],
    "rms_norm": [(4, 5), (5,)],
    "linear": [(4, 5), (3, 5), (3,)],
    "attention": [(4, 5), (6, 5), (6, 2)],
    "bmm": [(4, 1, 5), (4, 5, 2)],
    "inverse": [(4, 3, 3)],
    "conv1d": [(4, 2, 6), (3, 2, 2)],
    "conv2d": [(4, 2, 6, 5), (3, 2, 2, 3)],
    "gelu": [(4, 5)],
    "leaky_relu": [(4, 5)],
    "dropout": [(4, 5)],
}


@pytest.mark.parametrize("name", ROWS)
def test_nan_stays_in_its_row(name):
    """Of y and of the gradient by x; what is summed over rows has it, of course."""
    x, *rest = (np.random.default_rng(0).standard_normal(shape) for shape in ROWS[name])
    clean_y, clean_dx, *_ = call(name, x, *rest)
    x[1].flat[0] = np.nan
    y, dx, *_ = call(name, x, *rest)
    others = [0, 2, 3]
    assert np.array_equal(y[others], clean_y[others])
    assert np.array_equal(dx[others], clean_dx[others])
    assert np.isnan(y[1]).any() or name == "dropout"


@pytest.mark.parametrize("where", ["x", "gamma"])
def test_nan_stays_in_its_channel(where):
    x, gamma, beta = np.random.default_rng(0).standard_normal((5, 3)), np.ones(3), np.zeros(3)
    clean = call("batch_norm", x, gamma, beta)
    (x[:, 1] if where == "x" else gamma[1:2])[0] = np.nan
    for found, expected in zip(call("batch_norm", x, gamma, beta), clean, strict=True):
        assert np.array_equal(found[..., [0, 2]], expected[..., [0, 2]])
        assert np.isnan(found[..., 1]).any() or np.array_equal(found, expected)


# ---------------------------------------------------------------- empty, alone, prime, large

EMPTY = [
    ("leaky_relu", (0, 3), ()),
    ("gelu", (0,), ()),
    ("softmax", (0, 4), ()),
    ("softmax", (4, 0), ()),
    ("log_softmax", (2, 0, 3), ()),
    ("rms_norm", (0, 3), ((3,),)),
    ("layer_norm", (2, 0), ((0,), (0,))),
    ("batch_norm", (0, 3), ((3,), (3,))),
    ("group_norm", (0, 4), ((4,), (4,), 2)),
    ("linear", (0, 3), ((2, 3), (2,))),
    ("linear", (2, 0), ((2, 0), (2,))),
    ("bmm", (0, 2, 3), ((0, 3, 4),)),
    ("bmm", (2, 2, 0), ((2, 0, 4),)),
    ("conv1d", (0, 2, 5), ((3, 2, 2),)),
    ("conv2d", (0, 2, 5, 5), ((3, 2, 2, 2),)),
    ("attention", (0, 3, 2), ((0, 4, 2), (0, 4, 5))),
    ("attention", (2, 0, 2), ((2, 4, 2), (2, 4, 5))),
    ("dropout", (0,), ()),
    ("inverse", (0, 3, 3), ()),
    ("inverse", (2, 0, 0), ()),
    ("embedding", (3, 0), (np.array([1, 1]),)),
    ("embedding", (3, 2), (np.zeros(0, int),)),
    ("mse", (0, 2), ((0, 2),)),
]


@pytest.mark.parametrize(("name", "shape", "rest"), EMPTY, ids=str)
def test_empty(name, shape, rest):
    """The result has its shape; a sum over nothing is 0."""
    others = [np.ones(r) if isinstance(r, tuple) else r for r in rest]
    y, *gradients = call(name, np.ones(shape), *others)
    weights = [x for x in others if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    assert [g.shape for g in gradients] == [shape, *(x.shape for x in weights)]
    for found in (y, *gradients):
        assert name == "mse" or not found.size or not np.isnan(found).any()


def test_mean_of_nothing():
    assert np.isnan(kernels.mse_forward(np.ones(0), np.ones(0))[0])
    assert kernels.mse_forward(np.ones(0), np.ones(0), "sum")[0] == 0


@pytest.mark.parametrize("length", [1, 2, 31, 127, 1031])
def test_prime_lengths(length):
    x = np.random.default_rng(length).standard_normal((3, length))
    assert np.allclose(kernels.softmax_forward(x)[0], softmax(x), rtol=1e-13)
    root = np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)
    assert np.allclose(kernels.rms_norm_forward(x, np.ones(length))[0], x / root, rtol=1e-12)
    w = np.ones((1, 1, 1, 1))
    assert np.array_equal(kernels.conv2d_forward(x[None, None], w)[0], convolution(x[None, None], w))
    q = x[:, :, None]
    assert np.allclose(kernels.attention_forward(q, q, q)[0], attention(q, q, q), rtol=1e-12, atol=1e-14)


def test_large():
    x = np.random.default_rng(0).standard_normal((4099, 257)).astype(np.float32)
    y, dx = call("softmax", x)
    assert np.allclose(y, softmax(x.astype(np.float64)), rtol=1e-5)
    assert np.allclose(dx, 0, atol=1e-6)
    loss, dlogits = call("cross_entropy", x, np.arange(4099) % 257)
    picked = softmax(x.astype(np.float64))[np.arange(4099), np.arange(4099) % 257]
    assert np.isclose(loss, -np.log(picked).mean(), rtol=1e-6)
    assert np.isclose(dlogits.sum(), 0, atol=1e-5)


BIG = {
    "linear": [(301, 67), (41, 67), (41,)],
    "bmm": [(3, 67, 43), (3, 43, 61)],
    "conv1d": [(5, 4, 501), (24, 4, 5), (24,)],
    "conv2d": [(3, 4, 31, 29), (12, 4, 3, 3), (12,)],
    "attention": [(2, 301, 11), (2, 277, 11), (2, 277, 7)],
}


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("name", BIG)
def test_loops_and_blas(name, causal, monkeypatch):
    """Large products are BLAS's, in tiles; the loops, which take the small ones, agree."""
    options = {"causal": causal} if name == "attention" else {}
    options |= {"stride": 2, "padding": 3} if causal and "conv" in name else {}
    random = np.random.default_rng(0).standard_normal
    given = [random(shape) for shape in BIG[name]]
    dy = random(getattr(kernels, f"{name}_forward")(*given, **options)[0].shape)
    monkeypatch.setattr("tensorcalc.kernels.arrays.BLAS_ABOVE", 0)
    by_blas = call(name, *given, dy=dy, **options)
    monkeypatch.setattr("tensorcalc.kernels.arrays.BLAS_ABOVE", 2**40)
    for a, b in zip(call(name, *given, dy=dy, **options), by_blas, strict=True):
        assert np.allclose(a, b, rtol=1e-11, atol=1e-11)
