"""One argument of a gradient check: its difference quotients, and what they say about the analytic gradient."""

from typing import NamedTuple

import numpy as np

from .differences import moved, step_of
from .report import ArgumentReport, Verdict
from .subject import Subject


class Tolerance(NamedTuple):
    """Two derivatives may differ by atol + rtol times the larger."""

    rtol: float
    atol: float

    @np.errstate(invalid="ignore")
    def exceeded(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return ~(np.abs(a - b) <= self.atol + self.rtol * np.maximum(np.abs(a), np.abs(b)))  # NaN exceeds


def slopes(
    case: Subject, name: str, analytic: np.ndarray, upstream: list[list[np.ndarray]], eps: float | None, tol: Tolerance
) -> np.ndarray:
    """Central quotient, smallest and largest one-sided slope, whether they jump: at each element, for each upstream."""
    y, steps = case.forward(), step_of(case.inputs[name], eps)
    found = np.zeros((*steps.shape, 4, len(upstream)))
    for j in np.ndindex(steps.shape):
        found[j][:3] = _slopes_at(case, name, j, float(steps[j]), y, upstream)
        if tol.exceeded(analytic[j], found[j][0]).any():
            _refine(found[j], _slopes_at(case, name, j, float(steps[j]) / 2, y, upstream))
    return np.moveaxis(found, -2, 0)


def _refine(whole: np.ndarray, half: np.ndarray) -> None:
    """Tell curvature from a kink by the slopes at half the step, and remove the quotient's error of order h².

    Where the function is smooth, both one-sided slopes move by a quarter of the gap between them. Beside a kink one of
    them stays, at it both do.
    """
    central, smallest, largest = whole[:3]
    moves = np.minimum(half[1] - smallest, largest - half[2])
    whole[3] = moves < (largest - smallest) / 8
    whole[0] = (4 * half[0] - central) / 3


def _slopes_at(
    case: Subject, name: str, j: tuple[int, ...], h: float, y: list[np.ndarray], upstream: list[list[np.ndarray]]
) -> np.ndarray:
    x = case.inputs[name]
    below, above = moved(x, j, -h), moved(x, j, h)
    lower, upper = case.forward(**{name: below}), case.forward(**{name: above})
    total = np.zeros((3, len(upstream)))
    for i, (low, middle, high) in enumerate(zip(lower, y, upper, strict=True)):
        v = np.stack([dys[i] for dys in upstream])
        sides = np.stack([v * (middle - low) / (x[j] - below[j]), v * (high - middle) / (above[j] - x[j])])
        central = v * (high - low) / (above[j] - below[j])
        total += [part.reshape(len(v), -1).sum(1) for part in (central, sides.min(0), sides.max(0))]
    return total


@np.errstate(invalid="ignore")
def compare(name: str, analytic: np.ndarray, found: np.ndarray, tol: Tolerance) -> ArgumentReport:
    """The verdict on one argument, and the element where analytic and numeric value differ most."""
    numeric, smallest, largest, jump = found
    differs = tol.exceeded(analytic, numeric)
    kink = differs & (jump > 0) & (smallest - tol.atol <= analytic) & (analytic <= largest + tol.atol)
    verdict: Verdict = "ok" if np.any(np.maximum(np.abs(analytic), np.abs(numeric)) > tol.atol) else "vacuous"
    candidates = np.ones_like(differs)
    if differs.any():
        verdict = "kink" if kink.all(where=differs) else "wrong"
        candidates = differs if verdict == "kink" else differs & ~kink
    error = np.where(candidates, np.nan_to_num(np.abs(analytic - numeric), nan=np.inf), -1.0)
    at = np.unravel_index(int(error.argmax()), error.shape) if error.size else ()
    there = [float(values[at]) if error.size else 0.0 for values in (analytic, numeric, smallest, largest)]
    index, failures = tuple(int(i) for i in at[:-1]), int(differs.any(axis=-1).sum())
    return ArgumentReport(name, analytic.shape[:-1], verdict, index, there[0], there[1], (there[2], there[3]), failures)
