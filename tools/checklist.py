"""What the sources state and where the book teaches it: the tables in ``book/data`` and the anchors in the pages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.chapters import ROOT, pages

ANCHOR = re.compile(r"^\((S\d-\d{3})\)=[ \t]*$", re.MULTILINE)
NUMBER = re.compile(r"(\d\d|[A-E])_")


@dataclass(frozen=True)
class Row:
    """One row of ``coverage.yml``; ``errata`` are numbers of ``errata.yml``."""

    id: str
    source: str
    lines: str
    kind: str
    topic: str
    statement: str
    chapter: str
    check: str
    errata: tuple[int, ...] = ()


def _row(entry: dict) -> Row:
    errata = entry.pop("erratum", ())
    return Row(**entry, errata=(errata,) if isinstance(errata, int) else tuple(errata))


def rows(root: Path = ROOT) -> list[Row]:
    """The rows in the order of the sources."""
    return [_row(entry) for entry in yaml.safe_load((root / "book/data/coverage.yml").read_text(encoding="utf-8"))]


def errata(root: Path = ROOT) -> list[dict]:
    """The errata by number."""
    return yaml.safe_load((root / "book/data/errata.yml").read_text(encoding="utf-8"))


def number(page: str) -> str | None:
    """The chapter that a page is: ``'13'`` for ``book/13_matmul``, ``'A'`` for ``book/A_notation``, else None."""
    found = NUMBER.match(Path(page).name)
    return found[1] if found else None


def text(page: str, root: Path = ROOT) -> str:
    """The Markdown of a page, whether it is a notebook or not."""
    notebook = root / f"{page}.ipynb"
    if not notebook.exists():
        return (root / f"{page}.md").read_text(encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def chapters(root: Path = ROOT) -> dict[str, str]:
    """Chapter number -> page, for the chapters that ``_toc.yml`` names."""
    return {chapter: page for page in pages(root) if (chapter := number(page))}


def anchors(root: Path = ROOT) -> dict[str, list[str]]:
    """Row id -> the pages that anchor it: one, when all is well."""
    found: dict[str, list[str]] = {}
    for page in pages(root):
        for row in ANCHOR.findall(text(page, root)):
            found.setdefault(row, []).append(page)
    return found
