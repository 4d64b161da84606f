"""A feed-forward network as columns of units, each joined to all units of the layer before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from tensorcalc.display.cells import board
from tensorcalc.display.style import (
    BLUE,
    FAINT,
    FORMULA,
    GREY,
    HAIRLINE,
    INK,
    LABEL,
    PAGE_WIDTH,
    RC,
    SIGNED,
    TEXT,
    ink_on,
    styled,
)

RADIUS, ROW, COLUMN, RIM = 0.23, 0.56, 2.0, 0.5  # inches: of a unit, between units, between layers, around all
HEAD, FOOT, GROUP = 0.5, 0.42, 0.36  # inches: the names above, those of the weights below, and those of groups
MOST, FIRST, LAST = 8, 4, 2  # a layer of more units than MOST shows its first ones, dots and its last ones

Place = tuple[float, float]


@styled(RC)
def network_picture(
    widths: Sequence[int],
    *,
    units: Sequence[str] = (),
    names: Sequence[str] = (),
    weights: Sequence[str] = (),
    values: Sequence[Any] = (),
    at: int | tuple[int, int] | None = None,
    backward: bool = False,
    groups: Mapping[str, tuple[int, int]] | None = None,
    title: str = "",
) -> Figure:
    """Draw a network of layers: one circle a unit, one line a weight w_ij from unit i of a layer to unit j of the next.

    Parameters
    ----------
    widths : sequence of int
        The number of units of each layer, the input first. A layer of more than 8 shows the first four and last two.
    units : sequence of str, optional
        Letter of the units of each layer: ``"x"`` labels them x_0, x_1, …; "" leaves them empty.
    names : sequence of str, optional
        What stands above each layer, as mathtext without dollars.
    weights : sequence of str, optional
        What stands below the lines between two layers, as mathtext without dollars.
    values : sequence of array_like or None, optional
        Numbers of a layer's units, two decimals in the place of their labels; blue below 0 and rust above, all
        on one scale.
    at : int or (int, int), optional
        A layer, counted from 0 at the input, or a layer and one of its units: the lines that enter it are dark.
    backward : bool
        Whether these lines are blue and dashed, as gradients are in `graph_picture`.
    groups : mapping of str to (int, int), optional
        A word to the first and last of the layers that it names, below the picture.
    title : str
        Title.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where there are not two layers, one has no unit, ``at`` or a group names no layer or unit, a list is longer
        than the layers, or the values are not as many as the units.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.network_picture([4, 3], units="xa", weights=["w_{ij}"], at=(1, 2))
    """
    layer, unit = at if isinstance(at, tuple) else (at, None)
    _check(widths, units, names, weights, values, (layer, unit), groups or {})
    numbers = [None if given is None else np.asarray(given, dtype=float) for given in values]
    plan = _Plan(tuple(widths), bool(groups), bool(title))
    axes = board(plan.width, plan.height)
    axes.text(0.1, 0.2, title, fontsize=FORMULA, va="center")
    _lines(axes, plan, layer, unit, BLUE if backward else INK, (0, (4, 2)) if backward else "-")
    for n in range(len(widths)):
        _units(axes, plan, n, units[n] if n < len(units) else "", _at(numbers, n), _largest(numbers))
    for n, name in enumerate(names):
        axes.text(plan.x(n), plan.top - 0.25, f"${name}$", fontsize=FORMULA, ha="center", va="center")
    for n, name in enumerate(weights):
        x = (plan.x(n) + plan.x(n + 1)) / 2
        axes.text(x, plan.bottom + 0.2, f"${name}$", fontsize=FORMULA, ha="center", va="center")
    for word, ends in (groups or {}).items():
        _group(axes, plan, word, ends)
    return axes.get_figure()  # type: ignore[return-value]


@dataclass(frozen=True)
class _Plan:
    """Where the units stand, in inches from the top left corner."""

    widths: tuple[int, ...]
    grouped: bool
    titled: bool

    @property
    def step(self) -> float:
        return min(COLUMN, (PAGE_WIDTH - 2 * RIM) / (len(self.widths) - 1))

    @property
    def width(self) -> float:
        return max(2 * RIM + self.step * (len(self.widths) - 1), 4.0)

    @property
    def top(self) -> float:
        return HEAD + 0.35 * self.titled

    @property
    def bottom(self) -> float:
        return self.top + ROW * max(len(self.rows(n)) for n in range(len(self.widths)))

    @property
    def height(self) -> float:
        return self.bottom + FOOT + GROUP * self.grouped

    def x(self, layer: int) -> float:
        return self.width / 2 + self.step * (layer - (len(self.widths) - 1) / 2)

    def rows(self, layer: int) -> list[int | None]:
        """Return the units that are drawn, from the top; None is a row of dots."""
        width = self.widths[layer]
        return [*range(width)] if width <= MOST else [*range(FIRST), None, *range(width - LAST, width)]

    def places(self, layer: int) -> dict[int | None, Place]:
        """Return the middle of each unit that is drawn, and of the dots."""
        rows = self.rows(layer)
        middle = (self.top + self.bottom) / 2
        return {unit: (self.x(layer), middle + ROW * (n - (len(rows) - 1) / 2)) for n, unit in enumerate(rows)}

    def drawn(self, layer: int) -> dict[int, Place]:
        return {unit: place for unit, place in self.places(layer).items() if unit is not None}


def _lines(axes: Axes, plan: _Plan, layer: int | None, unit: int | None, colour: str, line: Any) -> None:
    """Draw all lines, those that enter the chosen layer or unit last and dark."""
    pale: list[list[Place]] = []
    dark: list[list[Place]] = []
    for n in range(1, len(plan.widths)):
        for end, stop in plan.drawn(n).items():
            chosen = n == layer and unit in (None, end)
            (dark if chosen else pale).extend([start, stop] for start in plan.drawn(n - 1).values())
    axes.add_collection(LineCollection(pale, colors=HAIRLINE, linewidths=0.6, zorder=1))
    if dark:
        axes.add_collection(LineCollection(dark, colors=colour, linewidths=1.2, linestyles=[line], zorder=2))


def _units(axes: Axes, plan: _Plan, layer: int, letter: str, values: np.ndarray | None, largest: float) -> None:
    for unit, (x, y) in plan.drawn(layer).items():
        fill, text, size = FAINT, f"${letter}_{{{unit}}}$" if letter else "", FORMULA
        if values is not None:
            fill = to_hex(SIGNED(0.5 + 0.5 * values[unit] / largest))
            text, size = f"{round(values[unit], 2) + 0.0:.2f}".replace("-", "−"), TEXT  # and no minus zero
        axes.add_patch(Circle((x, y), RADIUS, facecolor=fill, edgecolor=INK, linewidth=1, zorder=3))
        axes.text(x, y, text, fontsize=size, color=ink_on(fill), ha="center", va="center", zorder=4)
    if None in plan.places(layer):
        axes.text(*plan.places(layer)[None], "⋮", fontsize=FORMULA, ha="center", va="center")


def _group(axes: Axes, plan: _Plan, word: str, ends: tuple[int, int]) -> None:
    left, right = plan.x(ends[0]) + 0.06, plan.x(ends[1]) - 0.06
    y = plan.bottom + FOOT
    axes.plot([left, left, right, right], [y - 0.06, y, y, y - 0.06], "-", color=GREY, linewidth=1)
    axes.text((left + right) / 2, y + 0.17, word, fontsize=LABEL, color=INK, ha="center", va="center")


def _at(numbers: Sequence[np.ndarray | None], layer: int) -> np.ndarray | None:
    return numbers[layer] if layer < len(numbers) else None


def _largest(numbers: Sequence[np.ndarray | None]) -> float:
    return max((float(np.abs(given).max()) for given in numbers if given is not None), default=0.0) or 1.0


def _check(
    widths: Sequence[int],
    units: Sequence[str],
    names: Sequence[str],
    weights: Sequence[str],
    values: Sequence[Any],
    at: tuple[int | None, int | None],
    groups: Mapping[str, tuple[int, int]],
) -> None:
    count = len(widths)
    if count < 2 or min(widths) < 1:
        raise ValueError(f"a network has two layers at least, of one unit at least; the widths are {list(widths)}")
    lists = {"units": len(units), "names": len(names), "values": len(values), "weights": len(weights) + 1}
    if longer := [name for name, length in lists.items() if length > count]:
        raise ValueError(f"{longer[0]} has more entries than {count} layers need")
    for n, given in enumerate(values):
        if given is not None and np.shape(given) != (widths[n],):
            raise ValueError(f"layer {n} has {widths[n]} units and values of shape {np.shape(given)}")
    layer, unit = at
    if layer is not None and not (1 <= layer < count and (unit is None or 0 <= unit < widths[layer])):
        raise ValueError(f"at = {layer if unit is None else at} is no layer after the input, or no unit of it")
    for word, ends in groups.items():
        if not 0 <= ends[0] <= ends[1] < count:
            raise ValueError(
                f"the group {word!r} reaches from layer {ends[0]} to {ends[1]}; layers are 0 to {count - 1}"
            )
