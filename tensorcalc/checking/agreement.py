"""The same gradients on several routes, in one table: which of them agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Arrays = Mapping[str, np.ndarray]
RTOL, ATOL = 1e-6, 1e-8  # of finite differences in double precision


@dataclass(frozen=True)
class Agreement:
    """A row for each route, a column for each array; true if all that was given agrees with the first route."""

    rows: dict[str, dict[str, str]]

    def __bool__(self) -> bool:
        return all(said in ("measure", "agrees", "·") for row in self.rows.values() for said in row.values())

    def __str__(self) -> str:
        names = list(dict.fromkeys(name for row in self.rows.values() for name in row))
        lines = [["", *names], *([route, *row.values()] for route, row in self.rows.items())]
        widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)

    __repr__ = __str__


def agreement(routes: Mapping[str, Arrays], rtol: float = RTOL, atol: float = ATOL) -> Agreement:
    """|a - b| ≤ atol + rtol max|b|, for each array a of a route and the same array b of the first one.

    Parameters
    ----------
    routes : name of a route -> name of an array -> the array; the first route is the one to agree with
    rtol : relative to the largest component, since that is what rounding and differences scale with
    atol : for arrays that are zero

    Returns
    -------
    Agreement : prints as a table; "·" where a route does not give an array

    Raises
    ------
    ValueError : where there are not two routes

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.checking import agreement
    >>> x, a = np.ones((2, 3)), np.full((2, 3), 2.0)
    >>> agreement({"by hand": {"dl_dx": x, "dl_da": a}, "derived": {"dl_dx": x, "dl_da": -a}, "kernel": {"dl_dx": x.T}})
             dl_dx             dl_da
    by hand  measure           measure
    derived  agrees            differs
    kernel   has shape (3, 2)  ·
    """
    if len(routes) < 2:
        raise ValueError(f"one route agrees with itself; give two or more, not {list(routes)}")
    names = list(dict.fromkeys(name for arrays in routes.values() for name in arrays))
    first = next(iter(routes.values()))
    missing = [name for name in names if name not in first]
    if missing:
        raise ValueError(f"the first route has no {', '.join(missing)} to agree with")
    others = {route: arrays for route, arrays in routes.items() if arrays is not first}
    rows = {next(iter(routes)): dict.fromkeys(names, "measure")}
    for route, arrays in others.items():
        rows[route] = {name: _said(arrays.get(name), first[name], rtol, atol) for name in names}
    return Agreement(rows)


def _said(found: np.ndarray | None, expected: np.ndarray, rtol: float, atol: float) -> str:
    if found is None:
        return "·"
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        return f"has shape {found.shape}"
    return "agrees" if agree(found, expected, rtol, atol) else "differs"


def agree(found: np.ndarray, expected: np.ndarray, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Whether two arrays have one shape and |a - b| ≤ atol + rtol max|b| in every component."""
    room = atol + rtol * np.abs(expected).max(initial=0)
    return found.shape == expected.shape and bool(np.all(np.abs(found - expected) <= room))
