"""The book's own rules: what every notebook must be before nbval even runs it."""

from __future__ import annotations

import re

import pytest

from .conftest import NOTEBOOKS, markdown

PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
IGNORING = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "skip-execution", "remove-output"}
IGNORING_COMMENT = re.compile(r"#\s*(NBVAL_IGNORE_OUTPUT|NBVAL_SKIP|PYTEST_VALIDATE_IGNORE_OUTPUT)")
NEEDS_KERNEL = re.compile(r"\binteract(ive|_manual)?\s*\(|\.observe\s*\(|clear_output|display_id=")
UNLABELLED = re.compile(r"\\begin\{(equation|align|gather|multline)\}(?!.*\\label)", re.DOTALL)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [(cell, output) for cell in code_cells(notebook) for output in cell.outputs]


def test_the_book_has_notebooks():
    assert NOTEBOOKS, "no notebook is named in _toc.yml: the tests below would check nothing"


def test_every_code_cell_was_executed_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1)), "execute the notebook from a clean kernel: make refresh"


def test_no_cell_is_empty(notebook):
    assert all(cell.source.strip() for cell in notebook.cells)


def test_output_is_ignored_only_for_a_written_reason(notebook):
    for cell in code_cells(notebook):
        ignoring = set(cell.metadata.get("tags", [])) & IGNORING or IGNORING_COMMENT.search(cell.source)
        assert not ignoring or cell.metadata.get("reason"), f"{ignoring}: say why in the cell's metadata 'reason'"


def test_an_error_is_shown_only_where_it_is_announced(notebook):
    for cell, output in outputs(notebook):
        announced = "raises-exception" in cell.metadata.get("tags", [])
        assert output.output_type != "error" or announced, output.get("evalue")


def test_nothing_needs_a_kernel_to_live(notebook):
    for cell in code_cells(notebook):
        found = NEEDS_KERNEL.search(cell.source)
        assert not found, f"{found[0]!r} is dead on the page: use tensorcalc.display.sweep"


def test_every_picture_has_alternative_text_caption_and_name(notebook):
    for cell, output in outputs(notebook):
        if not set(output.get("data", {})) & set(PICTURES):
            continue
        nb = cell.metadata.get("mystnb", {})
        where = cell.source[:60]
        assert len(nb.get("image", {}).get("alt", "")) >= 40, f"{where!r}: alternative text that tells what is seen"
        assert len(nb.get("figure", {}).get("caption", "")) >= 20, f"{where!r}: a caption"
        assert nb.get("figure", {}).get("name", "").startswith("fig-"), f"{where!r}: a name fig-…"


def test_pictures_are_sharp_and_carry_their_data(notebook):
    for cell, output in outputs(notebook):
        data = set(output.get("data", {}))
        assert not data & {"image/png", "image/jpeg"}, f"{cell.source[:60]!r}: figures are SVG, see tensorcalc.display"
        if "image/svg+xml" in data:
            assert output.metadata["image/svg+xml"]["drawn"], "the picture does not say what it draws"


def test_every_numbered_equation_has_a_label(book_text):
    for stem, text in book_text.items():
        assert not UNLABELLED.search(text), f"{stem}: use $$ … $$ (eq-name)"
        for label in re.findall(r"\$\$[ \t]*\(([^)\s]+)\)", text):
            assert label.startswith("eq-"), f"{stem}: equation label {label!r} should begin with eq-"


def test_no_bracket_is_taken_for_an_option(book_text):
    r"""TeX takes [s_t]_i after \begin{aligned} for an option, and after \\ for a distance; {}[s_t]_i is safe."""
    for stem, text in book_text.items():
        option = re.search(r"(?:\\begin\{(?:aligned|cases)\}|\\\\)\s*\[(?!\d).*", text)
        assert not option, f"{stem}: {option[0] if option else ''}"


def test_labels_are_unique(book_text):
    labels = [label for text in book_text.values() for label in re.findall(r"\$\$[ \t]*\(([^)\s]+)\)", text)]
    assert sorted(labels) == sorted(set(labels))


def test_a_chapter_says_what_it_is_for(chapter):
    text = markdown(chapter)
    for part in ("What you will derive", "What you need", "minutes", "Wrong on purpose", "Summary", "Further reading"):
        assert part in text, f"the chapter lacks {part!r}"


def test_a_chapter_has_six_exercises_each_with_a_solution(chapter):
    text = markdown(chapter)
    exercises = re.findall(r"\{exercise(?:-start)?\}[^\n]*\n(?::[^\n]*\n)*?:label: (\S+)", text)
    solved = re.findall(r"\{solution(?:-start)?\} (\S+)", text)
    assert len(exercises) >= 6
    assert sorted(exercises) == sorted(solved)


def test_a_chapter_has_a_figure_and_a_citation(chapter):
    assert any("image/svg+xml" in output.get("data", {}) for _, output in outputs(chapter))
    assert "{cite" in markdown(chapter)


@pytest.mark.parametrize("key", ["language_info", "kernelspec"])
def test_metadata_depend_on_no_machine(notebook, key):
    expected = {
        "language_info": {"name": "python"},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    }
    assert notebook.metadata[key] == expected[key], "outputs come from `make refresh` alone"


def test_widget_ids_are_numbered(notebook):
    state = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    assert sorted(state) == [f"{number:032x}" for number in range(len(state))]
