"""The pictures of a sliding kernel: what is filled, which numbers stand there, which places nobody reads."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="figures need matplotlib")

from matplotlib.collections import PatchCollection
from matplotlib.colors import to_hex

from tensorcalc import display
from tensorcalc.display import sliding, style

X = np.arange(20.0).reshape(4, 5)
W = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0]])


def _texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def _filled(figure, colour):
    blocks = [child for child in figure.axes[0].get_children() if isinstance(child, PatchCollection)]
    return [sum(to_hex(face) == colour for face in block.get_facecolor()) for block in blocks]


def _crosses(figure):
    return figure.axes[0].lines[0].get_xdata()


def test_one_window_the_whole_kernel_and_one_output_are_filled():
    figure = display.correlation_picture(X, W, (1, 2))
    assert _filled(figure, style.STRONG) == [6, 6, 1]
    assert _filled(figure, sliding.OUTSIDE) == [0, 0, 0]


def test_padding_is_grey_and_has_indices_outside():
    figure = display.correlation_picture(X, W, (1, 2), padding=(1, 2))
    assert _filled(figure, sliding.OUTSIDE) == [6 * 9 - 20, 0, 0]
    assert {"−1", "−2", "6"} <= set(_texts(figure))


def test_the_output_is_the_cross_correlation():
    texts = _texts(display.correlation_picture([[1, 2, 7]], [[10, 100]], (0, 0), letters=("ij", "rs", "pq")))
    assert {"210", "720", "$x_{i j}$", "$w_{r s}$", "$y_{p q}$"} <= set(texts)


def test_another_position_is_another_drawing():
    first, second = (display.drawn(display.correlation_picture(X, W, at)) for at in ((0, 0), (0, 1)))
    assert display.same_drawing(first, second)
    assert display.same_drawing(first, first) is None


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_crosses_mark_what_no_position_reads(stride, padding, dilation):
    length, taps = 8, 3
    figure = display.reading_picture(length, taps, stride=stride, padding=padding, dilation=dilation)
    read, p = set(), 0
    while stride * p + dilation * (taps - 1) - padding <= length - 1 + padding:
        read |= {stride * p + dilation * r - padding for r in range(taps)}
        p += 1
    assert _filled(figure, style.STRONG) == [p * taps]
    lost = [place + padding for place in range(length) if place not in read]
    assert np.allclose(_crosses(figure), sliding.LEFT + (np.array(lost, dtype=float) + 0.5) * sliding.CELL)
    assert any(f"{len(lost)} never read" in text for text in _texts(figure))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X[0], W, (0, 0)), "drawn as matrices"),
        ((X, X.T, (0, 0)), "does not fit"),
        ((X, W, (3, 0)), "no position"),
        ((X, W, (0, -1)), "no position"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        display.correlation_picture(*arguments)


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="reaches over 9 places"):
        display.reading_picture(8, 3, dilation=4)
    assert display.reading_picture(8, 3, dilation=4, padding=1)
