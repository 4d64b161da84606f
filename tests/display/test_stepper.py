"""A derivation drawn line by line: its lines, the names of its rules, and what each rule takes and brings."""

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import tensorcalc as tc
from tensorcalc import display
from tensorcalc.display import stepper
from tensorcalc.display.style import PAGE_WIDTH, STRONG, TINT


@pytest.fixture(scope="module")
def derivation():
    return tc.function("y_ij = x_ik a_kj").vjp("x")


@pytest.fixture(scope="module")
def softmax():
    return tc.function("s_i = exp(x_i)/(1_k exp(x_k))").jacobian("s", "x")


def _filled(figure, colour):
    """The pieces of formula that are filled with a colour."""
    axes = figure.axes[0]
    legend = figure.get_figheight() - stepper.LEGEND
    boxes = [box for box in axes.patches if isinstance(box, Rectangle) and to_hex(box.get_facecolor()) == colour]
    inside = []
    for box in (box for box in boxes if box.get_y() < legend - 0.2):
        x, y = box.get_x() + stepper.PAD, box.get_y() + box.get_height() / 2
        inside += [
            t.get_text()
            for t in axes.texts
            if abs(t.get_position()[0] - x) < 1e-6 and abs(t.get_position()[1] - y) < 1e-6
        ]
    return inside


def test_every_line_has_the_name_of_its_rule(derivation):
    texts = [text.get_text() for text in display.derivation_picture(derivation).axes[0].texts]
    for step in derivation.steps[1:]:
        assert ", ".join(step.names) in texts
    assert texts.count("$=$") == len(derivation.steps)
    assert texts.count(r"$\dfrac{\partial l}{\partial x_{pq}}$") == 1


def test_what_a_rule_takes_and_brings_is_filled(derivation):
    figure = display.derivation_picture(derivation, 1)
    assert _filled(figure, STRONG) == [r"$\dfrac{\partial y_{ij}}{\partial x_{pq}}$"]
    assert _filled(figure, TINT) == [r"$\delta_{ip}$", "$a_{qj}$"]


def test_the_first_line_has_nothing_filled(derivation):
    figure = display.derivation_picture(derivation, 0)
    assert _filled(figure, STRONG) == _filled(figure, TINT) == []


def test_only_the_lines_up_to_the_chosen_one_are_drawn(softmax):
    heights = {display.derivation_picture(softmax, n).get_figheight() for n in range(4)}
    assert len(heights) == 1, "a line stays where it is while others are added"
    counts = [len(display.derivation_picture(softmax, n).axes[0].texts) for n in range(4)]
    assert counts == sorted(set(counts))


def test_the_full_level_has_a_line_for_every_rule(softmax):
    leaves = [leaf for step in softmax.steps for leaf in step.leaves if leaf.visible]
    full = stepper._rows(softmax, "full")
    assert len(stepper._rows(softmax, "textbook")) < len(full) <= len(leaves) + 1
    assert {row.rule for row in full[1:]} <= {leaf.names[0] for leaf in leaves}


def test_a_sweep_walks_from_line_to_line(derivation):
    sweep = display.derivation_sweep(derivation, caption="The gradient of x is derived.")
    lines = len(stepper._rows(derivation, "textbook"))
    assert len(sweep.children[1].children) == lines
    assert sweep.children[1].selected_index == lines - 1, "it begins, and is printed, with the whole derivation"


def test_long_lines_go_on_in_the_next_row():
    long = tc.function("y_i = a_ij x_j + b_ij x_j + c_ij x_j + d_ij x_j + e_ij x_j + f_ij x_j + g_ij x_j").jacobian(
        "y", "x"
    )
    figure = display.derivation_picture(long)
    figure.draw_without_rendering()
    assert all(text.get_window_extent().x1 <= figure.bbox.width for text in figure.axes[0].texts)
    assert figure.get_figwidth() == PAGE_WIDTH


@pytest.mark.parametrize(
    ("options", "message"), [({"line": 9}, "line 9 is not among the 3"), ({"level": "x"}, "level is")]
)
def test_lines_that_are_not_there_are_refused(derivation, options, message):
    with pytest.raises(ValueError, match=message):
        display.derivation_picture(derivation, **options)
