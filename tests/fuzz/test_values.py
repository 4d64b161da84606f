"""Random programs: the package's numbers against the loop nest's, and its refusals against the second opinion's."""

from __future__ import annotations

import pytest
from hypothesis import note, reject

import tensorcalc as tc
from tests.fuzz.budget import examples
from tests.fuzz.engine import close, computed, expected
from tests.oracle.generate import Style, random_program
from tests.oracle.legal import verdict
from tests.oracle.mutate import mutated
from tests.oracle.text import program_text

pytestmark = pytest.mark.fuzz


def check(source: str, values: dict, sample) -> None:
    note(source)
    got = computed(tc.function(source), sample)
    for name, value in got.items():
        assert close(value, values[name]), name


@examples(6000)
def test_text(rng):
    sample = random_program(rng)
    check(program_text(sample.program), expected(sample.program, sample), sample)


@examples(4000)
def test_latex(rng):
    sample = random_program(rng, Style(statements=2))
    check(program_text(sample.program, latex=True), expected(sample.program, sample), sample)


@examples(500)
def test_deep(rng):
    sample = random_program(rng, Style(depth=3, statements=1))
    check(program_text(sample.program), expected(sample.program, sample), sample)


@examples(1000)
def test_every_generated_program_is_legal(rng):
    """No false refusal; the generator and the second opinion agree as well."""
    sample = random_program(rng, Style(exact=True))
    source = program_text(sample.program)
    note(source)
    assert verdict(sample.program) is None
    tc.function(source)


@examples(4000)
def test_after_a_mutation(rng):
    """What the second opinion refuses is refused; what it accepts is accepted, and has the loop nest's value."""
    sample = random_program(rng, Style(statements=2, written_sums=False))
    program = mutated(sample.program, rng)
    source = program_text(program)
    note(source)
    refused = verdict(program)
    if refused:
        with pytest.raises(tc.NotationError):
            tc.function(source)
        return
    f = tc.function(source)
    values = expected(program, sample)
    try:
        got = computed(f, sample)
    except tc.NotationError as error:
        assert error.rule == "shape"  # a letter moved to an axis of another length
        reject()
    for name, value in got.items():
        assert close(value, values[name]), name
