"""Difference quotients: right where the derivative is known, with the error that theory gives them."""

import numpy as np
import pytest

from tensorcalc.checking import complex_step_jacobian, numerical_jacobian, numerical_vjp


def bilinear(x):
    return np.einsum("ij,kj->ik", x[:2], x[2:])


def bilinear_jacobian(x):
    upper = np.einsum("ia,kb->ikab", np.eye(2), x[2:])
    lower = np.einsum("ka,ib->ikab", np.eye(2), x[:2])
    return np.concatenate([upper, lower], axis=2)


X = np.random.default_rng(0).standard_normal((4, 3))


def test_jacobian_of_a_bilinear_function():
    J = numerical_jacobian(bilinear, X)
    assert J.shape == (2, 2, 4, 3)
    assert np.allclose(J, bilinear_jacobian(X), rtol=0, atol=1e-9)


def test_vjp_contracts_the_jacobian():
    dy = np.random.default_rng(1).standard_normal((2, 2))
    expected = np.einsum("ik,ikab->ab", dy, bilinear_jacobian(X))
    assert np.allclose(numerical_vjp(bilinear, X, dy), expected, rtol=0, atol=1e-9)


def test_complex_step_loses_no_digit():
    J = complex_step_jacobian(lambda x: np.exp(x) * np.sin(x), np.array([1.0, 2.0]))
    exact = np.exp([1.0, 2.0]) * (np.sin([1.0, 2.0]) + np.cos([1.0, 2.0]))
    assert np.allclose(J, np.diag(exact), rtol=4e-16, atol=0)


def test_the_cache_is_ignored():
    def with_cache(x):
        return x**2, "cache"

    for way in (numerical_jacobian, complex_step_jacobian):
        assert np.allclose(way(with_cache, [3.0]), [[6.0]])
    assert np.allclose(numerical_vjp(with_cache, [3.0], [2.0]), [12.0])


@pytest.mark.parametrize(("dtype", "best"), [(np.float32, 1e-4), (np.float64, 1e-9)])
def test_error_against_step(dtype, best):
    """V-shaped: truncation falls as h², rounding grows as 1/h, and the default step is near the bottom."""

    def error(eps):
        return abs(numerical_vjp(np.exp, np.array([0.5], dtype), [1], eps=eps)[0] / np.exp(0.5) - 1)

    default = error(None)
    assert default < best
    assert error(1e-1) == pytest.approx(1e-2 / 6, rel=0.02)
    assert error(1e-2 if dtype == np.float32 else 1e-3) > default
    tiny = 3 * np.finfo(dtype).eps
    assert error(tiny) > 100 * default


def test_the_step_grows_with_the_element():
    """At 10⁸ an absolute step of 6·10⁻⁶ would not even change the seventh digit."""
    assert np.allclose(numerical_vjp(np.square, [1e8], [1.0]), [2e8], rtol=1e-9)


def test_computed_in_the_precision_of_x():
    seen = []
    numerical_vjp(lambda x: seen.append(x.dtype) or x, np.zeros(2, np.float32), np.zeros(2))
    assert set(seen) == {np.dtype(np.float32)}
    assert numerical_vjp(np.exp, np.zeros(2, np.float32), np.ones(2)).dtype == np.float32


def test_one_buffer_filled_again():
    buffer = np.empty(2)
    assert np.allclose(numerical_jacobian(lambda x: np.multiply(x, 3, out=buffer), [1.0, 2.0]), 3 * np.eye(2))


def test_the_point_stays_as_it_is():
    x = X.copy()
    numerical_jacobian(bilinear, x)
    assert np.array_equal(x, X)


@pytest.mark.parametrize("shape", [(), (0,), (0, 2)])
def test_shapes(shape):
    x = np.ones(shape)
    assert numerical_jacobian(np.sin, x).shape == shape + shape
    assert numerical_vjp(np.sin, x, x).shape == shape


@pytest.mark.parametrize("way", [numerical_jacobian, complex_step_jacobian])
def test_complex_points_are_refused(way):
    with pytest.raises(TypeError, match="difference quotients need a real array, not one of complex128"):
        way(np.exp, np.ones(2, complex))
