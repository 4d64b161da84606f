"""Make the reference values of the chapters with PyTorch: outputs and gradients of one small case for each layer.

Run with a Python that has PyTorch: ``python tools/reference_values.py`` writes tensorcalc/data/pytorch.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

TARGET = Path(__file__).resolve().parent.parent / "tensorcalc" / "data" / "pytorch.json"


def normal(*shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.normal(size=shape).round(4)


def inside(low: float, high: float, *shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.uniform(low, high, size=shape).round(4)


def fixed(values: Any) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: np.asarray(values)


def dropped(x: torch.Tensor, p: float) -> torch.Tensor:
    """Dropout by PyTorch's own random numbers: the zeros of the output tell the mask."""
    torch.manual_seed(0)
    return F.dropout(x, p)


def path(optimizer: Callable, **options: Any) -> Callable:
    """The parameters before and after each step of an optimizer, whose gradients are the rows of g."""

    def parameters(p: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        moving, visited = p.clone(), [p]
        steps = optimizer([moving], differentiable=True, **options)
        if "momentum" in options:  # else the first velocity is a detached gradient, and its derivative is lost
            steps.state[moving]["momentum_buffer"] = torch.zeros_like(moving)
        usual = torch.get_default_dtype()
        torch.set_default_dtype(p.dtype)  # Adam counts its steps, and powers of beta, in this type
        for row in g:
            moving.grad = row
            steps.step()
            visited.append(moving.clone())
        torch.set_default_dtype(usual)
        return torch.stack(visited)

    return parameters


STEPS = {"p": normal(3), "g": normal(4, 3)}  # three parameters, four steps

# name -> (what PyTorch evaluates, its inputs); floating-point inputs are differentiated by
CASES: dict[str, tuple[Callable, dict[str, Callable]]] = {
    "matmul": (lambda x, w: x @ w, {"x": normal(3, 4), "w": normal(4, 5)}),
    "linear": (lambda x, w, b: F.linear(x, w, b), {"x": normal(3, 4), "w": normal(5, 4), "b": normal(5)}),
    "sigmoid": (lambda x: torch.sigmoid(x), {"x": normal(3, 4)}),
    "tanh": (lambda x: torch.tanh(x), {"x": normal(3, 4)}),
    "relu": (lambda x: torch.relu(x), {"x": normal(3, 4)}),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.01), {"x": normal(3, 4)}),
    "gelu": (lambda x: F.gelu(x), {"x": normal(3, 4)}),
    "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), {"x": normal(3, 4)}),
    "inverse": (lambda a: torch.linalg.inv(a), {"a": lambda rng: (rng.normal(size=(4, 4)) + 3 * np.eye(4)).round(4)}),
    "softmax": (lambda x: torch.softmax(x, -1), {"x": normal(3, 4)}),
    "log_softmax": (lambda x: torch.log_softmax(x, -1), {"x": normal(3, 4)}),
    "mse": (lambda x, t: F.mse_loss(x, t), {"x": normal(3, 4), "t": normal(3, 4)}),
    "bce": (lambda p, t: F.binary_cross_entropy(p, t), {"p": inside(0.1, 0.9, 7), "t": fixed([0.0, 1, 1, 0, 1, 0, 0])}),
    "bce_with_logits": (
        lambda x, t: F.binary_cross_entropy_with_logits(x, t),
        {"x": normal(7), "t": fixed([0.0, 1, 1, 0, 1, 0, 0])},
    ),
    "cross_entropy": (lambda x, t: F.cross_entropy(x, t), {"x": normal(5, 4), "t": fixed([2, 0, 3, 1, 2])}),
    "batch_norm": (
        lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5),
        {"x": normal(6, 3), "gamma": inside(0.5, 1.5, 3), "beta": normal(3)},
    ),
    "layer_norm": (
        lambda x, gamma, beta: F.layer_norm(x, (4,), gamma, beta, eps=1e-5),
        {"x": normal(3, 4), "gamma": inside(0.5, 1.5, 4), "beta": normal(4)},
    ),
    "rms_norm": (
        lambda x, gamma: F.rms_norm(x, (4,), gamma, eps=1e-5),
        {"x": normal(3, 4), "gamma": inside(0.5, 1.5, 4)},
    ),
    "conv1d": (
        lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1),
        {"x": normal(2, 2, 7), "w": normal(3, 2, 3), "b": normal(3)},
    ),
    "conv2d": (
        lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1),
        {"x": normal(1, 2, 5, 6), "w": normal(3, 2, 3, 3), "b": normal(3)},
    ),
    "attention": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v),
        {"q": normal(3, 4), "k": normal(5, 4), "v": normal(5, 2)},
    ),
    "tanh_network": (
        lambda x, w1, b1, w2, b2, w3, b3: torch.tanh(torch.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3,
        {
            "x": normal(5, 4),
            "w1": normal(4, 3),
            "b1": normal(3),
            "w2": normal(3, 3),
            "b2": normal(3),
            "w3": normal(3, 2),
            "b3": normal(2),
        },
    ),
    "two_layer_network": (
        lambda x, w1, b1, w2, b2, t: F.cross_entropy(F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2), t),
        {
            "x": normal(5, 4),
            "w1": normal(6, 4),
            "b1": normal(6),
            "w2": normal(3, 6),
            "b2": normal(3),
            "t": fixed([2, 0, 1, 1, 2]),
        },
    ),
    "nll": (lambda y, t: F.nll_loss(y, t), {"y": normal(5, 4), "t": fixed([2, 0, 3, 1, 2])}),
    "cross_entropy_soft": (lambda x, t: F.cross_entropy(x, t), {"x": normal(5, 4), "t": inside(0.1, 0.9, 5, 4)}),
    "sigmoid_network": (
        lambda x, w1, b1, w2, b2, w3, b3, t: F.cross_entropy(
            torch.sigmoid(torch.sigmoid(x @ w1 + b1) @ w2 + b2) @ w3 + b3, t, reduction="sum"
        ),
        {
            "x": normal(7, 4),
            "w1": normal(4, 5),
            "b1": normal(5),
            "w2": normal(5, 6),
            "b2": normal(6),
            "w3": normal(6, 3),
            "b3": normal(3),
            "t": fixed([2, 0, 1, 1, 2, 0, 0]),
        },
    ),
    "dropout": (lambda x: dropped(x, 0.2), {"x": normal(5, 8)}),
    "conv2d_groups": (
        lambda x, w, b: F.conv2d(x, w, b, stride=(3, 1), padding=(1, 0), dilation=(1, 2), groups=2),
        {"x": normal(2, 4, 8, 6), "w": normal(6, 2, 2, 3), "b": normal(6)},
    ),
    "sgd": (path(torch.optim.SGD, lr=0.1), STEPS),
    "momentum": (path(torch.optim.SGD, lr=0.1, momentum=0.9), STEPS),
    "rmsprop": (path(torch.optim.RMSprop, lr=0.1, alpha=0.9, eps=1e-3), STEPS),
    "adam": (path(torch.optim.Adam, lr=0.1, eps=1e-3), STEPS),
    "adam_l2": (path(torch.optim.Adam, lr=0.1, eps=1e-3, weight_decay=0.1), STEPS),
    "adamw": (path(torch.optim.AdamW, lr=0.1, eps=1e-3, weight_decay=0.1), STEPS),
}


def reference(name: str) -> dict[str, Any]:
    """Inputs, output, a random upstream gradient, and the gradient of each floating-point input."""
    function, makers = CASES[name]
    rng = np.random.default_rng(list(CASES).index(name))
    arrays = {key: make(rng) for key, make in makers.items()}
    tensors = {key: torch.tensor(array) for key, array in arrays.items()}
    moving = {key: tensor.requires_grad_() for key, tensor in tensors.items() if tensor.is_floating_point()}
    output = function(**tensors)
    upstream = rng.normal(size=output.shape).round(4)
    gradients = torch.autograd.grad(output, list(moving.values()), torch.tensor(upstream))
    return {
        "inputs": {key: array.tolist() for key, array in arrays.items()},
        "output": output.detach().tolist(),
        "upstream": upstream.tolist(),
        "gradients": {key: gradient.tolist() for key, gradient in zip(moving, gradients, strict=True)},
    }


def main() -> None:
    made = {"made with": f"PyTorch {torch.__version__.partition('+')[0]}", "cases": {n: reference(n) for n in CASES}}
    TARGET.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(CASES)} cases, {TARGET.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
