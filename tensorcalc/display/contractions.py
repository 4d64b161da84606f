"""A contraction as cells: which components meet, what is summed, and the loops that do it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tensorcalc.display.cells import Block, board, check_at, text_width
from tensorcalc.display.notated import statement_of
from tensorcalc.display.statements import Row, Statement, sizes_of
from tensorcalc.display.style import FORMULA, GREY, PAGE_WIDTH, PAPER, RC, STRONG, TEXT, TINT, styled

if TYPE_CHECKING:
    from tensorcalc.display.sweeps import Sweep

HEAD, GAP, RIM, PAD = 0.24, 0.3, 0.08, 0.12  # inches: names above the cells, between the parts, outside, beside a sign
LINE, TERM = 0.2, 0.27  # inches: a line of code, and of the sum
MOST_TERMS = 6
CODE = "DejaVu Sans Mono"


@styled(RC)
def contraction_picture(
    statement: str | Sequence[str],
    result: str | None = None,
    *,
    names: Sequence[str] = (),
    sizes: Mapping[str, int] | None = None,
    values: Mapping[str, Any] | Sequence[Any] | None = None,
    at: Mapping[str, int] | None = None,
    operation: str = "*",
) -> Figure:
    """Draw y_ij = Σ_k x_ik a_kj as cells, with the sum that makes one component and the loop nest.

    A letter of an operand that the result lacks is summed. A letter of the result that an operand lacks is broadcast.

    Parameters
    ----------
    statement : str, or sequence of str
        One line of index notation, ``"y_ij = x_ik a_kj"``: a product, or a sum of tensors; ``delta_ij`` and ``1_i``
        show their values. Or the letters of each operand, ``["ik", "kj"]``, with ``result`` and ``names``.
    result : str, optional
        The letters of the result, ``"ij"``, where the operands are given by their letters.
    names : sequence of str, optional
        Names of the operands and, last, of the result, as in the code.
    sizes : mapping of str to int, optional
        The range of each letter; cells then show names of components.
    values : mapping of str to array_like, or sequence of array_like, optional
        The operands, instead of ``sizes``; cells then show numbers, the result's among them.
    at : mapping of str to int, optional
        The component of the result that is worked out (all indices 0 unless told), and, where summed indices are
        given as well, the one term that is marked strongly.
    operation : {"*", "+", "-"}
        What joins operands that are given by their letters; sums and differences of operands have no summed indices.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where letters, names and shapes do not fit together, the line is more than a product or a sum of tensors, or
        the cells are wider than a page.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.contraction_picture("y_ij = x_ik a_kj", sizes={"i": 2, "k": 3, "j": 2})
    >>> fig = display.contraction_picture("y_i = delta_ij x_j", values={"x": [3, 1, 2]}, at={"i": 1})
    """
    if (sizes is None) == (values is None):
        raise ValueError("give either sizes={'i': 2, …} or values=[x, …], and not both")
    return _draw(*_read(statement, result, names, sizes, values, at or {}, operation))


@styled(RC)
def contraction_sweep(
    statement: str,
    over: str,
    *,
    caption: str,
    sizes: Mapping[str, int] | None = None,
    values: Mapping[str, Any] | Sequence[Any] | None = None,
    at: Mapping[str, int] | None = None,
) -> "Sweep":
    """Move through a line of index notation: one picture for each value of some of its indices.

    Parameters
    ----------
    statement, sizes, values, at
        As ``contraction_picture`` takes them.
    over : str
        The letters that run, the last one fastest: of the result, summed ones, or both.
    caption : str
        What the pictures show, in a sentence; it becomes their alternative text.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        As ``contraction_picture``, and where a letter of ``over`` is not in the line.

    Example
    -------
    >>> from tensorcalc import display
    >>> display.contraction_sweep("s = x_i y_i", "i", sizes={"i": 3}, caption="Pairs of components meet.")
    <Sweep of 3 frames: index i>
    """
    from tensorcalc.display.sweeps import sweep

    read, _ = _read(statement, None, (), sizes, values, at or {}, "*")
    if unknown := [letter for letter in over if letter not in read.sizes]:
        raise ValueError(f"over names the index {unknown[0]!r}; the indices are {', '.join(read.sizes)}")
    places = list(np.ndindex(*(read.sizes[letter] for letter in over)))
    marks = [dict.fromkeys(read.result, 0) | dict(at or {}) | dict(zip(over, place, strict=True)) for place in places]
    texts = [", ".join(map(str, place)) for place in places]
    label = f"index {over}" if len(over) == 1 else f"indices {', '.join(over)}"
    frames = [_draw(read, marked) for marked in marks]
    return sweep(frames, places, label=label, caption=caption, texts=texts, start=len(places) // 2)


def _read(
    statement: str | Sequence[str],
    result: str | None,
    names: Sequence[str],
    sizes: Mapping[str, int] | None,
    values: Any,
    at: Mapping[str, int],
    operation: str,
) -> tuple[Statement, dict[str, int]]:
    """Return the statement and the index values that are marked."""
    if isinstance(statement, str):
        if result is not None or names:
            raise ValueError("a line of index notation tells its letters and names itself: give neither")
        found = statement_of(statement, sizes, values)
    else:
        found = _by_letters(statement, result or "", names, sizes, values, operation)
    marked = dict.fromkeys(found.result, 0) | dict(at)
    check_at({letter: [size] for letter, size in found.sizes.items()}, marked)
    return found, marked


def _by_letters(
    operands: Sequence[str],
    result: str,
    names: Sequence[str],
    sizes: Mapping[str, int] | None,
    values: Any,
    operation: str,
) -> Statement:
    arrays = None if values is None else [np.asarray(value) for value in values]
    ranges = dict(sizes or {}) if arrays is None else sizes_of(tuple(operands), arrays)
    return Statement(tuple(operands), result, tuple(names), ranges, operation, arrays)


def _draw(statement: Statement, at: Mapping[str, int]) -> Figure:
    """Cells in one line; below them the loops, and the sum beside or, where the page is too narrow, under the loops."""
    blocks, code, rows = statement.blocks(), statement.loops(at), _shortened(statement.rows(at))
    cells = _CellLine(statement, blocks)
    code_width, sum_width = max(text_width(line, TEXT, CODE) for line in code), sum(_columns(rows))
    beside = 2 * RIM + code_width + 2 * GAP + sum_width <= PAGE_WIDTH
    lower = max(len(code) * LINE, len(rows) * TERM) if beside else len(code) * LINE + GAP + len(rows) * TERM
    low_width = code_width + 2 * GAP + sum_width if beside else max(code_width, sum_width)
    axes = board(2 * RIM + max(cells.width, low_width), cells.height + GAP + lower + RIM)
    cells.draw(axes, at)
    y = cells.height + GAP
    for n, line in enumerate(code):
        axes.text(RIM, y + (n + 0.5) * LINE, line, family=CODE, va="center")
    corner = (RIM + code_width + 2 * GAP, y) if beside else (RIM, y + len(code) * LINE + GAP)
    _draw_sum(axes, *corner, rows)
    return axes.get_figure()  # type: ignore[return-value]


class _CellLine:
    """The result's cells, an equals sign, and the operands' cells, centred on one line."""

    def __init__(self, statement: Statement, blocks: list[Block]) -> None:
        self.statement, self.blocks = statement, blocks
        self.signs = [(sign, text_width(sign, FORMULA + 3) + 2 * PAD) for sign in statement.signs()]
        self.tall = max(block.height for block in blocks)
        self.top = max(block.margins[1] + (block.height - self.tall) / 2 for block in blocks) + 2 * HEAD
        self.width = sum(b.margins[0] + b.width for b in blocks) + sum(width for _, width in self.signs)
        self.height = self.top + self.tall

    def draw(self, axes: Axes, at: Mapping[str, int]) -> None:
        x, middle = RIM, self.top + self.tall / 2
        signs = [*self.signs, ("", 0.0)]
        for block, heading, (sign, wide) in zip(self.blocks, self.statement.headings(), signs, strict=True):
            left = x + block.margins[0]
            block.draw(
                axes, left, middle - block.height / 2, partial(_fill, block, at=at, result=self.statement.result), at
            )
            head = middle - block.height / 2 - block.margins[1] - HEAD
            axes.text(left + block.width / 2, head, heading, fontsize=FORMULA, ha="center", va="center")
            x = left + block.width + wide
            axes.text(x - wide / 2, middle, sign, fontsize=FORMULA + 3, ha="center", va="center")


def _fill(block: Block, index: tuple[int, ...], at: Mapping[str, int], result: str) -> str:
    """Strong where every index is chosen, tinted where a summed index still runs."""
    if block.has(index, at) and set(block.letters) <= set(at):
        return STRONG
    return TINT if block.has(index, {letter: at[letter] for letter in result}) else PAPER


def _shortened(rows: list[Row]) -> list[Row]:
    if len(rows) <= MOST_TERMS:
        return rows
    return [*rows[: MOST_TERMS - 3], Row("", r"$\cdots$", ""), *rows[-2:]]


def _columns(rows: list[Row]) -> tuple[float, float, float]:
    join = max(text_width(row.join, FORMULA) for row in rows) + 0.08
    term = max(text_width(row.term, FORMULA) for row in rows) + GAP
    return join, term, max(text_width(row.numbers, TEXT) for row in rows)


def _draw_sum(axes: Axes, x: float, y: float, rows: list[Row]) -> None:
    join, term, _ = _columns(rows)
    marker = {"facecolor": STRONG, "edgecolor": "none", "pad": 2.5}
    for n, row in enumerate(rows):
        middle = y + (n + 0.5) * TERM
        axes.text(x + join - 0.08, middle, row.join, fontsize=FORMULA, ha="right", va="center")
        axes.text(x + join, middle, row.term, fontsize=FORMULA, va="center", bbox=marker if row.marked else None)
        axes.text(x + join + term, middle, row.numbers, color=GREY, va="center")
