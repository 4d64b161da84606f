"""Errata about free and dummy indices, deltas and one-tensors, and their algebra: chapters 02 to 04."""

from __future__ import annotations

import math

import numpy as np

import tensorcalc as tc

from ..checking import numerical_vjp
from .registry import Outcome, erratum, refusal


@erratum(7)
def index_that_occurs_twice():
    """a_i = b_i c_i for b = (1, 2, 3), c = (4, 5, 6): free here, summed by a strict Einstein reader."""
    b, c = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    return Outcome(
        as_written=np.einsum("i,i", b, c),
        correct=tc.function("a_i = b_i c_i")(b=b, c=c),
        measure=[b[i] * c[i] for i in range(3)],
        by="a loop over i",
    )


@erratum(8)
def free_indices_unnamed():
    """a_ij b_ij = α_ij β_ij without its remark: the left side for a = ((1, 2), (3, 4)), b = 1, i free."""
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones((2, 2))
    return Outcome(
        as_written=refusal(tc.equation, "a_ij b_ij = alpha_ij beta_ij"),
        correct=tc.function("y_i = a_ij b_ij")(a=a, b=b),
        measure=[sum(a[i, j] * b[i, j] for j in range(2)) for i in range(2)],
        by="a loop over i",
    )


@erratum(9)
def delta_with_itself():
    """delta_ki a_ij for a 3 by 2 matrix a, with k free and with k summed."""
    a = np.arange(6.0).reshape(3, 2)
    return Outcome(
        as_written=tc.function("y_j = delta_kk a_kj")(a=a),
        correct=tc.function("y_kj = delta_ki a_ij")(a=a),
        measure=np.eye(3) @ a,
        by="the identity matrix",
    )


@erratum(10)
def delta_that_frees():
    """delta_ik b_ij for a 3 by 2 matrix b, stated as a vector a_j and as a matrix a_kj."""
    b = np.arange(1.0, 7.0).reshape(3, 2)
    return Outcome(
        as_written=refusal(tc.function, "a_j = delta_ik b_ij"),
        correct=tc.function("a_kj = delta_ik b_ij")(b=b),
        measure=np.eye(3).T @ b,
        by="the identity matrix",
    )


@erratum(11)
def one_that_sums():
    """a = 1_i b_i for b = (1, 2, 3), after dropping the one-tensor and with it."""
    b = np.array([1.0, 2.0, 3.0])
    return Outcome(
        as_written=refusal(tc.equation("a = 1_i b_i").drop_one),
        correct=tc.function("a = 1_i b_i")(b=b),
        measure=1.0 + 2.0 + 3.0,
        by="added up",
    )


@erratum(12)
def finished_sum():
    """(a_i b_i) c_i for a = (1, 2), b = (3, 4), c = (5, 6), if the bracket could be moved."""
    a, b, c = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])
    return Outcome(
        as_written=tc.function("s = b_k c_k; y_i = a_i s")(a=a, b=b, c=c),
        correct=tc.function("s = a_k b_k; y_i = s c_i")(a=a, b=b, c=c),
        measure=[sum(a[k] * b[k] for k in range(2)) * c[i] for i in range(2)],
        by="loops",
    )


@erratum(13)
def equal_orders():
    """The sum of a_i and b_j for a = (1, 2), b = (3, 4): two tensors of the same order."""
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    return Outcome(
        as_written=refusal(tc.function, "c_i = a_i + b_j"),
        correct=tc.function("c_ij = a_i 1_j + 1_i b_j")(a=a, b=b),
        measure=[[a[i] + b[j] for j in range(2)] for i in range(2)],
        by="loops",
    )


@erratum(14)
def reach_of_a_sum():
    """exp(b_k c_k) for b = (1, 2), c = (3, −1): the function of the sum, or the sum of the functions."""
    b, c = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    return Outcome(
        as_written=tc.function("e_k = exp(b_k c_k); y = 1_k e_k")(b=b, c=c),
        correct=tc.function("y = exp(b_k c_k)")(b=b, c=c),
        measure=math.exp(1 * 3 + 2 * -1),
        by="by hand",
    )


@erratum(15)
def square_of_a_component():
    """x_i² for x = (3, 4): the square of each component, or the contraction x_i x_i."""
    x = np.array([3.0, 4.0])
    return Outcome(
        as_written=tc.function("y = x_i x_i")(x=x),
        correct=tc.function("y_i = x_i^2")(x=x),
        measure=(3 * 3, 4 * 4),
        by="by hand",
    )


@erratum(21)
def bracket_without_its_index():
    """dl/dx of layer norm at x = (−1, 0, 1), γ = 1, ε = 0, upstream (1, 0, 0); the bracket lacks h."""
    x, dl_dy = np.array([[-1.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.0]])
    corrected = tc.function("""
        c_phq    = 1_h 1_q/sigma_p + mu_ph mu_pq/sigma_p^3
        dl_dx_pq = dl_dy_pq/sigma_p - 1/H dl_dy_ph c_phq
    """)
    wrong = "c_phq = 1_q/sigma_p + mu_ph mu_pq/sigma_p^3"
    return Outcome(
        as_written=refusal(tc.function, wrong),
        correct=corrected(dl_dy=dl_dy, sigma=x.std(axis=1), mu=x),
        measure=numerical_vjp(lambda x: (x - x.mean()) / x.std(), x, dl_dy),
    )


@erratum(45)
def flipped_kernel():
    """y_i = w_m x_{i+m} for x = (1, 2, 3), w = (1, 10), called a convolution."""
    x, w = np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0])
    return Outcome(
        as_written=np.convolve(x, w, "valid"),
        correct=tc.function("y_i = w_m x_{i+m}")(x=x, w=w, sizes={"I": 2}),
        measure=[sum(w[m] * x[i + m] for m in range(2)) for i in range(2)],
        by="loops",
    )


@erratum(70)
def dummies_that_merge():
    """a_i = b_ij c_jk d_k for b = c = ((1, 2), (3, 4)), d = 1, its dummy k renamed to j."""
    b, d = np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones(2)
    return Outcome(
        as_written=tc.function("a_i = b_ij c_jj d_j")(b=b, c=b, d=d),
        correct=tc.function("a_i = b_ij c_jk d_k")(b=b, c=b, d=d),
        measure=b @ b @ d,
        by="matrix products",
    )


@erratum(71)
def free_index_that_clashes():
    """a_i = b_ij c_j for b = ((1, 2), (3, 4)), c = 1, its free index i renamed to j."""
    b, c = np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones(2)
    return Outcome(
        as_written=tc.function("a_j = b_jj c_j")(b=b, c=c),
        correct=tc.function("a_i = b_ij c_j")(b=b, c=c),
        measure=b @ c,
        by="matrix product",
    )


@erratum(74)
def single_one():
    """The size of a range N = 4 by one-tensors: 'any number' of factors, or at least two."""
    return Outcome(
        as_written=refusal(tc.function, "a = 1_n"),
        correct=tc.function("a = 1_n 1_n")(sizes={"N": 4}),
        measure=sum(1 for n in range(4)),
        by="counted",
    )
