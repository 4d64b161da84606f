"""One kernel for a GPU: a row to a block of threads, where its loops run through memory; else a row to a thread.

The threads of a block read neighbouring components, each adds up its share, and the shares are added in a tree whose
order never changes. Untested on CUDA so far: what stands here ran on Vulkan, in software.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..notation.expression import Idx
from .kernel_text import KernelText, indented
from .loops import Column, For, Kernel, Statement, Store, Update
from .vectors import Vectors, vectors_of

if TYPE_CHECKING:
    from .source import Source

THREADS = 128  # of a block: a power of two, for the tree
WORDS = {  # what two threads make of their values
    "block_sum": "shared[thread] + shared[thread + half]",
    "block_largest": "ti.max(shared[thread], shared[thread + half])",
}


def helper(word: str) -> str:
    """The function that makes one value of those of all threads of a block."""
    return f"""@ti.func
def {word}(shared: ti.template(), thread, value):
    shared[thread] = value
    ti.simt.block.sync()
    half = THREADS // 2
    while half > 0:
        if thread < half:
            shared[thread] = {WORDS[word]}
        ti.simt.block.sync()
        half //= 2
    result = shared[0]
    ti.simt.block.sync()
    return result"""


class DeviceText(KernelText):
    """The lines of a kernel for a GPU."""

    def __init__(self, source: Source, kernel: Kernel) -> None:
        super().__init__(source, kernel)
        found = vectors_of(kernel)
        self.shared = found if _in_blocks(kernel, found) else Vectors()
        self.words: set[str] = set()

    # ------------------------------------------------------------ arrays of any shape

    def passed(self, name: str) -> str:
        return self.source.names(name)

    def array_type(self, axes: tuple[str, ...]) -> str:
        return f"ti.types.ndarray(dtype=ti.{self.source.real})" if self.kernel.flat else super().array_type(axes)

    # ------------------------------------------------------------ rows

    def lines(self) -> Iterator[str]:
        if not self.shared.loops or self.grouped():
            yield from super().lines()
            return
        body = [f"{self.row()} = place // THREADS", *self.letters_of_row(), *self.of_row()]
        yield from self.over_blocks(self.count_of_rows(), body)

    def over_blocks(self, count: str, body: list[str]) -> Iterator[str]:
        yield "ti.loop_config(block_dim=THREADS)"
        yield f"for place in range({count} * THREADS):"
        yield f"    shared = ti.simt.block.SharedArray((THREADS,), ti.{self.source.real})"
        yield "    thread = place % THREADS"
        yield from indented(body)

    def in_groups(self) -> Iterator[str]:
        if not self.shared.loops:
            yield from super().in_groups()
            return
        yield from self.over_blocks("GROUPS", ["group = place // THREADS", *self.group()])

    def rows_of_group(self) -> Iterator[str]:
        row = self.kernel.rows[0]
        if row not in self.shared.loops:
            yield from super().rows_of_group()
            return
        letter = self.out.letter(row)
        yield "for turn in range((rows_in_group + THREADS - 1) // THREADS):"
        yield f"    {letter} = group * rows_in_group + turn * THREADS + thread"
        yield f"    if turn * THREADS + thread < rows_in_group and {letter} < {self.count_of_rows()}:"
        yield from indented(self.block(self.kernel.body), 2)

    def empty(self, column: Column) -> Iterator[str]:
        if not column.axes or not self.shared.loops:
            yield from super().empty(column)
            return
        *outer, last = column.axes
        yield from self.nested(tuple(outer), None)[0]
        places = ", ".join(["group", *(self.out.letter(idx) for idx in column.axes)])
        zero = self.stored(self.source.names(column.parts), places, "0.0", last)
        yield from indented([*self.strided(last, [zero])], len(outer))
        for idx in column.axes:
            self.out.forget(idx)

    # ------------------------------------------------------------ statements

    def strided(self, idx: Idx, body: list[str]) -> Iterator[str]:
        """A loop that the threads of a block share: neighbours take neighbouring components."""
        letter, count = self.out.letter(idx), self.size(idx.range)
        yield f"for turn in range(({count} + THREADS - 1) // THREADS):"
        yield f"    {letter} = turn * THREADS + thread"
        yield f"    if {letter} < {count}:"
        yield from indented(body, 2)

    def loop(self, one: For) -> Iterator[str]:
        if self.kernel.flat:
            yield f"for {self.out.letter(one.letter)} in ti.grouped({self.source.names(self.kernel.writes[0])}):"
            yield from indented(self.block(one.body))
        elif one.letter in self.shared.loops:
            self.out.letter(one.letter)
            self.vector = one.letter
            yield from self.strided(one.letter, self.block(one.body))
            self.vector = None
        else:
            yield from super().loop(one)
            return
        self.out.forget(one.letter)

    def collected(self, name: str, op: str) -> list[str]:
        if name not in self.shared.gathered:
            return []
        called = "block_sum" if op == "sum" else "block_largest"
        self.words.add(called)
        return [f"{self.variables[name]} = {called}(shared, thread, {self.variables[name]})"]

    def add(self, column: Column, places: tuple, value: str) -> str:
        """Only one thread adds to a component, the one that cleared it: there is no need for an atomic sum."""
        if not places:
            return super().add(column, places, value)
        where = ", ".join(["group", *(self.out.place(place) for place in places)])
        part = f"{self.source.names(column.parts)}[{where}]"
        alone = self.shared.loops and self.vector is None
        return f"{self.mine(places) if alone else ''}{part} = {part} + {value}"

    def mine(self, places: tuple) -> str:
        """The condition under which a component belongs to a thread."""
        return f"if {self.out.place(places[-1])} % THREADS == thread: "

    def update(self, one: Update) -> Iterator[str]:
        lines = list(super().update(one))
        if self.shared.loops:  # by the thread that has stored the component
            yield self.mine(one.places).rstrip()
            lines = indented(lines)
        yield from lines


def _in_blocks(kernel: Kernel, found: Vectors) -> bool:
    """Whether the threads of a block can share the rows' loops: a component is stored by the thread that has it."""
    if not found.loops or kernel.flat or not kernel.rows:
        return False
    return all(one.adds for one in _stored_by_all(kernel.body, found.loops))


def _stored_by_all(body: list[Statement], shared: set[Idx]) -> Iterator[Store]:
    """What stands in a loop that every thread runs through."""
    for one in body:
        if isinstance(one, For) and one.letter not in shared:
            yield from (s for s in one.body if isinstance(s, Store))
            yield from _stored_by_all(one.body, shared)
