"""Demonstrations as a reader sees them: one with its code, or all of them in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import TextWrapper

from .registry import DEMONSTRATIONS, Outcome, shown

HEADS = ("no.", "computed", "as written", "correct", "measured")


def _html(text: str) -> str:
    """The text with its indices set below the line."""
    return re.sub(r"_(?:\{([^}]*)\}|(\w+))", r"<sub>\1\2</sub>", escape(text))


def lines_of(outcome: Outcome) -> list[tuple[str, str]]:
    """The three values, named."""
    fails = "fails" if outcome.fails else "agrees"
    right = "agrees" if outcome.corrected else "FAILS"
    return [
        (f"as written ({fails})", shown(outcome.as_written)),
        (f"correct ({right})", shown(outcome.correct)),
        ("measured", f"{shown(outcome.measure)}, {outcome.by}"),
    ]


def show(number: int) -> None:
    """Print the code of one demonstration and what it computes.

    Parameters
    ----------
    number : the number of the erratum

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.errata.show(9)
    def delta_with_itself():
        \"""delta_ki a_ij for a 3 by 2 matrix a, with k free and with k summed.\"""
        a = np.arange(6.0).reshape(3, 2)
        return Outcome(
            as_written=tc.function("y_j = delta_kk a_kj")(a=a),
            correct=tc.function("y_kj = delta_ki a_ij")(a=a),
            measure=np.eye(3) @ a,
            by="the identity matrix",
        )
    <BLANKLINE>
    as written (fails): (6, 9)
    correct (agrees):   ((0, 1), (2, 3), (4, 5))
    measured:           ((0, 1), (2, 3), (4, 5)), the identity matrix
    """
    demonstration = DEMONSTRATIONS[number]
    values = lines_of(demonstration.run())
    width = max(len(name) for name, _ in values) + 1
    wrap = TextWrapper(width=78, subsequent_indent=" " * (width + 1))
    print(demonstration.source, "", sep="\n")
    for name, value in values:
        print(wrap.fill(f"{name + ':':{width}} {value}"))


@dataclass(frozen=True)
class Table:
    """Demonstrations and their outcomes, one row each; true if each fails and is corrected as claimed."""

    outcomes: dict[int, Outcome]

    def __bool__(self) -> bool:
        return all(outcome.fails and outcome.corrected for outcome in self.outcomes.values())

    def rows(self) -> list[tuple[str, ...]]:
        """The cells, as text."""
        return [
            (str(n), DEMONSTRATIONS[n].what, shown(o.as_written), shown(o.correct), f"{shown(o.measure)}; {o.by}")
            for n, o in self.outcomes.items()
        ]

    def __repr__(self) -> str:
        return "\n".join("\n    ".join(f"{h}: {c}" for h, c in zip(HEADS, row, strict=True)) for row in self.rows())

    def _repr_html_(self) -> str:
        lines = [("th", HEADS), *(("td", row) for row in self.rows())]
        head, *body = ("".join(f"<{tag}>{_html(cell)}</{tag}>" for cell in line) for tag, line in lines)
        inside = "".join(f"<tr>{cells}</tr>" for cells in body)
        return f'<table class="table lines errata"><thead><tr>{head}</tr></thead><tbody>{inside}</tbody></table>'


def table(numbers: Sequence[int] | None = None) -> Table:
    """Run demonstrations, all of them if none is named.

    Parameters
    ----------
    numbers : numbers of errata, in the order wanted

    Returns
    -------
    Table : shown by a notebook; true if every statement as written fails and every correction holds

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.errata.table([56])
    no.: 56
        computed: dl/dx_0 of y = x w for one row of three upstream gradients.
        as written: refused: the shapes do not fit
        correct: 32
        measured: 32; finite differences
    >>> bool(tc.errata.table())
    True
    """
    chosen = sorted(DEMONSTRATIONS) if numbers is None else numbers
    return Table({n: DEMONSTRATIONS[n].run() for n in chosen})
