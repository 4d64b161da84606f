"""Random functions: their backward functions against slopes that the loop nest computes with dual numbers.

For a direction u of all inputs and an upstream gradient v of all outputs, ⟨v, J u⟩ comes from the loop nest and
⟨Jᵀ v, u⟩ from the derived backward function: in floats by the package, and exactly, modulo a prime, from its text.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, note, reject

import tensorcalc as tc
from tensorcalc.notation.parser import parse
from tests.fuzz.budget import RANDOM, examples, samples
from tests.fuzz.engine import LARGEST, flat
from tests.oracle import duals, loops
from tests.oracle.generate import Style
from tests.oracle.numbers import FLOAT, MODULAR
from tests.oracle.text import program_text

pytestmark = pytest.mark.fuzz
TOLERANCE = 1e-10  # times the scale of what was added up, on both sides of a product with a cotangent


def numbers(shape, rng):
    """A nested list of small numbers, exact in binary, none of them 0."""
    return [numbers(shape[1:], rng) for _ in range(shape[0])] if shape else rng.choice([-1, 1]) * rng.randint(1, 16) / 8


def slopes(sample, directions: dict, under=FLOAT) -> dict:
    try:
        return duals.evaluate(sample.program, sample.inputs, directions, sample.constants, sample.sizes, under)
    except (ArithmeticError, ValueError, loops.Unreadable):
        reject()


def paired(one, other, field) -> object:
    """⟨one, other⟩ for nested lists."""
    total = field.number(0)
    for a, b in zip(flat(one), flat(other), strict=True):
        total = total + a * b
    return total


def setting(sample, rng, under):
    """The function, a direction, its slopes, and an upstream gradient for each output."""
    source = program_text(sample.program)
    note(source)
    f = tc.function(source)
    if not f.inputs:
        reject()
    directions = {name: numbers(loops.shape_of(value), rng) for name, value in sample.inputs.items()}
    values = slopes(sample, directions, under)
    upstream = {name: numbers(loops.shape_of(values[name]), rng) for name in f.outputs}
    return f, directions, values, upstream


@given(samples(), RANDOM)
@examples(5000)
def test_backward(sample, rng):
    f, directions, values, upstream = setting(sample, rng, FLOAT)
    outputs = [number for name in f.outputs for number in flat(values[name])]
    if not all(math.isfinite(x.slope.scale) and max(x.slope.scale, x.value.scale) < LARGEST for x in outputs):
        reject()
    backward = f.backward()
    note(str(backward))
    arrays = {name: np.array(value, dtype=float) for name, value in sample.inputs.items() if name in f.inputs}
    wanted = {name: np.array(value) for name, value in sample.constants.items() if name in backward.positions}
    cotangents = {f"dl_d{name}": np.array(value) for name, value in upstream.items()}
    with np.errstate(all="ignore"):
        result = backward(**arrays, **wanted, **cotangents, sizes=sample.sizes)
    found = result if isinstance(result, dict) else {backward.outputs[0]: result}
    right = sum(float(np.sum(found[f"dl_d{name}"] * np.array(directions[name]))) for name in f.inputs)
    pairs = [(n.slope, b) for name in f.outputs for n, b in zip(flat(values[name]), flat(upstream[name]), strict=True)]
    left = sum(n.value * b for n, b in pairs)
    scale = sum(n.scale * abs(b) for n, b in pairs)
    assert abs(left - right) <= TOLERANCE * (scale + 1), (left, right, scale)


@given(samples(Style(exact=True, affine=False, statements=2)), RANDOM)
@examples(1500)
def test_text_of_the_backward_function_exactly(sample, rng):
    """Rational functions: equal modulo a prime, with the derived statements read from their text."""
    f, directions, values, upstream = setting(sample, rng, MODULAR)
    if set(f.outputs) != set(f.definitions):
        reject()  # an output used again has another name for its whole gradient
    text = str(f.backward())
    note(text)
    known = {**{name: value for name, value in sample.inputs.items() if name in f.inputs}, **upstream}
    inputs = {**sample.inputs, **{f"dl_d{name}": value for name, value in known.items()}}  # gives the shapes as well
    try:
        found = loops.evaluate(parse(text), inputs, sample.constants, sample.sizes, MODULAR)
    except (ArithmeticError, ValueError, loops.Unreadable):
        reject()  # the loop nest gives a letter one length in a whole statement

    def residues(nested):
        return loops.map_nested(MODULAR.number, nested)

    left = MODULAR.number(0)
    for name in f.outputs:
        moving = loops.map_nested(lambda number: number.slope, values[name])
        left = left + paired(moving, residues(upstream[name]), MODULAR)
    right = MODULAR.number(0)
    for name in f.inputs:
        right = right + paired(found[f"dl_d{name}"], residues(directions[name]), MODULAR)
    assert left == right
