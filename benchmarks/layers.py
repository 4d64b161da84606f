"""What is timed beside the generated functions: calls of `tensorcalc.kernels`, against the same layer of PyTorch.

A case is a pair of makers. Each is given the arrays and returns a call without arguments, whose results are compared
with one another and with the rival's in float64 before anything is timed. To add one, add a `Layer` to the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensorcalc import kernels

from .cases import Shapes

Given = Mapping[str, Any]
Make = Callable[[Given], Callable[[], Any]]


@dataclass(frozen=True)
class Layer:
    """One call of ours, and the same of each rival."""

    name: str
    shapes: Shapes
    ours: Make
    rivals: dict[str, Make]  # the first one computes the exact result, from arrays of float64
    flop: float
    labels: dict[str, tuple[int, int]] = field(default_factory=dict)  # index array: how many, below what

    def arguments(self, dtype: type = np.float32) -> dict[str, np.ndarray]:
        """Random arrays, the same for everyone, at multiples of 64 bytes."""
        from tensorcalc.execution.blocks import aligned

        random = np.random.default_rng(0)
        arrays = {
            name: aligned(random.standard_normal(shape, np.float32).astype(dtype))
            for name, shape in self.shapes.items()
        }
        return arrays | {name: random.integers(0, below, count) for name, (count, below) in self.labels.items()}


def tensors(a: Given, *leaves: str) -> dict[str, Any]:
    """The arrays as PyTorch's, without a copy; gradients are kept for the leaves."""
    import torch

    return {name: torch.from_numpy(x).requires_grad_(name in leaves) for name, x in a.items()}


def attention(causal: bool) -> tuple[Make, Make]:
    """Forward, and backward from dy."""

    def ours(a: Given) -> Any:
        def call() -> Any:
            y, cache = kernels.attention_forward(a["q"], a["k"], a["v"], causal)
            return y, *kernels.attention_backward(a["dy"], cache)

        return call

    def theirs(a: Given) -> Any:
        import torch

        t = tensors(a, "q", "k", "v")

        def call() -> Any:
            y = torch.nn.functional.scaled_dot_product_attention(t["q"], t["k"], t["v"], is_causal=causal)
            return y.detach(), *torch.autograd.grad(y, (t["q"], t["k"], t["v"]), t["dy"])

        return call

    return ours, theirs


def attention_forward(causal: bool) -> tuple[Make, Make]:
    def theirs(a: Given) -> Any:
        import torch

        t = tensors(a)
        return lambda: torch.nn.functional.scaled_dot_product_attention(t["q"], t["k"], t["v"], is_causal=causal)

    return lambda a: lambda: kernels.attention_forward(a["q"], a["k"], a["v"], causal)[0], theirs


def conv2d_forward(a: Given) -> Any:
    import torch

    t = tensors(a)
    return lambda: torch.nn.functional.conv2d(t["x"], t["w"], padding=1)


def conv2d_backward(a: Given, needs_dx: bool = True) -> Any:
    cache = kernels.conv2d_forward(a["x"], a["w"], padding=1)[1]
    return lambda: kernels.conv2d_backward(a["dy"], cache, needs_dx=needs_dx)[1 - needs_dx :]


def torch_conv2d_backward(a: Given, needs_dx: bool = True, needs_dw: bool = True) -> Any:
    import torch

    t, pair = tensors(a), [1, 1]
    call, asked = torch.ops.aten.convolution_backward, [needs_dx, needs_dw, False]
    options = (t["dy"], t["x"], t["w"], None, pair, pair, pair, False, [0, 0], 1, asked)
    return lambda: tuple(g for g in call(*options) if g is not None)


def bmm_backward(a: Given) -> Any:
    cache = kernels.bmm_forward(a["x"], a["a"])[1]
    return lambda: kernels.bmm_backward(a["dy"], cache)


def torch_bmm_backward(a: Given) -> Any:
    t = tensors(a)
    return lambda: (t["dy"] @ t["a"].mT, t["x"].mT @ t["dy"])


def torch_matmul(a: Given) -> Any:
    t = tensors(a)
    return lambda: t["x"] @ t["a"]


def torch_bmm(a: Given) -> Any:
    import torch

    t = tensors(a)
    return lambda: torch.bmm(t["x"], t["a"])


def linear_backward(a: Given) -> Any:
    cache = kernels.linear_forward(a["x"], a["weight"], a["bias"])[1]
    return lambda: kernels.linear_backward(a["dy"], cache)


def torch_linear_backward(a: Given) -> Any:
    t = tensors(a)
    return lambda: (t["dy"] @ t["weight"], t["dy"].mT @ t["x"], t["dy"].sum(0))


def torch_linear(a: Given) -> Any:
    import torch

    t = tensors(a)
    return lambda: torch.nn.functional.linear(t["x"], t["weight"], t["bias"])


PARAMETERS = ("w1", "b1", "w2", "b2")


def _parameters(a: Given) -> list[np.ndarray]:
    """Weights of the size that training starts with, copied: each step changes them."""
    return [a[name] / a[name].dtype.type(np.sqrt(a[name].shape[-1])) for name in PARAMETERS]


def network(a: Given) -> Any:
    """One step of training with Adam; every call moves on, so that the first one is compared: loss and gradients."""
    parameters = _parameters(a)
    w1, b1, w2, b2 = parameters
    averages = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
    count = 0

    def step() -> Any:
        nonlocal count
        count += 1
        h, first = kernels.linear_forward(a["x"], w1, b1)
        r, activation = kernels.relu_forward(h)
        logits, second = kernels.linear_forward(r, w2, b2)
        loss, end = kernels.cross_entropy_forward(logits, a["T"])
        dr, *dsecond = kernels.linear_backward(kernels.cross_entropy_backward(1.0, end), second)
        _, *dfirst = kernels.linear_backward(kernels.relu_backward(dr, activation), first, needs_dx=False)
        for p, g, (m, v) in zip(parameters, (*dfirst, *dsecond), averages, strict=True):
            kernels.adam(p, g, m, v, count)
        return loss, *dfirst, *dsecond

    return step


def torch_network(a: Given) -> Any:
    import torch

    functional = torch.nn.functional
    x, T = torch.from_numpy(a["x"]), torch.from_numpy(a["T"])
    parameters = [torch.from_numpy(p).requires_grad_() for p in _parameters(a)]
    w1, b1, w2, b2 = parameters
    optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)

    def step() -> Any:
        optimizer.zero_grad()
        r = torch.relu(functional.linear(x, w1, b1))
        loss = functional.cross_entropy(functional.linear(r, w2, b2), T)
        loss.backward()
        optimizer.step()
        return loss.detach(), *(p.grad for p in parameters)

    return step


def _heads(b: int, n: int, d: int) -> Shapes:
    return dict.fromkeys(("q", "k", "v", "dy"), (1, b, n, d))


def _torch(ours: Make, theirs: Make) -> dict[str, Any]:
    return {"ours": ours, "rivals": {"torch": theirs}}


_IMAGES: Shapes = {"x": (32, 32, 56, 56), "w": (32, 32, 3, 3)}
_IMAGES_BACKWARD: Shapes = {**_IMAGES, "dy": (32, 32, 56, 56)}
_BATCH: Shapes = {"x": (64, 128, 128), "a": (64, 128, 128)}
_LINEAR: Shapes = {"x": (1024, 784), "weight": (512, 784), "bias": (512,)}
_NETWORK: Shapes = {"x": (1024, 784), "w1": (512, 784), "b1": (512,), "w2": (16, 512), "b2": (16,)}
_ATTENTION = 8 * 1024 * 1024 * 64
_CONVOLUTION = 2 * 9 * 32 * 32 * 32 * 56 * 56
_PRODUCTS = 2 * 64 * 128**3
_WEIGHTS = 2 * 1024 * 784 * 512

LAYERS = {
    layer.name: layer
    for layer in (
        Layer("attention", _heads(8, 1024, 64), **_torch(*attention(False)), flop=14 * _ATTENTION),
        Layer("attention_causal", _heads(8, 1024, 64), **_torch(*attention(True)), flop=7 * _ATTENTION),
        Layer("attention_forward", _heads(8, 1024, 64), **_torch(*attention_forward(False)), flop=4 * _ATTENTION),
        Layer("attention_causal_forward", _heads(8, 1024, 64), **_torch(*attention_forward(True)),
              flop=2 * _ATTENTION),
        Layer("conv2d_forward", _IMAGES, **_torch(
              lambda a: lambda: kernels.conv2d_forward(a["x"], a["w"], padding=1)[0], conv2d_forward),
              flop=_CONVOLUTION),
        Layer("conv2d_backward", _IMAGES_BACKWARD, **_torch(conv2d_backward, torch_conv2d_backward),
              flop=2 * _CONVOLUTION),
        Layer("conv2d_dw", _IMAGES_BACKWARD, **_torch(
              lambda a: conv2d_backward(a, needs_dx=False), lambda a: torch_conv2d_backward(a, needs_dx=False)),
              flop=_CONVOLUTION),
        Layer("matmul_blocked", {"x": (2048, 2048), "a": (2048, 2048)},
              lambda a: lambda: kernels.matmul_blocked(a["x"], a["a"]),
              {"numpy": lambda a: lambda: a["x"] @ a["a"], "torch": torch_matmul}, flop=2 * 2048**3),
        Layer("bmm", _BATCH, **_torch(lambda a: lambda: kernels.bmm_forward(a["x"], a["a"])[0], torch_bmm),
              flop=_PRODUCTS),
        Layer("bmm_backward", {**_BATCH, "dy": (64, 128, 128)}, **_torch(bmm_backward, torch_bmm_backward),
              flop=2 * _PRODUCTS),
        Layer("linear_layer", _LINEAR, **_torch(
              lambda a: lambda: kernels.linear_forward(a["x"], a["weight"], a["bias"])[0], torch_linear),
              flop=_WEIGHTS),
        Layer("linear_backward", {**_LINEAR, "dy": (1024, 512)}, **_torch(linear_backward, torch_linear_backward),
              flop=2 * _WEIGHTS),
        Layer("network_step", _NETWORK, **_torch(network, torch_network), flop=2 * _WEIGHTS + 6 * 1024 * 512 * 16,
              labels={"T": (1024, 16)}),
    )
}  # fmt: skip
"""By name, in the order in which they are run."""
