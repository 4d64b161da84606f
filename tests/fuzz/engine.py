"""What the property tests ask of the package, and how its numbers are compared with the loop nest's."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import reject

import tensorcalc as tc
from tests.oracle import loops
from tests.oracle.generate import Sample

LARGEST = 1e12
TOLERANCE = 1e-11  # times the scale of what was added up: sums of a few thousand rounded terms


def flat(nested) -> list:
    found: list = []
    loops.map_nested(found.append, nested)
    return found


def expected(program, sample: Sample) -> dict:
    """The loop nest's values; a program outside the domain of its functions is no example."""
    try:
        values = loops.evaluate(program, sample.inputs, sample.constants, sample.sizes)
    except (ArithmeticError, ValueError, loops.Unreadable):
        reject()
    scales = [number.scale for value in values.values() for number in flat(value)]
    if not all(math.isfinite(scale) and scale < LARGEST for scale in scales):
        reject()
    return values


def computed(f: tc.Function, sample: Sample) -> dict:
    """The package's values, by name."""
    arrays = {name: np.array(value, dtype=float) for name, value in sample.inputs.items() if name in f.inputs}
    wanted = {name: np.array(value) for name, value in sample.constants.items() if name in f.positions}
    with np.errstate(all="ignore"):
        result = f(**arrays, **wanted, sizes=sample.sizes)
    return result if isinstance(result, dict) else {f.outputs[0]: result}


def close(value, reference) -> bool:
    """Whether an array holds the loop nest's numbers, up to rounding."""
    numbers = loops.map_nested(lambda number: number.value, reference)
    scales = loops.map_nested(lambda number: number.scale, reference)
    return np.shape(value) == np.shape(numbers) and bool(
        np.all(np.abs(np.asarray(value) - numbers) <= TOLERANCE * np.asarray(scales))
    )


def same_values(one: dict, other: dict) -> bool:
    """Whether two programs define the same numbers, up to rounding, by the loop nest."""
    pairs = zip(flat(list(one.values())), flat(list(other.values())), strict=True)
    return all(abs(a.value - b.value) <= TOLERANCE * max(a.scale, b.scale) for a, b in pairs)
