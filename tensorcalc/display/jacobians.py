"""A generalised Jacobian as a heat map in blocks: where it is zero, and what it would cost to store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from tensorcalc.display import formulas
from tensorcalc.display.cells import board, number, text_width
from tensorcalc.display.style import FORMULA, GREY, HAIRLINE, PAGE_WIDTH, RC, SIGNED, TEXT, ink_on, styled

CELL, WIDEST, GAP, NUMBERS, LETTER, HEADING = 0.36, 0.56, 0.12, 0.14, 0.36, 0.64  # inches, as in the pictures of cells
READABLE = 0.2  # inches: narrower cells have no numbers beside them
MOST_NUMBERS = 150  # components; more of them are shown by colour alone
UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"]


@styled(RC)
def jacobian_picture(
    jacobian: np.ndarray,
    rows: str,
    columns: str,
    *,
    names: tuple[str, str] = ("y", "x"),
    full: tuple[Sequence[int], Sequence[int]] | None = None,
) -> Figure:
    """Draw J = ∂y_ij…/∂x_pq… as a matrix of blocks: a row for each component of y, a column for each of x.

    The heading says for which pairs of indices the Jacobian vanishes unless they are equal (diagonal: all of them are
    in such a pair) or, of a matrix, unless they are near each other; the share of zeros; the memory of all components.

    Parameters
    ----------
    jacobian : ndarray
        Shape of y followed by the shape of x.
    rows, columns : str
        Letters of y and of x, one for each axis.
    names : tuple of str
        Names of y and of x, as in the code.
    full : tuple of two shapes, optional
        Shapes of y and x in earnest, for which the memory is told as well.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where the letters do not name each axis once.

    Example
    -------
    >>> import numpy as np
    >>> from tensorcalc import display
    >>> fig = display.jacobian_picture(np.einsum("ip,jq->ijpq", np.eye(2), np.ones((3, 2))), "ij", "pq")
    """
    jacobian = np.asarray(jacobian)
    if jacobian.ndim != len(rows) + len(columns) or len(set(rows + columns)) != jacobian.ndim:
        raise ValueError(
            f"the letters {rows!r} and {columns!r} must name each of the {jacobian.ndim} axes of the Jacobian once; "
            f"its shape is {jacobian.shape}"
        )
    title = f"{_ratio(names, rows, columns)}{structure(jacobian, rows, columns)}"
    return _draw(jacobian, rows, columns, [title, *_counts(jacobian, full)])


def structure(jacobian: np.ndarray, rows: str, columns: str) -> str:
    """Say where the Jacobian is zero: unless a row and a column index are equal, or their difference is in a range."""
    if not jacobian.any():
        return "zero"
    pairs = [(r, c) for r, c in product(rows, columns) if _only_where_equal(jacobian, rows + columns, r, c)]
    if not pairs:
        return "dense" if jacobian.all() else _band(jacobian, rows, columns) or "scattered zeros"
    diagonal = {r for r, _ in pairs} == set(rows) and {c for _, c in pairs} == set(columns)
    equal = ", ".join(f"${formulas.symbol(r)} = {formulas.symbol(c)}$" for r, c in pairs)
    return f"{'diagonal' if diagonal else 'blocks'}: zero unless {equal}"


def _band(jacobian: np.ndarray, row: str, column: str) -> str:
    """Where one index of a matrix is bound to lie, seen from the other."""
    if len(row) != 1 or len(column) != 1:
        return ""
    r, c = formulas.symbol(row), formulas.symbol(column)
    at_rows, at_columns = np.nonzero(jacobian)
    low, high = int((at_columns - at_rows).min()), int((at_columns - at_rows).max())
    if low > 1 - jacobian.shape[0] and high < jacobian.shape[1] - 1:
        return rf"a band: zero unless ${low} \leq {c} - {r} \leq {high}$"
    if high == 0:
        return rf"lower triangular: zero unless ${c} \leq {r}$"
    return rf"upper triangular: zero unless ${c} \geq {r}$" if low == 0 else ""


def _only_where_equal(jacobian: np.ndarray, letters: str, row: str, column: str) -> bool:
    first, second = letters.index(row), letters.index(column)
    if jacobian.shape[first] != jacobian.shape[second] or jacobian.shape[first] == 1:
        return False
    matrices = np.moveaxis(jacobian != 0, (first, second), (-2, -1))
    return not matrices[..., ~np.eye(jacobian.shape[first], dtype=bool)].any()


def _ratio(names: tuple[str, str], rows: str, columns: str) -> str:
    above, below = (formulas.math(*pair)[1:-1] for pair in zip(names, (rows, columns), strict=True))
    return rf"$\partial {above} / \partial {below}$     "


def _counts(jacobian: np.ndarray, full: tuple[Sequence[int], Sequence[int]] | None) -> list[str]:
    zeros = jacobian.size - np.count_nonzero(jacobian)
    lines = [f"{zeros} of {jacobian.size} components are zero ({100 * zeros / jacobian.size:.0f} %)"]
    if full is None:
        return [f"{lines[0]},  {_memory(jacobian.nbytes)} in {jacobian.dtype}"]
    shapes = [" × ".join(map(str, shape)) for shape in full]
    size = prod(full[0]) * prod(full[1]) * jacobian.itemsize
    return [*lines, f"for shapes {shapes[0]} and {shapes[1]}:  {_memory(size)} in {jacobian.dtype}"]


def _memory(size: float) -> str:
    power = max(0, min((len(str(int(size))) - 1) // 3, len(UNITS) - 1))
    return f"{size / 1000**power:.3g} {UNITS[power]}"


class _Side:
    """One side of the matrix: where each multi-index stands, with a gap where any index but the last changes."""

    def __init__(self, letters: str, shape: Sequence[int], cell: float) -> None:
        self.letters, self.cell, self.last = letters, cell, shape[-1] if shape else 1
        self.blocks = list(product(*map(range, shape[:-1])))
        self.stride = self.last * cell + GAP
        self.length = len(self.blocks) * self.stride - GAP

    def room(self, rim: float) -> float:
        """Return what the labels take."""
        return rim + (0.0, LETTER + 0.1, HEADING + 0.25)[min(len(self.letters), 2)]

    def centre(self, n: int) -> float:
        """Return the middle of the n-th row or column."""
        block, inside = divmod(n, self.last)
        return block * self.stride + (inside + 0.5) * self.cell

    def labels(self) -> Iterator[tuple[float, float, str, float]]:
        """Yield (along, away, text, size) of the numbers, letters and block headings."""
        if not self.letters:
            return
        step = 1 if self.cell >= READABLE else max(1, self.last - 1)
        outer = ",".join(map(formulas.symbol, self.letters[:-1]))
        for n, block in enumerate(self.blocks):
            middle = n * self.stride + self.last * self.cell / 2
            for k in range(0, self.last, step):
                yield self.centre(n * self.last + k), NUMBERS, str(k), TEXT
            yield middle, LETTER, formulas.math(self.letters[-1]), FORMULA
            if block:
                yield middle, HEADING, f"${outer} = {','.join(map(str, block))}$", FORMULA - 2


def _draw(jacobian: np.ndarray, rows: str, columns: str, heading: list[str]) -> Figure:
    shapes = jacobian.shape[: len(rows)], jacobian.shape[len(rows) :]
    matrix = jacobian.reshape(prod(shapes[0]), prod(shapes[1])).astype(float)
    texts = {index: number(f"{value:.2g}") for index, value in np.ndenumerate(matrix)}
    widest = max(text_width(text, TEXT) for text in texts.values()) + 0.08
    room = (PAGE_WIDTH - 1.3 - (prod(shapes[1][:-1]) - 1) * GAP) / matrix.shape[1]
    numbered = matrix.size <= MOST_NUMBERS and widest <= min(WIDEST, room)
    cell = min(room, max(CELL, widest) if numbered else CELL)
    sides = _Side(rows, shapes[0], cell), _Side(columns, shapes[1], cell)
    return _Sheet(matrix, texts if numbered else {}, *sides).draw(heading)


@dataclass(frozen=True)
class _Sheet:
    """The matrix with its two labelled sides; ``texts`` is empty where numbers would not be readable."""

    matrix: np.ndarray
    texts: dict[tuple[int, ...], str]
    down: _Side
    right: _Side

    @property
    def limit(self) -> float:
        return float(np.abs(self.matrix).max()) or 1.0

    def draw(self, heading: list[str]) -> Figure:
        left, top = self.down.room(0.1), self.right.room(0.1) + 0.27 * len(heading) + 0.2
        titles = (text_width(line, FORMULA if n == 0 else TEXT) for n, line in enumerate(heading))
        axes = board(max(left + self.right.length, 4.2, *titles) + 0.16, top + self.down.length + 0.65)
        for n, line in enumerate(heading):
            axes.text(0.08, 0.22 + 0.27 * n, line, fontsize=FORMULA if n == 0 else TEXT, va="center")
        for n, m in product(range(len(self.down.blocks)), range(len(self.right.blocks))):
            self._draw_block(axes, n, m, left + m * self.right.stride, top + n * self.down.stride)
        for (row, column), text in self.texts.items():
            self._write(axes, row, column, text, left + self.right.centre(column), top + self.down.centre(row))
        for along, away, text, size in self.down.labels():
            axes.text(left - away, top + along, text, fontsize=size, ha="center", va="center")
        for along, away, text, size in self.right.labels():
            axes.text(left + along, top - away, text, fontsize=size, ha="center", va="center")
        self._draw_scale(axes, left, top + self.down.length + 0.2)
        return axes.get_figure()  # type: ignore[return-value]

    def _draw_block(self, axes: Axes, n: int, m: int, x: float, y: float) -> None:
        down, right = self.down.last, self.right.last
        block = self.matrix[n * down : (n + 1) * down, m * right : (m + 1) * right]
        wide, tall = right * self.right.cell, down * self.down.cell
        image = AxesImage(axes, cmap=SIGNED, norm=self._norm(), interpolation="none", extent=(x, x + wide, y + tall, y))
        # exact zeros are grey: a small value is not a zero
        image.set_data(np.ma.masked_equal(block, 0))
        axes.add_artist(image)
        axes.add_patch(Rectangle((x, y), wide, tall, fill=False, edgecolor=HAIRLINE, linewidth=0.8, clip_on=False))

    def _norm(self) -> Normalize:
        return Normalize(-self.limit, self.limit)

    def _write(self, axes: Axes, row: int, column: int, text: str, x: float, y: float) -> None:
        value = self.matrix[row, column]
        colour = ink_on(SIGNED(self._norm()(value))) if value else GREY
        axes.text(x, y, text, color=colour, ha="center", va="center")

    def _draw_scale(self, axes: Axes, x: float, y: float) -> None:
        """Draw the colours from −limit to limit as a bar with three numbers, and the grey of exact zeros."""
        fig = axes.get_figure()
        wide, tall = fig.get_size_inches()  # type: ignore[union-attr]
        bar = fig.add_axes((x / wide, 1 - (y + 0.12) / tall, 1.4 / wide, 0.12 / tall))  # type: ignore[union-attr]
        ticks = [-self.limit, 0, self.limit]
        colours = ScalarMappable(self._norm(), SIGNED)
        fig.colorbar(  # type: ignore[union-attr]
            colours, cax=bar, orientation="horizontal", ticks=ticks, format=lambda value, position: number(value)
        )
        grey = Rectangle((x + 1.75, y), 0.12, 0.12, facecolor=SIGNED.get_bad(), edgecolor=HAIRLINE, linewidth=0.8)
        axes.add_patch(grey)
        axes.text(x + 1.95, y + 0.06, "exactly 0", va="center")
