"""Curves of training: losses, activation functions with their derivatives, paths of optimizers, the roofline."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from tensorcalc.display.labels import label_lines
from tensorcalc.display.style import CYCLE, GREY, HAIRLINE, INK, PAPER, RC, STYLES, figure, styled

MARKERS = "osD^v"
FINE = 161  # points along each axis of a surface
JUMP = 8.0  # a step of a derivative that exceeds its neighbours so many times is a jump


@styled(RC)
def loss_curves(
    losses: Mapping[str, Sequence[float]],
    *,
    steps: Sequence[float] | None = None,
    step: str = "step",
    loss: str = "loss",
    title: str = "",
    log: bool = False,
    height: float = 3.2,
) -> Figure:
    """Draw l(t): how each loss falls over the steps, its name beside its line.

    Parameters
    ----------
    losses : mapping of str to sequence of float
        Label of a curve to its losses, one for each step; curves may stop early.
    steps : sequence of float, optional
        The steps; 0, 1, 2, … unless told.
    step, loss, title : str
        Labels of the axes and title.
    log : bool
        Whether the loss has a logarithmic axis.
    height : float
        Height in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where a curve is empty, or longer than the steps.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.loss_curves({"training": [4, 2, 1], "validation": [4.2, 3, 2.7]}, step="epoch")
    """
    axes = figure(height=height).subplots()
    axes.set(xlabel=step, ylabel=loss, title=title, yscale="log" if log else "linear")
    for n, (label, values) in enumerate(losses.items()):
        y = np.asarray(values, dtype=float)
        x = np.arange(y.size) if steps is None else np.asarray(steps, dtype=float)[: y.size]
        if not 0 < y.size == x.size:
            raise ValueError(f"{label!r} has {y.size} losses for {x.size} steps; give one for each step")
        axes.plot(x, y, label=label, color=CYCLE[n % 5], linestyle=STYLES[n % 5])
    if log:
        _decades(axes.yaxis)
    label_lines(axes)
    return axes.get_figure()  # type: ignore[return-value]


@styled(RC)
def activation_picture(
    function: Callable[[np.ndarray], Any],
    derivative: Callable[[np.ndarray], Any],
    *,
    name: str = "f",
    kinks: Sequence[float] = (),
    limits: tuple[float, float] = (-4.0, 4.0),
    height: float = 3.0,
) -> Figure:
    """Draw f(x) and f′(x) side by side; at a kink f′ jumps, and an open circle stands at either end of the jump.

    Parameters
    ----------
    function, derivative : callable
        f and f′ of an array, component by component.
    name : str
        Name of f.
    kinks : sequence of float
        Where f has no derivative; f is marked there, and the curve of f′ is interrupted.
    limits : tuple of float
        The ends of the x-axis.
    height : float
        Height in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where the derivative jumps at a place that is not among the kinks, or a kink is out of the limits.

    Example
    -------
    >>> import numpy as np
    >>> from tensorcalc import display
    >>> fig = display.activation_picture(lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0, name="relu", kinks=[0])
    """
    if outside := [kink for kink in kinks if not limits[0] < kink < limits[1]]:
        raise ValueError(f"the kink {outside[0]:g} is not between {limits[0]:g} and {limits[1]:g}")
    left, right = figure(height=height).subplots(1, 2)
    ends = [limits[0], *sorted(kinks), limits[1]]
    for n, (low, high) in enumerate(pairwise(ends)):
        x = np.linspace(low, high, 201)
        inside = x[1:-1]  # at a kink itself the derivative is a convention
        slope = np.asarray(derivative(inside), dtype=float)
        _check_smooth(inside, slope)
        left.plot(x, function(x), "-", color=CYCLE[0])
        right.plot(inside, slope, "-", color=CYCLE[1])
        holes = [(inside[0], slope[0])] * (n > 0) + [(inside[-1], slope[-1])] * (high != limits[1])
        for hole in holes:
            right.plot(*hole, "o", color=CYCLE[1], markerfacecolor=PAPER)
    for kink in kinks:
        left.plot(kink, function(np.array(kink, dtype=float)), "o", color=INK, zorder=3)
    for axes, title in ((left, f"{name}(x)"), (right, f"{name}′(x)")):
        axes.set(xlabel="x", title=title, xlim=limits)
        axes.axhline(0, color=HAIRLINE, linewidth=0.8, zorder=1)
    return left.get_figure()  # type: ignore[return-value]


def _check_smooth(x: np.ndarray, slope: np.ndarray) -> None:
    """Refuse a jump of the derivative: it would be drawn as a steep line that is not there."""
    steps = np.abs(np.diff(slope))
    usual = np.maximum(np.median(steps), 1e-3 * np.ptp(slope)) if steps.size else 0.0
    near = np.maximum(np.roll(steps, 1), np.roll(steps, -1))
    jumps = (steps > JUMP * np.maximum(near, usual)) & (steps > 0)
    if jumps.any():
        at = x[:-1][jumps][0]
        raise ValueError(f"the derivative jumps near x = {at:.2g}: name the place among the kinks")


@styled(RC)
def path_picture(
    surface: Callable[[np.ndarray, np.ndarray], Any],
    paths: Mapping[str, Any],
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    levels: Sequence[float] | int = 12,
    names: tuple[str, str] = ("x", "y"),
    title: str = "",
    height: float = 4.2,
) -> Figure:
    """Draw the contours of l(x, y) and the points that each optimizer visits, from an open circle to a full one.

    Parameters
    ----------
    surface : callable
        l of two arrays of the same shape.
    paths : mapping of str to array_like
        Name of an optimizer to its points, shape (steps + 1, 2).
    x, y : tuple of float
        The ends of the axes.
    levels : sequence of float or int
        The values of l that have a contour, or about how many; spaced evenly in the square root of l − min l.
    names : tuple of str
        Labels of the axes.
    title : str
        Title.
    height : float
        Height in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where a path is not a list of points of the plane.

    Example
    -------
    >>> from tensorcalc import display
    >>> bowl = lambda x, y: x**2 + 4 * y**2
    >>> fig = display.path_picture(bowl, {"gradient descent": [(2, 1), (1, 0.2), (0.5, 0)]}, x=(-1, 3), y=(-1, 2))
    """
    axes = figure(height=height).subplots()
    axes.set(xlim=x, ylim=y, xlabel=names[0], ylabel=names[1], title=title)
    axes.grid(False)
    grid = np.meshgrid(np.linspace(*x, FINE), np.linspace(*y, FINE))
    heights = np.asarray(surface(*grid), dtype=float)
    chosen = _levels(heights, levels) if isinstance(levels, int) else sorted(levels)
    axes.contour(*grid, heights, levels=chosen, colors=HAIRLINE, linewidths=0.8, linestyles="-")
    for n, (label, points) in enumerate(paths.items()):
        visited = np.asarray(points, dtype=float)
        if visited.ndim != 2 or visited.shape[1] != 2:
            raise ValueError(f"the path {label!r} has shape {visited.shape}; give points, shape (steps + 1, 2)")
        style: dict[str, Any] = {"color": CYCLE[n % 5], "marker": MARKERS[n % 5], "markersize": 3.5}
        axes.plot(*visited.T, label=label, linestyle=STYLES[n % 5], linewidth=1.5, **style)
        axes.plot(*visited[0], "o", markersize=8, markerfacecolor="none", color=INK, label="_start")
        axes.plot(*visited[-1], "o", markersize=8, color=CYCLE[n % 5], label="_end")
    label_lines(axes)
    return axes.get_figure()  # type: ignore[return-value]


def _levels(heights: np.ndarray, count: int) -> list[float]:
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    return [low + (high - low) * (n / (count + 1)) ** 2 for n in range(1, count + 1)]


@styled(RC)
def roofline_picture(
    kernels: Mapping[str, tuple[float, float]],
    *,
    bandwidth: float,
    peak: float,
    title: str = "",
    height: float = 3.8,
) -> Figure:
    """Draw measured speeds below min(peak, bandwidth · intensity), the most that a machine can do.

    Parameters
    ----------
    kernels : mapping of str to (float, float)
        Name of a kernel to its arithmetic intensity in flop per byte and its measured speed in flop/s.
    bandwidth : float
        Bytes per second between memory and processor, measured.
    peak : float
        Flop/s of the processor, measured.
    title : str
        Title.
    height : float
        Height in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where a number is not positive.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.roofline_picture({"matmul": (40, 6e10), "add": (0.08, 1e9)}, bandwidth=2e10, peak=1e11)
    """
    numbers = [bandwidth, peak, *(number for pair in kernels.values() for number in pair)]
    if not all(number > 0 for number in numbers):
        raise ValueError("bandwidth, peak, intensities and speeds are all above 0")
    axes = figure(height=height).subplots()
    ridge = peak / bandwidth
    found = [ridge, *(intensity for intensity, _ in kernels.values())]
    ends = [min(found) / 4, ridge, max(found) * 8]
    axes.set(xscale="log", yscale="log", xlabel="arithmetic intensity, flop per byte", ylabel="Gflop/s", title=title)
    axes.plot(ends[:2], [bandwidth * x / 1e9 for x in ends[:2]], color=INK, label="memory bandwidth")
    axes.plot(ends[1:], [peak / 1e9] * 2, color=INK, linestyle="--", label="peak of the processor")
    for n, (label, (intensity, speed)) in enumerate(kernels.items()):
        style = {"color": CYCLE[n % 4], "marker": MARKERS[n % 5], "markersize": 7, "linestyle": "none"}
        axes.plot([intensity], [speed / 1e9], label=label, **style)  # type: ignore[arg-type]
        most = min(peak, bandwidth * intensity) / 1e9
        axes.plot([intensity] * 2, [speed / 1e9, most], color=GREY, linewidth=0.8, linestyle=":", label="_gap")
    for axis in (axes.xaxis, axes.yaxis):
        _decades(axis)
    label_lines(axes)
    return axes.get_figure()  # type: ignore[return-value]


def _decades(axis: Any) -> None:
    axis.set_major_locator(LogLocator(numticks=9))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:g}"))
