"""gradcheck passes what is right, fails each kind of error, and says in its text what is wrong and where."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.checking import adjoint_gap, gradcheck
from tensorcalc.kernels import layer_norm_backward, layer_norm_forward, matmul_backward, matmul_forward

random = np.random.default_rng(0).standard_normal
X, A, GAMMA, BETA = random((3, 4)), random((4, 5)), random(4), random(4)


def layer_norm_without_means(dy, cache):
    """The commonest mistake: what x owes to its own mean and variance is left out."""
    _, dgamma, dbeta = layer_norm_backward(dy, cache)
    return dy * cache.gamma / cache.sigma[:, None], dgamma, dbeta


def in_one_element(dy, cache):
    dx, da = matmul_backward(dy, cache)
    da[2, 1] *= 1.0001
    return dx, da


ERRORS = {
    "sign": ((matmul_forward, lambda dy, c: (dy @ -c.a.T, c.x.T @ dy)), (X, A), "x"),
    "factor": ((matmul_forward, lambda dy, c: (dy @ c.a.T, 2 * c.x.T @ dy)), (X, A), "a"),
    "transpose": ((matmul_forward, lambda dy, c: (dy @ c.a, c.x.T @ dy)), (random((3, 4)), random((4, 4))), "x"),
    "one element": ((matmul_forward, in_one_element), (X, A), "a"),
    "missing means": ((layer_norm_forward, layer_norm_without_means), (X, GAMMA, BETA), "x"),
    "NaN": ((lambda x: np.sin(x), lambda dy, x: dy * np.where(x > 0, np.nan, np.cos(x))), ([1.0, -1.0],), "x"),
    "zero": ((lambda x: np.sin(x), lambda dy, x: 0 * dy), ([1.0, -1.0],), "x"),
    "ignores dy": ((lambda x: np.sin(x), lambda dy, x: np.cos(x)), ([1.0, -1.0],), "x"),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("error", ERRORS)
def test_errors_are_found(error, seed):
    pair, inputs, name = ERRORS[error]
    report = gradcheck(pair, inputs, seed=seed)
    assert not report
    assert report.worst.name == name
    assert [argument.verdict for argument in report.arguments if argument.name != name] == ["ok"] * (len(inputs) - 1)
    assert report.worst.verdict == "wrong"


@pytest.mark.parametrize("seed", range(3))
def test_right_gradients_pass(seed):
    assert gradcheck((matmul_forward, matmul_backward), (X, A), seed=seed)
    assert gradcheck((layer_norm_forward, layer_norm_backward), (X, GAMMA, BETA), seed=seed).assert_ok()


def test_text_names_everything():
    report = gradcheck((matmul_forward, in_one_element), (X, A))
    lines = str(report).splitlines()
    assert lines[:2] == ["gradcheck of matmul: FAILED", "  x (3, 4): ok"]
    worst = report.worst
    assert worst.index == (2, 1)
    values = f"analytic {worst.analytic:.4g}, numeric {worst.numeric:.4g}, relative error 9.999e-05"
    assert lines[2:4] == ["  a (4, 5): wrong in 1 of 20 elements, most at a[2, 1]:", "    " + values]
    assert worst.analytic / worst.numeric == pytest.approx(1.0001, abs=1e-8)
    assert lines[4].startswith("  <v, J u> = <Jᵀ v, u>: wrong, ")
    assert repr(report) == str(report)
    with pytest.raises(AssertionError, match=r"(?s)gradcheck of matmul: FAILED.*a\[2, 1\]"):
        report.assert_ok()


def test_text_of_a_success_has_no_noise():
    assert str(gradcheck((matmul_forward, matmul_backward), (X, A))) == (
        "gradcheck of matmul: ok\n  x (3, 4): ok\n  a (4, 5): ok\n  <v, J u> = <Jᵀ v, u>: ok"
    )


def test_several_random_upstream_gradients():
    seen = []
    gradcheck((matmul_forward, lambda dy, c: seen.append(dy) or matmul_backward(dy, c)), (X, A))
    assert len({dy.tobytes() for dy in seen}) == 3
    assert all(len(np.unique(dy)) == dy.size for dy in seen)


def test_all_ones_would_have_been_vacuous():
    """With gamma constant, an upstream gradient of ones has the gradient zero, right or wrong: here it is not ones."""
    _, cache = layer_norm_forward(X, np.ones(4), BETA)
    assert np.allclose(layer_norm_backward(np.ones((3, 4)), cache)[0], 0)

    def always_zero(dy, cache):
        return np.zeros_like(dy), *layer_norm_backward(dy, cache)[1:]

    assert gradcheck((layer_norm_forward, always_zero), (X, np.ones(4), BETA)).arguments[0].verdict == "wrong"


def test_a_vacuous_check_is_no_success():
    pair = (lambda x, y: 0 * x + y, lambda dy, x, y: (0 * dy, dy))
    report = gradcheck(pair, ([1.0, 2.0], [3.0, 4.0]))
    assert not report
    assert [argument.verdict for argument in report.arguments] == ["vacuous", "ok"]
    assert "x (2,): vacuous, since every gradient is zero" in str(report)
    assert gradcheck(pair, ([1.0, 2.0], [3.0, 4.0]), wrt="y")


@pytest.mark.parametrize("offset", [0.0, 1e-7, -2e-6, 5e-6])
def test_a_kink_is_named(offset):
    report = gradcheck((tc.kernels.relu_forward, tc.kernels.relu_backward), ([1.0, offset, -2.0],))
    assert not report
    assert report.worst.verdict == "kink"
    assert report.worst.index == (1,)
    assert "kink at x[1], one-sided slopes from " in str(report)
    assert "not decided, because of the kink" in str(report)


def test_a_wrong_slope_at_a_kink_is_wrong():
    report = gradcheck((tc.kernels.relu_forward, lambda dy, c: 2 * dy), ([1.0, 0.0, -2.0],))
    assert report.worst.verdict == "wrong"


def test_curvature_within_the_step_is_no_error():
    """Nearly equal features: y turns over about 10⁻³ while h is 6·10⁻⁶, and the plain quotient is off by 10⁻⁵."""
    x = np.array([[1.0, 1.001, 1.0005]])
    pair = (
        lambda x: layer_norm_forward(x, np.ones(3), np.zeros(3), eps=1e-12),
        lambda dy, c: layer_norm_backward(dy, c)[0],
    )
    assert gradcheck(pair, (x,), rtol=1e-5).assert_ok()
    wrong = (pair[0], lambda dy, c: 1.001 * pair[1](dy, c))
    assert gradcheck(wrong, (x,), rtol=1e-5).worst.verdict == "wrong"


def test_a_small_error_is_not_taken_for_a_kink():
    """A gradient that leaves eps out of layer norm is off in the sixth digit only."""

    def without_eps(dy, cache):
        return layer_norm_backward(dy, cache._replace(sigma=np.sqrt(cache.sigma**2 - 1e-5)))

    report = gradcheck((layer_norm_forward, without_eps), (X, GAMMA, BETA))
    assert report.arguments[0].verdict == "wrong"


def test_wrt_and_constants():
    report = gradcheck(
        (layer_norm_forward, layer_norm_backward), {"x": X, "gamma": GAMMA, "beta": BETA, "eps": 0.5}, wrt="x"
    )
    assert report
    assert [argument.name for argument in report.arguments] == ["x"]
    with pytest.raises(ValueError, match="wrt names 'eps'; the floating-point array arguments are x, gamma, beta"):
        gradcheck(
            (layer_norm_forward, layer_norm_backward), {"x": X, "gamma": GAMMA, "beta": BETA, "eps": 0.5}, wrt="eps"
        )
    with pytest.raises(ValueError, match="no floating-point array among the inputs"):
        gradcheck((np.sin, np.cos), (2.0,))


def test_single_precision_inputs_are_checked_in_double():
    assert gradcheck((matmul_forward, matmul_backward), (X.astype(np.float32), A.astype(np.float32)))


def test_inputs_stay_as_they_are():
    x, a = X.copy(), A.copy()
    gradcheck((matmul_forward, matmul_backward), (x, a))
    assert np.array_equal(x, X)
    assert np.array_equal(a, A)


def test_refusals():
    with pytest.raises(TypeError, match=r"a pair \(forward, backward\) or a tc.Function, not builtin_function"):
        gradcheck(len, (X,))
    with pytest.raises(TypeError, match="<lambda> returns float32 for float64 inputs"):
        gradcheck((lambda x: x.astype(np.float32), lambda dy, x: dy), (X,))
    with pytest.raises(ValueError, match=r"matmul: the gradient of x has shape \(4, 3\); x has shape \(3, 4\)"):
        gradcheck((matmul_forward, lambda dy, c: (c.x.T, c.a)), (X, A))
    with pytest.raises(ValueError, match=r"matmul has 2 array arguments \(x, a\), but .* returns 1 gradients"):
        gradcheck((matmul_forward, lambda dy, c: c.x), (X, A))

    def in_place(dy, x):
        x *= 2
        return dy

    with pytest.raises(ValueError, match="changes its argument x in place"):
        gradcheck((lambda x: 1 * x, in_place), (X,))


class Product:
    """What gradcheck asks of a tc.Function: names, a call, and a backward function by name."""

    name, inputs, outputs = "product", ("x", "a", "c"), ("y", "s")

    def __init__(self, fault=0.0):
        self.fault = fault

    def __call__(self, x, a, c):
        return {"y": c * x @ a, "s": np.sum(x**2, axis=1)}

    def backward(self, wrt=None, save=()):
        def run(x, a, c, dl_dy, dl_ds):
            all_of_them = {"x": c * dl_dy @ a.T + 2 * dl_ds[:, None] * x, "a": (c + self.fault) * x.T @ dl_dy}
            found = {f"dl_d{name}": all_of_them[name] for name in wrt}
            return found if len(found) > 1 else next(iter(found.values()))

        return run


def test_an_object_with_a_backward_method():
    assert gradcheck(Product(), {"x": X, "a": A, "c": 0.5}).assert_ok()
    assert gradcheck(Product(), (X, A, 0.5), wrt=["a"])
    report = gradcheck(Product(fault=0.1), {"x": X, "a": A, "c": 0.5})
    assert [argument.verdict for argument in report.arguments] == ["ok", "wrong"]
    assert str(report).startswith("gradcheck of product: FAILED")


def test_adjoint_gap():
    assert adjoint_gap((matmul_forward, matmul_backward), (X, A)) < 1e-9
    assert adjoint_gap((matmul_forward, in_one_element), (X, A)) > 1e-7
    assert adjoint_gap(Product(), (X, A, 0.5)) < 1e-9
    assert adjoint_gap((lambda x: 0 * x, lambda dy, x: dy), (X,)) > 0.1
