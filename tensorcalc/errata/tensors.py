"""Errata about arrays, derivatives and graphs: chapters 01, 06, 07, 09."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

import tensorcalc as tc

from ..checking import numerical_jacobian, numerical_vjp
from .registry import Outcome, erratum, refusal


@erratum(1)
def jacobian_shape():
    """Jacobian of f(x) = (x_0 x_1, x_0 + x_1, x_0²) at (1, 2): M = 2 inputs, N = 3 outputs."""
    x0, x1 = 1.0, 2.0
    rows = [[x1, x0], [1.0, 1.0], [2 * x0, 0.0]]  # rows[i][j] = ∂y_i/∂x_j
    return Outcome(
        as_written=refusal(lambda: [[rows[i][j] for j in range(3)] for i in range(2)]),
        correct=[[rows[i][j] for j in range(2)] for i in range(3)],
        measure=numerical_jacobian(lambda x: np.array([x[0] * x[1], x[0] + x[1], x[0] ** 2]), np.array([x0, x1])),
    )


@erratum(2)
def outputs_are_rows():
    """The derivatives of y_0 = x_0 x_1² at (2, 3), i over the inputs or over the outputs."""
    derivatives = [[9.0, 12.0]]  # derivatives[i][j] = ∂y_i/∂x_j
    inputs, outputs = 2, 1
    return Outcome(
        as_written=refusal(lambda: [[derivatives[i][j] for j in range(outputs)] for i in range(inputs)]),
        correct=[[derivatives[i][j] for j in range(inputs)] for i in range(outputs)],
        measure=numerical_jacobian(lambda x: x[:1] * x[1:] ** 2, np.array([2.0, 3.0])),
    )


@erratum(3)
def terms_of_a_sum():
    """dy/dx of y = u_0 + ... + u_M with u_i = x and M = 2, sum from 1 to M or over all M + 1 entries."""
    du_dx = [1.0, 1.0, 1.0]
    return Outcome(
        as_written=sum(du_dx[i] for i in range(1, 2 + 1)),
        correct=sum(du_dx[i] for i in range(len(du_dx))),
        measure=numerical_jacobian(lambda x: x + x + x, 1.0),
    )


@erratum(4)
def edge_of_a_graph():
    """dl/db of u = a_i a_i, v = b |a|, y = u + v, z = 2 u with dl/dy = 1, dl/dz = 10, at a = (3, 4)."""
    graph = tc.function("u = a_i a_i; v = b sqrt(a_i a_i); y = u + v; z = 2 u")
    a, length = np.array([3.0, 4.0]), 5.0
    dy_dv = 0.0  # y(u), as written, does not depend on v
    return Outcome(
        as_written=dy_dv * length,
        correct=graph.backward("b")(a=a, b=2.0, dl_dy=1.0, dl_dz=10.0),
        measure=numerical_vjp(lambda b: (a @ a + b * length) + 10 * (2 * a @ a), 2.0, 1.0),
    )


@erratum(5)
def stray_basis_vector():
    """The tensor 1 to 8 of shape (2, 2, 2) as a sum of basis tensors, the last one with a stray factor."""
    e = np.eye(2)
    terms = [(4 * i + 2 * j + k + 1, e[i], e[j], e[k]) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    return Outcome(
        as_written=refusal(tc.function, "t_ijk = s_ijk + 8 e_l e_ijk"),
        correct=sum(t * np.einsum("i,j,k->ijk", *factors) for t, *factors in terms).ravel()[-3:],
        measure=np.array([6.0, 7.0, 8.0]),
        by="the last three components",
    )


@erratum(6)
def order_and_rank():
    """The number of axes of (1, 2)ᵀ(3, 4), called rank or order."""
    outer = np.outer([1.0, 2.0], [3.0, 4.0])
    return Outcome(
        as_written=np.linalg.matrix_rank(outer),
        correct=len(tc.equation("a_ij = u_i v_j").free),
        measure=outer.ndim,
        by="the axes of the array",
    )


@erratum(24)
def transpose_of_a_batch():
    """dl/dw of y = x w for a batch x of shape (5, 3, 2), with x.T or with the last two axes swapped."""
    rng = np.random.default_rng(0)
    x, w, dl_dy = rng.normal(size=(5, 3, 2)), rng.normal(size=(2, 4)), rng.normal(size=(5, 3, 4))
    return Outcome(
        as_written=refusal(lambda: x.T @ dl_dy),
        correct=(np.swapaxes(x, 1, 2) @ dl_dy).sum(0)[0],
        measure=numerical_vjp(lambda w: x @ w, w, dl_dy)[0],
        by="finite differences, row 0",
    )


@erratum(26)
def sum_and_broadcast():
    """Adjoint of a sum: ⟨g, 1_i x_i⟩ against ⟨g 1_i, x_i⟩ for g = 2, x = (3, 4)."""
    x = np.array([3.0, 4.0])
    total = tc.function("y = 1_i x_i")
    return Outcome(
        as_written=None,
        correct=np.vdot(total.backward("x")(x=x, dl_dy=2.0), x),
        measure=2.0 * (3 + 4),
        by="the other inner product",
    )


@erratum(27)
def chain_rule_at_a_corner():
    """dy/dx at 0 of y = u_0² u_1/(u_0² + u_1²), y(0, 0) = 0, along u_0 = u_1 = x."""

    def y(u0, u1):
        return u0**2 * u1 / (u0**2 + u1**2) if u0 or u1 else 0.0

    h = 1e-6
    partials = [(y(h, 0.0) - y(0.0, 0.0)) / h, (y(0.0, h) - y(0.0, 0.0)) / h]
    return Outcome(
        as_written=sum(partial * 1.0 for partial in partials),
        correct=0.5,  # of y(x, x) = x/2, since y is not differentiable at 0
        measure=numerical_jacobian(lambda x: y(x, x), 0.0),
    )


@erratum(28)
def flattened_jacobian():
    """Does a Jacobian of order 6 become a matrix: is that of Y_abj = X_abi A_ij the matrix I ⊗ Aᵀ?"""
    f, a = tc.function("y_abj = x_abi a_ij"), np.arange(1.0, 9.0).reshape(4, 2)
    tensor = numerical_jacobian(lambda x: f(x=x, a=a), np.ones((2, 3, 4)))
    derived = np.einsum("ap,bq,ij->abjpqi", np.eye(2), np.eye(3), a)
    return Outcome(
        as_written=False,
        correct=bool(np.allclose(derived.reshape(12, 24), np.kron(np.eye(6), a.T))),
        measure=bool(np.allclose(tensor.reshape(12, 24), np.kron(np.eye(6), a.T))),
    )


@erratum(31)
def one_letter_two_numbers():
    """How many components has 'a 3-dimensional array' that is a vector: n as the order, or as the length."""
    n = 3
    return Outcome(
        as_written=np.zeros((2,) * n).size,
        correct=np.zeros(n).size,
        measure=len([1.0, 2.0, 3.0]),
        by="counted",
    )


@erratum(33)
def column_gradient():
    """∇_x l of y = A x with the column ∇_y l = (1, 0, 0)ᵀ."""
    a, g = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1.0, 0.0, 0.0])
    return Outcome(
        as_written=refusal(np.dot, g[:, None], a),
        correct=a.T @ g,
        measure=numerical_vjp(lambda x: a @ x, np.array([1.0, 1.0]), g),
    )


@erratum(34)
def mixed_second_derivatives():
    """(∂_y ∂_x f, ∂_x ∂_y f) at 0 of f = x y (x² − y²)/(x² + y²), f(0, 0) = 0."""

    def f(x, y):
        return x * y * (x**2 - y**2) / (x**2 + y**2) if x or y else 0.0

    fx = [numerical_jacobian(lambda x, y=y: f(x, y), 0.0, eps=1e-7) for y in (-0.01, 0.01)]
    fy = [numerical_jacobian(lambda y, x=x: f(x, y), 0.0, eps=1e-7) for x in (-0.01, 0.01)]
    return Outcome(
        as_written=(-1.0, -1.0),  # a Hessian that is symmetric
        correct=(-1.0, 1.0),  # f_x(0, y) = −y and f_y(x, 0) = x
        measure=((fx[1] - fx[0]) / 0.02, (fy[1] - fy[0]) / 0.02),
    )


@erratum(47)
def gradient_as_a_quotient():
    """Change of f = x_0 + 2 x_1 along (1, 0), (0, 1), (−1, 0), (1, 2), from 'the gradient'."""
    steps = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [1.0, 2.0]])
    quotient = 1.0  # (f(x + h) − f(x))/|h| along the first direction
    return Outcome(
        as_written=quotient * np.linalg.norm(steps, axis=1),
        correct=steps @ [1.0, 2.0],
        measure=[(3 + h0) + 2 * (4 + h1) - (3 + 2 * 4) for h0, h1 in steps],
        by="differences of f",
    )


@erratum(48)
def row_of_a_jacobian():
    """Shape of a row (output index fixed) of the Jacobian of y, 2 by 3, by x of length 2."""
    x_shape, y_shape = (2,), (2, 3)
    jacobian = numerical_jacobian(lambda x: np.outer(x, [1.0, 2.0, 3.0]), np.ones(x_shape))
    return Outcome(as_written=y_shape, correct=x_shape, measure=jacobian[0, 0].shape)


@erratum(49)
def indices_of_a_matrix():
    """The values of a multi-index of y, 2 by 3: all pairs of integers, or the product of the ranges."""
    y = np.arange(6.0).reshape(2, 3)
    return Outcome(
        as_written=refusal(lambda: y[0, -7]),
        correct=math.prod(y.shape),
        measure=len(list(np.ndindex(y.shape))),
        by="counted",
    )


@erratum(52)
def contraction_over_a_jacobian():
    """dl/dW of y = x W for x = (1, 2), upstream (1, 2, 3): matrix product or contraction with ∂y/∂W."""
    x, dl_dy = np.array([[1.0, 2.0]]), np.array([[1.0, 2.0, 3.0]])
    dy_dw = np.einsum("np,jq->njpq", x, np.eye(3))
    return Outcome(
        as_written=refusal(np.matmul, dl_dy, dy_dw),
        correct=np.einsum("nj,njpq->pq", dl_dy, dy_dw),
        measure=numerical_vjp(lambda w: x @ w, np.ones((2, 3)), dl_dy),
    )


@erratum(53)
def output_axes_first():
    """Shape of the Jacobian of a layer with N = 4 samples, D = 2 inputs, M = 3 outputs."""
    n, d, m = 4, 2, 3
    return Outcome(
        as_written=(n, d, n, m),
        correct=(n, m, n, d),
        measure=numerical_jacobian(lambda x: x @ np.ones((d, m)), np.ones((n, d))).shape,
    )


@erratum(54)
def size_of_a_jacobian():
    """GB of ∂y/∂x in single precision for N = 64, D = M = 4096."""
    return Outcome(
        as_written=256,
        correct=float(Fraction(2**38, 10**9)),
        measure=np.prod([64, 4096, 64, 4096, 4], dtype=object) / 1e9,
        by="the product of the lengths",
    )


@erratum(55)
def zeros_of_a_jacobian():
    """Are most elements of ∂y/∂x zero when the batch has N = 1 sample?"""
    n, d, m = 1, 2, 3
    jacobian = numerical_jacobian(lambda x: x @ np.ones((d, m)), np.ones((n, d)))
    return Outcome(as_written=True, correct=1 / n < 1 / 2, measure=bool(np.mean(jacobian != 0) < 1 / 2))


@erratum(60)
def remainder_of_first_order():
    """f(1 + t) − f(1) − 2 t of f = x² for t = 0.01: what the sign ≈ leaves open."""
    t = Fraction(1, 100)
    return Outcome(
        as_written=None,
        correct=float(t**2),
        measure=1.01**2 - 1.0**2 - 2 * 0.01,
        by="differences of f",
    )


@erratum(72)
def saved_values():
    """dl/db of v = b |a| with dl/dv = 1 at a = (3, 4) and a = (6, 8): from the upstream gradient alone?"""
    v = tc.function("v = b sqrt(a_i a_i)")
    points = np.array([[3.0, 4.0], [6.0, 8.0]])
    only_upstream = v.backward("b")(a=points[0], b=2.0, dl_dv=1.0)
    return Outcome(
        as_written=(only_upstream, only_upstream),  # the same upstream gradient, so the same result
        correct=[v.backward("b")(a=a, b=2.0, dl_dv=1.0) for a in points],
        measure=[numerical_vjp(lambda b, a=a: b * np.hypot(*a), 2.0, 1.0) for a in points],
    )
