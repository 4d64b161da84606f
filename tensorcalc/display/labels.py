"""Each line's name beside the line, so that no legend has to be matched by colour."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from tensorcalc.display.style import PAPER, RC, styled

POINTS = 60  # places tried along each line
NEAR = 40.0  # pixels: another line nearer than this makes a label ambiguous
GAPS = (6, 12)  # pixels between a point of the line and the label: beside a slanted line the corner comes nearer
CLEAR = 4  # pixels around a label that its own line stays out of
MARKER = 4.0 * np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)])  # pixels: a lone point is seen as a disc


@styled(RC)
def label_lines(axes: Axes) -> None:
    """Write the label of each line beside it, in its colour, where it covers no line and is nearest to its own.

    Call it last: it needs the final limits of the axes. A line whose label starts with an underscore stays unnamed.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes whose lines have labels.

    Example
    -------
    >>> from tensorcalc import display
    >>> axes = display.figure().subplots()
    >>> line, = axes.plot([0, 1, 2], [3, 2, 1], label="loss")
    >>> display.label_lines(axes)
    >>> [text.get_text() for text in axes.texts]
    ['loss']
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    lines = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    traces = {line: _trace(line) for line in axes.get_lines()}
    taken = [_Box(*text.get_window_extent().extents) for text in axes.texts]
    for line in lines:
        taken.append(_write(axes, line, traces, taken))


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def holds(self, points: np.ndarray, margin: float) -> np.ndarray:
        x, y = points[:, 0], points[:, 1]
        inside = (x > self.left - margin) & (x < self.right + margin)
        return inside & (y > self.bottom - margin) & (y < self.top + margin)

    def overlaps(self, other: "_Box") -> bool:
        apart = self.right < other.left or other.right < self.left or self.top < other.bottom or other.top < self.bottom
        return not apart

    def distance(self, points: np.ndarray) -> float:
        dx = np.maximum(np.maximum(self.left - points[:, 0], points[:, 0] - self.right), 0)
        dy = np.maximum(np.maximum(self.bottom - points[:, 1], points[:, 1] - self.top), 0)
        return float(np.hypot(dx, dy).min(initial=np.inf))


def _trace(line: Line2D) -> np.ndarray:
    """Return points every few pixels along the line, in pixels."""
    corners = line.get_transform().transform(np.column_stack([np.asarray(d, dtype=float) for d in line.get_data()]))
    corners = corners[np.isfinite(corners).all(axis=1)]
    if len(corners) < 2:
        return corners
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    along = np.linspace(0, length[-1], max(2, int(length[-1] / 3)))
    return np.column_stack([np.interp(along, length, corners[:, way]) for way in (0, 1)])


def _seen(trace: np.ndarray) -> np.ndarray:
    return (trace + MARKER) if len(trace) == 1 else trace


def _write(axes: Axes, line: Line2D, traces: dict[Line2D, np.ndarray], taken: list[_Box]) -> _Box:
    text = axes.text(0, 0, str(line.get_label()), color=line.get_color(), ha="center", va="center")
    extent = text.get_window_extent()
    own = traces[line]
    others = np.concatenate([np.empty((0, 2)), *(_seen(trace) for other, trace in traces.items() if other is not line)])
    boxes = _candidates(own, extent.width, extent.height)
    best = min(boxes, key=lambda box: _cost(box, own, others, taken, axes))
    centre = ((best.left + best.right) / 2, (best.bottom + best.top) / 2)
    text.set(position=axes.transData.inverted().transform(centre))
    text.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 0.5, "alpha": 0.8})
    return best


def _candidates(own: np.ndarray, width: float, height: float) -> list[_Box]:
    chosen = own[np.linspace(0, len(own) - 1, min(len(own), POINTS)).astype(int)]
    ways = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)]
    shifts = [(x * (width / 2 + gap), y * (height / 2 + gap)) for gap in GAPS for x, y in ways]
    return [
        _Box(x + dx - width / 2, y + dy - height / 2, x + dx + width / 2, y + dy + height / 2)
        for x, y in chosen
        for dx, dy in shifts
    ]


def _cost(box: _Box, own: np.ndarray, others: np.ndarray, taken: list[_Box], axes: Axes) -> float:
    frame = axes.bbox
    outside = box.left < frame.x0 or box.right > frame.x1 or box.bottom < frame.y0 or box.top > frame.y1
    covered = box.holds(own, CLEAR).sum() + 3 * box.holds(others, 2).sum()
    clashes = sum(box.overlaps(other) for other in taken)
    ambiguous = max(0.0, NEAR - box.distance(others)) / NEAR
    return 1000 * (outside + clashes) + 10 * covered + 8 * ambiguous + box.distance(own) / 10
