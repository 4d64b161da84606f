"""What a call costs: derived backward functions on 10,000 and 100,000 elements, against NumPy written by hand.

Such arrays stay in the caches, so that looking at the arguments, allocating results and launching take as long as the
arithmetic. By hand means: the closed form that a reader would write, in whole arrays, with statistics computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import numpy as np

from .cases import EPS, Shapes, backward
from .layers import Given, Layer, Make

ROW = 1000  # elements
KEPT = 0.7  # share of the numbers that dropout keeps


def relu(x: Any, dl_dy: Any) -> Any:
    return dl_dy * (x > 0)


def sigmoid(x: Any, dl_dy: Any) -> Any:
    y = 1 / (1 + np.exp(-x))
    return dl_dy * y * (1 - y)


def tanh(x: Any, dl_dy: Any) -> Any:
    return dl_dy * (1 - np.tanh(x) ** 2)


def mse(x: Any, t: Any) -> Any:
    dl_dx = (x - t) * x.dtype.type(2 / len(x))
    return dl_dx, -dl_dx


def dropout(keep: Any, dl_dy: Any) -> Any:
    return dl_dy * keep / keep.dtype.type(KEPT)


def layer_norm(x: Any, gamma: Any, dl_dy: Any) -> Any:
    mu = x - x.mean(1, keepdims=True)
    sigma = np.sqrt((mu * mu).mean(1, keepdims=True) + x.dtype.type(EPS))
    z, g = mu / sigma, dl_dy * gamma
    dl_dx = (g - g.mean(1, keepdims=True) - z * (g * z).mean(1, keepdims=True)) / sigma
    return dl_dx, (dl_dy * z).sum(0), dl_dy.sum(0)


def batch_norm(x: Any, gamma: Any, dl_dy: Any) -> Any:
    mu = x - x.mean(0)
    sigma = np.sqrt((mu * mu).mean(0) + x.dtype.type(EPS))
    z, dl_dgamma, dl_dbeta = mu / sigma, (dl_dy * mu).sum(0) / sigma, dl_dy.sum(0)
    return (dl_dy - (dl_dbeta + z * dl_dgamma) / len(x)) * (gamma / sigma), dl_dgamma, dl_dbeta


def softmax(x: Any, dl_dy: Any) -> Any:
    y = np.exp(x - x.max(1, keepdims=True))
    y /= y.sum(1, keepdims=True)
    return y * (dl_dy - (dl_dy * y).sum(1, keepdims=True))


def cross_entropy(x: Any, T: Any) -> Any:
    y = np.exp(x - x.max(1, keepdims=True))
    y /= y.sum(1, keepdims=True)
    y[np.arange(len(x)), T] -= 1
    return y / len(x)


def matmul(x: Any, a: Any, dl_dy: Any) -> Any:
    return dl_dy @ a.T, x.T @ dl_dy


def linear(x: Any, weight: Any, dl_dy: Any) -> Any:
    return dl_dy @ weight, dl_dy.T @ x, dl_dy.sum(0)


NUMBERS = {"eps": EPS, "q": KEPT, "dl_dl": 1.0}


def small(by_hand: Callable[..., Any], elements: int, flop: float, **letters: str) -> Layer:
    """One backward function, its arrays given by the letters of their axes, and the same by hand."""
    b, s = elements // ROW, round(elements**0.5)
    sizes = {"n": elements, "b": b, "h": ROW, "s": s}
    shapes: Shapes = {name: tuple(sizes[one] for one in axes) for name, axes in letters.items()}
    labels = {"T": (b, ROW)} if by_hand is cross_entropy else {}
    name = f"small_{by_hand.__name__}_backward{'' if elements == SIZES[0] else f'_{elements // 1000}k'}"
    return Layer(name, shapes, _ours(by_hand.__name__), {"numpy": _theirs(by_hand)}, flop, labels)


def _ours(name: str) -> Make:
    def make(a: Given) -> Any:
        compiled, real = backward(name).compile(), a["x"].dtype.type
        names = (*compiled.inputs, *compiled.function.positions)
        known = {one: a[one] if one in a else real(NUMBERS[one]) for one in names}
        return lambda: compiled(**known)

    return make


def _theirs(by_hand: Callable[..., Any]) -> Make:
    names = signature(by_hand).parameters
    return lambda a: partial(by_hand, **{name: a[name] for name in names})


ELEMENTS = {"x": "n", "dl_dy": "n"}
ROWS = {"x": "bh", "dl_dy": "bh"}
SQUARE = {"x": "ss", "dl_dy": "ss"}
SIZES = (10_000, 100_000)
SMALL = {
    layer.name: layer
    for n in SIZES
    for layer in (
        small(relu, n, 1, **ELEMENTS),
        small(sigmoid, n, 25, **ELEMENTS),
        small(tanh, n, 25, **ELEMENTS),
        small(mse, n, 3, x="n", t="n"),
        small(dropout, n, 2, **ELEMENTS, keep="n"),
        small(layer_norm, n, 14, **ROWS, gamma="h", beta="h"),
        small(batch_norm, n, 14, **ROWS, gamma="h", beta="h"),
        small(softmax, n, 25, **ROWS),
        small(cross_entropy, n, 25, x="bh"),
        small(matmul, n, 4 * round(n**0.5), **SQUARE, a="ss"),
        small(linear, n, 4 * round(n**0.5), **SQUARE, weight="ss", bias="s"),
    )
}
"""By name, in the order in which they are run."""
