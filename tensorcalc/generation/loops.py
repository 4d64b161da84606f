"""Loops that can be printed and read: what each kernel does, row by row, in index notation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..notation.expression import Affine, Idx, Slot
from .nodes import Node, Reduce, Var
from .text import Notation


@dataclass
class Let:
    """A value that is used more than once, or that stays the same in the loops below."""

    var: Var
    value: Node


@dataclass
class Start:
    """The value of an empty sum, or less than every number."""

    var: Var
    op: str


@dataclass
class Gather:
    """One more value of a sum, or of a largest value."""

    var: Var
    op: str
    value: Node


@dataclass
class Settle:
    """A largest value that is not finite becomes 0, lest inf - inf be NaN where the plain formula has a number."""

    var: Var


@dataclass
class Store:
    """A component of an array, or what a group of rows adds to it."""

    tensor: str
    places: tuple[Slot, ...]
    value: Node
    adds: bool = False


@dataclass
class Update:
    """More for one component that a delta picks, after the loop that stores all of them."""

    tensor: str
    places: tuple[Slot, ...]
    value: Node


@dataclass(frozen=True)
class Bound:
    """A loop stays where this place is inside an axis."""

    place: Affine
    tensor: str
    axis: int


@dataclass
class For:
    """A loop within a row."""

    letter: Idx
    body: list[Statement]
    bounds: list[Bound] = field(default_factory=list)


Statement = Let | Start | Gather | Settle | Store | Update | For


@dataclass
class Column:
    """A sum over rows: each group of rows has its own, and they are added up in order."""

    var: Var
    target: str
    axes: tuple[Idx, ...]
    node: Reduce
    inner: tuple[Idx, ...] = ()

    @property
    def parts(self) -> str:
        return f"{self.var.name}_parts"


@dataclass
class Finish:
    """After all rows: a tensor made of sums over rows."""

    target: str
    axes: tuple[Idx, ...]
    columns: list[Column]
    value: Node


@dataclass
class Kernel:
    """One pass over the rows.

    Attributes
    ----------
    rows : letters of the parallel loops
    body : what is done for each row
    columns : sums over the rows, kept for each group of rows
    finishes : what is done after the last row
    reads, writes : names of arrays
    flat : whether every array is read as one long axis
    """

    name: str
    rows: tuple[Idx, ...]
    body: list[Statement]
    columns: list[Column] = field(default_factory=list)
    finishes: list[Finish] = field(default_factory=list)
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    flat: bool = False  # every array is read as one long axis

    def __str__(self) -> str:
        notation = Notation()
        lines = [f"{self.name}: {', '.join(self.reads)} -> {', '.join(self.writes)}"]
        rows = ", ".join(f"{notation.letter(idx)} in {notation.range(idx.range)}" for idx in self.rows)
        groups = " by groups of rows" if self.columns else ""
        lines += [f"for {rows}, in parallel{groups}:"] if rows else []
        lines += [("    " if rows else "") + line for one in self.body for line in told(one, notation)]
        for finish in self.finishes:
            letters = ", ".join(f"{notation.letter(idx)} in {notation.range(idx.range)}" for idx in finish.axes)
            lines += [f"for {letters}:"] if letters else []
            sums = [f"{notation.value(c.var)} = the sum of {c.parts} over groups, in order" for c in finish.columns]
            stored = f"{notation.component(finish.target, finish.axes)} = {notation.value(finish.value)}"
            lines += [("    " if letters else "") + line for line in (*sums, stored)]
        return "\n".join(lines)

    __repr__ = __str__


def told(statement: Statement, notation: Notation) -> Iterator[str]:
    """A statement as lines of text."""
    match statement:
        case For(letter, body, bounds):
            where = [f"{notation.place(one.place)} in {notation.range(one.place.range)}" for one in bounds]
            until = f" where {', '.join(where)}" if where else ""
            yield f"for {notation.letter(letter)} in {notation.range(letter.range)}{until}:"
            yield from ("    " + line for one in body for line in told(one, notation))
            notation.forget(letter)
        case Let(var, value):
            yield f"{notation.value(var)} = {notation.value(value)}"
        case Start(var, op):
            yield f"{notation.value(var)} = {'0' if op == 'sum' else '-largest number'}"
        case Gather(var, "sum", value):
            yield f"{notation.value(var)} += {notation.value(value)}"
        case Gather(var, _, value):
            yield f"{notation.value(var)} = max({notation.value(var)}, {notation.value(value)})"
        case Settle(var):
            yield f"{notation.value(var)} = 0 unless it is finite"
        case Update(tensor, places, value):
            yield f"{notation.component(tensor, places)} += {notation.value(value)}"
        case Store(tensor, places, value, adds):
            yield f"{notation.component(tensor, places)} {'+=' if adds else '='} {notation.value(value)}"
