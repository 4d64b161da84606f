"""Each layer's statements against its kernel: the same values, and the derived backward function the same gradients."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc import kernels, layers

T, IDS = np.array([2, 0, 2, 1]), np.array([3, 0, 3])


@dataclass(frozen=True)
class Pair:
    """A layer and the call of its kernel: inputs of the layer in the order of the kernel's arguments."""

    layer: str
    shapes: dict[str, tuple[int, ...]]  # arrays that have gradients
    constants: dict[str, Any] = field(default_factory=dict)
    kernel: str = ""
    positional: tuple[Any, ...] = ()  # further arguments of the kernel
    options: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    positive: bool = False

    def __str__(self) -> str:
        return self.layer

    def inputs(self) -> dict[str, np.ndarray]:
        random = np.random.default_rng(0)
        draw = (lambda s: random.uniform(0.1, 0.9, s)) if self.positive else random.standard_normal
        return {name: draw(shape) for name, shape in self.shapes.items()}

    def by_kernel(self, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, Any]:
        forward = getattr(kernels, f"{self.kernel or self.layer}_forward")
        return forward(*inputs.values(), *self.positional, **self.options)


EPS = {"eps": 1e-3}
MASK = kernels.dropout_forward(np.ones(9), 0.4, 5)[1].keep
PAIRS = [
    Pair("matmul", {"x": (3, 4), "a": (4, 2)}),
    Pair("bmm", {"x": (2, 3, 4), "a": (2, 4, 5)}),
    Pair("linear", {"x": (3, 4), "weight": (2, 4), "bias": (2,)}),
    Pair("embedding", {"table": (5, 2)}, {"I": IDS}, positional=(IDS,)),
    Pair("sigmoid", {"x": (9,)}),
    Pair("tanh", {"x": (9,)}),
    Pair("relu", {"x": (9,)}),
    Pair("leaky_relu", {"x": (9,)}, {"slope": 0.2}, positional=(0.2,)),
    Pair("gelu", {"x": (9,)}),
    Pair("gelu_tanh", {"x": (9,)}, {"root": np.sqrt(2 / np.pi)}, "gelu", ("tanh",)),
    Pair("softmax", {"x": (4, 5)}),
    Pair("log_softmax", {"x": (4, 5)}),
    Pair("mse", {"x": (7,), "t": (7,)}),
    Pair("bce", {"p": (7,), "t": (7,)}, positive=True),
    Pair("bce_with_logits", {"x": (7,), "t": (7,)}),
    Pair("cross_entropy", {"x": (4, 5)}, {"T": T}, positional=(T,)),
    Pair("cross_entropy_soft", {"x": (4, 5), "t": (4, 5)}, kernel="cross_entropy"),
    Pair("layer_norm", {"x": (4, 5), "gamma": (5,), "beta": (5,)}, EPS, options=EPS),
    Pair("rms_norm", {"x": (4, 5), "gamma": (5,)}, EPS, options=EPS),
    Pair("batch_norm", {"x": (6, 3), "gamma": (3,), "beta": (3,)}, EPS, options=EPS),
    Pair(
        "batch_norm_images",
        {"x": (3, 2, 4), "gamma": (2,), "beta": (2,)},
        EPS,
        "batch_norm",
        options={**EPS, "axis": 1},
    ),
    Pair(
        "batch_norm_inference",
        {"x": (4, 2), "gamma": (2,), "beta": (2,)},
        {**EPS, "m": np.array([0.3, -1.0]), "v": np.array([2.0, 0.7])},
        "batch_norm",
        options={
            **EPS,
            "training": False,
            "running_mean": np.array([0.3, -1.0]),
            "running_var": np.array([2.0, 0.7]),
        },
    ),
    Pair("dropout", {"x": (9,)}, {"keep": MASK, "q": 0.6}, positional=(0.4, 5)),
    Pair("conv1d", {"x": (2, 3, 7), "w": (4, 3, 2), "bias": (4,)}),
    Pair("conv2d", {"x": (2, 2, 5, 4), "w": (3, 2, 3, 2), "bias": (3,)}),
    Pair(
        "attention",
        {"q": (2, 3, 4), "k": (2, 5, 4), "v": (2, 5, 3)},
        {"scale": 0.7},
        options={"scale": 0.7},
    ),
]


def upstream(y):
    return np.random.default_rng(1).standard_normal(np.shape(y))


def agree(a, b):
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_layer_is_what_the_kernel_computes(pair):
    layer, inputs = getattr(layers, pair.layer), pair.inputs()
    y, cache = pair.by_kernel(inputs)
    assert agree(layer(**inputs, **pair.constants), y)

    dy = upstream(y)
    found = getattr(kernels, f"{pair.kernel or pair.layer}_backward")(dy, cache)
    by_hand = found if isinstance(found, tuple) else (found,)
    backward = layer.backward(wrt=tuple(inputs))
    derived = backward(**inputs, **pair.constants, **{f"dl_d{layer.outputs[0]}": dy})
    derived = derived if isinstance(derived, dict) else {backward.outputs[0]: derived}
    assert list(derived) == [f"dl_d{name}" for name in inputs]
    for name, gradient in zip(inputs, by_hand, strict=True):
        assert agree(derived[f"dl_d{name}"], gradient), name


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_compiled(pair):
    """What is generated from the statements computes the same."""
    layer, inputs = getattr(layers, pair.layer), pair.inputs()
    backward = layer.backward(wrt=tuple(inputs)).compile()
    y = layer.compile()(**inputs, **pair.constants)
    dy = {f"dl_d{layer.outputs[0]}": upstream(y)}
    gradients = listed(backward(**inputs, **pair.constants, **dy))
    assert agree(y, layer(**inputs, **pair.constants))
    exact = listed(layer.backward(wrt=tuple(inputs))(**inputs, **pair.constants, **dy))
    assert all(map(agree, gradients, exact))


def listed(found):
    return list(found.values()) if isinstance(found, dict) else [found]


def test_every_layer_stands_beside_a_kernel():
    tested = {pair.layer for pair in PAIRS}
    steps = {"sgd", "momentum", "rmsprop", "adam"}
    assert set(layers.__all__) == tested | steps | {"group_norm", "convolution_1d", "convolution_2d"}
    for pair in PAIRS:
        assert hasattr(kernels, f"{pair.kernel or pair.layer}_forward")


@pytest.mark.parametrize("name", [name for name in layers.__all__ if not name.startswith("convolution_")])
def test_statements_are_read_back(name):
    layer = getattr(layers, name)
    again = tc.function(str(layer), outputs=layer.outputs, constants=layer.constants)
    assert str(again) == str(layer)
    assert (set(again.inputs), again.outputs) == (set(layer.inputs), layer.outputs)
    assert isinstance(layer, tc.Function)


def test_group_norm():
    """Groups are an axis of their own in the statement, neighbouring channels in the kernel."""
    random = np.random.default_rng(0).standard_normal
    x, gamma, beta = random((2, 6, 5)), random(6), random(6)
    y, cache = kernels.group_norm_forward(x, gamma, beta, groups=3, eps=1e-3, axis=1)
    split = {"x": x.reshape(2, 3, 2, 5), "gamma": gamma.reshape(3, 2), "beta": beta.reshape(3, 2)}
    assert agree(layers.group_norm(**split, eps=1e-3).reshape(y.shape), y)
    dy = upstream(y)
    derived = layers.group_norm.backward(wrt=tuple(split))(**split, eps=1e-3, dl_dy=dy.reshape(2, 3, 2, 5))
    for name, gradient in zip(split, kernels.group_norm_backward(dy, cache), strict=True):
        assert agree(derived[f"dl_d{name}"].reshape(gradient.shape), gradient)


@pytest.mark.parametrize("steps", [(2, 1, 1), (1, 2, 2), (3, 2, 2)])
@pytest.mark.parametrize("groups", [1, 2])
def test_convolution_1d(steps, groups):
    stride, padding, dilation = steps
    random = np.random.default_rng(0).standard_normal
    x, w, bias = random((2, 4, 9)), random((6, 4 // groups, 3)), random(6)
    y, cache = kernels.conv1d_forward(x, w, bias, *steps, groups)
    layer = layers.convolution_1d(stride, padding, dilation, grouped=groups > 1)
    parts = (groups,) if groups > 1 else ()
    given = {
        "x": x.reshape(2, *parts, 4 // groups, 9),
        "w": w.reshape(*parts, -1, 4 // groups, 3),
        "bias": bias.reshape(*parts, -1),
    }
    sizes = {"P": y.shape[2]}
    assert agree(layer(**given, sizes=sizes).reshape(y.shape), y)
    dy = upstream(y)
    derived = layer.backward()(**given, dl_dy=dy.reshape(2, *parts, -1, y.shape[2]), sizes=sizes)
    for name, gradient in zip(given, kernels.conv1d_backward(dy, cache), strict=True):
        assert agree(derived[f"dl_d{name}"].reshape(gradient.shape), gradient)


def test_convolution_2d():
    random = np.random.default_rng(0).standard_normal
    given = {"x": random((2, 3, 6, 7)), "w": random((4, 3, 3, 2)), "bias": random(4)}
    steps = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 3)}
    y, cache = kernels.conv2d_forward(*given.values(), **steps)
    layer, sizes, dy = layers.convolution_2d(**steps), {"P": y.shape[2], "Q": y.shape[3]}, upstream(y)
    assert agree(layer(**given, sizes=sizes), y)
    derived = layer.backward()(**given, dl_dy=dy, sizes=sizes)
    for name, gradient in zip(given, kernels.conv2d_backward(dy, cache), strict=True):
        assert agree(derived[f"dl_d{name}"], gradient)


def test_steps_of_a_convolution():
    with pytest.raises(ValueError, match="stride 0 and dilation 1 are at least 1, padding 0 at least 0"):
        layers.convolution_1d(stride=0)


@pytest.mark.parametrize("name", ["sgd", "momentum", "rmsprop", "adam"])
def test_optimizers(name):
    random = np.random.default_rng(2)
    p, g, *state = random.uniform(0.5, 1, (4, 6))
    given = {
        "sgd": ({}, {"lr": 0.1}, {}),
        "momentum": ({"v": state[0]}, {"lr": 0.1, "beta": 0.8}, {"share": 1.0}),
        "rmsprop": ({"s": state[0]}, {"lr": 0.1, "beta": 0.8, "eps": 0.01}, {}),
        "adam": (
            {"m": state[0], "v": state[1]},
            {"lr": 0.1, "beta1": 0.8, "beta2": 0.7, "eps": 0.01},
            {"share1": 1 - 0.8**3, "share2": 1 - 0.7**3, "decay": 0.2},
        ),
    }
    arrays, numbers, more = given[name]
    stated = getattr(layers, name)(p=p, g=g, **arrays, **numbers, **more)
    changed = [array.copy() for array in (p, *arrays.values())]
    decay = {"step": 3, "weight_decay": 0.2} if name == "adam" else {}
    getattr(kernels, "adamw" if name == "adam" else name)(changed[0], g, *changed[1:], **numbers, **decay)
    for mine, array in zip(changed, stated.values() if isinstance(stated, dict) else [stated], strict=True):
        assert agree(mine, array)


def test_unknown_name():
    with pytest.raises(AttributeError, match=r"has no 'batchnorm'; it has adam, attention, batch_norm"):
        layers.batchnorm  # noqa: B018
