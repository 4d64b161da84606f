"""Aligned memory, and one sentence for each array that compiled code must not be given."""

import numpy as np
import pytest

from tensorcalc.execution import blocks
from tensorcalc.execution.blocks import memory


@pytest.mark.parametrize("shape", [7, (3, 5), (), (0, 4), (1, 1, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
def test_fresh_arrays_are_aligned(shape, dtype):
    for _ in range(20):
        array = blocks.empty(shape, dtype)
        assert array.size == 0 or array.ctypes.data % 64 == 0
        assert array.dtype == dtype and array.flags.carray
        assert array.shape == ((shape,) if isinstance(shape, int) else shape)


def test_aligned_copies_only_what_is_not():
    x = blocks.empty((4, 16))
    x[:] = np.arange(64).reshape(4, 16)
    assert blocks.aligned(x) is x
    for other in (x.T, x[:, 1:], x[::2], x.astype(np.float64)[1:, 1:]):
        copy = blocks.aligned(other)
        assert copy.ctypes.data % 64 == 0 and copy.flags.c_contiguous
        assert copy.dtype == other.dtype and (copy == other).all()


def test_reading_copies_only_what_does_not_lie_as_it_should():
    x = np.arange(6.0).reshape(2, 3)
    x.flags.writeable = False
    assert blocks.check_read("x", x) is x  # read-only is fine
    for other in (x.T, x.astype(">f8"), np.frombuffer(b"\0" * 33, np.uint8)[1:].view(np.float32)):
        found = blocks.check_read("x", other)
        assert found.flags.c_contiguous and found.flags.aligned and found.dtype.isnative
        assert (found == other).all()


@pytest.mark.parametrize(
    ("array", "error", "words"),
    [
        ([1.0], TypeError, "out is a list: compiled loops take NumPy arrays"),
        (np.zeros(2, np.float16), TypeError, r"out is float16: .*out\.astype\(np\.float32\)"),
        (np.zeros(2, np.complex64), TypeError, "out is complex64"),
        (np.zeros((2, 3)).T, ValueError, "out .*rows do not lie one after the other"),
        (np.zeros(4)[::2], ValueError, "rows do not lie one after the other"),
        (np.zeros(3, ">f4"), ValueError, "numbers lie off their places"),
        (np.zeros(33, np.uint8)[1:].view(np.float32), ValueError, "numbers lie off their places"),
        (np.broadcast_to(np.zeros(1), (3,)), ValueError, r"read-only: pass a copy, out\.copy\(\)"),
        (
            np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (2**31,), (0,)),
            ValueError,
            "2,147,483,648 elements",
        ),
    ],
)
def test_what_is_written_is_refused_by_one_sentence(array, error, words):
    with pytest.raises(error, match=words):
        blocks.check_written("out", array)


def test_shape_and_type_of_an_output():
    out = np.zeros((2, 3), np.float32)
    assert blocks.check_written("out", out, (2, 3), np.float32) is out
    with pytest.raises(ValueError, match=r"out has shape \(2, 3\), the result \(3, 2\)"):
        blocks.check_written("out", out, (3, 2))
    with pytest.raises(TypeError, match="out is float32, the result is float64"):
        blocks.check_written("out", out, (2, 3), np.float64)


def test_outputs_lie_apart():
    x = np.zeros(10)
    blocks.check_apart({"y": x[:5], "z": np.zeros(3)}, {"x": x[5:]})
    blocks.check_apart({"y": x[::2]}, {"x": x[1::2]})  # neighbours, no element shared
    with pytest.raises(ValueError, match="y shares memory with x, which is still being read while y is written"):
        blocks.check_apart({"y": x[4:]}, {"x": x[:5]})
    with pytest.raises(ValueError, match="z shares memory with y, which is also written while z is written"):
        blocks.check_apart({"y": x, "z": x[::-1]}, {})


def test_a_region_is_what_numpy_says():
    x = np.zeros((3, 4), np.float32)[1:, :2]
    where = memory.region(x)
    assert where == (x.ctypes.data, x.nbytes, (3 - 1, 2), np.dtype(np.float32), False, True)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_allocations_are_new_and_aligned(shape, dtype):
    make = memory.allocation(shape, np.dtype(dtype))
    made = [make() for _ in range(5)]
    for n, (array, place) in enumerate(made):
        assert (array.shape, array.dtype) == (shape, dtype)
        assert place % 64 == 0 and (array.size == 0 or place == array.ctypes.data)
        array[...] = n
    assert all((array == n).all() for n, (array, _) in enumerate(made))
