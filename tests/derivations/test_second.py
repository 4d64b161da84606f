"""Second derivatives: a derivation's result is an equation that can be differentiated again."""

import numpy as np
import pytest

import tensorcalc as tc

SOFTMAX = "z = 1_j exp(x_j)\ns_i = exp(x_i)/z\nc = -log(s_T)"
LOGISTIC = "a_n = x_nj w_j\ns_n = sigmoid(a_n)\nl = -t_n log(s_n) - (1_n - t_n) log(1_n - s_n)"
SOFTPLUS = "a_n = x_nj w_j\nl = 1_n softplus(a_n) - t_n a_n"


@pytest.mark.parametrize(
    ("text", "output", "input", "hessian"),
    [
        ("l = x_i a_ij x_j", "l", "x", "a_pq + a_qp"),
        (SOFTMAX, "c", "x", "s_p delta_pq - s_p s_q"),
        (LOGISTIC, "l", "w", "s_n (1 - s_n) x_nq x_np"),
        (SOFTPLUS, "l", "w", "sigmoid(a_n) (1 - sigmoid(a_n)) x_nq x_np"),
        ("l = 1_ij (x_ik w_kj - y_ij)^2", "l", "w", "2 x_ir delta_qs x_ip"),
        ("l = x_ij x_jk x_ki", "l", "x", "3 delta_qr x_sp + 3 x_qr delta_ps"),
    ],
)
def test_hessians_as_printed_and_symmetric(text, output, input, hessian):
    derivation = tc.function(text).jacobian(output, input).jacobian(input)
    assert str(derivation.result).partition(" = ")[2] == hessian
    assert derivation.symmetric() is True
    assert tc.equal(tc.equation(str(derivation.result)), derivation.result) is True
    assert tc.equal(tc.equation(derivation.result.latex), derivation.result) is True


def test_a_hessian_against_differences_of_the_gradient():
    f = tc.function(LOGISTIC)
    rng = np.random.default_rng(0)
    x, w, t = rng.normal(size=(5, 3)), rng.normal(size=3), rng.random(5)
    gradient = f.backward("w")
    h = 1e-5
    rows = [
        (gradient(x=x, w=w + e, t=t, dl_dl=1.0) - gradient(x=x, w=w - e, t=t, dl_dl=1.0)) / (2 * h)
        for e in h * np.eye(3)
    ]
    text = str(f.jacobian("l", "w").jacobian("w").result).partition(" = ")[2]
    hessian = tc.function("a_n = x_nj w_j\ns_n = sigmoid(a_n)\nh_pq = " + text)
    np.testing.assert_allclose(hessian(x=x, w=w), rows, rtol=1e-7, atol=1e-9)


def test_a_mixed_derivative_and_a_third():
    f = tc.function("l = x_i a_ij x_j")
    mixed = f.jacobian("l", "x").jacobian("a")
    assert tc.equal(mixed.result, "∂(∂l/∂x_p)/∂a_qr = delta_pq x_r + x_q delta_rp") is True
    with pytest.raises(tc.NotationError, match="second derivative by one tensor"):
        mixed.symmetric()
    third = f.jacobian("l", "x").jacobian("x").jacobian("x")
    assert str(third.result).endswith(" = 0")


def test_what_is_not_symmetric():
    field = tc.function("l = x_i a_ij y_j").jacobian("l", "x").jacobian("y")
    with pytest.raises(tc.NotationError):
        field.symmetric()


def test_a_gradient_that_hides_intermediates_is_refused():
    f = tc.function("u_i = exp(x_i)\ny_i = u_i u_i")
    with pytest.raises(tc.NotationError, match=r"closed_form\(\)"):
        f.vjp("x").jacobian("x")
    again = f.vjp("x").closed_form().jacobian("x").result
    assert tc.equal(again, "∂dl_dx_p/∂x_q = 4 dl_dy_p u_p^2 delta_pq", given=f) is True
