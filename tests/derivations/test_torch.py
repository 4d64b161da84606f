"""The functions of the sources on five random shapes: PyTorch, difference quotients, the adjoint identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

import tensorcalc as tc

from .lines import LAYER_NORM


@dataclass(frozen=True)
class Case:
    """A function, and the same in PyTorch: ``f(torch, **inputs)``.

    ``positions``: for a constant index, the axis it is a position on, then the axes it runs over, as ``x1 x0``.
    """

    name: str
    text: str
    torch: Callable
    positive: bool = False
    positions: dict[str, str] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)


def batch_norm(torch, x, gamma, beta, eps):
    return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def two_layers(torch, x, w, b, u, c, T):
    z = u @ torch.relu(w @ x + b) + c
    return torch.nn.functional.cross_entropy(z[None], torch.tensor([T]))


def shared(torch, a, b):
    """y + 2 z, since a case has one output."""
    u = a @ a
    return u + b * torch.sqrt(u) + 2 * (2 * u)


BATCH_NORM = LAYER_NORM.replace("1/H 1_h", "1/B 1_b").replace("m_b", "m_h").replace("v_b", "v_h")
BATCH_NORM = BATCH_NORM.replace("sigma_b", "sigma_h").replace("1_h m_h", "1_b m_h")
CASES = [
    Case("sigmoid", "y_ij = sigmoid(x_ij)", lambda torch, x: torch.sigmoid(x)),
    Case("tanh", "y_ij = tanh(x_ij)", lambda torch, x: torch.tanh(x)),
    Case("relu", "y_ij = relu(x_ij)", lambda torch, x: torch.relu(x)),
    Case("sin", "y_i = sin(x_i)", lambda torch, x: torch.sin(x)),
    Case("sum", "y = x_i 1_i", lambda torch, x: x.sum()),
    Case("broadcast", "y_ij = 1_i x_j + 1_ij b", lambda torch, x, b: x.expand(3, len(x)) + b, constants={"I": 3}),
    Case(
        "shared intermediates",
        "u = a_i a_i\nv = b sqrt(a_i a_i)\ny = u + v\nz = 2 u\nw = y + 2 z",
        shared,
    ),
    Case("product of functions", "y_ac = sin(x_ab) cos(x_cb)", lambda torch, x: torch.sin(x) @ torch.cos(x).T),
    Case("quotient", "y_ij = a_ij/x_ij", lambda torch, a, x: a / x, positive=True),
    Case("matrix product", "y_ij = x_ik a_kj", lambda torch, x, a: x @ a),
    Case("linear", "y_nm = x_nd w_dm + 1_n b_m", lambda torch, x, w, b: x @ w + b),
    Case("softmax", "z = 1_j exp(x_j)\ns_i = exp(x_i)/z", lambda torch, x: torch.softmax(x, 0)),
    Case(
        "cross-entropy",
        "z = 1_j exp(x_j)\ns_i = exp(x_i)/z\nc = -log(s_T)",
        lambda torch, x, T: -torch.log_softmax(x, 0)[T],
        positions={"T": "x0"},
    ),
    Case(
        "cross-entropy of a batch",
        "z_b = 1_j exp(x_bj)\ns_bi = exp(x_bi)/z_b\nc_b = -log(s_{b,T_b})\nl = 1/B 1_b c_b",
        lambda torch, x, T: torch.nn.functional.cross_entropy(x, torch.tensor(T)),
        positions={"T": "x1 x0"},
    ),
    Case(
        "cross-entropy with probabilities",
        "z_b = 1_j exp(x_bj)\ns_bi = exp(x_bi)/z_b\nl = -t_bi log(s_bi)",
        lambda torch, x, t: -(t * torch.log_softmax(x, 1)).sum(),
    ),
    Case("mean squared error", "l = 1/I 1_i (y_i - h_i)^2", lambda torch, y, h: ((y - h) ** 2).mean()),
    Case(
        "binary cross-entropy",
        "h_i = sigmoid(z_i)\nl = -1_i (y_i log(h_i) + (1_i - y_i) log(1_i - h_i))",
        lambda torch, z, y: torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum"),
    ),
    Case(
        "layer norm",
        LAYER_NORM,
        lambda torch, x, gamma, beta, eps: torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta, eps),
        constants={"eps": 1e-2},
    ),
    Case("batch norm", BATCH_NORM, batch_norm, constants={"eps": 1e-2}),
    Case(
        "attention",
        "s_ij = 1/2 q_ik k_jk\ne_ij = exp(s_ij)\nz_i = 1_j e_ij\np_ij = e_ij/z_i\no_id = p_ij v_jd",
        lambda torch, q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=0.5),
    ),
    Case(
        "two-layer network",
        "a_i = w_ij x_j + b_i\nh_i = relu(a_i)\nz_k = u_ki h_i + c_k\ns = 1_k exp(z_k)\nl = log(s) - z_T",
        two_layers,
        positions={"T": "u0"},
    ),
]


def drawn(case: Case, seed: int) -> tuple[tc.Function, dict, dict]:
    """The function, its arrays on ranges of different sizes, and the rest of its arguments."""
    rng = np.random.default_rng(seed)
    f = tc.function(case.text, ranges={"i": 3} if "I" in case.constants else None)
    axes = {name: f.signature.axes[name] for name in f.inputs if name not in f.constants}
    ranges = list(dict.fromkeys(axis for one in axes.values() for axis in one))
    sizes = dict(zip(ranges, rng.permutation([2, 3, 4, 5, 6, 7]).tolist(), strict=False))
    arrays = {name: rng.normal(size=[sizes[axis] for axis in one]) for name, one in axes.items()}
    if case.positive:
        arrays = {name: 1 + np.abs(value) for name, value in arrays.items()}
    rest: dict = {name: value for name, value in case.constants.items() if name in f.inputs}
    for name, places in case.positions.items():
        of, *over = (arrays[place[0]].shape[int(place[1])] for place in places.split())
        rest[name] = rng.integers(of, size=over).tolist() if over else int(rng.integers(of))
    return f, arrays, rest


every = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
seeds = pytest.mark.parametrize("seed", range(5))


@every
@seeds
def test_values_and_gradients(torch, case, seed):
    f, arrays, rest = drawn(case, seed)
    taped = {name: torch.tensor(value, requires_grad=True) for name, value in arrays.items()}
    y = case.torch(torch, **taped, **rest)
    given = {**arrays, **{name: np.array(value) for name, value in rest.items()}}
    np.testing.assert_allclose(f(**given), y.detach().numpy(), rtol=1e-12, atol=1e-12)
    upstream = np.asarray(np.random.default_rng(seed).normal(size=tuple(y.shape)))
    y.backward(torch.tensor(upstream))
    gradients = f.backward(tuple(arrays))(**given, **{f"dl_d{f.outputs[0]}": upstream})
    gradients = gradients if isinstance(gradients, dict) else {f"dl_d{name}": gradients for name in arrays}
    for name, leaf in taped.items():
        np.testing.assert_allclose(gradients[f"dl_d{name}"], leaf.grad.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)


@every
@seeds
def test_differences_and_adjoint(case, seed):
    f, arrays, rest = drawn(case, seed)
    given = {name: value if np.ndim(value) == 0 else np.array(value) for name, value in rest.items()}
    # at a point where relu has a corner the two slopes differ; no seed here comes that near
    tc.gradcheck(f, {**arrays, **given}, wrt=tuple(arrays), rtol=1e-5).assert_ok()


@seeds
def test_logistic_hessian(torch, seed):
    """X^T diag(s (1 - s)) X, from either form of the loss."""
    rng = np.random.default_rng(seed)
    shape = [(5, 2), (3, 4), (7, 3), (2, 6), (4, 5)][seed]
    x, y, w = rng.normal(size=shape), rng.integers(2, size=shape[0]).astype(float), rng.normal(size=shape[1])

    def loss(v):
        z = torch.tensor(x) @ v
        return (torch.nn.functional.softplus(z) - torch.tensor(y) * z).sum()

    expected = torch.autograd.functional.hessian(loss, torch.tensor(w)).numpy()
    forms = (
        "z_n = x_nj w_j\ns_n = sigmoid(z_n)\nl = -1_n (y_n log(s_n) + (1_n - y_n) log(1_n - s_n))",
        "z_n = x_nj w_j\nl = 1_n (log(1_n + exp(z_n)) - y_n z_n)",
    )
    for text in forms:
        hessian = tc.function(tc.function(text).jacobian("l", "w").jacobian("w"))
        given = {"x": x, "y": y, "w": w}
        found = hessian(**{name: given[name] for name in hessian.inputs})
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
