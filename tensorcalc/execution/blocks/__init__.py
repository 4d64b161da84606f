"""Building blocks of fast kernels: aligned memory, vectors of lanes, elementary functions over them, cheap launches.

Whoever generates or writes a kernel uses these, so that each technique stands in one place.
"""

from .choices import larger, pick_less, relu, within
from .elementary import FUNCTIONS
from .lanes import (
    Width,
    added,
    chunks,
    first,
    largest,
    largest_yet,
    length,
    load,
    parallel,
    spread,
    store,
    total,
    widths,
    zero,
)
from .loops import Lanes, Stored, VectorLoops, Written, elementwise_loops, row_loops, vector_loops
from .memory import LARGEST, aligned, check_apart, check_read, check_written, empty

__all__ = [
    "FUNCTIONS",
    "LARGEST",
    "Lanes",
    "Stored",
    "VectorLoops",
    "Width",
    "Written",
    "added",
    "aligned",
    "check_apart",
    "check_read",
    "check_written",
    "chunks",
    "elementwise_loops",
    "empty",
    "first",
    "larger",
    "largest",
    "largest_yet",
    "length",
    "load",
    "parallel",
    "pick_less",
    "relu",
    "row_loops",
    "spread",
    "store",
    "total",
    "vector_loops",
    "widths",
    "within",
    "zero",
]
