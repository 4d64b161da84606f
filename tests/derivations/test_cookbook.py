"""First-order identities of the Matrix Cookbook, by their numbers (Petersen & Pedersen, version of 15 November 2012).

Each function is written with indices, each gradient in the book's matrix notation; the gradient has the shape of its
variable. The derived one must be equal by proof, go through matrix notation and back, and both must be the slopes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.checking import numerical_jacobian

SIZES = (3, 4, 2, 5, 6, 7)  # of the ranges, as they are met: different ones wherever the function allows it


@dataclass(frozen=True)
class Identity:
    """``gradient`` in matrix notation, or with the indices i, j where that has no sign for it."""

    number: str
    function: str
    by: str
    gradient: str
    symmetric: str = ""


SCALAR = [
    # 2.4.1 first order
    Identity("69", "y = x_k a_k", "x_i", "g = a"),
    Identity("69", "y = a_k x_k", "x_i", "g = a"),
    Identity("70", "y = a_k x_kl b_l", "x_ij", "G = a b^T"),
    Identity("71", "y = a_k x_lk b_l", "x_ij", "G = b a^T"),
    Identity("72", "y = a_k x_kl a_l", "x_ij", "G = a a^T"),
    Identity("72", "y = a_k x_lk a_l", "x_ij", "G = a a^T"),
    # 2.4.2 second order
    Identity("76", "y = x_kl 1_kl x_mn 1_mn", "x_ij", "g_ij = 2 1_ij x_kl 1_kl"),
    Identity("77", "y = b_k x_lk x_lm c_m", "x_ij", "G = X (b c^T + c b^T)"),
    Identity("78", "y = (b_kl x_l + e_k) c_km (d_mn x_n + f_m)", "x_i", "g = B^T C (D x + f) + D^T C^T (B x + e)"),
    Identity("81", "y = x_k b_kl x_l", "x_i", "g = (B + B^T) x"),
    Identity("82", "y = b_k x_lk d_lm x_mn c_n", "x_ij", "G = D^T X b c^T + D X c b^T"),
    Identity("83", "y = (x_kl b_l + c_k) d_km (x_mn b_n + c_m)", "x_ij", "G = (D + D^T) (X b + c) b^T"),
    Identity("84", "y = (x_k - a_kl s_l) w_km (x_m - a_mn s_n)", "s_i", "g = -2 A^T W (x - A s)", "w"),
    Identity("85", "y = (x_k - s_k) w_km (x_m - s_m)", "x_i", "g = 2 W (x - s)", "w"),
    Identity("86", "y = (x_k - s_k) w_km (x_m - s_m)", "s_i", "g = -2 W (x - s)", "w"),
    Identity("87", "y = (x_k - a_kl s_l) w_km (x_m - a_mn s_n)", "x_i", "g = 2 W (x - A s)", "w"),
    Identity("88", "y = (x_k - a_kl s_l) w_km (x_m - a_mn s_n)", "a_ij", "G = -2 W (x - A s) s^T", "w"),
    # 2.4.3 higher order: n = 2 and 3
    Identity("91", "y = a_k x_kl x_lm b_m", "x_ij", "G = a b^T X^T + X^T a b^T"),
    Identity("91", "y = a_k x_kl x_lm x_mn b_n", "x_ij", "G = a b^T X^T X^T + X^T a b^T X^T + X^T X^T a b^T"),
    # 2.5.1 traces, first order
    Identity("99", "y = x_kk", "x_ij", "G = I"),
    Identity("100", "y = x_kl a_lk", "x_ij", "G = A^T"),
    Identity("101", "y = a_kl x_lm b_mk", "x_ij", "G = A^T B^T"),
    Identity("102", "y = a_kl x_ml b_mk", "x_ij", "G = B A"),
    Identity("103", "y = x_lk a_lk", "x_ij", "G = A"),
    Identity("104", "y = a_kl x_kl", "x_ij", "G = A"),
    Identity("105", "y = a_kk x_ll", "x_ij", "G = tr(A) I"),
    # 2.5.2 traces, second order
    Identity("106", "y = x_kl x_lk", "x_ij", "G = 2 X^T"),
    Identity("107", "y = x_kl x_lm b_mk", "x_ij", "G = (X B + B X)^T"),
    Identity("108", "y = x_lk b_lm x_mk", "x_ij", "G = B X + B^T X"),
    Identity("109", "y = b_kl x_lm x_km", "x_ij", "G = B X + B^T X"),
    Identity("110", "y = x_kl x_ml b_mk", "x_ij", "G = B X + B^T X"),
    Identity("111", "y = x_kl b_lm x_km", "x_ij", "G = X B^T + X B"),
    Identity("112", "y = b_kl x_ml x_mk", "x_ij", "G = X B^T + X B"),
    Identity("113", "y = x_lk x_lm b_mk", "x_ij", "G = X B^T + X B"),
    Identity("114", "y = a_kl x_lm b_mn x_nk", "x_ij", "G = A^T X^T B^T + B^T X^T A^T"),
    Identity("115", "y = x_lk x_lk", "x_ij", "G = 2 X"),
    Identity("116", "y = b_lk x_ml c_mn x_np b_pk", "x_ij", "G = C^T X B B^T + C X B B^T"),
    Identity("117", "y = x_lk b_lm x_mn c_nk", "x_ij", "G = B X C + B^T X C^T"),
    Identity("118", "y = a_kl x_lm b_mn x_pn c_pk", "x_ij", "G = A^T C^T X B^T + C A X B"),
    Identity("119", "y = (a_kl x_lm b_mn + c_kn) (a_kp x_pq b_qn + c_kn)", "x_ij", "G = 2 A^T (A X B + C) B^T"),
    Identity("120", "y = x_kk x_ll", "x_ij", "G = 2 tr(X) I"),
    # 2.5.3 traces, higher order
    Identity("121", "y = x_kl x_lm x_mk", "x_ij", "G = 3 X^T X^T"),
    Identity("122", "y = a_kl x_lm x_mk", "x_ij", "G = A^T X^T + X^T A^T"),
    Identity(
        "123",
        "y = b_lk x_ml c_mn x_np x_qp c_qr x_rs b_sk",
        "x_ij",
        "G = C X X^T C X B B^T + C^T X B B^T X^T C^T X + C X B B^T X^T C X + C^T X X^T C^T X B B^T",
    ),
    # 2.7 norms
    Identity("129", "y = sqrt((x_k - a_k) (x_k - a_k))", "x_i", "g_i = (x_i - a_i)/sqrt((x_k - a_k) (x_k - a_k))"),
    Identity("131", "y = x_k x_k", "x_i", "g = 2 x"),
    Identity("132", "y = x_kl^2 1_kl", "x_ij", "G = 2 X"),
]

TENSORS = [
    Identity("73", "y_kl = x_kl", "x_ij", "delta_ki delta_lj"),
    Identity("74", "y_kl = x_km a_ml", "x_ij", "delta_ki a_jl"),
    Identity("75", "y_kl = x_mk a_ml", "x_ij", "delta_kj a_il"),
    Identity("79", "y_kl = x_mk b_mn x_nl", "x_ij", "delta_lj x_mk b_mi + delta_kj b_in x_nl"),
    Identity("80", "y_kl = x_mk b_mn x_nl", "x_ij", "x_mk b_mi delta_jl + delta_kj b_im x_ml"),
    Identity("98", "y_k = sin(x_k)", "x_i", "cos(x_k) delta_ki"),
    Identity(
        "130",
        "n = sqrt((x_m - a_m) (x_m - a_m))\ny_k = (x_k - a_k)/n",
        "x_i",
        "delta_ki/n - (x_k - a_k) (x_i - a_i)/n^3",
    ),
]


def derived(one: Identity):
    """∂y/∂x with the letters of the table, and its right side as text."""
    name, _, letters = one.by.partition("_")
    equation = tc.function(one.function).jacobian("y", name, letters).result
    return equation, str(equation).partition(" = ")[2]


def expected(one: Identity) -> str:
    """The gradient of the table with indices."""
    return one.gradient if one.gradient.startswith("g_") else str(tc.from_matrix(one.gradient))


def equal(left: str, right: str, one: Identity) -> bool:
    """Proved; the symmetry of a matrix is put in as w_ij = (v_ij + v_ji)/2."""
    symmetry = f"{one.symmetric}_ij = 1/2 (v_ij + v_ji)\n" if one.symmetric else ""
    return tc.equal(left, right, given=symmetry + one.function) is True


def multiplied_out(equation):
    """A bracket has no matrix form of its own."""
    while True:
        try:
            equation = equation.distribute()
        except tc.NotationError:
            return equation


def arrays(function: tc.Function, symmetric: str) -> dict:
    rng = np.random.default_rng(0)
    ranges: dict[str, int] = {}
    for name in function.inputs:
        for axis in function.signature.axes[name]:
            ranges.setdefault(axis, SIZES[len(ranges)])
    values = {n: rng.normal(size=[ranges[axis] for axis in function.signature.axes[n]]) for n in function.inputs}
    return {n: v + v.T if n == symmetric else v for n, v in values.items()}


def numbered(identities: list[Identity]):
    return pytest.mark.parametrize("one", identities, ids=[f"{one.number}: {one.function}" for one in identities])


@numbered(SCALAR)
def test_gradient(one):
    _, right = derived(one)
    goal = expected(one)
    left = goal.partition(" = ")[0]
    assert equal(f"{left} = {right}", goal, one), right


@numbered([one for one in SCALAR if not one.gradient.startswith("g_")])
def test_matrix_form(one):
    """The derived gradient in matrix notation means the same when it is read back."""
    _, right = derived(one)
    goal = expected(one)
    form = multiplied_out(tc.equation(f"{goal.partition(' = ')[0]} = {right}")).matrix()
    assert equal(str(tc.from_matrix(str(form))), goal, one), form


@numbered(TENSORS)
def test_jacobian(one):
    equation, right = derived(one)
    left = str(equation).partition(" = ")[0]
    assert equal(f"{left} = {right}", f"{left} = {one.gradient}", one), right


@numbered(SCALAR)
def test_slopes(one):
    """The book's gradient, and the backward function, against difference quotients."""
    f = tc.function(one.function)
    values = arrays(f, one.symmetric)
    name = one.by.partition("_")[0]
    slopes = numerical_jacobian(lambda v: f(**{**values, name: v}), values[name])
    gradient = tc.function(expected(one))
    sizes = dict(zip("IJ", slopes.shape, strict=False))  # of a gradient that shows no array with them, as in 2 tr(X) I
    stated = gradient(**{n: values[n] for n in gradient.inputs}, sizes=sizes)
    np.testing.assert_allclose(stated, slopes, rtol=1e-6, atol=1e-6 * np.abs(slopes).max())
    tc.gradcheck(f, values).assert_ok()


@numbered(TENSORS)
def test_slopes_of_tensors(one):
    f = tc.function(one.function)
    tc.gradcheck(f, arrays(f, "")).assert_ok()


def test_forty_at_least():
    assert len({one.number for one in SCALAR + TENSORS}) >= 40
