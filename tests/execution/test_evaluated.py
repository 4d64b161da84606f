"""Results of derivations as functions: their arrays against central differences of the function itself."""

from __future__ import annotations

import numpy as np
import pytest

import tensorcalc as tc


def _arrays(f, seed=0):
    rng = np.random.default_rng(seed)
    ranges = {}
    shapes = {name: [ranges.setdefault(r, 2 + len(ranges)) for r in f.signature.axes[name]] for name in f.inputs}
    return {name: rng.uniform(0.5, 1.5, shape) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("y_ij = x_ik a_kj", "y"),
        ("z = 1_j exp(x_j)\ns_i = exp(x_i)/z", "s"),
        ("u_ab = x_ac w_cb\nv_bc = tanh(x_bc)\ny_ac = u_ab v_bc", "y"),
        ("y_abc = x_ab/(x_ac z_c x_ac)", "y"),
        ("m_b = 1/H 1_h x_bh\nv_b = 1/H 1_h (x_bh - 1_h m_b)^2", "v"),
    ],
)
def test_jacobians(text, output):
    f = tc.function(text, outputs=output)
    arrays = _arrays(f)
    found = tc.function(f.jacobian(output, "x"))(**arrays)
    expected = tc.checking.numerical_jacobian(lambda x: f(**{**arrays, "x": x}), arrays["x"])
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


def test_gradients_take_the_upstream_gradient():
    f = tc.function("z = 1_j exp(x_j)\ns_i = exp(x_i)/z")
    x, upstream = np.array([0.3, -1.0, 2.0]), np.array([1.0, 0.5, -2.0])
    result = tc.function(f.vjp("x").closed_form())(x=x, dl_ds=upstream)
    np.testing.assert_allclose(result, f.backward()(x=x, dl_ds=upstream), rtol=1e-13)


def test_hessian():
    hessian = tc.function(tc.function("l = x_i a_ij x_j").jacobian("l", "x").jacobian("x"))
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(hessian(x=np.ones(2), a=a), a + a.T)
