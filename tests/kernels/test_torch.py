"""Every operation against PyTorch's own, values and gradients."""

import numpy as np
import pytest

from .cases import OPERATIONS, SHAPES, arguments, functions

TOLERANCE = {np.float32: 2e-5, np.float64: 1e-12}
# PyTorch refuses H = 0; at H = 1 it returns rounding, magnified by 1/sqrt(eps), for gradients that are zero.
CASES = [(name, shape) for name in OPERATIONS for shape in SHAPES[name] if shape not in ((3, 0), (4, 1))]


def same_in_torch(torch, name, given):
    if name == "layer_norm":
        x, gamma, beta = given
        return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta)
    return getattr(torch, name)(*given)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_agrees(torch, name, shape, dtype):
    given = arguments(name, shape, dtype)
    forward, backward = functions(name)
    y, cache = forward(*given)
    dy = np.asarray(np.random.default_rng(2).standard_normal(y.shape), dtype)
    ours = backward(dy, cache)

    leaves = [torch.tensor(x, requires_grad=True) for x in given]
    theirs = same_in_torch(torch, name, leaves)
    theirs.backward(torch.tensor(dy))
    pairs = [
        (y, theirs.detach()),
        *zip(ours if isinstance(ours, tuple) else (ours,), [x.grad for x in leaves], strict=True),
    ]
    for mine, other in pairs:
        scale = np.abs(mine).max(initial=1)
        assert np.allclose(mine, other.numpy(), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)


def test_nan_through_relu(torch):
    x, dy = np.array([1.0, np.nan, -1.0, 0.0, np.inf]), np.array([2.0, 3.0, 4.0, 5.0, 6.0])
    forward, backward = functions("relu")
    y, cache = forward(x)
    leaf = torch.tensor(x, requires_grad=True)
    theirs = torch.relu(leaf)
    theirs.backward(torch.tensor(dy))
    assert np.array_equal(y, theirs.detach().numpy(), equal_nan=True)
    assert np.array_equal(backward(dy, cache), leaf.grad.numpy(), equal_nan=True)
