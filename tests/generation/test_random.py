"""Random programs: compiled, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import note, reject

import tensorcalc as tc
from tests.fuzz.budget import examples
from tests.oracle.generate import Style, random_program
from tests.oracle.text import program_text

from .cases import agree, by_name

pytestmark = pytest.mark.fuzz


@examples(500)
def test_random_programs(rng):
    sample = random_program(rng, Style(statements=2))
    source = program_text(sample.program)
    note(source)
    f = tc.function(source)
    given = {name: np.array(value, float) for name, value in sample.inputs.items() if name in f.inputs}
    given |= {name: np.array(value) for name, value in sample.constants.items() if name in f.positions}
    with np.errstate(all="ignore"):
        expected = by_name(f, f(**given, sizes=sample.sizes))
    if not all(np.isfinite(value).all() and np.abs(value).max(initial=0) < 1e12 for value in expected.values()):
        reject()
    compiled = f.compile()
    note(str(compiled.loops))
    agree(by_name(f, compiled(**given, sizes=sample.sizes)), expected, np.float64)
