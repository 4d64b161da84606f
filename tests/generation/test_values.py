"""Functions of the sources, compiled, against NumPy in double precision: values and derived gradients."""

import numpy as np
import pytest

from tests.fuzz.budget import FULL

from .cases import SOURCES, agree, arguments, by_name, compiled, reference

WIDE = ("layer norm", "cross entropy", "gelu", "sum of all", "column sums", "squared error")  # in vectors
BACKWARD = list(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_forward(name):
    """Odd, prime, one-element and empty shapes, shapes of whole vectors, in both precisions."""
    sizes = {np.float64: ("odd", "prime", "one", "empty"), np.float32: ("vectors",) if name in WIDE or FULL else ()}
    for dtype, size in [(dtype, size) for dtype, found in sizes.items() for size in found]:
        given = arguments(name, dtype, size)
        f = compiled(name)
        agree(by_name(f, f(**given)), reference(f.function, given), dtype)


@pytest.mark.parametrize("name", BACKWARD)
def test_backward(name):
    for dtype, size in (
        ((np.float64, "odd"), (np.float32, "vectors")) if name in WIDE or FULL else ((np.float64, "odd"),)
    ):
        given = arguments(name, dtype, size, backward=True)
        f = compiled(name, backward=True)
        agree(by_name(f, f(**given)), reference(f.function, given), dtype)
