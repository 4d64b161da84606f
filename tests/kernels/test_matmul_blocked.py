"""The product in blocks agrees with the three loops to the last bit, whatever is left over at the edges."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime
from tensorcalc.kernels import matmul_blocked, matmul_forward

SHAPES = [
    (1, 1, 1),
    (3, 5, 7),
    (4, 1, 64),
    (5, 2, 65),
    (31, 31, 17),
    (33, 64, 48),
    (37, 129, 130),
    (1, 99, 1),
    (99, 3, 1),
]


def factors(shape, dtype):
    I, K, J = shape
    random = np.random.default_rng(0).standard_normal
    return random((I, K)).astype(dtype), random((K, J)).astype(dtype)


@pytest.mark.skipif(runtime.backend() != "cpu", reason="the loops are for the CPU")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_equals_the_three_loops(shape, dtype):
    x, a = factors(shape, dtype)
    assert np.array_equal(matmul_blocked(x, a), matmul_forward(x, a)[0])


@pytest.mark.parametrize("shape", [*SHAPES, (257, 301, 263), (0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_is_the_product(shape):
    x, a = factors(shape, np.float64)
    np.testing.assert_allclose(matmul_blocked(x, a), x @ a, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("columns", [16, 19])
def test_out_may_lie_anywhere(columns):
    x, a = factors((9, 5, columns), np.float64)
    exact = matmul_blocked(x, a)
    for place in (np.empty((9, columns + 1))[:, 1:], np.empty((18, columns))[::2], np.empty((columns, 9)).T):
        assert matmul_blocked(x, a, out=place) is place
        assert np.array_equal(place, exact)
    unaligned = np.empty(9 * columns + 1)[1:].reshape(9, columns)
    assert np.array_equal(matmul_blocked(x, a, out=unaligned), exact)
    square, other = factors((9, 9, 9), np.float64)
    product = square @ other
    np.testing.assert_allclose(matmul_blocked(square, other, out=square), product, rtol=1e-12, atol=1e-12)


def test_any_strides():
    x, a = factors((21, 34, 48), np.float32)
    exact = matmul_blocked(x, a)
    assert np.array_equal(matmul_blocked(np.asfortranarray(x), a.copy().T.copy().T), exact)
    assert np.array_equal(matmul_blocked(x[::-1], a)[::-1], exact)


def test_what_is_not_finite_stays_in_its_row():
    x, a = factors((40, 7, 70), np.float32)
    exact = matmul_blocked(x, a)
    x[39, 3], x[2, 0] = np.nan, np.inf
    found = matmul_blocked(x, a)
    assert np.isnan(found[39]).all() and np.isinf(found[2]).all()
    others = np.delete(np.arange(40), [2, 39])
    assert np.array_equal(found[others], exact[others])


def test_refusals():
    with pytest.raises(ValueError, match=r"needs x of shape \(I, K\)"):
        matmul_blocked(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(TypeError, match="float16"):
        matmul_blocked(np.ones((2, 3), np.float16), np.ones((3, 2), np.float16))
    with pytest.raises(ValueError, match="the result is float64"):
        matmul_blocked(np.ones((2, 3)), np.ones((3, 2)), out=np.empty((2, 3)))


def test_numpy_alone():
    before = tc.backend()
    x, a = factors((37, 5, 19), np.float64)
    tc.use("numpy")
    try:
        found = matmul_blocked(x, a)
    finally:
        tc.use(before)
    np.testing.assert_allclose(matmul_blocked(x, a), found, rtol=1e-12, atol=1e-12)
