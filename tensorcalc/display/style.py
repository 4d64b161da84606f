"""One look for every figure of the book, and the way a figure becomes an output of a notebook."""

import sys
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib import pyplot
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from tensorcalc.display.record import drawn
from tensorcalc.display.svg import to_svg

# Text width of a page: 7.2 in are 691 CSS pixels, so a point here is a point on the page.
PAGE_WIDTH = 7.2

# Each at least 4.5:1 on white, and still so after the inversion that the dark theme applies;
# told apart by lightness as well as by hue.
BLUE, RUST, GREEN, PURPLE = "#0060a8", "#b3470b", "#00705a", "#8b3a86"
INK, GREY, BLACK = "#1f2328", "#59636e", "#000000"
CYCLE = [BLUE, RUST, GREEN, PURPLE, INK]
STYLES = ["-", "--", "-.", ":", "-"]

# Fills behind text.
PAPER, FAINT, TINT, STRONG = "#ffffff", "#f0f2f4", "#cfe3f7", "#fbd9bd"
HAIRLINE = "#8c959f"

TEXT, LABEL, FORMULA = 9.5, 10.5, 13.0  # points; a subscript of a formula is 0.7 times its size, so 9.1

RC: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": LABEL,
    "axes.prop_cycle": cycler(color=CYCLE) + cycler(linestyle=STYLES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 9.0,
    "axes.titlesize": 11.5,
    "figure.constrained_layout.use": True,
    "figure.facecolor": PAPER,
    "figure.figsize": (PAGE_WIDTH, 3.6),
    "figure.titlesize": 11.5,
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "grid.color": "#d8dde2",
    "grid.linewidth": 0.6,
    "legend.fontsize": TEXT,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "mathtext.fontset": "cm",
    "savefig.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "tensorcalc",
    "text.color": INK,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "xtick.labelsize": TEXT,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.labelsize": TEXT,
}

# The ends differ in hue and not in lightness; what is masked (in a Jacobian, exact zeros) is grey.
_DIVERGING = LinearSegmentedColormap.from_list("signed", [BLUE, "#7fb2de", PAPER, "#eea980", RUST], N=257)
SIGNED = _DIVERGING.with_extremes(bad="#e4e7ea")
UNSIGNED = LinearSegmentedColormap.from_list("unsigned", [PAPER, INK], N=256)

styled = matplotlib.rc_context  # ``@styled(RC)``: a function draws in this style whether or not setup() has run


def luminance(colour: Any) -> float:
    """Return the relative luminance of a colour, 0 for black and 1 for white, as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Any, other: Any) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: Any) -> str:
    """Return a colour of text that stands out on ``colour`` by 4.5:1 at least."""
    return next(ink for ink in (INK, PAPER, BLACK) if contrast(ink, colour) >= 4.5)


def setup() -> None:
    """Give every figure of this notebook the book's style and store it as SVG together with the data drawn.

    Example
    -------
    >>> from tensorcalc import display
    >>> display.setup()
    """
    matplotlib.rcParams.update(RC)
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        _register(shell)


def _register(shell: Any) -> None:
    # The notebook's own backend registers its PNG formatter when it is first switched on: switch it on before us.
    pyplot.switch_backend(matplotlib.get_backend())
    formatters = shell.display_formatter.formatters
    for formatter in formatters.values():
        formatter.pop(Figure, None)
    formatters["image/svg+xml"].for_type(Figure, lambda fig: (to_svg(fig), {"drawn": drawn(fig)}))
    formatters["text/plain"].for_type(Figure, lambda fig, printer, cycle: printer.text("<Figure>"))


@styled(RC)
def figure(width: float = PAGE_WIDTH, height: float = 3.6) -> Figure:
    """Return an empty figure, ``width`` by ``height`` inches; the page is 7.2 inches wide.

    It is shown where it is the last value of a cell, and only there (pyplot does not know it).

    Parameters
    ----------
    width, height : float
        Size in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.figure(height=3)
    >>> line, = fig.subplots().plot([0, 1, 2], [0, 1, 4])
    """
    return Figure(figsize=(width, height), layout="constrained")
