"""A function's two ladders: every statement and every derived gradient, every use as an arrow down and one back."""

import pytest
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch

import tensorcalc as tc
from tensorcalc import display
from tensorcalc.calculus.function import tensors
from tensorcalc.display.mathtext import readable, sides
from tensorcalc.display.style import PAGE_WIDTH

LAYER_NORM = tc.function(
    """
    m_b     = 1/H 1_h x_bh
    mu_bh   = x_bh - 1_h m_b
    v_b     = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh    = mu_bh/sigma_b gamma_h + 1_b beta_h
    """
)
USES = {
    ("x", "m"),
    ("x", "mu"),
    ("m", "mu"),
    ("mu", "v"),
    ("v", "sigma"),
    *((n, "y") for n in ["mu", "sigma", "gamma", "beta"]),
}


@pytest.fixture(scope="module")
def picture():
    return display.graph_picture(LAYER_NORM)


def _patches(figure, kind):
    return [patch for patch in figure.axes[0].patches if type(patch) is kind]


def _texts(figure):
    return {text.get_text(): text.get_position() for text in figure.axes[0].texts}


def test_every_statement_and_every_gradient_is_written(picture):
    lines = [*LAYER_NORM.statements, *LAYER_NORM.backward(save=LAYER_NORM.intermediates).statements]
    written = {f"${left} = {' '.join(right)}$" for left, right in map(sides, lines)}
    assert len(written) == 5 + 7
    assert written <= set(_texts(picture))
    assert r"$\dfrac{\partial l}{\partial y_{bh}}$" in _texts(picture)


def test_a_gradient_stands_beside_its_value(picture):
    texts = _texts(picture)
    heights = {name: y for name, (_, y) in texts.items()}
    assert heights["$x_{b h}$"] == pytest.approx(
        next(y for t, y in heights.items() if t.startswith(r"$\dfrac{\partial l}{\partial x_{bh}} ="))
    )
    order = [
        y
        for t, y in sorted(heights.items(), key=lambda item: item[1])
        if t.split(" = ")[0] in ("$m_{b}", r"$\mu_{bh}", "$v_{b}", "$y_{bh}")
    ]
    assert order == sorted(order) and len(order) == 4


def test_each_use_is_an_arrow_down_and_a_dashed_one_back(picture):
    styles = [arrow.get_linestyle() for arrow in _patches(picture, FancyArrowPatch)]
    assert sum(style in ("-", "solid") for style in styles) == len(USES)
    assert len(styles) == 2 * len(USES)


def test_gradients_of_several_consumers_carry_a_plus(picture):
    assert len(_patches(picture, Circle)) == 2  # x and mu


def test_what_the_backward_function_reads_is_saved(picture):
    boxes = _patches(picture, FancyBboxPatch)
    assert len(boxes) == 16
    fills = [box.get_facecolor() for box in boxes[:8]]
    assert sum(fill == fills[2] for fill in fills) == 3  # mu, sigma, gamma
    reads = LAYER_NORM.backward(save=LAYER_NORM.intermediates).definitions.values()
    assert len(_patches(picture, PathPatch)) == sum(
        name in ("mu", "sigma", "gamma") for one in reads for name in tensors(one.right)
    )


def test_no_card_covers_another(picture):
    boxes = [box.get_window_extent() for box in _patches(picture, FancyBboxPatch)]
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])


def test_statements_too_long_for_the_page_are_broken_at_their_terms():
    long = tc.function("y_ij = a_ik b_kj + c_ik d_kj + e_ik f_kj + g_ik h_kj + m_ik n_kj + p_ik q_kj + r_ik s_kj")
    figure = display.graph_picture(long, parts=["forward"])
    assert figure.get_figwidth() <= PAGE_WIDTH
    assert any(text.startswith(r"$\quad + r") for text in _texts(figure))


def test_the_forward_ladder_alone():
    figure = display.graph_picture(LAYER_NORM, parts=["forward"])
    assert not any(r"\partial" in text for text in _texts(figure))
    assert len(_patches(figure, FancyArrowPatch)) == len(USES)


def test_an_output_that_is_used_again_has_one_gradient():
    figure = display.graph_picture(tc.function("u_i = x_i^2\ny_i = 3 u_i", outputs=["u", "y"]))
    left = [text.split(" = ")[0] for text in _texts(figure)]
    assert sum("partial u" in one or "utotal" in one for one in left) == 1


def test_a_function_tells_its_letters_itself():
    with pytest.raises(ValueError, match="a function tells its letters"):
        display.graph_picture(LAYER_NORM, letters={"x": "bh"})
    with pytest.raises(ValueError, match="'sideways' is no part"):
        display.graph_picture(LAYER_NORM, parts=["sideways"])


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{1}{H} x_{i}", r"\dfrac{1}{H}\,x_{i}"),
        (r"e^{x_{i}} y_{i}", r"\mathrm{exp}(x_{i})\,y_{i}"),
        (r"\frac{\partial l}{\partial y} + 2 z", r"\dfrac{\partial l}{\partial y} + 2\,z"),
        (r"\operatorname{relu}\left(x\right)", r"\mathrm{relu}\left(x\right)"),
    ],
)
def test_formulas_are_set_large_enough(latex, expected):
    assert readable(latex) == expected
