"""Networks: a circle for each unit, a line for each weight, dark ones where a layer is entered, and what is refused."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="figures need matplotlib")

from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle

from tensorcalc import display
from tensorcalc.display import style
from tensorcalc.display.networks import network_picture


def _circles(figure):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)]


def _lines(figure):
    """Colour of the lines -> their ends."""
    found = [item for item in figure.axes[0].collections if isinstance(item, LineCollection)]
    return {tuple(item.get_colors()[0]): item.get_segments() for item in found}


def _texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_unit_is_a_circle_and_each_weight_a_line():
    figure = network_picture([4, 3, 5])
    assert len(_circles(figure)) == 12
    assert [len(lines) for lines in _lines(figure).values()] == [4 * 3 + 3 * 5]


def test_units_are_labelled_by_letter_and_number():
    figure = network_picture([2, 3], units=["x", ""], names=["x", "y"], weights=["W"])
    assert [text for text in _texts(figure) if text] == ["$x_{0}$", "$x_{1}$", "$x$", "$y$", "$W$"]


def test_the_lines_that_enter_a_unit_are_dark():
    figure = network_picture([4, 3], at=(1, 2))
    dark = _lines(figure)[to_rgba(style.INK)]
    end = _circles(figure)[-1].get_center()
    assert len(dark) == 4
    assert all(np.allclose(line[1], end) for line in dark)


def test_a_layer_is_entered_by_all_its_lines_and_left_by_dashed_ones():
    there, back = network_picture([4, 3, 2], at=1), network_picture([4, 3, 2], at=1, backward=True)
    assert len(_lines(there)[to_rgba(style.INK)]) == len(_lines(back)[to_rgba(style.BLUE)]) == 12
    styles = [item.get_linestyle()[0][1] for item in (there.axes[0].collections[1], back.axes[0].collections[1])]
    assert styles[0] is None
    assert styles[1] is not None


def test_a_wide_layer_shows_its_ends_and_dots():
    figure = network_picture([64, 8], units="xc")
    shown = [f"$x_{{{n}}}$" for n in (0, 1, 2, 3, 62, 63)]
    assert [text for text in _texts(figure) if "x" in text] == shown
    assert _texts(figure).count("⋮") == 1
    assert len(_circles(figure)) == 6 + 8


def test_values_stand_in_the_units_on_one_scale():
    figure = network_picture([3, 2], units="xa", values=[[0.5, -1, 0], [-0.001, 10]])
    assert [text for text in _texts(figure) if text] == ["0.50", "−1.00", "0.00", "0.00", "10.00"]
    colours = [circle.get_facecolor() for circle in _circles(figure)]
    assert colours[2] == colours[3] == to_rgba(style.PAPER)
    assert colours[0][0] > colours[0][2]  # rust above 0
    assert colours[1][2] > colours[1][0]  # blue below 0
    assert sum(colours[4][:3]) < sum(colours[0][:3])


def test_zeros_have_a_colour():
    assert [circle.get_facecolor() for circle in _circles(network_picture([1, 1], values=[[0], [0]]))] == [
        to_rgba(style.PAPER)
    ] * 2


def test_a_group_names_the_layers_below_which_it_stands():
    figure = network_picture([3, 2, 3], groups={"encoder": (0, 1), "decoder": (1, 2)})
    words = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    columns = sorted({circle.get_center()[0] for circle in _circles(figure)})
    assert columns[0] < words["encoder"] < columns[1] < words["decoder"] < columns[2]


@pytest.mark.parametrize("layers", [2, 3, 6])
def test_a_network_is_no_wider_than_a_page(layers):
    assert network_picture([2] * layers).get_figwidth() <= style.PAGE_WIDTH


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"widths": [3]}, "two layers at least"),
        ({"widths": [3, 0]}, "of one unit at least"),
        ({"widths": [3, 2], "names": ["x", "y", "z"]}, "names has more entries"),
        ({"widths": [3, 2], "weights": ["W", "V"]}, "weights has more entries"),
        ({"widths": [3, 2], "values": [[1, 2]]}, r"layer 0 has 3 units and values of shape \(2,\)"),
        ({"widths": [3, 2], "at": 0}, "at = 0 is no layer after the input"),
        ({"widths": [3, 2], "at": (1, 2)}, "or no unit of it"),
        ({"widths": [3, 2], "groups": {"code": (1, 2)}}, "'code' reaches from layer 1 to 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        display.network_picture(**given)
