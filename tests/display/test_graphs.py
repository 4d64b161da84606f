"""Graphs: every use is an arrow down and a dashed one back, gradients add where a value has several consumers."""

import pytest

pytest.importorskip("networkx", reason="graphs are laid out by networkx")

from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text

from tensorcalc import display
from tensorcalc.display import style

LAYER_NORM = {"m": ["x"], "c": ["x", "m"], "v": ["c"], "s": ["v"], "y": ["c", "s"]}
LETTERS = {"x": "ij", "m": "i", "c": "ij", "v": "i", "s": "i", "y": "ij"}


def _draw(uses=LAYER_NORM, **options):
    return display.graph_picture(uses, **options)


def _patches(figure, kind):
    return [patch for patch in figure.axes[0].patches if type(patch) is kind]


def _ends(arrow):
    vertices = arrow.get_path().vertices if arrow._path_original is None else arrow._path_original.vertices
    return vertices[0], vertices[-1]


def _places(figure):
    return {text.get_text(): text.get_position() for text in figure.axes[0].texts}


def test_each_use_is_an_arrow_down_and_a_dashed_one_up():
    figure = _draw()
    uses = sum(map(len, LAYER_NORM.values()))
    ways = [
        (_ends(arrow)[1][1] > _ends(arrow)[0][1], arrow.get_linestyle()) for arrow in _patches(figure, FancyArrowPatch)
    ]
    assert [down for down, _ in ways].count(True) == [down for down, _ in ways].count(False) == uses
    assert all((line in ("-", "solid")) == down for down, line in ways)


def test_each_value_has_a_node_and_a_dashed_gradient():
    places = _places(_draw(letters=LETTERS))
    assert len(_patches(_draw(), FancyBboxPatch)) == 12
    for name, letters in LETTERS.items():
        subscript = " ".join(letters)
        value, gradient = places[f"${name}_{{{subscript}}}$"], places[rf"$\partial l/\partial {name}_{{{subscript}}}$"]
        assert value[1] == gradient[1] and value[0] < gradient[0]


def test_values_stand_below_all_that_they_use():
    places = _places(_draw({"a": ["x", "w"], "b": ["a", "v"], "c": ["b", "x"]}))
    for name, inputs in {"a": "xw", "b": "av", "c": "bx"}.items():
        assert all(places[f"${name}$"][1] > places[f"${used}$"][1] for used in inputs)


def test_a_late_weight_stands_beside_its_use():
    places = _places(_draw({"a": ["x", "w"], "b": ["a", "v"]}))
    assert places["$v$"][1] == places["$a$"][1]


def test_gradients_of_several_consumers_are_added():
    figure = _draw()
    places = _places(figure)
    signs = sorted(patch.get_center()[1] for patch in _patches(figure, Circle))
    assert [text.get_text() for text in figure.axes[0].texts].count("+") == 2
    for sign, name in zip(signs, "xc", strict=True):  # these are used twice
        assert abs(sign - places[rf"$\partial l/\partial {name}$"][1]) < 0.3


def test_saved_values_are_filled_and_joined_to_their_uses():
    plain, saved = _draw(), _draw(saved={"c": ["v", "s"], "s": ["c"]})
    fills = [patch.get_facecolor() for patch in _patches(saved, FancyBboxPatch)]
    assert len({*fills}) == 2 and sum(fill == fills[2] for fill in fills) == 2
    assert len(saved.axes[0].patches) == len(plain.axes[0].patches) + 3


def test_constants_have_no_gradient():
    figure = _draw({"l": ["y", "t"]}, constants=["t"])
    assert r"$\partial l/\partial t$" not in _places(figure)
    assert len(_patches(figure, FancyArrowPatch)) == 3


def test_one_part_alone():
    forward, backward = (_draw(parts=[part]) for part in ("forward", "backward"))
    uses = sum(map(len, LAYER_NORM.values()))
    for figure, dashed in ((forward, False), (backward, True)):
        arrows = _patches(figure, FancyArrowPatch)
        assert len(arrows) == uses
        assert all((arrow.get_linestyle() not in ("-", "solid")) == dashed for arrow in arrows)
        assert any("partial" in text for text in _places(figure)) == dashed


def test_all_but_a_sub_graph_is_pale():
    figure = _draw(parts=["forward"], highlight=["x", "c", "y"])
    colours = [arrow.get_edgecolor() for arrow in _patches(figure, FancyArrowPatch)]
    assert sum(colour == to_rgba(style.INK) for colour in colours) == 2  # x to c, c to y
    assert sum(colour == to_rgba(style.HAIRLINE) for colour in colours) == 5


def test_a_loss_gives_the_gradients_of_what_it_uses():
    uses = {"y": ["x"], "z": ["x"], "l": ["y", "z"]}
    figure = _draw(uses, loss="l")
    assert r"$\partial l/\partial l$" not in _places(figure)
    dashed = [a for a in _patches(figure, FancyArrowPatch) if a.get_linestyle() not in ("-", "solid")]
    start = _places(figure)["$l$"]
    given = [_ends(arrow)[1] for arrow in dashed if abs(_ends(arrow)[0][1] - start[1]) < 1e-9]
    assert len(dashed) == 4 and len(given) == 2
    tops = {round(x, 6) for x, _ in given}
    assert tops == {round(_places(figure)[rf"$\partial l/\partial {name}$"][0], 6) for name in "yz"}


def test_statements_stand_in_their_row():
    figure = _draw(letters=LETTERS, forward={"c": "x_{ij} - m_i"}, backward={"v": "0"})
    places = _places(figure)
    assert places["$c_{i j} = x_{ij} - m_i$"][1] == places["$c_{i j}$"][1]
    assert places[r"$\partial l/\partial v_{i} = 0$"][1] == places["$v_{i}$"][1]


def test_no_node_covers_another():
    figure = _draw({"a": ["x", "w", "b"], "h": ["a"], "z": ["h", "v", "c"], "l": ["z", "t"]})
    boxes = [patch.get_window_extent() for patch in _patches(figure, FancyBboxPatch)]
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])


def test_sizes_hold_for_graphs_too():
    figure = _draw(letters=LETTERS, forward={"m": r"\dfrac{1}{J} \sum_j x_{ij}"})
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible():
            assert text.get_fontsize() * (0.7 if "_" in text.get_text() else 1) >= 9
    assert figure.get_figwidth() <= style.PAGE_WIDTH
    assert len(display.to_svg(figure)) < 80_000


def test_another_edge_is_another_drawing():
    other = {**LAYER_NORM, "y": ["s", "x"]}
    assert display.same_drawing(display.drawn(_draw()), display.drawn(_draw(other)))
    assert display.same_drawing(display.drawn(_draw()), display.drawn(_draw())) is None


@pytest.mark.parametrize(
    ("uses", "options", "message"),
    [
        ({"a": ["b"], "b": ["a"]}, {}, r"in a circle: (a → b → a|b → a → b)"),
        ({"a": ["x"]}, {"saved": {"q": []}}, "'q' is no value of this graph; its values are"),
        ({"a": ["x"]}, {"saved": {"x": ["q"]}}, "'q' is no value"),
        ({"a": ["x"]}, {"loss": "q"}, "'q' is no value"),
        ({"a": ["x"]}, {"highlight": ["q"]}, "'q' is no value"),
        ({"a": ["x"]}, {"letters": {"z": "i"}}, "'z' is no value"),
        ({"a": ["x"]}, {"forward": {"a": "x" * 200}}, "inches wide and a page is 7.2"),
    ],
)
def test_graphs_that_cannot_be_drawn_are_refused(uses, options, message):
    with pytest.raises(ValueError, match=message):
        _draw(uses, **options)
