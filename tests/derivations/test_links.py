"""Names of rules lead to the sections of the book that teach them; a graph shows its picture."""

import json
import re
import sys
from pathlib import Path

import pytest

import tensorcalc as tc
from tensorcalc.calculus.rulebook import TAUGHT, address, every_rule, section

BOOK = Path(__file__).parents[2] / "book"


def test_every_rule_is_taught_in_one_place():
    taught = [id for ids in TAUGHT.values() for id in ids]
    assert len(taught) == len(set(taught))
    assert set(taught) == set(every_rule())


@pytest.mark.parametrize("place", TAUGHT)
def test_the_section_is_there(place):
    chapter, _, heading = place.partition("#")
    assert [path.stem for path in BOOK.glob(f"{chapter[:2]}_*.ipynb")] == [chapter]
    cells = json.loads((BOOK / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    titles = re.findall(r"^#+ (.*)$", "\n".join("".join(cell["source"]) for cell in cells), re.MULTILINE)
    slugs = {re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") for title in titles}
    assert not heading or heading in slugs


def test_links_in_html_and_latex():
    shown = tc.function("y_i = x_i/(c_j x_j)").jacobian("y", "x")
    page = "08_tensor_calculus_rules.html#quotients"
    assert section("quotient-rule") == "08_tensor_calculus_rules#quotients" and address("quotient-rule") == page
    assert f'<a href="{page}">quotient rule</a>' in shown._repr_html_()
    assert rf"\href{{{page}}}{{\text{{quotient rule}}}}" in shown._repr_latex_()
    assert "href" not in shown.latex and "href" not in str(shown)
    assert address("no-rule") is None


def test_html_says_each_left_side_once():
    shown = tc.function("y_ij = x_ik a_kj").jacobian("y", "x").show()._repr_html_()
    rows = re.findall(r"<tr>(.*?)</tr>", shown)
    assert len(rows) == 4 and sum(r"\(\frac{\partial y_{ij}}" in row for row in rows) == 1
    assert 'class="tc-derivation mathjax_process"' in shown


def test_a_graph_shows_its_picture():
    pytest.importorskip("matplotlib")
    graph = tc.function("h_i = w_ij x_j\ns = 1_i h_i^2").graph()
    shown = graph._repr_mimebundle_()
    assert shown["text/plain"] == str(graph) and shown["image/svg+xml"].startswith("<svg")


def test_a_graph_without_pictures(monkeypatch):
    graph = tc.function("y_i = x_i a_i").graph()
    monkeypatch.setitem(sys.modules, "tensorcalc.display", None)
    assert list(graph._repr_mimebundle_()) == ["text/plain"]
