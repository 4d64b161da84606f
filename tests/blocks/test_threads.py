"""Small work stays on the calling thread: another one takes its time to wake."""

import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime
from tensorcalc.execution.blocks import (
    FUNCTIONS,
    Lanes,
    Written,
    chunks,
    elementwise_loops,
    empty,
    load,
    parallel,
    store,
    vector_loops,
)

pytestmark = pytest.mark.skipif(tc.backend() != "cpu", reason="GPUs share their work in another way")
exp, relu = FUNCTIONS["exp"], FUNCTIONS["relu"]
MIB = 1 << 20


def plain(x: Lanes, y: Written):
    parallel()
    for i in range(chunks(x)):
        store(2.0 * relu(load(x, i)), y, i)


def long(x: Lanes, y: Written):
    parallel()
    for i in range(chunks(x)):
        store(exp(load(x, i)), y, i)


@pytest.mark.parametrize(
    ("make", "loops", "threads", "below"),
    [
        (elementwise_loops, plain, 2, 4 * MIB),
        (elementwise_loops, long, 2, 2 * MIB),
        (vector_loops, plain, 2, MIB),
        (elementwise_loops, plain, 9, 9 * MIB // 4),  # a share of the work is sooner done among more
        (vector_loops, plain, 1, None),
    ],
)
def test_what_is_shared(make, loops, threads, below, monkeypatch):
    monkeypatch.setattr(runtime.taichi().lang.impl.current_cfg(), "cpu_max_num_threads", threads)
    for nbytes in (below or 8 * MIB) - 512, (below or 8 * MIB):
        made, x, y = make(loops), empty(nbytes // 8 // 64 * 64), empty(nbytes // 8 // 64 * 64)
        x[:] = 0.5
        made(x, y)
        assert (y == y[0]).all()
        ((width, *_),) = made._kernels
        assert width.serial == (below is None or nbytes < below)
