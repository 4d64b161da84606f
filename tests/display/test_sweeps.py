"""A sweep is linked in the browser alone, says what it shows, and stays light."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import unquote

import ipywidgets as widgets
import pytest

from tensorcalc import display


def _frame(n):
    return display.tensor_picture([1, 2, 3], "i", at={"i": n})


@pytest.fixture
def sweep():
    return display.sweep(_frame, [0, 1, 2], label="index i", caption="One cell of three.")


def _parts(sweep):
    (play, slider), stack = sweep.children[0].children, sweep.children[1]
    return play, slider, stack


def test_play_moves_the_slider_and_the_slider_the_frames(sweep):
    play, slider, stack = _parts(sweep)
    assert [(link.source, link.target) for link in sweep.links] == [
        ((play, "value"), (slider, "index")),
        ((slider, "index"), (stack, "selected_index")),
    ]
    assert {link._model_name for link in sweep.links} == {"LinkModel"}  # jslink, which needs no kernel


def test_all_parts_start_at_the_middle_frame(sweep):
    play, slider, stack = _parts(sweep)
    assert (play.value, slider.index, stack.selected_index) == (1, 1, 1)
    assert (play.min, play.max, len(slider.options), len(stack.children)) == (0, 2, 3, 3)


def test_no_python_function_waits_for_a_change(sweep):
    """ipywidgets' own observers belong to the same widgets made without a sweep."""
    for part, plain in zip(
        _parts(sweep), (widgets.Play(), widgets.SelectionSlider(options=[1]), widgets.Stack()), strict=True
    ):
        own = {name: len(handlers) for name, kinds in plain._trait_notifiers.items() for handlers in kinds.values()}
        found = {name: len(handlers) for name, kinds in part._trait_notifiers.items() for handlers in kinds.values()}
        assert found == own


def test_slider_and_frames_have_names(sweep):
    _, slider, stack = _parts(sweep)
    assert slider.description == "index i"
    assert slider._options_labels == ("0", "1", "2")
    assert 'alt="One cell of three. index i: 2"' in stack.children[2].value


def test_names_cannot_break_out_of_the_attribute():
    sweep = display.sweep(_frame, [0, 1], label='"a" <b>', caption="c & d")
    assert 'alt="c &amp; d &quot;a&quot; &lt;b&gt;: 0"' in _parts(sweep)[2].children[0].value


def test_frames_are_the_figures(sweep):
    for n, frame in enumerate(_parts(sweep)[2].children):
        address = re.search(r'src="data:image/svg\+xml,([^"]*)"', frame.value)[1]
        svg = unquote(address)
        ElementTree.fromstring(svg)
        drawn = re.sub(r"\s+", " ", display.to_svg(_frame(n)).replace('"', "'")).strip()
        assert re.sub(r"\s+", " ", svg) == drawn


def test_frames_of_different_sizes_get_one_size():
    sweep = display.sweep(lambda n: display.tensor_picture((n,), "i"), [1, 4], label="size", caption="A vector.")
    heights = {re.search(r"height%?=?'([\d.]+)pt", unquote(frame.value))[1] for frame in _parts(sweep)[2].children}
    assert len(heights) == 1


def test_frames_may_be_figures_with_texts():
    sweep = display.sweep([_frame(0), _frame(2)], [0, 2], label="i", caption="c", texts=["first", "last"], start=0)
    assert _parts(sweep)[1]._options_labels == ("first", "last")
    assert _parts(sweep)[2].selected_index == 0


def test_the_record_knows_every_frame(sweep):
    _, metadata = sweep._repr_mimebundle_()
    frames = metadata["image/svg+xml"]["drawn"]["frames"]
    assert [display.same_drawing(frame, display.drawn(_frame(n))) for n, frame in enumerate(frames)] == [None] * 3
    assert display.same_drawing(frames[0], frames[1])


@pytest.mark.parametrize(("values", "texts"), [([0], None), ([0, 1], ["only one"]), ([], None)])
def test_a_sweep_without_choice_is_refused(values, texts):
    with pytest.raises(ValueError, match="two values or more"):
        display.sweep(_frame, values, label="i", caption="c", texts=texts)


def test_heavy_frames_are_refused():
    def heavy(n):
        figure = display.figure()
        figure.subplots().scatter(range(2000), [(7 * m * m + n) % 1009 for m in range(2000)])
        return figure

    with pytest.raises(ValueError, match=r"the frame '[01]' takes \d+ kB and may take 90: draw fewer points"):
        display.sweep(heavy, [0, 1], label="n", caption="c")
