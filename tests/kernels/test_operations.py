"""Every operation against its definition: odd shapes, both precisions, any strides, what is not finite.

`test_backends` runs this file again on every backend, so it must hold for each of them.
"""

import numpy as np
import pytest

from tensorcalc import gradcheck, kernels
from tensorcalc.execution import runtime

from .cases import CASES, OPERATIONS, SHAPES, arguments, formula, functions

ROUNDING = {np.float32: 1e-5, np.float64: 2e-13}


def upstream(y, seed=1):
    return np.random.default_rng(seed).standard_normal(y.shape).astype(y.dtype)


def gradients(name, given, dy=None):
    forward, backward = functions(name)
    y, cache = forward(*given)
    result = backward(upstream(y) if dy is None else dy, cache)
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_values(name, shape, dtype):
    given = arguments(name, shape, dtype)
    y, _ = functions(name)[0](*given)
    expected = formula(name, *given)
    assert (y.shape, y.dtype) == (expected.shape, dtype)
    assert np.allclose(y, expected, rtol=ROUNDING[dtype], atol=ROUNDING[dtype])


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_gradients_in_single_precision(name, shape):
    given = arguments(name, shape, np.float32)
    dy = upstream(functions(name)[0](*given)[0])
    exact = gradients(name, [x.astype(np.float64) for x in given], dy.astype(np.float64))
    for x, gradient, expected in zip(given, gradients(name, given, dy), exact, strict=True):
        assert (gradient.shape, gradient.dtype) == (x.shape, np.float32)
        assert np.allclose(gradient, expected, rtol=2e-5, atol=2e-5 * np.abs(expected).max(initial=1))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("name", "shape"), [case for case in CASES if np.prod(case[1]) < 500])
def test_gradients(name, shape, seed):
    given = arguments(name, shape, seed=seed)
    report = gradcheck(functions(name), given, seed=seed)
    for argument, x in zip(report.arguments, given, strict=True):
        nothing = x.size == 0 or functions(name)[0](*given)[0].size == 0
        constant = name == "layer_norm" and shape[-1] == 1 and argument.name != "beta"  # y = beta, whatever x is
        assert argument.verdict == ("vacuous" if nothing or constant else "ok"), report
    assert report.adjoint_ok


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPERATIONS)
def test_strides(name, dtype):
    given = arguments(name, SHAPES[name][2], dtype)
    laid = [np.repeat(np.asfortranarray(x), 2, axis=-1)[..., ::2] for x in given]
    for x in laid:
        x.flags.writeable = False
    forward, _ = functions(name)
    pairs = [(forward(*laid)[0], forward(*given)[0]), *zip(gradients(name, laid), gradients(name, given), strict=True)]
    for a, b in pairs:
        if runtime.compiles(np.dtype(dtype)):
            assert np.array_equal(a, b)
        else:  # BLAS multiplies strided matrices in another order
            assert np.allclose(a, b, rtol=ROUNDING[dtype], atol=ROUNDING[dtype])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_not_finite_passes_through(name, dtype, bad):
    given = [x.copy() for x in arguments(name, SHAPES[name][1], dtype)]
    given[0].flat[0] = bad
    y, _ = functions(name)[0](*given)
    expected = formula(name, *given)
    assert np.array_equal(np.isnan(y), np.isnan(expected))
    assert np.allclose(y, expected, rtol=1e-5, equal_nan=True)
    assert not np.isnan(gradients(name, given)[0]).all()  # other rows, other elements keep theirs


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_a_nan_spoils_its_own_gradient_alone(name):
    (gradient,) = gradients(name, [np.array([1.0, np.nan, 2.0])], np.array([1.0, np.nan, 1.0]))
    assert np.isnan(gradient).tolist() == [False, True, False]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saturation(dtype):
    x = np.array([-1e4, -90, -40, 0, 40, 90, 1e4], dtype)
    y, cache = kernels.sigmoid_forward(x)
    assert np.allclose(y, formula("sigmoid", x), rtol=0, atol=1e-7)
    assert np.all(np.isfinite(kernels.sigmoid_backward(np.ones_like(x), cache)))
    assert np.allclose(kernels.tanh_forward(x)[0], np.sign(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 16, 1031, (1 << 18) + 3])
def test_relu_in_vectors_is_the_formula(dtype, size):
    """In every bit, at every number that is no usual one too."""
    rest = np.random.default_rng(0).standard_normal(size)
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.concatenate([[np.nan, np.inf, -np.inf, 0.0, -0.0, tiny, -tiny, 1.0], rest]).astype(dtype)[:size]
    dy = np.arange(1, 1 + size).astype(dtype)
    y, cache = kernels.relu_forward(x)
    assert np.array_equal(y, kernels.relu_forward_numpy(x), equal_nan=True)
    assert np.array_equal(kernels.relu_backward(dy, cache), kernels.relu_backward_numpy(dy, y))


def test_relu_of_numbers_off_their_places():
    x = np.ndarray(5, np.float64, bytearray(48), 1)
    x[...] = -1, 2, -3, 4, 5
    assert kernels.relu_forward(x)[0].tolist() == [0, 2, 0, 4, 5]


@pytest.mark.parametrize("shape", [(40, 80, 90), (256, 100, 30)])
def test_linear_into_what_is_handed_in(shape):
    """Products by BLAS, directly into the arrays, which may lie in any way."""
    B, I, J = shape
    random = np.random.default_rng(0)
    x, a, c, dy = (random.standard_normal(one) for one in ((B, I), (J, I), (J,), (B, J)))
    expected = kernels.linear_forward_numpy(x, a, c), dy @ a, dy.T @ x, dy.sum(0)
    for order in ("C", "F"):
        y, dx, da = (np.full(one, np.nan, order=order) for one in ((B, J), (B, I), (J, I)))
        dc = np.full(2 * J, np.nan)[::2]
        found, cache = kernels.linear_forward(np.asarray(x, order=order), a, c, out=y)
        gradients = kernels.linear_backward(dy, cache, out=(dx, da, dc))
        assert [found is y, *(g is o for g, o in zip(gradients, (dx, da, dc), strict=True))] == [True] * 4
        for ours, theirs in zip((y, dx, da, dc), expected, strict=True):
            assert np.allclose(ours, theirs, rtol=1e-12)
        kernels.linear_backward(dy, cache, out=(None, da, dc), needs_dx=False, accumulate=True)
        assert np.allclose(da, 2 * expected[2], rtol=1e-12)


def test_relu_at_its_kink():
    y, cache = kernels.relu_forward([0.0, -0.0])
    assert not y.any()
    assert not kernels.relu_backward([1.0, 1.0], cache).any()


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-3), (np.float64, 1e-11)])
def test_two_pass_variance(dtype, tolerance):
    """At a mean of 10⁴ the mean of squares less the square of the mean is rounding alone in single precision."""
    noise = np.random.default_rng(0).standard_normal((3, 64))
    x = (noise + 1e4).astype(dtype)
    y, cache = kernels.layer_norm_forward(x, np.ones(64, dtype), np.zeros(64, dtype))
    assert np.allclose(cache.sigma, np.sqrt(x.astype(np.float64).var(-1) + 1e-5), rtol=tolerance)
    assert np.allclose(y, formula("layer_norm", x, np.ones(64), np.zeros(64)), atol=5 * tolerance)


def test_statistics_are_cached():
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    _, cache = kernels.layer_norm_forward(x, np.ones(5), np.zeros(5), eps=0.25)
    assert np.allclose(cache.m, x.mean(-1))
    assert np.allclose(cache.sigma, np.sqrt(x.var(-1) + 0.25))


@pytest.mark.parametrize("name", OPERATIONS)
def test_types(name):
    shape = SHAPES[name][1]
    whole = [np.arange(1, x.size + 1).reshape(x.shape) for x in arguments(name, shape)]
    forward, backward = functions(name)
    assert forward(*whole)[0].dtype == np.float64
    assert forward(*[x.tolist() for x in whole])[0].dtype == np.float64
    assert forward(*[x.astype(">f4") for x in whole])[0].dtype == np.float32
    y, cache = forward(*[x.astype(np.float32) for x in whole])
    result = backward(np.ones(y.shape), cache)
    assert {g.dtype for g in (result if isinstance(result, tuple) else (result,))} == {np.dtype(np.float32)}
    with pytest.raises(TypeError, match="x is float16: kernels compute in float32 and float64, so convert it first"):
        forward(*[x.astype(np.float16) for x in whole])
    with pytest.raises(TypeError, match="x is complex128"):
        forward(*[x.astype(complex) for x in whole])


@pytest.mark.parametrize("name", OPERATIONS)
def test_shape_of_the_upstream_gradient(name):
    forward, backward = functions(name)
    _, cache = forward(*arguments(name, SHAPES[name][1]))
    with pytest.raises(ValueError, match=r"dy has shape \(2, 9\); the upstream gradient has the shape of y, which is"):
        backward(np.ones((2, 9)), cache)


@pytest.mark.parametrize("shapes", [((2, 3), (2, 3)), ((3,), (3, 2)), ((1, 2, 3), (3, 2))])
def test_matmul_shapes(shapes):
    with pytest.raises(ValueError, match=r"needs x of shape \(I, K\) and a of shape \(K, J\), not \("):
        kernels.matmul_forward(*map(np.ones, shapes))


@pytest.mark.parametrize(
    "shapes", [((2, 3), (2,), (3,)), ((2, 3), (3,), (1,)), ((), (1,), (1,)), ((2, 3), (2, 3), (3,))]
)
def test_layer_norm_shapes(shapes):
    with pytest.raises(ValueError, match=r"needs x of shape \(\.\.\., H\) and gamma and beta of shape \(H,\), not \("):
        kernels.layer_norm_forward(*map(np.ones, shapes))
