"""The values of tensors that an equation defines, such as an inverse: for replay, solved in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from ..notation.reading import Line
from .dual import Dual

if TYPE_CHECKING:
    from .values import Nudges, Places, World

ROUNDS = 60  # of Newton's method; a linear equation takes one


class Implied:
    """Tensors by the equations that they solve, with the ranges of their axes."""

    def __init__(self, equations: Mapping[str, Line]) -> None:
        self.equations = equations
        self.axes = {name: line.signature.axes[name] for name, line in equations.items()}
        self.slopes: dict[str, list[list[Any]]] = {}
        self.trial: dict[str, dict[Places, Any]] = {}
        self.solved: dict[tuple[str, Nudges], dict[Places, Any]] = {}

    def value(self, world: World, name: str, places: Places, nudges: Nudges) -> Any:
        if name in self.trial:
            return self.trial[name][places]
        if (name, nudges) not in self.solved:
            self.solved[name, nudges] = self._solve(world, name, nudges)
        return self.solved[name, nudges][places]

    def places(self, world: World, name: str) -> list[Places]:
        return list(product(*(range(world.size(axis)) for axis in self.axes[name])))

    # ------------------------------------------------------------ Newton's method

    def _solve(self, world: World, name: str, nudges: Nudges) -> dict[Places, Any]:
        where = self.places(world, name)
        if not nudges:
            return dict(zip(where, self._plain(world, name, where), strict=True))
        values = [self.value(world, name, places, ()) for places in where]
        for _ in nudges:  # each round settles one more level
            left = self._residual(world, name, dict(zip(where, values, strict=True)), nudges)
            values = self._stepped(values, self.slopes[name], left)
        return dict(zip(where, values, strict=True))

    def _plain(self, world: World, name: str, where: Sequence[Places]) -> list[Any]:
        values: list[Any] = [world.random(name, places) for places in where]
        for round in range(ROUNDS):
            if round == 2:  # not linear: exact numbers would only grow
                values = [float(value) for value in values]
            left = self._residual(world, name, dict(zip(where, values, strict=True)), ())
            self.slopes[name] = self._slopes(world, name, where, values)
            if all(abs(one) < 1e-14 for one in left):
                return values
            values = self._stepped(values, self.slopes[name], left)
        raise ArithmeticError(f"no value of {name} solves its equation")

    def _slopes(self, world: World, name: str, where: Sequence[Places], values: Sequence[Any]) -> list[list[Any]]:
        """How the two sides come apart when one component changes: a row for every equation."""
        columns = []
        for k in range(len(where)):
            moved = [Dual(99, v, Fraction(1)) if k == n else v for n, v in enumerate(values)]
            found = self._residual(world, name, dict(zip(where, moved, strict=True)), ())
            columns.append([one.slope if isinstance(one, Dual) else Fraction(0) for one in found])
        return [list(row) for row in zip(*columns, strict=True)]

    def _stepped(self, values: list[Any], slopes: list[list[Any]], left: list[Any]) -> list[Any]:
        return [v - step for v, step in zip(values, eliminated(slopes, left), strict=True)]

    def _residual(self, world: World, name: str, trial: dict[Places, Any], nudges: Nudges) -> list[Any]:
        """Left minus right side at all places."""
        line, self.trial = self.equations[name], {**self.trial, name: trial}
        try:
            ats = [
                dict(zip(line.free, at, strict=True))
                for at in product(*(range(world.size(i.range)) for i in line.free))
            ]
            return [world.value(line.left, at, nudges) + -1 * world.value(line.right, at, nudges) for at in ats]
        finally:
            self.trial = {key: value for key, value in self.trial.items() if key != name}


def eliminated(rows: list[list[Any]], right: list[Any]) -> list[Any]:
    """The solution of a linear system; its right side may have small parts."""
    table = [[*row, one] for row, one in zip(rows, right, strict=True)]
    n = len(rows[0])
    for k in range(n):
        best = max(range(k, len(table)), key=lambda m: abs(table[m][k]))
        if not table[best][k]:
            raise ZeroDivisionError("a singular system")
        table[k], table[best] = table[best], table[k]
        inverse = 1 / table[k][k]
        table[k] = [one * inverse for one in table[k]]
        for m in range(len(table)):
            if m != k and table[m][k]:
                scale = table[m][k]
                table[m] = [a + -scale * b for a, b in zip(table[m], table[k], strict=True)]
    return [table[k][n] for k in range(n)]
