"""Errata about rules of differentiation, activations and losses: chapters 08, 10, 12, 15."""

from __future__ import annotations

import math

import numpy as np

import tensorcalc as tc

from ..checking import numerical_jacobian, numerical_vjp
from .registry import Outcome, erratum, refusal


@erratum(16)
def contraction_in_a_denominator():
    """∂/∂v_c of u/(v_c z_c) for u = 1, v = (1, 2), z = (1, 1): V² = v_c² z_c², or the square of the sum."""
    f = tc.function("s = v_c z_c; y = u/s")
    v, z = np.array([1.0, 2.0]), np.ones(2)
    return Outcome(
        as_written=-z / np.sum(v**2 * z**2),
        correct=f.backward("v")(u=1.0, v=v, z=z, dl_dy=1.0),
        measure=numerical_jacobian(lambda v: 1 / (v @ z), v),
    )


@erratum(17)
def nested_functions():
    """dy/dx at 1 of four squarings, y = x¹⁶, with three factors and with four."""
    factors = [2.0, 2.0, 2.0, 2.0]  # of u², at u = 1
    return Outcome(
        as_written=math.prod(factors[:3]),
        correct=math.prod(factors),
        measure=numerical_jacobian(lambda x: x**16, 1.0),
    )


@erratum(18)
def index_of_the_denominator():
    """∂x_ij/∂x_pq for a 2 by 2 matrix, the last index of the denominator lost: components [0, 1]."""
    return Outcome(
        as_written=refusal(tc.equation, "d_ijp = ∂x_ij/∂x_p"),
        correct=tc.function("d_ijpq = delta_ip delta_jq")(sizes={"I": 2, "J": 2})[0, 1],
        measure=numerical_jacobian(lambda x: x, np.ones((2, 2)))[0, 1],
    )


@erratum(19)
def index_used_again():
    """∂ sin(x_i)/∂x_p at x = (0.3, 0.7), the chain rule with i again and with a new index."""
    f, x = tc.function("y_i = sin(x_i)"), np.array([0.3, 0.7])
    return Outcome(
        as_written=np.cos(x),  # summed over i, p is left
        correct=tc.function(f.jacobian("y", "x"))(x=x),
        measure=numerical_jacobian(np.sin, x),
    )


@erratum(22)
def two_indices_of_a_delta():
    """dl/dx of softmax and cross-entropy, s_n − δ_Tn, at x = (0, 1), T = 0."""
    s = np.exp([0.0, 1.0]) / np.exp([0.0, 1.0]).sum()
    return Outcome(
        as_written=refusal(tc.function, "d_n = s_n - delta_{T_n}"),
        correct=tc.function("d_n = s_n - delta_Tn")(s=s, T=0),
        measure=numerical_jacobian(lambda x: np.log(np.exp(x).sum()) - x[0], np.array([0.0, 1.0])),
    )


@erratum(29)
def softmax_that_overflows():
    """softmax of (1000, 0) in double precision, by its formula and shifted by the maximum."""
    x = np.array([1000.0, 0.0])
    with np.errstate(all="ignore"):
        literal = np.exp(x) / np.exp(x).sum()
    return Outcome(
        as_written=literal,
        correct=tc.kernels.softmax_forward(x)[0],
        measure=(1 / (1 + math.exp(-1000)), math.exp(-1000) / (1 + math.exp(-1000))),
        by="by hand, e⁻¹⁰⁰⁰ = 0",
    )


@erratum(35)
def error_of_a_softmax():
    """dl/dz of a = softmax(z) at z = (0, 0) with dl/da = (1, 0): Hadamard product or Jacobian."""
    z, g = np.zeros(2), np.array([1.0, 0.0])
    s = tc.layers.softmax(x=z[None])[0]
    return Outcome(
        as_written=g * s * (1 - s),
        correct=(np.diag(s) - np.outer(s, s)).T @ g,
        measure=numerical_vjp(lambda z: np.exp(z) / np.exp(z).sum(), z, g),
    )


@erratum(37)
def slope_at_a_kink():
    """Slopes at 0 from the left and the right, of ReLU and of leaky ReLU with α = 0.1."""

    def slopes(f, h=1e-3):
        return (f(0.0) - f(-h)) / h, (f(h) - f(0.0)) / h

    return Outcome(
        as_written=((0.0, 0.0), (0.1, 0.1)),  # a derivative is both slopes
        correct=((0.0, 1.0), (0.1, 1.0)),  # the ends of the subdifferential
        measure=(slopes(lambda x: max(x, 0.0)), slopes(lambda x: x if x > 0 else 0.1 * x)),
        by="one-sided quotients",
    )


@erratum(38)
def targets_that_sum_to_two():
    """dl/dz of softmax and cross-entropy at z = (0, log 3) with targets (1, 1)."""
    z, y = np.array([0.0, np.log(3)]), np.array([1.0, 1.0])
    s = np.array([0.25, 0.75])
    return Outcome(
        as_written=s - y,
        correct=s * y.sum() - y,
        measure=numerical_jacobian(lambda z: -y @ (z - np.log(np.exp(z).sum())), z),
    )


@erratum(39)
def loss_at_its_border():
    """dl/dz of the binary cross-entropy for y = 1 at z = −1000, where ŷ = σ(z) rounds to 0."""
    y, prediction = 1.0, 0.0
    return Outcome(
        as_written=refusal(lambda: (-y / prediction) * prediction * (1 - prediction)),
        correct=prediction - y,
        measure=numerical_jacobian(lambda z: np.logaddexp(0.0, -z), -1000.0),
    )


@erratum(61)
def constant_softmax():
    """The softmax loss of a = (0, log 3) for the labels 0 and 1."""
    e = np.exp([0.0, np.log(3)])
    return Outcome(
        as_written=[-np.log(e[y] / sum(e[y] for i in (0, 1))) for y in (0, 1)],
        correct=[-np.log(e[y] / sum(e[i] for i in (0, 1))) for y in (0, 1)],
        measure=(math.log(4), math.log(4 / 3)),
        by="probabilities 1/4 and 3/4",
    )


@erratum(62)
def logits_or_probabilities():
    """The softmax loss for label 0 of a network with logits (0, log 3), given ŷ or the logits."""

    def softmax_loss(a, label):
        return np.log(np.exp(a).sum()) - a[label]

    return Outcome(
        as_written=softmax_loss(np.array([0.25, 0.75]), 0),  # ŷ read as probabilities
        correct=softmax_loss(np.array([0.0, np.log(3)]), 0),
        measure=-math.log(0.25),
        by="probability 1/4",
    )


@erratum(63)
def sum_of_the_targets():
    """−yᵀ log softmax(a) for a = (0, 0), y = (1, 1), with and without the sum of the targets."""
    a, y = np.zeros(2), np.ones(2)
    normaliser = np.log(np.exp(a).sum())
    return Outcome(
        as_written=-y @ a + normaliser,
        correct=-y @ a + y.sum() * normaliser,
        measure=-(math.log(1 / 2) + math.log(1 / 2)),
        by="term by term",
    )


@erratum(65)
def total_differential():
    """da of a = W h + b at W = 2, h = 3, all increments 0.1: the last of three formulas, or their sum."""
    w, h, d = 2.0, 3.0, 0.1
    return Outcome(
        as_written=d,  # da = db
        correct=d * h + w * d + d,
        measure=d * numerical_jacobian(lambda t: (w + t) * (h + t) + t, 0.0),
    )


@erratum(66)
def product_of_tensors():
    """df of f = J W h for J = (1, 2), h = (3, 4), dW = I: the product 'G ·_T dW' with G = Jᵀ hᵀ."""
    j, h, dw = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.eye(2)
    g = np.outer(j, h)
    return Outcome(
        as_written=g @ dw,  # read as a matrix product
        correct=tc.function("df = g_ij w_ij")(g=g, w=dw),
        measure=numerical_jacobian(lambda t: j @ (t * dw) @ h, 0.0),
    )


@erratum(73)
def single_class():
    """Is the gradient of the cross-entropy by the logits non-zero, if there is one class?"""
    s = np.exp([0.7]) / np.exp([0.7]).sum()
    measured = numerical_jacobian(lambda x: np.log(np.exp(x).sum()) - x[0], np.array([0.7]))
    return Outcome(as_written=True, correct=bool(s[0] - 1 != 0), measure=bool(abs(measured[0]) > 1e-8))
