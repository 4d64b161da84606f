"""Rows of any length: whole vectors, and pieces behind the last one, give what single numbers give."""

import numpy as np
import pytest

from tensorcalc.execution import blocks, runtime
from tensorcalc.execution.blocks import (
    Lanes,
    Stored,
    Width,
    Written,
    added,
    chunks,
    first,
    largest,
    largest_yet,
    load,
    parallel,
    store,
    total,
    widths,
    zero,
)
from tensorcalc.execution.runtime import ti

pytestmark = pytest.mark.skipif(runtime.backend() != "cpu", reason="vectors of lanes are code for the CPU")


@blocks.row_loops
def rows(x: Lanes, y: Written, s: Stored, m: Stored):
    parallel()
    for b in range(x.shape[0]):
        sum_b = zero()
        most_b = zero() - 1e30
        for _ in ti.static(widths()):
            for h in range(first(x), chunks(x)):
                x_bh = load(x, b, h)
                sum_b = added(sum_b, x_bh)
                most_b = largest_yet(most_b, x_bh)
                store(2.0 * x_bh, y, b, h)
        s[b] = total(sum_b)
        m[b] = largest(most_b)


def run(x, y=None, width=None):
    y = np.full(x.shape, np.nan, x.dtype) if y is None else y
    s, m = np.full((2, len(x)), np.nan, x.dtype)
    rows(x, y, s, m, width=width)
    return y, s, m


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 4, 7, 15, 16, 17, 20, 24, 31, 33, 64, 97, 127, 1000, 1001])
@pytest.mark.parametrize("count", [5, 1 << 17])
def test_every_length(count, size, dtype):
    x = np.random.default_rng(size).integers(-99, 99, (-(-count // size), size)).astype(dtype)
    y, s, m = run(x)
    assert (y == 2 * x).all() and (s == x.sum(1)).all() and (m == x.max(1)).all()


@pytest.mark.parametrize("offset", [0, 1, 2, 3, 4, 8])
@pytest.mark.parametrize("size", [40, 64])
def test_every_place_in_memory(size, offset):
    memory = blocks.empty(3 * size + 16)
    memory[:] = np.arange(len(memory))
    x = memory[offset : offset + 3 * size].reshape(3, size)
    y, s, m = run(x)
    assert (y == 2 * x).all() and (s == x.sum(1)).all() and (m == x.max(1)).all()


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        ((4, 64), Width(16, 16, serial=True)),
        ((4, 40), Width(8, 8, serial=True)),
        ((9000, 40), Width(16, 8, rest=8)),
        ((9000, 36), Width(16, 4, rest=4, singly=True)),
        ((4, 37), Width(16, 1, serial=True, rest=1, singly=True)),
        ((4, 12), Width(4, 4, serial=True)),
        ((4, 13), Width(1, 1, serial=True)),
        ((2048, 80), Width(16, 16)),
    ],
)
def test_the_width_that_is_chosen(shape, width):
    loops = blocks.row_loops(rows.__wrapped__)
    x = blocks.empty(shape)
    x[:] = 1
    s, m = blocks.empty(shape[0]), blocks.empty(shape[0])
    loops(x, blocks.empty(shape), s, m, serial=width.serial)
    assert [key[0] for key in loops._kernels] == [width]
    assert (s == shape[1]).all() and (m == 1).all()


def test_every_width_gives_the_same_sums_of_whole_numbers():
    x = blocks.aligned(np.random.default_rng(0).integers(-99, 99, (5, 128)).astype(np.float32))
    y = blocks.empty(x.shape)
    for width in (Width(), Width(4, 4), Width(16, 16), Width(16, 4), Width(64, 16), Width(16, 1, rest=1)):
        y[:] = np.nan
        _, s, m = run(x, y, width)
        assert (y == 2 * x).all() and (s == x.sum(1)).all() and (m == x.max(1)).all()


@pytest.mark.parametrize("at", [0, 15, 16, 30, 39, 40])
def test_nan_is_added_and_is_never_the_largest(at):
    x = np.ones((3, 41), np.float32)
    x[1, at] = np.nan
    y, s, m = run(x)
    assert np.isnan(y[1]).sum() == 1 and np.isnan(s).tolist() == [False, True, False] and m.tolist() == [1, 1, 1]


def test_the_same_bits_at_every_call():
    x = np.random.default_rng(0).standard_normal((300, 1003)).astype(np.float32)
    found = {b"".join(part.tobytes() for part in run(x)) for _ in range(20)}
    assert len(found) == 1
