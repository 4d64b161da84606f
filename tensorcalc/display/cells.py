"""A tensor of order 0 to 4 as cells: its index letters on the axes, its index values counted from 0."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from tensorcalc.display import formulas
from tensorcalc.display.style import (
    FORMULA,
    GREY,
    HAIRLINE,
    INK,
    PAGE_WIDTH,
    PAPER,
    RC,
    SIGNED,
    STRONG,
    TEXT,
    UNSIGNED,
    figure,
    ink_on,
    luminance,
    styled,
)

HEIGHT, GAP = 0.36, 0.2  # inches: a cell, and between the blocks of a tensor of order 3 or 4
NUMBERS, LETTER, OUTER = 0.14, 0.36, 0.68  # inches from the cells out to the index values, letters and block headings

Index = tuple[int, ...]
Fill = Callable[[Index], str]


@styled(RC)
def tensor_picture(
    values: Any,
    indices: str,
    *,
    name: str = "x",
    at: Mapping[str, int] | None = None,
    title: str | None = None,
    shade: bool = False,
) -> Figure:
    """Draw x_ij… as cells: rows and columns are the last two indices, blocks of them the indices before.

    Parameters
    ----------
    values : array_like or tuple of int
        The components, or (a tuple of integers) only the shape, where each cell shows its component's name.
    indices : str
        One letter for each axis, at most four.
    name : str
        Name of the tensor, as in the code.
    at : mapping of str to int, optional
        Index values: the cells that have them are marked, so ``{"i": 1}`` marks a row and ``{"i": 1, "j": 0}`` a cell.
    title : str, optional
        Replaces the name and the ranges of the indices.
    shade : bool
        Whether cells are the darker the larger their value is; with negative values among them, blue below 0 and
        rust above.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where letters and axes do not match, a marked index is out of range, or the cells are wider than a page.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.tensor_picture([[1, 2, 3], [4, 5, 6]], "ij", at={"i": 1, "j": 2})
    """
    texts, sizes = cell_texts(values, name)
    block = Block(indices, sizes, texts)
    check_at({letter: [size] for letter, size in zip(indices, sizes, strict=True)}, at or {})
    ranges = [rf",\quad {formulas.symbol(letter)} < {size}" for letter, size in zip(indices, sizes, strict=True)]
    heading = formulas.math(name, indices)[:-1] + "".join(ranges) + "$"
    left, top = block.margins
    axes = board(left + max(block.width, 1.6) + 0.1, 0.45 + top + block.height + 0.1)
    axes.text(0.05, 0.22, heading if title is None else title, fontsize=FORMULA, va="center")
    shades = _shades(np.asarray(values, dtype=float)) if shade else {}
    block.draw(axes, left, 0.45 + top, lambda i: STRONG if at and block.has(i, at) else shades.get(i, PAPER), at or {})
    return axes.get_figure()  # type: ignore[return-value]


@dataclass(frozen=True)
class Block:
    """The cells of one tensor, before they have a place: letters, sizes and the text of each cell."""

    letters: str
    sizes: Index
    texts: Mapping[Index, str]
    across: bool = False  # a vector lies down as a row

    def __post_init__(self) -> None:
        if len(self.letters) != len(self.sizes) or len(self.sizes) > 4:
            raise ValueError(
                f"the letters {self.letters!r} name {len(self.letters)} axes, the tensor has shape {self.sizes}; "
                "give one letter for each axis, for at most four axes"
            )

    @property
    def roles(self) -> tuple[int | None, int | None, int | None, int | None]:
        """Return which axis runs over block rows, block columns, rows and columns."""
        order = len(self.sizes)
        if order == 1:
            return (None, None, None, 0) if self.across else (None, None, 0, None)
        return tuple(order - back if order >= back else None for back in (4, 3, 2, 1))  # type: ignore[return-value]

    @cached_property  # every cell asks for it, and it measures the text of all
    def cell_width(self) -> float:
        return max(HEIGHT, 0.14 + max((text_width(text, _size_of(text)) for text in self.texts.values()), default=0))

    @property
    def width(self) -> float:
        return self._extent(1, self.cell_width)

    @property
    def height(self) -> float:
        return self._extent(0, HEIGHT)

    @property
    def margins(self) -> tuple[float, float]:
        """Return the space that the labels take left of the cells and above them."""
        outer_row, outer_column, row, column = self.roles
        left = (OUTER + 0.25 if outer_row is not None else LETTER + 0.16) if row is not None else 0.06
        top = (OUTER + 0.16 if outer_column is not None else LETTER + 0.16) if column is not None else 0.06
        return left, top

    def has(self, index: Index, at: Mapping[str, int]) -> bool:
        """Whether a component has the index values ``at``, as far as it has those letters."""
        return all(at.get(letter, value) == value for letter, value in zip(self.letters, index, strict=True))

    def draw(self, axes: Axes, x: float, y: float, fill: Fill, at: Mapping[str, int]) -> None:
        """Draw the cells with their first corner at (x, y), and index letters and values around them."""
        indices = list(product(*map(range, self.sizes)))
        places = [self._place(index) for index in indices]
        cells = [Rectangle((x + right, y + down), self.cell_width, HEIGHT) for right, down in places]
        colours = [fill(index) for index in indices]
        axes.add_collection(
            PatchCollection(cells, facecolors=colours, edgecolors=HAIRLINE, linewidths=0.8, clip_on=False)
        )
        for index, (right, down), colour in zip(indices, places, colours, strict=True):
            text = self.texts[index]
            ink = GREY if text == "0" and luminance(colour) > 0.7 else ink_on(colour)
            style: dict[str, Any] = {"fontsize": _size_of(text), "color": ink}
            axes.text(x + right + self.cell_width / 2, y + down + HEIGHT / 2, text, ha="center", va="center", **style)
        for label in self._labels(at):
            axes.text(x + label[0], y + label[1], label[2], ha="center", va="center", **label[3])

    def _extent(self, way: int, cell: float) -> float:
        blocks, cells = (self._size(self.roles[way]), self._size(self.roles[way + 2]))
        return blocks * cells * cell + (blocks - 1) * GAP

    def _size(self, axis: int | None) -> int:
        return 1 if axis is None else self.sizes[axis]

    def _place(self, index: Index) -> tuple[float, float]:
        block_row, block_column, row, column = (0 if axis is None else index[axis] for axis in self.roles)
        right = column * self.cell_width + block_column * self._stride(3, self.cell_width)
        return right, row * HEIGHT + block_row * self._stride(2, HEIGHT)

    def _stride(self, role: int, cell: float) -> float:
        return self._size(self.roles[role]) * cell + GAP

    def _labels(self, at: Mapping[str, int]) -> Iterator[tuple[float, float, str, dict[str, Any]]]:
        for role, axis in enumerate(self.roles):
            if axis is not None:
                down, outer = role % 2 == 0, role < 2
                make = self._headings if outer else self._numbers
                for along, away, text, style in make(axis, role, at.get(self.letters[axis])):
                    yield (-away, along, text, style) if down else (along, -away, text, style)

    def _headings(self, axis: int, role: int, chosen: int | None) -> Iterator[tuple[float, float, str, dict[str, Any]]]:
        cell = HEIGHT if role == 0 else self.cell_width
        stride = self._stride(role + 2, cell)
        letter = formulas.symbol(self.letters[axis])
        for n in range(self.sizes[axis]):
            style: dict[str, Any] = {"fontsize": 11, "color": INK if chosen in (None, n) else GREY}
            yield n * stride + (stride - GAP) / 2, OUTER, f"${letter} = {n}$", style

    def _numbers(self, axis: int, role: int, chosen: int | None) -> Iterator[tuple[float, float, str, dict[str, Any]]]:
        cell = HEIGHT if role == 2 else self.cell_width
        stride = self._stride(role, cell)
        for block in range(self._size(self.roles[role - 2])):
            for n in range(self.sizes[axis]):
                weight = {"fontweight": "bold", "color": INK} if n == chosen else {"color": GREY}
                yield block * stride + (n + 0.5) * cell, NUMBERS, str(n), {"fontsize": TEXT} | weight
            middle = block * stride + self.sizes[axis] * cell / 2
            yield middle, LETTER, formulas.math(self.letters[axis]), {"fontsize": FORMULA}


def cell_texts(values: Any, name: str) -> tuple[dict[Index, str], Index]:
    """Return the text of each cell and the shape, from an array or (a tuple of integers) from a shape alone."""
    if isinstance(values, tuple) and all(isinstance(size, int) for size in values):
        letters = "abcd"[: len(values)]
        names = {index: dict(zip(letters, index, strict=True)) for index in _indices(values)}
        return {index: f"${formulas.indexed(name, letters, where)}$" for index, where in names.items()}, values
    array = np.asarray(values)
    return {index: number(array[index]) for index in _indices(array.shape)}, array.shape


def _shades(array: np.ndarray) -> dict[Index, str]:
    limit = float(np.abs(array).max()) or 1.0
    colours, low = (SIGNED, -limit) if (array < 0).any() else (UNSIGNED, 0.0)
    return {index: to_hex(colours((value - low) / (limit - low))) for index, value in np.ndenumerate(array)}


def number(value: Any) -> str:
    """Return three digits, with the minus sign of mathematics and no trailing zeros."""
    text = f"{float(value):.3g}"
    return "0" if text == "-0" else text.replace("-", "−")


def board(width: float, height: float) -> Axes:
    """Return axes that fill a new figure and are measured in inches from the top left corner."""
    if width > PAGE_WIDTH + 1e-6:
        raise ValueError(
            f"the picture would be {width:.1f} inches wide and a page is {PAGE_WIDTH}: draw fewer cells or digits"
        )
    fig = figure(width, height)
    fig.set_layout_engine("none")
    axes = fig.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return axes


def check_at(sizes: Mapping[str, Sequence[int]], at: Mapping[str, int]) -> None:
    """Refuse an index value that no axis has."""
    for letter, value in at.items():
        if letter not in sizes:
            raise ValueError(f"at names the index {letter!r}; the indices are {', '.join(sizes) or 'none'}")
        if not 0 <= value < min(sizes[letter]):
            raise ValueError(f"{letter} = {value} is out of range: {letter} runs from 0 to {min(sizes[letter]) - 1}")


def _size_of(text: str) -> float:
    return FORMULA if "$" in text else TEXT


def _indices(shape: Index) -> list[Index]:
    return list(product(*map(range, shape)))


def text_width(text: str, size: float, family: str = "DejaVu Sans") -> float:
    """Return the width of a line of text in inches."""
    font = FontProperties(family=family, size=size)
    return text_to_path.get_text_width_height_descent(text, font, ismath="$" in text)[0] / 72
