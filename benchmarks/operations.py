"""What is timed: for each operation its inputs, ours, and what each rival makes of the same inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tensorcalc import kernels

Arrays = tuple[np.ndarray, ...]
SIZES = {
    "sigmoid": (4_000_000,),
    "tanh": (4_000_000,),
    "relu": (4_000_000,),
    "matmul": (384, 384, 384),
    "layer_norm": (4096, 768),
}
OPERATIONS = tuple(f"{name}_{way}" for name in SIZES for way in ("forward", "backward"))
EPS = 1e-5


def inputs(operation: str, dtype: type = np.float32) -> Arrays:
    """What the operation reads; a backward operation: dy, then what its forward operation has kept."""
    name, _, way = operation.rpartition("_")
    random = np.random.default_rng(0).standard_normal
    if name == "matmul":
        i, k, j = SIZES[name]
        given, dy = (random((i, k)), random((k, j))), random((i, j))
    elif name == "layer_norm":
        b, h = SIZES[name]
        given, dy = (random((b, h)), random(h), random(h)), random((b, h))
    else:
        given, dy = (random(SIZES[name]),), random(SIZES[name])
    cast = tuple(array.astype(dtype) for array in given)
    if way == "forward":
        return cast
    return dy.astype(dtype), *getattr(kernels, f"{name}_forward")(*cast)[1]


def ours(operation: str, given: Arrays) -> Callable[[], Any]:
    """The public function, as a reader calls it."""
    function = getattr(kernels, operation)
    if operation.endswith("forward"):
        return lambda: function(*given)[0]
    dy, *kept = given
    cache_type = {"matmul": kernels.MatmulCache, "layer_norm": kernels.LayerNormCache}
    cache = cache_type.get(operation.removesuffix("_backward"), kernels.ElementwiseCache)(*kept)
    return lambda: function(dy, cache)


def numpy(operation: str, given: Arrays) -> Callable[[], Any]:
    """The reference: the formula in whole arrays."""
    function = getattr(kernels, f"{operation}_numpy")
    if operation == "layer_norm_forward":
        return lambda: function(*given, EPS)[0]
    return lambda: function(*given)


def torch(operation: str, given: Arrays) -> Callable[[], Any]:
    """PyTorch's own kernels, without its autograd."""
    import torch

    aten, tensors = torch.ops.aten, [torch.from_numpy(array) for array in given]
    functions = {
        "sigmoid_forward": torch.sigmoid,
        "sigmoid_backward": aten.sigmoid_backward,
        "tanh_forward": torch.tanh,
        "tanh_backward": aten.tanh_backward,
        "relu_forward": torch.relu,
        "relu_backward": lambda dy, y: aten.threshold_backward(dy, y, 0),
        "matmul_forward": torch.mm,
        "matmul_backward": lambda dy, x, a: (dy @ a.T, x.T @ dy),
        "layer_norm_forward": lambda x, gamma, beta: aten.native_layer_norm(x, gamma.shape, gamma, beta, EPS)[0],
        "layer_norm_backward": lambda dy, x, gamma, m, sigma: aten.native_layer_norm_backward(
            dy, x, gamma.shape, m[:, None], 1 / sigma[:, None], gamma, torch.zeros_like(gamma), [True] * 3
        ),
    }
    return lambda: functions[operation](*tensors)


def jax(operation: str, given: Arrays) -> Callable[[], Any]:
    """The formula in whole arrays, fused by XLA."""
    import jax
    import jax.numpy as jnp

    def layer_norm_forward(x, gamma, beta):
        mu = x - x.mean(1, keepdims=True)
        return mu / jnp.sqrt((mu * mu).mean(1, keepdims=True) + EPS) * gamma + beta

    def layer_norm_backward(dy, x, gamma, m, sigma):
        z, g = (x - m[:, None]) / sigma[:, None], dy * gamma
        means = g.mean(1, keepdims=True) + z * (g * z).mean(1, keepdims=True)
        return (g - means) / sigma[:, None], (dy * z).sum(0), dy.sum(0)

    functions = {
        "sigmoid_forward": jax.nn.sigmoid,
        "sigmoid_backward": lambda dy, y: dy * y * (1 - y),
        "tanh_forward": jnp.tanh,
        "tanh_backward": lambda dy, y: dy * (1 - y * y),
        "relu_forward": jax.nn.relu,
        "relu_backward": lambda dy, y: jnp.where(y > 0, dy, 0),
        "matmul_forward": jnp.matmul,
        "matmul_backward": lambda dy, x, a: (dy @ a.T, x.T @ dy),
        "layer_norm_forward": layer_norm_forward,
        "layer_norm_backward": layer_norm_backward,
    }
    function, arrays = jax.jit(functions[operation]), [jnp.asarray(array) for array in given]
    return lambda: jax.block_until_ready(function(*arrays))


def numba(operation: str, given: Arrays) -> Callable[[], Any] | None:
    """The same loops compiled by numba, for the two operations where that is the rival to beat."""
    import numba

    @numba.njit(parallel=True)
    def sigmoid_forward(x):
        y = np.empty_like(x)
        for i in numba.prange(x.size):
            y[i] = 1 / (1 + np.exp(-x[i]))
        return y

    @numba.njit(parallel=True)
    def layer_norm_forward(x, gamma, beta):
        y = np.empty_like(x)
        for b in numba.prange(x.shape[0]):
            mu = x[b] - x[b].mean()
            y[b] = mu / np.sqrt((mu * mu).mean() + np.float32(EPS)) * gamma + beta
        return y

    functions = {"sigmoid_forward": sigmoid_forward, "layer_norm_forward": layer_norm_forward}
    return (lambda: functions[operation](*given)) if operation in functions else None


RIVALS = {"numpy": numpy, "torch": torch, "jax": jax, "numba": numba}
