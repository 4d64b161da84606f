"""The canonical form: same value, idempotent, blind to disguise; and what is printed reads back as what it was."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hypothesis import note

import tensorcalc as tc
from tensorcalc.calculus.canonical import canonical
from tensorcalc.notation.parser import parse
from tests.fuzz.budget import examples
from tests.fuzz.engine import close, computed, expected, same_values
from tests.oracle.generate import Style, random_program
from tests.oracle.mutate import shuffle_letters, shuffled, write_out
from tests.oracle.text import program_text, statement_text

pytestmark = pytest.mark.fuzz
SMALL = Style(depth=1, statements=2)


def read(program) -> tc.Function:
    source = program_text(program)
    note(source)
    return tc.function(source)


@examples(2000)
def test_keeps_the_value_and_is_idempotent(rng):
    """Loop nest on the text against einsum on the canonical form."""
    sample = random_program(rng, SMALL)
    values, f = expected(sample.program, sample), read(sample.program)
    lines = tuple(replace(line, right=canonical(line.right)) for line in f.statements)
    assert [canonical(line.right) for line in lines] == [line.right for line in lines]
    reduced = copy.copy(f)
    reduced.statements = lines
    reduced.definitions = dict(zip(f.definitions, lines, strict=True))
    for name, value in computed(reduced, sample).items():
        assert close(value, values[name]), name


@examples(2000)
def test_equal_sees_through_disguise(rng):
    """Factors and terms moved, dummies renamed, sums written out: each is proved equal."""
    sample = random_program(rng, SMALL)
    others = {
        "shuffled": shuffled(sample.program, rng),
        "written out": replace(sample.program, statements=tuple(map(write_out, sample.program.statements))),
    }
    for how, other in others.items():
        for one, two in zip(sample.program.statements, other.statements, strict=True):
            left, right = statement_text(one), statement_text(two)
            note(f"{how}\n{left}\n{right}")
            assert tc.equal(left, right) is True


@examples(1000)
def test_renaming_every_letter(rng):
    """``y_ij = …`` and ``y_pq = …`` define one tensor; the loop nest agrees that nothing changed."""
    sample = random_program(rng, SMALL)
    for one in sample.program.statements:
        other = shuffle_letters(one, rng)
        left, right = statement_text(one), statement_text(other)
        note(f"{left}\n{right}")
        assert tc.equal(left, right) is True


@pytest.mark.parametrize("latex", [False, True], ids=["text", "latex"])
@examples(1000)
def test_print_and_parse(latex, rng):
    """What is printed is a fixed point, and means for the loop nest what was written."""
    sample = random_program(rng, Style(statements=2))
    values, f = expected(sample.program, sample), read(sample.program)
    printed = f.latex if latex else str(f)
    note(printed)
    again = tc.function(printed)
    assert (again.latex if latex else str(again)) == printed
    assert same_values(values, expected(parse(printed), sample))
