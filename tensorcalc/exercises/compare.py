"""Why an array is not the expected one: the first reason that explains every case.

A reason is a short function from the cases to a text, or None where it does not explain them. A transposition or a
sum left out shows itself by a wrong shape, so both are looked for before the bare shape is blamed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np

from .verdict import RIGHT, Finding

RTOL = 1e-8  # of a ratio: far above rounding, far below any mistake


@dataclass(frozen=True)
class Case:
    """One output in one case: what came, what was expected, and variants of it that a mistake could have produced.

    letters: the axes of the output; sizes: letter -> size
    terms: the terms of the expected formula, by their text; own: those of the answer, where it is a formula
    partial: letter -> what is expected if the sum over it took its first value only
    confused: input -> what is expected if that input is read transposed
    """

    yours: np.ndarray
    expected: np.ndarray
    letters: str
    sizes: Mapping[str, int]
    terms: Mapping[str, np.ndarray] = field(default_factory=dict)
    own: Mapping[str, np.ndarray] = field(default_factory=dict)
    partial: Mapping[str, np.ndarray] = field(default_factory=dict)
    confused: Mapping[str, np.ndarray] = field(default_factory=dict)


def same(yours: np.ndarray, expected: np.ndarray) -> bool:
    """Equal shapes, and entries equal up to rounding in the type of yours."""
    return yours.shape == expected.shape and not _off(yours, expected).any()


def _off(yours: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where entries differ by more than half the digits of their type, counted from the largest one."""
    scale = np.abs(expected).max(initial=0.0) or 1.0
    if not np.isfinite(yours).all():
        yours = np.where(np.isfinite(yours), yours, np.nan).astype(yours.dtype)
    return ~(np.abs(yours - expected) <= np.sqrt(np.finfo(yours.dtype).eps) * scale)


def compare(cases: list[Case]) -> Finding:
    """What is to be said about one output, seen in several cases."""
    if all(same(case.yours, case.expected) for case in cases):
        return RIGHT
    with np.errstate(all="ignore"):  # an answer may be infinite
        found = ((reason, explain(cases)) for reason, explain in _REASONS)
        return next((Finding(reason, text) for reason, text in found if text), None) or _first_difference(cases)


# ---------------------------------------------------------------- reasons, in the order of _REASONS


def _transposed(cases: list[Case]) -> str | None:
    for name in cases[0].confused:
        if all(name in case.confused and same(case.yours, case.confused[name]) for case in cases):
            return f"{name} is used as if it were its own transpose, swap its two indices."
    rank = cases[0].expected.ndim
    if any(case.yours.ndim != rank for case in cases):
        return None
    for axes in permutations(range(rank)):
        if axes != tuple(range(rank)) and all(same(case.yours.transpose(axes), case.expected) for case in cases):
            swap = "swap its two axes" if rank == 2 else f"its axes belong in the order {axes}"
            return f"{_shapes(cases)}the numbers are right, {swap}."
    return None


def _missing_sum(cases: list[Case]) -> str | None:
    first = cases[0]
    extra = first.yours.ndim - first.expected.ndim
    if extra > 0:
        for axes in combinations(range(first.yours.ndim), extra):
            if all(case.yours.ndim == first.yours.ndim and same(case.yours.sum(axes), case.expected) for case in cases):
                which = "axis" if extra == 1 else "axes"
                return f"{_shapes(cases)}sum over {which} {', '.join(map(str, axes))}."
    for letter in first.partial:
        if all(same(case.yours, case.partial[letter]) for case in cases):
            return f"yours holds {letter} = 0 alone, sum over all values of {letter}."
    return None


def _wrong_shape(cases: list[Case]) -> str | None:
    return _shapes(cases).rstrip("; ") + "." if _shapes(cases) else None


def _wrong_sign(cases: list[Case]) -> str | None:
    return "multiply by -1." if all(same(-case.yours, case.expected) for case in cases) else None


def _wrong_factor(cases: list[Case]) -> str | None:
    ratios = [_ratio(case) for case in cases]
    if any(ratio is None for ratio in ratios):
        return None
    name = name_factor([float(ratio) for ratio in ratios if ratio is not None], [case.sizes for case in cases])
    return f"yours is {name} times the right one." if name else None


def _wrong_terms(cases: list[Case]) -> str | None:
    return _coefficients(cases) or _too_many(cases)


_REASONS: tuple[tuple[str, Callable[[list[Case]], str | None]], ...] = (
    ("transposed", _transposed),
    ("sum", _missing_sum),
    ("shape", _wrong_shape),
    ("sign", _wrong_sign),
    ("factor", _wrong_factor),
    ("term", _wrong_terms),
)


# ---------------------------------------------------------------- what the reasons need


def _shapes(cases: list[Case]) -> str:
    """The shapes of the first case in which they differ, else nothing."""
    for case in cases:
        if case.yours.shape != case.expected.shape:
            name = f"({', '.join(case.letters.upper())})" if case.letters else "()"
            return f"yours is {case.yours.shape}, {case.expected.shape} = {name} is expected; "
    return ""


def _ratio(case: Case) -> float | None:
    """c where yours = c · expected, or None."""
    norm = float(np.sum(case.expected * case.expected))
    ratio = float(np.sum(case.yours * case.expected)) / norm if norm else 0.0
    return ratio if abs(ratio) > RTOL and same(case.yours, ratio * case.expected) else None


def name_factor(ratios: list[float], sizes: list[Mapping[str, int]]) -> str | None:
    """The same number in all cases, or a number times or over range sizes: 2, -1/3, 1/I, 2 I J.

    >>> name_factor([0.5, 0.5], [{"i": 2}, {"i": 3}])
    '1/2'
    >>> name_factor([0.5, 1 / 3], [{"i": 2}, {"i": 3}])
    '1/I'
    """
    letters = list(sizes[0])
    for count in range(min(2, len(letters)) + 1):
        for group in combinations(letters, count):
            product = [float(np.prod([case[letter] for letter in group])) for case in sizes]
            name = " ".join(letter.upper() for letter in group)
            for power, text in ((1, "{0} {1}"), (-1, "{0}/({1})" if count > 1 else "{0}/{1}")):
                number = _constant([r / p**power for r, p in zip(ratios, product, strict=True)])
                if number is not None:
                    return str(number) if not group else text.format(number, name).removeprefix("1 ")
    return None


def _constant(values: list[float]) -> Fraction | float | None:
    """The one value that all of them have, a fraction where it is a simple one."""
    if max(values) - min(values) > RTOL * max(map(abs, values)):
        return None
    simple = Fraction(values[0]).limit_denominator(1000)
    return simple if abs(float(simple) - values[0]) <= RTOL * abs(values[0]) else float(f"{values[0]:.6g}")


def _coefficients(cases: list[Case]) -> str | None:
    """If yours is a combination of the expected terms: which of them has another coefficient than 1."""
    names = list(cases[0].terms)
    if len(names) < 2 or _shapes(cases):
        return None
    columns = np.stack([np.concatenate([case.terms[name].ravel() for case in cases]) for name in names], axis=1)
    yours = np.concatenate([case.yours.ravel() for case in cases])
    if not np.all(np.isfinite(yours)):
        return None
    found, _, rank, _ = np.linalg.lstsq(columns, yours, rcond=None)
    if rank < len(names) or not same(columns @ found, yours) or not np.any(np.abs(found) > RTOL):
        return None
    wrong = [_about(name, c) for name, c in zip(names, found, strict=True) if abs(c - 1) > RTOL]
    return "; ".join(wrong) + "."


def _about(term: str, coefficient: float) -> str:
    if abs(coefficient) < RTOL:
        return f"the term {term} is missing"
    if abs(coefficient + 1) < RTOL:
        return f"the term {term} has the wrong sign"
    return f"the term {term} is there {_constant([float(coefficient)])} times"


def _too_many(cases: list[Case]) -> str | None:
    """If yours is right without some of its own terms: which."""
    names = list(cases[0].own)
    for count in range(1, min(len(names), 3)):
        for group in combinations(names, count):
            if all(same(case.yours - sum(case.own[n] for n in group), case.expected) for case in cases):
                return f"{' and '.join(group)} {'is' if count == 1 else 'are'} too many."
    return None


def _first_difference(cases: list[Case]) -> Finding:
    """The first multi-index, in reading order, at which the arrays differ."""
    case = next(case for case in cases if not same(case.yours, case.expected))
    index = tuple(int(n) for n in np.argwhere(_off(case.yours, case.expected))[0])
    where = f"it differs first at [{', '.join(map(str, index))}]" if index else "it differs"
    sizes = ", ".join(f"{letter.upper()} = {size}" for letter, size in case.sizes.items())
    text = f"{where}: yours {case.yours[index]:.4g}, expected {case.expected[index]:.4g} (a case with {sizes})."
    return Finding("value", text)
