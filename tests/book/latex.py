"""A reader of LaTeX that knows grammar and names alone: enough to say that a formula will be typeset."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\begin\{(\w+)\}|\\end\{(\w+)\}|\\(left|right)\b|\\([a-zA-Z]+|.)|([{}])|([_^])|(\S)")
ENVIRONMENTS = {"pmatrix", "cases", "aligned"}
WORDS = r"""
alpha beta gamma delta epsilon eta theta lambda mu sigma varphi Delta partial nabla prime dots cdots cdot odot otimes
times sum prod lim max log exp sin tanh sqrt ge le ne in notin not iff Rightarrow mapsto to equiv sim approx pm circ
langle rangle lVert rVert text operatorname mathbb mathbf mathcal mathrm frac tfrac hat bar tilde underbrace textstyle
quad qquad
"""
COMMANDS = set(re.findall(r"\w+", WORDS)) | set(",;!:{}|\\ ")


class Malformed(ValueError):
    pass


def check(formula: str) -> None:
    """Raise Malformed unless braces, fences and environments nest, scripts have a body and each command is known."""
    expects: list[str] = []
    script = False
    for begin, end, fence, command, brace, mark, other in TOKEN.findall(re.sub(r"\\text\{[^{}]*\}", " x", formula)):
        if script and (brace == "}" or mark or end or fence == "right"):
            raise Malformed(f"a script without a body before {end or brace or mark or fence!r}")
        script = bool(mark)
        if begin or fence == "left" or brace == "{":
            expects.append(begin or fence or brace)
        elif end or fence == "right" or brace == "}":
            _close(expects, end or {"right": "left", "": "{"}[fence])
        if {begin, command} - ENVIRONMENTS - COMMANDS - {""}:
            raise Malformed(f"unknown: {begin or command!r}")
        if other in ("&",) and not set(expects) & ENVIRONMENTS:
            raise Malformed("& outside of a table")
    if expects or script:
        raise Malformed(f"not closed: {expects or 'script'}")


def _close(expects: list[str], opened: str) -> None:
    if not expects or expects.pop() != opened:
        raise Malformed(f"closed without being open: {opened!r}")
