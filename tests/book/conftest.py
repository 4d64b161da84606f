"""The notebooks of the book, read once."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from chapters import notebooks, pages  # noqa: E402  (tools/ is no package: it holds scripts)

NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in notebooks()}
CHAPTERS = {stem: nb for stem, nb in NOTEBOOKS.items() if stem[:2].isdigit()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "notebook" in metafunc.fixturenames:
        metafunc.parametrize("notebook", NOTEBOOKS.values(), ids=NOTEBOOKS.keys())
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS.keys())


@pytest.fixture(scope="session")
def book_text() -> dict[str, str]:
    """Page stem -> its Markdown: that of a notebook's Markdown cells, or the page itself."""
    texts = {}
    for page in pages():
        path = ROOT / page
        notebook = NOTEBOOKS.get(path.stem)
        if notebook is None:
            texts[path.stem] = path.with_suffix(".md").read_text(encoding="utf-8")
        else:
            texts[path.stem] = markdown(notebook)
    return texts


def markdown(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
