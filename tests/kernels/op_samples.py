"""How a sample of PyTorch's operator database is said to our kernels, or why it cannot be said.

An adapter takes a sample and returns the tensors whose gradients are compared, and a function of their values that
returns y and a function from dy to the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensorcalc import kernels

Adapted = tuple[list[Any], Callable[..., tuple[np.ndarray, Callable[[np.ndarray], Any]]]]


class Outside(Exception):
    """The reason why a sample is not in the domain of the kernels."""


def call(name: str, *arguments: Any, **options: Any) -> tuple[np.ndarray, Callable[[np.ndarray], Any]]:
    y, cache = getattr(kernels, f"{name}_forward")(*arguments, **options)
    return y, lambda dy: getattr(kernels, f"{name}_backward")(dy, cache)


def array(tensor: Any) -> np.ndarray:
    return tensor.detach().numpy()


def outside(when: Any, reason: str) -> None:
    if when:
        raise Outside(reason)


def get(sample: Any, names: str, **defaults: Any) -> dict[str, Any]:
    """Arguments of the call by name, whether they came by place or by name."""
    return {**defaults, **dict(zip(names.split(), sample.args, strict=False)), **sample.kwargs}


# ---------------------------------------------------------------- element by element


def elementwise(name: str) -> Callable[[Any], Adapted]:
    def adapt(sample: Any) -> Adapted:
        return [sample.input], lambda x: call(name, x)

    return adapt


def leaky_relu(sample: Any) -> Adapted:
    a = get(sample, "negative_slope inplace", negative_slope=0.01)
    return [sample.input], lambda x: call("leaky_relu", x, a["negative_slope"])


def gelu(sample: Any) -> Adapted:
    return [sample.input], lambda x: call("gelu", x, **sample.kwargs)


def softmax(name: str) -> Callable[[Any], Adapted]:
    def adapt(sample: Any) -> Adapted:
        a = get(sample, "dim dtype")
        outside(sample.input.ndim == 0, "a number has no axis")
        return [sample.input], lambda x: call(name, x, axis=a["dim"])

    return adapt


# ---------------------------------------------------------------- losses


def elementwise_loss(name: str) -> Callable[[Any], Adapted]:
    def adapt(sample: Any) -> Adapted:
        a = get(sample, "target weight", reduction="mean", weight=None, pos_weight=None)
        outside(a["weight"] is not None or a["pos_weight"] is not None, "weighted elements")
        outside(sample.input.shape != a["target"].shape, "shapes are broadcast")
        return [sample.input, a["target"]], lambda x, t: call(name, x, t, a["reduction"])

    return adapt


def cross_entropy(sample: Any) -> Adapted:
    a = get(sample, "target weight", reduction="mean", weight=None, ignore_index=-100, label_smoothing=0.0)
    target = a["target"]
    outside(a["weight"] is not None, "weighted classes")
    outside(a["label_smoothing"], "label smoothing")
    soft = target.is_floating_point()
    outside(not soft and bool((target == a["ignore_index"]).any()), "ignored rows")
    axis = 1 if sample.input.ndim > 1 else 0
    outside(
        soft and sample.input.ndim > 2 and a["reduction"] == "mean", "weights of pixels averaged over samples alone"
    )

    def run(x: np.ndarray, *t: np.ndarray) -> Any:
        targets = np.moveaxis(t[0], axis, -1) if soft else array(target)
        y, pull = call("cross_entropy", np.moveaxis(x, axis, -1), targets, a["reduction"])

        def back(dy: np.ndarray) -> Any:
            found = pull(dy)
            return tuple(np.moveaxis(g, -1, axis) for g in (found if isinstance(found, tuple) else (found,)))

        return y, back

    return [sample.input, *([target] if soft else [])], run


# ---------------------------------------------------------------- normalisations


def layer_norm(sample: Any) -> Adapted:
    a = get(sample, "normalized_shape weight bias", weight=None, bias=None, eps=1e-5)
    outside(np.prod(a["normalized_shape"], dtype=int) == 0, "an empty mean")
    return _rows("layer_norm", sample, a, [a["weight"], a["bias"]])


def rms_norm(sample: Any) -> Adapted:
    a = get(sample, "normalized_shape weight", weight=None, eps=None)
    a["eps"] = np.finfo(np.float64).eps if a["eps"] is None else a["eps"]
    return _rows("rms_norm", sample, a, [a["weight"]])


def _rows(name: str, sample: Any, a: dict[str, Any], weights: list[Any]) -> Adapted:
    """Several normalised axes are one; a weight that is not given is 1, a shift 0."""
    size = int(np.prod(a["normalized_shape"]))
    given = [w for w in weights if w is not None]

    def run(x: np.ndarray, *arrays: np.ndarray) -> Any:
        left = iter(arrays)
        filled = [
            np.full(size, float(k == 0)) if w is None else next(left).reshape(size) for k, w in enumerate(weights)
        ]
        y, pull = call(name, x.reshape(*x.shape[: x.ndim - len(a["normalized_shape"])], size), *filled, eps=a["eps"])

        def back(dy: np.ndarray) -> Any:
            dx, *rest = pull(dy.reshape(y.shape))
            kept = [g for g, w in zip(rest, weights, strict=True) if w is not None]
            return dx.reshape(x.shape), *(g.reshape(w.shape) for g, w in zip(kept, given, strict=True))

        return y.reshape(x.shape), back

    return [sample.input, *given], run


def batch_norm(sample: Any) -> Adapted:
    names = "running_mean running_var weight bias training momentum eps"
    a = get(sample, names, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5)
    outside(sample.input.ndim < 2, "no axis of channels")
    weights = [a["weight"], a["bias"]]
    channels = sample.input.shape[1]
    statistics = [None if s is None else array(s).copy() for s in (a["running_mean"], a["running_var"])]

    def run(x: np.ndarray, *arrays: np.ndarray) -> Any:
        left = iter(arrays)
        filled = [np.full(channels, float(k == 0)) if w is None else next(left) for k, w in enumerate(weights)]
        mean, var = statistics
        options = {"training": a["training"], "momentum": a["momentum"], "eps": a["eps"], "axis": 1}
        y, pull = call("batch_norm", x, *filled, running_mean=mean, running_var=var, **options)

        def back(dy: np.ndarray) -> Any:
            dx, *rest = pull(dy)
            return dx, *(g for g, w in zip(rest, weights, strict=True) if w is not None)

        return y, back

    return [sample.input, *(w for w in weights if w is not None)], run


def group_norm(sample: Any) -> Adapted:
    a = get(sample, "num_groups weight bias", weight=None, bias=None, eps=1e-5)
    weights = [a["weight"], a["bias"]]
    channels = sample.input.shape[1]

    def run(x: np.ndarray, *arrays: np.ndarray) -> Any:
        left = iter(arrays)
        filled = [np.full(channels, float(k == 0)) if w is None else next(left) for k, w in enumerate(weights)]
        y, pull = call("group_norm", x, *filled, a["num_groups"], a["eps"], axis=1)

        def back(dy: np.ndarray) -> Any:
            dx, *rest = pull(dy)
            return dx, *(g for g, w in zip(rest, weights, strict=True) if w is not None)

        return y, back

    return [sample.input, *(w for w in weights if w is not None)], run


# ---------------------------------------------------------------- products


def linear(sample: Any) -> Adapted:
    a = get(sample, "weight bias", bias=None)
    outside(a["weight"].ndim != 2, "a weight that is no matrix")
    bias = [] if a["bias"] is None else [a["bias"]]
    outside(bias and bias[0].ndim != 1, "shapes are broadcast")
    return [sample.input, a["weight"], *bias], lambda *given: call("linear", *given)


def bmm(sample: Any) -> Adapted:
    return [sample.input, *sample.args], lambda x, a: call("bmm", x, a)


def convolution(name: str) -> Callable[[Any], Adapted]:
    axes = int(name[4])

    def adapt(sample: Any) -> Adapted:
        names = "weight bias stride padding dilation groups"
        a = get(sample, names, bias=None, stride=1, padding=0, dilation=1, groups=1)
        if isinstance(a["padding"], str):
            a["padding"] = _same(a, axes) if a["padding"] == "same" else 0
        steps = {key: a[key] for key in ("stride", "padding", "dilation", "groups")}
        batched = sample.input.ndim == axes + 2
        outside(sample.input.is_complex(), "complex numbers")

        def run(x: np.ndarray, *rest: np.ndarray) -> Any:
            y, pull = call(name, x if batched else x[None], *rest, **steps)
            return (y if batched else y[0]), lambda dy: _unbatched(pull(dy if batched else dy[None]), batched)

        bias = [] if a["bias"] is None else [a["bias"]]
        return [sample.input, a["weight"], *bias], run

    return adapt


def _same(a: dict[str, Any], axes: int) -> tuple[int, ...]:
    dilation = a["dilation"] if isinstance(a["dilation"], tuple) else (a["dilation"],) * axes
    total = [d * (size - 1) for d, size in zip(dilation, a["weight"].shape[2:], strict=True)]
    outside(any(t % 2 for t in total), "more padding on one side than on the other")
    return tuple(t // 2 for t in total)


def _unbatched(gradients: tuple[np.ndarray, ...], batched: bool) -> tuple[np.ndarray, ...]:
    return gradients if batched else (gradients[0][0], *gradients[1:])


def attention(sample: Any) -> Adapted:
    names = "key value attn_mask dropout_p is_causal"
    a = get(sample, names, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False)
    outside(a["attn_mask"] is not None, "a mask")
    outside(a["dropout_p"] > 0, "dropout of weights, random")
    q, k, v = sample.input, a["key"], a["value"]
    outside(a["enable_gqa"] or not q.shape[:-2] == k.shape[:-2] == v.shape[:-2], "shapes are broadcast")
    return [q, k, v], lambda *given: call("attention", *given, causal=a["is_causal"], scale=a["scale"])


def embedding(sample: Any) -> Adapted:
    options = {"padding_idx", "max_norm", "scale_grad_by_freq"} & set(sample.kwargs)
    outside(options, f"option {', '.join(sorted(options))}")
    return [sample.input], lambda table: call("embedding", table, array(sample.args[0]))


def inverse(sample: Any) -> Adapted:
    return [sample.input], lambda a: call("inverse", a)


def einsum(sample: Any) -> Adapted:
    text = sample.args[0]
    outside("..." in text or "->" not in text, "letters left out")
    outside(any(1 in x.shape for x in sample.input), "shapes are broadcast")
    return list(sample.input), lambda *given: call("einsum", text, *given)


OPERATIONS: dict[str, Callable[[Any], Adapted]] = {
    "nn.functional.layer_norm": layer_norm,
    "nn.functional.rms_norm": rms_norm,
    "nn.functional.batch_norm": batch_norm,
    "nn.functional.group_norm": group_norm,
    "softmax": softmax("softmax"),
    "log_softmax": softmax("log_softmax"),
    "nn.functional.cross_entropy": cross_entropy,
    "nn.functional.gelu": gelu,
    "sigmoid": elementwise("sigmoid"),
    "tanh": elementwise("tanh"),
    "nn.functional.relu": elementwise("relu"),
    "nn.functional.leaky_relu": leaky_relu,
    "nn.functional.conv1d": convolution("conv1d"),
    "nn.functional.conv2d": convolution("conv2d"),
    "nn.functional.linear": linear,
    "bmm": bmm,
    "nn.functional.mse_loss": elementwise_loss("mse"),
    "nn.functional.binary_cross_entropy": elementwise_loss("bce"),
    "nn.functional.binary_cross_entropy_with_logits": elementwise_loss("bce_with_logits"),
    "nn.functional.scaled_dot_product_attention": attention,
    "nn.functional.embedding": embedding,
    "linalg.inv": inverse,
    "einsum": einsum,
}
