"""What convolutions of sequences and of images share: their arguments, how large ones are computed, and by NumPy."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorcalc.execution import runtime

from . import arrays
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


def is_large(y_shape: Sequence[int], w: np.ndarray) -> bool:
    """Whether the plain loops are too slow."""
    return math.prod(y_shape) * math.prod(w.shape[1:]) > arrays.BLAS_ABOVE and runtime.backend() == "cpu"


def conv_forward_large(
    x: Any, w: Any, bias: Any, stride: Pair, padding: Pair, dilation: Pair, groups: int, y: np.ndarray
) -> None:
    """Write y, by blocks of vectors where they suit it, else by products of matrices."""
    from .convolution_blocks import forward_blocks, suits_blocks

    steps = stride, padding, dilation, groups
    if suits_blocks(x, w, y.shape, len(w) // groups):
        forward_blocks(x, w, bias, *steps, y)
    else:
        y[...] = _quiet(conv_forward_numpy, x, w, bias, *steps)


def conv_dx_large(
    dy: Any, x: Any, w: Any, stride: Pair, padding: Pair, dilation: Pair, groups: int, dx: np.ndarray
) -> None:
    """Write dx, by blocks of vectors where the stride is 1 and they suit it, else by products of matrices."""
    from .convolution_blocks import dx_blocks, suits_blocks

    if stride == (1, 1) and suits_blocks(dy, w, x.shape, w.shape[1]):
        dx_blocks(dy, w, padding, dilation, groups, dx)
    else:
        dx[...] = _quiet(conv_dx_numpy, dy, x, w, stride, padding, dilation, groups)


def conv_dweights_large(
    dy: Any, x: Any, w: Any, stride: Pair, padding: Pair, dilation: Pair, groups: int, dw: Any, dbias: Any
) -> None:
    """Write dw and dbias, by blocks of vectors where they suit them, else by products of matrices."""
    from .convolution_blocks import dweights_blocks, suits_blocks

    steps = stride, padding, dilation, groups
    suited = suits_blocks(x, w, dy.shape, len(w) // groups)
    if not (suited and dweights_blocks(dy, x, w, *steps, dw, dbias)):
        dw[...], dbias[...] = _quiet(conv_dweights_numpy, dy, x, w, *steps)


def _quiet(formula: Any, *inputs: Any) -> Any:
    with np.errstate(all="ignore"):
        return formula(*inputs)


def conv_forward_numpy(
    x: np.ndarray, w: np.ndarray, bias: np.ndarray, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> np.ndarray:
    """For each sample and group one product of matrices: kernels, times what each of them sees as a column."""
    size = tuple(map(_positions, x.shape[2:], w.shape[2:], stride, padding, dilation))
    kernels = _matrices(w, groups)
    y = np.empty((len(x), *kernels.shape[:2], int(np.prod(size))), x.dtype)
    for n in range(len(x)):
        seen = _columns(_padded(x[n], padding), w.shape[2:], size, stride, dilation)
        np.matmul(kernels, seen.reshape(groups, kernels.shape[2], y.shape[3]), out=y[n])
    return y.reshape(len(x), len(w), *size) + bias[:, None, None]


def conv_dx_numpy(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> np.ndarray:
    """dx: the gradient of each column, added to the places that it saw."""
    kernels, (u, v), (height, width) = _matrices(w, groups).swapaxes(1, 2), padding, x.shape[2:]
    dx = np.empty(x.shape, dy.dtype)
    for n in range(len(dx)):
        columns = kernels @ dy[n].reshape(groups, kernels.shape[2], int(np.prod(dy.shape[2:])))
        columns = columns.reshape(x.shape[1], *w.shape[2:], *dy.shape[2:])
        padded = np.zeros((x.shape[1], height + 2 * u, width + 2 * v), dy.dtype)
        for r, s in np.ndindex(*w.shape[2:]):
            _window(padded, (r, s), dy.shape[2:], stride, dilation)[...] += columns[:, r, s]
        dx[n] = padded[:, u : u + height, v : v + width]
    return dx


def conv_dweights_numpy(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """dw and dbias; the columns of a sample are made again."""
    dw = np.zeros(_matrices(w, groups).shape, dy.dtype)
    for n in range(len(x)):
        seen = _columns(_padded(x[n], padding), w.shape[2:], dy.shape[2:], stride, dilation)
        d = dy[n].reshape(groups, dw.shape[1], int(np.prod(dy.shape[2:])))
        dw += d @ seen.reshape(groups, dw.shape[2], d.shape[2]).swapaxes(1, 2)
    return dw.reshape(w.shape), dy.sum((0, 2, 3))


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
    return np.pad(x, ((0, 0), *((p, p) for p in padding)))


def _matrices(w: np.ndarray, groups: int) -> np.ndarray:
    """The kernels of each group as rows of a matrix."""
    return w.reshape(groups, len(w) // groups, int(np.prod(w.shape[1:])))


def _columns(x: np.ndarray, taps: tuple[int, ...], size: tuple[int, ...], stride: Pair, dilation: Pair) -> np.ndarray:
    """seen_crspq = x_{c,ap+dr,bq+es} of a padded sample."""
    seen = np.empty((len(x), *taps, *size), x.dtype)
    for r, s in np.ndindex(*taps):
        seen[:, r, s] = _window(x, (r, s), size, stride, dilation)
    return seen


def _window(x: np.ndarray, tap: tuple[int, ...], size: tuple[int, ...], stride: Pair, dilation: Pair) -> np.ndarray:
    """What one tap of the kernel sees of a sample: a view of x."""
    spans = (slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, n, s in zip(tap, dilation, size, stride, strict=True))
    return x[(slice(None), *spans)]
