"""The directive ``{coverage} source``: what a source states, row by row, with a link to where the book teaches it.

The rows come from ``book/data``, the links from the anchors in the chapters; nothing on the page is written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.addnodes import pending_xref

from tools.chapters import ROOT, pages
from tools.checklist import Row, anchors, errata, rows

HEADS = ("Row, lines", "What it states, and how it is verified", "Where it is taught")


def counts(chosen: list[Row], taught: dict[str, list[str]]) -> str:
    """One line: how many rows there are, how many are taught, and how many wait for a chapter."""
    done = sum(row.id in taught for row in chosen)
    waiting = "; the rest waits for chapters that are not written yet" if done < len(chosen) else ""
    return f"{len(chosen)} rows, {done} of them taught in the chapters of this edition{waiting}."


def _link(row: Row, page: str) -> nodes.Node:
    target = {"refdomain": "std", "reftype": "ref", "reftarget": row.id.lower(), "refexplicit": True, "refwarn": True}
    return pending_xref("", nodes.inline("", _name(row)), refdoc=page, **target)


def _name(row: Row) -> str:
    return f"{'chapter' if row.chapter.isdigit() else 'appendix'} {row.chapter}"


def _identity(row: Row) -> list[nodes.Node]:
    first, _, last = row.lines.partition("-")
    lines = f"line {first}" if first == last else f"lines {first}–{last}"
    return [nodes.paragraph("", "", nodes.strong("", row.id)), nodes.paragraph("", lines)]


def _statement(row: Row) -> list[nodes.Node]:
    topic = row.topic[0].upper() + row.topic[1:]
    formula = nodes.paragraph("", "", nodes.math(row.statement, row.statement), classes=["statement"])
    return [nodes.paragraph("", topic), formula, nodes.paragraph("", row.check[0].upper() + row.check[1:])]


def _place(row: Row, page: str, taught: dict[str, list[str]], severity: dict[int, str]) -> list[nodes.Node]:
    where = _link(row, page) if row.id in taught else nodes.inline("", f"{_name(row)}, not written yet")
    found = [nodes.paragraph("", f"erratum {n}: {severity[n]}") for n in row.errata]
    return [nodes.paragraph("", "", where), *found]


def _line(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


def table(chosen: list[Row], line: Callable[[Row], nodes.row]) -> nodes.table:
    columns = [nodes.colspec(colwidth=width) for width in (14, 66, 20)]
    head = nodes.thead("", _line([[nodes.paragraph("", text)] for text in HEADS]))
    body = nodes.tbody("", *(line(row) for row in chosen))
    return nodes.table("", nodes.tgroup("", *columns, head, body, cols=len(columns)), classes=["coverage"])


class Coverage(Directive):
    """``{coverage} wong``: counts and table of one source, given by its citation key."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        for path in (ROOT / "book/data/coverage.yml", ROOT / "book/data/errata.yml", *map(_file, pages())):
            env.note_dependency(str(path))
        chosen = [row for row in rows() if row.source == self.arguments[0]]
        if not chosen:
            raise self.error(f"no row of book/data/coverage.yml has the source {self.arguments[0]!r}")
        if "coverage" not in env.temp_data:  # once for all sources of the page
            env.temp_data["coverage"] = anchors()
        taught = env.temp_data["coverage"]
        severity = {erratum["number"]: erratum["severity"] for erratum in errata()}

        def line(row: Row) -> nodes.row:
            return _line([_identity(row), _statement(row), _place(row, env.docname, taught, severity)])

        return [nodes.paragraph("", counts(chosen, taught)), table(chosen, line)]


def _file(page: str) -> Any:
    notebook = ROOT / f"{page}.ipynb"
    return notebook if notebook.exists() else notebook.with_suffix(".md")


def setup(app: Any) -> None:
    app.add_directive("coverage", Coverage)
