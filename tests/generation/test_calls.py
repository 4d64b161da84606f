"""What a compiled function takes, returns and refuses, before anything is launched."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime

from .cases import LAYER_NORM, agree, arguments, by_name, compiled, reference

X, A = np.arange(12.0).reshape(3, 4), np.ones((4, 5))


@pytest.fixture(scope="module")
def product():
    return tc.function("y_ij = x_ik a_kj").compile()


@pytest.fixture(scope="module")
def scaled():
    return tc.function("y_ij = 2 x_ij").compile()


def test_out_is_what_is_written(scaled):
    out = np.empty((3, 4))
    for _ in range(2):  # the second call takes the short way
        out[:] = 0
        assert scaled(x=X, out=out) is out
        assert np.array_equal(out, 2 * X)


@pytest.mark.parametrize(
    "lay",
    [
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: x[::-1, ::-1][::-1, ::-1],
        lambda x: np.broadcast_to(x[:1], x.shape),
        lambda x: np.frombuffer(b"." + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
        lambda x: x.astype(np.float32),
        lambda x: x.astype(int),
    ],
    ids=["Fortran", "strided", "reversed twice", "broadcast", "misaligned", "float32", "integer"],
)
def test_inputs_may_lie_in_any_way(scaled, lay):
    x = lay(X)
    for _ in range(2):
        y = scaled(x=x)
        assert np.array_equal(y, 2 * np.asarray(x))
        assert y.dtype == (np.float32 if x.dtype == np.float32 else np.float64)


def test_outputs_may_lie_in_any_way(scaled):
    for out in (np.empty((4, 3)).T, np.empty((3, 8))[:, ::2]):
        for _ in range(2):
            out[:] = 0
            assert scaled(x=X, out=out) is out
            assert np.array_equal(out, 2 * X)


def test_several_outputs_come_in_order():
    given = arguments("layer norm", np.float64, backward=True)
    f = compiled("layer norm", backward=True)
    out = {"dl_dbeta": np.empty(given["beta"].shape)}
    for _ in range(2):
        found = f(**given, out=out)
        assert list(found) == ["dl_dx", "dl_dgamma", "dl_dbeta"]
        assert found["dl_dbeta"] is out["dl_dbeta"]
        agree(found, reference(f.function, given), np.float64)


def test_saved_statistics_are_read():
    f = tc.function(LAYER_NORM)
    given = arguments("layer norm", np.float64, backward=True)
    statistics = {name: value for name, value in given.items() if name != "dl_dy"}
    all_of = tc.function(LAYER_NORM, outputs=("m", "sigma"))(**statistics)
    saved = f.backward(save=("m", "sigma")).compile()(**given, **all_of)
    agree(saved, reference(f.backward(), given), np.float64)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"x": X, "a": X}, tc.NotationError, ["k runs over", "a (axis 0", "x (shape"]),
        ({"x": X, "a": A[0]}, tc.NotationError, ["a_kj has order 2", "(5,)"]),
        ({"x": X}, tc.NotationError, ["no value is given for a"]),
        ({"x": X, "a": A, "b": A}, tc.NotationError, ["no input b"]),
        ({"x": X.astype(complex), "a": A}, tc.NotationError, ["complex128"]),
        ({"x": X, "a": A, "out": np.empty((5, 3))}, tc.NotationError, ["out has shape (5, 3)", "(3, 5)"]),
        ({"x": X, "a": A, "out": np.empty((3, 5), np.float32)}, TypeError, ["float32", "float64"]),
        ({"x": X, "a": A, "out": [[0]]}, TypeError, ["NumPy array, not list"]),
    ],
)
def test_refusals(product, arguments, error, words):
    with pytest.raises(error) as caught:
        product(**arguments)
    for word in words:
        assert word in str(caught.value)


def test_out_that_cannot_be_written(scaled):
    out = np.empty((3, 4))
    scaled(x=X, out=out)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        scaled(x=X, out=out)


def test_out_that_is_read_meanwhile(scaled):
    x = np.ones((6, 4))
    scaled(x=x[:3], out=x[3:])  # neighbours in one buffer are apart
    with pytest.raises(ValueError, match="shares memory with x"):
        scaled(x=x[:3], out=x[1:4])


ADAM = """
    m1_i = beta1 m_i + (1 - beta1) g_i
    v1_i = beta2 v_i + (1 - beta2) g_i^2
    p1_i = p_i - lr m1_i/c1/(sqrt(v1_i/c2) + eps)
"""


@pytest.mark.parametrize("size", [7, 4096 + 5])
def test_an_optimizer_in_place(size):
    f = tc.function(ADAM.replace("beta1", "k1").replace("beta2", "k2"), outputs=("m1", "v1", "p1"))
    rng = np.random.default_rng(0)
    state = {name: rng.random(size) for name in ("m", "v", "p")}
    numbers = {"k1": 0.9, "k2": 0.999, "lr": 1e-3, "c1": 0.1, "c2": 0.001, "eps": 1e-8}
    g = rng.normal(size=size)
    expected = f(g=g, **state, **numbers)
    compiled = f.compile()
    compiled(g=g, **state, **numbers, out={"m1": state["m"], "v1": state["v"], "p1": state["p"]})
    agree({"m1": state["m"], "v1": state["v"], "p1": state["p"]}, expected, np.float64)


def test_too_many_elements():
    f = tc.function("y_i = 1_j x_ij").compile()
    with pytest.raises(ValueError, match=r"x has 2,147,483,648 elements, more than a kernel counts"):
        f(x=np.broadcast_to(np.float32(1), (2**16, 2**15)))
    with pytest.raises(ValueError, match=r"y has 2,147,483,648 elements"):
        tc.function("y_ij = u_i v_j").compile()(u=np.ones(2**16, np.float32), v=np.ones(2**15, np.float32))


@pytest.mark.parametrize("T", [4, -1])
def test_an_index_outside(T):
    f = tc.function("l_b = s_{b,T_b}").compile()
    good, bad = np.array([0, 3, 1]), np.array([0, T, 1])
    assert f(s=X, T=good).tolist() == [0, 7, 9]
    for _ in range(2):
        with pytest.raises(tc.NotationError, match="outside 0 … 3"):
            f(s=X, T=bad)


def test_nan_and_infinity_pass_as_in_numpy():
    x = np.array([[1.0, np.nan, 2.0], [np.inf, 0, 1], [-np.inf, 1, 2], [-np.inf, -np.inf, -np.inf], [1, 2, 3]])
    for text in ("y_i = relu(x_ij) 1_j", "y_bn = exp(x_bn)/(1_k exp(x_bk))", "y_ij = sigmoid(x_ij) + tanh(x_ij)"):
        f = tc.function(text).compile()
        agree(by_name(f, f(x=x)), reference(f.function, {"x": x}), np.float64)


def test_numpy_computes_where_nothing_else_does():
    f, given = compiled("layer norm"), arguments("layer norm", np.float64)
    before = tc.backend()
    tc.use("numpy")
    try:
        agree(by_name(f, f(**given)), reference(f.function, given), np.float64)
    finally:
        tc.use(before)


@pytest.mark.parametrize("name", ["softmax", "log-sum-exp", "cross entropy"])
def test_large_logits(name):
    """The plain formulas overflow; with the maximum taken out they do not."""
    if not runtime.compiles(np.dtype(np.float64)):
        pytest.skip("NumPy evaluates the formula as it is written")
    given = arguments(name, np.float64)
    moved = {**given, "x": given["x"] + 1000}
    shift = 1000 if name == "log-sum-exp" else 0
    assert np.allclose(compiled(name)(**moved), compiled(name)(**given) + shift, rtol=1e-9)


def test_extreme_logits_of_a_loss():
    given = {"z": np.array([800.0, -800.0, 0.0]), "t": np.array([1.0, 0.0, 1.0])}
    if runtime.compiles(np.dtype(np.float64)):
        assert np.isclose(compiled("logistic")(**given), np.log(2) / 3)
