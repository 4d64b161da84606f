"""Which vectors of lanes arrays allow: by the length of their rows, and by where they lie in memory."""

from .lanes import Width
from .memory import Region

VECTOR_BYTES = (64, 32, 16)


def widest(regions: list[Region]) -> Width:
    """The widest vectors that divide the last axis of every array, in pieces that the alignment of all of them allows.

    NumPy's arrays lie at multiples of 16 bytes: their vectors are loaded in pieces of 16.
    """
    for lanes in counts(regions):
        if all(where.shape[-1] % lanes == 0 for where in regions) and (grain := piece(regions)) > 1:
            return Width(lanes, min(lanes, grain))
    return Width()


def piece(regions: list[Region], aligned: list[Region] | None = None) -> int:
    """How many numbers rows consist of, such that each piece of some arrays (all by default) is aligned to its size."""
    size = regions[0].dtype.itemsize
    for count in counts(regions):
        fits = all(where.shape[-1] % count == 0 for where in regions)
        if fits and all(where.address % (count * size) == 0 for where in (regions if aligned is None else aligned)):
            return count
    return 1


def counts(regions: list[Region]) -> list[int]:
    """How many of their numbers a vector holds."""
    return [nbytes // regions[0].dtype.itemsize for nbytes in VECTOR_BYTES]
