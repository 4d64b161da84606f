"""Random programs: the package's numbers against the loop nest's, and its refusals against the second opinion's."""

from __future__ import annotations

import pytest
from hypothesis import given, note, reject

import tensorcalc as tc
from tests.fuzz.budget import RANDOM, examples, samples
from tests.fuzz.engine import close, computed, expected
from tests.oracle.generate import Style
from tests.oracle.legal import verdict
from tests.oracle.mutate import mutated
from tests.oracle.text import program_text

pytestmark = pytest.mark.fuzz


def check(source: str, values: dict, sample) -> None:
    note(source)
    got = computed(tc.function(source), sample)
    for name, value in got.items():
        assert close(value, values[name]), name


@given(samples())
@examples(6000)
def test_text(sample):
    check(program_text(sample.program), expected(sample.program, sample), sample)


@given(samples(Style(statements=2)))
@examples(4000)
def test_latex(sample):
    check(program_text(sample.program, latex=True), expected(sample.program, sample), sample)


@given(samples(Style(depth=3, statements=1)))
@examples(500)
def test_deep(sample):
    check(program_text(sample.program), expected(sample.program, sample), sample)


@given(samples(Style(exact=True)))
@examples(1000)
def test_every_generated_program_is_legal(sample):
    """No false refusal; the generator and the second opinion agree as well."""
    source = program_text(sample.program)
    note(source)
    assert verdict(sample.program) is None
    tc.function(source)


@given(samples(Style(statements=2, written_sums=False)), RANDOM)
@examples(4000)
def test_after_a_mutation(sample, rng):
    """What the second opinion refuses is refused; what it accepts is accepted, and has the loop nest's value."""
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
