"""The labelled formulas of a page, and each as the equalities it states: a chain of sides for every line of proof."""

from __future__ import annotations

import re
from collections.abc import Iterator

LABELLED = re.compile(r"\$\$(?P<body>.+?)\$\$[ \t]*\((?P<label>[\w-]+)\)", re.DOTALL)
DERIVATIVE = re.compile(r"\\partial|\\nabla")
REMARK = re.compile(r"&&.*|\\text\{[^{}]*\}")
UNDER = re.compile(r"\\underbrace\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}_\{(?:[^{}]|\{[^{}]*\})*\}")


def labelled(text: str) -> dict[str, str]:
    """Label -> LaTeX, for every numbered equation of a page."""
    return {match["label"]: " ".join(match["body"].split()) for match in LABELLED.finditer(text)}


def chains(formula: str) -> list[list[str]]:
    """``a = b = c, \\qquad d = e`` as [[a, b, c], [d, e]]; a row of a derivation goes on from the row above."""
    found: list[list[str]] = []
    for row in _rows(UNDER.sub(r"\1", formula)):
        left, *rest = _split_at_equals(row)
        if left:
            found.append([left, *rest])
        elif found:
            found[-1] += rest
    return found


def _rows(formula: str) -> Iterator[str]:
    if not formula.startswith(r"\begin{aligned}"):
        formula = re.sub(r"\\qquad", r"\\\\", formula)
    for row in re.sub(r"\\(?:begin|end)\{aligned\}", "", formula).split(r"\\"):
        row = re.sub(r"[\s.,]*$", "", REMARK.sub("", row).replace("&", "")).strip()
        if row:
            yield re.sub(r"(?:\\,|[\s.,])+$", "", row)


def _split_at_equals(row: str) -> list[str]:
    """At every equals sign outside of braces."""
    sides, depth = [""], 0
    for sign in row:
        depth += (sign == "{") - (sign == "}")
        if sign == "=" and not depth:
            sides.append("")
        else:
            sides[-1] += sign
    return [side.strip() for side in sides]
