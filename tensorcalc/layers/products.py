"""Products of matrices, the linear layer, rows of a table."""

from ..execution.functions import function

matmul = function("y_ij = x_ik a_kj", name="matmul")

bmm = function("y_bij = x_bik a_bkj", name="bmm")

linear = function("y_bj = x_bi weight_ji + 1_b bias_j", name="linear")

# ids is a constant index: an integer array, looked up in the table.
embedding = function("y_nd = table_{I_n,d}", name="embedding")
