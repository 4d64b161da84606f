"""A chapter's exercises without their solutions, as a notebook to hand out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_START = re.compile(r"^`{3,}\{exercise-start\}[ \t]*(.*)$")
_END = re.compile(r"^`{3,}\{exercise-end\}")
_LABEL = re.compile(r"^:label:\s*(\S+)")
_ROLE = re.compile(r"\{[\w:-]+\}`([^`]*)`")  # {eq}`eq-matmul`: a link that works in the book only
_SETUP = "import numpy as np\n\nimport tensorcalc as tc\nfrom tensorcalc import kernel, ti"


def export(chapter: Path, sheet: Path) -> int:
    """Write the exercises of a chapter as a notebook with blanks.

    Parameters
    ----------
    chapter : Path
        A notebook of the book.
    sheet : Path
        The notebook to write.

    Returns
    -------
    int
        How many exercises it holds.

    Raises
    ------
    ValueError
        If the chapter has no exercises.
    """
    held = json.loads(chapter.read_text(encoding="utf-8"))
    found = list(_exercise_cells(held["cells"]))
    count = sum(text.startswith("## ") for kind, text in found if kind == "markdown")
    if not count:
        raise ValueError(f"{chapter} has no exercises between exercise-start and exercise-end")
    heading = f"# Exercises: {_title(held['cells'])}\n\nName:"
    cells = [("markdown", heading), ("code", _SETUP), *found]
    sheet.write_text(json.dumps(_notebook(cells), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return count


def _exercise_cells(cells: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What stands between the start and the end of each exercise: its text, its cells, and a blank if it has none."""
    lines: list[str] = []
    label, checked, options = "", False, False
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            if label or lines:
                yield from _text(lines)
                lines, checked = [], True
                yield "code", source
            continue
        for line in source.splitlines():
            if start := _START.match(line):
                lines, options, checked = [f"## {start[1]}", ""], True, False
            elif options:  # the directive's own lines, up to the end of its fence
                found = _LABEL.match(line)
                label = found[1] if found else label
                options = not line.startswith("```")
            elif _END.match(line):
                yield from _text(lines)
                if not checked:
                    yield "code", f'answer = ...  # your answer\ntc.exercises.check("{label}", answer)'
                label, lines = "", []
            elif label:
                lines.append(line)


def _text(lines: list[str]) -> Iterator[tuple[str, str]]:
    text = _ROLE.sub(r"`\1`", "\n".join(lines)).strip()
    if text:
        yield "markdown", text


def _title(cells: list[dict[str, Any]]) -> str:
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines()]
    return next((line[2:].strip() for line in lines if line.startswith("# ")), "")


def _notebook(cells: list[tuple[str, str]]) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []}
    return {
        "cells": [
            {
                "cell_type": kind,
                "id": f"cell-{n:02d}",
                "metadata": {},
                "source": text,
                **(code if kind == "code" else {}),
            }
            for n, (kind, text) in enumerate(cells)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
