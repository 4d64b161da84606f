"""Results read as people write them; a definition is folded back only where it stands as a whole."""

import numpy as np
import pytest

import tensorcalc as tc


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("y_i = a_i^3 + 2 c_pp a_i\ns_p = 1_q c_pq", {"a": (3,), "c": (2, 2)}),  # c_pp is no s_p
        ("y_j = cos(x_kk w_j)\nz_bn = x_ni 1_i u_b", {"x": (2, 2), "w": (3,), "u": (3,)}),
        ("y_pn = c_pk d_k w_n\ns_b = 1_i x_b d_i d_i", {"c": (2, 3), "d": (3,), "w": (2,), "x": (2,)}),
    ],
)
def test_what_only_looks_like_a_definition(text, shapes):
    rng = np.random.default_rng(1)
    f = tc.function(text)
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    tc.gradcheck(f, values).assert_ok()


def test_a_component_before_the_first_is_zero():
    f = tc.function("y_p = delta_rq b_{r-q-1} c_pr 1_q")
    gradients = f.backward("c")(b=np.ones(3), c=np.ones((2, 3)), dl_dy=np.ones(2))
    np.testing.assert_array_equal(gradients, np.zeros((2, 3)))


# ---------------------------------------------------------------- softmax, however it is stated

SOFTMAX = {
    "exponentials and sum named": "e_i = exp(x_i)\nz = 1_j e_j\ns_i = e_i/z",
    "sum named": "sigma = 1_j exp(x_j)\ns_i = exp(x_i)/sigma",
    "exponentials named": "e_i = exp(x_i)\ns_i = e_i/(1_j e_j)",
    "one line": "s_i = exp(x_i)/(1_j exp(x_j))",
}
SOFTMAX_OF_ROWS = {
    "exponentials and sum named": "e_bn = exp(x_bn)\nz_b = 1_n e_bn\ns_bn = e_bn/z_b",
    "sum named": "z_b = 1_j exp(x_bj)\ns_bn = exp(x_bn)/z_b",
    "one line": "s_bn = exp(x_bn)/(1_j exp(x_bj))",
}


def right(derivation):
    return str(derivation.result).partition(" = ")[2]


@pytest.mark.parametrize("text", SOFTMAX.values(), ids=SOFTMAX)
def test_softmax_and_cross_entropy(text):
    f = tc.function(text + "\nc = -log(s_T)")
    assert right(f.jacobian("s", "x", "n")) == "s_i delta_in - s_i s_n"
    assert right(f.jacobian("c", "x", "n")) == "s_n - delta_Tn"
    assert right(f.vjp("x", "n").closed_form().factored()) == "dl_dc (s_n - delta_Tn)"


@pytest.mark.parametrize("text", SOFTMAX_OF_ROWS.values(), ids=SOFTMAX_OF_ROWS)
def test_cross_entropy_over_a_batch(text):
    f = tc.function(text + "\nc_b = -log(s_{b,T_b})")
    assert right(f.vjp("x").closed_form().factored()) == "dl_dc_p (s_pq - delta_{q,T_p})"
    mean = tc.function(text + "\nc_b = -log(s_{b,T_b})\nl = 1/B 1_b c_b")
    assert right(mean.jacobian("l", "x")) == "1/B s_pq - 1/B delta_{q,T_p}"


def test_derivatives_of_named_outputs():
    assert right(tc.function("s_i = sigmoid(x_i)").jacobian("s", "x")) == "s_i (1 - s_i) delta_ip"
    assert right(tc.function("s_i = 1/(1 + exp(-x_i))").vjp("x").closed_form()) == "dl_ds_p s_p (1 - s_p)"
    assert right(tc.function("t_i = tanh(x_i)").jacobian("t", "x")) == "(1 - t_i^2) delta_ip"


def test_batch_norm_is_layer_norm_with_the_indices_swapped():
    f = tc.function(
        """m_h = 1/B 1_b x_bh
        mu_bh = x_bh - 1_b m_h
        v_h = 1/B 1_b mu_bh^2
        sigma_h = sqrt(v_h + eps)
        y_bh = mu_bh/sigma_h gamma_h + 1_b beta_h"""
    )
    found = f.vjp("x").closed_form().result
    assert len(found.terms) == 3
    known = "dl_dx_pq = gamma_q/sigma_q (dl_dy_pq - 1/B dl_dy_bq 1_p 1_b - 1/B dl_dy_bq mu_bq/sigma_q^2 mu_pq)"
    assert tc.equal(found, known) is True


def test_attention_by_its_probabilities():
    f = tc.function("S_ij = q_id k_jd/sqrt(D)\nP_ij = exp(S_ij)/(1_k exp(S_ik))\no_id = P_ij v_jd")
    kept = f.vjp("S").closed_form(keep=["P"])
    assert right(kept.factored()) == "P_pq (dl_dP_pq - 1_q dl_dP_pj P_pj)"
    assert right(f.vjp("S").closed_form()) == "dl_do_pd v_qd P_pq - dl_do_pd v_jd P_pj P_pq"


@pytest.mark.parametrize(
    "loss", ["s_n = sigmoid(a_n)\nl = -t_n log(s_n) - (1_n - t_n) log(1_n - s_n)", "l = 1_n softplus(a_n) - t_n a_n"]
)
def test_logistic_regression_from_either_form_of_the_loss(loss):
    f = tc.function("a_n = x_nj w_j\n" + loss)
    assert tc.equal(f.jacobian("l", "w").result, "∂l/∂w_p = (sigmoid(x_nj w_j) - t_n) x_np", given=f) is True


def test_layer_norm_as_its_source_factors_it():
    f = tc.function(
        """m_b = 1/H 1_h x_bh
        mu_bh = x_bh - 1_h m_b
        v_b = 1/H 1_h mu_bh^2
        sigma_b = sqrt(v_b + eps)
        y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h"""
    )
    closed = f.vjp("x").closed_form()
    factored = closed.factored()
    assert tc.equal(closed.result, factored.result) is True
    assert factored.result.terms[0] == "dl_dy_pq gamma_q/sigma_p"
    assert factored.result.terms[1].startswith("-dl_dy_ph gamma_h/H (")
    with pytest.raises(tc.NotationError, match="common factor"):
        tc.function("y_i = a_i x_i").vjp("x").factored()
