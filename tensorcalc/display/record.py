"""What a figure shows, as plain data: two drawings are compared by their data, not by their pixels."""

import math
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.text import Text

SAMPLES = 24
_NOISY: WeakSet[Line2D] = WeakSet()


def noisy(line: Line2D) -> Line2D:
    """Mark a line whose heights are rounding noise, so that another machine may draw other noise of the same size.

    ``same_drawing`` then asks that half of its points lie within a factor of 2, not that each lies on the stored one.

    Parameters
    ----------
    line : matplotlib.lines.Line2D
        A line on a logarithmic axis.

    Returns
    -------
    matplotlib.lines.Line2D
        The same line.

    Example
    -------
    >>> from tensorcalc import display
    >>> axes = display.figure().subplots()
    >>> line = display.noisy(axes.loglog([1e-8, 1e-4], [2e-9, 1e-9])[0])
    """
    _NOISY.add(line)
    return line


def drawn(figure: Figure) -> dict[str, Any]:
    """Return what the figure shows: per axes its text, and per artist its kind, the number of its points and samples.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    dict
        Plain data that JSON can hold. Values on a logarithmic axis appear as their decimal logarithms.

    Example
    -------
    >>> from tensorcalc import display
    >>> fig = display.figure()
    >>> line, = fig.subplots().plot([0, 1, 2], [0, 1, 4])
    >>> display.drawn(fig)["axes"][0]["artists"][0]["y"]["sample"]
    [0.0, 1.0, 4.0]
    """
    figure.draw_without_rendering()  # the labels of ticks exist only once they are laid out
    record: dict[str, Any] = {"axes": [_axes(axes) for axes in figure.axes]}
    if text := [label.get_text() for label in figure.texts]:
        record["text"] = text
    return record


def _axes(axes: Axes) -> dict[str, Any]:
    titles = [axes.get_title(where) for where in ("left", "center", "right")]
    shown = [child for child in axes.get_children() if child.get_visible() and not _furniture(axes, child)]
    texts = [child.get_text() for child in shown if isinstance(child, Text)]
    artists = [_artist(axes, child) for child in shown if not isinstance(child, (Text, Patch))]
    artists += _patches(axes, [child for child in shown if isinstance(child, Patch)])
    record: dict[str, Any] = {"title": " ".join(filter(None, titles)), "text": texts, "artists": artists}
    if axes.axison:
        record |= {"x": _axis(axes.xaxis), "y": _axis(axes.yaxis)}
        if any(line in _NOISY for line in axes.get_lines()):
            del record["y"]["ticks"]  # they follow the noise
    return record


def _furniture(axes: Axes, child: Artist) -> bool:
    titles = (axes.title, axes._left_title, axes._right_title)  # type: ignore[attr-defined]
    empty = isinstance(child, Text) and not child.get_text()
    return isinstance(child, (Spine, Axis)) or child in titles or child is axes.patch or empty


def _axis(axis: Axis) -> dict[str, Any]:
    low, high = sorted(axis.get_view_interval())
    inside = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    label = [axis.get_label_text()] if axis.get_label_text() else []
    return {"label": label, "scale": axis.get_scale(), "ticks": [tick.label1.get_text() for tick in inside]}


def _artist(axes: Axes, artist: Artist) -> dict[str, Any]:
    for kind, describe in _KINDS.items():
        if isinstance(artist, kind):
            return {"kind": type(artist).__name__} | describe(axes, artist)
    return {"kind": type(artist).__name__}


def _line(axes: Axes, line: Any) -> dict[str, Any]:
    x, y = (_values(*pair) for pair in zip(line.get_data(), (axes.get_xscale(), axes.get_yscale()), strict=True))
    label = str(line.get_label()).partition("_child")[0]  # a line without a label is called by its number
    record = {"label": label, "colour": to_hex(line.get_color()), "x": x, "y": y}
    return record | ({"noisy": True} if line in _NOISY else {})


def _image(axes: Axes, image: Any) -> dict[str, Any]:
    data: np.ndarray = np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), np.nan)
    return {"shape": list(data.shape), "values": _values(data), "limits": _numbers(image.get_clim())}


def _collection(axes: Axes, collection: Any) -> dict[str, Any]:
    points = [path.vertices for path in collection.get_paths()] + [np.ma.filled(collection.get_offsets(), np.nan)]
    record = {"n": len(collection.get_paths()), _places(axes): _values(np.concatenate([np.ravel(p) for p in points]))}
    if collection.get_array() is not None:
        return record | {"values": _values(collection.get_array())}
    return record | {"colours": [to_hex(colour) for colour in collection.get_facecolor()]}


def _patches(axes: Axes, patches: list[Patch]) -> list[dict[str, Any]]:
    """Return one record for each kind of patch: a picture may have hundreds of one kind."""
    kinds = dict.fromkeys(map(type, patches))
    return [_kind_of_patch(axes, kind, [p for p in patches if type(p) is kind]) for kind in kinds]


def _places(axes: Axes) -> str:
    """Name the places of shapes: points of data, or (no axis is shown) a layout that the widths of words decide."""
    return "points" if axes.axison else "layout"


def _kind_of_patch(axes: Axes, kind: type, patches: list[Patch]) -> dict[str, Any]:
    corners = [np.ravel(p.get_patch_transform().transform(np.asarray(p.get_path().vertices))) for p in patches]
    colours = [to_hex(patch.get_facecolor()) for patch in patches]
    return {
        "kind": kind.__name__,
        "n": len(patches),
        _places(axes): _values(np.concatenate(corners)),
        "colours": colours,
    }


def _legend(axes: Axes, legend: Any) -> dict[str, Any]:
    return {"text": [label.get_text() for label in legend.get_texts()]}


_KINDS: dict[type, Any] = {
    Line2D: _line,
    AxesImage: _image,
    Collection: _collection,
    Legend: _legend,
}


def _values(data: Any, scale: str = "linear") -> dict[str, Any]:
    """Return a sample, and the mean and root mean square of all the values."""
    flat = np.asarray(data, dtype=float).ravel()
    if scale == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = np.log10(flat)
    finite = flat[np.isfinite(flat)]
    moments = [finite.mean(), math.sqrt((finite**2).mean())] if finite.size else []
    chosen = np.linspace(0, flat.size - 1, min(flat.size, SAMPLES)).round().astype(int)
    return {"n": flat.size, "moments": _numbers(moments), "sample": _numbers(flat[chosen])}


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]
