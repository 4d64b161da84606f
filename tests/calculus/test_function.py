"""Functions: what goes in, what comes out, and what is refused before anything is computed."""

import pytest

import tensorcalc as tc

from .test_equality import LAYER_NORM


def test_names_of_a_function():
    layer = tc.function(LAYER_NORM, name="layer norm")
    assert layer.inputs == ("x", "eps", "gamma", "beta")
    assert layer.intermediates == ("m", "mu", "v", "sigma")
    assert layer.outputs == ("y",)
    assert layer.constants == ("eps",)
    assert "layer norm of x, eps, gamma, beta" in repr(layer)


def test_outputs_can_be_chosen():
    layer = tc.function(LAYER_NORM, outputs=("y", "sigma"))
    assert layer.outputs == ("y", "sigma") and "sigma" not in layer.intermediates


def test_constant_indices_are_positions_not_inputs():
    loss = tc.function("l_b = -log(s_{b,T_b})")
    assert (loss.inputs, loss.positions) == (("s",), ("T",))


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        ("y_i = x_i\ny_i = z_i", "defined-twice", 10),
        ("y_i = z_i\nz_i = x_i", "used-before", 6),
        ("y_i = y_i + x_i", "used-before", 6),
        ("a_i b_i = c_i", "left-side", 0),
        ("y_T = x_T", "left-side", 0),
        ("y_ii = x_i", "left-repeated", 3),
        ("y_ip = ∂x_i/∂z_p", "not-executable", 0),
        ("[i] y_ij = x_ij", "left-free", 0),
        ("y_i = M x_i", "unknown-size", 6),
        ("y_i = x_i + x_ij 1_j", "two-orders", 12),
    ],
)
def test_refused(text, rule, column):
    with pytest.raises(tc.NotationError) as caught:
        tc.function(text)
    assert (caught.value.rule, caught.value.position) == (rule, column)


def test_declared_ranges_clash():
    with pytest.raises(tc.NotationError) as caught:
        tc.function("y_i = x_ij z_j\nw_i = x_ji z_j", ranges={"i": "N", "j": "M"})
    assert caught.value.rule == "range-clash" and "N" in str(caught.value) and "M" in str(caught.value)


def test_default_names_that_meet_are_synonyms():
    assert tc.function("y_i = x_ij z_j\nw_j = x_ji z_i").outputs == ("y", "w")


def test_an_unknown_output_is_refused():
    with pytest.raises(tc.NotationError, match="z is defined by no statement"):
        tc.function("y_i = x_i", outputs=("z",))
