"""Replay: every recorded step of a derivation is verified by routines that share nothing with those that made it.

Of every step four things are asked. It begins where the last one ended. Both of its lines have the same value at random
points, derivatives included (``values``). Its rule is one that can change a line in this way (``signatures``). And a
result that was put in is the result of a derivation that replays itself. At the end the two sides of the equation must
agree, the left side by what it means: a derivative, a differential, the gradient of a loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from ..notation.expression import Affine, Deriv, Expr, Fn, Idx, Paren, Sym, Term
from ..notation.reading import Line
from ..notation.syntax import Fixed
from .function import line_text
from .implied import Implied
from .signatures import SIGNATURES, Count, local, lone
from .values import NoValue, World, differ

if TYPE_CHECKING:
    from .derivation import Derivation, Step

POINTS = 2  # random points, each with sizes of its own
MANY = 32  # more places than these are not all looked at
TRIES = 40  # to find them: a root or a logarithm may have no value at one
NO_VALUE = (NoValue, ValueError, ZeroDivisionError, OverflowError)


class ReplayError(ValueError):
    """A step does not hold.

    Attributes
    ----------
    step : the step at fault; None where the first or the last line is
    why : what does not hold
    """

    def __init__(self, step: Step | None, why: str) -> None:
        super().__init__(f"{why}\n  {line_text(step.after_line)}" if step else why)
        self.step, self.why = step, why


@dataclass(frozen=True)
class Replayed:
    """What was verified: the number of single rules, and of derivations they belong to."""

    steps: int
    derivations: int

    def __str__(self) -> str:
        return f"{self.steps} steps of {self.derivations} derivation{'s' * (self.derivations > 1)} hold"

    __repr__ = __str__


def replay(derivation: Derivation) -> Replayed:
    """Verify every step of a derivation and of those it rests on."""
    steps, seen = 0, list(every(derivation))
    for one in seen:
        steps += _Replay(one).run()
    return Replayed(steps, len(seen))


def every(derivation: Derivation) -> Iterator[Derivation]:
    """The derivation and all that it rests on, each once."""
    seen: set[int] = set()
    waiting = [derivation]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.lemmas, *(leaf.lemma for step in one.steps for leaf in step.leaves if leaf.lemma)]


class _Replay:
    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        function = derivation.function
        self.definitions: Mapping[str, Line] = function.definitions if function else {}
        self.defined = frozenset(self.definitions)
        self.worlds: list[World] = []
        self.values: list[dict[int, list[Any]]] = []
        self.kept: list[Any] = []  # keeps ids from being used again
        self._find_points()

    # ------------------------------------------------------------ points

    def _find_points(self) -> None:
        for seed in range(TRIES):
            world = self._world(seed)
            try:
                self._evaluate(world, self.derivation.line.right, self.derivation.line.free)
                self._evaluate(world, self.derivation.start.right, self.derivation.start.free)
            except NO_VALUE:
                continue
            self.worlds.append(world)
            self.values.append({})
            if len(self.worlds) == POINTS:
                return
        raise ReplayError(None, f"no point was found at which {self.derivation.result} has a value")

    def _world(self, seed: int) -> World:
        one, function = self.derivation, self.derivation.function
        lines = [one.start, *self.definitions.values(), *(leaf.after_line for s in one.steps for leaf in s.leaves)]
        least = 2 + max((fixed(side) for line in lines for side in (line.left, line.right)), default=0)
        inputs, outputs = (function.inputs, function.outputs) if function else ((), ())
        if getattr(one, "equations", {}):
            inputs, outputs = (*inputs, one.by), outputs or (one.of,)  # type: ignore[attr-defined]
        world = World(self.definitions, inputs, outputs, seed, least)
        world.varied = frozenset(getattr(one, "varied", ()))
        world.output = getattr(one, "output", "") or innermost(one.start.left)
        world.dependent = dict(dependents(one))
        world.implied = Implied(getattr(one, "equations", {}))
        return world

    def _evaluate(self, world: World, expr: Expr, free: tuple[Idx, ...]) -> list[Any]:
        """The values at all places, or where these are many at those that have every pattern of equal indices."""
        sizes = [world.size(idx.range) for idx in free]
        if math.prod(sizes) > MANY:
            sizes = [2] * len(sizes)
        where = product(*map(range, sizes))
        return [world.value(expr, dict(zip(free, places, strict=True))) for places in where]

    def _values(self, k: int, expr: Expr, free: tuple[Idx, ...]) -> list[Any]:
        if id(expr) not in self.values[k]:
            self.kept.append(expr)
            self.values[k][id(expr)] = self._evaluate(self.worlds[k], expr, free)
        return self.values[k][id(expr)]

    def _equal(self, left: Expr, right: Expr, free: tuple[Idx, ...]) -> bool:
        for k in range(POINTS):
            a, b = self._values(k, left, free), self._values(k, right, free)
            scale = max((abs(float(v)) for v in (*a, *b)), default=0.0)
            if any(differ(x, y, scale) for x, y in zip(a, b, strict=True)):
                return False
        return True

    # ------------------------------------------------------------ steps

    def run(self) -> int:
        one = self.derivation
        at, count = self._first(), 0
        for line in one.steps:
            for step in line.leaves:
                self._step(step, at)
                at, count = step.after_line, count + 1
            if line.after_line != at:
                raise ReplayError(line, "the line is not where its steps end")
        if at != one.line:
            raise ReplayError(None, "the derivation does not end where its steps do")
        if not self._holds(at):
            raise ReplayError(None, f"the two sides differ: {one.result}")
        return count

    def _first(self) -> Line:
        """Where the steps begin: a gradient begins with the chain rule, before which nothing is written."""
        first = next((leaf for step in self.derivation.steps for leaf in step.leaves), None)
        begins = first is not None and first.rule == "chain-rule" and not first.before_line.right.terms
        return first.before_line if first and begins else self.derivation.start

    def _holds(self, line: Line) -> bool:
        return self._equal(line.left, line.right, line.free)

    def _step(self, step: Step, at: Line) -> None:
        before, after = step.before_line, step.after_line
        if before != at:
            raise ReplayError(step, "the step does not begin where the last one ended")
        if step.rule in SIDES and (before.left, before.free) != (after.left, after.free):
            self._both_sides(step)
            return
        if (
            before.free == after.free and before.right == after.right and before.left != after.left
        ):  # a step of the left side
            step = turned(step)
            before, after = step.before_line, step.after_line
        if (before.left, before.free) != (after.left, after.free):
            raise ReplayError(step, "the step changes the left side")
        if step.rule not in SIGNATURES and step.rule != "terms-ordered":
            raise ReplayError(step, f"the rule {step.rule} has no signature to verify it by")
        self._structure(step)
        try:
            if not before.right.terms and step.rule == "chain-rule":
                holds = self._holds(after)
            else:
                holds = self._equal(before.right, after.right, before.free)
        except NO_VALUE as error:
            raise ReplayError(step, f"a line of the step has no value: {error}") from None
        if not holds:
            raise ReplayError(step, f"the lines before and after {step.rule} differ in value")

    def _both_sides(self, step: Step) -> None:
        """A step that changes both sides does so alike, and they are equal after it."""
        if not SIDES[step.rule](step.before_line, step.after_line):
            raise ReplayError(step, f"{step.rule} is no rule that changes both sides in this way")
        if not self._holds(step.after_line):
            raise ReplayError(step, f"the two sides differ after {step.rule}")

    def _structure(self, step: Step) -> None:
        before, after = step.before_line.right, step.after_line.right
        if before == after:
            raise ReplayError(step, f"{step.rule} changes nothing")
        if step.rule == "terms-ordered":
            fits = sorted(map(repr, before.terms)) == sorted(map(repr, after.terms))
        else:
            fits = SIGNATURES[step.rule](local(before, after, self.defined))
        if not fits:
            raise ReplayError(step, f"{step.rule} is no rule that changes a line in this way")
        self._place(step)
        self._lemma(step)

    def _place(self, step: Step) -> None:
        """Nothing changes before the place where the rule is said to apply."""
        if step.where:
            k = step.where[0]
            old, new = step.before_line.right.terms, step.after_line.right.terms
            if k >= len(old) or old[:k] != new[:k]:
                raise ReplayError(step, f"{step.rule} is said to apply to term {k}, and another one changes")

    def _lemma(self, step: Step) -> None:
        """A result that was put in is that of its lemma, and stands in the line before."""
        if step.rule not in ("result-put-in", "differential-put-in", "known-sum"):
            return
        if step.lemma is None:
            raise ReplayError(step, f"{step.rule} names no derivation")
        was, now = (Count().add(line.right.terms) for line in (step.before_line, step.after_line))
        wanted = Count().add(step.lemma.line.left.terms)
        if step.rule == "known-sum":
            if any(term.factors or term.bound for term in step.lemma.line.right.terms):
                raise ReplayError(step, f"{step.lemma.result} is no number")
            return
        gone = (was.pairs - now.pairs) if wanted.pairs else (was.tensors - now.tensors)
        if not (wanted.pairs or wanted.tensors) <= gone:
            raise ReplayError(step, f"what is put in is not what was derived: {step.lemma.result}")


# ---------------------------------------------------------------- steps of both sides


def differentiated(before: Line, after: Line) -> bool:
    """∂left/∂x = ∂right/∂x, of the sides as they were."""
    found = [one[0] if (one := lone(side)) and one[1] == 1 else None for side in (after.left, after.right)]
    olds = (before.left, before.right)
    both = all(isinstance(new, Deriv) and new.of == old for new, old in zip(found, olds, strict=True))
    return both and found[0].by == found[1].by  # type: ignore[union-attr]


def moved(before: Line, after: Line) -> bool:
    """Left minus right has the same terms, or all of them with the other sign."""
    old, new = (sorted(map(repr, (*line.left.terms, *negative(line.right)))) for line in (before, after))
    other = sorted(map(repr, (*negative(after.left), *after.right.terms)))
    return before.free == after.free and old in (new, other)


def negative(expr: Expr) -> tuple[Term, ...]:
    return tuple(replace(term, coef=-term.coef) for term in expr.terms)


def multiplied(before: Line, after: Line) -> bool:
    """Every term of both sides has one factor more, the same in all."""
    grown = [Count().add(new.terms).tensors - Count().add(old.terms).tensors for old, new in _sides(before, after)]
    terms = [len(old.terms) == len(new.terms) for old, new in _sides(before, after)]
    return all(terms) and len({name for one in grown for name in one}) == 1


def divided(before: Line, after: Line) -> bool:
    """The left side is a part of what it was."""
    old, new = (Count().add(line.left.terms) for line in (before, after))
    return new.tensors <= old.tensors and before.left != after.left


def renamed(before: Line, after: Line) -> bool:
    """The same tensors in the same places, under other letters."""
    return all(Count().add(old.terms) == Count().add(new.terms) for old, new in _sides(before, after))


def _sides(before: Line, after: Line) -> tuple[tuple[Expr, Expr], tuple[Expr, Expr]]:
    return (before.left, after.left), (before.right, after.right)


SIDES: dict[str, Callable[[Line, Line], bool]] = {
    "derivative": differentiated,
    "terms-moved": moved,
    "both-sides-contracted": multiplied,
    "both-sides-divided": divided,
    "renamed": renamed,
}


def turned(step: Step) -> Step:
    """The step with its sides exchanged."""
    before, after = (replace(one, left=one.right, right=one.left) for one in (step.before_line, step.after_line))
    return replace(step, before_line=before, after_line=after)


# ---------------------------------------------------------------- what a derivation is about


def innermost(left: Expr) -> str:
    """The tensor that is differentiated, y in ∂(∂y/∂x)/∂x."""
    base = left.terms[0].factors[0][0] if left.terms and left.terms[0].factors else None
    if isinstance(base, Deriv):
        inner = base.of.terms[0].factors[0][0]
        return inner.name if isinstance(inner, Sym) else innermost(base.of)
    return ""


def dependents(derivation: Derivation) -> Iterator[tuple[str, frozenset[str]]]:
    """What moves with the variables that the left side names."""
    if derivation.variable is not None:
        base = derivation.start.left.terms[0].factors[0][0]
        if isinstance(base, Deriv) and isinstance(base.of.terms[0].factors[0][0], Deriv):
            yield from dependents(derivation.lemmas[0])
        yield derivation.variable.symbol.name, derivation.variable.dependent


def fixed(expr: Expr) -> int:
    """The largest position that is written as a number."""
    found = [0]
    for term in expr.terms:
        for base, _ in term.factors:
            if isinstance(base, (Fn, Paren, Deriv)):
                inner = base.arg if isinstance(base, Fn) else base.body if isinstance(base, Paren) else base.of
                found.append(fixed(inner))
            for slot in getattr(base, "slots", ()):
                if isinstance(slot, Fixed) and not isinstance(slot, Affine):
                    found.append(slot.value)
    return max(found)
