"""Which innermost loops run through memory, so that vectors of neighbouring components can be computed at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..execution.einsum import FORMULAS
from ..notation.expression import Idx
from . import nodes as n
from .loops import For, Gather, Kernel, Let, Statement, Store, Update
from .nodes import Load, Node

POWERS = (1, 2, 3, 4)


@dataclass
class Vectors:
    """The loops of a kernel that are computed in vectors, and how its arrays are read."""

    loops: set[Idx] = field(default_factory=set)
    wide: dict[str, None] = field(default_factory=dict)  # arrays read or written in vectors
    plain: dict[str, None] = field(default_factory=dict)  # arrays of which single components are read or written
    gathered: set[str] = field(default_factory=set)  # variables that add up vectors
    finished: set[str] = field(default_factory=set)  # tensors that are made of sums over rows in vectors


def vectors_of(kernel: Kernel) -> Vectors:
    """What can be computed in vectors."""
    found = Vectors()
    columns = {column.parts: column for column in kernel.columns}
    for one in inner_loops(kernel.body):
        if vectorises(one.body, one.letter) and not one.bounds:
            found.loops.add(one.letter)
    _note(kernel.body, None, found, columns)
    if not found.loops and len(kernel.rows) == 1 and _only_sums(kernel) and vectorises(kernel.body, kernel.rows[0]):
        found = Vectors({kernel.rows[0]})
        _note(kernel.body, kernel.rows[0], found, columns)
    for finish in kernel.finishes:
        axis = finish.axes[-1] if finish.axes else None
        wide = all(one.parts in found.wide and one.axes[-1] == axis for one in finish.columns)
        fits = wide and axis is not None and vectorises([Store(finish.target, finish.axes, finish.value)], axis)
        if fits and axis is not None:
            found.finished.add(finish.target)
        elif finish.axes:
            found.plain.update({column.parts: None for column in finish.columns})
        _note([Store(finish.target, finish.axes, finish.value)], axis if fits else None, found, {})
    return found


def _only_sums(kernel: Kernel) -> bool:
    """Whether each row adds one number to sums over all rows."""
    return bool(kernel.columns) and not any(column.axes or column.inner for column in kernel.columns)


def inner_loops(body: list[Statement]) -> Iterator[For]:
    for one in body:
        if isinstance(one, For):
            inner = list(inner_loops(one.body))
            if inner or any(isinstance(s, For) for s in one.body):
                yield from inner
            else:
                yield one


def vectorises(body: list[Statement], letter: Idx) -> bool:
    """Whether a loop's statements read and write neighbours along the last axis, and nothing else that changes."""
    reads = False
    for one in body:
        if not isinstance(one, (Let, Gather, Store)) or not _fits(one.value, letter):
            return False
        if isinstance(one, Store) and one.places and not _along(one.places, letter):
            return False
        reads = reads or any(letter in node.letters for node in n.everything(one.value) if isinstance(node, Load))
        reads = reads or (isinstance(one, Store) and bool(one.places))
    return reads


def _fits(root: Node, letter: Idx) -> bool:
    for node in n.everything(root):
        if letter not in node.letters:
            continue
        match node:
            case Load(_, places) if not _along(places, letter):
                return False
            case n.Same() | n.Inside():
                return False
            case n.Mul(_, factors) if any(
                letter in base.letters and abs(e) not in POWERS and abs(e) * 2 != 1 for base, e in factors
            ):
                return False
            case n.Call(name) if name not in FORMULAS and name not in ("log1p", "expm1"):
                return False
    return True


def _along(places: tuple, letter: Idx) -> bool:
    return places[-1] == letter and not any(letter in n.letters_of(place) for place in places[:-1])


def _note(body: list[Statement], letter: Idx | None, found: Vectors, columns: dict) -> None:
    """How each array is read or written."""
    for one in body:
        if isinstance(one, For):
            _note(one.body, one.letter if one.letter in found.loops else None, found, columns)
        elif isinstance(one, (Let, Gather, Store, Update)):
            for node in n.everything(one.value):
                if isinstance(node, Load):
                    (found.wide if letter is not None and letter in node.letters else found.plain)[node.tensor] = None
            if isinstance(one, Gather) and letter is not None:
                found.gathered.add(one.var.name)
            if isinstance(one, (Store, Update)) and one.places:
                wide = letter is not None and one.places[-1] == letter
                (found.wide if wide else found.plain)[one.tensor] = None
            elif isinstance(one, Store):
                if one.tensor in columns and letter is not None:
                    found.gathered.add(columns[one.tensor].var.name)
                found.plain[one.tensor] = None
