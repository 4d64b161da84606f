"""Every exercise against plausible wrong answers and against the right one in other words; prints the table."""

from __future__ import annotations

from typing import Any

import pytest

import tensorcalc as tc
from tensorcalc.exercises import Exercise
from tensorcalc.exercises.formulas import Formula
from tensorcalc.exercises.registry import all_chapters

from . import answers, operators

EXERCISES = [exercise for chapter in all_chapters().values() for exercise in chapter.values()]


def _lines(formula: Formula) -> list[str]:
    return [line.strip() for line in formula.reference.strip().splitlines()]


def wrong_answers(exercise: Exercise) -> list[tuple[str, Any, str]]:
    """(what, answer, expected reason); in a formula of several statements one at a time is wrong."""
    written = answers.WRONG.get(exercise.id, [])
    if not isinstance(exercise.kind, Formula):
        return written
    lines = _lines(exercise.kind)
    mutants = [
        (n, *mutant) for n, line in enumerate(lines) for mutant in operators.wrong(line) if _differs(mutant, line)
    ]
    made = [(what, "\n".join([*lines[:n], text, *lines[n + 1 :]]), reason) for n, what, text, reason in mutants]
    return [*made, *written]


def _differs(mutant: operators.Mutant, line: str) -> bool:
    """A symmetric tensor is its own transpose: no mistake, whatever the operator meant."""
    try:
        return tc.equal(mutant[1], line) is not True
    except tc.NotationError:
        return True


def right_answers(exercise: Exercise) -> list[tuple[str, Any]]:
    written = answers.RIGHT.get(exercise.id, [])
    if not isinstance(exercise.kind, Formula):
        return written
    variants = [dict(operators.equivalent(line)) for line in _lines(exercise.kind)]
    joined = {what: "\n".join(one[what] for one in variants) for what in variants[0]}
    if len(variants) > 1:
        del joined["LaTeX"]  # several displays are not one text
    return [*joined.items(), *written]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[tuple[str, str, str]]]:
    """Label -> (what was wrong, expected reason, given reason)."""
    return {
        exercise.id: [(what, reason, exercise.check(answer).reason) for what, answer, reason in wrong_answers(exercise)]
        for exercise in EXERCISES
    }


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_wrong_answers_are_rejected(exercise: Exercise, outcomes: Any) -> None:
    found = outcomes[exercise.id]
    assert len(found) >= 5
    assert not [what for what, _, given in found if given in ("right", "blank")]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_right_answers_are_accepted(exercise: Exercise) -> None:
    variants = right_answers(exercise)
    assert len(variants) >= 3
    for what, answer in variants:
        verdict = exercise.check(answer)
        assert verdict, f"{what}: {answer}\n{verdict}"


def test_the_reason_is_the_right_one(outcomes: Any, capsys: pytest.CaptureFixture[str]) -> None:
    lines, rejected, told, total = [], 0, 0, 0
    for label, found in outcomes.items():
        no = sum(given not in ("right", "blank") for _, _, given in found)
        right = sum(expected == given for _, expected, given in found)
        lines.append(f"{label:24} rejected {no:2} of {len(found):2}, reason right {right:2} of {len(found):2}")
        lines += [f"    {what}: {given}, not {expected}" for what, expected, given in found if given != expected]
        rejected, told, total = rejected + no, told + right, total + len(found)
    lines.append(f"{'all exercises':24} rejected {rejected} of {total}, reason right {told} of {total}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert rejected == total
    assert told >= 0.9 * total
