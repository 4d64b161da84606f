"""Two calls that compute the same, and what is known of them: what `python -m benchmarks` compares, then times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Call = Callable[[], Any]


class Contest(NamedTuple):
    """Ours and a rival's call on the same arrays."""

    ours: Call
    theirs: Call
    given: dict[str, Any]
    exact: tuple[np.ndarray, ...]  # computed in float64
    flop: float
    compared: bool = True  # whether the rival's call returns results
    out: Call | None = None  # ours into results that are there already, where that is what is timed

    def errors(self) -> dict[str, float]:
        theirs = error(self.theirs(), self.exact) if self.compared else 0.0
        return {"ours_error": error(self.ours(), self.exact), "rival_error": theirs}


def contest(name: str, rival: str, large: bool, behind: int = 0) -> Contest | None:
    """The two calls of a case, or nothing where the rival has no such function."""
    from .cases import CASES
    from .layers import LAYERS
    from .small import SMALL

    if name in CASES:
        return generated(CASES[name], rival, large, behind)
    return of_layer({**LAYERS, **SMALL}[name], rival)


def generated(case: Any, rival: str, large: bool, behind: int = 0) -> Contest | None:
    """A function of `benchmarks.cases`, compiled from its statements; exact as NumPy evaluates them."""
    from .cases import moved
    from .rivals import RIVALS

    given = case.arguments(large=large, behind=behind)
    theirs = RIVALS[rival](case.name, given)
    if theirs is None:
        return None
    made = case.make()
    compiled = made.compile()
    exact = results(made(**case.arguments(np.float64, large)))
    out, compared = None, True
    if rival == "torch out=":
        there = compiled(**given)
        if behind:
            there = {k: moved(x, behind) for k, x in there.items()} if isinstance(there, dict) else moved(there, behind)
        if case.in_place:
            there, compared = {output: given[name] for output, name in case.in_place.items()}, False
        out = lambda: compiled(**given, out=there)  # noqa: E731
    flop = case.flop * next(x for x in given.values() if isinstance(x, np.ndarray)).size
    return Contest(lambda: compiled(**given), theirs, given, exact, flop, compared, out)


def of_layer(layer: Any, rival: str) -> Contest | None:
    """A call of `benchmarks.layers` or `benchmarks.small`; exact as its first rival computes it in float64."""
    if rival not in layer.rivals:
        return None
    given = layer.arguments()
    exact = results(next(iter(layer.rivals.values()))(layer.arguments(np.float64))())
    return Contest(layer.ours(given), layer.rivals[rival](given), given, exact, layer.flop)


def results(found: Any) -> tuple[np.ndarray, ...]:
    """One array for each result, whatever a call returns them in."""
    if isinstance(found, dict):
        found = tuple(found.values())
    return tuple(map(np.asarray, found if isinstance(found, (tuple, list)) else (found,)))


def error(found: Any, exact: tuple[np.ndarray, ...]) -> float:
    """The largest difference in any result, relative to the largest element of that result."""
    pairs = zip(results(found), exact, strict=True)
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)
