"""The dictionary of matrix notation, read both ways."""

import pytest

import tensorcalc as tc

BOTH = [
    ("a_ij = b_ij + c_ij", "A = B + C"),
    ("a_ij = b_ji", "A = B^T"),
    ("lambda = a_ii", "lambda = tr(A)"),
    ("a_ij = lambda b_ij", "A = lambda B"),
    ("a_ij = b_ik c_kj", "A = B C"),
    ("a_ij = b_ij c_ij", "A = B ⊙ C"),
    ("a_ij = b_i c_j", "A = b c^T"),
    ("lambda = b_i c_i", "lambda = b^T c"),
    ("lambda = sqrt(x_i x_i)", "lambda = ‖x‖"),
    ("a_ij = d_i delta_ij", "A = diag(d)"),
    ("a_i = b_ii", "a = diag(B)"),
    ("dl_dx_pq = dl_dy_pj a_qj", "∂l/∂X = ∂l/∂Y A^T"),
    ("dl_da_pq = x_ip dl_dy_iq", "∂l/∂A = X^T ∂l/∂Y"),
    ("dl_dx_pq = -y_np dl_dy_nj y_qj", "∂l/∂X = -Y^T ∂l/∂Y Y^T"),
    ("y_ij = a_ik b_jk c_ij", "Y = (A B^T) ⊙ C"),
    ("y = a_ij b_jk c_ki", "y = tr(A B C)"),
    ("y_ij = a_ik d_k b_kj", "Y = A diag(d) B"),
    ("y_nj = x_nk w_kj + 1_n b_j", "Y = X W + 𝟏 b^T"),
]


@pytest.mark.parametrize(("indices", "matrices"), BOTH)
def test_dictionary(indices, matrices):
    equation = tc.equation(indices)
    assert str(equation.matrix()) == matrices
    assert tc.equal(tc.from_matrix(matrices), equation) is True


@pytest.mark.parametrize(("indices", "matrices"), BOTH)
def test_latex_is_read_back(indices, matrices):
    form = tc.equation(indices).matrix()
    scalars = ("y",) if indices.startswith("y =") else ()
    assert tc.equal(tc.from_matrix(form.latex, scalars=scalars), tc.equation(indices)) is True


@pytest.mark.parametrize(
    "indices",
    [
        "y_ijk = x_ij a_jk",
        "y_i = exp(x_i)",
        "y_ij = a_ik b_kj c_k d_km e_m",
        "y = a_i b_i c_i",
        "y_i = x_T a_i",
        "y_i = x_i^2",
    ],
)
def test_no_matrix_form(indices):
    with pytest.raises(tc.NoMatrixForm):
        tc.equation(indices).matrix()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Y = A b", "shape"),
        ("Y = A b^T", "shape"),
        ("Y = X + b", "add-indices"),
        ("Y = W^T D ⊙ S", "syntax"),
        ("Y = A ⊙ b", "shape"),
        ("Y = (A", "syntax"),
        ("Y = tr(b)", "shape"),
        ("Y = A ? B", "syntax"),
    ],
)
def test_refusals(text, rule):
    with pytest.raises(tc.NotationError) as caught:
        tc.from_matrix(text)
    assert caught.value.rule == rule


def test_a_name_can_be_said_to_be_a_scalar_or_a_vector():
    assert str(tc.from_matrix("A = c B", scalars=["c"])) == "a_ij = c b_ij"
    assert str(tc.from_matrix("A = β γ^T", vectors=["beta", "gamma"])) == "a_ij = beta_i gamma_j"
