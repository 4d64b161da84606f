"""Arrays of vectors may lie anywhere: the same bits as at multiples of 64 bytes, and nothing beside them is touched."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import blocks, runtime
from tensorcalc.execution.blocks import Lanes, Width, Written, chunks, load, loops, parallel, store
from tensorcalc.execution.blocks.lanes import NEAR

from .test_rows import rows

pytestmark = pytest.mark.skipif(runtime.backend() != "cpu", reason="vectors of lanes are code for the CPU")
BESIDE = -12345.0


@blocks.elementwise_loops
def weighted(x: Lanes, y: Lanes, z: Written):
    parallel()
    for i in range(chunks(x)):
        store(load(x, i) + 0.5 * load(y, i), z, i)


def at(offset, like):
    """A copy that begins so many bytes behind a multiple of 64, and the memory that it is a part of."""
    memory = np.full(like.size + 64, BESIDE, like.dtype)
    start = (offset - memory.ctypes.data) % 64 // memory.itemsize + 64 // memory.itemsize
    part = memory[start : start + like.size].reshape(like.shape)
    part[...] = like
    assert part.ctypes.data % 64 == offset
    return part, memory


def untouched(part, memory):
    """Whether all of the memory beside an array holds what it held."""
    rest = memory.copy()
    start = (part.ctypes.data - memory.ctypes.data) // memory.itemsize
    rest[start : start + part.size] = BESIDE
    return (rest == BESIDE).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(9000, 16), (600, 1024), (3, 131072), (700, 999), (500, 1004)])
def test_rows_at_any_place(shape, dtype):
    own = blocks.row_loops(rows.__wrapped__)
    data = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    found = set()
    for offset, to in itertools.product(range(0, 64, data.itemsize), (0, data.itemsize, 16, 40)):
        (x, beside_x), (y, beside_y) = at(offset, data), at(to, np.zeros_like(data))
        s, m = np.empty((2, len(x)), dtype)
        own(x, y, s, m)
        assert (y == 2 * x).all() and (m == x.max(1)).all() and untouched(x, beside_x) and untouched(y, beside_y)
        found.add(s.tobytes())
    assert len(found) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 48, (1 << 20) - 1])
def test_one_axis_at_any_place(size, dtype):
    own = blocks.elementwise_loops(weighted.__wrapped__)
    a, b = np.random.default_rng(0).standard_normal((2, size)).astype(dtype)
    for places in ((0, 16, 32), (16, 16, 16), (48, 8, 0), (24, 32, 8)):
        (x, _), (y, _), (z, beside) = (at(place, part) for place, part in zip(places, (a, b, a), strict=True))
        own(x, y, z)
        assert (z == a + dtype(0.5) * b).all() and untouched(z, beside)
    x, _ = at(16, a)
    own(x, x, x)  # in place
    assert (x == a + dtype(0.5) * a).all()


@pytest.mark.parametrize(
    ("places", "width"),
    [
        ((0, 0, 0), Width(16, 16)),
        ((16, 0, 0), Width(16, 16, singly=True)),
        ((4, 0, 16), Width(16, 4, singly=True)),
        ((0, 0, 4), Width(16, 1, singly=True)),
    ],
)
def test_only_what_is_stored_has_to_be_aligned(places, width):
    own = blocks.elementwise_loops(weighted.__wrapped__)
    x, y, z = (at(place, np.ones(4096, np.float32))[0] for place in places)
    own(x, y, z, serial=True)
    assert [key[0] for key in own._kernels] == [replace(width, serial=True)] and (z == 1.5).all()


def test_few_kernels_for_many_places():
    own = blocks.elementwise_loops(weighted.__wrapped__)
    data = np.ones(1 << 18, np.float32)
    for places in itertools.product(range(0, 64, 16), repeat=3):
        z, beside = at(places[2], data)
        own(at(places[0], data)[0], at(places[1], data)[0], z)
        assert (z == 1.5).all() and untouched(z, beside)
    assert len(own._kernels) <= 6


def test_arrays_whose_places_take_more_than_30_bits(monkeypatch):
    own = blocks.row_loops(rows.__wrapped__)
    assert NEAR == 1 << 30
    monkeypatch.setattr(loops, "NEAR", 1000)
    for shape, offset in (((40, 1000), 4), ((40, 1008), 16), ((1, 999), 4)):
        x, _ = at(offset, np.random.default_rng(0).standard_normal(shape).astype(np.float32))
        y, beside = at(offset, np.zeros_like(x))
        s, m = np.empty((2, len(x)), np.float32)
        own(x, y, s, m)
        assert (y == 2 * x).all() and (m == x.max(1)).all() and untouched(y, beside)
    assert {key[0].far for key in own._kernels} == {True, False}


@pytest.mark.parametrize("rows", [300, 3000])  # launches of the smaller are repeated without a look
def test_a_derived_function_at_any_place(rows):
    backward = tc.layers.layer_norm.backward().compile()
    rng = np.random.default_rng(0)
    given = {name: rng.standard_normal((rows, 512), np.float32) for name in ("x", "dl_dy")}
    given["gamma"] = given["beta"] = rng.standard_normal(512, np.float32)
    found = set()
    for places in ((0, 0, 0, 0), (16, 16, 16, 16), (16, 48, 0, 32), (4, 0, 8, 0)):
        arrays = {name: at(place, given[name])[0] for place, name in zip(places, given, strict=True)}
        for _ in range(3):
            results = backward(**arrays, eps=1e-5)
            found.add(b"".join(results[name].tobytes() for name in sorted(results)))
    assert len(found) == 1
