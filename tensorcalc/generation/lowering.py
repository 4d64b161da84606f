"""From a pass to loops: sums in the order in which they depend on each other, equal values once and far out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain, count

from ..notation.expression import Affine, Idx, Slot
from . import nodes as n
from .loops import Bound, Column, Finish, For, Gather, Kernel, Let, Settle, Start, Statement, Store, Update
from .nodes import Load, Mul, Node, Reduce, Var
from .planning import Pass, Plan, Task

FLAT = "all components"  # the range of the one long axis
LOOPS = 1000  # numbers of the letters of loops, from here on
HALF = Fraction(1, 2)
MULTIPLIED = 4  # powers up to this one are written as products


class _Scope:
    """A loop in the making: its letters, its statements, what it holds in variables, and their names."""

    def __init__(self, letters: frozenset[Idx]) -> None:
        self.letters = letters
        self.body: list[Statement] = []
        self.held: dict[Node, Var] = {}
        self.names: set[str] = set()


def lowered(step: Pass, plan: Plan, name: str) -> Kernel:
    """The loops of one pass."""
    return _Lowering(step, plan).kernel(name)


class _Lowering:
    def __init__(self, step: Pass, plan: Plan) -> None:
        self.step, self.plan = step, plan
        self.scopes = [_Scope(frozenset(step.rows if flattened(step.tasks) is None else ()))]
        self.open = self.scopes[:]  # all loops around, also while something is computed further out
        self.uses: Counter[Node] = Counter()
        self.loop_letters = 0
        self.columns: list[Column] = []
        self.updates: dict[str, list[Update]] = {}

    def kernel(self, name: str) -> Kernel:
        flat = flattened(self.step.tasks)
        self.flat = flat is not None
        self.tasks = tasks = [self.picked(task) for task in (self.step.tasks if flat is None else flat)]
        roots = [root for task in tasks for root in (task.columns or (task.value,))]
        self.uses = _uses(roots)
        self.reductions(roots)
        tasks = self.tasks
        self.columns = [self.column(task, node) for task in tasks for node in task.columns]
        self.inner([task for task in tasks if not task.columns])
        updates = [one.value for more in self.updates.values() for one in more]
        found = n.everything(*roots, *(task.value for task in tasks), *updates)
        finishes = [self.finish(task) for task in tasks if task.columns]
        writes = tuple(task.target for task in tasks)
        reads = tuple(dict.fromkeys(one.tensor for one in found if isinstance(one, Load) and one.tensor not in writes))
        rows = self.step.rows if flat is None else ()
        return Kernel(name, rows, self.scopes[0].body, self.columns, finishes, reads, writes, flat is not None)

    def picked(self, task: Task) -> Task:
        """The task without what a delta picks, which is added after its loop."""
        inner = tuple(idx for idx in task.axes if idx not in self.scopes[0].letters)
        if task.columns or not inner:
            return task
        value, self.updates[task.target] = _picked(task.target, task.axes, task.value, inner)
        return Task(task.target, task.axes, value)

    # ------------------------------------------------------------ sums of a row

    def reductions(self, roots: list[Node]) -> None:
        """Sums that are numbers of the row: one loop for each range and level."""
        rows = self.scopes[0].letters
        columns = {node for task in self.tasks for node in task.columns}
        found = [one for one in n.everything(*roots) if isinstance(one, Reduce) and one not in columns]
        level: dict[Node, int] = {}
        groups: dict[tuple, list[Reduce]] = {}
        mine = [one for one in found if one.letters <= rows]
        for one in mine:
            level[one] = 1 + max((level[other] for other in n.everything(one.body) if other in level), default=0)
        for one in sorted(mine, key=lambda one: level[one]):
            groups.setdefault((level[one], tuple(idx.range for idx in one.bound)), []).append(one)
        for group in groups.values():
            self.accumulate(group)

    def accumulate(self, group: list[Reduce]) -> list[Var]:
        """Several reductions over the same ranges, in one loop."""
        found = [self.variable(one, "sum" if one.op == "sum" else "largest") for one in group]
        for var, one in zip(found, group, strict=True):
            self.scopes[-1].body.append(Start(var, one.op))
        letters = self.new_letters(group[0].bound)
        bodies = [n.replaced(one.body, dict(zip(one.bound, letters, strict=True))) for one in group]
        order = _ordered(letters, bodies)
        kept = self.kept(letters, bodies) if len(self.open) == 1 else []
        bounds: dict[Idx, list[Bound]] = {}
        if len(group) == 1 and group[0].op == "sum":
            bounds, bodies[0] = _bounded(bodies[0], order)
        with self.loops(order, [*bodies, *(value for _, value in kept)], bounds):
            for var, one, body in zip(found, group, bodies, strict=True):
                self.scopes[-1].body.append(Gather(var, one.op, self.value(body)))
            for store, value in kept:
                self.scopes[-1].body.append(Store(store.tensor, store.places, self.value(value, root=True)))
        for var, one in zip(found, group, strict=True):
            if one.op == "max":
                self.scopes[-1].body.append(Settle(var))
            self.scopes[-1].held[one] = var
        return found

    def kept(self, letters: tuple[Idx, ...], bodies: list[Node]) -> list[tuple[Load, Node]]:
        """Exponentials of a sum that an output only scales: stored where they are summed, not computed again."""
        found = []
        known = set(n.everything(*bodies))
        for k, task in enumerate(self.tasks):
            rows = self.scopes[0].letters
            inner = tuple(idx for idx in task.axes if idx not in rows)
            if task.columns or [idx.range for idx in inner] != [idx.range for idx in letters]:
                continue
            power = _lone_exponential(task.value, rows)
            by = dict(zip(inner, letters, strict=True))
            if power is not None and n.replaced(power, by) in known:
                here = Load(task.target, task.axes)
                self.tasks[k] = Task(task.target, task.axes, n.exchanged(task.value, {power: here}))
                found.append((Load(task.target, tuple(by.get(idx, idx) for idx in task.axes)), n.replaced(power, by)))
        return found

    # ------------------------------------------------------------ stores

    def column(self, task: Task, node: Reduce) -> Column:
        many = f"{task.target}{1 + task.columns.index(node)}" if len(task.columns) > 1 else task.target
        var = Var(self.unlike(f"{many}_sum"), node.letters)
        axes = tuple(idx for idx in task.axes if idx in node.letters)
        inner = tuple(idx for idx in node.bound if idx not in self.step.rows)
        return Column(var, task.target, axes, node, inner)

    def inner(self, tasks: list[Task]) -> None:
        """What is stored, and what is added to sums over rows: one loop for each set of ranges."""
        rows = self.scopes[0].letters
        groups: dict[tuple, list] = {}
        for task in tasks:
            axes = tuple(idx for idx in task.axes if idx not in rows)
            groups.setdefault(tuple(idx.range for idx in axes), []).append((axes, task))
        for column in self.columns:
            axes = (*column.inner, *column.axes)
            groups.setdefault(tuple(idx.range for idx in axes), []).append((axes, column))
        for members in groups.values():
            self.stores(members)

    def stores(self, members: list) -> None:
        letters = self.new_letters(members[0][0])
        changes = [dict(zip(axes, letters, strict=True)) for axes, _ in members]
        values = [
            n.replaced(one.node.body if isinstance(one, Column) else one.value, by)
            for by, (_, one) in zip(changes, members, strict=True)
        ]
        updates = [more for _, one in members if isinstance(one, Task) for more in self.updates.get(one.target, [])]
        with self.loops(letters, values):
            if self.flat and len(members) > 1:  # all is read before anything is stored: outputs may lie in inputs
                values = [self.let(value, self.value(value, root=True)) for value in values]
            for by, value, (_, one) in zip(changes, values, members, strict=True):
                found = self.value(value, root=True)
                name = one.parts if isinstance(one, Column) else one.target
                places = tuple(by.get(idx, idx) for idx in one.axes)
                self.scopes[-1].body.append(Store(name, places, found, isinstance(one, Column)))
        for update in updates:
            self.scopes[-1].body.append(Update(update.tensor, update.places, self.value(update.value, root=True)))

    def finish(self, task: Task) -> Finish:
        columns = [one for one in self.columns if one.target == task.target]
        value = n.exchanged(task.value, {one.node: one.var for one in columns})
        return Finish(task.target, task.axes, columns, value)

    # ------------------------------------------------------------ values

    def value(self, node: Node, root: bool = False) -> Node:
        """The value made of variables and of what stands here only."""
        depth = next(k for k, scope in enumerate(self.scopes) if node.letters <= scope.letters)
        for scope in self.scopes:
            if node in scope.held:
                return scope.held[node]
        if isinstance(node, Mul) and node.coef < 0 and node.factors:
            return n.scaled(-1, self.value(n.scaled(-1, node)))
        if depth < len(self.scopes) - 1 and isinstance(node, (n.Call, n.Add, Mul, Reduce)):
            return self.outside(node, depth)
        if isinstance(node, Reduce):
            return self.accumulate([node])[0]
        return self.here(node, root)

    def outside(self, node: Node, depth: int) -> Node:
        """The value, computed in a loop further out."""
        inner, self.scopes = self.scopes, self.scopes[: depth + 1]
        found = self.value(node)
        if not isinstance(found, Var):
            found = self.let(node, found)
        self.scopes = inner
        return found

    def here(self, node: Node, root: bool) -> Node:
        again = self.uses[node] > 1 and node.letters and isinstance(node, (n.Call, n.Add, Mul, Load, n.Inside))
        named = not root and isinstance(node, (n.Add, Mul, n.Call)) and node.letters and self.known(node)
        found = self.split(node) if isinstance(node, Mul) else n.rebuilt(node, tuple(map(self.value, node.parts)))
        return self.let(node, found) if (again or named) and not isinstance(found, (Var, n.Number)) else found

    def split(self, node: Mul) -> Node:
        """A product: what the innermost loop does not change is one number, computed before it."""
        outer = self.scopes[-2].letters if len(self.scopes) > 1 else frozenset[Idx]()
        still = [f for f in node.factors if f[0].letters <= outer]
        moving = [f for f in node.factors if f[0].letters > outer or not f[0].letters <= outer]
        if len(self.scopes) > 1 and moving and (len(still) > 1 or any(e != 1 for _, e in still)):
            number = self.value(n.mul(node.coef, still))
            return Mul(Fraction(1), ((number, Fraction(1)), *(self.power(base, e) for base, e in moving)))
        return Mul(node.coef, tuple(self.power(base, e) for base, e in node.factors))

    def power(self, base: Node, exponent: Fraction) -> tuple[Node, Fraction]:
        """A base that is written several times is a variable; half powers are powers of the root."""
        if exponent.denominator == 2 and abs(exponent) <= MULTIPLIED:
            root = Mul(Fraction(1), ((base, HALF),))
            found = next((scope.held[root] for scope in self.scopes if root in scope.held), None)
            if found is None and exponent == HALF:
                return self.value(base), HALF
            return found or self.let(root, Mul(Fraction(1), ((self.value(base), HALF),))), 2 * exponent
        found_base = self.value(base)
        several = exponent.denominator == 1 and 2 <= abs(exponent) <= MULTIPLIED
        if several and not isinstance(found_base, (Var, n.Number, n.SizeOf)):
            return self.let(base, found_base), exponent
        return found_base, exponent

    def let(self, node: Node, value: Node) -> Var:
        if isinstance(value, Var):
            return value
        var = self.variable(node, "r")
        self.scopes[-1].body.append(Let(var, value))
        self.scopes[-1].held[node] = var
        return var

    # ------------------------------------------------------------ names and loops

    def known(self, node: Node) -> str:
        """The name that the statements give to a value, with the letters it has here."""
        key, axes = n.form(node)
        name, order = self.plan.names.get(key, ("", ()))
        return f"{name}_{''.join(axes[k].name for k in order)}" if name and order else name

    def variable(self, node: Node, stem: str) -> Var:
        name = self.known(node)
        if isinstance(node, Load):
            name = f"{node.tensor}_{''.join(idx.name for idx in n.shown(node))}"
        letters = "".join(idx.name for idx in n.shown(node) if idx in node.letters)
        return Var(self.unlike(name or (f"{stem}_{letters}" if letters else f"{stem}_of_all")), node.letters)

    def unlike(self, name: str) -> str:
        stem, bar, letters = name.rpartition("_")
        names = chain([name], (f"{stem}{k}{bar}{letters}" for k in count(2)))
        taken = set[str]().union(*(scope.names for scope in self.open))
        found = next(one for one in names if one not in taken)
        self.scopes[-1].names.add(found)
        return found

    def new_letters(self, like: Iterable[Idx]) -> tuple[Idx, ...]:
        found = []
        for idx in like:
            self.loop_letters += 1
            found.append(Idx(idx.name, idx.range, LOOPS + self.loop_letters))
        return tuple(found)

    @contextmanager
    def loops(
        self, letters: Iterable[Idx], roots: list[Node], bounds: dict[Idx, list[Bound]] | None = None
    ) -> Iterator[None]:
        """Statements that are added meanwhile stand inside loops over the letters."""
        before, outer, self.uses = self.uses, self.open, _uses(roots) if tuple(letters) else self.uses
        opened = []
        for idx in letters:
            opened.append(idx)
            self.scopes.append(_Scope(self.scopes[-1].letters | {idx}))
            self.open = [*self.open, self.scopes[-1]]
        yield
        for idx in reversed(opened):
            body = self.scopes.pop().body
            self.scopes[-1].body.append(For(idx, body, (bounds or {}).get(idx, [])))
        self.uses, self.open = before, outer


def flattened(tasks: list[Task]) -> list[Task] | None:
    """The tasks over one long axis, where all of them read and write every array component by component."""
    one = Idx("i", FLAT)
    found = []
    for task in tasks:
        nodes = n.everything(task.value)
        loads = [node for node in nodes if isinstance(node, Load)]
        plain = all(isinstance(node, (Load, n.Number, n.SizeOf, n.Add, Mul, n.Call)) for node in nodes)
        if task.columns or not task.axes or not plain or any(node.places not in ((), task.axes) for node in loads):
            return None
        change: dict[Node, Node] = {node: Load(node.tensor, (one,)) for node in loads if node.places}
        found.append(Task(task.target, (one,), n.exchanged(task.value, change)))
    same = {tuple(idx.range for idx in task.axes) for task in tasks}
    return found if len(same) == 1 else None


def _lone_exponential(value: Node, rows: frozenset[Idx]) -> Node | None:
    """e of a product r e whose other factors are numbers of the row."""
    factors = value.factors if isinstance(value, Mul) else ()
    moving = [(base, e) for base, e in factors if not base.letters <= rows]
    lone = len(moving) == 1 and moving[0][1] == 1 and isinstance(moving[0][0], n.Call) and moving[0][0].name == "exp"
    return moving[0][0] if lone and len(factors) > 1 else None


def _picked(target: str, places: tuple[Idx, ...], value: Node, letters: tuple[Idx, ...]) -> tuple[Node, list[Update]]:
    """a_n + δ_nT b is a_n for all n, and then b more at T."""
    if not isinstance(value, n.Add) or len(letters) != 1:
        return value, []
    kept, updates = [], []
    for term in value.terms:
        picked = _delta_of(term, letters[0])
        if picked is None:
            kept.append(term)
            continue
        by = {letters[0]: picked[0]}
        spot = tuple(by.get(idx, idx) for idx in places)
        updates.append(Update(target, spot, n.replaced(picked[1], by)))
    return (n.add(kept), updates) if kept else (value, [])


def _delta_of(term: Node, letter: Idx) -> tuple[Slot, Node] | None:
    """The place that a delta gives a letter, and the other factors."""
    for base, e in term.factors if isinstance(term, Mul) else ((term, Fraction(1)),):
        if isinstance(base, n.Same) and e == 1:
            for mine, other in ((base.left, base.right), (base.right, base.left)):
                if mine == letter and not isinstance(other, (Idx, Affine)) and letter not in n.letters_of(other):
                    rest = [f for f in term.factors if f[0] is not base] if isinstance(term, Mul) else []
                    return other, n.mul(term.coef if isinstance(term, Mul) else 1, rest)
    return None


def _uses(roots: list[Node]) -> Counter[Node]:
    """How often each value is used."""
    found = Counter(roots)
    for node in n.everything(*roots):
        found.update(node.parts)
    return found


def _ordered(letters: tuple[Idx, ...], bodies: list[Node]) -> list[Idx]:
    """Leading axes outside, so that the innermost loop runs through memory."""
    loads = [one.places for one in n.everything(*bodies) if isinstance(one, Load)]

    def far(idx: Idx) -> int:
        return max(
            (len(p) - 1 - k for p in loads for k, place in enumerate(p) if idx in n.letters_of(place)), default=0
        )

    return sorted(letters, key=far, reverse=True)


def _bounded(body: Node, order: list[Idx]) -> tuple[dict[Idx, list[Bound]], Node]:
    """Loops that only run where a factor reads inside its array; the factor needs no condition then."""
    bounds: dict[Idx, list[Bound]] = {}
    change: dict[Node, Node] = {}
    factors = body.factors if isinstance(body, Mul) else ((body, Fraction(1)),)
    for load in (base for base, e in factors if isinstance(base, Load) and e > 0):
        places = list(load.places)
        for axis, place in enumerate(places):
            last = [idx for idx in order if isinstance(place, Affine) and idx in n.letters_of(place)][-1:]
            if isinstance(place, Affine) and last:
                bounds.setdefault(last[0], []).append(Bound(place, load.tensor, axis))
                places[axis] = Affine(place.terms, place.offset, "")
        change[load] = Load(load.tensor, tuple(places))
    return bounds, n.exchanged(body, change)
