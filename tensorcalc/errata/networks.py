"""Errata about dense layers and networks: chapters 13, 16, 17."""

from __future__ import annotations

import math

import numpy as np

import tensorcalc as tc

from ..checking import numerical_jacobian, numerical_vjp
from .registry import Outcome, erratum, refusal


def sigmoid(a):
    """σ(a)"""
    return 1 / (1 + np.exp(-a))


@erratum(36)
def bias_of_a_batch():
    """dl/db of l = ½ Σ (w x + b − t)² for three samples: the error signals, or their sum."""
    w, b, x, t = 2.0, 1.0, np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0])
    delta = w * x + b - t
    return Outcome(
        as_written=delta,
        correct=delta.sum(),
        measure=numerical_jacobian(lambda b: np.sum((w * x + b - t) ** 2) / 2, b),
    )


@erratum(50)
def columns_of_the_weights():
    """The pre-activations of x = (1, 2, 3, 4) in a layer of three units, their second index lost."""
    x, b = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0])
    w = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [2.0, 0.0, 1.0]])
    return Outcome(
        as_written=[sum(x[i] * w[i, 0] for i in range(4)) + b[0] for _ in range(3)],
        correct=tc.function("a_j = x_i w_ij + b_j")(x=x, w=w, b=b),
        measure=x @ w + b,
        by="matrix product",
    )


@erratum(51)
def one_activation_for_all():
    """y_2 of two layers with f_1 = tanh, f_2 = id, all weights 1, x = 1; as written f = tanh twice."""
    network = tc.function("y_i = tanh(x_i w_i); z_i = y_i v_i")
    one = np.ones(1)
    return Outcome(
        as_written=np.tanh(np.tanh(one)),
        correct=network(x=one, w=one, v=one),
        measure=[math.tanh(1)],
        by="by hand",
    )


@erratum(56)
def row_times_row():
    """dl/dx_0 of y = x w for one row of three upstream gradients."""
    dl_dy, w_0 = np.array([[1.0, 2.0, 3.0]]), np.array([[4.0, 5.0, 6.0]])
    return Outcome(
        as_written=refusal(np.dot, dl_dy, w_0),
        correct=float(np.dot(dl_dy, w_0.T)[0, 0]),
        measure=numerical_vjp(lambda x: x * w_0, 1.0, dl_dy),
    )


@erratum(57)
def activation_left_out():
    """dl/dW of y = f(x W), f(a) = a², l = y, at x = (1, 2), W = (1, 1)ᵀ."""
    layer = tc.function("a_nj = x_ni w_ij; y_nj = a_nj^2")
    x, w, dl_dy = np.array([[1.0, 2.0]]), np.ones((2, 1)), np.ones((1, 1))
    return Outcome(
        as_written=x.T @ dl_dy,
        correct=layer.backward("w")(x=x, w=w, dl_dy=dl_dy),
        measure=numerical_vjp(lambda w: (x @ w) ** 2, w, dl_dy),
    )


@erratum(58)
def layers_on_the_way_back():
    """Whose outputs get a gradient in a network of n = 3 layers: dl/dy_{i−1} = dl/dx_i for which i."""
    n = 3
    network = tc.function("y1 = x w1; y2 = y1 w2; y3 = y2 w3")
    hidden = [int(name[1:]) for name in network.intermediates]
    return Outcome(
        as_written=[i - 1 for i in range(1, n)],
        correct=[i - 1 for i in range(2, n + 1)],
        measure=hidden,
        by="the graph of the network",
    )


@erratum(59)
def bias_gradient():
    """dl/db of l = Σ (w x + b)² for w = 2, b = 1 and the samples 1, 2, 3."""
    layer = tc.function("a_n = w x_n + 1_n b; l = 1_n a_n^2")
    x = np.array([1.0, 2.0, 3.0])
    return Outcome(
        as_written=None,
        correct=layer.backward("b")(w=2.0, x=x, b=1.0, dl_dl=1.0),
        measure=numerical_jacobian(lambda b: np.sum((2 * x + b) ** 2), 1.0),
    )


@erratum(64)
def two_jacobians():
    """The Jacobian of f by the pre-activation a = 0 of a sigmoid unit, f = h, called that by h."""
    by_h, slope = 1.0, sigmoid(0.0) * (1 - sigmoid(0.0))
    return Outcome(as_written=by_h, correct=by_h * slope, measure=numerical_jacobian(sigmoid, 0.0))


@erratum(67)
def activation_and_pre_activation():
    """The output of a sigmoid unit with W = 2, h = 1, b = −2: W h + b taken as the activation."""
    a = 2.0 * 1.0 - 2.0
    return Outcome(as_written=a, correct=sigmoid(a), measure=1 / 2, by="by hand, e⁰ = 1")


@erratum(68)
def bias_is_shared():
    """dl/db of l = Σ (w x + b)² for two samples: the gradient by a, or its sum."""
    x = np.array([1.0, 2.0])
    dl_da = 2 * x
    return Outcome(
        as_written=dl_da,
        correct=dl_da.sum(),
        measure=numerical_jacobian(lambda b: np.sum((x + b) ** 2), 0.0),
    )


@erratum(69)
def slope_of_the_sigmoid():
    """g'(0) of the sigmoid, which the text leaves open."""
    g = sigmoid(0.0)
    return Outcome(as_written=None, correct=g * (1 - g), measure=numerical_jacobian(sigmoid, 0.0))


@erratum(76)
def bracket_of_the_backward_pass():
    """dl/dz of a = W σ(z), σ' = (1, 2), W = ((1, 2), (3, 4)), dl/da = 1: Wᵀ(δ ⊙ σ') or (Wᵀδ) ⊙ σ'."""
    w, delta, slope = np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones(2), np.array([1.0, 2.0])
    return Outcome(
        as_written=w.T @ (delta * slope),
        correct=(w.T @ delta) * slope,
        measure=numerical_vjp(lambda z: w @ (slope * z), np.zeros(2), delta),
    )


@erratum(78)
def bias_of_a_layer():
    """a = x W + b for the batch (1, 2, 3)ᵀ, w = 2, b = 1: the same b for every sample."""
    x, w, b = np.array([[1.0], [2.0], [3.0]]), np.array([[2.0]]), np.array([1.0])
    return Outcome(
        as_written=refusal(tc.function, "a_nj = x_ni w_ij + b_j"),
        correct=tc.function("a_nj = x_ni w_ij + 1_n b_j")(x=x, w=w, b=b),
        measure=[[2 * 1 + 1], [2 * 2 + 1], [2 * 3 + 1]],
        by="by hand",
    )


@erratum(80)
def constant_feature():
    """a_2 of a second layer with W_2 = 0, b_2 = 1, h_1 = (3, 4): a constant feature of the network input only."""
    w2, b2, h1 = np.zeros((1, 2)), np.ones(1), np.array([3.0, 4.0])
    return Outcome(
        as_written=w2 @ h1,
        correct=np.column_stack([w2, b2]) @ np.append(h1, 1.0),
        measure=tc.function("a_j = w_ji h_i + b_j")(w=w2, h=h1, b=b2),
        by="W h + b",
    )
