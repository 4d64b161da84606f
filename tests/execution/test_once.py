"""What Taichi is told once is what it would have found out itself, and nothing of it stays behind."""

import inspect
import re
import types

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import once
from tensorcalc.execution.kernel import kernel

needs_taichi = pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")


def _asked_by_taichi(frame, context):
    """``inspect.getframeinfo(frame, context)``, written in a module of that name."""
    names = {"__name__": "taichi.lang.kernel_impl", "inspect": inspect, "given": (frame, context)}
    return eval("inspect.getframeinfo(*given)", names)


@pytest.mark.parametrize("context", [1, 3])
def test_a_frame_is_described_as_inspect_does(context):
    halted = (one for one in [1])
    next(halted)
    own = _asked_by_taichi(halted.gi_frame, context)
    with once.frames():
        told = _asked_by_taichi(halted.gi_frame, context)
    assert told[:] == own[:]  # file, line, function, the text around it, its place therein
    assert "halted = " in "".join(told.code_context)


@needs_taichi
def test_nothing_stays_behind():
    from taichi.lang import kernel_impl
    from taichi.lang.ast.ast_transformer_utils import ASTTransformerContext

    def names():
        return inspect.getframeinfo, kernel_impl.getsourcelines, ASTTransformerContext.get_pos_info

    before = names()
    with pytest.raises(ZeroDivisionError), once.sources():
        assert all(own is not now for own, now in zip(before, names(), strict=True))
        raise ZeroDivisionError
    assert names() == before


def test_a_name_that_is_missing_is_not_made():
    owner = types.SimpleNamespace()
    with once._remembered(owner, "absent", id), once._remembered(None, "absent", id):
        assert not hasattr(owner, "absent")


@needs_taichi
def test_a_mistake_is_shown_where_it_stands():
    @kernel
    def wrong(x, y):
        for i in range(x.shape[0]):
            y[i] = x[i] + x[i]
            y[i] = missing + x[i]  # noqa: F821

    first = inspect.getsourcelines(wrong.__wrapped__)[1]
    with pytest.raises(Exception, match="missing") as caught:
        wrong(np.zeros(3), np.zeros(3))
    lines = [int(n) for n in re.findall(r'test_once.py", line (\d+), in wrong', str(caught.value))]
    assert lines == [first + 4]
    assert "    y[i] = missing + x[i]" in str(caught.value)


@needs_taichi
def test_every_thread_keeps_denormals_from_its_first_task(python):
    """A small function runs on the calling thread alone; the large one behind it is the first that threads share."""
    code = """
import numpy as np, tensorcalc as tc
double = tc.function("y_i = 2 x_i").compile()
for size in (16, 1 << 20):
    x = np.full(size, np.finfo(np.float32).smallest_subnormal)
    assert np.array_equal(double(x=x), 2 * x), size
"""
    answer = python(code)
    assert answer.returncode == 0, answer.stderr
