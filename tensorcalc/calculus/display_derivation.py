"""A derivation as a reader sees it: aligned lines, each with the names of its rules, as text, LaTeX and HTML."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from html import escape
from typing import NamedTuple

from ..notation.reading import Line
from .derivation import Derivation, Step
from .function import line_latex, line_text
from .rulebook import address

LEVELS = ("textbook", "full")


class Row(NamedTuple):
    """A line of a derivation: its two sides, the names of the rules, and the step that they are of."""

    left: str
    right: str
    rules: str
    step: Step | None


def _row(equation: str, rules: str, step: Step | None) -> Row:
    left, right = equation.split(" = ", 1)
    return Row(left, right, rules, step)


class Display:
    """The lines of a derivation and of those that it rests on.

    Parameters
    ----------
    derivation : what is shown
    level : "textbook" for the lines of a textbook, "full" for a line for every rule

    Raises
    ------
    ValueError : for another level

    >>> import tensorcalc as tc
    >>> tc.function("y_ij = x_ik a_kj").jacobian("y", "x").show()
    ∂y_ij/∂x_pq = ∂(x_ik a_kj)/∂x_pq      both sides are differentiated
                = ∂x_ik/∂x_pq a_kj        constant factor
                = delta_ip delta_kq a_kj  self-derivative
                = delta_ip a_qj           the delta replaces a dummy
    """

    def __init__(self, derivation: Derivation, level: str = "textbook") -> None:
        if level not in LEVELS:
            raise ValueError(f"level {level!r}: a derivation is shown at level {' or '.join(map(repr, LEVELS))}")
        self.derivation, self.level = derivation, level

    def _steps(self, one: Derivation) -> Iterator[Step]:
        for step in one.steps:
            yield from (s for s in (step.leaves if self.level == "full" else (step,)) if s.visible)

    def _rows(self, one: Derivation, write: Callable[[Line], str], rules: Callable[[Step], str]) -> list[Row]:
        """The lines; the left side only where it is new."""
        rows = [_row(write(one.start), "", None)]
        rows += [_row(write(step.after_line), rules(step), step) for step in self._steps(one)]
        if len(rows) > 1 and rows[0].right in (rows[0].left, rows[1].right):  # a first line that says nothing
            del rows[0]
        lefts = [rows[0].left, *("" if new.left == old.left else new.left for old, new in itertools.pairwise(rows))]
        return [row._replace(left=left) for left, row in zip(lefts, rows, strict=True)]

    def _block(self, one: Derivation) -> str:
        rows = self._rows(one, line_text, names)
        indent, width = max(len(row.left) for row in rows), max(len(row.right) for row in rows)
        return "\n".join(f"{r.left:>{indent}} = {r.right:<{width}}  {r.rules}".rstrip() for r in rows)

    def __str__(self) -> str:
        return "\n\n".join(self._block(one) for one in self.derivation.everything)

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """One ``aligned`` environment; the blocks of the derivations are set apart."""
        return self._aligned(lambda step: rf"\text{{{names(step)}}}")

    def _aligned(self, rules: Callable[[Step], str]) -> str:
        blocks = []
        for one in self.derivation.everything:
            rows = self._rows(one, line_latex, rules)
            blocks.append(
                " \\\\\n".join(f"{r.left} &= {r.right}" + (f" && {r.rules}" if r.rules else "") for r in rows)
            )
        text = " \\\\[6pt]\n".join(blocks)
        return f"\\begin{{aligned}}\n{text}\n\\end{{aligned}}"

    def _repr_latex_(self) -> str:
        """With the names of rules as links to the chapters that teach them."""
        return f"$\\displaystyle {self._aligned(latex_links)}$"

    def _repr_html_(self) -> str:
        """The textbook's lines, each of several rules unfolding into them; no script."""
        blocks = "".join(self._html_block(one) for one in self.derivation.everything)
        return f'<div class="tc-derivation mathjax_process">{blocks}</div>'

    def _html_block(self, one: Derivation) -> str:
        rows = (_html_row(row, row.step) for row in self._rows(one, line_latex, html_links))
        return f"<table>{''.join(rows)}</table>"


# ---------------------------------------------------------------- names of rules, with links


def names(step: Step) -> str:
    return ", ".join(step.names)


def latex_links(step: Step) -> str:
    """Each name in a link to its section of the book."""
    links = []
    for name, id in step.rules.items():
        page = address(id)
        links.append(rf"\href{{{page}}}{{\text{{{name}}}}}" if page else rf"\text{{{name}}}")
    return r"\text{, }".join(links)


def html_links(step: Step) -> str:
    links = []
    for name, id in step.rules.items():
        page = address(id)
        links.append(f'<a href="{page}">{escape(name)}</a>' if page else escape(name))
    return ", ".join(links)


# ---------------------------------------------------------------- rows of a table

RIGHT, LEFT = "text-align: right", "text-align: left"


def _html_row(row: Row, step: Step | None) -> str:
    """Left side, right side, and the names of the rules; several rules unfold into a line for each."""
    cells = _cell(RIGHT, row.left) + _cell(LEFT, f"= {row.right}")
    inner = [leaf for leaf in step.leaves if leaf.visible] if step is not None else []
    if len(inner) < 2:
        return f"<tr>{cells}<td style='{LEFT}'>{row.rules}</td></tr>"
    lines = "".join(f"<li>{_formula(line_latex(leaf.after_line))} {html_links(leaf)}</li>" for leaf in inner)
    unfolding = f"<details><summary>{row.rules}</summary><ol>{lines}</ol></details>"
    return f"<tr>{cells}<td style='{LEFT}'>{unfolding}</td></tr>"


def _cell(style: str, latex: str) -> str:
    return f"<td style='{style}'>{_formula(latex) if latex else ''}</td>"


def _formula(latex: str) -> str:
    return f"<span>\\({escape(latex)}\\)</span>"
