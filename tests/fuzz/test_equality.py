"""``tc.equal`` on programs that were changed: never a proof of what is false, never a refutation of what is true."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import note, reject

import tensorcalc as tc
from tests.fuzz.budget import examples
from tests.fuzz.engine import expected, flat, same_values
from tests.oracle import loops
from tests.oracle.generate import Style, random_program
from tests.oracle.legal import verdict
from tests.oracle.mutate import mutated
from tests.oracle.numbers import MODULAR, PRIME
from tests.oracle.text import statement_text

pytestmark = pytest.mark.fuzz


def change(sample, rng):
    """The only statement of a program, and a mutation of it that is still legal and not the same text."""
    program = mutated(sample.program, rng)
    texts = [statement_text(one.statements[0]) for one in (sample.program, program)]
    if verdict(program) or texts[0] == texts[1]:
        reject()
    note("\n".join(texts))
    return program, texts


@examples(4000)
def test_never_a_false_proof(rng):
    sample = random_program(rng, Style(depth=1, statements=1))
    program, texts = change(sample, rng)
    if tc.equal(*texts) is True:
        assert same_values(expected(sample.program, sample), expected(program, sample))


def modular_values(program, sample, rng: random.Random) -> list:
    """The program at random points modulo a prime."""

    def draw(_):
        return Fraction(rng.randrange(1, PRIME))

    inputs = {name: loops.map_nested(draw, array) for name, array in sample.inputs.items()}
    return flat(list(loops.evaluate(program, inputs, sample.constants, sample.sizes, MODULAR).values()))


@examples(4000)
def test_rational_programs_are_decided(rng):
    """Without functions and affine reads the answer is yes or no, and the loop nest modulo a prime agrees."""
    sample = random_program(rng, Style(exact=True, depth=1, statements=1, affine=False))
    program, texts = change(sample, rng)
    answer = tc.equal(*texts)
    assert isinstance(answer, bool)
    seed = rng.randrange(10**9)
    try:
        same = modular_values(sample.program, sample, random.Random(seed)) == modular_values(
            program, sample, random.Random(seed)
        )
    except (ZeroDivisionError, loops.Unreadable):
        reject()
    assert same or answer is False, "a proof of what is false"
