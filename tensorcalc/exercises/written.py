"""Statements as a reader wrote them, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from tensorcalc.execution.functions import Function, function
from tensorcalc.notation.errors import NotationError
from tensorcalc.notation.parser import parse
from tensorcalc.notation.syntax import Affine, Letter, Program, Statement, Sum, Tensor, walk

from .samples import Arrays, Sample
from .trial import Rejected


class Written:
    """Statements, each evaluated with the definitions that it may use: the given ones and the answer's own."""

    def __init__(self, text: str, given: str = "", outputs: Mapping[str, str] | None = None) -> None:
        self._program: Program = parse(text) if text.strip() else Program(())
        self._given = given.strip()
        self._outputs = outputs or {}

    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_name(statement) for statement in self._program.statements))

    def lines(self, name: str) -> list[Statement]:
        return [statement for statement in self._program.statements if _name(statement) == name]

    def unknown(self, known: set[str]) -> set[str]:
        used = set().union(*map(_names_in, self._program.statements))
        return used - known - set(self.names())

    def helpers(self, line: Statement) -> str:
        """The definitions of the answer's own that the line may use; of other outputs those that it does use."""
        others = {_name(s): s for s in self._program.statements if _name(s) != _name(line)}
        used = _names_in(line)
        for name in reversed(others):
            used |= _names_in(others[name]) if name in used or name not in self._outputs else set()
        return "\n".join(self.text(s) for name, s in others.items() if name in used or name not in self._outputs)

    def text(self, line: Statement) -> str:
        return self._slice(line.span).strip()

    def left(self, line: Statement) -> str:
        return self._slice(line.left.span).strip()

    def terms(self, line: Statement, sample: Sample) -> dict[str, np.ndarray]:
        """The statement's value, as its top-level terms where it is a sum of different ones."""
        parts = [self._slice(term.span) for term in line.right.terms] if isinstance(line.right, Sum) else []
        if len(set(parts)) == len(parts) > 1:
            try:
                values = {part: self._value(line, part, sample) for part in parts}
                if len({value.shape for value in values.values()}) == 1:
                    return values  # else a term has its indices in another order: the whole says so
            except Rejected:
                pass  # a term that cannot stand alone: a number, or a one-tensor whose size is another term's
        return {self._slice(line.right.span): self._value(line, self._slice(line.right.span), sample)}

    def _slice(self, span: tuple[int, int]) -> str:
        return self._program.source[span[0] : span[1]].replace("&", "")  # LaTeX aligns by it

    def _value(self, line: Statement, right: str, sample: Sample) -> np.ndarray:
        name = _name(line)
        text = f"{self.helpers(line)}\n{self.left(line)} = {right}".strip()
        try:
            given = _run(self._given, None, sample.arrays) if self._given else {}
            try:
                sizes = self._sizes(line, sample) if _is_affine(line) else None
                return _run(text, name, {**sample.arrays, **given}, sizes)[name]
            except NotationError as error:
                if error.rule == "size-missing":  # deltas and one-tensors alone: the exercise knows the axes
                    return _run(text, name, {**sample.arrays, **given}, self._sizes(line, sample))[name]
                if error.rule == "unknown-size" and self._given:  # the size of a range of the given statements
                    return _run(f"{self._given}\n{text}", name, sample.arrays)[name]
                raise
        except NotationError as error:
            shape = error.rule == "shape"
            raise Rejected("shape" if shape else "parse", f"{error.given}." if shape else str(error)) from None

    def _sizes(self, line: Statement, sample: Sample) -> dict[str, int]:
        letters = self._outputs.get(_name(line), "")
        slots = line.left.indices if isinstance(line.left, Tensor) else ()
        named = zip(slots, letters, strict=False)
        return {slot.name.upper(): sample.sizes[letter] for slot, letter in named if isinstance(slot, Letter)}


def _run(text: str, name: str | None, arrays: Arrays, sizes: Mapping[str, int] | None = None) -> Arrays:
    """The value of one name that the statements define, or of all."""
    names = (name,) if name else _defined(text)
    formula = _read(text, names)
    values: dict[str, Any] = {n: arrays[n] for n in formula.inputs}
    with np.errstate(all="ignore"):  # an answer may be infinite somewhere
        found = formula(**values, sizes=sizes)
    found = found if isinstance(found, dict) else {names[0]: found}
    return {name: np.asarray(value, dtype=float) for name, value in found.items()}


@lru_cache(maxsize=256)  # an answer is read once and evaluated on many samples
def _read(text: str, outputs: tuple[str, ...]) -> Function:
    return function(text, outputs=outputs)


@lru_cache(maxsize=256)
def _defined(text: str) -> tuple[str, ...]:
    return Written(text).names()


def _is_affine(statement: Statement) -> bool:
    """Whether an index is computed: a range that no other shows would be cut to what is inside."""
    tensors = (node for node in walk(statement.right) if isinstance(node, Tensor))
    return any(isinstance(index, Affine) for tensor in tensors for index in tensor.indices)


def _names_in(statement: Statement) -> set[str]:
    return {node.name for node in walk(statement.right) if isinstance(node, Tensor)}


def _name(statement: Statement) -> str:
    return statement.left.name if isinstance(statement.left, Tensor) else ""
