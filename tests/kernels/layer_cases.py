"""Every layer with arguments, its formula, and its name in PyTorch.

A formula is written from the definition, for complex numbers too, so that its derivative in a direction u is exact:
J u = Im f(x + i h u)/h for a tiny h, where no difference is taken that could cancel.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from tensorcalc import kernels


@dataclass(frozen=True)
class Case:
    name: str  # of the operation
    given: tuple[Any, ...]  # shapes of floating-point arguments, or arrays
    formula: Callable[..., np.ndarray]
    torch: Callable[..., Any]  # torch.nn.functional, torch and the arguments in, y out
    options: dict[str, Any] = field(default_factory=dict)
    positive: bool = False  # arguments between 0 and 1
    tag: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.tag and '-' + self.tag}"

    @property
    def forward(self) -> Callable:
        return partial(getattr(kernels, f"{self.name}_forward"), **self.options)

    @property
    def backward(self) -> Callable:
        return getattr(kernels, f"{self.name}_backward")

    def arguments(self, dtype: Any = np.float64, seed: int = 0) -> tuple[Any, ...]:
        """Random arguments: no mean of 0, none near a kink."""
        random = np.random.default_rng(seed)
        return tuple(self._argument(item, random, dtype) for item in self.given)

    def _argument(self, item: Any, random: np.random.Generator, dtype: Any) -> Any:
        if not isinstance(item, tuple):
            return item
        if self.positive:
            return np.asarray(random.uniform(0.1, 0.9, item), dtype)
        x = random.standard_normal(item)
        return np.asarray(x + 0.1 * np.sign(x), dtype)

    def gradients(self, given: tuple[Any, ...], dy: Any, **more: Any) -> tuple[np.ndarray, ...]:
        _, cache = self.forward(*given)
        found = self.backward(dy, cache, **more)
        return found if isinstance(found, tuple) else (found,)


def floating(given: tuple[Any, ...]) -> list[int]:
    """The places of the arguments that have gradients."""
    return [k for k, x in enumerate(given) if isinstance(x, np.ndarray) and x.dtype.kind == "f"]


def upstream(y: np.ndarray, seed: int = 1) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).standard_normal(np.shape(y)), np.asarray(y).dtype)


# ---------------------------------------------------------------- formulas


def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis, keepdims=True)


def erf(x):
    """The series; its terms are positive along the real axis."""
    term = total = x
    for n in range(1, 200):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return 2 / np.sqrt(np.pi) * np.exp(-x * x) * total


def normalised(x, axes, eps):
    count = np.prod([x.shape[a] for a in axes])
    mu = x - x.sum(axes, keepdims=True) / count
    return mu / np.sqrt((mu * mu).sum(axes, keepdims=True) / count + eps)


def along(weight, ndim, axis):
    return weight.reshape([-1 if a == axis % ndim else 1 for a in range(ndim)])


def batch_norm(x, gamma, beta, axis=-1):
    axes = tuple(a for a in range(x.ndim) if a != axis % x.ndim)
    return normalised(x, axes, 1e-5) * along(gamma, x.ndim, axis) + along(beta, x.ndim, axis)


def inference(x, gamma, beta):
    return (x - MEAN) / np.sqrt(VAR + 1e-5) * gamma + beta


def group_norm(x, gamma, beta, groups):
    """Channels on axis 1."""
    grouped = x.reshape(x.shape[0], groups, -1)
    return normalised(grouped, (2,), 1e-5).reshape(x.shape) * along(gamma, x.ndim, 1) + along(beta, x.ndim, 1)


def one_hot(T, classes):
    return np.eye(classes)[T]


def cross_entropy(x, t):
    return -(t * np.log(softmax(x))).sum(-1)


def bce(p, t):
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def convolution(x, w, bias=0, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """The definition, position by position."""
    (a, b), (u, v), (d, e) = stride, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (u, u), (v, v)))
    height, width = (w.shape[2] - 1) * d + 1, (w.shape[3] - 1) * e + 1
    sizes = (padded.shape[2] - height) // a + 1, (padded.shape[3] - width) // b + 1
    y = np.zeros((len(x), len(w), *sizes), np.result_type(x, w))
    kernels, channels = len(w) // groups, w.shape[1]
    for k, p, q in np.ndindex(y.shape[1:]):
        first = k // kernels * channels
        seen = padded[:, first : first + channels, a * p : a * p + height : d, b * q : b * q + width : e]
        y[:, k, p, q] = (seen * w[k]).sum((1, 2, 3))
    return y + np.reshape(bias, (-1, 1, 1))


def convolution_1d(x, w, bias=0, stride=1, padding=0, dilation=1, groups=1):
    steps = {"stride": (1, stride), "padding": (0, padding), "dilation": (1, dilation)}
    return convolution(x[:, :, None], w[:, :, None], bias, groups=groups, **steps)[:, :, 0]


def attention(q, k, v, causal=False, scale=None):
    s = np.einsum("...nd,...md->...nm", q, k) * (scale or 1 / np.sqrt(q.shape[-1]))
    if causal:
        s = np.where(np.tri(*s.shape[-2:]) > 0, s, -1e9)
    return np.einsum("...nm,...me->...ne", softmax(s), v)


def threefry(low, high, a, b):
    """Threefry-2x32 with 20 rounds, in integers that have no width."""
    mask, key = 2**32 - 1, (low, high, low ^ high ^ 0x1BD11BDA)
    a, b = a + key[0] & mask, b + key[1] & mask
    for n in range(20):
        a = a + b & mask
        r = (13, 15, 26, 6, 17, 29, 16, 24)[n % 8]
        b = (b << r | b >> 32 - r) & mask ^ a
        if n % 4 == 3:
            k = n // 4 + 1
            a, b = a + key[k % 3] & mask, b + key[(k + 1) % 3] + k & mask
    return a, b


def conv(name, shapes, tag="", **options):
    """One case of a convolution."""
    formula = convolution_1d if name == "conv1d" else convolution
    return Case(
        name,
        shapes,
        partial(formula, **options),
        lambda F, t, *given: getattr(F, name)(*given, **options),
        options,
        tag=tag,
    )


KEEP = np.array([float(threefry(3, 0, i, 0)[0] >> 8 >= 0.25 * 2**24) for i in range(7)])

MEAN, VAR = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.25, 3.0])
CLASSES = np.array([[1, 0, 3], [2, 2, 1]])


# ---------------------------------------------------------------- the table

CASES = [
    Case("sigmoid", ((3, 7),), lambda x: 1 / (1 + np.exp(-x)), lambda F, t, x: t.sigmoid(x)),
    Case("tanh", ((3, 7),), np.tanh, lambda F, t, x: t.tanh(x)),
    Case("relu", ((3, 7),), lambda x: np.where(x.real > 0, x, 0), lambda F, t, x: t.relu(x)),
    Case("matmul", ((3, 5), (5, 4)), lambda x, a: x @ a, lambda F, t, x, a: x @ a),
    Case(
        "layer_norm",
        ((2, 3, 5), (5,), (5,)),
        lambda x, gamma, beta: normalised(x, (2,), 1e-5) * gamma + beta,
        lambda F, t, x, *weights: F.layer_norm(x, (5,), *weights),
    ),
    Case("leaky_relu", ((3, 7),), lambda x: np.where(x.real > 0, x, 0.01 * x), lambda F, t, x: F.leaky_relu(x)),
    Case("gelu", ((3, 7),), lambda x: x / 2 * (1 + erf(x / np.sqrt(2))), lambda F, t, x: F.gelu(x)),
    Case(
        "gelu",
        ((3, 7),),
        lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        lambda F, t, x: F.gelu(x, approximate="tanh"),
        {"approximate": "tanh"},
        tag="tanh",
    ),
    Case("softmax", ((2, 3, 5),), softmax, lambda F, t, x: F.softmax(x, -1)),
    Case("softmax", ((2, 3, 5),), lambda x: softmax(x, 1), lambda F, t, x: F.softmax(x, 1), {"axis": 1}, tag="axis"),
    Case("log_softmax", ((4, 7),), lambda x: np.log(softmax(x)), lambda F, t, x: F.log_softmax(x, -1)),
    Case("mse", ((2, 5), (2, 5)), lambda x, t: ((x - t) ** 2).mean(), lambda F, t, x, y: F.mse_loss(x, y)),
    Case(
        "mse",
        ((2, 5), (2, 5)),
        lambda x, t: (x - t) ** 2,
        lambda F, t, x, y: F.mse_loss(x, y, reduction="none"),
        {"reduction": "none"},
        tag="none",
    ),
    Case(
        "bce",
        ((7,), (7,)),
        lambda p, t: bce(p, t).mean(),
        lambda F, t, x, y: F.binary_cross_entropy(x, y),
        positive=True,
    ),
    Case(
        "bce_with_logits",
        ((7,), (7,)),
        lambda x, t: bce(1 / (1 + np.exp(-x)), t).sum(),
        lambda F, t, x, y: F.binary_cross_entropy_with_logits(x, y, reduction="sum"),
        {"reduction": "sum"},
    ),
    Case(
        "cross_entropy",
        ((2, 3, 4), CLASSES),
        lambda x, T: cross_entropy(x, one_hot(T, 4)).mean(),
        lambda F, t, x, T: F.cross_entropy(x.reshape(6, 4), t.as_tensor(T).reshape(6)),
    ),
    Case(
        "cross_entropy",
        ((2, 3, 4), CLASSES),
        lambda x, T: cross_entropy(x, one_hot(T, 4)),
        lambda F, t, x, T: F.cross_entropy(x.movedim(-1, 1), t.as_tensor(T), reduction="none"),
        {"reduction": "none"},
        tag="none",
    ),
    Case(
        "cross_entropy",
        ((5, 4), (5, 4)),
        lambda x, t: cross_entropy(x, t).mean(),
        lambda F, t, x, y: F.cross_entropy(x, y),
        tag="weights",
    ),
    Case(
        "linear",
        ((2, 3, 5), (4, 5), (4,)),
        lambda x, a, c: np.einsum("...i,ji->...j", x, a) + c,
        lambda F, t, *given: F.linear(*given),
    ),
    Case(
        "linear",
        ((6, 5), (4, 5)),
        lambda x, a: np.einsum("bi,ji->bj", x, a),
        lambda F, t, *given: F.linear(*given),
        tag="unbiased",
    ),
    Case("bmm", ((3, 2, 5), (3, 5, 4)), lambda x, a: np.einsum("bik,bkj->bij", x, a), lambda F, t, x, a: t.bmm(x, a)),
    Case(
        "einsum",
        ("bij,jk,b,l->ik", (3, 2, 5), (5, 4), (3,), (2,)),
        lambda s, *given: np.einsum(s, *given),
        lambda F, t, s, *given: t.einsum(s, *given),
    ),
    Case(
        "einsum",
        ("iij,kk->j", (3, 3, 2), (4, 4)),
        lambda s, *given: np.einsum(s, *given),
        lambda F, t, s, *given: t.einsum(s, *given),
        tag="diagonal",
    ),
    Case(
        "rms_norm",
        ((2, 3, 5), (5,)),
        lambda x, gamma: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gamma,
        lambda F, t, x, gamma: F.rms_norm(x, (5,), gamma, 1e-5),
    ),
    Case(
        "batch_norm",
        ((7, 3), (3,), (3,)),
        batch_norm,
        lambda F, t, x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True),
    ),
    Case(
        "batch_norm",
        ((4, 3, 2, 5), (3,), (3,)),
        partial(batch_norm, axis=1),
        lambda F, t, x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True),
        {"axis": 1},
        tag="images",
    ),
    Case(
        "batch_norm",
        ((4, 3), (3,), (3,)),
        inference,
        lambda F, t, x, gamma, beta: F.batch_norm(x, t.as_tensor(MEAN), t.as_tensor(VAR), gamma, beta),
        {"training": False, "running_mean": MEAN, "running_var": VAR},
        tag="inference",
    ),
    Case(
        "group_norm",
        ((2, 6, 3), (6,), (6,)),
        partial(group_norm, groups=2),
        lambda F, t, x, gamma, beta: F.group_norm(x, 2, gamma, beta),
        {"groups": 2, "axis": 1},
    ),
    Case(
        "group_norm",
        ((2, 3, 6), (6,), (6,)),
        lambda x, gamma, beta: np.moveaxis(group_norm(np.moveaxis(x, -1, 1), gamma, beta, 3), 1, -1),
        lambda F, t, x, gamma, beta: F.group_norm(x.movedim(-1, 1), 3, gamma, beta).movedim(1, -1),
        {"groups": 3},
        tag="channels-last",
    ),
    conv("conv1d", ((2, 3, 9), (4, 3, 3), (4,))),
    conv("conv1d", ((2, 4, 11), (6, 2, 3)), "steps", stride=2, padding=3, dilation=2, groups=2),
    conv("conv2d", ((2, 3, 5, 6), (4, 3, 3, 2), (4,))),
    conv("conv2d", ((2, 4, 7, 6), (6, 2, 3, 2)), "steps", stride=(2, 3), padding=(2, 1), dilation=(2, 1), groups=2),
    conv("conv2d", ((1, 3, 6, 5), (6, 1, 2, 3), (6,)), "depthwise", padding=(1, 1), groups=3),
    Case("inverse", ((3, 4, 4),), np.linalg.inv, lambda F, t, a: t.linalg.inv(a)),
    Case(
        "attention",
        ((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 2)),
        attention,
        lambda F, t, *given: F.scaled_dot_product_attention(*given),
    ),
    Case(
        "attention",
        ((2, 5, 3), (2, 5, 3), (2, 5, 3)),
        partial(attention, causal=True, scale=0.3),
        lambda F, t, *given: F.scaled_dot_product_attention(*given, is_causal=True, scale=0.3),
        {"causal": True, "scale": 0.3},
        tag="causal",
    ),
    Case(
        "embedding",
        ((5, 3), np.array([[1, 4, 1], [0, 4, 1]])),
        lambda table, ids: table[ids],
        lambda F, t, table, ids: F.embedding(t.as_tensor(ids), table),
    ),
    Case(
        "dropout",
        ((7,),),
        lambda x: x * KEEP / 0.75,
        lambda F, t, x: x * t.as_tensor(KEEP) / 0.75,
        {"p": 0.25, "key": 3},
    ),
    Case(
        "dropout",
        ((7,),),
        lambda x: x * 0.75,
        lambda F, t, x: x * 0.75,
        {"p": 0.25, "key": 3, "training": False, "inverted": False},
        tag="inference",
    ),
]
