"""What convolutions of sequences and of images share: their arguments, and what NumPy makes of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import floats

Pair = tuple[int, int]


def checked(
    name: str, axes: int, x: Any, w: Any, bias: Any, steps: Sequence[Any], groups: int
) -> tuple[tuple[np.ndarray, ...], tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """The arrays (x, w, bias), the steps along each axis, and the shape of y."""
    given = {"x": x, "w": w} if bias is None else {"x": x, "w": w, "bias": bias}
    x, w, *rest = floats(**given)
    names = (("stride", 1), ("padding", 0), ("dilation", 1))
    found = tuple(_tuple(axes, *each, value) for each, value in zip(names, steps, strict=True))
    letters = ("L", "H, W")[axes - 1], ("R", "R, S")[axes - 1]
    if x.ndim != axes + 2 or w.ndim != axes + 2 or any(b.shape != w.shape[:1] for b in rest):
        shapes = ", ".join(str(array.shape) for array in (x, w, *rest))
        raise ValueError(
            f"{name} needs x (N, C, {letters[0]}), w (K, C/groups, {letters[1]}) and bias (K,), not {shapes}"
        )
    if groups < 1 or x.shape[1] != groups * w.shape[1] or w.shape[0] % groups:
        raise ValueError(
            f"{name}: x has {x.shape[1]} channels, y has {w.shape[0]}, each kernel takes {w.shape[1]}: "
            f"they do not fit {groups} group{'s' * (groups != 1)}"
        )
    bias = rest[0] if rest else np.zeros(len(w), x.dtype)
    sizes = tuple(map(_positions, x.shape[2:], w.shape[2:], *found))
    if any(size < 1 for size in sizes):
        raise ValueError(f"{name}: the kernel {w.shape[2:]} is larger than the padded x {x.shape[2:]}")
    return (x, w, bias), found, (x.shape[0], w.shape[0], *sizes)


def conv_forward_numpy(
    x: np.ndarray, w: np.ndarray, bias: np.ndarray, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> np.ndarray:
    """One contraction over channels for each tap (r, s) of the kernel."""
    padded, size = _padded(x, padding), tuple(map(_positions, x.shape[2:], w.shape[2:], stride, padding, dilation))
    kernels = w.reshape(groups, -1, *w.shape[1:])
    y = np.zeros((x.shape[0], groups, kernels.shape[1], *size), x.dtype)
    for r, s in np.ndindex(*w.shape[2:]):
        window = _window(padded, (r, s), size, stride, dilation)
        y += np.einsum("ngchw,gkc->ngkhw", _grouped(window, groups), kernels[..., r, s], optimize=True)
    return y.reshape(x.shape[0], w.shape[0], *size) + bias[:, None, None]


def conv_backward_numpy(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dx, dw and dbias, one contraction for each tap (r, s) of the kernel."""
    padded, size = _padded(x, padding), dy.shape[2:]
    kernels, d = w.reshape(groups, -1, *w.shape[1:]), _grouped(dy, groups)
    dpadded, dw = np.zeros(padded.shape, x.dtype), np.zeros(kernels.shape, x.dtype)
    for r, s in np.ndindex(*w.shape[2:]):
        window = _window(padded, (r, s), size, stride, dilation)
        dw[..., r, s] = np.einsum("ngchw,ngkhw->gkc", _grouped(window, groups), d, optimize=True)
        back = np.einsum("ngkhw,gkc->ngchw", d, kernels[..., r, s], optimize=True)
        _window(dpadded, (r, s), size, stride, dilation)[...] += back.reshape(window.shape)
    h, v = padding
    dx = dpadded[:, :, h : h + x.shape[2], v : v + x.shape[3]]
    return np.ascontiguousarray(dx), dw.reshape(w.shape), dy.sum((0, 2, 3))


def _tuple(axes: int, what: str, least: int, value: Any) -> tuple[int, ...]:
    values = (value,) * axes if np.ndim(value) == 0 else tuple(value)
    if len(values) != axes or not all(isinstance(v, (int, np.integer)) and v >= least for v in values):
        form = "an integer" if axes == 1 else "an integer or a pair of them"
        raise ValueError(f"{what} is {value!r}; it is {form}, at least {least}")
    return tuple(map(int, values))


def _positions(size: int, taps: int, stride: int, padding: int, dilation: int) -> int:
    """How often a kernel fits; 0 where it does not."""
    room = size + 2 * padding - dilation * (taps - 1) - 1
    return room // stride + 1 if room >= 0 and taps else 0


def _padded(x: np.ndarray, padding: Pair) -> np.ndarray:
    return np.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))


def _grouped(x: np.ndarray, groups: int) -> np.ndarray:
    return x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])


def _window(x: np.ndarray, tap: tuple[int, ...], size: tuple[int, ...], stride: Pair, dilation: Pair) -> np.ndarray:
    """What one tap of the kernel sees: a view of x."""
    spans = (slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, n, s in zip(tap, dilation, size, stride, strict=True))
    return x[(slice(None), slice(None), *spans)]
