"""Errata about optimizers, dropout, convolution and the norm layers: chapters 19 to 24."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, product

import numpy as np

import tensorcalc as tc

from ..checking import numerical_vjp
from .registry import Outcome, erratum, refusal


@erratum(20)
def mean_counted_twice():
    """dl/dx of layer norm at x = (−1, 0, 1), γ = 1, ε = 0, upstream (1, 0, 0): total derivative plus m path."""
    x, dl_dy = np.array([[-1.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.0]])
    f = tc.function("""
        m_b     = 1/H 1_h x_bh
        mu_bh   = x_bh - 1_h m_b
        sigma_b = sqrt(1/H 1_h mu_bh^2)
        y_bh    = mu_bh/sigma_b
    """)
    total = f.backward("x")(x=x, dl_dy=dl_dy)
    mean_path = -dl_dy.mean() / x.std()
    return Outcome(
        as_written=total + mean_path,
        correct=total,
        measure=numerical_vjp(lambda x: f(x=x), x, dl_dy),
    )


@erratum(40)
def two_momenta():
    """The momentum after three gradients of 1 with β = 0.9, moving average against the classical sum."""
    v, beta, p = np.zeros(1), 0.9, np.zeros(1)
    for _ in range(3):
        tc.kernels.momentum(p, np.ones(1), v, lr=0.1, beta=beta, average=True)
    return Outcome(
        as_written=v[0],
        correct=v[0] / (1 - beta),
        measure=float(sum(Fraction(9, 10) ** k for k in range(3))),
        by="exact arithmetic, 1 + 0.9 + 0.81",
    )


@erratum(41)
def place_of_epsilon():
    """The factor of the gradient at s = 0, ε = 10⁻⁸: √(s + ε) as in line 187, √s + ε as in line 191."""
    s, eps = 0.0, 1e-8
    return Outcome(
        as_written=1 / math.sqrt(s + eps),
        correct=1 / (math.sqrt(s) + eps),
        measure=10**8,
        by="exact arithmetic, of line 191 and PyTorch",
    )


@erratum(42)
def start_of_adam():
    """Corrected averages (m̂, v̂) of Adam for the gradient 2, at t = 0 and at t = 1."""

    def corrected(t, g=2.0, beta1=0.9, beta2=0.999):
        m, v = (1 - beta1) * g, (1 - beta2) * g**2  # after one step from m = v = 0
        return m / (1 - beta1**t), v / (1 - beta2**t)

    return Outcome(
        as_written=refusal(corrected, t=0),
        correct=corrected(t=1),
        measure=(2.0, 2.0**2),
        by="the gradient and its square",
    )


@erratum(43)
def evaluation_mode():
    """dl/dx of batch norm in evaluation at x = (1, 2, 4, 7), running mean 3, variance 7, ε = 10⁻³."""
    x, g, eps = np.array([1.0, 2.0, 4.0, 7.0]), np.array([1.0, -2.0, 0.0, 3.0]), 1e-3
    layer = tc.function("y_i = (x_i - 1_i m)/sqrt(v + eps)")
    s = math.sqrt(x.var() + eps)
    z = (x - x.mean()) / s
    return Outcome(
        as_written=(g - g.mean() - z * np.mean(g * z)) / s,  # the backward pass of training
        correct=layer.backward("x")(x=x, m=3.0, v=7.0, eps=eps, dl_dy=g),
        measure=numerical_vjp(lambda x: (x - 3) / np.sqrt(7 + eps), x, g),
    )


@erratum(44)
def keep_or_drop():
    """Mean over all masks of r ⊙ h for h = (2, 4), p = 0.8: p as the drop and as the keep probability."""
    h, p = np.array([2.0, 4.0]), 0.8

    def mean(keep):
        masks = list(product((0, 1), repeat=2))
        return sum(math.prod(keep if r else 1 - keep for r in mask) * mask * h for mask in map(np.array, masks))

    return Outcome(as_written=mean(keep=1 - p), correct=mean(keep=p), measure=p * h, by="inference, p h")


@erratum(46)
def index_over_the_border():
    """dl/dx of y_i = w_m x_{i+m} for w = (1, 10), upstream (1, 5), three inputs: indices that wrap, or zeros."""
    w, dl_dy, n = np.array([1.0, 10.0]), np.array([1.0, 5.0]), 3
    layer = tc.function("y_i = w_m x_{i+m}")

    def wrapped(j):  # dl_dy[-1] is the last output
        return sum(dl_dy[j - m] * w[m] for m in (0, 1) if j - m < 2)

    return Outcome(
        as_written=[wrapped(j) for j in range(n)],
        correct=layer.backward("x")(w=w, x=np.ones(n), dl_dy=dl_dy),
        measure=numerical_vjp(lambda x: x[:2] + 10 * x[1:], np.ones(n), dl_dy),
    )


@erratum(77)
def mean_of_a_batch():
    """Mean over all mini-batches of two, from the gradients 1, 2, 6: sums, or means, of a batch."""
    gradients = (1, 2, 6)
    batches = list(combinations(gradients, 2))
    return Outcome(
        as_written=float(Fraction(sum(sum(batch) for batch in batches), len(batches))),
        correct=float(sum(Fraction(sum(batch), 2) for batch in batches) / len(batches)),
        measure=sum(gradients) / 3,
        by="the mean of all gradients",
    )
