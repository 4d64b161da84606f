"""The directive ``{errata} source``: what a source states wrongly or loosely, by severity; and links from "erratum 12".

The entries come from ``book/data/errata.yml``. Each has the anchor ``erratum-N``, to which every "erratum N" of the
book's prose links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.transforms import SphinxTransform

from tools.chapters import ROOT
from tools.checklist import anchors, chapters, errata, number, rows

from .links import link_numbers, reference

SEVERITIES = {
    "wrong": "Wrong: the statement is false, or what it says cannot be computed",
    "ambiguous": "Ambiguous: right under a condition or a convention that is not said",
    "missing": "Missing: announced or needed, and not there",
    "sloppy": "Sloppy: a slip of wording or of notation",
    "mangled": "Mangled: lost or added on the way from the page to the text",
}
TEXTS = {"as_written": "As written", "correct": "Correct", "why": "Why", "demonstration": "Run"}
MENTION = re.compile(r"\b[Ee]rrat(?:um|a) \d+(?:(?:,| and) \d+)*")


def taught() -> dict[int, str]:
    """Number of an erratum -> the anchor that teaches the correct statement in its chapter."""
    there = anchors()
    home = {entry["number"]: entry["chapter"] for entry in errata()}
    found = ((n, row.id) for row in rows() if row.id in there for n in row.errata if row.chapter == home[n])
    return dict(reversed(list(found)))  # the first row of several


class Errata(Directive):
    """``{errata} wong``: the errata of one source, given by its citation key."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env = self.state.document.settings.env
        for path in ("book/data/coverage.yml", "book/data/errata.yml", "_toc.yml"):
            self.env.note_dependency(str(ROOT / path))
        chosen = [entry for entry in errata() if entry["source"] == self.arguments[0]]
        if not chosen:
            raise self.error(f"no erratum of book/data/errata.yml has the source {self.arguments[0]!r}")
        self.rows, self.pages = taught(), chapters()
        return [node for severity in SEVERITIES for node in self._group(severity, chosen)]

    def _group(self, severity: str, chosen: list[dict]) -> Iterator[nodes.Node]:
        group = [entry for entry in chosen if entry["severity"] == severity]
        if group:
            yield nodes.rubric("", f"{SEVERITIES[severity]} ({len(group)})")
            yield self._table(group)

    def _table(self, group: list[dict]) -> nodes.table:
        columns = [nodes.colspec(colwidth=width) for width in (20, 80)]
        head = nodes.thead("", _line([nodes.paragraph("", "Number, lines")], [nodes.paragraph("", "What it says")]))
        body = nodes.tbody("", *(_line(self._identity(entry), self._texts(entry)) for entry in group))
        return nodes.table("", nodes.tgroup("", *columns, head, body, cols=2), classes=["lines", "errata-list"])

    def _identity(self, entry: dict) -> list[nodes.Node]:
        name = f"erratum-{entry['number']}"
        target = nodes.target("", "", ids=[name], names=[name])
        self.state.document.note_explicit_target(target)
        first = nodes.paragraph("", "", target, nodes.strong("", str(entry["number"])))
        several = re.search(r"[-,]", entry["lines"])
        lines = f"{'lines' if several else 'line'} {entry['lines'].replace('-', '–')}"
        return [first, nodes.paragraph("", lines), nodes.paragraph("", "", self._place(entry))]

    def _place(self, entry: dict) -> nodes.Node:
        name = f"{'chapter' if entry['chapter'].isdigit() else 'appendix'} {entry['chapter']}"
        page = self.pages.get(entry["chapter"])
        row = self.rows.get(entry["number"])
        if page is None:
            return nodes.inline("", f"{name}, not written yet")
        if row is None and page == self.env.docname:
            return nodes.inline("", "here")
        if row is None:
            return reference(f"/{page}", name, self.env.docname, "doc")
        return reference(row.lower(), name, self.env.docname)

    def _texts(self, entry: dict) -> list[nodes.Node]:
        return [self._text(title, entry[field]) for field, title in TEXTS.items()]

    def _text(self, title: str, text: str) -> nodes.paragraph:
        inline, _ = self.state.inline_text(text, self.lineno)
        return nodes.paragraph("", "", nodes.strong("", f"{title}: "), *inline)


def _line(*cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


class LinkMentions(SphinxTransform):
    """An "erratum 12" in prose becomes a link to it, in every page but that of the errata themselves."""

    default_priority = 400

    def apply(self, **_options: Any) -> None:
        if number(self.env.docname) == "C":
            return
        page = self.env.docname
        link_numbers(self.document, MENTION, lambda found, text: reference(f"erratum-{found}", text, page))


def setup(app: Any) -> None:
    app.add_directive("errata", Errata)
    app.add_transform(LinkMentions)
