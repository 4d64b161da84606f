"""Functions as operations of PyTorch: its own results, gradients and checks."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.generation.torch_function import worth_saving

from .cases import CROSS_ENTROPY, LAYER_NORM, TWO_LAYERS


def test_layer_norm(torch):
    operation = tc.function(LAYER_NORM).to_torch()
    x, gamma, beta = (torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in ((5, 7), (7,), (7,)))
    dl_dy = torch.randn(5, 7, dtype=torch.float64)
    ours = torch.autograd.grad(operation.apply(x, 1e-5, gamma, beta), (x, gamma, beta), dl_dy)
    theirs = torch.autograd.grad(torch.nn.functional.layer_norm(x, (7,), gamma, beta, 1e-5), (x, gamma, beta), dl_dy)
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, other, rtol=1e-10)


def test_cross_entropy_with_strides(torch):
    operation = tc.function(CROSS_ENTROPY).to_torch()
    x = torch.randn(9, 6, dtype=torch.float64).T.requires_grad_()
    target = torch.randint(0, 9, (6,))
    operation.apply(x, target).backward()
    mine, x.grad = x.grad, None
    torch.nn.functional.cross_entropy(x, target).backward()
    assert torch.allclose(mine, x.grad, rtol=1e-10)


def test_gradcheck(torch):
    operation = tc.function("y_bi = sigmoid(x_bj a_ji) w_i").to_torch()
    given = [torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in ((3, 4), (4, 2), (2,))]
    assert torch.autograd.gradcheck(operation.apply, given)


def test_several_outputs_of_which_one_is_used(torch):
    operation = tc.function("m_b = 1/H 1_h x_bh\ny_bh = x_bh - 1_h m_b", outputs=("y", "m")).to_torch()
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    y, m = operation.apply(x)
    assert torch.allclose(y, x - x.mean(1, keepdim=True))
    m.sum().backward()
    assert torch.allclose(x.grad, torch.full((3, 4), 0.25, dtype=torch.float64))


def test_the_memory_of_tensors_is_read_as_it_lies(torch, monkeypatch):
    operation = tc.function("y_i = 2 x_i").to_torch()
    x = torch.ones(1000, dtype=torch.float64)
    seen = []
    call = tc.CompiledFunction.__call__
    monkeypatch.setattr(tc.CompiledFunction, "__call__", lambda f, **given: seen.append(given["x"]) or call(f, **given))
    operation.apply(x)
    assert seen[0].__array_interface__["data"][0] == x.data_ptr()


def test_other_devices(torch):
    operation = tc.function("y_i = 2 x_i").to_torch()
    with pytest.raises(ValueError, match=r"x is on meta: the kernels compute on CPU tensors"):
        operation.apply(torch.ones(3, device="meta"))
    with pytest.raises(tc.NotationError, match="2 values are given for x"):
        operation.apply(torch.ones(3), 1)


def test_what_is_saved():
    assert worth_saving(tc.function(LAYER_NORM)) == ("m", "v")
    assert worth_saving(tc.function(CROSS_ENTROPY)) == ()
    assert worth_saving(tc.function(TWO_LAYERS)) == ("a", "z")  # products; the softmax is computed again


def test_without_pytorch(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(RuntimeError, match="needs PyTorch"):
        tc.function("y_i = 2 x_i").to_torch()
    assert np.array_equal(tc.function("y_i = 2 x_i")(x=np.ones(2)), [2, 2])
