"""What each rival makes of a case: a call on the same arrays, or None where it has no such function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .cases import EPS

Call = Callable[[], Any]
Given = Mapping[str, Any]


def whole(xp: Any) -> dict[str, Callable[[Given], Any]]:
    """The formulas in whole arrays, for NumPy, JAX and torch.compile: nothing is fused by hand."""

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + xp.exp(-x))

    def gelu_tanh(a: Given) -> Any:
        x = a["x"]
        return x / 2 * (1 + xp.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))

    def chain(a: Given) -> Any:
        x = a["x"]
        return xp.tanh(sigmoid(x) * xp.exp(-x * x) + xp.maximum(x, xp.zeros_like(x)))

    def layer_norm(a: Given) -> Any:
        mu = a["x"] - a["x"].mean(1)[:, None]
        return mu / xp.sqrt((mu * mu).mean(1) + EPS)[:, None] * a["gamma"] + a["beta"]

    def layer_norm_backward(a: Given) -> Any:
        sigma = a["sigma"][:, None]
        z, g = (a["x"] - a["m"][:, None]) / sigma, a["dl_dy"] * a["gamma"]
        dx = (g - g.mean(1)[:, None] - z * (g * z).mean(1)[:, None]) / sigma
        return dx, (a["dl_dy"] * z).sum(0), a["dl_dy"].sum(0)

    def softmax(a: Given) -> Any:
        e = xp.exp(a["x"] - xp.amax(a["x"], 1)[:, None])
        return e / e.sum(1)[:, None]

    def adam(a: Given) -> Any:
        m = a["beta1"] * a["m"] + (1 - a["beta1"]) * a["g"]
        v = a["beta2"] * a["v"] + (1 - a["beta2"]) * a["g"] * a["g"]
        step = m / a["share1"] / (xp.sqrt(v / a["share2"]) + a["eps"])
        return a["p"] - a["lr"] * a["decay"] * a["p"] - a["lr"] * step, m, v

    def batch_norm_images(a: Given) -> Any:
        mu = a["x"] - a["x"].mean((0, 2))[:, None]
        sigma = xp.sqrt((mu * mu).mean((0, 2)) + EPS)
        return mu / sigma[:, None] * a["gamma"][:, None] + a["beta"][:, None]

    return {
        "sigmoid": lambda a: sigmoid(a["x"]),
        "gelu_tanh": gelu_tanh,
        "chain": chain,
        "layer_norm": layer_norm,
        "layer_norm_small": layer_norm,
        "layer_norm_backward": layer_norm_backward,
        "softmax": softmax,
        "adam": adam,
        "batch_norm_images": batch_norm_images,
        "row_products": lambda a: (a["x"] * a["z"]).sum(1),
        "linear": lambda a: a["x"] @ a["weight"].T + a["bias"],
    }


def numpy(name: str, given: Given) -> Call | None:
    """The formula in whole arrays."""
    formula = whole(np).get(name)
    return formula and (lambda: formula(given))


def torch(name: str, given: Given) -> Call | None:
    """PyTorch's own kernels, without its autograd; they allocate their results."""
    import torch

    a, aten, functional = _tensors(given), torch.ops.aten, torch.nn.functional

    def layer_norm() -> Any:
        return aten.native_layer_norm(a["x"], a["gamma"].shape, a["gamma"], a["beta"], EPS)[0]

    one = 1 / a["sigma"] if "sigma" in a else None  # PyTorch keeps it from its forward function
    saved = _layer_norm_backward(a) if name == "layer_norm_backward" else ()

    def batch_norm_images_backward() -> Any:
        return aten.native_batch_norm_backward(
            a["dl_dy"], a["x"], a["gamma"], None, None, a["m"], one, True, EPS, [True] * 3
        )

    def cross_entropy_backward() -> Any:
        x = a["x"].detach().requires_grad_()
        return torch.autograd.grad(functional.cross_entropy(x, a["T"]), x)[0]

    return {
        "sigmoid": lambda: torch.sigmoid(a["x"]),
        "gelu_tanh": lambda: functional.gelu(a["x"], approximate="tanh"),
        "chain": lambda: torch.tanh(torch.sigmoid(a["x"]) * torch.exp(-a["x"] * a["x"]) + torch.relu(a["x"])),
        "layer_norm": layer_norm,
        "layer_norm_small": layer_norm,
        "layer_norm_backward": lambda: aten.native_layer_norm_backward(*saved),
        "softmax": lambda: torch.softmax(a["x"], 1),
        "cross_entropy_backward": cross_entropy_backward,
        "batch_norm_images": lambda: functional.batch_norm(
            a["x"], None, None, a["gamma"], a["beta"], training=True, eps=EPS
        ),
        "batch_norm_images_backward": batch_norm_images_backward,
        "row_products": lambda: torch.einsum("ij,ij->i", a["x"], a["z"]),
        "linear": lambda: functional.linear(a["x"], a["weight"], a["bias"]),
    }.get(name)


def torch_out(name: str, given: Given) -> Call | None:
    """PyTorch's kernels into results that are there already; its fused Adam, which works in place."""
    import torch

    a, aten = _tensors(given), torch.ops.aten
    like = torch.empty_like(a["x"]) if "x" in a else None
    if name == "adam":
        return _fused_adam(torch, a)
    if name.startswith("layer_norm") and not name.endswith("backward"):
        rows = [torch.empty(len(a["x"]), 1) for _ in range(2)]
        return lambda: aten.native_layer_norm.out(
            a["x"], a["gamma"].shape, a["gamma"], a["beta"], EPS, out0=like, out1=rows[0], out2=rows[1]
        )[0]

    def layer_norm_backward() -> Any:
        return aten.native_layer_norm_backward.out(*saved, out0=like, out1=columns[0], out2=columns[1])

    def batch_norm_images() -> Any:
        return aten.native_batch_norm.out(
            a["x"], a["gamma"], a["beta"], None, None, True, 0.1, EPS,
            out=like, save_mean=columns[0], save_invstd=columns[1],
        )[0]  # fmt: skip

    def chain() -> Any:
        torch.mul(a["x"], a["x"], out=other).neg_().exp_()
        torch.sigmoid(a["x"], out=like).mul_(other)
        return like.add_(torch.clamp(a["x"], min=0, out=other)).tanh_()

    saved = _layer_norm_backward(a) if name == "layer_norm_backward" else ()
    columns = [torch.empty_like(a["gamma"]) for _ in range(2)] if "gamma" in a else []
    other = torch.empty_like(a["x"]) if name == "chain" else None
    return {
        "sigmoid": lambda: torch.sigmoid(a["x"], out=like),
        "gelu_tanh": lambda: aten.gelu.out(a["x"], approximate="tanh", out=like),
        "chain": chain,
        "layer_norm_backward": layer_norm_backward,
        "batch_norm_images": batch_norm_images,
        "softmax": lambda: torch.softmax(a["x"], 1, out=like),
    }.get(name)


def _layer_norm_backward(a: Given) -> tuple[Any, ...]:
    """The arguments of PyTorch's backward function: it keeps 1/sigma."""
    shape, one = a["gamma"].shape, 1 / a["sigma"][:, None]
    return a["dl_dy"], a["x"], shape, a["m"][:, None], one, a["gamma"], a["beta"], [True] * 3


def _fused_adam(torch: Any, a: Given) -> Call:
    """Its step; every call moves on from the last, so that no result of it is compared."""
    p = torch.nn.Parameter(a["p"].clone())
    p.grad = a["g"]
    return torch.optim.AdamW([p], lr=1e-3, weight_decay=0.01, fused=True).step


def torch_compile(name: str, given: Given) -> Call | None:
    """The formula in whole arrays, fused by torch.compile."""
    import torch

    formula, tensors = whole(torch).get(name), _tensors(given)
    compiled = formula and torch.compile(formula)
    return compiled and (lambda: compiled(tensors))


def _tensors(given: Given) -> dict[str, Any]:
    import torch

    return {name: torch.from_numpy(x) if isinstance(x, np.ndarray) else float(x) for name, x in given.items()}


def jax(name: str, given: Given) -> Call | None:
    """The formula in whole arrays, fused by XLA."""
    import jax
    import jax.numpy as jnp

    formula = whole(jnp).get(name)
    if formula is None:
        return None
    compiled, arrays = jax.jit(formula), {key: jnp.asarray(x) for key, x in given.items()}
    return lambda: jax.block_until_ready(compiled(arrays))


def numba(name: str, given: Given) -> Call | None:
    """Plain loops compiled by numba, where that is the rival to beat."""
    import numba

    @numba.njit(parallel=True)
    def sigmoid(x):
        y = np.empty_like(x)
        for i in numba.prange(x.size):
            y[i] = np.float32(1) / (np.float32(1) + np.exp(-x[i]))
        return y

    @numba.njit(parallel=True)
    def layer_norm(x, gamma, beta):
        y = np.empty_like(x)
        for b in numba.prange(x.shape[0]):
            m = np.float32(0)
            for h in range(x.shape[1]):
                m += x[b, h]
            m /= x.shape[1]
            v = np.float32(0)
            for h in range(x.shape[1]):
                v += (x[b, h] - m) ** 2
            r = np.float32(1) / np.sqrt(v / x.shape[1] + np.float32(EPS))
            for h in range(x.shape[1]):
                y[b, h] = (x[b, h] - m) * r * gamma[h] + beta[h]
        return y

    if name == "sigmoid":
        return lambda: sigmoid(given["x"])
    if name.startswith("layer_norm") and not name.endswith("backward"):
        return lambda: layer_norm(given["x"], given["gamma"], given["beta"])
    return None


def naive(name: str, given: Given) -> Call | None:
    """Our own loops as the derivation has them, a nest and an array for each gradient."""
    from tensorcalc.kernels import layer_norm_backward_stages_loops

    def stages() -> Any:
        x, rows = given["x"], given["m"]
        mu, dmu, dx = (np.empty_like(x) for _ in range(3))
        dsigma, dv, dm = (np.empty_like(rows) for _ in range(3))
        dgamma, dbeta = np.empty_like(given["gamma"]), np.empty_like(given["gamma"])
        layer_norm_backward_stages_loops(
            given["dl_dy"], x, given["gamma"], rows, given["sigma"], mu, dsigma, dv, dmu, dm, dx, dgamma, dbeta
        )
        return dx, dgamma, dbeta

    return stages if name == "layer_norm_backward" else None


def two_pass(name: str, given: Given) -> Call | None:
    """Our own loops that read each row twice and keep nothing between: plain Taichi, written by hand."""
    from tensorcalc import kernels

    if name == "layer_norm_backward":
        cache = kernels.LayerNormCache(given["x"], given["gamma"], given["m"], given["sigma"])
        return lambda: kernels.layer_norm_backward(given["dl_dy"], cache)
    if name.startswith("layer_norm"):
        return lambda: kernels.layer_norm_forward(given["x"], given["gamma"], given["beta"], EPS)[0]
    return None


def recomputed(name: str, given: Given) -> Call | None:
    """The kernel generated from the same statements, which computes the statistics of each row once more."""
    from tensorcalc.layers import layer_norm

    if name != "layer_norm_backward":
        return None
    compiled = layer_norm.backward().compile()
    known = {key: given[key] for key in compiled.inputs}
    return lambda: compiled(**known)


RIVALS = {
    "numpy": numpy,
    "torch": torch,
    "torch out=": torch_out,
    "torch.compile": torch_compile,
    "jax": jax,
    "numba": numba,
    "naive": naive,
    "two-pass": two_pass,
    "recomputed": recomputed,
}
