"""Functions of one element at a time; an array of any shape is handed in flattened."""

from ..execution.functions import function

sigmoid = function("y_i = sigmoid(x_i)", name="sigmoid")

tanh = function("y_i = tanh(x_i)", name="tanh")

relu = function("y_i = relu(x_i)", name="relu")

leaky_relu = function("y_i = relu(x_i) - slope relu(-x_i)", constants=("slope",), name="leaky_relu")

gelu = function("y_i = x_i/2 (1_i + erf(x_i/sqrt(2)))", name="gelu")

# root is sqrt(2/pi), which no rational number is.
gelu_tanh = function(
    """
    z_i = root (x_i + 0.044715 x_i^3)
    y_i = x_i/2 (1_i + tanh(z_i))
    """,
    constants=("root",),
    name="gelu_tanh",
)
