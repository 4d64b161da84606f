"""Losses, activation functions, paths and rooflines: what is given is drawn, kinks are told, the rest refused."""

import math

import numpy as np
import pytest

from tensorcalc import display
from tensorcalc.display.style import HAIRLINE


def _lines(axes):
    return {str(line.get_label()): np.array(line.get_data()) for line in axes.get_lines()}


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_losses_are_drawn_over_their_steps():
    axes = display.loss_curves({"a": [3, 2, 1], "b": [4, 3]}, step="epoch", log=True).axes[0]
    assert _lines(axes)["a"].tolist() == [[0, 1, 2], [3, 2, 1]]
    assert _lines(axes)["b"].tolist() == [[0, 1], [4, 3]]
    assert _texts(axes) == ["a", "b"]
    assert (axes.get_yscale(), axes.get_xlabel()) == ("log", "epoch")


def test_steps_may_be_given():
    assert _lines(display.loss_curves({"a": [3, 2]}, steps=[0, 10]).axes[0])["a"][0].tolist() == [0, 10]


@pytest.mark.parametrize("options", [{"losses": {"a": []}}, {"losses": {"a": [1, 2, 3]}, "steps": [0, 1]}])
def test_a_curve_has_one_loss_for_each_step(options):
    with pytest.raises(ValueError, match="give one for each step"):
        display.loss_curves(**options)


def relu(x):
    return np.maximum(x, 0.0)


def step(x):
    return np.where(x > 0, 1.0, 0.0)


def test_a_kink_interrupts_the_derivative_and_is_marked():
    left, right = display.activation_picture(relu, step, name="relu", kinks=[0]).axes
    pieces = [line for line in right.get_lines() if len(line.get_xdata()) > 100]
    assert [(line.get_ydata().min(), line.get_ydata().max()) for line in pieces] == [(0, 0), (1, 1)]
    rings = [line.get_ydata()[0] for line in right.get_lines() if line.get_marker() == "o"]
    assert rings == [0, 1]
    marked = [line.get_data() for line in left.get_lines() if line.get_marker() == "o"]
    assert [(float(x[0]), float(y[0])) for x, y in marked] == [(0, 0)]
    assert (left.get_title("left"), right.get_title("left")) == ("relu(x)", "relu′(x)")


SMOOTH = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "steep sigmoid": (lambda x: 1 / (1 + np.exp(-8 * x)), lambda x: 8 / (2 + np.exp(-8 * x) + np.exp(8 * x))),
    "identity": (lambda x: x, np.ones_like),
    "square": (np.square, lambda x: 2 * x),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_a_smooth_function_needs_no_kinks(name):
    _, right = display.activation_picture(*SMOOTH[name]).axes
    assert max(len(line.get_xdata()) for line in right.get_lines()) == 199


def test_a_jump_that_is_not_told_is_refused():
    with pytest.raises(ValueError, match="the derivative jumps near x = 0"):
        display.activation_picture(relu, step)
    with pytest.raises(ValueError, match=r"the kink 9 is not between"):
        display.activation_picture(relu, step, kinks=[9])


def bowl(x, y):
    return x**2 + 4 * y**2


def test_a_path_is_drawn_over_contours_from_start_to_end():
    points = [(2, 1), (1, 0.2), (0.5, 0)]
    axes = display.path_picture(bowl, {"descent": points}, x=(-1, 3), y=(-1, 2), levels=[1, 4]).axes[0]
    lines = _lines(axes)
    assert lines["descent"].T.tolist() == [[float(x), float(y)] for x, y in points]
    assert lines["_start"].ravel().tolist() == [2, 1] and lines["_end"].ravel().tolist() == [0.5, 0]
    (contours,) = axes.collections
    assert contours.levels.tolist() == [1, 4]
    on_contours = np.concatenate([path.vertices for path in contours.get_paths()])
    values = bowl(*on_contours.T)
    assert np.all(np.minimum(abs(values - 1), abs(values - 4)) < 0.05)
    assert _texts(axes) == ["descent"]


def test_levels_are_denser_near_the_minimum():
    axes = display.path_picture(bowl, {}, x=(-1, 1), y=(-1, 1), levels=4).axes[0]
    assert np.allclose(axes.collections[0].levels, [5 * (n / 5) ** 2 for n in (1, 2, 3, 4)])
    assert axes.collections[0].get_edgecolor()[0].tolist()[:3] == pytest.approx(
        [int(HAIRLINE[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    )


def test_a_path_is_a_list_of_points():
    with pytest.raises(ValueError, match=r"the path 'a' has shape \(2, 3\)"):
        display.path_picture(bowl, {"a": np.ones((2, 3))}, x=(-1, 1), y=(-1, 1))


def test_the_roof_is_the_lower_of_both_limits():
    axes = display.roofline_picture({"add": (0.1, 1e9), "matmul": (40, 6e10)}, bandwidth=2e10, peak=1e11).axes[0]
    lines = _lines(axes)
    for label in ("memory bandwidth", "peak of the processor"):
        for x, y in lines[label].T:
            assert math.isclose(y * 1e9, min(1e11, 2e10 * x))
    assert lines["add"].ravel().tolist() == [0.1, 1.0] and lines["matmul"].ravel().tolist() == [40, 60]
    gaps = [line.get_data() for line in axes.get_lines() if line.get_label() == "_gap"]
    assert [list(y) for _, y in gaps] == [[1, 2], [60, 100]]
    assert set(_texts(axes)) == {"memory bandwidth", "peak of the processor", "add", "matmul"}


def test_a_roofline_needs_positive_numbers():
    with pytest.raises(ValueError, match="all above 0"):
        display.roofline_picture({"add": (0, 1e9)}, bandwidth=1e10, peak=1e11)
