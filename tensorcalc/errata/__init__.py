"""What the sources of the book state wrongly or loosely, run: the wrong value, the right one, and a measure.

``tc.errata.run(57)`` computes one demonstration, ``tc.errata.show(57)`` prints its code and its values, and
``tc.errata.table()`` runs all of them. The words belong to ``book/data/errata.yml``; the numbers are the same.
"""

from __future__ import annotations

from . import index_notation, layers, networks, rules, tensors  # noqa: F401  (each registers its demonstrations)
from .registry import DEMONSTRATIONS, Demonstration, Outcome, Refused
from .report import Table, show, table

__all__ = ["Demonstration", "Outcome", "Refused", "Table", "numbers", "run", "show", "table"]


def numbers() -> tuple[int, ...]:
    """The errata that are demonstrated by running code.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.errata.numbers()[:5]
    (1, 2, 3, 4, 5)
    """
    return tuple(sorted(DEMONSTRATIONS))


def run(number: int) -> Outcome:
    """The values of one demonstration: as written, correct, measured.

    Parameters
    ----------
    number : the number of the erratum in the appendix of errata

    Returns
    -------
    Outcome : ``as_written``, ``correct``, ``measure`` and ``by``; ``fails`` and ``corrected`` are booleans

    Raises
    ------
    KeyError : where nothing is run for this number

    Examples
    --------
    >>> import tensorcalc as tc
    >>> outcome = tc.errata.run(56)
    >>> outcome.correct, outcome.fails, outcome.corrected
    (32.0, True, True)
    """
    return DEMONSTRATIONS[number].run()
