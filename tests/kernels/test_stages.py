"""The naive backward function of layer norm computes each intermediate gradient of the derivation."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime


@pytest.mark.skipif(not runtime.compiles(np.dtype(np.float64)), reason="nothing is compiled here")
@pytest.mark.parametrize(("B", "H"), [(3, 4), (5, 2), (1, 7)])
def test_every_stage_is_that_of_the_derived_backward_function(B, H):
    random = np.random.default_rng(B)
    x, dy = random.normal(size=(2, B, H))
    gamma, beta = random.normal(size=(2, H))
    _, cache = tc.kernels.layer_norm_forward(x, gamma, beta, 0.1)
    names = {"mu": (B, H), "sigma": (B,), "v": (B,), "m": (B,), "x": (B, H), "gamma": (H,), "beta": (H,)}
    found = {f"dl_d{name}": np.full(shape, np.nan) for name, shape in names.items()}
    order = [found[f"dl_d{name}"] for name in ("sigma", "v", "mu", "m", "x", "gamma", "beta")]
    tc.kernels.layer_norm_backward_stages_loops(dy, x, gamma, cache.m, cache.sigma, np.empty((B, H)), *order)

    backward = tc.function(str(tc.layers.layer_norm.backward()), outputs=tuple(found), constants=("eps",))
    exact = backward(x=x, gamma=gamma, eps=0.1, dl_dy=dy)
    for name, array in found.items():
        np.testing.assert_allclose(array, exact[name], rtol=1e-12, atol=1e-13, err_msg=name)
