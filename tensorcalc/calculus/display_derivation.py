"""A derivation as a reader sees it: aligned lines, each with the names of its rules, as text, LaTeX and HTML."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from html import escape

from .derivation import Derivation, Step
from .function import line_latex, line_text

LEVELS = ("textbook", "full")


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

    def _lines(self, one: Derivation, write: str) -> list[tuple[str, str, str]]:
        """(left side, right side, names of rules) of each line; the left side only where it is new."""
        as_text = line_text if write == "text" else line_latex
        lines = [(one.start, ""), *((step.after_line, ", ".join(step.names)) for step in self._steps(one))]
        rows = [(*as_text(line).split(" = ", 1), names) for line, names in lines]
        if len(rows) > 1 and rows[0][1] in (rows[0][0], rows[1][1]):  # a first line that says nothing
            del rows[0]
        lefts = [rows[0][0], *("" if new[0] == old[0] else new[0] for old, new in itertools.pairwise(rows))]
        return [(left, right, names) for left, (_, right, names) in zip(lefts, rows, strict=True)]

    def _block(self, one: Derivation) -> str:
        lines = self._lines(one, "text")
        indent = max(len(left) for left, _, _ in lines)
        width = max(len(right) for _, right, _ in lines)
        return "\n".join(f"{left:>{indent}} = {right:<{width}}  {rules}".rstrip() for left, right, rules in lines)

    def __str__(self) -> str:
        return "\n\n".join(self._block(one) for one in self.derivation.everything)

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """One ``aligned`` environment; the blocks of the derivations are set apart."""
        return _aligned([self._lines(one, "latex") for one in self.derivation.everything])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def _repr_html_(self) -> str:
        """The textbook's lines, each of several rules unfolding into them; no script."""
        blocks = (self._html_block(one) for one in self.derivation.everything)
        return f'<div class="tc-derivation">{"".join(blocks)}</div>'

    def _html_block(self, one: Derivation) -> str:
        rows = [_row(line_latex(one.start), "")]
        for step in self._steps(one):
            rows.append(_row(line_latex(step.after_line), ", ".join(step.names), _single(step)))
        return f"<ol>{''.join(rows)}</ol>"


def _aligned(blocks: Sequence[Sequence[tuple[str, str, str]]]) -> str:
    rows = []
    for block in blocks:
        rows += [f"{left} &= {right}" + (rf" && \text{{{rules}}}" if rules else "") for left, right, rules in block]
        rows[-1] += r" \\[6pt]"
    text = " \\\\\n".join(rows).replace("\\\\[6pt] \\\\", "\\\\[6pt]").removesuffix(r" \\[6pt]")
    return f"\\begin{{aligned}}\n{text}\n\\end{{aligned}}"


def _single(step: Step) -> list[tuple[str, str]]:
    """The single rules of a line: the formula after each, and its name; none where the line is one rule."""
    leaves = [leaf for leaf in step.leaves if leaf.visible]
    return [(line_latex(leaf.after_line), ", ".join(leaf.names)) for leaf in leaves] if len(leaves) > 1 else []


def _row(latex: str, rules: str, inner: Sequence[tuple[str, str]] = ()) -> str:
    formula = f"<span>\\({escape(latex)}\\)</span>"
    if not inner:
        return f"<li>{formula} <em>{escape(rules)}</em></li>"
    rows = "".join(_row(*pair) for pair in inner)
    return f"<li>{formula} <details><summary>{escape(rules)}</summary><ol>{rows}</ol></details></li>"
