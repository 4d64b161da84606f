"""Convolutions with stride, dilation and padding: gradients against difference quotients and PyTorch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tensorcalc as tc

STEPS = list(itertools.product((1, 2, 3), (1, 2, 3), (0, 1, 2)))  # stride, dilation, padding


def affine(position: str, tap: str, stride: int, dilation: int, padding: int) -> str:
    terms = [f"{n if n > 1 else ''}{letter}" for n, letter in ((stride, position), (dilation, tap))]
    return "+".join(terms) + (f"-{padding}" if padding else "")


def count(length: int, taps: int, stride: int, dilation: int, padding: int) -> int:
    return (length + 2 * padding - dilation * (taps - 1) - 1) // stride + 1


@pytest.mark.parametrize(("stride", "dilation", "padding"), STEPS)
def test_one_dimension(stride, dilation, padding):
    text = f"y_i = w_m x_{{{affine('i', 'm', stride, dilation, padding)},}}"
    f = tc.function(text, ranges={"i": count(11, 3, stride, dilation, padding)})
    rng = np.random.default_rng(0)
    tc.gradcheck(f, {"w": rng.normal(size=3), "x": rng.normal(size=11)}).assert_ok()


@pytest.mark.parametrize(("stride", "dilation", "padding"), STEPS)
def test_one_dimension_in_torch(torch, stride, dilation, padding):
    """With samples and channels, values as well as gradients."""
    text = f"y_nop = w_ocm x_{{n,c,{affine('p', 'm', stride, dilation, padding)}}}"
    f = tc.function(text, ranges={"p": count(13, 3, stride, dilation, padding)})
    rng = np.random.default_rng(1)
    w, x = rng.normal(size=(4, 2, 3)), rng.normal(size=(3, 2, 13))
    taped = [torch.tensor(one, requires_grad=True) for one in (w, x)]
    y = torch.nn.functional.conv1d(taped[1], taped[0], stride=stride, padding=padding, dilation=dilation)
    assert_same(f, {"w": w, "x": x}, y, taped)


@pytest.mark.parametrize(
    ("strides", "dilations", "paddings"),
    [((1, 1), (1, 1), (0, 0)), ((2, 1), (1, 2), (1, 0)), ((1, 3), (2, 1), (2, 1)), ((3, 2), (2, 3), (1, 2))],
)
def test_two_dimensions_in_torch(torch, strides, dilations, paddings):
    rows = affine("p", "r", strides[0], dilations[0], paddings[0])
    columns = affine("q", "s", strides[1], dilations[1], paddings[1])
    lengths = [count(n, k, *steps) for n, k, *steps in zip((9, 11), (2, 3), strides, dilations, paddings, strict=True)]
    text = f"y_nopq = w_ocrs x_{{n,c,{rows},{columns}}} + 1_npq b_o"
    f = tc.function(text, ranges=dict(zip("pq", lengths, strict=True)))
    rng = np.random.default_rng(2)
    given = {"w": rng.normal(size=(3, 2, 2, 3)), "x": rng.normal(size=(2, 2, 9, 11)), "b": rng.normal(size=3)}
    w, x, b = taped = [torch.tensor(one, requires_grad=True) for one in given.values()]
    y = torch.nn.functional.conv2d(x, w, b, stride=strides, padding=paddings, dilation=dilations)
    assert_same(f, given, y, taped)
    tc.gradcheck(f, given).assert_ok()


def assert_same(f, given, y, taped):
    """Values and gradients are PyTorch's."""
    np.testing.assert_allclose(f(**given), y.detach().numpy(), rtol=1e-12, atol=1e-12)
    dl_dy = np.random.default_rng(3).normal(size=y.shape)
    y.backward(y.new_tensor(dl_dy))
    gradients = f.backward()(**given, dl_dy=dl_dy)
    for name, leaf in zip(given, taped, strict=True):
        np.testing.assert_allclose(gradients[f"dl_d{name}"], leaf.grad.numpy(), rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("text", "name", "gradient"),
    [
        ("y_i = w_m x_{i+m}", "w", "dl_dy_i x_{i+p}"),
        ("y_i = w_m x_{i+m}", "x", "dl_dy_i w_{p-i}"),
        ("y_i = w_m x_{2i+3m-1,}", "w", "dl_dy_i x_{2i+3p-1}"),
        ("y_i = w_m x_{2i+3m-1,}", "x", "dl_dy_i w_m delta_{p,2i+3m-1}"),
    ],
)
def test_derived_text(text, name, gradient):
    """A step of 1 is solved for; otherwise the delta stays: which outputs a component reaches is not one formula."""
    assert str(tc.function(text).vjp(name, "p").result).partition(" = ")[2] == gradient


def test_a_definition_that_cannot_be_read_at_a_position():
    f = tc.function("y_bi = z_{2i,} a_bi\nw = y_{b,T} v_b")
    rng = np.random.default_rng(4)
    given = {"z": rng.normal(size=7), "a": rng.normal(size=(3, 4)), "v": rng.normal(size=3), "T": 2}
    tc.gradcheck(f, given).assert_ok()
