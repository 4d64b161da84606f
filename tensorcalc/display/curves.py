"""Curves that a chapter draws more than once."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from tensorcalc.display.labels import label_lines
from tensorcalc.display.record import noisy
from tensorcalc.display.style import CYCLE, GREY, RC, figure, styled

_MARKERS = "osD^v"


@styled(RC)
def error_curve(
    steps: Sequence[float],
    errors: Mapping[str, Sequence[float]],
    slopes: Mapping[str, float] | None = None,
    *,
    step: str = "step size",
    error: str = "relative error",
    title: str = "",
    height: float = 4.0,
) -> Figure:
    """Draw error(h) on logarithmic axes beside lines c·hᵖ: a curve of order p runs parallel to its line.

    Parameters
    ----------
    steps : sequence of float
        The step sizes h > 0, one for each error.
    errors : mapping of str to sequence of float
        Label of a curve to its errors; an error of exactly 0 is left out, because its logarithm is −∞.
    slopes : mapping of str to float, optional
        Label of a reference line to its power p. A line of positive power stands beside the errors of the largest
        step, one of negative power beside those of the smallest.
    step, error, title : str
        Labels of the axes and title.
    height : float
        Height in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where a curve has not as many errors as there are steps, or a step is not positive.

    Example
    -------
    >>> from tensorcalc import display
    >>> h = [1e-1, 1e-2, 1e-3]
    >>> fig = display.error_curve(h, {"central": [1e-2, 1e-4, 1e-6]}, {"h²": 2})
    """
    x = np.asarray(steps, dtype=float)
    curves = {label: _errors(label, values, x) for label, values in errors.items()}
    fig = figure(height=height)
    axes = fig.subplots()
    axes.set(xscale="log", yscale="log", xlabel=step, ylabel=error, title=title)
    for n, (label, y) in enumerate(curves.items()):
        noisy(axes.plot(x, y, "-", marker=_MARKERS[n % 5], color=CYCLE[n % 5], label=label)[0])
    _plain_ticks(axes)
    for label, power in (slopes or {}).items():
        _reference(axes, x, list(curves.values()), label, power)
    label_lines(axes)
    return fig


def _errors(label: str, values: Sequence[float], x: np.ndarray) -> np.ndarray:
    y = np.asarray(values, dtype=float)
    if y.shape != x.shape or (x <= 0).any():
        raise ValueError(f"{label!r} has {y.size} errors for {x.size} steps; give one for each step, each step above 0")
    return np.where(y > 0, y, np.nan)


def _plain_ticks(axes: Axes) -> None:
    # 10⁻⁸ in mathematical type has an exponent of 6 points; 1e−08 is what the book's cells print.
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=9))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, position: f"1e{math.log10(value):.0f}"))


def _reference(axes: Axes, x: np.ndarray, curves: list[np.ndarray], label: str, power: float) -> None:
    """Draw c·hᵖ over the third of the steps where it belongs, three times above the curve that it resembles most."""
    order = np.argsort(x) if power < 0 else np.argsort(-x)
    end = order[: max(2, len(x) // 3)]
    h, y = x[end], min((curve[end] for curve in curves), key=lambda curve: abs(_slope(x[end], curve) - power))
    reference = 3 * np.exp(np.nanmean(np.log(y) - power * np.log(h))) * h**power
    noisy(axes.plot(h, reference, color=GREY, linewidth=1, linestyle=(0, (4, 2)), label=label)[0])


def _slope(h: np.ndarray, y: np.ndarray) -> float:
    finite = np.isfinite(y)
    return float(np.polyfit(np.log(h[finite]), np.log(y[finite]), 1)[0]) if finite.sum() > 1 else math.inf
