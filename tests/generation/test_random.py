"""Random programs: compiled, against NumPy."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import note, reject

import tensorcalc as tc
from tests.fuzz.budget import examples
from tests.oracle.generate import Sample, Style, random_program
from tests.oracle.text import program_text

from .cases import agree, by_name


def check(sample: Sample) -> bool:
    """Compare, where the values are finite numbers of a common size."""
    source = program_text(sample.program)
    f = tc.function(source)
    given = {name: np.array(value, float) for name, value in sample.inputs.items() if name in f.inputs}
    given |= {name: np.array(value) for name, value in sample.constants.items() if name in f.positions}
    with np.errstate(all="ignore"):
        expected = by_name(f, f(**given, sizes=sample.sizes))
    if not all(np.isfinite(value).all() and np.abs(value).max(initial=0) < 1e12 for value in expected.values()):
        return False
    agree(by_name(f, f.compile()(**given, sizes=sample.sizes)), expected, np.float64)
    return True


@pytest.mark.fuzz
@examples(500)
def test_random_programs(rng):
    sample = random_program(rng, Style(statements=2))
    note(program_text(sample.program))
    if not check(sample):
        reject()


@pytest.mark.parametrize("seed", [4, 18, 500])
def test_programs_that_once_failed(seed):
    assert check(random_program(random.Random(seed), Style(statements=2)))
