"""The counts of ``make counts`` count what they say."""

from __future__ import annotations

from tools.counts import _equations, words

TEXT = """(S1-001)=
## The product

Where $AB$ is read, see {ref}`there <x>`:

$$ c = ab $$ (eq-c)

:::{note}
Is it associative?
:::
"""


def test_words_are_counted_without_formulas_links_and_anchors():
    assert words(TEXT) == 9  # The product Where is read see Is it associative


def cell(kind: str, source: str) -> dict:
    return {"cell_type": kind, "source": source}


def test_an_equation_is_run_when_a_cell_follows_in_its_section():
    equation = "$$ c = ab $$ (eq-c)"
    run = [cell("markdown", f"# A\n{equation}\n{equation}"), cell("code", "1")]
    lost = [cell("markdown", f"# A\n{equation}"), cell("markdown", "## B\n"), cell("code", "1")]
    assert _equations(run) == (2, 2)
    assert _equations(lost) == (1, 0)
    assert _equations([cell("markdown", f"# A\n{equation}\n# B"), cell("code", "1")]) == (1, 0)
