"""Optimizers against their definitions, against PyTorch's, and in place whatever the strides."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc import kernels

STEPS = 7
OPTIMIZERS = {  # name -> (number of state arrays, arguments, PyTorch's class and arguments)
    "sgd": (0, {"lr": 0.1}, "SGD", {"lr": 0.1}),
    "momentum": (1, {"lr": 0.1}, "SGD", {"lr": 0.1, "momentum": 0.9}),
    "rmsprop": (1, {}, "RMSprop", {}),
    "adam": (2, {"lr": 0.1}, "Adam", {"lr": 0.1}),
    "adamw": (2, {"lr": 0.1, "weight_decay": 0.3}, "AdamW", {"lr": 0.1, "weight_decay": 0.3}),
}


def gradients(dtype=np.float64, shape=(3, 5)):
    return np.random.default_rng(1).standard_normal((STEPS, *shape)).astype(dtype)


def train(name, p, state, gs, **options):
    for t, g in enumerate(gs, 1):
        step = {"step": t} if name.startswith("adam") else {}
        assert getattr(kernels, name)(p, g, *state, **step, **options) is None
    return p


def begun(name, dtype=np.float64):
    p = np.random.default_rng(0).standard_normal((3, 5)).astype(dtype)
    return p, [np.zeros_like(p) for _ in range(OPTIMIZERS[name][0])]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_pytorch(torch, name, dtype):
    p, state = begun(name, dtype)
    leaf = torch.tensor(p, requires_grad=True)
    _, options, theirs, their_options = OPTIMIZERS[name]
    optimizer = getattr(torch.optim, theirs)([leaf], **their_options)
    for g in gradients(dtype):
        leaf.grad = torch.tensor(g)
        optimizer.step()
    train(name, p, state, gradients(dtype), **options)
    assert np.allclose(p, leaf.detach().numpy(), rtol={np.float32: 1e-4, np.float64: 1e-12}[dtype], atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_strides_and_numpy(name):
    """A view with gaps, and NumPy, take the same steps."""
    _, options, *_ = OPTIMIZERS[name]
    p, state = begun(name)
    gapped, gapped_state = np.repeat(p, 2, axis=1)[:, ::2], [np.zeros((3, 10))[:, ::2] for _ in state]
    plain, plain_state = p.copy(), [a.copy() for a in state]
    train(name, p, state, gradients(), **options)
    train(name, gapped, gapped_state, gradients(), **options)
    before = tc.backend()
    tc.use("numpy")
    try:
        train(name, plain, plain_state, gradients(), **options)
    finally:
        tc.use(before)
    for a, b, c in zip([p, *state], [gapped, *gapped_state], [plain, *plain_state], strict=True):
        assert np.allclose(a, b, rtol=1e-13, atol=1e-14)
        assert np.allclose(a, c, rtol=1e-12, atol=1e-13)


def test_momentum_as_an_average():
    """The moving average with the learning rate η/(1 - β) takes the steps of the other form with η."""
    (p, (v,)), (q, (u,)) = begun("momentum"), begun("momentum")
    train("momentum", p, [v], gradients(), lr=0.1)
    train("momentum", q, [u], gradients(), lr=1.0, average=True)
    assert np.allclose(p, q, rtol=1e-13)
    weights = 0.9 ** np.arange(STEPS)[::-1]
    assert np.allclose(v, np.tensordot(weights, gradients(), 1))
    assert np.allclose(u, 0.1 * v)


def test_where_eps_stands():
    p, q = np.zeros(1), np.zeros(1)
    kernels.rmsprop(p, np.ones(1), np.zeros(1), lr=1.0, beta=0.0, eps=3.0)
    kernels.rmsprop(q, np.ones(1), np.zeros(1), lr=1.0, beta=0.0, eps=3.0, eps_inside=True)
    assert p.tolist() == [-0.25]
    assert q.tolist() == [-0.5]


def test_bias_correction():
    """Of a constant gradient the corrected averages are g and g², so that every step is as long as the first."""
    p, m, v = np.zeros(3), np.zeros(3), np.zeros(3)
    g = np.array([1.0, -2.0, 1e-3])
    for t in range(1, 6):
        kernels.adam(p, g, m, v, t, lr=0.5, eps=0.0)
        assert np.allclose(m / (1 - 0.9**t), g)
        assert np.allclose(p, -0.5 * t * np.sign(g))
    with pytest.raises(ValueError, match="step is 0; the first one is 1"):
        kernels.adam(p, g, m, v, 0)


def test_refusals():
    p, frozen = np.zeros(3), np.zeros(3)
    frozen.flags.writeable = False
    with pytest.raises(TypeError, match="p is changed in place: it must be an array"):
        kernels.sgd([1.0], [1.0], 0.1)
    with pytest.raises(ValueError, match=r"g has shape \(2,\); the gradient has the shape of p"):
        kernels.sgd(p, np.zeros(2), 0.1)
    with pytest.raises(ValueError, match="p is changed in place, but it is read-only"):
        kernels.sgd(frozen, np.zeros(3), 0.1)
    with pytest.raises(ValueError, match="v is float32"):
        kernels.momentum(p, np.zeros(3), np.zeros(3, np.float32), 0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 15, 16, 1000, (1 << 17) + 5])
def test_adam_in_vectors_takes_the_steps_of_its_loops(dtype, size):
    random = np.random.default_rng(0)
    g, p = random.standard_normal((2, size)).astype(dtype)
    m, v = random.random((2, size)).astype(dtype)
    g[: size // 3], v[: size // 4] = np.nan, np.inf
    other = [array.copy() for array in (p, m, v)]
    kernels.adamw(p, g, m, v, step=3, weight_decay=0.1)
    with np.errstate(invalid="ignore"):
        kernels.adam_numpy(g, 1e-3, 0.9, 0.999, 1e-8, 1 - 0.9**3, 1 - 0.999**3, 0.1, *other)
    for ours, theirs in zip((p, m, v), other, strict=True):
        eps = np.finfo(dtype).eps  # of numbers about 1, whose difference may be small
        assert np.allclose(ours, theirs, rtol=8 * eps, atol=8 * eps, equal_nan=True)


def test_adam_where_numbers_lie_off_their_places():
    g, p, m, v = (np.ndarray(5, np.float64, bytearray(48), 1) for _ in range(4))
    for array in (g, p, m, v):
        array[...] = 1.0
    kernels.adam(p, g, m, v, step=1)
    assert (p < 1).all()
    assert np.allclose(m, 1)
