"""What a checker says: one finding for each part of an answer, together a verdict that a notebook shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

# reason id -> how its finding begins; the order is that in which reasons are looked for
REASONS = {
    "blank": "not answered yet",
    "kind": "not an answer of the kind asked for",
    "parse": "refused by the notation",
    "name": "unknown name",
    "free": "wrong free indices",
    "raises": "stops with an error",
    "in-place": "changes its input",
    "shape": "wrong shape",
    "transposed": "transposed",
    "sum": "a sum is missing",
    "sign": "wrong sign",
    "factor": "wrong constant factor",
    "term": "wrong terms",
    "step": "right in the end, but one step is illegal",
    "value": "wrong value",
    "right": "right",
}
_MARKS = {"right": "✓", "blank": "○"}


@dataclass(frozen=True)
class Finding:
    """What is to be said about one part of an answer: the id of a reason, and a text."""

    reason: str
    text: str = ""

    @property
    def right(self) -> bool:
        return self.reason == "right"

    @property
    def said(self) -> str:
        return f"{REASONS[self.reason]}: {self.text}" if self.text else REASONS[self.reason]

    def __str__(self) -> str:
        return f"{_MARKS.get(self.reason, '✗')} {self.said}"


RIGHT = Finding("right")
BLANK = Finding("blank")


@dataclass(frozen=True)
class Verdict:
    """What the checker found: shown by a notebook, ``bool(verdict)`` is whether all of it is right.

    Parameters
    ----------
    exercise : id of the exercise
    findings : part of the answer -> what was found; the part is "" where the answer has no parts
    hints : the hints that are offered with it

    >>> verdict = Verdict("ex-demo", {"dl_dx": RIGHT, "dl_dw": Finding("sign", "multiply it by -1.")})
    >>> print(verdict)
    dl_dx  ✓ right
    dl_dw  ✗ wrong sign: multiply it by -1.
    >>> bool(verdict), verdict.reason
    (False, 'sign')
    """

    exercise: str
    findings: Mapping[str, Finding]
    hints: tuple[str, ...] = field(default=(), repr=False)

    @property
    def right(self) -> bool:
        return all(finding.right for finding in self.findings.values())

    @property
    def reason(self) -> str:
        """The reason of the first part that is not right, else "right"."""
        return next((finding.reason for finding in self.findings.values() if not finding.right), "right")

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        if self.reason == "blank" and all(finding == BLANK for finding in self.findings.values()):
            return str(Finding("blank", "replace the dots and run the cell."))
        width = max(map(len, self.findings))
        return "\n".join(f"{part:{width}}  {finding}".strip() for part, finding in self.findings.items())

    def __repr__(self) -> str:
        more = f'\n  Hints: tc.exercises.hint("{self.exercise}")' if self.hints and not self.right else ""
        return str(self) + more

    def _repr_html_(self) -> str:
        """The same for a page: there the hints open without a kernel."""
        hints = () if self.right else self.hints
        folded = "".join(
            f"<details><summary>Hint {n}</summary>{as_html(hint)}</details>" for n, hint in enumerate(hints, 1)
        )
        return f'<div class="tc-verdict"><pre style="white-space: pre-wrap">{escape(str(self))}</pre>{folded}</div>'


def as_html(text: str) -> str:
    """Text in which `code` stands in backquotes, as HTML.

    >>> as_html("write `x_i < y_i`")
    '<p>write <code>x_i &lt; y_i</code></p>'
    """
    pieces = escape(text, quote=False).split("`")
    return "<p>" + "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(pieces)) + "</p>"
