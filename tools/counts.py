"""What each chapter holds: rows of the sources, equations, exercises, figures, words (``make counts``)."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.chapters import ROOT
from tools.checklist import anchors, chapters, number, rows

EQUATION = re.compile(r"\$\$[ \t]*\(eq-[\w-]+\)")
EXERCISE = re.compile(r"^`{3,}\{exercise(?:-start)?\}", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
NO_WORDS = re.compile(
    r"\$\$[\s\S]*?\$\$(?:[ \t]*\([\w-]+\))?|\$[^$]*\$|\{[\w:]+\}`[^`]*`|^\(S\d-\d{3}\)=|^:.*|^```.*", re.MULTILINE
)
PICTURES = ("image/svg+xml", "application/vnd.jupyter.widget-view+json")


class Counts(NamedTuple):
    """Rows taught and planned, numbered equations and those with a cell that runs in their section, and so on."""

    taught: int
    planned: int
    equations: int
    run: int
    exercises: int
    figures: int
    words: int


def words(markdown: str) -> int:
    """
    >>> words("The product $AB$ is\\n$$ c = ab $$ (eq-c)\\nassociative.")
    4
    """
    prose = NO_WORDS.sub(" ", markdown)
    return len(re.findall(r"[^\W\d_][\w'’-]*", prose))


def _equations(cells: list[dict]) -> tuple[int, int]:
    """How many equations are numbered, and how many of them a code cell follows before the next heading."""
    total = run = waiting = 0
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            run, waiting = run + waiting, 0
            continue
        for part in re.split(r"(?m)^(?=#{1,6} )", source):
            waiting = 0 if HEADING.match(part) else waiting
            found = len(EQUATION.findall(part))
            total, waiting = total + found, waiting + found
    return total, run


def _figures(cells: list[dict]) -> int:
    outputs = (output for cell in cells for output in cell.get("outputs", ()))
    return sum(any(kind in output.get("data", {}) for kind in PICTURES) for output in outputs)


def count(page: str, taught: dict[str, list[str]]) -> Counts:
    cells = json.loads((ROOT / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    mine = [row.id for row in rows() if row.chapter == number(page)]
    exercises, figures = len(EXERCISE.findall(text)), _figures(cells)
    return Counts(sum(row in taught for row in mine), len(mine), *_equations(cells), exercises, figures, words(text))


def main() -> None:
    planned, written, taught = Counter(row.chapter for row in rows()), chapters(), anchors()
    print(f"{'chapter':34}{'rows':>9}{'equations':>11}{'run':>6}{'exercises':>11}{'figures':>9}{'words':>8}")
    everything = {page: count(page, taught) for page in written.values()}
    for page, c in everything.items():
        print(_line(Path(page).name, c))
    print(_line("together", Counts(*map(sum, zip(*everything.values(), strict=True)))))
    waiting = {chapter: n for chapter, n in sorted(planned.items()) if chapter not in written}
    names = ", ".join(f"{chapter} ({n})" for chapter, n in waiting.items()) or "none"
    print(f"\n{sum(waiting.values())} of {sum(planned.values())} rows wait for chapters that are not written: {names}")


def _line(name: str, c: Counts) -> str:
    rows_taught = f"{c.taught}/{c.planned}"
    return f"{name:34}{rows_taught:>9}{c.equations:11}{c.run:6}{c.exercises:11}{c.figures:9}{c.words:8,}"


if __name__ == "__main__":
    main()
