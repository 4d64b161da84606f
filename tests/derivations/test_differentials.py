"""Differentials: as the fourth source writes them, against differences, and against the index route."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.calculus.function import line_latex, line_text

NORM = """
    m_b = 1/H 1_h x_bh
    mu_bh = x_bh - 1_h m_b
    v_b = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h
"""
NETWORK = """
    a_k = w_kj x_j + b_k
    h_k = sigmoid(a_k)
    z_i = u_ik h_k
    s_i = exp(z_i)/(1_j exp(z_j))
    l = -t_i log(s_i)
"""
# every function of the sources that is differentiated: text, shapes of its inputs
SOURCES = {
    "matmul": ("y_ij = x_ik a_kj", {"x": (2, 3), "a": (3, 4)}),
    "linear": ("y_ij = x_ik w_jk + 1_i b_j", {"x": (2, 3), "w": (4, 3), "b": (4,)}),
    "element-wise": ("y_i = sin(x_i)", {"x": (3,)}),
    "sum": ("y = x_0 + x_1", {"x": (2,)}),
    "broadcast": ("y_i = 1_i x + c_i", {"x": (), "c": (3,)}),
    "shared": ("u = a_i a_i\nv = b sqrt(a_i a_i)\ny = u + v\nz = 2 u", {"a": (3,), "b": ()}),
    "quotient": ("y_i = x_i/(c_j x_j)", {"x": (3,), "c": (3,)}),
    "softmax": ("sigma = 1_j exp(x_j)\ns_i = exp(x_i)/sigma", {"x": (4,)}),
    "softmax in one line": ("s_i = exp(x_i)/(1_j exp(x_j))", {"x": (4,)}),
    "layer norm": (NORM, {"x": (2, 3), "gamma": (3,), "beta": (3,), "eps": ()}),
    "network": (NETWORK, {"w": (4, 3), "x": (3,), "b": (4,), "u": (2, 4), "t": (2,)}),
    "attention": (
        "S_ij = q_id k_jd/sqrt(D)\nP_ij = exp(S_ij)/(1_k exp(S_ik))\no_id = P_ij v_jd",
        {"q": (2, 3), "k": (4, 3), "v": (4, 3)},
    ),
    "convolution": ("y_i = w_m x_{2i+m}", {"w": (2,), "x": (6,)}),
}


@pytest.mark.parametrize("text", [text for text, _ in SOURCES.values()], ids=SOURCES)
def test_both_routes_agree(text):
    f = tc.function(text)
    for output in f.outputs:
        d = f.differential(output)
        for name in d.varied:
            assert d.agrees_with(f.jacobian(output, name)) is True


@pytest.mark.parametrize(("text", "shapes"), SOURCES.values(), ids=SOURCES)
def test_against_differences(text, shapes):
    f, rng = tc.function(text), np.random.default_rng(0)
    point = {name: rng.random(shape) + 0.5 for name, shape in shapes.items()}
    change = {f"d{name}": rng.normal(size=shape) for name, shape in shapes.items() if name not in f.constants}
    for output in f.outputs:
        one = tc.function(text, outputs=output)
        used = {name: point[name] for name in one.inputs}
        d = f.differential(output, wrt=[name for name in one.inputs if name not in f.constants])
        both = tc.function(f"{f}\n{d.result}", outputs=f"d{output}")
        moved = {n: v for n, v in change.items() if n in both.inputs}
        found = both(**{n: v for n, v in point.items() if n in both.inputs}, **moved)

        def at(step, one=one, used=used):
            return one(**{n: v + step * change[f"d{n}"] if f"d{n}" in change else v for n, v in used.items()})

        np.testing.assert_allclose(found, (at(1e-6) - at(-1e-6)) / 2e-6, rtol=1e-6, atol=1e-7)


def test_a_wrong_jacobian_does_not_agree():
    f = tc.function("y_ij = x_ik a_kj")
    d = f.differential("y")
    wrong = tc.function("y_ij = x_ik a_jk").jacobian("y", "x")
    assert d.agrees_with(wrong) is False


@pytest.mark.parametrize(
    ("output", "known"),
    [
        ("a", "da_k = dw_kj x_j + w_kj dx_j + db_k"),
        ("h", "dh_k = h_k (1 - h_k) da_k"),
        ("z", "dz_i = du_ik h_k + u_ik dh_k"),
        ("l", "dl = -dt_i log(s_i) - t_i/s_i ds_i"),
    ],
)
def test_a_network_layer_by_layer(output, known):
    assert str(tc.function(NETWORK).differential(output, direct=True).result) == known


def test_the_gradient_of_the_weights_is_read_off():
    f = tc.function("a_i = w_ij h_j + b_i\nl = g_i a_i")
    d = f.differential("l", wrt="w")
    assert str(d.result) == "dl = g_i dw_ij h_j"
    assert str(d.identify("w").result) == "∂l/∂w_pq = g_p h_q"
    assert "tensor dot product" in str(d.identify("w"))


@pytest.mark.parametrize("text", [NORM, NETWORK, SOURCES["softmax"][0]])
def test_every_line_parses_back(text):
    f = tc.function(text)
    for one in f.differential(f.outputs[-1]).everything:
        for leaf in (leaf for step in one.steps for leaf in step.leaves):
            if "H m_b" not in line_text(leaf.after_line):  # a range that this line alone does not name
                for written in (line_text(leaf.after_line), line_latex(leaf.after_line)):
                    assert tc.equal(tc.equation(written), leaf.after_line) is True


def test_what_is_refused():
    with pytest.raises(tc.NotationError, match="differential of x"):
        tc.function("y_i = x_i dx_i").differential("y")
    f = tc.function("y_i = a_i x_i")
    with pytest.raises(tc.NotationError, match="no tensor z"):
        f.differential("y", wrt="z")
    with pytest.raises(tc.NotationError, match="a does not change"):
        f.differential("y", wrt="x").identify("a")


def test_a_tensor_called_d_before_a_bracket():
    assert tc.equal("y_i = d (a_i + b_i)", "y_i = d a_i + d b_i") is True
    assert tc.equation(r"y_i = d \left(a_i + b_i\right)") == tc.equation("y_i = d (a_i + b_i)")
