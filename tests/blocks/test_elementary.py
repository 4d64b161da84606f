"""Elementary functions over lanes, against float64 and longer, over the whole range of their arguments."""

import math

import numpy as np
import pytest

from tensorcalc.execution import blocks, runtime
from tensorcalc.execution.blocks import Lanes, Width, Written, chunks, load, parallel, store

pytestmark = pytest.mark.skipif(runtime.backend() != "cpu", reason="vectors of lanes are code for the CPU")

FUNCTIONS = {name: f for name, f in blocks.FUNCTIONS.items() if name not in ("silu", "gelu", "erf'", "decay")}
WIDTHS = {np.float32: [Width(16, 16), Width(16, 4), Width(4, 4), Width(1, 1)], np.float64: [Width(8, 8), Width(1, 1)]}
EPS_ALLOWED = 2.0  # relative error in units of eps; 0.5 would be the rounding alone
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, -0.5, 2.0, 88.8, -103.5, 709.9, -745.2, 3.99, 5.9]


def sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


REFERENCES = {
    "abs": np.abs, "cos": np.cos, "cosh": np.cosh, "erf": np.vectorize(math.erf), "exp": np.exp, "expm1": np.expm1,
    "log": np.log, "log1p": np.log1p, "relu": lambda x: np.maximum(x, 0), "sigmoid": sigmoid, "sign": np.sign,
    "sin": np.sin, "sinh": np.sinh, "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "sqrt": np.sqrt, "step": lambda x: (x > 0).astype(x.dtype), "tan": np.tan, "tanh": np.tanh,
    "erf'": lambda x: 2 / math.sqrt(math.pi) * np.exp(-x * x), "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / np.sqrt(2))),
}  # fmt: skip


def each(name):
    f = blocks.FUNCTIONS[name]

    @blocks.vector_loops
    def loops(x: Lanes, y: Written):
        parallel()
        for i in range(chunks(x)):
            store(f(load(x, i)), y, i)

    return loops


LOOPS = {name: each(name) for name in blocks.FUNCTIONS}


def arguments(dtype, count=4096):
    """Numbers of every magnitude, denormal ones among them, and those around which something changes."""
    random, info = np.random.default_rng(0), np.finfo(dtype)
    lowest, highest = int(np.log2(float(info.smallest_subnormal))), info.maxexp
    spread = np.exp2(random.uniform(lowest, highest - 0.01, count // 2)) * random.choice([-1, 1], count // 2)
    near = np.concatenate([random.uniform(-110, 110, count // 4), random.normal(0, 2, count // 4 - len(SPECIAL))])
    x = blocks.empty(count, dtype)
    x[:] = np.concatenate([spread, near, SPECIAL])
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
@np.errstate(all="ignore")
def test_accuracy_over_the_whole_range(name, dtype):
    x, info = arguments(dtype), np.finfo(dtype)
    y = blocks.empty(x.shape, dtype)
    LOOPS[name](x, y)
    exact = REFERENCES[name](x.astype(np.float64 if dtype == np.float32 or name == "erf" else np.longdouble))
    rounded = exact.astype(dtype)
    special = ~np.isfinite(rounded)
    np.testing.assert_array_equal(y[special], rounded[special])
    error = np.abs(y[~special] - exact[~special])
    # a denormal result has an absolute spacing; elsewhere the spacing is relative
    unit = np.maximum(np.abs(exact[~special]) * info.eps, float(info.smallest_subnormal))
    assert np.max(error / unit) <= EPS_ALLOWED, x[~special][np.argmax(error / unit)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@np.errstate(all="ignore")
def test_decay_is_exp_for_all_that_is_not_positive(dtype):
    a = np.abs(arguments(dtype))
    y, z = blocks.empty(a.shape, dtype), blocks.empty(a.shape, dtype)
    LOOPS["decay"](a, y)
    LOOPS["exp"](-a, z)
    np.testing.assert_array_equal(y, z)


@pytest.mark.parametrize("name", ["silu", "gelu", "erf'"])
@np.errstate(all="ignore")
def test_products_agree_to_rounding(name):
    x = arguments(np.float32)
    y = blocks.empty(x.shape)
    LOOPS[name](x, y)
    exact = REFERENCES[name](x.astype(np.float64))
    # x² and the sum 1 + erf are rounded in single precision: an absolute error relative to the argument
    np.testing.assert_allclose(y, exact.astype(np.float32), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
def test_every_width_gives_the_same_bits(name, dtype):
    x = arguments(dtype)
    results = []
    for width in WIDTHS[dtype]:
        y = blocks.empty(x.shape, dtype)
        LOOPS[name](x, y, width=width)
        results.append(y.tobytes())
    assert len(set(results)) == 1
