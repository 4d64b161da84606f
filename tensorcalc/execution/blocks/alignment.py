"""How arrays lie in memory, and in what vectors of lanes they can be loaded there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from .. import runtime
from .lanes import Lie, Width
from .memory import Region

_VECTOR_BYTES = (64, 32, 16)
_SMALL = 8  # times smaller than the largest: such an array stays in the caches


def most_lanes(regions: list[Region]) -> int:
    """How many of their numbers the widest vector holds."""
    return _VECTOR_BYTES[0] // regions[0].dtype.itemsize


def widest(regions: list[Region]) -> Width:
    """The widest vectors that divide the last axis of every array, loaded in pieces that its alignment allows.

    NumPy's arrays lie at multiples of 16 bytes: their vectors are loaded in pieces of 16. That costs little where
    memory is waited for, and half as much again where the caches are.
    """
    for nbytes in _VECTOR_BYTES:
        lanes = nbytes // regions[0].dtype.itemsize
        if all(where.shape[-1] % lanes == 0 for where in regions) and (grain := piece(regions)) > 1:
            return Width(lanes, min(lanes, grain))
    return Width()


def piece(regions: list[Region]) -> int:
    """How many numbers can be loaded at once from wherever a row begins or such a piece ends."""
    size = regions[0].dtype.itemsize
    for nbytes in _VECTOR_BYTES:
        if all(where.address % nbytes == 0 and where.shape[-1] * size % nbytes == 0 for where in regions):
            return nbytes // size
    return 1


def as_they_lie(found: Width, regions: list[Region], written: list[bool]) -> Width:
    """The widest vectors for rows that they fill, each array loaded in a way of its own.

    Large arrays that are read are handed over from the multiple of 64 bytes before their first number, so that every
    load is a whole one; what is written, or small, comes in pieces. The numbers that a vector holds are the same, and
    so are the bits of a sum.
    """
    lanes = most_lanes(regions)
    if (found.lanes, found.grain) == (lanes, lanes) or any(where.shape[-1] % lanes for where in regions):
        return found
    small = max(where.nbytes for where in regions) // _SMALL
    return Width(lanes, lies=tuple(_lie(lanes, *one, small) for one in zip(regions, written, strict=True)))


def _lie(lanes: int, where: Region, written: bool, small: int) -> Lie:
    shift = where.address % _VECTOR_BYTES[0] // where.dtype.itemsize
    whole = not shift or (where.nbytes > small and not written)
    return Lie(lanes, shift) if whole else Lie(piece([where]))


def several(width: Width, regions: list[Region], count: int) -> Width:
    """So many of the widest vectors at once, where they fill the rows."""
    lanes = most_lanes(regions)
    fits = width.lanes == lanes and regions[0].shape[-1] % (count * lanes) == 0
    return replace(width, lanes=count * lanes) if fits else width


@contextmanager
def handed_over(lies: dict[str, Lie]) -> Iterator[None]:
    """While a kernel is compiled: each of its arrays knows how many numbers before its first one it begins."""
    arguments = runtime.taichi().lang.kernel_arguments
    declared = arguments.decl_ndarray_arg

    def declare(element: Any, ndim: int, name: str, *rest: Any) -> Any:
        array = declared(element, ndim, name, *rest)
        array.shift = lies[name.removeprefix("_")].shift  # Taichi puts the name of an outer parameter before it
        return array

    arguments.decl_ndarray_arg = declare
    try:
        yield
    finally:
        arguments.decl_ndarray_arg = declared
