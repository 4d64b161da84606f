"""A block of cells cut into its slices: what it means to fix one index of a tensor of order three."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from tensorcalc.display.style import FAINT, FORMULA, GREY, HAIRLINE, LABEL, PAGE_WIDTH, PAPER, RC, STRONG, styled

# Where one cell along each axis goes on paper: the first index to the back, the second down, the third to the right.
_STEPS = np.array([[0.45, 0.38], [0.0, -1.0], [1.0, 0.0]])
_GAPS = (1.4, 0.75, 0.75)  # between neighbouring slices along each axis, in cells
_BETWEEN = 1.7  # between two blocks, in cells
_FILLS = (PAPER, FAINT, FAINT)  # front, top and right face
_CHOSEN = (STRONG, "#f3bd92", "#f3bd92")


@styled(RC)
def slices_picture(shape: Sequence[int], indices: str = "ijk", name: str = "t", at: int = 1) -> Figure:
    """Draw a tensor of order three whole, and cut into slices along each of its axes, one slice of each cut filled.

    Parameters
    ----------
    shape : three ints
        Its lengths: the first axis leads to the back, the second down, the third to the right.
    indices : str
        Three index letters.
    name : str
        Letter of the components.
    at : int
        The slice to fill, counted from 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If shape or indices are not three, or slice `at` does not exist along every axis.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.slices_picture((2, 3, 4), "ijk", at=1)
    """
    if len(shape) != 3 or len(indices) != 3:
        raise ValueError(f"a tensor of order 3 has three lengths and three letters, not {shape!r} and {indices!r}")
    if not 0 <= at < min(shape):
        raise ValueError(f"slice {at} is missing on an axis of shape {tuple(shape)}: at can be 0 to {min(shape) - 1}")
    fig = Figure(figsize=(PAGE_WIDTH, 2.2), layout="constrained")
    ax = fig.subplots()
    left = _whole(ax, shape, indices, name)
    for axis in range(3):
        left = _cut(ax, left + _BETWEEN, shape, indices, name, axis, at)
    ax.set_aspect("equal")
    ax.margins(0.01)
    ax.autoscale_view()
    ax.set_axis_off()
    return fig


def _whole(ax: Axes, shape: Sequence[int], indices: str, name: str) -> float:
    """The uncut block at the left, a letter along each axis; returns where it ends."""
    size = np.array(shape, float)
    _block(ax, 0, np.zeros(3), size, _FILLS)
    ends = np.array([[[0, 0, 0], [1, 0, 0]], [[0, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 1, 1]]]) * size
    for letter, edge, (dx, dy) in zip(indices, ends, ((-0.3, 0.3), (-0.45, 0), (0, -0.5)), strict=True):
        x, y = edge.mean(axis=0) @ _STEPS
        ax.text(x + dx, y + dy, f"${letter}$", fontsize=FORMULA, ha="center", va="center")
    right = size[2] + size[0] * _STEPS[0, 0]
    _caption(ax, size[2] / 2, shape, f"${name}_{{{indices}}}$", f"{np.prod(shape)} cells")
    return right


def _cut(ax: Axes, left: float, shape: Sequence[int], indices: str, name: str, axis: int, at: int) -> float:
    """The slices along `axis`, the hidden ones first; returns where they end."""
    count, pitch = shape[axis], 1 + _GAPS[axis]
    for number in range(count) if axis == 2 else reversed(range(count)):
        start, size = np.zeros(3), np.array(shape, float)
        start[axis], size[axis] = number * pitch, 1
        _block(ax, left, start, size, _CHOSEN if number == at else _FILLS)
    spread = np.array(shape, float)
    spread[axis] = (count - 1) * pitch + 1
    right = left + spread[2] + spread[0] * _STEPS[0, 0]
    rows, columns = (length for a, length in enumerate(shape) if a != axis)
    fixed = f"${name}_{{{indices[:axis]}{at}{indices[axis + 1 :]}}}$"
    _caption(ax, (left + right) / 2, shape, fixed, f"{count} slices {rows} × {columns}")
    return right


def _caption(ax: Axes, x: float, shape: Sequence[int], formula: str, text: str) -> None:
    y = -shape[1] - _GAPS[1] * (shape[1] - 1)
    ax.text(x, y - 0.8, formula, fontsize=FORMULA, ha="center", va="center")
    ax.text(x, y - 1.7, text, fontsize=LABEL, color=GREY, ha="center", va="center")


def _block(ax: Axes, left: float, start: np.ndarray, size: np.ndarray, fills: Sequence[str]) -> None:
    for face, cell in _cells(start, size):
        ax.add_patch(Polygon(cell @ _STEPS + (left, 0), facecolor=fills[face], edgecolor=HAIRLINE, linewidth=0.7))


def _cells(start: np.ndarray, size: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Corners of every cell of the faces of a block that are seen: 0 the front, 1 the top, 2 the right."""
    for face, (u, v, side) in enumerate(((1, 2, 0), (0, 2, 0), (0, 1, size[2]))):
        for m, n in np.ndindex(int(size[u]), int(size[v])):
            corners = np.tile(start + np.array([0, 0, side]), (4, 1))
            corners[:, u] += (m, m + 1, m + 1, m)
            corners[:, v] += (n, n, n + 1, n + 1)
            yield face, corners
