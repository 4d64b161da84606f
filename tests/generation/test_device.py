"""On a GPU, which Vulkan in software stands for: the same results, from arrays of this memory or from those there."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime
from tensorcalc.generation import device_text

from .cases import SOURCES, compiled

HEAD = """
import pathlib, sys
sys.path.insert(0, {root!r})
import numpy as np, tensorcalc as tc
from tensorcalc import ti
from tests.generation import cases
from tests.generation.cases import agree, arguments, by_name, compiled, reference

def placed(value):
    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    there = ti.ndarray(ti.f32 if value.dtype == np.float32 else ti.i32, value.shape)
    there.from_numpy(value if value.dtype == np.float32 else value.astype(np.int32))
    return there

def host(found):
    found = found if isinstance(found, dict) else {{f.outputs[0]: found}}
    return {{key: np.asarray(one if isinstance(one, np.generic) else one.to_numpy()) for key, one in found.items()}}

"""
ALL = """
cases.SIZES["wide"] = 150  # more than the threads of a block, and than the rows of a group
count = 0
for size in ("odd", "wide"):
    for name, (_, inputs, looked) in cases.SOURCES.items():
        letters = set("".join([*inputs.values(), *(axes for axes, _ in looked.values())]))
        if size == "wide" and len(letters) > 2:
            continue
        f, given = compiled(name, BACKWARD), arguments(name, np.float32, size, backward=BACKWARD)
        expected = reference(f.function, given)
        there = {key: placed(value) for key, value in given.items()}
        found = [host(f(**there)) for _ in range(2)]
        agree(by_name(f, f(**given)), expected, np.float32)
        agree(found[0], expected, np.float32)
        assert all(np.array_equal(found[0][key], found[1][key]) for key in expected), name
        count += 1
print(tc.backend(), count)
"""
RANDOM = """
import random
from tests.oracle.generate import Style, random_program
from tests.oracle.text import program_text

def error(found, exact):
    return np.linalg.norm(found - exact) / max(np.linalg.norm(exact), 1e-30)

for seed in SEEDS:
    sample = random_program(random.Random(seed), Style(statements=2))
    f = tc.function(program_text(sample.program))
    given = {name: np.array(value, np.float32) for name, value in sample.inputs.items() if name in f.inputs}
    rest = {name: np.array(value) for name, value in sample.constants.items() if name in f.positions}
    rest["sizes"] = sample.sizes
    with np.errstate(all="ignore"):
        exact = by_name(f, f(**{name: value.astype(float) for name, value in given.items()}, **rest))
        single = by_name(f, f(**given, **rest))
    if all(np.isfinite(value).all() for value in (*exact.values(), *single.values())):
        for name, value in by_name(f, f.compile()(**given, **rest)).items():
            assert error(value, exact[name]) <= max(20 * error(single[name], exact[name]), 1e-5), (seed, name)
print("done")
"""
RULES = """
from tensorcalc.layers import layer_norm, mse, sigmoid
x = np.random.default_rng(0).standard_normal((5, 300)).astype(np.float32)
f = sigmoid.compile()
a, b = placed(x[0]), placed(x[1])
y = f(x=a, out=b)
print(y is b, np.allclose(b.to_numpy(), 1/(1 + np.exp(-x[0])), atol=1e-6))
print(f(x=a, out=a) is a, np.allclose(a.to_numpy(), b.to_numpy()))
loss = mse.compile()(x=a, t=b)
print(type(loss).__name__, float(loss))
f = layer_norm.compile()
rest = {"gamma": placed(x[2]), "beta": placed(x[3]), "eps": 1e-5}
x2 = placed(x)
def refused(**given):
    try:
        f(**{"x": x2, **rest, **given})
    except (TypeError, ValueError, tc.NotationError) as error:
        print(type(error).__name__, str(error).splitlines()[0])
refused(gamma=x[2])
refused(gamma=placed(x[2, :7]))
refused(out=x2)
refused(out=placed(x[0]))
refused(gamma=ti.ndarray(ti.f64, 300))
refused(x=ti.ndarray(ti.i8, (5, 300)))
from tensorcalc.kernels import matmul_forward_loops
z, x3 = ti.ndarray(ti.f32, (5, 5)), placed(np.ascontiguousarray(x.T))
matmul_forward_loops(x2, x3, z)
print(np.allclose(z.to_numpy(), x @ x.T, rtol=1e-4, atol=1e-4))
refused(**{name: ti.ndarray(ti.f64, x2.shape if name == "x" else 300) for name in ("x", "gamma", "beta")})
"""


def ran(python, vulkan, code):
    import pathlib

    answer = python(HEAD.format(root=str(pathlib.Path(__file__).parents[2])) + code, **vulkan)
    assert not answer.returncode, answer.stderr[-2000:]
    return answer.stdout.splitlines()


@pytest.mark.parametrize("backward", [False, True])
def test_every_function_on_a_device(python, vulkan, backward):
    """From both kinds of arrays, and from those there twice with the same bits."""
    (line,) = ran(python, vulkan, ALL.replace("BACKWARD", str(backward)))
    backend, count = line.split()
    assert backend == "vulkan"
    assert int(count) > len(SOURCES)


def test_random_programs(python, vulkan):
    """The first four seeds once added a row's share once for every thread."""
    code = RANDOM.replace("SEEDS", str([74, 94, 101, 114, *range(20)]))
    assert ran(python, vulkan, code) == ["done"]


def test_arrays_stay_there_and_what_does_not_fit_is_refused(python, vulkan):
    lines = ran(python, vulkan, RULES)
    assert lines.pop(-2) == "True"  # loops that are written by hand take such arrays too
    assert lines[:3] == ["True True", "True True", "float32 0.0"]
    expected = [
        "TypeError gamma is an array of this computer's memory, x lives on the device",
        "NotationError",
        "ValueError out for y is read, or written twice",
        "NotationError",
        "TypeError arrays on a device are not converted: x is float32, gamma is float64, beta is float32",
        "TypeError x holds i8",
        "TypeError vulkan does not compute in float64",
    ]
    assert len(lines) == 3 + len(expected)
    for line, beginning in zip(lines[3:], expected, strict=True):
        assert line.startswith(beginning)


@pytest.mark.skipif(runtime.backend() != "cpu", reason="there are no arrays of Taichi's to refuse")
def test_without_a_device_such_arrays_are_refused():
    with pytest.raises(TypeError, match=r"x lives on a device, and kernels run on cpu: pass x\.to_numpy\(\)"):
        compiled("gelu")(x=runtime.taichi().ndarray(runtime.taichi().f32, (3, 4)))
    with pytest.raises(TypeError, match="y lives on a device, and kernels run on cpu"):
        tc.kernels.sigmoid_forward_loops(np.ones(3), runtime.taichi().ndarray(runtime.taichi().f64, 3))
    with pytest.raises(TypeError, match="x lives on a device, and kernels run on cpu"):
        tc.kernels.sigmoid_forward(runtime.taichi().ndarray(runtime.taichi().f64, 3))


def test_rows_go_to_blocks_of_threads():
    softmax = compiled("softmax").device_source
    assert "ti.loop_config(block_dim=THREADS)" in softmax
    assert softmax.count("block_sum(shared, thread, ") == softmax.count("block_largest(shared, thread, ") == 1
    norm = compiled("layer norm", backward=True).source_for(np.float32, "device")
    assert "parts = ti.ndarray(ti.f32, (GROUPS, x.shape[1],))" in norm
    assert "np.empty" not in norm
    assert "np.matmul" not in compiled("two layers").device_source  # arrays there are not NumPy's to multiply
    assert "for i in ti.grouped(y):" in tc.layers.sigmoid.compile().device_source
    assert device_text.THREADS & (device_text.THREADS - 1) == 0
