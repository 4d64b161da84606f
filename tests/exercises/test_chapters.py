"""The registry against the chapters: the same labels, and every exercise wired to its checker."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tensorcalc.exercises.registry import all_chapters

BOOK = Path(__file__).resolve().parents[2] / "book"
STATED = re.compile(r"\{exercise-start\}[^\n]*\n:label: (\S+)")
CHECKED = re.compile(r"exercises\.check\(\s*\"([\w-]+)\"")
SOLVED = re.compile(r"exercises\.solution\(\s*\"([\w-]+)\"")


def _sources(number: str, kind: str) -> str:
    (path,) = BOOK.glob(f"{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == kind)


@pytest.mark.parametrize("number", all_chapters())
def test_the_registry_has_the_chapters_exercises(number):
    assert STATED.findall(_sources(number, "markdown")) == list(all_chapters()[number])


@pytest.mark.parametrize("number", all_chapters())
def test_a_wired_chapter_checks_and_solves_each_of_them(number):
    code = _sources(number, "code")
    if "tc.exercises" in code:
        assert CHECKED.findall(code) == list(all_chapters()[number])
        assert SOLVED.findall(code) == list(all_chapters()[number])
