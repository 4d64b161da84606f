"""What ends a process or silently changes numbers in Taichi, and does neither here."""

import os
import re

import numpy as np
import pytest

from tensorcalc.execution import blocks, runtime
from tensorcalc.execution.blocks import (
    Lanes,
    Stored,
    Width,
    Written,
    chunks,
    load,
    parallel,
    spread,
    store,
    total,
    zero,
)
from tensorcalc.execution.runtime import ti

pytestmark = pytest.mark.skipif(runtime.backend() != "cpu", reason="hazards of the CPU's threads and vectors")


DOUBLE = """
import numpy as np
from tensorcalc.execution import blocks
from tensorcalc.execution.blocks import Lanes, Written, chunks, load, parallel, store
@blocks.vector_loops
def double(x: Lanes, y: Written):
    parallel()
    for i in range(chunks(x)):
        store(2.0 * load(x, i), y, i)
x, y = np.ones(1 << 18, np.float32), np.empty(1 << 18, np.float32)
double(x, y)
"""


@blocks.vector_loops
def double(x: Lanes, y: Written):
    parallel()
    for i in range(chunks(x)):
        store(2.0 * load(x, i), y, i)


@blocks.vector_loops
def row_sums(x: Lanes, rows: int, s: Stored):
    parallel()
    for t in range(-(-x.shape[0] // rows) * spread()):
        if t % spread() == 0:
            for b in range(t // spread() * rows, min((t // spread() + 1) * rows, x.shape[0])):
                sum_b = zero()
                for h in range(chunks(x)):
                    sum_b += load(x, b, h)
                s[b] = total(sum_b)


@pytest.mark.parametrize("offset", range(0, 64, 4))
def test_misaligned_arrays_are_computed_not_a_crash(offset):
    x, y = (np.empty(256 + 128, np.uint8) for _ in range(2))
    start = -x.ctypes.data % 64 + offset
    x = x[start : start + 256].view(np.float32)
    y = y[-y.ctypes.data % 64 :][:256].view(np.float32)
    x[:] = np.arange(64)
    double(x, y)
    assert y.tolist() == [2.0 * n for n in range(64)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 13, 16, 17, 20, 24, 97, 4096])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sizes_that_no_vector_divides(size, dtype):
    x, y = np.random.default_rng(size).standard_normal((2, size)).astype(dtype)
    double(x.copy(), y := y.copy())
    assert (y == 2 * x).all()


@pytest.mark.parametrize("size", [1, 15, 16, 17, 97, 4096, 4103])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_elements_that_no_vector_holds_are_computed_by_themselves(size, dtype):
    loops = blocks.elementwise_loops(double.__wrapped__)
    x = np.random.default_rng(size).standard_normal(size).astype(dtype)
    for shift in (0, 1):  # the second time the arrays lie off the places of vectors
        x, y = x[shift:].copy() if shift else x, np.full(size, np.nan, dtype)[shift:]
        loops(x, y)
        assert (y == 2 * x).all()
    widths = {key[0].lanes for key in loops._kernels}
    assert size < 16 or max(widths) == 64 // np.dtype(dtype).itemsize


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("more", [0, 16, 37])
def test_several_vectors_at_once_in_large_arrays(more, dtype):
    loops = blocks.elementwise_loops(double.__wrapped__)
    x = blocks.empty((1 << 18) + more, dtype)
    x[:] = np.arange(len(x))
    y = blocks.empty(x.shape, dtype)
    y[:] = np.nan
    loops(x, y)
    assert (y == 2 * x).all()
    assert max(key[0].lanes for key in loops._kernels) == 4 * 64 // np.dtype(dtype).itemsize


@pytest.mark.parametrize("shape", [(1, 48), (7, 64), (600, 40), (33, 17), (5000, 16)])
def test_rows_are_shared_and_all_computed(shape):
    x, s = np.random.default_rng(0).integers(-9, 9, shape).astype(np.float32), np.full(shape[0], np.nan, np.float32)
    for serial in (False, True):
        row_sums(x, 4, s, serial=serial)
        assert (s == x.sum(1)).all()


def test_a_kept_launch_writes_to_the_arrays_of_its_call():
    arrays = [(np.full(32, n, np.float32), np.zeros(32, np.float32)) for n in range(5)]
    for x, y in arrays * 2:
        double(x, y)
    assert [y.tolist() for _, y in arrays] == [[2.0 * n] * 32 for n in range(5)]


def test_without_the_private_interface_the_public_call_does_the_same(monkeypatch):
    def absent(*_):
        raise AttributeError

    monkeypatch.setattr("tensorcalc.execution.blocks.launching.Launcher._prepare", absent)
    loops = blocks.vector_loops(row_sums.__wrapped__)
    x = blocks.empty((8, 32))
    x[:] = np.arange(8)[:, None]
    for _ in range(2):
        s = np.empty(8, np.float32)
        loops(x, 2, s)
        assert s.tolist() == [32.0 * n for n in range(8)]


@pytest.mark.parametrize(
    ("x", "y", "error", "words"),
    [
        (np.zeros(32, np.float32), np.zeros(64, np.float32)[::2], ValueError, "double: y is written to, but its rows"),
        (np.zeros(64, np.float32)[::2], np.zeros(32, np.float32), ValueError, "double: x must be contiguous"),
        (np.zeros(32, np.float32), np.zeros(32), TypeError, "one floating-point type .found: float32, float64"),
        (np.zeros(32, np.int32), np.zeros(32, np.int32), TypeError, "one floating-point type .found: none"),
        (np.zeros(32, ">f4"), np.zeros(32, np.float32), ValueError, "double: x must be contiguous"),
        (np.zeros((8, 4)).T, np.zeros((4, 8)), ValueError, "double: x must be contiguous"),
    ],
)
def test_what_is_refused(x, y, error, words):
    with pytest.raises(error, match=words):
        double(x, y)


def test_a_read_only_output_is_refused_after_the_same_array_was_written():
    x, y = np.ones(32, np.float32), np.zeros(32, np.float32)
    double(x, y)
    y.flags.writeable = False
    with pytest.raises(ValueError, match="double: y is written to, but it is read-only"):
        double(x, y)


def test_literals_are_double_in_double_precision():
    @blocks.vector_loops
    def tenth(y: Written):
        for i in range(chunks(y)):
            store(zero() + 0.1, y, i)

    for dtype in (np.float64, np.float32, np.float64):
        y = np.empty(8, dtype)
        tenth(y)
        assert (y == dtype(0.1)).all()


def test_other_kernels_are_compiled_as_before():
    """The settings of a vector kernel do not outlive its compilation."""
    config = runtime.taichi().lang.impl.current_cfg()
    double(np.ones(48, np.float32), np.ones(48, np.float32), width=Width(16, 4))
    assert config.real_matrix_scalarize
    with pytest.raises(Exception):  # noqa: B017 - whatever the compiler raises, the settings come back
        blocks.vector_loops(_not_compilable)(np.ones(48, np.float32))
    assert config.real_matrix_scalarize and blocks.lanes._Settings.width == Width()


@pytest.mark.parametrize("name", ["exp", "tanh", "abs"])
def test_a_function_that_would_end_the_process_is_refused(name):
    loops = blocks.vector_loops({"exp": _exp, "tanh": _tanh, "abs": _abs}[name])
    x, y = np.ones(32, np.float32), np.empty(32, np.float32)
    instead = re.escape(f"blocks.FUNCTIONS[{name!r}]")
    with pytest.raises(Exception, match=f"ti.{name} of a vector of lanes: take {instead}"):
        loops(x, y)
    x, y = x[:7].copy(), y[:7].copy()  # of single numbers Taichi's own function is fine
    loops(x, y)
    np.testing.assert_allclose(y, getattr(np, name)(x), rtol=1e-6)


def _exp(x: Lanes, y: Written):
    for i in range(chunks(x)):
        store(ti.exp(load(x, i)), y, i)


def _tanh(x: Lanes, y: Written):
    for i in range(chunks(x)):
        store(ti.tanh(load(x, i)), y, i)


def _abs(x: Lanes, y: Written):
    for i in range(chunks(x)):
        store(ti.abs(load(x, i)), y, i)


def test_too_many_elements():
    x = np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (2**31,), (0,))
    with pytest.raises(ValueError, match="double: x has 2,147,483,648 elements"):
        double(x, np.zeros(16, np.float32))


def test_without_taichi_it_says_so(python):
    code = f"import sys\nsys.modules['taichi'] = None\n{DOUBLE}"
    answer = python(code, TENSORCALC_ARCH=None)
    assert answer.stderr.strip().splitlines()[-1] == "TypeError: double: numpy does not compile loops in float32"


def _not_compilable(y: Written):
    for i in range(chunks(y)):
        store(y.no_such_thing, y, i)


def test_denormal_numbers_survive(python):
    code = """
import numpy as np, tensorcalc as tc
from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti
tiny = np.full(1 << 16, 1e-40, np.float32)
tc.use("cpu")
assert (tiny * np.float32(0.5) > 0).all(), "NumPy's"
@kernel
def half(x, y):
    for i in range(x.shape[0]):
        y[i] = 0.5 * x[i]
y = np.empty_like(tiny)
for _ in range(20):
    half(tiny, y)
    assert (y > 0).all(), "ours"
print("kept")
"""
    assert python(code).stdout == "kept\n"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("import taichi as ti\nti.init(arch=ti.cpu, log_level='error')", "started again behind tensorcalc's back"),
        ("import taichi as ti\nti.reset()", "started again behind tensorcalc's back"),
    ],
    ids=["second init", "reset"],
)
def test_a_kept_launch_ends_with_its_program(python, act, words):
    code = f"""
{DOUBLE}
{act}
double(x, y)
"""
    answer = python(code)
    assert answer.returncode == 1, answer
    assert words in answer.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_is_told(python):
    code = f"""
{DOUBLE}
import os, warnings
warnings.simplefilter("ignore")
child = os.fork()
if not child:
    try:
        double(x, y)
    except RuntimeError as error:
        print(error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    assert "this process was forked after Taichi had started" in python(code).stdout


def test_threads_may_call_at_once(python):
    code = f"""
{DOUBLE}
import threading
wrong = []
def work(n):
    x, y = np.full(4096, n, np.float32), np.empty(4096, np.float32)
    for _ in range(200):
        y[:] = -1
        double(x, y)
        wrong.extend(y[y != 2 * n])
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(wrong))
"""
    assert python(code).stdout == "0\n"


INTEGERS = """
import numpy as np
from tensorcalc.execution.kernel import kernel
@kernel
def divide(n: int, d, quotient, remainder, by_n):
    for i in range(d.shape[0]):
        quotient[i] = (i - 2) // d[i]
        remainder[i] = (i - 2) % d[i]
        by_n[i] = i // n
d = np.array([0, 3, 0, -3, 2], np.int32)
for n in (2, 0):
    found = np.empty((3, 5))
    divide(n, d, *found)
    i = np.arange(5)
    with np.errstate(all="ignore"):
        expected = (i - 2) // d, (i - 2) % d, i // np.int64(n)
    assert (found == expected).all(), (found, expected)
print("alive")
"""


def test_an_integer_divided_by_zero_is_zero_as_in_numpy(python):
    assert python(INTEGERS).stdout == "alive\n"


@pytest.mark.parametrize("operator", ["//", "%"])
def test_the_number_zero_as_a_divisor_is_refused(python, operator):
    code = f"""
import numpy as np
from tensorcalc import kernel, ti
@kernel
def divide(x, y):
    for i in range(x.shape[0]):
        y[i] = x[i] {operator} 0
try:
    divide(np.arange(4, dtype=np.int32), np.empty(4, np.int32))
except ti.TaichiCompilationError as error:
    print("divided by the number 0" in str(error))
"""
    assert python(code).stdout == "True\n"


def test_loops_counted_by_a_division_by_zero_are_empty(python):
    code = """
import numpy as np
from tensorcalc.execution import blocks
from tensorcalc.execution.blocks import Lanes, Written, chunks, load, store
@blocks.vector_loops
def some(x: Lanes, n: int, y: Written):
    for i in range(chunks(x) // n):
        store(load(x, i), y, i)
x, y = np.ones(64, np.float32), np.zeros(64, np.float32)
some(x, 0, y)
assert not y.any()
some(x, 1, y)
assert y.all()
print("alive")
"""
    assert python(code).stdout == "alive\n"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_negative_of_a_vector(python, dtype):
    code = f"""
import numpy as np
from tensorcalc.execution import blocks
from tensorcalc.execution.blocks import Lanes, Written, chunks, load, store
@blocks.vector_loops
def negative(x: Lanes, y: Written):
    for i in range(chunks(x)):
        store(-load(x, i) + -1.0, y, i)
@blocks.vector_loops
def zeros(x: Lanes, y: Written):
    for i in range(chunks(x)):
        store(-load(x, i), y, i)
x, y = np.arange(64, dtype="{dtype}"), np.empty(64, "{dtype}")
negative(x, y)
assert (y == -x - 1).all()
zeros(x, y)
assert (y == -x).all() and np.signbit(y[0])
print("alive")
"""
    assert python(code).stdout == "alive\n"


def test_operators_of_other_kernels_are_taichis_own():
    before = runtime.taichi().lang.ops.floordiv, runtime.taichi().lang.ops.neg
    double(np.ones(80, np.float32), np.ones(80, np.float32))
    with pytest.raises(Exception):  # noqa: B017 - whatever the compiler raises, the operators come back
        blocks.vector_loops(_not_compilable)(np.ones(80, np.float32))
    assert (runtime.taichi().lang.ops.floordiv, runtime.taichi().lang.ops.neg) == before
