"""The formula sheet of the book: each row a statement in index notation, with what follows from it, run.

``tc.sheet.check("matmul")`` proves what a row says by the engine, and measures it by finite differences on random
arrays whose axes all differ in length; ``tc.sheet.report()`` does so for every row.
"""

from __future__ import annotations

from dataclasses import dataclass

from .checks import Checked
from .checks import check as _check
from .rows import GROUPS, ROWS, Row

__all__ = ["GROUPS", "ROWS", "Checked", "Report", "Row", "check", "report"]


@dataclass(frozen=True)
class Report:
    """The rows and what became of them; true if all are proved and measured."""

    rows: dict[str, Checked]

    def __bool__(self) -> bool:
        return all(self.rows.values())

    def __str__(self) -> str:
        width = max(map(len, self.rows))
        return "\n".join(f"{name:{width}}  {checked}" for name, checked in self.rows.items())

    __repr__ = __str__


def check(name: str) -> Checked:
    """Prove a row of the sheet by the engine, and measure it by finite differences.

    Parameters
    ----------
    name : the name of the row, a key of ``tc.sheet.ROWS``

    Returns
    -------
    Checked : ``proved`` and ``measured``; true if both hold

    Raises
    ------
    KeyError : where there is no such row

    Examples
    --------
    >>> import tensorcalc as tc
    >>> print(tc.sheet.check("matmul"))
    proved, measured
    """
    return _check(ROWS[name])


def report() -> Report:
    """Check every row.

    Returns
    -------
    Report : a line for each row; true if all are proved and measured

    Examples
    --------
    >>> import tensorcalc as tc
    >>> bool(tc.sheet.report())
    True
    """
    return Report({name: _check(row) for name, row in ROWS.items()})
