"""A derivation line by line: the rule of each line by its name, what the rule takes and what it brings filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tensorcalc.calculus.derivation import Derivation
from tensorcalc.display.cells import board, text_width
from tensorcalc.display.mathtext import readable
from tensorcalc.display.style import FORMULA, GREY, HAIRLINE, INK, PAGE_WIDTH, RC, STRONG, TEXT, TINT, styled
from tensorcalc.notation import syntax as sx
from tensorcalc.notation.printing import to_latex
from tensorcalc.notation.reading import Line
from tensorcalc.notation.writing import write

if TYPE_CHECKING:
    from tensorcalc.display.sweeps import Sweep

RIM, ROW, RULE, LEGEND, SPACE, WIDE, PAD = 0.12, 0.56, 0.27, 0.3, 0.05, 0.11, 0.035  # inches
SIGNS = ("+", "-", "=")


@dataclass(frozen=True)
class _Row:
    """A line of the derivation as pieces of mathtext, and the name of the rule that led to it."""

    pieces: tuple[str, ...]
    rule: str = ""


@styled(RC)
def derivation_picture(derivation: Derivation, line: int | None = None, *, level: str = "textbook") -> Figure:
    """Draw a derivation down to one of its lines, filled where the rule of that line takes and brings factors.

    Parameters
    ----------
    derivation : tensorcalc.Derivation
        What ``f.vjp("x")`` or ``f.jacobian("y", "x")`` returns.
    line : int, optional
        The last line drawn, counted from 0; all of them unless told.
    level : {"textbook", "full"}
        A line for each step of a textbook, or for each single rule.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where the derivation has no such line, or one factor is wider than a page.

    Example
    -------
    >>> import tensorcalc as tc
    >>> fig = tc.display.derivation_picture(tc.function("y_ij = x_ik a_kj").vjp("x"))
    """
    rows = _rows(derivation, level)
    last = len(rows) - 1 if line is None else line
    if not 0 <= last < len(rows):
        raise ValueError(f"line {line} is not among the {len(rows)} lines of this derivation, which count from 0")
    return _Sheet(rows).draw(last)


@styled(RC)
def derivation_sweep(derivation: Derivation, *, caption: str, level: str = "textbook") -> "Sweep":
    """Walk through a derivation: one picture for each line, as ``derivation_picture`` draws it.

    Parameters
    ----------
    derivation, level
        As ``derivation_picture`` takes them.
    caption : str
        What is derived, in a sentence; it becomes the pictures' alternative text.

    Returns
    -------
    Sweep
        It begins with the whole derivation, which is also what is printed.

    Raises
    ------
    ValueError
        Where the derivation has a single line.

    Example
    -------
    >>> import tensorcalc as tc
    >>> d = tc.function("y_ij = x_ik a_kj").vjp("x")
    >>> tc.display.derivation_sweep(d, caption="The gradient of x is derived.")
    <Sweep of 3 frames: line>
    """
    from tensorcalc.display.sweeps import sweep

    rows = _rows(derivation, level)
    sheet = _Sheet(rows)
    texts = [f"{n + 1} of {len(rows)}" for n in range(len(rows))]
    options: dict[str, Any] = {"texts": texts, "start": len(rows) - 1, "interval": 2000}
    return sweep(sheet.draw, range(len(rows)), label="line", caption=caption, **options)


def _rows(derivation: Derivation, level: str) -> list[_Row]:
    if level not in ("textbook", "full"):
        raise ValueError(f"level is 'textbook' or 'full', not {level!r}")
    steps = [step for one in derivation.steps for step in (one.leaves if level == "full" else [one]) if step.visible]
    rows = [_Row(_pieces(derivation.start))]
    rows += [_Row(_pieces(step.after_line), ", ".join(step.names)) for step in steps]
    return [row for n, row in enumerate(rows) if n == 0 or row.pieces != rows[n - 1].pieces]


def _pieces(line: Line) -> tuple[str, ...]:
    left, right = (write(side, line.free) for side in (line.left, line.right))
    return (readable(to_latex(left)), "=", *_factors(right))


def _factors(node: Any) -> list[str]:
    """Return the factors and signs of an expression, one by one."""
    match node:
        case sx.Sum(terms):
            parts = [_factors(term) for term in terms]
            return parts[0] + [piece for part in parts[1:] for piece in (part if part[0] == "-" else ["+", *part])]
        case sx.Negate(operand):
            return ["-", *_factors(operand)]
        case sx.Product(factors):
            return [piece for factor in factors for piece in _factors(factor)]
        case sx.Group(body):
            return ["(", *_factors(body), ")"]
    return [readable(to_latex(node))]


class _Sheet:
    """All lines at their places, so that a line stays where it is while others are added."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.rows, self.tops, self.places = rows, list[float](), list[list[tuple[float, float]]]()
        top = RIM
        for row in rows:
            self.tops.append(top)
            places = _laid(row.pieces, _indent(rows[0]))
            self.places.append([(x, top + (RULE if row.rule else 0) + (n + 0.5) * ROW) for x, n in places])
            top = self.places[-1][-1][1] + ROW / 2
        self.height = top + LEGEND

    def draw(self, last: int) -> Figure:
        axes = board(PAGE_WIDTH, self.height)
        for n in range(last + 1):
            row, places = self.rows[n], self.places[n]
            gone, come = self._touched(n) if n >= last - 1 else (set(), set())
            filled = dict.fromkeys(come, TINT) if n == last else {}
            filled |= dict.fromkeys(gone, STRONG) if n == last - 1 else {}
            axes.text(_indent(self.rows[0]), self.tops[n] + RULE / 2, row.rule, color=GREY, va="center")
            for at in range(0 if n == 0 else 1, len(row.pieces)):
                _draw_piece(axes, row.pieces[at], *places[at], filled.get(at))
        if last:
            self._explain(axes)
        return axes.get_figure()  # type: ignore[return-value]

    def _touched(self, n: int) -> tuple[set[int], set[int]]:
        """Return what the next rule takes away from line n, and what the rule of line n brought."""
        return self._changed(n, n + 1)[0], self._changed(n - 1, n)[1]

    def _changed(self, one: int, other: int) -> tuple[set[int], set[int]]:
        if one < 0 or other >= len(self.rows):
            return set(), set()
        before, after = (self.rows[n].pieces[2:] for n in (one, other))
        changes = [c for c in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if c[0] != "equal"]
        gone = {at + 2 for _, start, end, _, _ in changes for at in range(start, end)}
        return gone, {at + 2 for _, _, _, start, end in changes for at in range(start, end)}

    def _explain(self, axes: Axes) -> None:
        x, y = RIM, self.height - LEGEND / 2
        for colour, text in ((STRONG, "taken by the rule named below"), (TINT, "brought by the rule named above")):
            axes.add_patch(Rectangle((x, y - 0.08), 0.24, 0.16, facecolor=colour, edgecolor=HAIRLINE, linewidth=0.8))
            axes.text(x + 0.32, y, text, color=GREY, va="center")
            x += 0.32 + text_width(text, TEXT) + 0.35


def _indent(first: _Row) -> float:
    """Return where the signs of equality stand: behind the left side, which is written once."""
    return RIM + _width(first.pieces[0]) + WIDE


def _laid(pieces: Sequence[str], indent: float) -> list[tuple[float, int]]:
    """Return place and row of each piece; what is too long goes on in the next row, behind the sign of equality."""
    places, x, row = [(RIM, 0)], indent, 0
    for piece in pieces[1:]:
        space = WIDE if piece in SIGNS else SPACE
        if x + _width(piece) + space > PAGE_WIDTH - RIM:
            x, row = indent + 0.3, row + 1
        before = 0.0 if piece == "=" else space
        places.append((x + before, row))
        x += before + _width(piece) + space
    return places


def _width(piece: str) -> float:
    return text_width(f"${piece}$", _size(piece))


def _size(piece: str) -> float:
    return 1.6 * FORMULA if piece in ("(", ")") else FORMULA  # as tall as the fractions inside


def _draw_piece(axes: Axes, piece: str, x: float, y: float, fill: str | None) -> None:
    if fill:
        corner, wide = (x - PAD, y - 0.23), _width(piece) + 2 * PAD
        axes.add_patch(Rectangle(corner, wide, 0.46, facecolor=fill, edgecolor="none", zorder=1))
    axes.text(x, y, f"${piece}$", fontsize=_size(piece), color=INK, va="center", zorder=2)
