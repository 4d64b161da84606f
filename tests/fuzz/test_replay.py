"""Random functions: their derivations replay, and differentials give the Jacobian tensor of the index route."""

from __future__ import annotations

import pytest
from hypothesis import note, reject

import tensorcalc as tc
from tests.fuzz.budget import examples
from tests.oracle.generate import Style, random_program
from tests.oracle.text import program_text

pytestmark = pytest.mark.fuzz
SMALL = Style(statements=2, depth=1)
LONGEST = 60  # characters: replay sums by loops


def function(rng):
    text = program_text(random_program(rng, SMALL).program)
    note(text)
    if len(text) > LONGEST:
        reject()
    return tc.function(text)


def replayed(derivation) -> None:
    try:
        derivation.replay()
    except tc.ReplayError as error:
        if "has a value" not in str(error):
            raise
        reject()


@examples(60)
def test_gradients_replay(rng):
    f = function(rng)
    for name in f.inputs:
        replayed(f.vjp(name).closed_form())


@examples(60)
def test_both_routes_agree(rng):
    f = function(rng)
    output = f.outputs[0]
    differential = f.differential(output)
    for name in differential.varied:
        assert differential.agrees_with(f.jacobian(output, name)) is not False
        replayed(differential.identify(name))
