"""What is timed: functions of `tensorcalc.layers`, forward or derived backward, with the sizes they are timed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from tensorcalc import layers
from tensorcalc.execution.functions import Function, function

EPS = 1e-5
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Case:
    """One function and its arguments."""

    name: str
    make: Callable[[], Function]
    shapes: Shapes
    large: Shapes = field(default_factory=dict)  # for those who have the memory and the time
    numbers: dict[str, float] = field(default_factory=dict)
    lookups: dict[str, tuple[str, int]] = field(default_factory=dict)  # index array: as long as axis 0 of, below axis 1
    in_place: dict[str, str] = field(default_factory=dict)  # outputs that may take the place of inputs
    flop: float = 1.0  # operations for an element of the first input, for the roofline

    def arguments(self, dtype: type = np.float32, large: bool = False, behind: int = 0) -> dict[str, Any]:
        """Random arrays, the same for everyone, so many bytes behind a multiple of 64."""
        given = self._aligned(dtype, large)
        return {name: moved(x, behind) for name, x in given.items()} if behind else given

    def _aligned(self, dtype: type, large: bool) -> dict[str, Any]:
        from tensorcalc.execution.blocks import aligned

        random = np.random.default_rng(0)
        shapes = self.large if large and self.large else self.shapes
        given: dict[str, Any] = {
            name: aligned(random.standard_normal(shape, np.float32).astype(dtype)) for name, shape in shapes.items()
        }
        if "sigma" in given:  # the statistics that the forward function has kept
            over = 1 if given["x"].ndim == 2 else (0, 2)
            given["m"] = aligned(given["x"].mean(over, dtype=dtype))
            given["sigma"] = aligned(np.sqrt(given["x"].var(over) + dtype(EPS)))
        elif "v" in given:
            given["v"] = aligned(given["v"] ** 2)
        for name, (rows, axis) in self.lookups.items():
            given[name] = random.integers(0, shapes[rows][axis], shapes[rows][0])
        return given | {name: dtype(value) for name, value in self.numbers.items()}


def moved(array: Any, behind: int) -> Any:
    """A copy that begins so many bytes behind a multiple of 64: where NumPy puts large arrays, it is 16."""
    from tensorcalc.execution.blocks import empty

    if not isinstance(array, np.ndarray):
        return array
    start = behind // array.itemsize
    copy = empty(array.size + start, array.dtype)[start:].reshape(array.shape)
    copy[...] = array
    return copy


@cache
def backward(name: str, save: tuple[str, ...] = ()) -> Function:
    return getattr(layers, name).backward(save=save)


def chain() -> Function:
    return function("y_i = tanh(sigmoid(x_i) exp(-x_i^2) + relu(x_i))", name="chain")


def row_products() -> Function:
    return function("y_i = x_ij z_ij", name="row_products")


_MILLIONS = {"x": (1 << 23,)}, {"x": (1 << 26,)}
_ROWS = {"x": (4096, 768), "gamma": (768,), "beta": (768,)}
_WIDE = {"x": (8192, 4096), "gamma": (4096,), "beta": (4096,)}
_SAVED = ("m", "sigma")
_IMAGES = {"x": (32, 64, 3136), "gamma": (64,), "beta": (64,)}


def _with_upstream(shapes: Shapes) -> Shapes:
    """What the backward function of a norm reads: the statistics are kept from the forward function."""
    rows = shapes["x"][:1] if len(shapes["x"]) == 2 else shapes["gamma"]
    return {**shapes, "dl_dy": shapes["x"], "m": rows, "sigma": rows}


_ADAM = {"m": (1 << 23,), "g": (1 << 23,), "v": (1 << 23,), "p": (1 << 23,)}
_ADAM_NUMBERS = {"beta1": 0.9, "beta2": 0.999, "lr": 1e-3, "decay": 0.01, "share1": 0.1, "share2": 1e-3, "eps": 1e-8}

CASES = {
    case.name: case
    for case in (
        Case("sigmoid", lambda: layers.sigmoid, *_MILLIONS, flop=25),
        Case("gelu_tanh", lambda: layers.gelu_tanh, *_MILLIONS, {"root": 0.7978845608028654}, flop=40),
        Case("chain", chain, *_MILLIONS, flop=75),
        Case("layer_norm_small", lambda: layers.layer_norm, {"x": (64, 512), "gamma": (512,), "beta": (512,)},
             numbers={"eps": EPS}, flop=8),
        Case("layer_norm", lambda: layers.layer_norm, _ROWS, _WIDE, {"eps": EPS}, flop=8),
        Case("layer_norm_backward", lambda: backward("layer_norm", _SAVED), _with_upstream(_ROWS),
             _with_upstream(_WIDE), {"eps": EPS}, flop=14),
        Case("softmax", lambda: layers.softmax, {"x": (8192, 1000)}, {"x": (4096, 32000)}, flop=25),
        Case("cross_entropy_backward", lambda: backward("cross_entropy"), {"x": (8192, 1000)}, {"x": (4096, 32000)},
             {"dl_dl": 1.0}, {"T": ("x", 1)}, flop=25),
        Case("adam", lambda: layers.adam, _ADAM, dict.fromkeys(_ADAM, (25_000_000,)), _ADAM_NUMBERS,
             in_place={"new": "p", "a": "m", "b": "v"}, flop=16),
        Case("batch_norm_images", lambda: layers.batch_norm_images, _IMAGES, numbers={"eps": EPS}, flop=8),
        Case("batch_norm_images_backward", lambda: backward("batch_norm_images", _SAVED), _with_upstream(_IMAGES),
             numbers={"eps": EPS}, flop=14),
        Case("row_products", row_products, {"x": (8192, 1024), "z": (8192, 1024)}, flop=2),
        Case("linear", lambda: layers.linear, {"x": (1024, 784), "weight": (512, 784), "bias": (512,)}, flop=2 * 512),
    )
}  # fmt: skip
"""By name, in the order in which they are run."""
