"""Arrays that live on a GPU, which Vulkan in software stands for: the same results, and they stay there."""

import pathlib

import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime

HEAD = """
import sys
sys.path.insert(0, {root!r})
import numpy as np, tensorcalc as tc
from tensorcalc import kernels, ti
from tensorcalc.execution.device import resident
from tests.kernels.layer_cases import CASES, upstream

def there(value):
    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    real = value.dtype.kind == "f"
    array = ti.ndarray(ti.f32 if real else ti.i32, value.shape)
    array.from_numpy(value.astype(np.float32 if real else np.int32))
    return array

def host(value):
    return value.to_numpy() if resident(value) else np.asarray(value)

def close(a, b, tolerance):
    a, b = host(a), host(b)
    return a.shape == b.shape and np.allclose(a, b, rtol=tolerance, atol=tolerance * np.abs(b).max(initial=1))

def listed(found):
    return found if isinstance(found, tuple) else (found,)

def refused(call):
    try:
        call()
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
    else:
        print("nothing")

random = np.random.default_rng(0).standard_normal
x = random((3, 7)).astype(np.float32)
"""
LAYERS = """
names = []
for case in CASES:
    if case.tag in ("axis", "channels-last"):
        continue
    given, options = case.arguments(np.float32), {key: there(value) for key, value in case.options.items()}
    forward = getattr(kernels, case.name + "_forward")
    y, cache = case.forward(*given)
    dy = upstream(y)
    expected = listed(case.backward(dy, cache))
    places = [there(one) for one in given]
    found, again = [forward(*places, **options) for _ in range(2)]
    gradients = [listed(case.backward(there(dy), one[1])) for one in (found, again)]
    assert close(found[0], y, 2e-6), case
    assert all(close(a, b, 2e-5) for a, b in zip(gradients[0], expected)), case
    for a, b in zip((found[0], *gradients[0]), (again[0], *gradients[1])):
        assert resident(a) or not np.ndim(y), case
        assert np.array_equal(host(a), host(b)), case
    names.append(case.name)
print(tc.backend(), len(set(names)))
"""
PLACES = """
a, b, weights, bias = there(x), there(x), there(random((4, 7)).astype(np.float32)), there(np.ones(4, np.float32))
y, cache = kernels.softmax_forward(a, out=b)
print(y is b, cache.y is b, np.allclose(host(b).sum(1), 1))
y, cache = kernels.linear_forward(a, weights, bias)
print(cache.x is a, cache.a is weights)
dy = there(np.ones((3, 4), np.float32))
first = kernels.linear_backward(dy, cache)
out = [there(np.full(one.shape, 2, np.float32)) for one in first]
second = kernels.linear_backward(dy, cache, out=tuple(out), accumulate=True)
print(all(one is two for one, two in zip(second, out)))
print(all(close(host(one) - 2, two, 1e-5) for one, two in zip(out, first)))
matrix, onto = there(np.array([[0, 2], [4, 1]], np.float32)), there(np.zeros((2, 2), np.float32))
y, cache = kernels.inverse_forward(matrix, out=onto)
print(y is onto, close(y, np.linalg.inv(host(matrix)), 1e-6))
y, cache = kernels.einsum_forward("ij,ij,j->", a, there(x), there(x[0]))
print(close(y, np.einsum("ij,ij,j->", x, x, x[0]), 1e-5))
print(close(kernels.einsum_backward(1.0, cache)[2], (x * x).sum(0), 1e-5))
square = there(x)
kernels.relu_forward(square, out=square)
print(np.array_equal(host(square), np.maximum(x, 0)))
mean, var = np.zeros(7, np.float32), np.ones(7, np.float32)
averages, ones = [there(mean), there(var)], np.ones(7, np.float32)
kernels.batch_norm_forward(a, there(ones), there(ones), running_mean=averages[0], running_var=averages[1])
kernels.batch_norm_forward(x, ones, ones, running_mean=mean, running_var=var)
print(close(averages[0], mean, 1e-6), close(averages[1], var, 1e-6))
for name, count in {"sgd": 0, "momentum": 1, "rmsprop": 1, "adam": 2, "adamw": 2}.items():
    for shape in ((21,), (3, 7)):
        options = {"lr": 0.1} | ({"step": 1} if name.startswith("adam") else {})
        state = [random(shape).astype(np.float32), *(np.ones(shape, np.float32) for _ in range(count))]
        g, moved = x.reshape(shape), [there(one) for one in state]
        getattr(kernels, name)(moved[0], there(g), *moved[1:], **options)
        getattr(kernels, name)(state[0], g, *state[1:], **options)
        assert all(close(one, two, 1e-6) for one, two in zip(moved, state)), (name, shape)
print("steps")
"""
REFUSALS = """
a = there(x)
refused(lambda: kernels.layer_norm_forward(a, np.ones(7, np.float32), there(x[0])))
refused(lambda: kernels.relu_backward(x, kernels.relu_forward(a)[1]))
refused(lambda: kernels.relu_backward(a, kernels.relu_forward(x)[1]))
refused(lambda: kernels.layer_norm_forward(a, there(x[0]), there(x[0, :3])))
refused(lambda: kernels.softmax_forward(a, axis=0))
refused(lambda: kernels.softmax_forward(a, out=there(x[:2])))
refused(lambda: kernels.softmax_forward(ti.ndarray(ti.f64, (3, 7))))
refused(lambda: kernels.softmax_forward(ti.ndarray(ti.i32, (3, 7))))
refused(lambda: kernels.cross_entropy_forward(a, there(np.array([0, 9, 1]))))
refused(lambda: kernels.inverse_forward(there(np.stack([np.eye(2), np.ones((2, 2))]))))
refused(lambda: kernels.einsum_forward("ij,ij->", a, x))
refused(lambda: kernels.matmul_blocked(a, a))
refused(lambda: kernels.sgd(a, there(x[:2]), lr=0.1))
sys.modules["tensorcalc.execution.kernel"].LARGEST = 20
refused(lambda: kernels.relu_forward(a))
"""
MESSAGES = [
    "TypeError gamma is an array of this computer's memory, x lives on the device: copy gamma there once",
    "TypeError dy is an array of this computer's memory, y lives on the device",
    "TypeError y is an array of this computer's memory, dy lives on the device",
    "ValueError layer norm needs x of shape (..., H)",
    "TypeError the axes of an array on a device stay in their order",
    "ValueError out is float32 (2, 7); the result is float32 (3, 7)",
    "TypeError vulkan does not compute in float64: copy float32 arrays",
    "TypeError x is int32, and arrays on a device are not converted",
    "ValueError t[1] is 9, outside 0 … 6",
    "ValueError matrix 1 of 2 is singular: it has no inverse",
    "TypeError operands[1] is an array of this computer's memory, operands[0] lives on the device",
    "TypeError x lives on a device, where this function does not compute: copy it by x.to_numpy()",
    "ValueError g has shape (2, 7); p has shape (3, 7)",
    "ValueError kernel moved_loops(x, add, y): x has 21 elements, more than Taichi counts",
]


def ran(python, vulkan, code):
    answer = python(HEAD.format(root=str(pathlib.Path(__file__).parents[2])) + code, **vulkan)
    assert not answer.returncode, answer.stderr[-2000:]
    return answer.stdout.splitlines()


def test_every_layer(python, vulkan):
    """The results of arrays in this computer's memory, and the same bits twice."""
    assert ran(python, vulkan, LAYERS) == ["vulkan 25"]


def test_what_is_written_where(python, vulkan):
    """Results go to the caller's arrays, caches keep the arguments, optimizers change their arrays in place."""
    *seen, last = ran(python, vulkan, PLACES)
    assert len(seen) == 9
    assert set(" ".join(seen).split()) == {"True"}
    assert last == "steps"


def test_what_does_not_fit_is_refused(python, vulkan):
    lines = ran(python, vulkan, REFUSALS)
    assert len(lines) == len(MESSAGES)
    for line, beginning in zip(lines, MESSAGES, strict=True):
        assert line.startswith(beginning)


@pytest.mark.skipif(runtime.backend() != "cpu", reason="there are no arrays of Taichi's to refuse")
def test_without_a_device_such_arrays_are_refused():
    array = runtime.taichi().ndarray(runtime.taichi().f32, (2, 2))
    for call in (tc.kernels.softmax_forward, tc.kernels.inverse_forward):
        with pytest.raises(TypeError, match="lives on a device, and kernels run on cpu"):
            call(array)
