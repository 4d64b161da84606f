"""The decorator `kernel`: what it accepts, what it refuses in one sentence, and that Python and Taichi agree."""

from __future__ import annotations

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc import kernel, ti
from tensorcalc.execution import runtime

compiling = pytest.mark.skipif(not runtime.compiles(np.dtype(np.float64)), reason="nothing is compiled in float64 here")


@pytest.fixture(params=["compiled", "plain Python"])
def way(request):
    """Both ways of running the same loops."""
    before = tc.backend()
    if request.param == "plain Python":
        tc.use("numpy")
    elif not runtime.compiles(np.dtype(np.float64)):
        pytest.skip("nothing is compiled in float64 here")
    yield request.param
    tc.use(before)


@kernel
def shifted(x, y):
    for i in range(x.shape[0]):
        y[i] = x[i] + 0.1


@kernel
def scaled(x, factor: float, offset: int, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = factor * x[i, j] + offset


@kernel
def gathered(table, rows, y):
    for i, j in ti.ndrange(*y.shape):
        y[i, j] = table[rows[i], j]


@kernel
def functions(x, y):
    for i in range(x.shape[0]):
        y[i, 0] = ti.exp(x[i])
        y[i, 1] = ti.log(x[i])
        y[i, 2] = ti.sqrt(x[i])
        y[i, 3] = ti.max(x[i], 0.5) + ti.min(x[i], 0.5)
        y[i, 4] = ti.pow(x[i], 3.0)
        y[i, 5] = ti.floor(x[i]) + ti.abs(ti.sin(x[i]) * ti.cos(x[i]))
        y[i, 6] = max(x[i], 0.5) + min(x[i], 0.5)
        y[i, 7] = ti.select(x[i] < 0.6, 0.1, x[i])


@kernel
def accumulated(x, y):
    for i in range(y.shape[0]):
        y[i] += x[i]


def test_a_literal_has_the_precision_of_the_arrays(way):
    for dtype in (np.float32, np.float64):
        y = np.empty(1, dtype)
        shifted(np.zeros(1, dtype), y)
        assert y[0] == dtype(0.1)


def test_numbers_and_precision(way):
    x, y = np.ones((2, 3)), np.empty((2, 3))
    scaled(x, 0.1, 2, y)
    assert np.all(y == 2.1)


def test_an_integer_is_not_rounded(way):
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        scaled(np.ones((2, 3)), 0.1, 2.5, np.empty((2, 3)))


def test_integer_arrays_are_indices(way):
    table, y = np.arange(12.0).reshape(4, 3), np.empty((2, 3))
    for dtype in (np.int32, np.int64):
        gathered(table, np.array([3, 1], dtype), y)
        assert np.array_equal(y, table[[3, 1]])


def test_functions_agree(way):
    x = np.array([0.2, 0.5, 1.0, 2.7])
    y = np.empty((4, 8))
    functions(x, y)
    kinks = np.maximum(x, 0.5) + np.minimum(x, 0.5)
    rest = np.floor(x) + np.abs(np.sin(x) * np.cos(x))
    expected = np.stack([np.exp(x), np.log(x), np.sqrt(x), kinks, x**3, rest, kinks, [0.1, 0.1, 1.0, 2.7]], axis=1)
    assert np.allclose(y, expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    "lay",
    [
        lambda x: np.asfortranarray(x),
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: x[::-1, ::-1][::-1, ::-1],
        lambda x: np.broadcast_to(x[:1], x.shape),
        lambda x: np.frombuffer(b"." + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
        lambda x: np.require(x, requirements="O").view(type("Derived", (np.ndarray,), {})),
    ],
    ids=["Fortran", "strided", "reversed twice", "broadcast", "misaligned", "subclass"],
)
def test_inputs_may_lie_in_any_way(way, lay):
    x = lay(np.arange(6.0).reshape(2, 3))
    y = np.empty((2, 3))
    scaled(x, 1.0, 0, y)
    assert np.array_equal(y, np.asarray(x))


def test_inputs_may_be_read_only_and_stay_as_they_are(way):
    x, y = np.ones((2, 3)), np.empty((2, 3))
    x.flags.writeable = False
    scaled(x, 3.0, 0, y)
    assert np.all(x == 1)
    assert np.all(y == 3)


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0, 0)])
def test_empty_arrays(way, shape):
    scaled(np.empty(shape), 1.0, 0, np.empty(shape))


READ_ONLY = np.empty((2, 3))
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    "y", [READ_ONLY, np.empty((3, 2)).T, np.empty((2, 6))[:, ::2]], ids=["const", "Fortran", "strided"]
)
def test_outputs_must_lie_plainly(way, y):
    with pytest.raises(ValueError, match=r"^kernel scaled\(x, factor, offset, y\): y is written to: it must be contig"):
        scaled(np.ones((2, 3)), 1.0, 0, y)


def test_an_update_is_an_output(way):
    y = np.ones(3)
    accumulated(np.ones(3), y)
    assert np.all(y == 2)
    assert accumulated.written == {"y"}


@pytest.mark.parametrize("dtype", [np.float16, np.complex128, np.int8, bool, object, ">f8"])
def test_dtypes_that_are_refused(way, dtype):
    with pytest.raises(TypeError, match=r"kernel shifted\(x, y\): x is .*; it takes float32, float64, int32 and int64"):
        shifted(np.zeros(2, dtype), np.empty(2))


def test_mixed_precision(way):
    with pytest.raises(TypeError, match=r"must share one floating-point type \(x: float32, y: float64\)"):
        shifted(np.zeros(2, np.float32), np.empty(2))


def test_not_an_array(way):
    with pytest.raises(TypeError, match="x must be a NumPy array, not list"):
        shifted([1.0, 2.0], np.empty(2))


def test_number_of_arguments(way):
    with pytest.raises(TypeError, match=r"shifted\(x, y\) was given 1 arguments"):
        shifted(np.empty(2))


def test_too_many_elements(way):
    x = np.broadcast_to(np.float32(1), (2**16, 2**15))  # 2³¹ elements that take no memory
    with pytest.raises(ValueError, match="x has 2,147,483,648 elements, more than Taichi counts"):
        scaled(x, 1.0, 0, np.empty((2, 2), np.float32))


def test_unknown_function_in_plain_python():
    @kernel
    def exotic(y):
        for i in range(y.shape[0]):
            y[i] = ti.randn()

    before = tc.backend()
    tc.use("numpy")
    with pytest.raises(
        AttributeError, match=r"ti.randn has no meaning in plain Python; kernels run there with \['abs'"
    ):
        exotic(np.empty(2))
    tc.use(before)


def test_source_and_name():
    assert shifted.source.splitlines()[:2] == ["@kernel", "def shifted(x, y):"]
    assert shifted.__name__ == "shifted"
    assert __name__ == shifted.__module__


def test_a_kernel_without_source():
    with pytest.raises(RuntimeError, match="source of kernel f cannot be read: define it in a file or in a notebook"):
        kernel(_sourceless())(np.empty(2))


def _sourceless():
    namespace = {}
    text = "def f(y):\n    for i in range(y.shape[0]):\n        y[i] = 1.0"
    exec(compile(text, "<nowhere>", "exec"), namespace)  # "<string>" has a source where Python was started by -c
    return namespace["f"]


@compiling
def test_strict_arithmetic():
    """Nothing is simplified as if numbers were real: fast_math would return 0 for NaN and lose the compensation."""

    @kernel
    def strict(x, y):
        for i in range(x.shape[0]):
            y[i] = (x[i] - x[i]) + 0.0 * x[i]

    @kernel
    def kahan(x, y):
        for i in range(y.shape[0]):
            total = 0.0
            lost = 0.0
            for j in range(x.shape[0]):
                term = x[j] - lost
                larger = total + term
                lost = (larger - total) - term
                total = larger
            y[i] = total

    y = np.empty(1)
    strict(np.array([np.nan]), y)
    assert np.isnan(y[0])
    kahan(np.array([1.0] + [1e-16] * 10), y)
    assert y[0] == 1.0 + 1e-15


# ---------------------------------------------------------------- the same call again


def test_calls_again(way):
    """Other arrays, shapes, types and numbers in turn: each call computes with its own."""
    for n in range(3):
        for dtype in (np.float32, np.float64):
            for shape in ((2, 3), (5, 1)):
                x, y = np.full(shape, n, dtype), np.full(shape, np.nan, dtype)
                for factor, offset in ((2.0, 1), (np.float64(-0.0), n), (3, np.int64(2)), (True, 4)):
                    scaled(x, factor, offset, y)
                    assert np.array_equal(y, factor * x + offset)


def test_a_call_again_looks_at_its_arrays(way):
    x, y = np.arange(6.0).reshape(2, 3), np.empty((2, 3))
    for _ in range(3):
        scaled(x, 2.0, 1, y)
        scaled(np.asfortranarray(x), 2.0, 1, y)
        assert np.array_equal(y, 2 * x + 1)
    y.flags.writeable = False
    with pytest.raises(ValueError, match="y is written to"):
        scaled(x, 2.0, 1, y)
    with pytest.raises(ValueError, match="y is written to"):
        scaled(x, 2.0, 1, np.empty((3, 2)).T)
    with pytest.raises(TypeError, match="float16"):
        scaled(x.astype(np.float16), 2.0, 1, np.empty((2, 3)))
    with pytest.raises(TypeError, match="was given 3 arguments"):
        scaled(x, 2.0, 1)


@compiling
def test_a_call_again_is_refused_behind_another_program(python):
    code = """
import numpy as np, tensorcalc as tc
x = np.zeros(3)
for _ in range(2):
    tc.kernels.tanh_forward_loops(x, x.copy())
tc.ti.reset()
tc.kernels.tanh_forward_loops(x, x.copy())
"""
    answer = python(code)
    assert answer.returncode == 1
    assert "Taichi was started again behind tensorcalc's back" in answer.stderr
