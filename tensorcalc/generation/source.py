"""Loops as source: the formulas as comments, the kernels, and the function that calls them in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import chain, count

from ..calculus.function import SymbolicFunction, bases, line_text, slots_of
from ..notation.expression import Looked
from . import device_text
from . import nodes as n
from .convolutions import Convolution, convolution_of
from .kernel_text import LEAST, RESERVED, KernelText, indented, statements
from .lanes_text import BLOCKS, LanesText
from .loops import Kernel, Start
from .lowering import lowered
from .planning import Pass, Plan, Product, Task
from .stable import RULES
from .text import FUNCTIONS, NEEDS, Taichi

GROUPS = 64  # of rows: a number that depends on nothing, so that every run adds in the same order
LARGEST = {"f32": "3.4028234663852886e38", "f64": "1.7976931348623157e308"}
NUMPY = {"f32": "float32", "f64": "float64"}
WORDS: tuple[str, ...] = (
    "Lanes",
    "Stored",
    "Written",
    "added",
    "chunks",
    "empty",
    "first",
    "largest",
    "largest_yet",
    "length",
    "load",
    "parallel",
    "spread",
    "store",
    "total",
    "widths",
    "zero",
)
WORDS += ("elementwise_loops", "row_loops", "vector_loops")
CONVOLVED = "from tensorcalc.kernels.convolution_places import convolved\n"


class Source:
    """The source of a plan in plain Taichi for one floating-point type."""

    reserved = frozenset(name for name, _ in FUNCTIONS.values())
    kernel_text: type[KernelText] = KernelText
    groups = GROUPS

    def __init__(self, function: SymbolicFunction, plan: Plan, real: str) -> None:
        self.function, self.plan, self.real = function, plan, real
        self.axes: dict[str, tuple[str, ...]] = {name: function.signature.axes[name] for name in function.inputs}
        self.axes.update(plan.arrays)
        self.names = Names(self.reserved)
        self.functions: set[str] = set()
        self.named: set[str] = set()
        self.kernels = [lowered(s, plan, f"pass{k}") for k, s in enumerate(plan.steps, 1) if isinstance(s, Pass)]
        self.scalars = frozenset(name for name in function.inputs if not self.axes[name])
        self.entry = self.names(f"{function.name} " if function.name else "function")
        self.sizes: list[str] = []  # ranges whose sizes no array shows
        self.looked = _looked(function)

    def text(self) -> str:
        self.texts = texts = [self.kernel_text(self, one) for one in self.kernels]
        kernels = [one.text() for one in texts]
        for one in texts:
            self.functions |= one.out.used
            self.named |= one.out.named
        entry = self.entry_text(texts)
        told = [line_text(line) for line in self.function.statements]
        formulas = "\n".join(f"# {line}" for line in (*told, *self.rules()))
        return "\n\n\n".join([f"{formulas}\n{self.head()}", *self.helpers(), *kernels, entry]) + "\n"

    def rules(self) -> list[str]:
        """The rules that keep rounding small, where they were used."""
        largest = any(isinstance(s, Start) and s.op == "max" for one in self.kernels for s in statements(one.body))
        used = self.functions | self.named | self.plan.rules | ({"max-shift"} if largest else set())
        return [f"{name}: {formula}" for name, formula in RULES.items() if name in used]

    def head(self) -> str:
        return f"""#
# Start Taichi before: ti.init(arch=ti.cpu, default_fp=ti.{self.real}, fast_math=False)
import numpy as np
{"import"} taichi as ti

{self.numbers()}"""

    def numbers(self) -> str:
        return f"""GROUPS = {self.groups}  # of rows, whatever the number of threads: every run adds in the same order
LARGEST = {LARGEST[self.real]}"""

    def helpers(self) -> Iterator[str]:
        wanted: dict[str, None] = {}
        for name in sorted(self.functions):
            wanted.update(dict.fromkeys((*NEEDS.get(name, ()), name)))
        for name in wanted:
            called, body = FUNCTIONS[name]
            yield f"@ti.func\ndef {called}(x):\n{body}"

    # ------------------------------------------------------------ the function

    def entry_text(self, texts: list[KernelText]) -> str:
        body: list[str] = []
        kernels = iter(texts)
        for step in self.plan.steps:
            body += self.product(step) if isinstance(step, Product) else self.launch(next(kernels))
        parameters = [self.names(name) for name in (*self.function.inputs, *self.function.positions)]
        parameters += [self.names(name) for name in self.plan.outputs]
        parameters += [self.names(f"size {name}") for name in dict.fromkeys(self.sizes)]
        doc = f'"""Writes {", ".join(self.names(name) for name in self.plan.outputs)}."""'
        return "\n".join([f"def {self.entry}({', '.join(parameters)}):", *indented([doc, *body])])

    def launch(self, text: KernelText) -> Iterator[str]:
        kernel = text.kernel
        yield from (self.allocate(name) for name in kernel.writes if name not in self.plan.outputs)
        for column in kernel.columns:
            shape = ", ".join([self.groups_of(kernel), *(self.size(idx.range) for idx in column.axes)])
            yield f"{self.names(column.parts)} = {self.new(shape)}"
        yield f"{kernel.name}({', '.join(given for _, _, given in text.parameters())})"

    def groups_of(self, kernel: Kernel) -> str:
        """How many groups of rows there can be: few rows make few."""
        rows = " * ".join(self.size(idx.range) for idx in kernel.rows[:2])
        return f"min(GROUPS, ({rows} + {LEAST - 1}) // {LEAST})"

    def allocate(self, name: str) -> str:
        shape = ", ".join(self.size(one) for one in self.axes[name]) or "1"
        return f"{self.names(name)} = {self.new(shape)}"

    def new(self, shape: str) -> str:
        """An array for what is needed on the way."""
        return f"np.empty(({shape},), np.{NUMPY[self.real]})"

    def size(self, name: str) -> str:
        """The size of a range, from the shape of an array that the caller hands in."""
        for array in (*self.function.inputs, *self.plan.outputs):
            if name in self.axes[array]:
                return f"{self.names(array)}.shape[{self.axes[array].index(name)}]"
        self.sizes.append(name)
        return self.names(f"size {name}")

    def product(self, step: Product) -> Iterator[str]:
        if step.target not in self.plan.outputs:
            yield self.allocate(step.target)
        target = self.names(step.target)
        if step.delta:
            yield f"{target}[...] = 0"
            inside, added = _added(step, self.names)
            yield inside
            yield f"{added}  # in the order of the positions: {_told(step)}"
        else:
            yield f"{_matmul(step, self.names) or _einsum(step, self.names)}  # by BLAS: {_told(step)}"
        if step.coef is not n.ONE:
            scale = Taichi(self.names, self.size, self.scalars).value(step.coef)
            scale = scale.replace("ti.", "np.").replace("float(", "np.float64(")
            yield f"{target} *= {target}.dtype.type({scale})"


class VectorSource(Source):
    """The source in the words of the vector blocks: what a CPU runs."""

    reserved = Source.reserved | {"convolved", *WORDS, *BLOCKS.values()}
    kernel_text = LanesText

    def launch(self, text: KernelText) -> Iterator[str]:
        """A large convolution is computed by blocks of vectors, a small one by its loops."""
        lines, found = list(super().launch(text)), self.convolutions.get(text.kernel.name)
        if found is None:
            yield from lines
            return
        made = sum(name not in self.plan.outputs for name in text.kernel.writes)
        yield from lines[:made]
        arrays = ", ".join(f'{self.names(name) if name else None}, "{roles}"' for name, roles in found[:4])
        yield f"if not convolved({arrays}, {', '.join(map(str, found.places))}):  # by blocks of vectors if it is large"
        yield from indented(lines[made:])

    @cached_property
    def convolutions(self) -> dict[str, Convolution]:
        """The kernels whose loops are convolutions."""
        passes = [step for step in self.plan.steps if isinstance(step, Pass)]
        found = ((kernel.name, convolution_of(step)) for kernel, step in zip(self.kernels, passes, strict=True))
        return {name: one for name, one in found if one is not None}

    def head(self) -> str:
        names = ("FUNCTIONS", *WORDS)
        called = sorted(name for name in self.named if "." not in BLOCKS[name])
        functions = "".join(f'{BLOCKS[name]} = FUNCTIONS["{name}"]\n' for name in called)
        return f"""#
# Each kernel compiles at the width that the arrays allow: vectors of 64 to 4 numbers, or single numbers.
import numpy as np
from tensorcalc import ti
from tensorcalc.execution.blocks import {", ".join(names[:12])}
from tensorcalc.execution.blocks import {", ".join(names[12:])}
{CONVOLVED if self.convolutions else ""}
{functions}{self.numbers()}"""

    def helpers(self) -> Iterator[str]:
        return iter(())

    def new(self, shape: str) -> str:
        """At an address that vectors can be loaded from."""
        return f"empty(({shape},), np.{NUMPY[self.real]})"


class DeviceSource(Source):
    """The source for a GPU: arrays stay there, and products of matrices are loops too."""

    reserved = Source.reserved | {"THREADS", "place", "shared", "thread", *device_text.WORDS}
    kernel_text = device_text.DeviceText
    groups = 256

    def __init__(self, function: SymbolicFunction, plan: Plan, real: str) -> None:
        super().__init__(function, replace(plan, steps=[_as_loops(step) for step in plan.steps]), real)

    def numbers(self) -> str:
        return f"{super().numbers()}\nTHREADS = {device_text.THREADS}  # of a block"

    def helpers(self) -> Iterator[str]:
        yield from super().helpers()
        words = set[str]().union(*(one.words for one in self.texts if isinstance(one, device_text.DeviceText)))
        yield from (device_text.helper(word) for word in sorted(words))

    def groups_of(self, kernel: Kernel) -> str:
        return "GROUPS"

    def new(self, shape: str) -> str:
        return f"ti.ndarray(ti.{self.real}, ({shape},))"


SOURCES = {"plain": Source, "vectors": VectorSource, "device": DeviceSource}


def _as_loops(step: Pass | Product) -> Pass:
    """A product of matrices as sums in a pass of its own."""
    if isinstance(step, Pass):
        return step
    factors: list[tuple[n.Node, Fraction]] = [(one, Fraction(1)) for one in step.operands]
    factors += [(step.delta, Fraction(1))] if step.delta else []
    summed = dict.fromkeys(idx for one in step.operands for idx in one.places if idx not in step.axes)
    total = n.Reduce("sum", tuple(summed), n.mul(1, factors))  # type: ignore[arg-type]
    return Pass(step.axes, [Task(step.target, step.axes, n.mul(1, [(step.coef, Fraction(1)), (total, Fraction(1))]))])


class Names:
    """A Python name for each name of the statements; none that Python, Taichi or the source itself uses."""

    def __init__(self, reserved: frozenset[str]) -> None:
        self.found: dict[str, str] = {}
        self.reserved = {*RESERVED, *reserved}

    def __call__(self, name: str) -> str:
        if name not in self.found:
            plain = re.sub(r"\W", "_", name.strip(), flags=re.ASCII)
            fine = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", plain) and not re.fullmatch(r"pass\d*", plain)
            stem = plain if fine else "a"
            names = chain([stem], (f"{stem}_{k}" for k in count(1)))
            taken = {*self.found.values(), *self.reserved}
            self.found[name] = next(one for one in names if one not in taken)
        return self.found[name]


# ---------------------------------------------------------------- products of matrices


def _matmul(step: Product, names: Names) -> str:
    """np.matmul, where each of rows, columns and summed letters is one letter behind the common ones."""
    letters = [one.places for one in step.operands]
    if len(letters) != 2 or len(step.axes) < 2 or any(len(set(one)) < len(one) for one in letters):
        return ""
    batch, (row, column) = step.axes[:-2], step.axes[-2:]
    for order in (0, 1):
        left, right = letters[order], letters[1 - order]
        summed = [idx for idx in left if idx not in step.axes]
        if len(summed) == 1 and set(left) == {*batch, row, *summed} and set(right) == {*batch, column, *summed}:
            a = _turned(names(step.operands[order].tensor), left, (*batch, row, *summed))
            b = _turned(names(step.operands[1 - order].tensor), right, (*batch, *summed, column))
            return f"np.matmul({a}, {b}, out={names(step.target)})"
    return ""


def _added(step: Product, names: Names) -> tuple[str, str]:
    """np.add.at, with the axis that is looked up in front; a position outside it picks nothing."""
    letter, place, rest = step.picked()
    source, have = names(step.operands[0].tensor), step.operands[0].places
    target = _turned(names(step.target), step.axes, (letter, *rest))
    at, inside = names(place.name), names(f"inside {place.name}")
    value = _turned(source, have, (*place.slots, *rest))
    return (
        f"{inside} = (0 <= {at}) & ({at} < {target}.shape[0])",
        f"np.add.at({target}, {at}[{inside}], {value}[{inside}])",
    )


def _turned(name: str, have: tuple, want: tuple) -> str:
    if have == want:
        return name
    return f"{name}.T" if len(have) == 2 else f"{name}.transpose({', '.join(str(have.index(idx)) for idx in want)})"


def _einsum(step: Product, names: Names) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    found = {idx: letters[k] for k, idx in enumerate(dict.fromkeys(i for one in step.operands for i in one.places))}
    sides = ",".join("".join(found[idx] for idx in one.places) for one in step.operands)
    arrays = ", ".join(names(one.tensor) for one in step.operands)
    target = "".join(found[idx] for idx in step.axes)
    return f'np.einsum("{sides}->{target}", {arrays}, out={names(step.target)}, optimize=True)'


def _told(step: Product) -> str:
    return " ".join(f"{one.tensor}_{''.join(idx.name for idx in n.shown(one))}" for one in step.operands)


def _looked(function: SymbolicFunction) -> dict[str, int]:
    """The order of every array of positions."""
    found: dict[str, int] = {}
    todo = [slot for line in function.statements for base in bases(line.right) for slot in slots_of(base)]
    for slot in todo:
        if isinstance(slot, Looked):
            found[slot.name] = len(slot.slots)
            todo += slot.slots
    return found
