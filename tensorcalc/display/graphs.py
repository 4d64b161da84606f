"""The forward and the backward graph of a function, side by side, with the statements that belong to their nodes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from tensorcalc.calculus.function import SymbolicFunction
from tensorcalc.display import formulas
from tensorcalc.display.cells import board, text_width
from tensorcalc.display.ladder import ladder_picture
from tensorcalc.display.style import BLUE, FORMULA, GREY, HAIRLINE, INK, LABEL, PAPER, RC, TEXT, TINT, styled

ROW, COLUMN, TALL, LINE = 0.78, 0.9, 0.38, 0.24  # inches: of rows, columns, nodes and the legend's lines
ARC, RIM, HEAD, GAP, BETWEEN = 0.2, 0.1, 0.45, 0.2, 0.7  # inches; an arc bulges by ARC for each row that it passes
LEGEND = [
    "solid arrow: the value is used",
    "dashed arrow: its gradient comes back",
    "+: gradients of several consumers add up",
    "filled: saved, a thin line to each use",
]

PARTS = ("forward", "backward")

Place = tuple[float, float]


@styled(RC)
def graph_picture(
    uses: Mapping[str, Sequence[str]] | SymbolicFunction,
    *,
    parts: Sequence[str] = ("forward", "backward"),
    letters: Mapping[str, str] | None = None,
    forward: Mapping[str, str] | None = None,
    backward: Mapping[str, str] | None = None,
    saved: Mapping[str, Sequence[str]] | None = None,
    constants: Sequence[str] = (),
    highlight: Sequence[str] | None = None,
    loss: str | None = None,
) -> Figure:
    """Draw which value uses which, downwards, and beside it how ∂l/∂y comes back, upwards, as a dashed graph.

    ∂l/∂x is a sum with one term for each value that uses x: such a node carries a plus sign. A function in index
    notation is drawn with its statements and those of its backward function, which are derived here, one value below
    the other; what that backward function reads counts as saved.

    Parameters
    ----------
    uses : tensorcalc.Function, or mapping of str to sequence of str
        The function, which tells all the rest but ``parts``; or each computed value to the values that its statement
        uses, ``{"m": ["x"], "c": ["x", "m"]}``.
    parts : sequence of str
        "forward", "backward" or both.
    letters : mapping of str to str, optional
        Index letters of each value.
    forward : mapping of str to str, optional
        The right-hand side of a computed value's statement, as mathtext without dollars. Write fractions as
        ``\\dfrac``: what ``\\frac`` makes is too small to read.
    backward : mapping of str to str, optional
        The right-hand side of a gradient's statement.
    saved : mapping of str to sequence of str, optional
        Each saved value to the values whose gradients need it; a thin line joins them.
    constants : sequence of str
        Values without a gradient, such as targets.
    highlight : sequence of str, optional
        The values of a sub-graph; all others are pale.
    loss : str, optional
        The value that consumes all outputs: the gradients of what it uses are given, and arrows from it say so.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where values use each other in a circle, a name is unknown, or the formulas are wider than a page.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.graph_picture({"h": ["x", "w"], "y": ["h"]}, saved={"x": ["w"], "w": ["x"]})
    >>> import tensorcalc as tc
    >>> fig = display.graph_picture(tc.function("h_i = w_ij x_j; s = 1_i h_i^2"))
    """
    if unknown := [part for part in parts if part not in PARTS]:
        raise ValueError(f"{unknown[0]!r} is no part of the picture; its parts are {' and '.join(PARTS)}")
    choice = _Choice(tuple(parts), tuple(constants), None if highlight is None else tuple(highlight), loss)
    if isinstance(uses, SymbolicFunction):
        told = [letters, forward, backward, saved, highlight, loss, constants or None]
        if any(one is not None for one in told):
            raise ValueError("a function tells its letters, statements and saved values itself: give parts alone")
        return ladder_picture(uses, choice.parts)
    graph = nx.DiGraph([(used, name) for name, inputs in uses.items() for used in inputs])
    graph.add_nodes_from(uses)
    words = _Words(dict(letters or {}), dict(forward or {}), dict(backward or {}))
    needed = {name: list(users) for name, users in (saved or {}).items()}
    named = [*words.letters, *words.forward, *words.backward, *needed, *chain(*needed.values()), *choice.names]
    _check(graph, named)
    return _Drawing(graph, words, needed, _places(graph), choice).draw()


@dataclass(frozen=True)
class _Choice:
    """What is drawn of a graph, and what is pale."""

    parts: tuple[str, ...]
    constants: tuple[str, ...]
    highlight: tuple[str, ...] | None
    loss: str | None

    @property
    def names(self) -> list[str]:
        return [*self.constants, *(self.highlight or ()), *([self.loss] if self.loss else [])]

    def pale(self, *names: str) -> bool:
        return self.highlight is not None and not set(names) <= set(self.highlight)


@dataclass(frozen=True)
class _Words:
    """How each value, its gradient and their statements are written."""

    letters: dict[str, str]
    forward: dict[str, str]
    backward: dict[str, str]

    def formulas(self, statements: Mapping[str, str], label: Callable[[str], str]) -> dict[str, str]:
        """Return the statements, each with its left-hand side."""
        return {name: f"{label(name)[:-1]} = {right}$" for name, right in statements.items()}

    def value(self, name: str) -> str:
        return formulas.math(name, self.letters.get(name, ""))

    def gradient(self, name: str) -> str:
        return formulas.math(f"dl_d{name}", self.letters.get(name, ""))


def _check(graph: nx.DiGraph, names: Sequence[str]) -> None:
    if unknown := [name for name in names if name not in graph]:
        raise ValueError(f"{unknown[0]!r} is no value of this graph; its values are {', '.join(graph)}")
    if not nx.is_directed_acyclic_graph(graph):
        circle = [edge[0] for edge in nx.find_cycle(graph)]
        raise ValueError(f"these values use each other in a circle: {' → '.join([*circle, circle[0]])}")


def _places(graph: nx.DiGraph) -> dict[str, Place]:
    """Return column and row of each value: as far down as its users allow, near the values that it uses."""
    rows: dict[int, list[str]] = {}
    for row, names in enumerate(reversed(list(nx.topological_generations(graph.reverse())))):
        before = {name: n for above in rows.values() for n, name in enumerate(above)}
        rows[row] = sorted(names, key=lambda name: _mean([before[used] for used in graph.predecessors(name)]))
    if len(graph) == 1:
        return dict.fromkeys(graph, (0.0, 0.0))
    laid = nx.multipartite_layout(graph, subset_key=rows, align="horizontal")
    heights = {row: laid[names[0]][1] for row, names in rows.items()}
    unit = abs(heights[1] - heights[0]) if len(rows) > 1 else 1.0  # the library scales its unit spacing
    left = min(x for x, _ in laid.values())
    return {name: ((laid[name][0] - left) / unit, float(row)) for row, names in rows.items() for name in names}


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


@dataclass(frozen=True)
class _Box:
    """A node: its text, its middle and its width, in inches."""

    text: str
    x: float
    y: float
    width: float

    def side(self, way: int) -> Place:
        """Return the middle of the left (−1) or right (1) side."""
        return self.x + way * self.width / 2, self.y

    def end(self, way: int) -> Place:
        """Return the middle of the upper (−1) or lower (1) side."""
        return self.x, self.y + way * TALL / 2


class _Drawing:
    """Columns from left to right: statements, forward graph, backward graph, statements of the gradients."""

    def __init__(
        self,
        graph: nx.DiGraph,
        words: _Words,
        saved: dict[str, list[str]],
        places: dict[str, Place],
        choice: _Choice,
    ) -> None:
        self.graph, self.words, self.saved, self.places, self.choice = graph, words, saved, places, choice
        steps = [places[name][1] - places[used][1] for used, name in graph.edges]
        self.bulge = ARC * max((step for step in steps if step > 1), default=0)
        self.rows = int(1 + max(row for _, row in places.values()))
        gap = GAP if self.bulge == 0 else GAP + 0.1
        left = RIM + _widest(words.formulas(words.forward, words.value)) + self.bulge + gap
        self.values: dict[str, _Box] = {}
        self.gradients: dict[str, _Box] = {}
        if "forward" in choice.parts:
            self.values, left = self._boxes(words.value, left)
            left += BETWEEN
        if "backward" in choice.parts:
            self.gradients, left = self._boxes(words.gradient, left)
        self.gradients = {n: box for n, box in self.gradients.items() if n not in (*choice.constants, choice.loss)}
        self.right = left + self.bulge + gap
        self.width = self.right + _widest(words.formulas(words.backward, words.gradient)) + RIM
        self.legend = self._legend()
        self.legend_columns = 2 if self.width >= 2 * _widest(self.legend, TEXT) + 0.4 else 1
        self.width = max(self.width, _widest(self.legend, TEXT) + 2 * RIM)

    def _legend(self) -> list[str]:
        """Return what the picture has need of."""
        shown = ["forward" in self.choice.parts, "backward" in self.choice.parts]
        shown += [shown[1] and any(self.graph.out_degree(name) > 1 for name in self.gradients), bool(self.saved)]
        return [text for text, needed in zip(LEGEND, shown, strict=True) if needed]

    def _boxes(self, label: Callable[[str], str], left: float) -> tuple[dict[str, _Box], float]:
        """Return the nodes of one graph, whose leftmost one starts at ``left``, and where the rightmost one ends."""
        widths = {name: text_width(label(name), FORMULA) + 0.26 for name in self.graph}
        spread = max(COLUMN, max(widths.values()) + 0.2)
        shift = left + max(widths[name] / 2 - self.places[name][0] * spread for name in self.graph)
        boxes = {
            name: _Box(label(name), shift + column * spread, HEAD + (row + 0.5) * ROW, widths[name])
            for name, (column, row) in self.places.items()
        }
        return boxes, max(box.side(1)[0] for box in boxes.values())

    def draw(self) -> Figure:
        lines = -(-len(self.legend) // self.legend_columns)
        axes = board(self.width, HEAD + self.rows * ROW + LINE * lines + 0.25)
        shown = ((self.values, "forward"), (self.gradients, "backward"))
        for boxes, heading in (pair for pair in shown if pair[0]):
            middle = sum(box.x for box in boxes.values()) / len(boxes)
            axes.text(middle, 0.28, heading, fontsize=LABEL, color=GREY, ha="center", va="center")
        for name, user in ((name, user) for name, users in self.saved.items() for user in users):
            self._join(axes, self.values[name], self.gradients[user])
        for used, name in self.graph.edges:
            self._edge(axes, used, name)
        for name, box in self.values.items():
            _node(axes, box, "-", TINT if name in self.saved else PAPER, pale=self.choice.pale(name))
        for name, box in self.gradients.items():
            _node(axes, box, (0, (4, 2)), PAPER)
            if self.graph.out_degree(name) > 1:
                _plus(axes, box)
        self._give(axes)
        self._write(axes, RIM, self.words.formulas(self.words.forward, self.words.value))
        self._write(axes, self.right, self.words.formulas(self.words.backward, self.words.gradient))
        self._explain(axes)
        return axes.get_figure()  # type: ignore[return-value]

    def _join(self, axes: Axes, value: _Box, gradient: _Box) -> None:
        """Draw the thin line of a saved value; it bends where other nodes of the same row lie between."""
        start, end = value.side(1), gradient.side(-1)
        others = [box for box in (*self.values.values(), *self.gradients.values()) if start[0] < box.x < end[0]]
        bend = TALL if value.y == gradient.y and any(box.y == value.y for box in others) else 0.0
        path = Path(
            [start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 2 * bend), end],
            [Path.MOVETO, Path.CURVE3, Path.CURVE3],
        )
        axes.add_patch(PathPatch(path, fill=False, edgecolor=HAIRLINE, linewidth=0.9, zorder=1))

    def _give(self, axes: Axes) -> None:
        """Draw the arrows from the loss to the gradients of all that it uses."""
        for name in self.graph.predecessors(self.choice.loss) if self.choice.loss and self.values else ():
            if name in self.gradients:
                start, end = self.values[self.choice.loss or ""].side(1), self.gradients[name].end(1)
                path = Path([start, (end[0], start[1]), end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
                _point(axes, path, BLUE, (0, (4, 2)))

    def _edge(self, axes: Axes, used: str, name: str) -> None:
        steps = self.places[name][1] - self.places[used][1]
        if self.values:
            _arrow(axes, self.values[used], self.values[name], steps, -1, self.choice.pale(used, name))
        if used in self.gradients and name in self.gradients:
            _arrow(axes, self.gradients[name], self.gradients[used], -steps, 1)

    def _write(self, axes: Axes, x: float, texts: Mapping[str, str]) -> None:
        """Write the statements beside their row; where a row has several, one below the other."""
        for row in range(self.rows):
            here = [texts[name] for name in self.places if self.places[name][1] == row and name in texts]
            for n, text in enumerate(here):
                y = HEAD + (row + 0.5) * ROW + (n - (len(here) - 1) / 2) * 0.38
                axes.text(x, y, text, fontsize=FORMULA, va="center")

    def _explain(self, axes: Axes) -> None:
        top = HEAD + self.rows * ROW + 0.2
        for n, text in enumerate(self.legend):
            row, column = divmod(n, self.legend_columns)
            x, y = RIM + column * self.width / 2, top + row * LINE
            axes.text(x, y, text, color=GREY, va="center")


def _arrow(axes: Axes, start: _Box, end: _Box, steps: float, side: int, pale: bool = False) -> None:
    """Draw an edge: straight to a neighbouring row, around the side over several rows. Upwards it is dashed."""
    down = 1 if steps > 0 else -1
    if abs(steps) == 1:
        path = Path([start.end(down), end.end(-down)])
    else:
        outside = side * ARC * abs(steps)
        first, last = start.side(side), end.side(side)
        corners = [first, (first[0] + outside, first[1]), (last[0] + outside, last[1]), last]
        path = Path(corners, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    _point(axes, path, *((HAIRLINE if pale else INK, "-") if down == 1 else (BLUE, (0, (4, 2)))))


def _point(axes: Axes, path: Path, colour: str, line: Any) -> None:
    style = {"color": colour, "linestyle": line, "linewidth": 1.2}
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=11, zorder=2, **style))


def _node(axes: Axes, box: _Box, line: object, fill: str, pale: bool = False) -> None:
    corner = (box.x - box.width / 2, box.y - TALL / 2)
    colour = HAIRLINE if pale else INK if line == "-" else BLUE
    shape = FancyBboxPatch(
        corner, box.width, TALL, boxstyle="round,pad=0,rounding_size=0.12", facecolor=fill, edgecolor=colour, zorder=3
    )
    shape.set(linestyle=line, linewidth=1.2)
    axes.add_patch(shape)
    ink = GREY if pale else INK
    axes.text(box.x, box.y, box.text, fontsize=FORMULA, color=ink, ha="center", va="center", zorder=4)


def _plus(axes: Axes, box: _Box) -> None:
    x, y = box.side(1)[0] - 0.04, box.end(1)[1] - 0.02
    axes.add_patch(Circle((x, y), 0.095, facecolor=PAPER, edgecolor=BLUE, linewidth=1, zorder=5))
    axes.text(x, y, "+", ha="center", va="center_baseline", zorder=6, fontsize=LABEL)


def _widest(texts: Mapping[str, str] | Sequence[str], size: float = FORMULA) -> float:
    lines = texts.values() if isinstance(texts, Mapping) else texts
    return max((text_width(line, size) for line in lines), default=0.0)
