"""A function as two ladders: its statements going down, the gradients' statements coming back up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from tensorcalc.calculus.function import SymbolicFunction, bases, slots_of, tensors
from tensorcalc.display import formulas
from tensorcalc.display.cells import board, text_width
from tensorcalc.display.mathtext import sides
from tensorcalc.display.style import BLUE, FAINT, FORMULA, GREY, HAIRLINE, INK, LABEL, PAGE_WIDTH, PAPER, TEXT, TINT
from tensorcalc.notation.expression import Idx, Sym
from tensorcalc.notation.reading import Line

RIM, HEAD, STEP = 0.12, 0.5, 0.3  # inches: outside, above, and between two cards
LINE, LOW, INSIDE = 0.54, 0.42, 0.13  # inches: a line with a fraction, a line without, beside a formula
LANE, PORT, THREAD, ROUND = 0.17, 0.13, 0.07, 0.11  # inches: between lanes, their ends, ends of thin lines; a corner
GUTTER = (0.5, 1.1)  # inches: at least and at most, between the ladders
DASHES = (0, (4, 2))
GRADIENT = "dl_d"
LEGEND = [
    "solid arrow: the value is used",
    "dashed arrow: its gradient comes back",
    "filled: saved, a thin line to each use",
    "+: gradients of several consumers add up",
]
LEGEND_LINE, WIDE = 0.24, 6.4  # inches; a wider picture has its legend in two columns


@dataclass(frozen=True)
class Card:
    """A value with its statement (none where it is given), in lines of mathtext without dollars."""

    name: str
    lines: tuple[str, ...]
    given: bool = False
    saved: bool = False

    @property
    def width(self) -> float:
        return max(text_width(f"${line}$", FORMULA) for line in self.lines) + 2 * INSIDE

    @property
    def height(self) -> float:
        return sum(LINE if r"\dfrac" in line or r"\sqrt" in line else LOW for line in self.lines)


@dataclass
class Ladder:
    """Cards one below the other; ``way`` is 1 where arrows go down and −1 where they go up."""

    cards: dict[str, Card]
    edges: list[tuple[str, str]]
    way: int
    left: float = 0.0
    tops: dict[str, float] = field(default_factory=dict)

    @property
    def width(self) -> float:
        return max(card.width for card in self.cards.values())

    @property
    def spine(self) -> float:
        """Return where the arrows between neighbours run: through the middle of the narrowest card."""
        half = min(_width(self, card) for card in self.cards.values()) / 2
        return self.left + half if self.way == 1 else self.left + self.width - half

    @property
    def around(self) -> list[tuple[str, str]]:
        """The edges that pass other cards, the upper end first, the shortest first."""
        rows = list(self.tops)
        near = {frozenset(pair) for pair in pairwise(rows)}
        upper = [sorted(edge, key=rows.index) for edge in self.edges if frozenset(edge) not in near]
        return sorted(((a, b) for a, b in upper), key=lambda edge: rows.index(edge[1]) - rows.index(edge[0]))

    def lanes(self) -> dict[tuple[str, str], int]:
        """Return a lane for each edge that passes cards, 0 being next to the cards; shared where edges do not meet."""
        rows, lanes = list(self.tops), dict[tuple[str, str], int]()
        spans = {edge: set(range(*map(rows.index, edge))) for edge in self.around}
        for edge, span in spans.items():
            used = {lane for other, lane in lanes.items() if span & spans[other]}
            lanes[edge] = next(n for n in range(len(spans)) if n not in used)
        return lanes

    def ports(self, name: str) -> dict[tuple[str, str], float]:
        """Return the height where each edge around meets a card, so that no two cross there."""
        above = [edge for edge in self.around if edge[1] == name]
        below = [edge for edge in reversed(self.around) if edge[0] == name]
        middle = _height(self, name)
        ends = [*above, *below]
        return {edge: middle + (n - (len(ends) - 1) / 2) * PORT for n, edge in enumerate(ends)}


def ladder_picture(function: SymbolicFunction, parts: Sequence[str]) -> Figure:
    """Draw the statements of a function as a ladder and, beside it, those of its backward function."""
    forward, backward = _forward(function), _backward(function) if "backward" in parts else {}
    order = _order(function)
    needs = {name: _needs(line, order) for name, line in backward.items()}
    saved = {name for found in needs.values() for name in found}
    for broken in ((), ("backward",), ("forward", "backward")):
        cards = {name: _card(name, forward.get(name), function, saved, "forward" in broken) for name in order}
        back = {name: _gradient(name, backward, function, "backward" in broken) for name in order}
        ladders = _ladders(cards, {n: c for n, c in back.items() if c}, function, parts)
        drawing = _Drawing(ladders, needs)
        if drawing.width <= PAGE_WIDTH:
            break
    return drawing.draw()


def _forward(function: SymbolicFunction) -> dict[str, Line]:
    return dict(function.definitions)


def _backward(function: SymbolicFunction) -> dict[str, Line]:
    """Return the statement of each gradient by the name of its value."""
    lines = function.backward(save=function.intermediates).definitions
    found = {name.removeprefix(GRADIENT): line for name, line in lines.items() if name.startswith(GRADIENT)}
    return {name.removesuffix("total") if name not in _order(function) else name: line for name, line in found.items()}


def _order(function: SymbolicFunction) -> list[str]:
    """Return inputs, each before its first use, and computed values."""
    order: dict[str, None] = {}
    for name, line in function.definitions.items():
        order |= dict.fromkeys(used for used in tensors(line.right) if used not in function.constants)
        order[name] = None
    return list(order)


def _needs(line: Line, order: Iterable[str]) -> list[str]:
    """Return the values of the forward pass that a gradient's statement reads, in their order."""
    return [name for name in order if name in tensors(line.right)]


def _card(name: str, line: Line | None, function: SymbolicFunction, saved: set[str], broken: bool) -> Card:
    if line is None:
        user = next(one for one in function.statements if name in tensors(one.right))
        return Card(name, (_named(name, user),), given=True, saved=name in saved)
    return Card(name, _lines(line, broken), saved=name in saved)


def _gradient(name: str, backward: Mapping[str, Line], function: SymbolicFunction, broken: bool) -> Card | None:
    if name in backward:
        return Card(name, _lines(backward[name], broken))
    if name in function.outputs and backward:
        left, _ = sides(function.definitions[name])
        return Card(name, (rf"\dfrac{{\partial l}}{{\partial {left}}}",), given=True)
    return None


def _named(name: str, line: Line) -> str:
    """Return an input with the letters of its first use."""
    base = next(base for base in bases(line.right) if isinstance(base, Sym) and base.name == name)
    letters = [slot.name for slot in slots_of(base) if isinstance(slot, Idx)]
    return formulas.math(name, "".join(letters))[1:-1]


def _lines(line: Line, broken: bool) -> tuple[str, ...]:
    left, terms = sides(line)
    if not broken:
        return (f"{left} = {' '.join(terms)}",)
    return (f"{left} = {terms[0]}", *(rf"\quad {term}" for term in terms[1:]))


def _ladders(
    cards: dict[str, Card], back: dict[str, Card], function: SymbolicFunction, parts: Sequence[str]
) -> dict[str, Ladder]:
    edges = [(used, name) for name, line in function.definitions.items() for used in tensors(line.right)]
    down = [edge for edge in dict.fromkeys(edges) if set(edge) <= set(cards)]
    up = [(name, used) for used, name in down if {used, name} <= set(back)]
    ladders = {"forward": Ladder(cards, down, 1), "backward": Ladder(back, up, -1)}
    return {part: ladders[part] for part in parts if ladders[part].cards}


class _Drawing:
    """Both ladders with their lanes outside, what is saved between them."""

    def __init__(self, ladders: dict[str, Ladder], needs: Mapping[str, list[str]]) -> None:
        self.ladders, self.needs = ladders, needs
        names = list(next(iter(ladders.values())).cards)
        heights = {name: max(one.cards[name].height for one in ladders.values() if name in one.cards) for name in names}
        at = HEAD
        for name in names:
            for one in ladders.values():
                if name in one.cards:
                    one.tops[name] = at + (heights[name] - one.cards[name].height) / 2
            at += heights[name] + STEP
        self.width = self._place()
        lines = len(LEGEND) / (2 if self.width > WIDE else 1) if len(ladders) == 2 else 1
        self.height = at + 0.1 + LEGEND_LINE * lines

    def _place(self) -> float:
        """Give each ladder its left edge, and return the width of the picture."""
        at = RIM
        rooms = [(max(one.lanes().values(), default=-1) + 1.5) * LANE for one in self.ladders.values()]
        spare = PAGE_WIDTH - 2 * RIM - sum(rooms) - sum(one.width for one in self.ladders.values())
        for one, room in zip(self.ladders.values(), rooms, strict=True):
            one.left = at + (room if one.way == 1 else min(max(GUTTER[0], spare), GUTTER[1]))
            at = one.left + one.width + (room if one.way == -1 else 0.0)
        return max(at + RIM, 2 * RIM + text_width(LEGEND[-1], TEXT))

    def draw(self) -> Figure:
        axes = board(self.width, self.height)
        for one in self.ladders.values():
            axes.text(
                one.left, 0.24, "forward ↓" if one.way == 1 else "backward ↑", fontsize=LABEL, color=GREY, va="center"
            )
            self._edges(axes, one)
            for card in one.cards.values():
                _draw_card(axes, one, card)
        if len(self.ladders) == 2:
            self._saved(axes, *self.ladders.values())
        self._explain(axes)
        return axes.get_figure()  # type: ignore[return-value]

    def _edges(self, axes: Axes, one: Ladder) -> None:
        lanes = one.lanes()
        for edge, lane in lanes.items():
            _draw_around(axes, one, edge, lane)
        for upper, lower in pairwise(one.tops):
            if {(upper, lower), (lower, upper)} & set(one.edges):
                ends = [(one.spine, one.tops[upper] + one.cards[upper].height), (one.spine, one.tops[lower])]
                _arrow(axes, ends[:: one.way], [Path.MOVETO, Path.LINETO], one.way)

    def _saved(self, axes: Axes, down: Ladder, up: Ladder) -> None:
        """Draw a thin line from each value that the backward function reads to each gradient that reads it."""
        rows = list(down.tops)
        threads = [(value, name) for name, found in self.needs.items() for value in found]
        for value, name in threads:
            ends = sorted((n for v, n in threads if v == value), key=rows.index)
            starts = sorted((v for v, n in threads if n == name), key=rows.index)
            y1 = _height(down, value) + (ends.index(name) - (len(ends) - 1) / 2) * THREAD
            y2 = _height(up, name) + (starts.index(value) - (len(starts) - 1) / 2) * THREAD
            x1, x2 = down.left + down.width, _side(up, name, -1)
            middle = (x1 + x2) / 2
            points = [(_side(down, value, 1), y1), (x1, y1), (middle, y1), (middle, y2), (x2, y2)]
            path = Path(points, [Path.MOVETO, Path.LINETO, *[Path.CURVE4] * 3])
            axes.add_patch(PathPatch(path, fill=False, edgecolor=HAIRLINE, linewidth=0.9, zorder=1))

    def _explain(self, axes: Axes) -> None:
        words = LEGEND if "backward" in self.ladders else LEGEND[:1]
        columns = 2 if self.width > WIDE else 1
        top = self.height - LEGEND_LINE * -(-len(words) // columns)
        for n, text in enumerate(words):
            row, column = divmod(n, columns)
            axes.text(RIM + column * self.width / 2, top + LEGEND_LINE * row, text, color=GREY, va="center")


def _side(one: Ladder, name: str, way: int) -> float:
    """Return the left (−1) or right (1) edge of a card; given values are narrow and stand at the lanes."""
    wide = _width(one, one.cards[name])
    left = one.left if one.way == 1 else one.left + one.width - wide
    return left if way == -1 else left + wide


def _width(one: Ladder, card: Card) -> float:
    return card.width if card.given else one.width


def _height(one: Ladder, name: str) -> float:
    """Return the middle of a card."""
    return one.tops[name] + one.cards[name].height / 2


def _draw_card(axes: Axes, one: Ladder, card: Card) -> None:
    left, top = _side(one, card.name, -1), one.tops[card.name]
    wide = _side(one, card.name, 1) - left
    fill = TINT if card.saved else FAINT if card.given else PAPER
    box = FancyBboxPatch(
        (left, top), wide, card.height, boxstyle="round,pad=0,rounding_size=0.1", facecolor=fill, zorder=3
    )
    box.set(edgecolor=INK if one.way == 1 else BLUE, linestyle="-" if one.way == 1 else DASHES, linewidth=1.2)
    axes.add_patch(box)
    each = card.height / len(card.lines)
    for n, line in enumerate(card.lines):
        axes.text(left + INSIDE, top + (n + 0.5) * each, f"${line}$", fontsize=FORMULA, va="center", zorder=4)
    if one.way == -1 and sum(end == card.name for _, end in one.edges) > 1:
        _plus(axes, left + wide - 0.02, top + 0.02)


def _draw_around(axes: Axes, one: Ladder, edge: tuple[str, str], lane: int) -> None:
    """Draw a bracket with round corners from one card past others to another."""
    out = -one.way
    (x1, y1), (x2, y2) = ((_side(one, name, out), one.ports(name)[edge]) for name in edge)
    x = (one.left if out == -1 else one.left + one.width) + out * (lane + 1) * LANE
    corner = x - out * ROUND
    points = [(x1, y1), (corner, y1), (x, y1), (x, y1 + ROUND), (x, y2 - ROUND), (x, y2), (corner, y2), (x2, y2)]
    curve = [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO]
    _arrow(axes, points[:: one.way], curve, one.way)


def _arrow(axes: Axes, points: Sequence[tuple[float, float]], codes: Sequence[Any], way: int) -> None:
    style = {"color": INK, "linestyle": "-"} if way == 1 else {"color": BLUE, "linestyle": DASHES}
    arrow = FancyArrowPatch(path=Path(points, codes), arrowstyle="-|>", mutation_scale=10, linewidth=1.2, zorder=2)
    arrow.set(**style)
    axes.add_patch(arrow)


def _plus(axes: Axes, x: float, y: float) -> None:
    axes.add_patch(Circle((x, y), 0.095, facecolor=PAPER, edgecolor=BLUE, linewidth=1, zorder=5))
    axes.text(x, y, "+", ha="center", va="center_baseline", zorder=6, fontsize=LABEL)
