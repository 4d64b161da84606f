"""Random functions: their backward functions against slopes that the loop nest computes with dual numbers.

For a direction u of all inputs and an upstream gradient v of all outputs, ⟨v, J u⟩ comes from the loop nest and
⟨Jᵀ v, u⟩ from the derived backward function: in floats by the package, and exactly, modulo a prime, from its text.
Difference quotients of the loop nest and, where it is installed, PyTorch's tape over the raw syntax tree agree too.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import event, note, reject

import tensorcalc as tc
from tensorcalc.notation.parser import parse
from tests.fuzz.budget import examples
from tests.fuzz.engine import LARGEST, flat
from tests.oracle import duals, loops
from tests.oracle.generate import Style, random_program
from tests.oracle.numbers import FLOAT, MODULAR, PLAIN
from tests.oracle.text import program_text

try:
    from tests.oracle import autograd
except ImportError:  # PyTorch is not installed
    autograd = None  # type: ignore[assignment]

pytestmark = pytest.mark.fuzz
STEP, ROUNDING = 2.0**-15, 1e-14  # the step is exact in binary, as the inputs are
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


def wild(outputs) -> bool:
    """Whether floats cannot tell: the derivative or the value is huge, or no number at all."""
    return not all(math.isfinite(x.slope.scale) and max(x.slope.scale, x.value.scale) < LARGEST for x in outputs)


def derived_from(f) -> tc.Function:
    """The backward function; one whose terms have more dummies than there are letters is refused by name."""
    try:
        return f.backward()
    except tc.NotationError as error:
        if error.rule != "limit":
            raise
        event("more dummies than letters")
        reject()


def backward(f, sample, upstream) -> dict:
    """The derived backward function's gradients, by input."""
    derived = derived_from(f)
    note(derived)
    arrays = {name: np.array(value, dtype=float) for name, value in sample.inputs.items() if name in f.inputs}
    wanted = {name: np.array(value) for name, value in sample.constants.items() if name in derived.positions}
    cotangents = {f"dl_d{name}": np.array(value) for name, value in upstream.items()}
    with np.errstate(all="ignore"):
        result = derived(**arrays, **wanted, **cotangents, sizes=sample.sizes)
    found = result if isinstance(result, dict) else {derived.outputs[0]: result}
    return {name: found[f"dl_d{name}"] for name in f.inputs}


def weighed(values, upstream) -> tuple[float, float]:
    """⟨v, J u⟩ from dual numbers, and the scale of what was added up."""
    pairs = [(n.slope, b) for name in upstream for n, b in zip(flat(values[name]), flat(upstream[name]), strict=True)]
    return sum(n.value * b for n, b in pairs), sum(n.scale * abs(b) for n, b in pairs)


@examples(5000)
def test_backward(rng):
    """⟨Jᵀ v, u⟩ = ⟨v, J u⟩ from dual numbers, and from values alone; with PyTorch, Jᵀ v by its tape."""
    sample = random_program(rng)
    f, directions, values, upstream = setting(sample, rng, FLOAT)
    if wild([number for name in f.outputs for number in flat(values[name])]):
        reject()
    found = backward(f, sample, upstream)
    right = sum(float(np.sum(found[name] * np.array(directions[name]))) for name in f.inputs)
    left, scale = weighed(values, upstream)
    assert abs(left - right) <= TOLERANCE * (scale + 1), (left, right, scale)

    if autograd:
        assert_taped(found, autograd.gradients(sample, upstream), scale)
    near, far = (quotient(sample, directions, upstream, step) for step in (STEP, 2 * STEP))
    error = abs(near - far) + ROUNDING * scale_of(values, upstream) / STEP
    if not error <= 1e-4 * (scale + 1):  # a kink between the two points, or a pole nearby: the quotient knows nothing
        event("no finite difference")
    else:
        assert abs((4 * near - far) / 3 - right) <= 10 * error, (near, far, right)


def quotient(sample, directions, upstream, h) -> float:
    """⟨v, (y(x + h u) - y(x - h u))/2h⟩ from the loop nest."""

    def at(step):
        moved = {name: loops.map_pairs(lambda x, u: x + step * u, *pair) for name, pair in moving.items()}
        values = loops.evaluate(sample.program, moved, sample.constants, sample.sizes, PLAIN)
        return sum(paired(values[name], upstream[name], PLAIN) for name in upstream)

    moving = {name: (value, directions[name]) for name, value in sample.inputs.items()}
    try:
        return (at(h) - at(-h)) / (2 * h)
    except (ArithmeticError, ValueError):  # outside the domain
        return math.nan


def scale_of(values, upstream) -> float:
    """The scale of ⟨v, y⟩."""
    pairs = [pair for name in upstream for pair in zip(flat(values[name]), flat(upstream[name]), strict=True)]
    return sum(n.value.scale * abs(v) for n, v in pairs)


def assert_taped(found, expected, scale) -> None:
    """Every component of every gradient is PyTorch's, and none is silently 0."""
    for name, ours in found.items():
        theirs = expected[name].numpy()
        assert ours.shape == theirs.shape
        # the directions behind the scale are 1/8 at least; what was derived to be 0 has no rounding to hide in
        allowed = 8 * TOLERANCE * (scale + 1) if ours.any() else ROUNDING * scale
        assert np.all(np.abs(ours - theirs) <= allowed), (name, ours, theirs)


@examples(1500)
def test_text_of_the_backward_function_exactly(rng):
    """Rational functions: equal modulo a prime, with the derived statements read from their text."""
    sample = random_program(rng, Style(exact=True, affine=False, statements=2))
    f, directions, values, upstream = setting(sample, rng, MODULAR)
    if set(f.outputs) != set(f.definitions):
        reject()  # an output used again has another name for its whole gradient
    text = str(derived_from(f))
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
