"""Sizes of ranges from the shapes of arrays; what no array gives is asked for, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..calculus.function import SymbolicFunction, bases, slots_of
from ..notation.building import binders
from ..notation.errors import NotationError
from ..notation.expression import Affine, Idx, Size, Sym
from ..notation.ranges import shown


def sizes_of(function: SymbolicFunction, arrays: Mapping[str, Any], given: Mapping[str, int]) -> dict[str, int]:
    """The size of every range.

    Raises
    ------
    NotationError : ``shape`` where arrays disagree, ``size-missing`` where a size cannot be seen
    """
    found = {**function.signature.sizes}
    owner: dict[str, str] = dict.fromkeys(found, "ranges")
    wanted = {alias: function.signature.aliases.get(alias, (alias,)) for alias in given}
    for alias, names in wanted.items():
        if len(names) == 1:
            found[names[0]], owner[names[0]] = int(given[alias]), "sizes"
    for tensor, array in arrays.items():
        _axes(function, tensor, array.shape, found, owner)
    for alias, names in wanted.items():  # several ranges of one name: those that no array shows
        for name in names:
            found.setdefault(name, int(given[alias]))
    _affine(function, found)
    for line in function.statements:
        for idx in (*line.free, *binders(line.right)):
            _known(idx.range, idx.name, found)
        for base in bases(line.right):
            if isinstance(base, Size):
                _known(base.range, base.range.lower(), found)
    return found


def _axes(function: SymbolicFunction, tensor: str, shape: tuple[int, ...], found: dict, owner: dict) -> None:
    ranges = function.signature.axes[tensor]
    if len(shape) != len(ranges):
        letters = "".join(letter_of(function, tensor, axis) for axis in range(len(ranges)))
        given = f"{tensor}{'_' + letters if letters else ''} has order {len(ranges)}, the array has shape {shape}"
        raise NotationError("shape", given)
    for axis, (name, size) in enumerate(zip(ranges, shape, strict=True)):
        if found.setdefault(name, size) != size:
            letter = letter_of(function, tensor, axis)
            here = f"{size} in {tensor} (axis {axis}, shape {shape})"
            given = f"{letter} runs over {here} but over {found[name]} in {owner[name]}"
            raise NotationError("shape", given, index=letter)
        owner.setdefault(name, f"{tensor} (shape {shape})")


def letter_of(function: SymbolicFunction, tensor: str, axis: int) -> str:
    """The letter that stands on an axis where the tensor is first used."""
    for line in function.statements:
        for base in bases(line.right):
            if isinstance(base, Sym) and base.name == tensor and isinstance(base.slots[axis], Idx):
                return base.slots[axis].name  # type: ignore[union-attr]
    return function.signature.axes[tensor][axis].lower()[:1]


def _known(name: str, letter: str, found: Mapping[str, int]) -> None:
    if name not in found:
        hint = f'Give it: sizes={{"{shown(name)}": 7}}.'
        raise NotationError("size-missing", f"no array shows the size of {shown(name)}", index=letter, hint=hint)


def _affine(function: SymbolicFunction, found: dict[str, int]) -> None:
    """A range that only affine indices use is the largest for which every access is inside."""
    slots = [
        slot
        for line in function.statements
        for base in bases(line.right)
        for slot in slots_of(base)
        if isinstance(slot, Affine) and slot.range
    ]
    while True:
        limits: dict[str, list[int]] = {}
        for slot in slots:
            unknown = [idx for _, idx in slot.terms if idx.range not in found]
            if slot.range in found and len(unknown) == 1:
                limits.setdefault(unknown[0].range, []).append(_largest(slot, unknown[0], found))
        if not limits:
            return
        for name, values in limits.items():
            if min(values) < 1:
                hint = f'Every size reads outside; give the one meant: sizes={{"{shown(name)}": 7}}.'
                raise NotationError("size-missing", f"no size of {shown(name)} keeps every access inside", hint=hint)
            found[name] = min(values)


def _largest(slot: Affine, unknown: Idx, found: Mapping[str, int]) -> int:
    low = high = slot.offset
    n = 0
    for coef, idx in slot.terms:
        if idx == unknown:
            n = coef
        elif coef > 0:
            high += coef * (found[idx.range] - 1)
        else:
            low += coef * (found[idx.range] - 1)
    if low < 0 or high > found[slot.range] - 1:
        return 0
    room = found[slot.range] - 1 - high if n > 0 else low
    return room // abs(n) + 1


def as_number(value: Fraction) -> int | float:
    try:
        return value.numerator if abs(value) < 1 << 53 and value.denominator == 1 else float(value)
    except OverflowError:
        raise NotationError("limit", "a number is too large for an array") from None
