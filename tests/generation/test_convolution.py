"""Convolution and both of its gradients against PyTorch: stride, padding, dilation and groups."""

import random
from itertools import product

import numpy as np
import pytest

import tensorcalc as tc
from tests.fuzz.budget import FULL

EVERY = list(product((1, 2, 3), (0, 1, 2), (1, 2), (1, 2), (1, 3)))  # stride, padding, dilation, groups, kernel
CONFIGURATIONS = random.Random(0).sample([one for one in EVERY if one[4] > 1 or one[2] == 1], 40)


def affine(stride: int, letter: str, dilation: int, other: str, padding: int) -> str:
    first, second = ("" if n == 1 else n for n in (stride, dilation))
    return f"{first}{letter}+{second}{other}" + (f"-{padding}" if padding else "")


def convolution(stride: int, padding: int, dilation: int) -> tc.Function:
    """The formula, with the channels of each group on an axis of their own."""
    rows, columns = affine(stride, "p", dilation, "i", padding), affine(stride, "q", dilation, "j", padding)
    return tc.function(f"y_{{n,g,o,p,q}} = x_{{n,g,c,{rows},{columns}}} w_{{g,o,c,i,j}}")


@pytest.mark.parametrize("which", CONFIGURATIONS if FULL else CONFIGURATIONS[:4], ids=str)
def test_convolution(torch, which):
    stride, padding, dilation, groups, kernel = which
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 2 * groups, 7, 8)), rng.normal(size=(3 * groups, 2, kernel, kernel))
    leaves = [torch.tensor(one, requires_grad=True) for one in (x, w)]
    theirs = torch.nn.functional.conv2d(*leaves, None, stride, padding, dilation, groups)
    dl_dy = rng.normal(size=theirs.shape)
    theirs.backward(torch.tensor(dl_dy))

    f = convolution(stride, padding, dilation)
    given = {"x": x.reshape(2, groups, 2, 7, 8), "w": w.reshape(groups, 3, 2, kernel, kernel)}
    upstream = dl_dy.reshape(2, groups, 3, *dl_dy.shape[2:])
    y = f.compile()(**given, sizes={"P": upstream.shape[3], "Q": upstream.shape[4]})
    gradients = f.backward().compile()(**given, dl_dy=upstream)
    for mine, other in (
        (y, theirs.detach()),
        (gradients["dl_dx"], leaves[0].grad),
        (gradients["dl_dw"], leaves[1].grad),
    ):
        assert np.allclose(mine.ravel(), other.numpy().ravel(), rtol=1e-10, atol=1e-10)
