"""A slider over frames drawn beforehand: it moves in a notebook and on a static page, where no kernel runs."""

import html
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import ipywidgets as widgets
from matplotlib.figure import Figure

from tensorcalc.display.record import drawn
from tensorcalc.display.svg import to_svg

FRAME_LIMIT, TOTAL_LIMIT = 90_000, 900_000  # bytes of SVG; a page should not weigh 2 MB
_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt" viewBox="[^"]*"')


def sweep(
    frame: Callable[[Any], Figure] | Sequence[Figure],
    values: Sequence[Any],
    *,
    label: str,
    caption: str,
    texts: Sequence[str] | None = None,
    start: int | None = None,
    interval: int = 700,
) -> "Sweep":
    """Return a slider and a play button that show ``frame(v)`` for each v of ``values``.

    Everything is drawn once, now. Slider, button and frames are linked on the page itself, so no kernel is needed; no
    Python function runs when the slider moves. With the keyboard: Tab to the slider, then the arrow keys.

    Parameters
    ----------
    frame : callable, or sequence of matplotlib.figure.Figure
        Draws the picture for one value, or the pictures.
    values : sequence
        At least two values; 6 to 12 teach most.
    label : str
        Name of what moves; it stands beside the slider and is its accessible name.
    caption : str
        What the picture shows, in a sentence; it becomes the frames' alternative text.
    texts : sequence of str, optional
        The values as the slider writes them.
    start : int, optional
        Number of the frame shown first and printed; the middle one unless told.
    interval : int
        Milliseconds from frame to frame when playing.

    Returns
    -------
    Sweep
        A widget. Where no widget can be shown, as in print, it is the picture of its first frame.

    Raises
    ------
    ValueError
        Where there is one value only, a text is missing, or a frame is too heavy for a page.

    Example
    -------
    >>> from tensorcalc import display
    >>> def parabola(a):
    ...     fig = display.figure(height=2)
    ...     line, = fig.subplots().plot([-1, 0, 1], [a, 0, a])
    ...     return fig
    >>> display.sweep(parabola, [1, 2, 3], label="factor a", caption="The parabola a x².")
    <Sweep of 3 frames: factor a>
    """
    figures = [frame(value) for value in values] if callable(frame) else list(frame)
    words = [_written(value) for value in values] if texts is None else list(texts)
    if not 2 <= len(values) == len(figures) == len(words):
        raise ValueError(
            f"a sweep needs two values or more and as many frames and texts; it got {len(values)} values, "
            f"{len(figures)} frames and {len(words)} texts"
        )
    pictures = _same_size([to_svg(figure) for figure in figures])
    _check_weight(pictures, words)
    first = len(values) // 2 if start is None else start
    alternative = [f"{caption} {label}: {word}" for word in words]
    record = {"frames": [drawn(figure) for figure in figures], "texts": words}
    return Sweep(pictures, alternative, words, label, first, interval, record)


class Sweep(widgets.VBox):
    """Slider, play button and frames, linked in the browser."""

    def __init__(
        self,
        pictures: list[str],
        alternative: list[str],
        texts: list[str],
        label: str,
        first: int,
        interval: int,
        record: dict[str, Any],
    ) -> None:
        frames = [widgets.HTML(_image(*pair)) for pair in zip(pictures, alternative, strict=True)]
        stack = widgets.Stack(frames, selected_index=first)
        slider = widgets.SelectionSlider(
            options=[(text, n) for n, text in enumerate(texts)],
            index=first,
            description=label,
            style={"description_width": "initial"},
            layout={"width": "auto", "flex": "1 1 20em"},
        )
        play = widgets.Play(value=first, min=0, max=len(texts) - 1, interval=interval, show_repeat=False)
        # value → index: the three models count frames; links of the browser, not of Python
        self.links = [
            widgets.jslink((play, "value"), (slider, "index")),
            widgets.jslink((slider, "index"), (stack, "selected_index")),
        ]
        super().__init__([widgets.HBox([play, slider], layout={"flex_flow": "row wrap"}), stack])
        self.add_class("tc-sweep")
        self._name = f"<Sweep of {len(texts)} frames: {label}>"
        self._printed = (pictures[first], record)

    def __repr__(self) -> str:
        return self._name

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Offer the widget, and the picture for readers that show none."""
        picture, record = self._printed
        data = super()._repr_mimebundle_(**kwargs) or {}
        data |= {"text/plain": self._name, "image/svg+xml": picture}
        return data, {"image/svg+xml": {"drawn": record}}


def _written(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _same_size(pictures: list[str]) -> list[str]:
    """Give all frames the size of the largest, so that the page does not jump."""
    sizes = [match.groups() for picture in pictures if (match := _SIZE.search(picture))]
    wide, tall = (f"{max(float(size[way]) for size in sizes):g}" for way in (0, 1))
    header = f'width="{wide}pt" height="{tall}pt" viewBox="0 0 {wide} {tall}"'
    return [_SIZE.sub(header, picture, count=1) for picture in pictures]


def _check_weight(pictures: list[str], texts: list[str]) -> None:
    sizes = [len(picture.encode()) for picture in pictures]
    heaviest = max(range(len(sizes)), key=sizes.__getitem__)
    if sizes[heaviest] > FRAME_LIMIT:
        raise ValueError(
            f"the frame {texts[heaviest]!r} takes {sizes[heaviest] // 1000} kB and may take {FRAME_LIMIT // 1000}: "
            "draw fewer points, cells or words"
        )
    if sum(sizes) > TOTAL_LIMIT:
        raise ValueError(
            f"{len(sizes)} frames take {sum(sizes) // 1000} kB, more than {TOTAL_LIMIT // 1000}: use fewer"
        )


def _image(picture: str, alternative: str) -> str:
    """Return the frame as an image of its own: two drawings in one document would share the names of their glyphs."""
    address = quote(picture.strip().replace("\n", " ").replace('"', "'"), safe=" '=:/;,()")
    return (
        f'<img class="tc-frame" alt="{html.escape(alternative)}" style="background:#fff;max-width:100%;height:auto" '
        f'src="data:image/svg+xml,{address}">'
    )
