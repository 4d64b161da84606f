"""A figure as one short, self-contained SVG document, the same bytes whenever it is drawn again."""

import io
import re

import matplotlib
from matplotlib.figure import Figure

# The header names a schema on the network, the metadata a program version, the comments repeat the text.
_DROPPED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_COORDINATES = re.compile(r'(?<= )(?:d|x|y|x1|x2|y1|y2|points|width|height|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_COMMAND = re.compile(r"\s*\b([MLQCZz])\b\s*")
_REFERENCE = re.compile(r"url\(#(.*?)\)|href=\"#(.*?)\"")


def to_svg(figure: Figure) -> str:
    """Return the figure as an SVG document without references to anything outside it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    str
        Text as outlines, coordinates to a thousandth of a point, no date and no version.

    Example
    -------
    >>> from tensorcalc import display
    >>> display.to_svg(display.figure())[:4]
    '<svg'
    """
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "tensorcalc"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return _shortened(out.getvalue())


def _shortened(svg: str) -> str:
    svg = _COORDINATES.sub(lambda match: _LONG_NUMBER.sub(_rounded, match[0]), _DROPPED.sub("", svg))
    svg = re.sub(r' d="[^"]*"', lambda match: _COMMAND.sub(r"\1", match[0]), svg)
    used = {name for pair in _REFERENCE.findall(svg) for name in pair}
    svg = re.sub(r' id="([^"]*)"', lambda match: match[0] if match[1] in used else "", svg)
    return re.sub(r"\s*\n\s*", "\n", svg).strip() + "\n"


def _rounded(number: re.Match[str]) -> str:
    value = float(number[0])
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4g}"
