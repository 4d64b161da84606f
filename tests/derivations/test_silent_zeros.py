"""Derivatives that another system has returned as 0 without a word; the numbers are those of SymPy's issues."""

from __future__ import annotations

import numpy as np
import pytest

import tensorcalc as tc

CASES = [
    # 26561: a trace and a number
    ("y = e_kk + 1", "e", (3, 3), "G = I"),
    ("y = e_kk e_ll + 1", "e", (3, 3), "G = 2 tr(E) I"),
    ("t = e_kk\ny = t^2 + 1", "e", (3, 3), "G = 2 tr(E) I"),
    # 25118: an invariant less a number
    ("c_kl = f_mk f_ml\ny = c_kk - 3", "f", (3, 4), "G = 2 F"),
    # 30527: the square of a trace of a difference
    ("d_kl = delta_kl - e_kl\ny = d_kk d_ll", "e", (3, 3), "G = -2 tr(I - E) I"),
    ("t = delta_kk - e_kk\ny = t^2", "e", (3, 3), "G = -2 tr(I - E) I"),
    # 26585: sums of squared norms, with and without the variable
    ("r_kl = a_kl - u_km v_ml\ny = 0.5 r_kl r_kl + 0.5 a_kl a_kl", "u", (3, 2), "G = (U V - A) V^T"),
    ("r_kl = a_kl - u_km v_ml\ny = 0.5 r_kl r_kl + 0.5 u_kl u_kl", "u", (3, 2), "G = (U V - A) V^T + U"),
    # 27406: a sum of two traces, one of them constant
    ("y = a_lk a_lk + b_lk b_lk", "a", (3, 2), "G = 2 A"),
]


@pytest.mark.parametrize(
    ("text", "name", "shape", "known"), CASES, ids=[text.replace("\n", "; ") for text, *_ in CASES]
)
def test_gradient(text, name, shape, known):
    f = tc.function(text)
    found = str(f.jacobian("y", name, "ij").result).partition(" = ")[2]
    assert found != "0"
    goal = str(tc.from_matrix(known))
    assert tc.equal(f"g_ij = {found}", goal, given=text) is True
    rng = np.random.default_rng(0)
    others = {"a": (3, 4), "v": (2, 4), "b": (4, 2)}
    values = {n: rng.normal(size=shape if n == name else others[n]) for n in f.inputs}
    report = tc.gradcheck(f, values)
    report.assert_ok()
    assert np.any(f.backward(name)(**values, dl_dy=1.0))


def test_one_component():
    """17229: one component of a matrix by the matrix."""
    f = tc.function("y = m_{1,1}")
    assert str(f.jacobian("y", "m", "ij").result) == "∂y/∂m_ij = delta_i1 delta_j1"
    gradient = f.backward()(m=np.ones((3, 3)), dl_dy=2.0)
    np.testing.assert_array_equal(gradient, np.diag([0.0, 2.0, 0.0]))


def test_a_zero_is_said_only_where_nothing_depends():
    f = tc.function("y = a_lk a_lk\nz = b_lk b_lk")
    assert str(f.jacobian("y", "b", "ij").result) == "∂y/∂b_ij = 0"
