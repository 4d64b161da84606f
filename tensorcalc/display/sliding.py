"""A kernel that slides: what one position reads of the input, and which places are read by no position."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tensorcalc.display import formulas
from tensorcalc.display.cells import board, number, text_width
from tensorcalc.display.style import FORMULA, GREY, HAIRLINE, INK, PAPER, RC, STRONG, TEXT, styled

# Narrower than the cells of other pictures, in inches: three arrays of an image are to fit the screen of a telephone.
CELL, GAP, LEFT, TOP, NUMBERS = 0.26, 0.14, 0.3, 0.62, 0.13
OUTSIDE = "#e4e7ea"  # a cell that is not on the input


@styled(RC)
def correlation_picture(
    x: Any,
    w: Any,
    at: Sequence[int],
    *,
    padding: Sequence[int] = (0, 0),
    names: Sequence[str] = ("x", "w", "y"),
    letters: Sequence[str] = ("ij", "rs", "pq"),
) -> Figure:
    """Draw y_pq = x_{p+r,q+s} w_rs: the window of x under the kernel w at one position, and what it makes.

    Parameters
    ----------
    x, w : array_like of order 2
        The input and the kernel.
    at : two ints
        The position (p, q).
    padding : two ints
        How many grey zeros stand around x, above and below it, and left and right. Their indices are below 0, or
        past the last one.
    names, letters : three strings each
        Names and index letters of x, w and y.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where an array is not a matrix, the kernel does not fit, or there is no such position.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.correlation_picture([[1, 2, 3], [4, 5, 6]], [[1, -1]], at=(0, 1))
    """
    x, w = np.asarray(x, dtype=float), np.asarray(w, dtype=float)
    if x.ndim != 2 or w.ndim != 2:
        raise ValueError(f"x and w are drawn as matrices; their shapes are {x.shape} and {w.shape}")
    (u, v), (p, q), (rows, columns) = padding, at, w.shape
    padded = np.pad(x, ((u, u), (v, v)))
    if padded.shape[0] < rows or padded.shape[1] < columns:
        raise ValueError(f"a kernel of shape {w.shape} does not fit into an input of {padded.shape}, padding included")
    y = np.einsum("pqrs,rs->pq", np.lib.stride_tricks.sliding_window_view(padded, w.shape), w)
    if not (0 <= p < y.shape[0] and 0 <= q < y.shape[1]):
        raise ValueError(f"there is no position {(p, q)}: the positions are {y.shape[0]} by {y.shape[1]}")
    read = np.pad(np.full(x.shape, PAPER), ((u, u), (v, v)), constant_values=OUTSIDE)
    read[p : p + rows, q : q + columns] = STRONG
    made = np.full(y.shape, PAPER)
    made[p, q] = STRONG
    headings = [formulas.math(*pair) for pair in zip(names, letters, strict=True)]
    grids = (
        _Grid(_numbers(padded), read, headings[0], (-u, -v)),
        _Grid(_numbers(w), np.full(w.shape, STRONG), headings[1]),
        _Grid(_numbers(y), made, headings[2]),
    )
    above = TOP + max(grids[0].height, grids[1].height) + GAP
    second = LEFT + grids[0].width + GAP
    width = max(second + LEFT + grids[1].width, LEFT + grids[2].width)
    axes = board(width + GAP, above + TOP + grids[2].height + GAP)
    grids[0].draw(axes, LEFT, TOP)
    grids[1].draw(axes, second + LEFT, TOP)
    grids[2].draw(axes, LEFT, above + TOP)
    return axes.get_figure()  # type: ignore[return-value]


@styled(RC)
def reading_picture(length: int, taps: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> Figure:
    """Draw which place each position reads: a row for each position p, a column for each place i, the tap r inside.

    Grey columns are padding; a cross stands under a place of the input that no position reads.

    Parameters
    ----------
    length, taps : int
        Sizes of the input and of the kernel.
    stride, padding, dilation : int
        Position p reads the places ``stride p + dilation r - padding``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where the kernel does not fit, or the table is wider than a page.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.reading_picture(8, 3, stride=2)
    """
    places = np.arange(-padding, length + padding)
    reach = dilation * (taps - 1) + 1
    if len(places) < reach:
        raise ValueError(f"the kernel reaches over {reach} places, and there are {len(places)}, padding included")
    first = stride * np.arange((len(places) - reach) // stride + 1)
    outside = (places < 0) | (places >= length)
    texts = np.full((len(first), len(places)), "", dtype="<U8")
    fills = np.where(outside, OUTSIDE, PAPER)[None].repeat(len(first), axis=0)
    for r in range(taps):
        at = np.arange(len(first)), first + dilation * r
        texts[at], fills[at] = str(r), STRONG
    lost = np.flatnonzero(~outside & (texts == "").all(axis=0))
    grid = _Grid(texts, fills, f"rows $p$, columns $i$: {len(lost)} never read", (0, -padding))
    axes = board(LEFT + max(grid.width, text_width(grid.heading, FORMULA)) + GAP, TOP + grid.height + 0.3)
    grid.draw(axes, LEFT, TOP)
    crosses = LEFT + (lost + 0.5) * grid.cell
    axes.plot(crosses, np.full(len(lost), TOP + grid.height + NUMBERS), "x", color=INK)
    return axes.get_figure()  # type: ignore[return-value]


@dataclass(frozen=True)
class _Grid:
    """Cells of a matrix with a heading and the index values of rows and columns, which begin at ``first``."""

    texts: np.ndarray
    fills: np.ndarray
    heading: str
    first: tuple[int, int] = (0, 0)

    @property
    def cell(self) -> float:
        return max(CELL, 0.06 + max(text_width(text, TEXT) for text in self.texts.flat if text))

    @property
    def width(self) -> float:
        return self.texts.shape[1] * self.cell

    @property
    def height(self) -> float:
        return self.texts.shape[0] * CELL

    def draw(self, axes: Axes, x: float, y: float) -> None:
        """Draw the cells with their first corner at (x, y)."""
        cell = self.cell
        middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": TEXT}
        corners = {(i, j): (x + j * cell, y + i * CELL) for i, j in np.ndindex(self.texts.shape)}
        boxes = [Rectangle(corner, cell, CELL) for corner in corners.values()]
        axes.add_collection(
            PatchCollection(boxes, facecolors=list(self.fills.flat), edgecolors=HAIRLINE, linewidths=0.8, clip_on=False)
        )
        for index, (right, down) in corners.items():
            axes.text(right + cell / 2, down + CELL / 2, str(self.texts[index]), color=INK, **middle)
        axes.text(x, y - TOP + 0.2, self.heading, fontsize=FORMULA, va="center")
        for i in range(self.texts.shape[0]):
            axes.text(x - NUMBERS, y + (i + 0.5) * CELL, number(self.first[0] + i), color=GREY, **middle)
        for j in range(self.texts.shape[1]):
            axes.text(x + (j + 0.5) * cell, y - NUMBERS, number(self.first[1] + j), color=GREY, **middle)


def _numbers(array: np.ndarray) -> np.ndarray:
    return np.array([number(value) for value in array.flat]).reshape(array.shape)
