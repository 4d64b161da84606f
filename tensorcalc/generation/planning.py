"""Which kernels: products of matrices to BLAS, all else in as few passes over the rows as dependencies allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ..calculus.function import SymbolicFunction, tensors
from ..notation.expression import Affine, Idx, Looked, Slot, Sym
from . import nodes as n
from .building import Builder
from .linear import split
from .nodes import Load, Mul, Node, Reduce, Same, numbered
from .products import picking, product_of, sliding
from .stable import rules_in, settled

APART = 1  # number of a letter that would be taken for another one of its name
ROWS = 10  # numbers of row letters that were summed letters, from here on
MAX_NODES = 400  # a definition with more values is kept in memory instead of being computed where it is used


@dataclass
class Task:
    """A tensor to be stored: its axes, its value, and the sums over rows that it is made of."""

    target: str
    axes: tuple[Idx, ...]
    value: Node
    columns: tuple[Reduce, ...] = ()


@dataclass
class Pass:
    """One kernel: for each row, everything that needs this row only."""

    rows: tuple[Idx, ...]
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Product:
    """coef · Σ of products of arrays, by BLAS; or of one array, added up at the positions that a delta gives it."""

    target: str
    axes: tuple[Idx, ...]
    coef: Node
    operands: tuple[Load, ...]
    delta: Same | None = None

    def picked(self) -> tuple[Idx, Looked, tuple[Idx, ...]]:
        """p and I_n of the delta, and the other letters of the target."""
        letter, place = self.delta.left, self.delta.right  # type: ignore[union-attr]
        return letter, place, tuple(idx for idx in self.axes if idx != letter)  # type: ignore[return-value]


@dataclass
class Plan:
    """The steps of a function in order, and the axes of every array that they write."""

    steps: list[Pass | Product]
    arrays: dict[str, tuple[str, ...]]  # what is written: the range of each axis
    names: dict[Node, tuple[str, tuple[int, ...]]]  # forms of values that the statements name; the order of their axes
    outputs: tuple[str, ...]
    letters: dict[str, str]
    rules: frozenset[str] = frozenset()  # what keeps rounding small and shows in no function's name


def plan(function: SymbolicFunction) -> Plan:
    return _Planner(function).plan()


class _Planner:
    def __init__(self, function: SymbolicFunction) -> None:
        self.function = function
        self.build = Builder(function)
        self.steps: list[Pass | Product] = []
        self.made: dict[str, int] = {}  # array -> the step that writes it
        self.arrays: dict[str, tuple[str, ...]] = {}
        self.kept: dict[Node, str] = {}  # a value over numbered letters -> the array that holds it
        self.names: dict[Node, tuple[str, tuple[int, ...]]] = {}

    def plan(self) -> Plan:
        slid = _slid(self.function)
        for name in self._needed():
            axes, value = self.build.define(name)
            self.call(name, axes, value)
            if name not in self.function.outputs and (name in slid or self._stays(value)):
                self.store(name, axes, split(settled(value)))
                self.build.stored.add(name)
        for name in self.function.outputs:
            axes, value = self.build.values[name]
            self.store(name, axes, split(settled(value)))
        used = frozenset(rule for name in self.build.values for rule in rules_in(settled(self.build.values[name][1])))
        return Plan(self.steps, self.arrays, self.names, self.function.outputs, self.build.letters, used)

    def call(self, name: str, axes: tuple[Idx, ...], value: Node) -> None:
        """Remember the name that the statements give to a value."""
        for known in (value, settled(value)):
            key, order = n.form(known)
            if set(order) == set(axes) and not isinstance(known, (Load, n.Number)):
                self.names.setdefault(key, (name, tuple(order.index(idx) for idx in axes)))

    def _needed(self) -> list[str]:
        needed, todo = set[str](), list(self.function.outputs)
        while todo:
            name = todo.pop()
            if name in self.function.definitions and name not in needed:
                needed.add(name)
                todo += tensors(self.function.definitions[name].right)
        return [name for name in self.function.definitions if name in needed]

    def _stays(self, value: Node) -> bool:
        found = n.everything(value)
        return len(found) > MAX_NODES or any(
            isinstance(one, Reduce) and (product_of(one) or sliding(one)) for one in found
        )

    # ------------------------------------------------------------ arrays

    def store(self, name: str, axes: tuple[Idx, ...], value: Node) -> None:
        """Steps that write a tensor."""
        if name in self.made:
            return
        key = numbered(value, axes)
        self.arrays[name] = tuple(idx.range for idx in axes)
        lone = _lone(value)
        if lone is not None and product_of(lone[1]):
            self.multiply(name, axes, *lone)
        elif lone is not None and (picked := picking(lone[1])):
            self.collect(name, axes, lone[0], *picked)
        else:
            self.place(self.shaped(Task(name, axes, self.without_products(value))))
        self.kept.setdefault(key, name)

    def kept_as(self, value: Node) -> Load:
        """The value as an array, written by an earlier step."""
        axes = tuple(sorted(value.letters, key=lambda idx: _position(value, idx)))
        key = numbered(value, axes)
        if key not in self.kept:
            self.store(self.new_name(value), axes, value)
        return Load(self.kept[key], axes)

    def new_name(self, value: Node) -> str:
        name, _ = self.names.get(n.form(value)[0], ("", ()))
        if name and name not in self.made and name not in self.function.outputs:
            return name
        taken = {*self.function.signature.axes, *self.arrays}
        return next(name for name in (f"t{k}" for k in range(1, len(taken) + 2)) if name not in taken)

    # ------------------------------------------------------------ products of matrices

    def without_products(self, value: Node) -> Node:
        """The value with every product of matrices, and every array slid along another, read from memory."""
        if sliding(value):
            return value
        for node in n.everything(value):
            if (
                isinstance(node, Reduce)
                and (product_of(node) or sliding(node) or picking(node))
                and not any(isinstance(inner, Reduce) and product_of(inner) for inner in n.everything(node.body))
            ):
                return self.without_products(n.exchanged(value, {node: self.kept_as(node)}))
        return value

    def multiply(self, target: str, axes: tuple[Idx, ...], coef: Node, node: Reduce) -> None:
        operands = [self.operand(part) for part in product_of(node)]
        self.made[target] = len(self.steps)
        self.steps.append(Product(target, axes, coef, tuple(operands)))

    def collect(self, target: str, axes: tuple[Idx, ...], coef: Node, delta: Same, value: Node) -> None:
        """By loops, every component of the target would ask every position whether it is meant."""
        operand = self.read(value)
        self.made[target] = len(self.steps)
        self.steps.append(Product(target, axes, coef, (operand,), delta))

    def operand(self, part: list[tuple[Node, Fraction]]) -> Load:
        return self.read(n.mul(1, part))

    def read(self, value: Node) -> Load:
        plain = isinstance(value, Load) and all(isinstance(place, Idx) for place in value.places)
        return value if plain else self.kept_as(value)  # type: ignore[return-value]

    # ------------------------------------------------------------ rows

    def shaped(self, task: Task) -> Task:
        """The task with every reduction in memory that its rows would compute again and again."""
        rows, columns = _form(task)
        outside: list[Node] = [*columns] or [task.value]
        while (wasted := next((one for root in outside for one in self.wasted(root, rows, columns)), None)) is not None:
            kept = {wasted: self.kept_as(wasted)}
            task.value = n.exchanged(task.value, kept)
            rows, columns = _form(task)
            outside = [*columns] or [task.value]
        task.columns = tuple(columns)
        if columns:
            outer = outermost(task.value)
            inner = next((one for one in columns for other in outer if one in n.everything(other.body)), None)
            if inner is not None:  # a sum over rows within another: it is complete before the other begins
                task.value = n.exchanged(task.value, {inner: self.kept_as(inner)})
                return self.shaped(task)
            wasted = next((one for one in outermost(task.value) if one not in columns), None)
            if wasted is not None:
                task.value = n.exchanged(task.value, {wasted: self.kept_as(wasted)})
                return self.shaped(task)
            again = next((one for one in columns if not one.letters >= set(task.axes)), None)
            if again is not None:  # its groups of rows would be added up anew for every component
                task.value = n.exchanged(task.value, {again: self.kept_as(again)})
                return self.shaped(task)
            by = {idx: Idx(idx.name, idx.range, ROWS + k) for k, idx in enumerate(rows)}
            rows, task = tuple(by.values()), renamed(task, by)
        self.rows = rows
        return task

    def wasted(self, root: Node, rows: tuple[Idx, ...], columns: Iterable[Reduce]) -> list[Node]:
        """Reductions that do not depend on every row letter, outermost first."""
        found = [one for one in reversed(n.everything(root)) if isinstance(one, Reduce) and one not in columns]
        return [one for one in found if not one.letters >= set(rows)]

    def place(self, task: Task) -> None:
        """Into a pass over the same rows that comes late enough, or into one of its own."""
        reads = {one.tensor for one in n.everything(task.value) if isinstance(one, Load)}
        earliest = max((self.made[name] + 1 for name in reads if name in self.made), default=0)
        for at in range(earliest, len(self.steps)):
            step = self.steps[at]
            alone = sliding(task.value) or (isinstance(step, Pass) and sliding(step.tasks[0].value))
            joined = _joined(task, self.rows, step) if isinstance(step, Pass) and not alone else None
            if joined is not None:
                step.tasks.append(joined)  # type: ignore[union-attr]
                self.made[task.target] = at
                return
        self.made[task.target] = len(self.steps)
        self.steps.append(Pass(self.rows, [task]))


# ---------------------------------------------------------------- the form of a task


def _form(task: Task) -> tuple[tuple[Idx, ...], list[Reduce]]:
    """Its row letters, and the reductions over rows, if that is its form."""
    outer = outermost(task.value)
    for one in outer:
        rows = _column_rows(one)
        if rows:
            return rows, [other for other in outer if other is one or _column_rows(other) == rows]
    if not outer and task.axes:
        return task.axes[:-1], []  # the last axis is the loop that runs through memory
    widest = max((one.letters for one in outer), key=len, default=frozenset(task.axes))
    return tuple(idx for idx in task.axes if idx in widest), []


def _column_rows(node: Reduce) -> tuple[Idx, ...]:
    """The letters of the rows that a sum runs over, where it is better added up row by row."""
    if node.op != "sum":
        return ()
    bound = set(node.bound)
    inner = [one for one in n.everything(node.body) if isinstance(one, Reduce)]
    for one in sorted(inner, key=lambda one: len(one.letters), reverse=True):
        if one.letters and one.letters <= bound:
            return tuple(idx for idx in node.bound if idx in one.letters)
    loads = [one for one in n.everything(node.body) if isinstance(one, Load)]
    order = max((len(one.places) for one in loads), default=0)
    last = {_last(one) for one in loads if len(one.places) == order}
    still = all(one.letters <= node.letters for one in inner)  # none of them changes from row to row
    if not node.letters or (still and not last & bound and last & node.letters):
        return node.bound[:1]
    return ()


def _last(node: Load) -> Slot | None:
    return node.places[-1] if node.places else None


def outermost(root: Node) -> list[Reduce]:
    """Reductions that stand in no other one."""
    found: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node not in found:
            found[node] = None
            if not isinstance(node, Reduce):
                for part in node.parts:
                    visit(part)

    visit(root)
    return [one for one in found if isinstance(one, Reduce)]


def _joined(task: Task, rows: tuple[Idx, ...], step: Pass) -> Task | None:
    """The task with its rows named as those of a pass; None where they run over something else."""
    loops = outermost(task.value) or task.columns
    mine = list(rows if loops else task.axes)
    by: dict[Idx, Idx] = {}
    for idx in step.rows:
        found = next((one for one in mine if one.range == idx.range), None)
        if found is None:
            return None
        mine.remove(found)
        by[found] = idx
    if not step.rows:
        return None if loops or not task.axes or step.tasks[0].columns else task
    if loops and mine:
        return None
    return renamed(task, by)


def renamed(task: Task, by: dict[Idx, Idx]) -> Task:
    """Other letters for rows; the task's own letters that would be taken for them are marked apart."""
    apart = {idx: Idx(idx.name, idx.range, APART) for idx in task.axes if idx in by.values() and idx not in by}
    change = {**by, **apart}
    columns = [n.Reduce(c.op, tuple(by.get(i, i) for i in c.bound), n.replaced(c.body, change)) for c in task.columns]
    held: list[Node] = [n.Var(str(k), c.letters) for k, c in enumerate(task.columns)]
    value = n.replaced(n.exchanged(task.value, dict(zip(task.columns, held, strict=True))), change)
    value = n.exchanged(value, {n.replaced(var, change): one for var, one in zip(held, columns, strict=True)})
    axes = tuple(change.get(idx, idx) for idx in task.axes)
    return Task(task.target, axes, value, tuple(columns))


# ---------------------------------------------------------------- helpers


def _lone(value: Node) -> tuple[Node, Reduce] | None:
    """A sum, and the number in front of it."""
    match value:
        case Reduce():
            return n.ONE, value
        case Mul(coef, factors):
            sums = [base for base, e in factors if isinstance(base, Reduce) and e == 1]
            sizes = [f for f in factors if isinstance(f[0], n.SizeOf)]
            if len(sums) == 1 and len(factors) == 1 + len(sizes):
                return n.mul(coef, sizes), sums[0]
    return None


def _slid(function: SymbolicFunction) -> set[str]:
    """Tensors that stand in a sum of products over affine places, and are read there again and again."""
    found = set[str]()
    for line in function.definitions.values():
        for term in line.right.terms:
            read = [base for base, _ in term.factors if isinstance(base, Sym)]
            if len(read) > 1 and term.bound and any(isinstance(slot, Affine) for one in read for slot in one.slots):
                found.update(one.name for one in read)
    return found


def _position(value: Node, idx: Idx) -> tuple[int, str, int]:
    """How far to the left a letter stands where arrays are read: leading axes first."""
    places = [node.places for node in n.everything(value) if isinstance(node, Load)]
    far = max((len(p) - 1 - k for p in places for k, place in enumerate(p) if idx in n.letters_of(place)), default=0)
    return -far, idx.name, idx.uid
