"""The sources' derivations line by line: to the letter or, where a reason is given, equal to a line of the engine's."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

import tensorcalc as tc
from tensorcalc.calculus.function import line_text
from tools.checklist import rows

from .lines import ROWS, derivation

FREE = re.compile(r"^\[[^]]*\] ")  # the list of free indices before an equation
STATED = {row.id for row in rows()}


def engine_lines(derived) -> list:
    """Every line of a derivation and of those it rests on, as an equation."""
    found = []
    for one in derived.everything:
        found += [one.start, *(step.after_line for step in one.steps)]
        found += [leaf.after_line for step in one.steps for leaf in step.leaves]
    return list({line_text(line): line for line in found}.values())


def sides(derived) -> set[str]:
    """Both sides of all lines, and of the result in matrix notation."""
    shown = [line_text(line) for line in engine_lines(derived)]
    with suppress(tc.NoMatrixForm):
        shown.append(str(derived.matrix()))
    both = (side for one in shown for side in one.split(" = "))
    return {FREE.sub("", side).replace(" ", "") for side in both}


def to_the_letter(line: str, derived) -> bool:
    return line.replace(" ", "") in sides(derived)


def equal_to_one(line: str, derived) -> bool:
    """Equal, the definitions put in, to the result or to a line before it."""
    left = line_text(derived.line).partition(" = ")[0]
    equations = [derived.result, *(step.before for step in reversed(derived.steps))]
    return any(tc.equal(one, f"{left} = {line}", given=str(derived.function)) is True for one in equations)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.number}: {row.derive}" for row in ROWS])
def test_lines(row):
    assert row.number in STATED
    derived = derivation(row)
    for written in row.lines:
        if isinstance(written, str):
            assert to_the_letter(written, derived), f"{written}\nis no line of\n{derived}"
        else:
            line, _ = written
            assert not to_the_letter(line, derived), f"{line} is written to the letter now"
            assert equal_to_one(line, derived), f"{line}\nis equal to no line of\n{derived}"


def test_count(capsys):
    every = [(row, written) for row in ROWS for written in row.lines]
    others = [(row.number, *written) for row, written in every if not isinstance(written, str)]
    with capsys.disabled():
        print(f"\n{len(every) - len(others)} of {len(every)} lines of the sources to the letter; the others:")
        for number, line, reason in others:
            print(f"  {number}  {line}\n          {reason}")
    assert len(others) < len(every) / 3
