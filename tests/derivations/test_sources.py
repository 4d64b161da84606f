"""Results of the sources, derived: as they are printed, and against central differences."""

from __future__ import annotations

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.checking import numerical_vjp

LAYER_NORM = """
    m_b = 1/H 1_h x_bh
    mu_bh = x_bh - 1_h m_b
    v_b = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h
"""


@pytest.mark.parametrize(
    ("text", "output", "input", "result"),
    [
        ("y_ij = x_ik a_kj", "y", "x", "delta_ip a_qj"),
        ("y_ij = x_ik a_kj", "y", "a", "x_ip delta_jq"),
        (LAYER_NORM, "sigma", "v", "1/(2 sigma_b) delta_bp"),
        (LAYER_NORM, "mu", "m", "-1_h delta_bp"),
    ],
)
def test_jacobians_as_printed(text, output, input, result):
    assert str(tc.function(text).jacobian(output, input, direct=True).result).partition(" = ")[2] == result


def test_layer_norm_in_three_terms():
    derivation = tc.function(LAYER_NORM).vjp("x").closed_form()
    assert len(derivation.result.terms) == 3
    known = "dl_dx_pq = dl_dy_pq gamma_q/sigma_p - dl_dy_ph gamma_h/H (1_h 1_q/sigma_p + mu_ph mu_pq/sigma_p^3)"
    assert tc.equal(derivation.result, known) is True


def test_the_vanishing_mean_is_found():
    shown = str(tc.function(LAYER_NORM).vjp("x").closed_form())
    assert "a sum that the definitions make a number" in shown
    assert "[p] mu_ph 1_h" in shown


@pytest.mark.parametrize("shape", [(2, 3), (5, 2), (3, 7)])
def test_layer_norm_backward_against_differences(shape):
    rng = np.random.default_rng(0)
    layer = tc.function(LAYER_NORM)
    inputs = {"x": rng.normal(size=shape), "gamma": rng.normal(size=shape[1]), "beta": rng.normal(size=shape[1])}
    dl_dy = rng.normal(size=shape)
    gradients = layer.backward()(**inputs, eps=1e-5, dl_dy=dl_dy)
    for name, value in inputs.items():
        numeric = numerical_vjp(lambda v, name=name: layer(**{**inputs, name: v}, eps=1e-5), value, dl_dy)
        np.testing.assert_allclose(gradients[f"dl_d{name}"], numeric, rtol=1e-6, atol=1e-8)


def test_matrix_form_of_both_gradients():
    product = tc.function("y_ij = x_ik a_kj")
    assert str(product.vjp("x").matrix()) == "∂l/∂X = ∂l/∂Y A^T"
    assert str(product.vjp("a").matrix()) == "∂l/∂A = X^T ∂l/∂Y"


def test_a_display_in_three_notations():
    derivation = tc.function("y_ij = x_ik a_kj").jacobian("y", "x")
    assert str(derivation).splitlines()[-1].endswith("= delta_ip a_qj           the delta replaces a dummy")
    assert derivation.latex.count(r"\text{") == 4 and derivation.latex.startswith(r"\begin{aligned}")
    assert "<script" not in derivation._repr_html_()
    with pytest.raises(ValueError, match="'textbook' or 'full'"):
        derivation.show(level="all")
