"""Duels: each rival where its time says, marked by which side of the line it is on, nonsense refused."""

import pytest

from tensorcalc import display

DUELS = {"forward": {"NumPy": (4.8, 5.0, 5.2), "PyTorch": (0.7, 0.9, 1.2)}, "backward": {"JAX": (20, 25, 30)}}


def _dots(axes):
    return [line for line in axes.get_lines() if line.get_marker() == "o"]


def test_every_rival_has_a_dot_at_its_ratio_and_a_line_over_its_spread():
    forward, backward = display.duel_picture(DUELS).axes
    assert [line.get_xdata()[0] for line in _dots(forward)] == [5.0, 0.9]
    assert [line.get_ydata()[0] for line in _dots(forward)] == [0, 1]
    spreads = [list(line.get_xdata()) for line in forward.get_lines() if len(line.get_xdata()) == 2][1:]
    assert spreads == [[4.8, 5.2], [0.7, 1.2]]
    assert [line.get_xdata()[0] for line in _dots(backward)] == [25]
    assert [text.get_text() for text in forward.get_yticklabels()] == ["NumPy", "PyTorch"]
    assert forward.get_title("left") == "forward"


def test_ratios_are_written_with_two_digits():
    written = [[text.get_text() for text in axes.texts] for axes in display.duel_picture(DUELS).axes]
    assert written == [["5.0 ×", "0.90 ×"], ["25 ×"]]


def test_a_faster_rival_is_an_open_dot():
    slower, faster = _dots(display.duel_picture(DUELS).axes[0])
    assert slower.get_markerfacecolor() == slower.get_color()
    assert faster.get_markerfacecolor() != faster.get_color()


def test_all_groups_share_an_axis_that_holds_them_and_one():
    for axes in display.duel_picture(DUELS, ours="the kernel").axes:
        low, high = axes.get_xlim()
        assert low < 0.7 and high > 30 and axes.get_xscale() == "log"
    assert axes.get_xlabel() == "time of the rival ÷ time of the kernel"


@pytest.mark.parametrize(
    ("duels", "message"),
    [
        ({}, "needs a rival"),
        ({"forward": {}}, "needs a rival"),
        ({"forward": {"JAX": (0, 1, 2)}}, "forward, JAX: 0 < low"),
        ({"forward": {"JAX": (2, 1, 3)}}, "does not hold for 2, 1, 3"),
    ],
)
def test_what_is_no_duel_is_refused(duels, message):
    with pytest.raises(ValueError, match=message):
        display.duel_picture(duels)
