"""One kernel in the words of the vector blocks: one text for vectors of 64 to 4 numbers and for single numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..notation.expression import Affine, Idx
from .kernel_text import KernelText, indented
from .loops import Column, For, Kernel

if TYPE_CHECKING:
    from .source import Source


class LanesText(KernelText):
    """The lines of a kernel in the words of the vector blocks."""

    lanes = True

    def __init__(self, source: Source, kernel: Kernel) -> None:
        super().__init__(source, kernel)
        self.written = {*kernel.writes, *(one.parts for one in kernel.columns)}
        self.out.load = self.load  # type: ignore[method-assign]
        self.out.single = self.single  # type: ignore[method-assign]
        self.out.component = self.component  # type: ignore[method-assign]
        self.out.functions = BLOCKS
        self.asked = []
        loops = self.vectors.loops
        self.by_widths = bool(loops) and bool(kernel.rows) and kernel.rows[0] not in loops

    def parameters(self) -> list[tuple[str, str, str]]:
        """An array of which both vectors and single components are read is passed twice."""
        source, found = self.source, []
        for array in (*self.arrays, *(one.parts for one in self.kernel.columns)):
            passed = self.passed(array) if array in self.arrays else source.names(array)
            if array in self.vectors.wide:
                found.append((source.names(array), "Written" if array in self.written else "Lanes", passed))
            if array in self.vectors.plain or array not in self.vectors.wide:
                found.append((self.single(source.names(array)), "Stored" if array in self.written else "", passed))
        found += [(source.names(name), "float", source.names(name)) for name in self.values]
        return [*found, *((name, "int" if kind == "ti.i32" else "", given) for name, kind, given in self.numbers())]

    def text(self) -> str:
        body = list(self.lines())
        told = [f"# {line}" for line in str(self.kernel).splitlines()[1:]]
        parameters = ", ".join(name + (f": {kind}" if kind else "") for name, kind, _ in self.parameters())
        kind = "elementwise_loops" if self.kernel.flat and self.vectors.loops else "vector_loops"
        decorator = "@row_loops" if self.by_widths else f"@{kind}"
        return "\n".join([*told, decorator, f"def {self.kernel.name}({parameters}):", *indented(body)])

    def single(self, name: str) -> str:
        """An array as one of single components."""
        wide = {self.source.names(one) for one in self.vectors.wide}
        return f"{name}_one_by_one" if name in wide else name

    def component(self, tensor: str, places: tuple) -> str:
        name = self.single(self.source.names(tensor))
        return f"{name}[{', '.join(self.out.place(place) for place in places) or '0'}]"

    def load(self, tensor: str, places: tuple) -> str:
        if not places and tensor in self.source.scalars:
            return self.source.names(tensor)
        if self.vector is not None and self.vector in places:
            where = ", ".join(self.out.place(place) for place in places)
            return f"load({self.source.names(tensor)}, {where})"
        text = self.component(tensor, places)
        checks = [
            f"0 <= {self.out.place(place)} < {self.size(self.axes(tensor)[axis])}"
            for axis, place in enumerate(places)
            if not isinstance(place, Idx) and not (isinstance(place, Affine) and not place.range)
        ]
        return self.out.choice(" and ".join(checks), text) if checks else text

    def count_of_rows(self) -> str:
        first = self.kernel.rows[0]
        return self.chunks(first.range) if first in self.vectors.loops else super().count_of_rows()

    def axis_size(self, array: str, axis: int) -> str:
        last = array in self.vectors.wide and axis == len(self.axes(array)) - 1
        return f"length({self.source.names(array)})" if last else super().axis_size(array, axis)

    def along(self, name: str) -> str:
        """An array whose vectors lie along a range."""
        columns = [one for one in self.kernel.columns if one.axes and one.axes[-1].range == name]
        parts = [one.parts for one in columns]
        arrays = [one for one in self.arrays if self.axes(one)[-1:] == (name,)]
        return self.source.names(next(one for one in (*arrays, *parts) if one in self.vectors.wide))

    def chunks(self, name: str) -> str:
        """How many vectors a range makes."""
        return f"chunks({self.along(name)})"

    def extent(self, idx: Idx, wide: bool) -> str:
        return self.chunks(idx.range) if wide else self.size(idx.range)

    def in_widths(self, idx: Idx, before: list[str]) -> list[str]:
        """A loop over vectors, and over the pieces that they leave."""
        array = self.along(idx.range)
        loop = f"for {self.out.letter(idx)} in range(first({array}), chunks({array})):"
        return ["for _ in ti.static(widths()):", *indented([*before, loop])]

    def nested(self, letters: tuple[Idx, ...], wide: Idx | None, parallel: bool = False) -> tuple[list[str], int]:
        if wide is None or not self.by_widths:
            return super().nested(letters, wide, parallel)
        outer, depth = super().nested(letters[:-1], None, parallel)
        before = list(self.parallel()) if parallel and not depth else []
        return [*outer, *indented(self.in_widths(wide, before), depth)], depth + 2

    def loop(self, one: For) -> Iterator[str]:
        if not self.by_widths or one.letter not in self.vectors.loops:
            yield from super().loop(one)
            return
        yield from self.in_widths(one.letter, [])
        self.vector = one.letter
        yield from indented(self.block(one.body), 2)
        self.vector = None
        self.out.forget(one.letter)

    # ------------------------------------------------------------ rows

    def grouped(self) -> bool:
        return bool(self.kernel.rows)

    def parallel(self) -> Iterator[str]:
        yield "parallel()"

    def in_groups(self) -> Iterator[str]:
        yield "parallel()"
        yield "for turn in range(GROUPS * spread()):"
        yield "    if turn % spread() == 0:"
        yield "        group = turn // spread()"
        yield from indented(self.group(), 2)

    # ------------------------------------------------------------ statements

    def empty(self, column: Column) -> Iterator[str]:
        if not column.axes and column.var.name in self.vectors.gathered:
            yield f"{self.variables[column.var.name]}_lanes = zero()"
            return
        yield from super().empty(column)

    def stored(self, array: str, places: str, value: str, last: Idx) -> str:
        wide = array in {self.source.names(one) for one in self.vectors.wide}
        return f"store({value}, {array}, {places})" if wide else super().stored(array, places, value, last)

    def part(self, column: Column, places: str) -> str:
        name = self.source.names(column.parts)
        return f"load({name}, {places})" if self.vector is not None else f"{self.single(name)}[{places}]"

    def gathering(self, name: str) -> str:
        return self.variables[name] + ("_lanes" if name in self.vectors.gathered else "")

    def gather(self, name: str, op: str, value: str) -> str:
        if op == "sum" and not (self.vector is not None and self.by_widths):
            return f"{name} += {value}"
        return f"{name} = {'added' if op == 'sum' else 'largest_yet'}({name}, {value})"

    def start(self, name: str, op: str) -> str:
        if name not in self.vectors.gathered:
            return super().start(name, op)
        return f"{self.gathering(name)} = zero(){'' if op == 'sum' else ' - LARGEST'}"

    def collected(self, name: str, op: str) -> list[str]:
        if name not in self.vectors.gathered:
            return []
        return [f"{self.variables[name]} = {'total' if op == 'sum' else 'largest'}({self.variables[name]}_lanes)"]

    def add(self, column: Column, places: tuple, value: str) -> str:
        if not places:
            return self.gather(self.gathering(column.var.name), "sum", value)
        name = self.source.names(column.parts)
        where = ", ".join(["group", *(self.out.place(place) for place in places)])
        if self.vector is None:
            return f"{self.single(name)}[{where}] += {value}"
        return f"store(load({name}, {where}) + {value}, {name}, {where})"

    def store(self, tensor: str, places: tuple, value: str) -> str:
        if self.vector is None or not places:
            return super().store(tensor, places, value)
        return f"store({value}, {self.source.names(tensor)}, {', '.join(self.out.place(place) for place in places)})"


# Elementary functions of the blocks, under the names by which the text calls them.
BLOCKS = {
    name: name
    for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "sigmoid", "relu", "step", "erf")
}
BLOCKS |= {name: name for name in ("softplus", "silu", "gelu", "log1p", "expm1")}
BLOCKS |= {"sqrt": "ti.sqrt", "abs": "magnitude", "erf'": "erf_slope"}
