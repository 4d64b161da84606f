"""Index pictures from a line of notation: the same as from letters, deltas and ones by value, refusals that say why."""

import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_hex

from tensorcalc import display
from tensorcalc.display import style

SIZES = {"i": 2, "k": 3, "j": 2}


def _texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def _marked(figure, colour=style.STRONG):
    blocks = [child for child in figure.axes[0].get_children() if isinstance(child, PatchCollection)]
    return [sum(to_hex(face) == colour for face in block.get_facecolor()) for block in blocks]


def test_a_line_of_notation_is_drawn_as_its_letters():
    by_line = display.contraction_picture("y_ij = x_ik a_kj", sizes=SIZES, at={"i": 1})
    by_letters = display.contraction_picture(["ik", "kj"], "ij", names=("x", "a", "y"), sizes=SIZES, at={"i": 1})
    assert display.to_svg(by_line) == display.to_svg(by_letters)


@pytest.mark.parametrize(
    ("line", "values", "result"),
    [
        ("y_ij = x_ik a_kj", {"x": [[1, 2], [3, 4]], "a": [[1, 0], [1, 1]]}, [[3, 2], [7, 4]]),
        ("y_i = delta_ij x_j", {"x": [3, 1, 2]}, [3, 1, 2]),
        ("s = 1_i x_i", [[3, 1, 2]], 6),
        ("s = 1_i x_i^2", [[3, 1, 2]], 14),
        ("y_ij = x_ij - 1_i b_j", {"x": [[1, 2], [3, 4]], "b": [1, 5]}, [[0, -3], [2, -1]]),
        ("t = delta_ij x_ij", {"x": [[1, 2], [3, 4]]}, 5),
        ("y_ij = 1_i b_j", {"b": [7, 8]}, None),
    ],
)
def test_numbers_are_worked_out(line, values, result):
    if result is None:
        with pytest.raises(ValueError, match="the index 'i' has no size"):
            display.contraction_picture(line, values=values)
        return
    expected = [f"{number:g}".replace("-", "−") for number in np.ravel(result)]
    assert _texts(display.contraction_picture(line, values=values))[: len(expected)] == expected


def test_a_delta_and_a_one_tensor_show_their_values():
    figure = display.contraction_picture("[i] y_i = delta_ij x_j", sizes={"i": 3}, at={"i": 2})
    texts = _texts(figure)
    assert texts.count("1") == 3 + 4 and texts.count("0") == 6 + 4  # in the cells, and at the ends of four axes
    assert [text for text in texts if "δ" in text] == ["j = 0,  δ = 0", "j = 1,  δ = 0", "j = 2,  δ = 1"]
    assert r"$\mathbf{1}_{h}$" in _texts(display.contraction_picture("s_b = 1_h x_bh", sizes={"b": 2, "h": 3}))


def test_a_broadcast_tensor_is_drawn_once_with_its_ones():
    texts = _texts(display.contraction_picture("y_ij = x_ij + 1_i b_j", sizes={"i": 2, "j": 3}, at={"i": 1}))
    assert r"$\mathbf{1}_{i}b_{j}$" in texts
    assert r"$x_{10}+\mathbf{1}_{1}\,b_{0}$" in texts
    assert "        y[i, j] = x[i, j] + b[j]" in texts


def test_the_loops_of_a_line_compute_it():
    names = {"x": np.array([[1, 2], [3, 4]]), "w": np.array([5, 7]), "y": np.zeros(2)}
    figure = display.contraction_picture("y_i = 1_h x_ik w_k w_h", values={"x": names["x"], "w": names["w"]})
    exec("\n".join(text for text in _texts(figure) if text.lstrip().startswith(("for", "y["))), names)
    assert np.array_equal(names["y"], 12 * names["x"] @ names["w"])


def test_a_sweep_moves_through_the_indices():
    sweep = display.contraction_sweep("y_ij = x_ik a_kj", "ik", sizes=SIZES, at={"j": 1}, caption="What meets.")
    frames = sweep.children[1].children
    assert repr(sweep) == "<Sweep of 6 frames: indices i, k>"
    assert len({frame.value for frame in frames}) == 6
    slider = sweep.children[0].children[1]
    assert [text for text, _ in slider.options] == ["0, 0", "0, 1", "0, 2", "1, 0", "1, 1", "1, 2"]
    single = display.contraction_picture("y_ij = x_ik a_kj", sizes=SIZES, at={"i": 1, "k": 0, "j": 1})
    assert _marked(single) == [1, 1, 1]
    assert sweep._printed[1]["frames"][3] == display.drawn(single)


@pytest.mark.parametrize(
    ("line", "options", "message"),
    [
        ("y_i = exp(x_i)", {}, "it has a bracket, a function or a derivative"),
        ("y_i = 2 x_i", {}, "it has the factor 2"),
        ("y_i = x_i^0.5", {}, "it has the power 1/2"),
        ("y_i = x_i + 2 z_i", {}, "different signs or numbers"),
        ("y_i = x_i + z_i w_i", {}, "more than a tensor that is spread"),
        ("y_i = x_{2i+0}", {}, "not a single letter"),
        ("y_i = x_i\nz_i = x_i", {}, "this text has 2"),
        ("y_ij = x_ij + b_j", {}, "the free index i is missing"),
        ("y_i = x_i", {"names": ("x", "y")}, "tells its letters and names itself"),
        ("[i] y_i = delta_ij x_j", {"sizes": {"i": 2, "j": 3}}, "i and j run over one range"),
        ("y_i = x_i z_i", {"sizes": None, "values": {"x": [1]}}, "values are needed for x, z, and given for x"),
        ("y_i = x_i", {"at": {"i": 2}}, "i = 2 is out of range"),
    ],
)
def test_lines_that_are_no_picture_are_refused(line, options, message):
    with pytest.raises(ValueError, match=message):
        display.contraction_picture(line, **({"sizes": {"i": 2, "j": 2}} | options))


def test_a_sweep_over_an_unknown_letter_is_refused():
    with pytest.raises(ValueError, match="over names the index 'z'; the indices are"):
        display.contraction_sweep("y_i = x_i", "z", sizes={"i": 2}, caption="Nothing.")
