"""The summary of each chapter links to its rows of the formula sheet."""

import json
from pathlib import Path

import pytest

from tensorcalc.sheet.rows import GROUPS

BOOK = Path(__file__).parents[2] / "book"
ROWS = [row for rows in GROUPS.values() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_summary_names_the_row(row):
    (chapter,) = BOOK.glob(f"{row.chapter}_*.ipynb")
    cells = ["".join(cell["source"]) for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]]
    summaries = [text for text in cells if ":class: summary" in text]
    assert [f"<sheet-{row.name}>" in text for text in summaries] == [True]
