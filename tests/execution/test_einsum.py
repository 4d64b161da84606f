"""Values of functions against plain NumPy, and errors that name the letter."""

import tracemalloc

import numpy as np
import pytest

import tensorcalc as tc

RNG = np.random.default_rng(0)
X, A, V, W = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 5)), RNG.normal(size=4), RNG.normal(size=3)
T = np.array([3, 0, 1])


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


CASES = [
    ("y_ij = x_ik a_kj", {"x": X, "a": A}, X @ A),
    ("y_ji = x_ik a_kj", {"x": X, "a": A}, (X @ A).T),
    ("y_i = x_ii", {"x": X[:, :3]}, np.diag(X[:, :3])),
    ("y = x_ii", {"x": X[:, :3]}, np.trace(X[:, :3])),
    ("y = 1_b 1_h x_bh", {"x": X}, X.sum()),
    ("y_bh = x_bh - v_h 1_b", {"x": X, "v": V}, X - V),
    ("y_bh = x_bh + c", {"x": X, "c": 2.0}, X + 2),
    ("y_i = a_i b_i c_i", {"a": V, "b": V, "c": V}, V**3),
    ("y = a_i b_i c_i", {"a": V, "b": V, "c": V}, (V**3).sum()),
    ("y = (a_i b_i)^2", {"a": V, "b": V}, (V @ V) ** 2),
    ("s_bn = exp(x_bn)/(1_k exp(x_bk))", {"x": X}, softmax(X)),
    ("l_b = -log(s_{b,T_b})", {"s": softmax(X), "T": T}, -np.log(softmax(X)[np.arange(3), T])),
    ("l = s_T", {"s": V, "T": 2}, V[2]),
    ("l = x_{0,T}", {"x": X, "T": 2}, X[0, 2]),
    ("y_n = delta_{n,T} s_n", {"s": V, "T": 2}, np.where(np.arange(4) == 2, V, 0)),
    ("y_i = x_{i+m} w_m", {"x": V, "w": W}, np.correlate(V, W, "valid")),
    ("y_i = x_{2i,}", {"x": V}, V[::2]),
    ("y_i = x_{3-i}", {"x": V}, V[::-1]),
    ("y = 1_i 1_i x_j x_j", {"x": V, "sizes": {"I": 7}}, 7 * V @ V),
    ("y = delta_ii", {"sizes": {"I": 6}}, 6),
]


@pytest.mark.parametrize(("text", "arguments", "expected"), CASES)
def test_value(text, arguments, expected):
    assert np.allclose(tc.function(text)(**arguments), expected, rtol=1e-13, atol=1e-13)


def test_zero_padding():
    """Outside its range a tensor is 0."""
    convolve = tc.function("y_i = x_{i+m-1} w_m")
    assert np.allclose(convolve(x=V, w=W, sizes={"I": 4}), np.correlate(V, W, "same"))


def test_strided_two_dimensional_convolution():
    image, kernel = RNG.normal(size=(2, 3, 7, 8)), RNG.normal(size=(4, 3, 3, 2))
    y = tc.function("y_nopq = x_{n,c,2p+i,q+2j} w_ocij")(x=image, w=kernel)
    expected = np.zeros((2, 4, 3, 6))
    for p in range(3):
        for q in range(6):
            patch = image[:, :, 2 * p : 2 * p + 3, q : q + 3 : 2]
            expected[:, :, p, q] = np.einsum("ncij,ocij->no", patch, kernel)
    assert np.allclose(y, expected)


def test_several_outputs_come_in_order():
    both = tc.function("m_b = 1/H 1_h x_bh\ny_bh = x_bh - 1_h m_b", outputs=("y", "m"))(x=X)
    assert list(both) == ["y", "m"]
    assert np.allclose(both["y"], X - X.mean(1, keepdims=True)) and np.allclose(both["m"], X.mean(1))


def test_types():
    f = tc.function("y_bh = x_bh/sqrt(v_b + eps)")
    single, half = X.astype(np.float32), np.ones(3, np.float32)
    assert f(x=single, v=half, eps=1e-5).dtype == np.float32
    assert f(x=X, v=half, eps=1e-5).dtype == np.float64
    assert f(x=np.ones((3, 4), int), v=np.ones(3), eps=0).dtype == np.float64
    assert tc.function("y_ij = x_ij")(x=X.T[:, ::-1]).flags.c_contiguous


def test_the_result_is_never_the_callers_memory():
    y = tc.function("y_ij = x_ij")(x=X)
    assert not np.shares_memory(y, X)


def test_out():
    out = np.empty((3, 5))
    assert tc.function("y_ij = x_ik a_kj")(x=X, a=A, out=out) is out
    assert np.allclose(out, X @ A)
    with pytest.raises(tc.NotationError, match="out has shape"):
        tc.function("y_ij = x_ik a_kj")(x=X, a=A, out=np.empty((5, 3)))


@pytest.mark.parametrize(
    ("text", "arguments", "rule", "words"),
    [
        ("y_ij = x_ik a_kj", {"x": X, "a": X}, "shape", ["k runs over", "a (axis 0", "x (shape"]),
        ("y_ij = x_ik a_kj", {"x": X, "a": V}, "shape", ["a_kj has order 2", "(4,)"]),
        ("y_ij = x_ik a_kj", {"x": X}, "input-missing", ["a"]),
        ("y_ij = x_ik a_kj", {"x": X, "a": A, "b": A}, "input-unknown", ["b", "x, a"]),
        ("y = delta_ii", {}, "size-missing", ['sizes={"I"']),
        ("y_i = x_{i+m-1} w_m", {"x": V, "w": W}, "size-missing", ["inside"]),
        ("l = s_T", {"s": V, "T": 9}, "index-value", ["0 … 3"]),
        ("l = s_T", {"s": V, "T": -1}, "index-value", ["0 … 3"]),
        ("l = s_T", {"s": V, "T": 1.5}, "index-value", ["integers"]),
        ("y_i = f(x_i)", {"x": V}, "no-value", ["f"]),
        ("y_i = x_i", {"x": np.array(["a"])}, "shape", ["real"]),
    ],
)
def test_errors_name_the_letter(text, arguments, rule, words):
    with pytest.raises(tc.NotationError) as caught:
        tc.function(text)(**arguments)
    assert caught.value.rule == rule
    for word in words:
        assert word in str(caught.value)


def test_declared_sizes_count():
    assert np.allclose(tc.function("y = 1_i 1_i", ranges={"i": 5})(), 5)
    with pytest.raises(tc.NotationError, match="ranges"):
        tc.function("y_i = x_i", ranges={"i": 5})(x=V)


def test_empty_arrays():
    assert tc.function("y_b = 1_h x_bh")(x=np.zeros((3, 0))).tolist() == [0, 0, 0]
    assert tc.function("y_ij = x_ik a_kj")(x=np.zeros((0, 4)), a=A).shape == (0, 5)


def test_sigmoid_does_not_overflow():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        big = tc.function("y_i = sigmoid(x_i)")(x=np.array([-1000.0, 0.0, 1000.0]))
    assert big.tolist() == [0.0, 0.5, 1.0]


def test_without_arrays_the_result_is_double():
    assert tc.function("y = cos(delta_ii/2)")(sizes={"I": 2}).dtype == np.float64


def one_hot(places, count):
    return (np.asarray(places)[..., None] == np.arange(count)).astype(float)


@pytest.mark.parametrize(
    ("text", "formula", "names"),
    [
        ("y_pq = delta_{T_n,p} a_nq b_n", "np,nq,n->pq", "Tab"),
        ("y_qp = delta_{p,T_n} a_nq b_n", "np,nq,n->qp", "Tab"),
        ("y_p = 3 delta_{p,T_n} b_n^2", "np,n,n->p", "3bb"),
        ("y_pr = delta_{p,T_n} delta_{r,T_n} b_n", "np,nr,n->pr", "TTb"),
        ("y_pn = delta_{p,T_n} b_n", "np,n->pn", "Tb"),
        ("y_p = delta_{p,T_n} 1_n", "np->p", "T"),
    ],
)
def test_what_a_delta_with_a_position_picks(text, formula, names):
    rng = np.random.default_rng(0)
    a, b, T = rng.standard_normal((7, 3)), rng.standard_normal(7), np.array([0, 3, 3, 5, 1, 9, -1])  # three are outside
    hot = one_hot(T, 4)
    expected = np.einsum(formula, *({"a": a, "b": b, "T": hot, "3": 3 * hot}[name] for name in names))
    given = {name: x for name, x in {"a": a, "b": b, "T": T}.items() if name in names or name == "T"}
    f, sizes = tc.function(text), {"P": 4, "R": 4} if "r" in formula else {"P": 4}
    compiled = f.compile()
    for found in (f(**given, sizes=sizes), *(compiled(**given, sizes=sizes) for _ in range(3))):
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-14)


def test_the_gradient_of_a_table_takes_no_more_memory_than_the_table():
    backward = tc.function("y_nj = e_{T_n,j}").backward()
    rng = np.random.default_rng(0)
    table, dy, T = rng.standard_normal((30_000, 8)), rng.standard_normal((2000, 8)), rng.integers(0, 30_000, 2000)
    expected = np.zeros_like(table)
    np.add.at(expected, T, dy)
    tracemalloc.start()
    found = backward(e=table, T=T, dl_dy=dy)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(found, expected) and most < 3 * table.nbytes  # a table of ones and zeros takes 250 times that
