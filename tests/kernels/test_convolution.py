"""Convolutions in blocks of vectors against the definition, and against products of matrices for the gradients."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.kernels import convolution as large

from .layer_cases import convolution

blocks = pytest.importorskip("tensorcalc.kernels.convolution_blocks")
pytestmark = pytest.mark.skipif(tc.backend() != "cpu", reason="the loops are for the CPU")

# samples, channels of x and of y in a group, height, width, taps, stride, padding, dilation, groups
CASES = [
    (7, 4, 16, 9, 13, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    (7, 4, 16, 9, 13, (3, 3), (1, 1), (1, 1), (1, 1), 2),
    (5, 5, 5, 11, 17, (2, 3), (1, 1), (0, 2), (1, 1), 1),
    (6, 4, 20, 12, 12, (3, 2), (2, 1), (1, 1), (1, 1), 1),
    (6, 4, 17, 12, 15, (3, 2), (1, 2), (1, 0), (2, 1), 1),
    (9, 4, 7, 8, 11, (2, 2), (1, 1), (3, 4), (1, 3), 3),
    (8, 6, 4, 7, 7, (7, 3), (1, 1), (3, 1), (1, 1), 1),
    (5, 4, 4, 13, 4, (5, 5), (1, 1), (2, 2), (1, 1), 1),
    (6, 8, 8, 1, 523, (1, 5), (1, 1), (0, 2), (1, 2), 1),
    (6, 8, 8, 1, 523, (1, 4), (1, 3), (0, 1), (1, 1), 1),
    (4, 4, 16, 5, 61, (3, 3), (1, 1), (1, 1), (1, 1), 1),  # from here on rows are copied by vectors
    (4, 4, 16, 5, 61, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    (4, 4, 9, 6, 70, (3, 2), (1, 2), (1, 3), (2, 1), 2),
    (4, 4, 9, 6, 70, (3, 2), (1, 2), (1, 3), (2, 1), 2),
    (3, 4, 5, 4, 50, (1, 3), (1, 1), (0, 19), (1, 2), 1),
    (3, 4, 5, 4, 50, (1, 3), (1, 1), (0, 19), (1, 2), 1),
]


def arrays(case, dtype):
    samples, c, k, height, width, taps, *steps, groups = case
    random = np.random.default_rng(0).standard_normal
    x, w = random((samples, groups * c, height, width)), random((groups * k, c, *taps))
    bias = random(groups * k)
    y = convolution(x, w, bias, *steps, groups)
    dy = random(y.shape)
    return [one.astype(dtype) for one in (x, w, bias, y, dy)], (*steps, groups)


def close(found, expected):
    assert np.isfinite(found).all()
    tolerance = 1e-12 if found.dtype == np.float64 else 5e-6
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max() * 10


@pytest.mark.parametrize("number", range(len(CASES)))
def test_against_the_definition(number):
    case, dtype = CASES[number], (np.float32, np.float64)[number % 2]
    (x, w, bias, y, dy), steps = arrays(case, np.float64)
    inputs = [one.astype(dtype) for one in (x, w, bias, dy)]
    found = np.full(y.shape, np.nan, dtype)
    blocks.forward_blocks(*inputs[:3], *steps, found)
    close(found, y)
    x, w, _, dy = inputs
    exact = [one.astype(np.float64) for one in (dy, x, w)]
    if steps[0] == (1, 1):
        dx = np.full(x.shape, np.nan, dtype)
        blocks.dx_blocks(dy, w, *steps[1:], dx)
        close(dx, large.conv_dx_numpy(*exact, *steps))
    dw, dbias = np.full(w.shape, np.nan, dtype), np.full(len(w), np.nan, dtype)
    assert blocks.dweights_blocks(dy, x, w, *steps, dw, dbias, fewest=1)
    for one, expected in zip((dw, dbias), large.conv_dweights_numpy(*exact, *steps), strict=True):
        close(one, expected)


def test_arrays_as_they_lie_and_where_they_go():
    (x, w, bias, y, _), steps = arrays((5, 4, 16, 24, 24, (3, 3), (1, 1), (1, 1), (1, 1), 1), np.float64)
    spread = np.zeros((*x.shape[:3], 2 * x.shape[3]))[..., ::2]
    spread[...] = x
    out = np.empty(y.shape)
    assert tc.kernels.conv2d_forward(spread, np.asfortranarray(w), bias, *steps[:3], out=out)[0] is out
    close(out, y)


def test_who_computes(monkeypatch):
    """Blocks where vectors are full, matrices elsewhere, with one result."""
    called = []
    for name in ("forward_blocks", "dx_blocks", "dweights_blocks"):
        whole = getattr(blocks, name)
        monkeypatch.setattr(blocks, name, lambda *given, name=name, whole=whole: called.append(name) or whole(*given))
    random = np.random.default_rng(0).standard_normal
    for c, k, stride, expected in [
        (8, 8, 1, ["forward_blocks", "dx_blocks", "dweights_blocks"]),
        (8, 8, 2, ["forward_blocks", "dweights_blocks"]),
        (3, 32, 1, ["forward_blocks", "dweights_blocks"]),
        (64, 2, 1, ["dx_blocks"]),
    ]:
        called.clear()
        y, cache = tc.kernels.conv2d_forward(random((8, c, 31, 31)), random((k, c, 3, 3)), stride=stride)
        gradients = tc.kernels.conv2d_backward(random(y.shape), cache)
        assert called == expected
        assert [one.shape for one in gradients] == [(8, c, 31, 31), (k, c, 3, 3)]


def test_no_number_where_none_belongs():
    """NaN and infinity reach what sees them, and nothing else."""
    random = np.random.default_rng(0).standard_normal
    x, w = random((4, 4, 20, 20)), random((16, 4, 3, 3))
    x[1, 2, 7, 8], x[3, 0, 0, 0] = np.nan, np.inf
    y = np.empty((4, 16, 20, 20))
    blocks.forward_blocks(x, w, np.zeros(16), (1, 1), (1, 1), (1, 1), 1, y)
    seen = np.zeros((4, 20, 20), bool)
    seen[1, 6:9, 7:10] = seen[3, :2, :2] = True
    assert np.array_equal(~np.isfinite(y), np.broadcast_to(seen[:, None], y.shape))


THREADS = """
import hashlib, numpy as np, tensorcalc as tc
random, digest = np.random.default_rng(0), hashlib.sha256()
x, w = (random.standard_normal(shape).astype(np.float32) for shape in ((9, 8, 37, 41), (24, 8, 3, 3)))
y, cache = tc.kernels.conv2d_forward(x, w, np.ones(24, np.float32), padding=1)
for result in (y, *tc.kernels.conv2d_backward(y, cache)):
    digest.update(result.tobytes())
print(digest.hexdigest())
"""


def test_any_number_of_threads(python):
    digests = {python(THREADS, TI_CPU_MAX_NUM_THREADS=str(n), TENSORCALC_ARCH="cpu").stdout for n in (1, 2, 7)}
    assert len(digests) == 1
    assert len(digests.pop()) == 65


@pytest.mark.parametrize(
    "case",
    [(16, 16, 32, 28, 28, (3, 3), (1, 1), (1, 1), (1, 1), 1), (8, 4, 8, 31, 23, (3, 5), (2, 1), (2, 3), (1, 2), 4)],
    ids=str,
)
def test_against_pytorch(torch, case):
    (x, w, bias, _, dy), steps = arrays(case, np.float64)
    leaves = [torch.tensor(one, requires_grad=True) for one in (x, w, bias)]
    theirs = torch.nn.functional.conv2d(*leaves, *steps)
    theirs.backward(torch.tensor(dy))
    y, cache = tc.kernels.conv2d_forward(x, w, bias, *steps)
    close(y, theirs.detach().numpy())
    for mine, leaf in zip(tc.kernels.conv2d_backward(dy, cache), leaves, strict=True):
        close(mine, leaf.grad.numpy())
