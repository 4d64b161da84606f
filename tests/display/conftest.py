"""One picture of each kind, drawn once: what must hold of every figure is tested on all of them."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc import display


def _labelled_lines():
    figure = display.figure(height=2.5)
    axes = figure.subplots()
    axes.set(title="Losses", xlabel="epoch", ylabel="loss")
    axes.plot([0, 1, 2, 3], [4, 2, 1, 0.5], label="training")
    axes.plot([0, 1, 2, 3], [4.2, 3, 2.5, 2.4], label="validation")
    display.label_lines(axes)
    return figure


def _block_jacobian():
    matrix = np.array([[1.0, -0.5, 0.25], [0.1, 2.0, 0.75]])
    return display.jacobian_picture(np.einsum("ip,jq->ijpq", np.eye(2), matrix), "ij", "pq")


STEPS = [1e-1, 1e-3, 1e-5, 1e-7]
PICTURES = {
    "lines": _labelled_lines,
    "errors": lambda: display.error_curve(STEPS, {"central": [1e-2, 1e-6, 1e-9, 1e-7]}, {"h²": 2, "ε/h": -1}),
    "scalar": lambda: display.tensor_picture(3.5, "", name="s"),
    "matrix": lambda: display.tensor_picture([[1, 0, -2.5], [4, 5, 6]], "ij", at={"i": 1}, shade=True),
    "order 4": lambda: display.tensor_picture((2, 3, 2, 2), "ijpq", at={"i": 1, "q": 0}),
    "contraction": lambda: display.contraction_picture(
        ["ik", "kj"], "ij", names=("x", "a", "dl_dy"), sizes={"i": 2, "k": 3, "j": 2}, at={"i": 1, "k": 2}
    ),
    "broadcast": lambda: display.contraction_picture(
        ["ij", "j"], "ij", names=("x", "beta", "y"), values=[[[1, 2], [3, 4]], [10, -20]], operation="+"
    ),
    "Jacobian": _block_jacobian,
    "many components": lambda: display.jacobian_picture(np.arange(1024.0).reshape(4, 8, 4, 8), "ij", "pq"),
    "graph": lambda: display.graph_picture(
        {"u": ["a"], "v": ["a", "b"], "y": ["u", "v"], "z": ["u"], "l": ["y", "z"]}, loss="l"
    ),
    "ladder": lambda: display.graph_picture(tc.function("h_i = w_ij x_j\ns = sqrt(1_i h_i^2 + eps)\ny_i = h_i/s")),
    "derivation": lambda: display.derivation_picture(tc.function("y_ij = x_ik a_kj").vjp("x")),
    "activation": lambda: display.activation_picture(abs, np.sign, name="abs", kinks=[0]),
    "paths": lambda: display.path_picture(
        lambda x, y: x**2 + 4 * y**2, {"descent": [(2, 1), (1, 0.2), (0.5, 0)]}, x=(-1, 3), y=(-1, 2)
    ),
    "roofline": lambda: display.roofline_picture({"add": (0.08, 1e9), "matmul": (40, 6e10)}, bandwidth=2e10, peak=1e11),
    "network": lambda: display.network_picture(
        [12, 3, 2], units="xcy", names=["x", "c", "y"], values=[None, [-0.5, 0.25, 1]], at=2, groups={"encoder": (0, 1)}
    ),
    "duel": lambda: display.duel_picture(
        {"one": {"NumPy": (4.8, 5, 5.1), "PyTorch": (0.7, 0.9, 1.2)}, "two": {"JAX": (2, 2.5, 3)}}, ours="the kernel"
    ),
    "slices": lambda: display.slices_picture((2, 3, 4), "ijk", at=1),
    "correlation": lambda: display.correlation_picture([[1, 2, 3], [4, 5, 6]], [[1, -1]], (0, 1), padding=(1, 0)),
    "reading": lambda: display.reading_picture(8, 3, stride=2, padding=1),
}


@pytest.fixture(scope="session")
def pictures():
    return {name: draw() for name, draw in PICTURES.items()}


@pytest.fixture(params=PICTURES)
def picture(request, pictures):
    return pictures[request.param]
