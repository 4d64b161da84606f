"""What each operation refuses, and what it says: the shapes that were given beside those that are needed."""

import numpy as np
import pytest

from tensorcalc import kernels as k

E = np.ones
X23, X234 = E((2, 3)), E((2, 3, 4))

REFUSALS = [
    (lambda: k.softmax_forward(X23, axis=2), "axis 2 is out of bounds for array of dimension 2"),
    (lambda: k.softmax_forward(1.0), "axis -1 is out of bounds for array of dimension 0"),
    (lambda: k.gelu_forward(X23, "sigmoid"), r"approximate is 'sigmoid'; GELU has the forms 'none' .* and 'tanh'"),
    (lambda: k.mse_forward(X23, E(3)), r"the prediction has shape \(2, 3\), the target \(3,\)"),
    (lambda: k.bce_forward(X23, X23, "max"), "reduction is 'max'; choose one of 'mean', 'sum', 'none'"),
    (lambda: k.mse_backward(X23, k.mse_forward(X23, X23)[1]), r"dy has shape \(2, 3\).* which is \(\)"),
    (lambda: k.cross_entropy_forward(X23, [0, 3]), r"t\[1\] is 3, outside 0 … 2"),
    (lambda: k.cross_entropy_forward(X23, [0, -1]), r"t\[1\] is -1, outside 0 … 2"),
    (lambda: k.cross_entropy_forward(X23, [0.0, 1.0]), r"cross-entropy needs .* not \(2, 3\) and float64 \(2,\)"),
    (lambda: k.cross_entropy_forward(X23, [0, 1, 1]), r"cross-entropy needs .* not \(2, 3\) and int64 \(3,\)"),
    (lambda: k.linear_forward(X23, E((4, 2))), r"needs x \(..., I\), weight \(J, I\) .* not \(2, 3\), \(4, 2\)"),
    (lambda: k.linear_forward(X23, E((4, 3)), E(3)), r"not \(2, 3\), \(4, 3\), \(3,\)"),
    (lambda: k.bmm_forward(X234, E((3, 4, 2))), r"y_bij = x_bik a_bkj needs .* not \(2, 3, 4\) and \(3, 4, 2\)"),
    (lambda: k.einsum_forward("ik,kj", X23, X23), "write letters for each, as in 'ik,kj->ij'"),
    (lambda: k.einsum_forward("ik,kj->ij", X23), "'ik,kj->ij' with 1 operands"),
    (lambda: k.einsum_forward("i,kj->ij", X23, X23), r"'i' has 1 letters, its operand shape \(2, 3\)"),
    (lambda: k.einsum_forward("ik,kj->ij", X23, X23), r"k runs over 2 in an operand of shape \(2, 3\), over 3"),
    (lambda: k.einsum_forward("ik->ii", X23), "the letters of the result are distinct"),
    (
        lambda: k.rms_norm_forward(X23, E(2)),
        r"x of shape \(..., H\) and gamma of shape \(H,\), not \(2, 3\) and \(2,\)",
    ),
    (lambda: k.batch_norm_forward(E(3), E(3), E(3)), r"x needs an axis of samples and one of channels"),
    (lambda: k.batch_norm_forward(X23, E(2), E(3)), r"gamma has shape \(2,\); x \(2, 3\) has 3 channels on axis -1"),
    (lambda: k.batch_norm_forward(X23, E(3), E(3), training=False), "at inference batch norm needs running_mean"),
    (lambda: k.group_norm_forward(X23, E(3), E(3), 2), "3 channels cannot be divided into 2 groups"),
    (lambda: k.conv1d_forward(X23, X234), r"conv1d needs x \(N, C, L\), w \(K, C/groups, R\) .* not \(2, 3\)"),
    (lambda: k.conv1d_forward(X234, E((5, 2, 2))), "x has 3 channels, y has 5, each kernel takes 2: they do not fit 1"),
    (lambda: k.conv1d_forward(X234, E((4, 1, 2)), groups=3), "they do not fit 3 groups"),
    (lambda: k.conv1d_forward(X234, E((5, 3, 5))), r"the kernel \(5,\) is larger than the padded x \(4,\)"),
    (lambda: k.conv1d_forward(X234, E((5, 3, 2)), stride=0), "stride is 0; it is an integer, at least 1"),
    (lambda: k.conv1d_forward(X234, E((5, 3, 2)), padding=-1), "padding is -1; it is an integer, at least 0"),
    (lambda: k.conv2d_forward(E((1, 1, 4, 4)), E((1, 1, 2, 2)), stride=(1, 2, 3)), "or a pair of them, at least 1"),
    (lambda: k.conv2d_forward(E((1, 1, 4, 4)), E((1, 1, 2, 2)), dilation=1.5), "dilation is 1.5"),
    (lambda: k.inverse_forward(X23), r"an inverse needs square matrices \(..., I, I\), not \(2, 3\)"),
    (lambda: k.inverse_forward(E((2, 2))), "the matrix is singular: it has no inverse"),
    (lambda: k.inverse_forward([np.eye(2), E((2, 2))]), "matrix 1 of 2 is singular"),
    (lambda: k.attention_forward(X23, X23, E((3, 3))), r"attention needs .* not \(2, 3\), \(2, 3\) and \(3, 3\)"),
    (lambda: k.attention_forward(X23, E((0, 3)), E((0, 3))), "and M > 0"),
    (lambda: k.embedding_forward(X23, [2]), r"ids\[0\] is 2, outside 0 … 1"),
    (lambda: k.embedding_forward(X23, [-1]), r"ids\[0\] is -1, outside 0 … 1"),
    (lambda: k.embedding_forward(X234, [0]), r"a table of shape \(V, D\), not \(2, 3, 4\)"),
    (lambda: k.dropout_forward(X23, p=-0.1), "p is -0.1; the probability"),
    (lambda: k.softmax_forward(X23, out=[1.0]), r"out"),
    (lambda: k.linear_backward(E((2, 4)), k.linear_forward(X23, E((4, 3)))[1], out=(X23,)), "out has 2 arrays"),
]


@pytest.mark.parametrize(("wrong", "says"), REFUSALS, ids=[says for _, says in REFUSALS])
def test_refusal(wrong, says):
    with pytest.raises((ValueError, TypeError), match=says):
        wrong()


def test_positions_are_integers():
    with pytest.raises(TypeError, match="ids is float64; positions are integers"):
        k.embedding_forward(X23, [0.0])


def test_a_place_that_cannot_be_written():
    frozen = np.empty((2, 3))
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="out is read-only"):
        k.softmax_forward(X23, out=frozen)


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "softmax", "layer_norm", "matmul"])
def test_a_result_may_take_the_place_of_its_argument(name):
    x, ones = np.random.default_rng(0).standard_normal((3, 3)), np.ones(3)
    rest = {"layer_norm": (ones, ones), "matmul": (np.eye(3)[::-1].copy(),)}.get(name, ())
    forward = getattr(k, f"{name}_forward")
    expected = forward(x.copy(), *rest)[0]
    assert forward(x, *rest, out=x)[0] is x
    assert np.array_equal(x, expected)
