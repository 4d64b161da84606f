"""What every figure keeps: readable sizes and colours, self-contained SVG, the same bytes when drawn again."""

import xml.etree.ElementTree as ElementTree
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from tensorcalc import display
from tensorcalc.display import style
from tensorcalc.display.style import PAGE_WIDTH, contrast

ROOT = Path(__file__).parents[2]
SMALLEST, SMALLER = 9.0, 0.7  # points; mathematical type sets a subscript at this share of its size
INKS = [*style.CYCLE, style.INK, style.GREY]


def _texts(figure):
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def test_no_text_is_smaller_than_nine_points(picture):
    scale = min(1.0, PAGE_WIDTH / picture.get_figwidth())
    for text in _texts(picture):
        script = SMALLER if "$" in text.get_text() and any(mark in text.get_text() for mark in "_^") else 1.0
        assert text.get_fontsize() * script * scale >= SMALLEST, text.get_text()


def test_no_figure_is_wider_than_a_page(picture):
    assert picture.get_figwidth() <= PAGE_WIDTH + 1e-6


def test_all_text_lies_inside_the_figure(picture):
    picture.draw_without_rendering()
    width, height = picture.bbox.size
    for text in [text for axes in picture.axes for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label)]:
        box = text.get_window_extent()
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside or not text.get_text(), text.get_text()


@pytest.mark.parametrize("ink", INKS)
def test_inks_stand_out_on_paper(ink):
    assert contrast(ink, style.PAPER) >= 4.5


@pytest.mark.parametrize("fill", [style.PAPER, style.FAINT, style.TINT, style.STRONG])
def test_text_stands_out_on_fills(fill):
    assert contrast(style.INK, fill) >= 4.5
    assert contrast(style.GREY, fill) >= 4.5


@pytest.mark.parametrize("ink", INKS)
def test_inks_stand_out_in_the_dark_theme(ink):
    assert contrast(_inverted(ink), _inverted(style.PAPER)) >= 4.5


def _inverted(colour):
    """The filter of the dark theme, ``invert(.93) hue-rotate(180deg)``, as the Filter Effects module defines both."""
    half_turn = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])
    return np.clip(half_turn @ (0.93 - 0.86 * np.array(to_rgb(colour))), 0, 1)


@pytest.mark.parametrize("value", np.linspace(0, 1, 21))
@pytest.mark.parametrize("colours", [style.SIGNED, style.UNSIGNED])
def test_numbers_stand_out_on_every_shade(colours, value):
    assert contrast(style.ink_on(colours(value)), colours(value)) >= 4.5


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
DICHROMACY = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


@pytest.mark.parametrize("kind", DICHROMACY)
def test_neighbouring_curves_differ_for_colour_blind_readers(kind):
    seen = {ink: _lab(np.clip(np.array(DICHROMACY[kind]) @ _linear(ink), 0, 1)) for ink in style.CYCLE[:3]}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 15, (one, other)


def _linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_svg_is_well_formed_and_refers_to_nothing_outside(picture):
    svg = display.to_svg(picture)
    for element in ElementTree.fromstring(svg).iter():
        for name, value in element.attrib.items():
            if name.endswith("href"):
                assert value.startswith(("#", "data:image/png;base64,")), value
            assert "url(" not in value or "url(#" in value
    assert "<script" not in svg and "<!" not in svg and "<text" not in svg


def test_svg_keeps_every_definition_that_it_uses(picture):
    tree = ElementTree.fromstring(display.to_svg(picture))
    used = {v[1:] for e in tree.iter() for n, v in e.attrib.items() if n.endswith("href") and v[0] == "#"}
    assert used <= {element.get("id") for element in tree.iter()}


def test_svg_is_light(picture):
    assert len(display.to_svg(picture)) < 80_000


def test_a_figure_drawn_again_elsewhere_has_the_same_bytes(python):
    code = "import zlib\nfrom tests.display.conftest import PICTURES\nfrom tensorcalc import display\n"
    code += "names = ('lines', 'many components', 'graph', 'ladder', 'derivation')\n"
    code += "print(zlib.crc32(''.join(display.to_svg(PICTURES[name]()) for name in names).encode()))"
    elsewhere = [("0", "UTC"), ("1", "Asia/Tokyo")]
    runs = [python(code, PYTHONHASHSEED=seed, PYTHONPATH=str(ROOT), TZ=zone) for seed, zone in elsewhere]
    assert runs[0].returncode == 0, runs[0].stderr
    assert runs[0].stdout == runs[1].stdout


def test_a_picture_looks_the_same_without_setup(python):
    code = "from tensorcalc import display\nfigure = lambda: display.tensor_picture((2, 2), 'ij', at={'i': 1})\n"
    code += "before = display.to_svg(figure())\ndisplay.setup()\nassert display.to_svg(figure()) == before"
    assert python(code).returncode == 0


def test_importing_loads_no_library_that_draws(python):
    code = "import sys, tensorcalc as tc\ntc.display\n"
    code += "assert not {'matplotlib', 'numpy', 'ipywidgets'} & set(sys.modules)"
    assert python(code).returncode == 0


@pytest.mark.parametrize(("name", "library"), [("figure", "matplotlib"), ("sweep", "ipywidgets")])
def test_a_missing_library_is_one_sentence(python, name, library):
    code = f"import sys\nsys.modules['{library}'] = None\nimport tensorcalc as tc\ntc.display.{name}"
    last = python(code).stderr.strip().splitlines()[-1]
    assert last == (
        f"ModuleNotFoundError: tensorcalc.display.{name} needs {library}, which is not installed: pip install {library}"
    )


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(AttributeError, match="no name 'plot'; it has activation_picture"):
        display.plot  # noqa: B018
