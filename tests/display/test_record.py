"""The data of a drawing: a plot of other data is noticed, rounding and other noise of the same size is not."""

import json
import re

import numpy as np
import pytest

from tensorcalc import display
from tensorcalc.display import cells

X = np.linspace(0, 3, 50)


def _plot(y=X**2, **labels):
    figure = display.figure()
    axes = figure.subplots()
    axes.plot(X, y, label="square")
    axes.set(**{"title": "Squares", "xlabel": "x", "ylabel": "y"} | labels)
    return figure


def _complaint(one, other, **options):
    stored = json.loads(json.dumps(display.drawn(one)))
    return display.same_drawing(stored, display.drawn(other), **options)


def test_the_same_drawing_is_the_same(picture):
    assert _complaint(picture, picture) is None


def test_each_picture_differs_from_each_other(pictures):
    records = {name: display.drawn(figure) for name, figure in pictures.items()}
    for one in records:
        for other in records:
            assert (display.same_drawing(records[one], records[other]) is None) == (one == other)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (X**2 + 0.5, r"axes\[0\]\.artists\[0\] \(Line2D\)\.y"),
        (-(X**2), r"moments\[0\]: stored 3.03061, drawn -3.03061"),
        (X**2 * 1.01, "moments"),
        (np.where(X[25] == X, 5, X**2), "moments"),  # a point between two samples
    ],
)
def test_other_data_are_noticed(y, message):
    complaint = _complaint(_plot(), _plot(y))
    assert complaint and re.search(message, complaint), complaint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": "Cubes"}, "axes[0].title: stored 'Squares', drawn 'Cubes'"),
        ({"xlabel": "t"}, "axes[0].x.label[0]: stored 'x', drawn 't'"),
        ({"xscale": "symlog"}, "axes[0].x.scale: stored 'linear', drawn 'symlog'"),
        ({"xticks": [0, 1, 2]}, "axes[0].x.ticks"),
    ],
)
def test_other_words_and_axes_are_noticed(change, message):
    assert message in _complaint(_plot(), _plot(**change))


def test_rounding_is_not_noticed():
    noise = 1 + 1e-7 * np.random.default_rng(0).normal(size=X.size)
    assert _complaint(_plot(), _plot(X**2 * noise)) is None


def test_the_tolerance_is_relative_to_the_largest_value():
    assert _complaint(_plot(), _plot(X**2 + 0.004)) is None
    assert _complaint(_plot(), _plot(X**2 + 0.004), rtol=1e-4)


@pytest.mark.parametrize(("stretch", "same"), [(1.005, True), (1.05, False)])
def test_cells_may_be_as_wide_as_other_fonts_make_them(monkeypatch, stretch, same):
    def plot():
        return display.tensor_picture([[-1.25, 2.5], [3.75, 4]], "ij")

    one = plot()
    narrow = cells.text_width
    monkeypatch.setattr(cells, "text_width", lambda *args: stretch * narrow(*args))
    assert (_complaint(one, plot()) is None) == same


def test_another_cell_marked_is_noticed():
    one, other = (display.tensor_picture([[1, 2], [3, 4]], "ij", at={"i": 0, "j": j}) for j in (0, 1))
    assert "PatchCollection" in _complaint(one, other) or "colours" in _complaint(one, other)


@pytest.mark.parametrize("draw", ["scatter", "fill_between", "bar"])
def test_shapes_at_another_place_are_noticed(draw):
    def plot(last):
        figure = display.figure()
        axes = figure.subplots()
        getattr(axes, draw)([0, 1, 2], [1, 2, last])
        axes.set(ylim=(0, 5))
        return figure

    assert _complaint(plot(3), plot(3)) is None
    assert "points" in _complaint(plot(3), plot(4))


def test_another_image_is_noticed():
    one, other = (display.jacobian_picture(np.arange(256.0).reshape(16, 16)[::way], "i", "p") for way in (1, -1))
    assert "AxesImage" in _complaint(one, other)


def _errors(seed, order=1):
    steps = np.logspace(-12, 0, 25)
    noise = np.abs(np.random.default_rng(seed).normal(size=(8, steps.size))).max(axis=0)
    return display.error_curve(steps, {"quotient": steps**order + 1e-16 / steps * noise}, {"h": order, "ε/h": -1})


def test_other_noise_of_the_same_size_is_not_noticed():
    assert _complaint(_errors(0), _errors(1)) is None


def test_another_order_of_the_error_is_noticed():
    assert "factor of 2" in _complaint(_errors(0), _errors(0, order=2))


def test_logarithmic_axes_compare_small_values_too():
    def plot(last):
        figure = display.figure()
        figure.subplots().loglog([1, 10, 100], [1, 1e-6, last])
        return figure

    assert _complaint(plot(1e-12), plot(2e-12))


def test_the_record_is_small_plain_data(picture):
    text = json.dumps(display.drawn(picture), allow_nan=False)
    assert len(text) < 12_000


def test_missing_values_are_recorded_as_missing():
    assert _complaint(_plot(), _plot(np.where(X > 2, np.nan, X**2)))
