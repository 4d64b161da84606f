"""The exercises of the book, one file ``chapter_NN`` for each chapter, found by their labels."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from .verdict import BLANK, Finding, Verdict


class Kind(Protocol):
    """A kind of answer: it says what is right about one, part by part ("" where it has no parts)."""

    def check(self, answer: Any) -> dict[str, Finding]: ...


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    id : its label in the chapter, as "ex-matmul-bias"
    kind : what the answer is; where it has several parts, part -> kind, and the answer is a dict with the same keys
    hints : up to three, from gentle to nearly the solution; `code` stands in backquotes
    """

    id: str
    kind: Kind | Mapping[str, Kind]
    hints: tuple[str, ...] = field(default=(), repr=False)

    def check(self, answer: Any) -> Verdict:
        return Verdict(self.id, self._findings(answer), self.hints)

    def _findings(self, answer: Any) -> dict[str, Finding]:
        if not isinstance(self.kind, Mapping):
            return _part(self.kind, answer)
        if _blank(answer):
            return dict.fromkeys(self.kind, BLANK)
        if not isinstance(answer, dict) or set(answer) - set(self.kind):
            return {"": Finding("kind", f"give a dict with the keys {', '.join(map(repr, self.kind))}.")}
        found = {part: _part(kind, answer.get(part, ...)) for part, kind in self.kind.items()}
        return {f"{part} {output}".strip(): f for part, outputs in found.items() for output, f in outputs.items()}


def _part(kind: Kind, answer: Any) -> dict[str, Finding]:
    return {"": BLANK} if _blank(answer) else kind.check(answer)


def _blank(answer: Any) -> bool:
    return answer is ... or (isinstance(answer, str) and answer.strip() in ("", "...", "…"))


def get(exercise: str) -> Exercise:
    """The exercise with this label."""
    for known in all_chapters().values():
        if exercise in known:
            return known[exercise]
    labels = [label for known in all_chapters().values() for label in known]
    near = get_close_matches(str(exercise), labels, n=1)
    raise ValueError(f"there is no exercise {exercise!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


@cache
def all_chapters() -> dict[str, dict[str, Exercise]]:
    """Chapter number -> label -> exercise, in the book's order."""
    package = import_module(__package__)
    modules = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name.removeprefix("chapter_"): _load(name) for name in modules if name.startswith("chapter_")}


def _load(name: str) -> dict[str, Exercise]:
    return {exercise.id: exercise for exercise in import_module(f"{__package__}.{name}").EXERCISES}
