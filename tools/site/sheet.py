"""The directive ``{sheet}``: the formula sheet, from the table of the package and what its page printed when run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.addnodes import pending_xref

import tensorcalc as tc
from tools.chapters import ROOT
from tools.checklist import chapters

PAGE = ROOT / "book/B_formula_sheet.ipynb"
HEADS = ("Row", "Stated", "Follows", "Run", "From")
WIDTHS = (15, 27, 40, 8, 10)
MARKS = {"proved": "=", "measured": "≈"}


def stored() -> dict[str, str]:
    """Row -> what the page of the sheet printed for it."""
    cells = [cell for cell in nbformat.read(PAGE, as_version=4).cells if cell.cell_type == "code"]
    texts = [
        output.data["text/plain"] for cell in cells for output in cell.outputs if "text/plain" in output.get("data", {})
    ]
    return dict(re.findall(r"(?m)^([\w-]+) +((?:not )?proved, .*)$", "\n".join(texts)))


def latex(row: Any, text: str) -> str:
    """An equation, or one side of an identity, as LaTeX."""
    if not row.is_identity:
        sizes = re.findall(r"(?<![\w{])[A-Z](?!\w)", text)  # of ranges whose letters may be elsewhere in the row
        return tc.equation(text, ranges={size.lower(): size for size in sizes}).latex
    free, _, side = text.partition("] ")
    if re.fullmatch(r"[A-Z]|\d+", side):  # a size or a number: no equation by itself
        return side
    letters = free[1:].replace(", ", "")
    return tc.equation(f"y_{{{letters}}} = {side}" if letters else f"y = {side}").latex.partition(" = ")[2]


class Sheet(Directive):
    """``{sheet}``: a table for each group of rows, each row with the anchor ``sheet-NAME``."""

    def run(self) -> list[nodes.Node]:
        self.env = self.state.document.settings.env
        for path in (ROOT / "_toc.yml", ROOT / "tensorcalc/sheet/rows.py", PAGE):
            self.env.note_dependency(str(path))
        self.found, self.pages = stored(), chapters()
        return [node for title, rows in tc.sheet.GROUPS.items() for node in self._group(title, rows)]

    def _group(self, title: str, rows: tuple[Any, ...]) -> Iterator[nodes.Node]:
        yield nodes.rubric("", title)
        columns = [nodes.colspec(colwidth=width) for width in WIDTHS]
        head = nodes.thead("", _line(*([nodes.paragraph("", text)] for text in HEADS)))
        body = nodes.tbody("", *(self._row(row) for row in rows))
        yield nodes.table("", nodes.tgroup("", *columns, head, body, cols=len(columns)), classes=["lines", "sheet"])

    def _row(self, row: Any) -> nodes.row:
        name = f"sheet-{row.name}"
        target = nodes.target("", "", ids=[name], names=[name])
        self.state.document.note_explicit_target(target)
        said = nodes.paragraph("", "", target, nodes.Text(row.says))
        cells = ([said], _formulas(row, row.lines), _formulas(row, row.follows))
        return _line(*cells, [nodes.paragraph("", self._marks(row))], [nodes.paragraph("", "", *self._places(row))])

    def _marks(self, row: Any) -> str:
        words = self.found[row.name].split(", ")
        return " ".join(MARKS.get(word, word) for word in words)

    def _places(self, row: Any) -> Iterator[nodes.Node]:
        """The equations and exercises that derive the row, or its chapter."""
        page = self.pages.get(row.chapter)
        if page is None or not row.equations:
            target = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{page}"}
            text = nodes.inline("", f"chapter {row.chapter}")
            yield text if page is None else self._reference(text, target)
        for label in row.equations if page else ():
            exercise = "std", "ref", f"{row.chapter}, ex."
            domain, kind, text = exercise if label.startswith("ex-") else ("math", "eq", label)
            target = {"refdomain": domain, "reftype": kind, "reftarget": label}
            yield self._reference(nodes.inline("", text), target)
            yield nodes.Text(" ")

    def _reference(self, text: nodes.inline, target: dict[str, str]) -> pending_xref:
        return pending_xref("", text, refdoc=self.env.docname, refexplicit=True, refwarn=True, **target)


def _formulas(row: Any, texts: tuple[str, ...]) -> list[nodes.Node]:
    sign = r"=\;" if row.is_identity and texts == row.follows else ""
    formulas = (sign + latex(row, text) for text in texts)
    return [nodes.paragraph("", "", nodes.math(formula, formula)) for formula in formulas]


def _line(*cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


def setup(app: Any) -> None:
    app.add_directive("sheet", Sheet)
