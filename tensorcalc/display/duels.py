"""Measured times side by side: how many times as long each rival takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from tensorcalc.display.style import BLUE, GREY, INK, PAPER, RC, RUST, TEXT, figure, styled

ROW, HEAD, FOOT = 0.24, 0.5, 0.5  # inches: a rival, the title of a group, the axis below all

Ratio = tuple[float, float, float]


@styled(RC)
def duel_picture(duels: Mapping[str, Mapping[str, Ratio]], *, ours: str = "ours", title: str = "") -> Figure:
    """Draw t(rival)/t(ours) on a logarithmic axis: right of the line at 1 a rival is slower, left of it faster.

    Parameters
    ----------
    duels : mapping of str to mapping of str to (low, middle, high)
        Name of what was timed, to the name of each rival, to the rival's time over ours: the middle is marked, and a
        line is drawn from low to high (quartiles, say).
    ours : str
        What the rivals are held against; written at the line at 1.
    title : str
        Title of the whole picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where there is no rival, a number is not positive, or low ≤ middle ≤ high does not hold.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.duel_picture({"layer norm": {"NumPy": (4.8, 5.0, 5.1), "PyTorch": (0.9, 1.0, 1.2)}})
    """
    _check(duels)
    counts = [len(rivals) for rivals in duels.values()]
    fig = figure(height=FOOT + sum(HEAD + ROW * n for n in counts))
    groups = fig.subplots(len(counts), sharex=True, squeeze=False, height_ratios=[n + 1 for n in counts])[:, 0]
    if title:
        fig.suptitle(title, x=0.01, ha="left")
    for axes, (name, rivals) in zip(groups, duels.items(), strict=True):
        _group(axes, name, rivals)
    ends = [1.0, *(end for rivals in duels.values() for ratio in rivals.values() for end in ratio)]
    groups[-1].set(xlim=(min(ends) / 1.5, max(ends) * 2.4), xlabel=f"time of the rival ÷ time of {ours}")
    groups[-1].xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    groups[-1].xaxis.set_minor_locator(NullLocator())
    groups[-1].xaxis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:g}"))
    return fig


def _check(duels: Mapping[str, Mapping[str, Ratio]]) -> None:
    if not duels or not all(duels.values()):
        raise ValueError("a duel needs a rival: give at least one for each name")
    for name, rivals in duels.items():
        for rival, (low, middle, high) in rivals.items():
            if not 0 < low <= middle <= high:
                raise ValueError(f"{name}, {rival}: 0 < low ≤ middle ≤ high does not hold for {low}, {middle}, {high}")


def _group(axes: Axes, name: str, rivals: Mapping[str, Ratio]) -> None:
    axes.set(xscale="log", title=name, ylim=(len(rivals) - 0.4, -0.6))
    axes.set_yticks(range(len(rivals)), list(rivals))
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.axvline(1, color=INK, linestyle="-", linewidth=1.2)
    for row, (low, middle, high) in enumerate(rivals.values()):
        # a filled dot is slower than ours, an open one faster: colour alone would not tell
        colour, face = (BLUE, BLUE) if middle >= 1 else (RUST, PAPER)
        axes.plot([low, high], [row, row], color=colour, linestyle="-", linewidth=1.6, solid_capstyle="butt")
        dot: dict[str, Any] = {"markersize": 7, "markeredgewidth": 1.6, "linestyle": "none", "marker": "o"}
        axes.plot([middle], [row], color=colour, markerfacecolor=face, **dot)
        axes.annotate(
            f"{_short(middle)} ×", (max(high, middle), row), xytext=(8, 0), textcoords="offset points", va="center",
            fontsize=TEXT, color=GREY if middle >= 1 else RUST,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )  # fmt: skip


def _short(ratio: float) -> str:
    """Two digits, and the zero behind a point too."""
    return f"{ratio:.0f}" if ratio >= 9.95 else f"{ratio:.1f}" if ratio >= 0.995 else f"{ratio:.2f}"
