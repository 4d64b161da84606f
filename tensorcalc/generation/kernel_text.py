"""One kernel as text: in plain Taichi, which stands alone, or in the words of the vector blocks, which a CPU runs."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator
from itertools import chain, count
from typing import TYPE_CHECKING

from ..notation.expression import Affine, Idx, Looked
from . import nodes as n
from .loops import Bound, Column, Finish, For, Gather, Kernel, Let, Settle, Start, Statement, Store, Update
from .lowering import FLAT
from .nodes import Load, Node
from .text import Taichi
from .vectors import Vectors, vectors_of

if TYPE_CHECKING:
    from .source import Source

LEAST = 16  # rows of a group whose sums are kept
RESERVED = {"ti", "np", "range", "min", "max", "float", "int", "abs", "pow", "GROUPS", "LARGEST"}
RESERVED |= {"rows_in_group", "group", "turn", "row", *dir(builtins), *keyword.kwlist, *keyword.softkwlist}


class KernelText:
    """The lines of a kernel in plain Taichi."""

    lanes = False

    def __init__(self, source: Source, kernel: Kernel) -> None:
        self.source, self.kernel = source, kernel
        self.vectors = vectors_of(kernel) if self.lanes else Vectors()
        self.vector: Idx | None = None  # the letter of the vector loop that is being written
        self.out = Taichi(source.names, self.size, source.scalars)
        names = dict.fromkeys((*kernel.reads, *kernel.writes))
        self.arrays = [name for name in names if name not in source.scalars]
        self.values = [name for name in kernel.reads if name in source.scalars]
        for name in (*self.arrays, *self.values, *(one.parts for one in kernel.columns)):
            source.names(name)
        taken = {*RESERVED, *source.reserved, *source.names.found.values()}
        self.variables = {}
        for name in dict.fromkeys(one.var.name for one in statements(kernel.body) if hasattr(one, "var")):
            self.variables[name] = _unlike(name, taken)
            taken |= {self.variables[name], f"{self.variables[name]}_lanes"}
        for column in kernel.columns:
            self.variables[column.var.name] = _unlike(column.var.name, taken)
            taken |= {self.variables[column.var.name], f"{self.variables[column.var.name]}_lanes"}
        self.out.taken = taken
        self.out.variable = lambda name, over: self.variables[name]  # type: ignore[method-assign]
        self.asked: list[str] = []

    # ------------------------------------------------------------ parameters

    def text(self) -> str:
        body = list(self.lines())
        told = [f"# {line}" for line in str(self.kernel).splitlines()[1:]]
        head = f"def {self.kernel.name}({', '.join(f'{name}: {kind}' for name, kind, _ in self.parameters())}):"
        return "\n".join([*told, self.decorator, head, *indented(body)])

    decorator = "@ti.kernel"

    def parameters(self) -> list[tuple[str, str, str]]:
        """Name, annotation, and what the caller passes."""
        source = self.source
        found = [(source.names(name), self.array_type(self.axes(name)), self.passed(name)) for name in self.arrays]
        for one in self.kernel.columns:
            name = source.names(one.parts)
            found.append((name, self.array_type(("", *(idx.range for idx in one.axes))), name))
        found += [(source.names(name), f"ti.{source.real}", source.names(name)) for name in self.values]
        return [*found, *self.numbers()]

    def numbers(self) -> list[tuple[str, str, str]]:
        """Positions and sizes."""
        source, found = self.source, []
        for name in self.positions():
            whole = f"ti.types.ndarray(dtype=ti.i32, ndim={source.looked[name]})" if name in source.looked else "ti.i32"
            found.append((source.names(name), whole, source.names(name)))
        found += [(source.names(f"size {one}"), "ti.i32", source.size(one)) for one in dict.fromkeys(self.asked)]
        return found

    def passed(self, name: str) -> str:
        return self.source.names(name) + (".reshape(-1)" if self.kernel.flat else "")

    def array_type(self, axes: tuple[str, ...]) -> str:
        return f"ti.types.ndarray(dtype=ti.{self.source.real}, ndim={max(len(axes), 1)})"

    def axes(self, name: str) -> tuple[str, ...]:
        return (FLAT,) if self.kernel.flat else self.source.axes[name]

    def positions(self) -> list[str]:
        places = [slot for node in n.everything(*_nodes(self.kernel)) for slot in n.slots_of(node)]
        found: dict[str, None] = {}
        for place in places:
            if isinstance(place, Looked):
                places += place.slots
            if not isinstance(place, (Idx, Affine)) and hasattr(place, "name"):
                found[place.name] = None
        return list(found)

    def size(self, name: str) -> str:
        for array in self.arrays:
            if name in self.axes(array):
                return self.axis_size(array, self.axes(array).index(name))
        self.asked.append(name)
        return self.source.names(f"size {name}")

    def axis_size(self, array: str, axis: int) -> str:
        return f"{self.source.names(array)}.shape[{axis}]"

    # ------------------------------------------------------------ rows

    def grouped(self) -> bool:
        """Whether rows are taken in groups."""
        return bool(self.kernel.columns)

    def lines(self) -> Iterator[str]:
        kernel = self.kernel
        if self.grouped():
            yield from self.in_groups()
        elif not kernel.rows:
            yield from self.without_rows()
        else:
            first = kernel.rows[:2]
            yield f"for {self.letters(first)} in {self.ranges(first)}:"
            yield from indented(self.of_row())
        for finish in kernel.finishes:
            yield from self.finish(finish)

    def without_rows(self) -> Iterator[str]:
        body = self.kernel.body
        lone = not any(isinstance(one, For) for one in body) or any(isinstance(one, Start) for one in body)
        if lone:
            yield "for _ in range(1):"
            yield from indented(self.block(body))
            return
        for one in body:
            if isinstance(one, For):
                yield from self.parallel()
            yield from self.statement(one)

    def parallel(self) -> Iterator[str]:
        """What stands before a parallel loop."""
        return iter(())

    def in_groups(self) -> Iterator[str]:
        yield "for group in range(GROUPS):"
        yield from indented(self.group())

    def group(self) -> list[str]:
        """What is done for a group of rows."""
        columns = self.kernel.columns
        if not columns:
            return [f"rows_in_group = {self.rows_in_group()}", *self.rows_of_group()]
        lines = [line for column in columns for line in self.empty(column)] + list(self.rows_of_group())
        for one in columns:
            if not one.axes:
                lines += self.collected(one.var.name, "sum")
                lines.append(f"{self.source.names(one.parts)}[group] = {self.variables[one.var.name]}")
        head = [f"rows_in_group = {self.rows_in_group()}", f"if group * rows_in_group < {self.count_of_rows()}:"]
        return [*head, *indented(lines)]

    def rows_in_group(self) -> str:
        """A fixed share of the rows; for sums over them no fewer than pay for a group."""
        share = f"({self.count_of_rows()} + GROUPS - 1) // GROUPS"
        return f"ti.max({LEAST}, {share})" if self.kernel.columns else share

    def rows_of_group(self) -> Iterator[str]:
        row = self.kernel.rows[0]
        start = "group * rows_in_group"
        yield f"for {self.row()} in range({start}, ti.min({start} + rows_in_group, {self.count_of_rows()})):"
        self.vector = row if row in self.vectors.loops else None
        yield from indented([*self.letters_of_row(), *self.of_row()])
        self.vector = None

    def row(self) -> str:
        """What counts the rows: their letter, or a number made of their first two letters."""
        return self.out.letter(self.kernel.rows[0]) if len(self.kernel.rows) == 1 else "row"

    def letters_of_row(self) -> list[str]:
        """Two letters from the number of a row."""
        if len(self.kernel.rows) == 1:
            return []
        first, second = self.kernel.rows[:2]
        size = self.size(second.range)
        return [f"{self.out.letter(first)} = row // {size}", f"{self.out.letter(second)} = row % {size}"]

    def of_row(self) -> list[str]:
        """What is done for a row, in loops over its third letter and those behind it."""
        rest = self.kernel.rows[2:]
        head = [f"for {self.letters(rest)} in {self.ranges(rest)}:"] if rest else []
        return [*head, *indented(self.block(self.kernel.body), len(head))]

    def count_of_rows(self) -> str:
        return " * ".join(self.size(idx.range) for idx in self.kernel.rows[:2])

    def letters(self, letters: tuple[Idx, ...]) -> str:
        return ", ".join(self.out.letter(idx) for idx in letters)

    def ranges(self, letters: tuple[Idx, ...]) -> str:
        sizes = ", ".join(self.size(idx.range) for idx in letters)
        return f"range({sizes})" if len(letters) == 1 else f"ti.ndrange({sizes})"

    # ------------------------------------------------------------ sums over rows

    def empty(self, column: Column) -> Iterator[str]:
        """The sums of a group of rows, before its first row."""
        if not column.axes:
            yield f"{self.variables[column.var.name]} = 0.0"
            return
        wide = column.axes[-1] if column.parts in self.vectors.wide else None
        head, depth = self.nested(column.axes, wide)
        places = ", ".join(["group", self.letters(column.axes)])
        yield from head
        yield "    " * depth + self.stored(self.source.names(column.parts), places, "0.0", column.axes[-1])
        for idx in column.axes:
            self.out.forget(idx)

    def stored(self, array: str, places: str, value: str, last: Idx) -> str:
        return f"{array}[{places}] = {value}"

    def nested(self, letters: tuple[Idx, ...], wide: Idx | None, parallel: bool = False) -> tuple[list[str], int]:
        """Loops over letters, of which the last one may be taken in vectors; how deep they are."""
        lines: list[str] = []
        for depth, idx in enumerate(letters):
            before = list(self.parallel()) if parallel and not depth else []
            loop = f"for {self.out.letter(idx)} in range({self.extent(idx, idx == wide)}):"
            lines += indented([*before, loop], depth)
        return lines, len(letters)

    def extent(self, idx: Idx, wide: bool) -> str:
        """How often a loop over a letter runs."""
        return self.size(idx.range)

    def finish(self, finish: Finish) -> Iterator[str]:
        """A tensor from sums over rows: those of the groups are added up in order."""
        axes = finish.axes
        self.vector = axes[-1] if finish.target in self.vectors.finished else None
        lone = [*self.parallel(), "for _ in range(1):"], 1
        head, depth = self.nested(axes, self.vector, parallel=True) if axes else lone
        yield from head
        yield from indented(list(self.finished(finish)), depth)
        self.vector = None
        for idx in axes:
            self.out.forget(idx)

    def finished(self, finish: Finish) -> Iterator[str]:
        for column in finish.columns:
            name = self.variables[column.var.name]
            places = ", ".join(["group", *(self.out.letter(idx) for idx in column.axes)])
            yield f"{name} = {'zero()' if self.vector else '0.0'}"
            yield f"rows_in_group = {self.rows_in_group()}"
            yield f"for group in range(({self.count_of_rows()} + rows_in_group - 1) // rows_in_group):"
            yield f"    {name} += {self.part(column, places)}"
        yield self.store(finish.target, finish.axes, self.out.value(finish.value))

    def part(self, column: Column, places: str) -> str:
        return f"{self.source.names(column.parts)}[{places}]"

    # ------------------------------------------------------------ statements

    def block(self, body: list[Statement]) -> list[str]:
        """Statements; what several lanes or threads have gathered in a loop becomes one number after it."""
        started: dict[str, str] = {}
        lines: list[str] = []
        for one in body:
            lines += self.statement(one)
            if isinstance(one, Start):
                started[one.var.name] = one.op
            elif isinstance(one, For):
                done = {s.var.name for s in statements(one.body) if isinstance(s, Gather)} & started.keys()
                for name in [name for name in started if name in done]:
                    lines += self.collected(name, started.pop(name))
        return lines

    def statement(self, one: Statement) -> Iterator[str]:
        match one:
            case Let(var, value):
                yield f"{self.variables[var.name]} = {self.out.value(value)}"
            case Start(var, op):
                yield self.start(var.name, op)
            case Gather(var, op, value):
                yield self.gather(self.gathering(var.name), op, self.out.value(value))
            case Settle(var):
                name = self.variables[var.name]
                yield f"{name} = {name} if ti.abs({name}) <= LARGEST else 0.0"
            case Store(tensor, places, value, True):
                yield self.add(next(c for c in self.kernel.columns if c.parts == tensor), places, self.out.value(value))
            case Store(tensor, places, value):
                yield self.store(tensor, places, self.out.value(value))
            case Update():
                yield from self.update(one)
            case For():
                yield from self.loop(one)

    def start(self, name: str, op: str) -> str:
        return f"{self.variables[name]} = {'0.0' if op == 'sum' else '-LARGEST'}"

    def gathering(self, name: str) -> str:
        """The variable that adds up, in vectors or not."""
        return self.variables[name]

    def collected(self, name: str, op: str) -> list[str]:
        """The number that several have gathered."""
        return []

    def gather(self, name: str, op: str, value: str) -> str:
        return f"{name} += {value}" if op == "sum" else f"{name} = ti.max({name}, {value})"

    def add(self, column: Column, places: tuple, value: str) -> str:
        if not places:
            return f"{self.gathering(column.var.name)} += {value}"
        where = ", ".join(["group", *(self.out.place(place) for place in places)])
        return f"{self.source.names(column.parts)}[{where}] += {value}"

    def store(self, tensor: str, places: tuple, value: str) -> str:
        return f"{self.out.component(tensor, places)} = {value}"

    def update(self, one: Update) -> Iterator[str]:
        name = self.source.names(one.tensor)
        checks = [
            f"0 <= {self.out.place(place)} < {self.size(self.source.axes[one.tensor][axis])}"
            for axis, place in enumerate(one.places)
            if not isinstance(place, Idx)
        ]
        places = ", ".join(self.out.place(place) for place in one.places)
        yield f"if {' and '.join(checks)}:"
        yield f"    {self.out.single(name)}[{places}] += {self.out.value(one.value)}"

    def loop(self, one: For) -> Iterator[str]:
        letter = self.out.letter(one.letter)
        low, high = ["0"], [self.extent(one.letter, one.letter in self.vectors.loops)]
        for bound in one.bounds:
            first, last = self.bound(bound, one.letter)
            low, high = [*low, first], [*high, last]
        start = f"{_extreme('max', low)}, " if len(low) > 1 else ""
        yield f"for {letter} in range({start}{_extreme('min', high)}):"
        before, self.vector = self.vector, one.letter if one.letter in self.vectors.loops else None
        yield from indented(self.block(one.body))
        self.vector = before
        self.out.forget(one.letter)

    def bound(self, bound: Bound, idx: Idx) -> tuple[str, str]:
        """The first value of a letter at which 0 <= place < size, and the one after the last."""
        k = {i: m for m, i in bound.place.terms}[idx]
        rest = Affine(tuple((m, i) for m, i in bound.place.terms if i != idx), bound.place.offset)
        plain = not rest.terms or rest == Affine(((1, rest.terms[0][1]),))
        text = self.out.place(rest) if rest.terms else str(rest.offset)
        text = text if plain and rest.offset >= 0 else f"({text})"
        size = self.axis_size(bound.tensor, bound.axis)
        match k:
            case 1:
                return f"-{text}", f"{size} - {text}"
            case -1:
                return f"{text} - {size} + 1", f"{text} + 1"
        if k > 0:
            return f"-({text} // {k})", f"({size} - 1 - {text}) // {k} + 1"
        return f"-(({size} - 1 - {text}) // {-k})", f"{text} // {-k} + 1"


def _extreme(name: str, values: list[str]) -> str:
    return f"ti.{name}({', '.join(values)})" if len(values) > 1 else values[0]


def _unlike(name: str, taken: set[str]) -> str:
    return next(one for one in chain([name], (f"{name}_{k}" for k in count(1))) if one not in taken)


def indented(lines: list[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line for line in lines]


def statements(body: list[Statement]) -> Iterator[Statement]:
    for one in body:
        yield one
        if isinstance(one, For):
            yield from statements(one.body)


def _nodes(kernel: Kernel) -> list[Node]:
    body = list(statements(kernel.body))
    found = [one.value for one in body if isinstance(one, (Let, Gather, Store, Update))]
    found += [one.value for one in kernel.finishes]
    return [*found, *(Load(one.tensor, one.places) for one in body if isinstance(one, (Store, Update)))]
