"""Answers in index notation: right in any equivalent form, whatever the letters and the order of the factors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tensorcalc.calculus.equality import equal
from tensorcalc.notation.errors import NotationError
from tensorcalc.notation.reading import read
from tensorcalc.notation.syntax import Statement, Tensor

from .trial import Problem, judge
from .verdict import BLANK, RIGHT, Finding
from .written import Written

_OPEN = re.compile(r"=\s*(\.\.\.|…)?\s*$")  # a statement whose right side is still to be written


@dataclass(frozen=True)
class Formula:
    """One or several statements in index notation, as text or LaTeX.

    An answer may define names of its own first. Several statements with the same left side are the lines of a
    derivation: the last one is the answer, and each of them has to be equal to it.

    Parameters
    ----------
    inputs : name of a tensor -> its index letters; axes with the same letter have the same size
    outputs : name that the answer defines -> its index letters
    reference : the right statements, a line for each output
    given : statements whose names the answer may use
    positive : inputs whose entries are positive
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    reference: str
    given: str = ""
    positive: tuple[str, ...] = ()

    def check(self, answer: Any) -> dict[str, Finding]:
        if not isinstance(answer, str) and not hasattr(answer, "_repr_latex_"):
            return {
                "": Finding("kind", f'give the formula as text, "{self._left()} = …"; this is {type(answer).__name__}.')
            }
        try:
            text = self._completed(str(answer))
            if not text.strip():
                return dict.fromkeys(self.outputs, BLANK) if len(self.outputs) > 1 else {"": BLANK}
            self._read(text)
            written = Written(text, self.given, self.outputs)
        except NotationError as error:
            return {"": Finding("parse", str(error))}
        found = {name: self._judge(name, written) for name in self.outputs}
        return found if len(found) > 1 else {"": next(iter(found.values()))}

    def _read(self, text: str) -> None:
        """Refuse what the notation refuses, with the place in the reader's own text."""
        try:
            read(text)
        except NotationError as error:
            if error.rule != "unknown-size" or not self.given:  # else the range may be one of the given statements
                raise

    def _left(self) -> str:
        return self.reference.strip().partition("=")[0].strip()

    def _completed(self, text: str) -> str:
        """Statements that are still open left out; a lone right side gets the left side that was asked for."""
        lines = [line for line in text.strip().splitlines() if not _OPEN.search(line)]
        text = "\n".join(lines)
        return f"{self._left()} = {text}" if text.strip() and "=" not in text else text

    def _judge(self, name: str, written: Written) -> Finding:
        lines = written.lines(name)
        if not lines:
            return Finding("blank", f"nothing defines {name} here.")
        unknown = sorted(written.unknown({*self.inputs, *self._given_names()}))
        if unknown:
            known = ", ".join([*self._given_names(), *self.inputs])
            return Finding("name", f"{', '.join(unknown)} is not among the names of this exercise: {known}.")
        found = self._compare(name, lines[-1], written)
        return found if not found.right else self._steps(name, lines, written)

    def _given_names(self) -> tuple[str, ...]:
        return Written(self.given).names()

    def _compare(self, name: str, line: Statement, written: Written) -> Finding:
        reference = Written(self.reference, self.given, self.outputs)
        (right_line,) = reference.lines(name)
        problem = Problem(
            self.inputs,
            {name: self.outputs[name]},
            lambda sample: {name: reference.terms(right_line, sample)},
            self.positive,
        )
        (found,) = judge(problem, lambda sample: {name: written.terms(line, sample)}).values()
        given, asked = _order(line), len(self.outputs[name])
        if given != asked:
            text = f"{name} has {asked} free {_indices(asked)}, as in {reference.left(right_line)}; yours has {given}"
            return (
                Finding("sum", f"{text}: the rest is summed.") if found.reason == "sum" else Finding("free", f"{text}.")
            )
        return found if not found.right else self._proved(line, right_line, written, reference)

    def _proved(self, line: Statement, right_line: Statement, written: Written, reference: Written) -> Finding:
        """The numbers agree; unless signs are declared, a counter-example elsewhere counts as well."""
        definitions = [text for text in (self.given.strip(), written.helpers(line)) if text]
        try:
            answer = equal(written.text(line), reference.text(right_line), given=definitions)
        except NotationError:  # too large to prove
            return RIGHT
        if answer is False and not self.positive:
            return Finding("value", "it agrees on the numbers tried, and differs elsewhere.")
        return RIGHT

    def _steps(self, name: str, lines: list[Statement], written: Written) -> Finding:
        for number, line in enumerate(lines[:-1], 1):
            found = self._compare(name, line, written)
            if not found.right:
                return Finding(
                    "step", f"line {number}, {written.text(line)}, is not equal to the last one: {found.said}"
                )
        return RIGHT


def _order(statement: Statement) -> int:
    return len(statement.left.indices) if isinstance(statement.left, Tensor) else 0


def _indices(count: int) -> str:
    return "index" if count == 1 else "indices"
