"""Functions of the sources with arrays to call them on, and the comparison with NumPy in double precision."""

from __future__ import annotations

from functools import cache

import numpy as np

import tensorcalc as tc

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}  # relative to the norm of the result

LAYER_NORM = """
    m_b = 1/H 1_h x_bh
    mu_bh = x_bh - 1_h m_b
    v_b = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h
"""
BATCH_NORM = """
    m_c = 1/(B I J) 1_b 1_i 1_j x_bcij
    mu_bcij = x_bcij - 1_b 1_i 1_j m_c
    v_c = 1/(B I J) 1_b 1_i 1_j mu_bcij^2
    sigma_c = sqrt(v_c + eps)
    y_bcij = mu_bcij/sigma_c gamma_c + 1_b 1_i 1_j beta_c
"""
BATCH_NORM_OF_ROWS = """
    m_c = 1/B 1_b x_bc
    mu_bc = x_bc - 1_b m_c
    v_c = 1/B 1_b mu_bc^2
    sigma_c = sqrt(v_c + eps)
    y_bc = mu_bc/sigma_c gamma_c + 1_b beta_c
"""
CROSS_ENTROPY = """
    e_bn = exp(x_bn)
    n_b = 1_k e_bk
    s_bn = e_bn/n_b
    q_b = s_{b,T_b}
    l = -1/B 1_b log(q_b)
"""
ATTENTION = """
    s_ij = q_id k_jd/sqrt(D)
    e_ij = exp(s_ij)
    p_ij = e_ij/(1_k e_ik)
    y_id = p_ij v_jd
"""
TWO_LAYERS = """
    a_bj = x_bi w_ij + 1_b b_j
    h_bj = tanh(a_bj)
    z_bk = h_bj u_jk + 1_b c_k
    y_bk = exp(z_bk)/(1_n exp(z_bn))
    l = 1/B (y_bk - t_bk) (y_bk - t_bk)
"""
LOGISTIC = "l = -1/B 1_b (t_b log(sigmoid(z_b)) + (1 - t_b) log(1 - sigmoid(z_b)))"
HEADS = "s_bhij = q_bhid k_bhjd\np_bhij = exp(s_bhij)/(1_k exp(s_bhik))\ny_bhid = p_bhij v_bhjd"

# name: text, the letters of each input's axes, indices to look up (letters of the axes, the range that they pick from)
SOURCES: dict[str, tuple[str, dict[str, str], dict[str, tuple[str, str]]]] = {
    "matrix product": ("y_ij = x_ik a_kj", {"x": "ik", "a": "kj"}, {}),
    "product, transposed": ("y_ji = x_ik a_jk", {"x": "ik", "a": "jk"}, {}),
    "linear": ("y_ij = x_ik a_jk + 1_i b_j", {"x": "ik", "a": "jk", "b": "j"}, {}),
    "bilinear": ("y_b = u_bi a_ij w_bj", {"u": "bi", "a": "ij", "w": "bj"}, {}),
    "chain of products": ("y_il = a_ij b_jk c_kl", {"a": "ij", "b": "jk", "c": "kl"}, {}),
    "batched product": ("y_bij = x_bik a_bkj", {"x": "bik", "a": "bkj"}, {}),
    "matrix times vector": ("y_i = a_ij x_j", {"a": "ij", "x": "j"}, {}),
    "outer product": ("y_ij = u_i w_j", {"u": "i", "w": "j"}, {}),
    "trace": ("y = x_ij a_ji", {"x": "ij", "a": "ji"}, {}),
    "column sums": ("y_j = 1_i x_ij", {"x": "ij"}, {}),
    "row sums": ("y_i = 1_j x_ij", {"x": "ij"}, {}),
    "sum of all": ("y = 1_i 1_j x_ij^2", {"x": "ij"}, {}),
    "squared error": ("l = 1/N (y_n - t_n) (y_n - t_n)", {"y": "n", "t": "n"}, {}),
    "logistic": (LOGISTIC, {"z": "b", "t": "b"}, {}),
    "softmax": ("s_bn = exp(x_bn)/(1_k exp(x_bk))", {"x": "bn"}, {}),
    "softmax of one vector": ("s_n = exp(x_n)/(1_k exp(x_k))", {"x": "n"}, {}),
    "log-sum-exp": ("y_b = log(1_n exp(x_bn))", {"x": "bn"}, {}),
    "cross entropy": (CROSS_ENTROPY, {"x": "bn"}, {"T": ("b", "n")}),
    "layer norm": (LAYER_NORM, {"x": "bh", "gamma": "h", "beta": "h"}, {}),
    "batch norm": (BATCH_NORM, {"x": "bcij", "gamma": "c", "beta": "c"}, {}),
    "batch norm of rows": (BATCH_NORM_OF_ROWS, {"x": "bc", "gamma": "c", "beta": "c"}, {}),
    "attention": (ATTENTION, {"q": "id", "k": "jd", "v": "jf"}, {}),
    "attention of heads": (HEADS, {"q": "bhid", "k": "bhjd", "v": "bhjf"}, {}),
    "two layers": (TWO_LAYERS, {"x": "bi", "w": "ij", "b": "j", "u": "jk", "c": "k", "t": "bk"}, {}),
    "gelu": ("y_bi = gelu(x_bi)", {"x": "bi"}, {}),
    "five functions": ("y_i = tanh(sigmoid(x_i) exp(-x_i^2) + sin(x_i)) relu(x_i)", {"x": "i"}, {}),
    "embedding": ("y_bh = a_{T_b,h}", {"a": "nh"}, {"T": ("b", "n")}),
    "diagonal": ("y_i = x_ii^2", {"x": "ii"}, {}),
}
SIZES = {"odd": 7, "prime": 13, "vectors": 16, "one": 1, "empty": 0}


@cache
def function(name: str) -> tc.Function:
    return tc.function(SOURCES[name][0])


@cache
def compiled(name: str, backward: bool = False) -> tc.CompiledFunction:
    """Compiled once for all tests: Taichi takes its time."""
    return (function(name).backward() if backward else function(name)).compile()


def arguments(name: str, dtype, size: str = "odd", backward: bool = False) -> dict:
    """Arrays for a function: leading axes of the size named, every other letter a little longer."""
    rng, base = np.random.default_rng(0), SIZES[size]
    _, inputs, looked = SOURCES[name]
    letters = sorted({letter for axes in (*inputs.values(), *(axes for axes, _ in looked.values())) for letter in axes})
    step = 0 if size in ("one", "empty", "vectors") else 1
    length = {letter: base + step * k for k, letter in enumerate(letters)}
    found = {k: rng.normal(size=[length[one] for one in axes]).astype(dtype) for k, axes in inputs.items()}
    found |= {k: rng.integers(0, length[of], [length[one] for one in axes]) for k, (axes, of) in looked.items()}
    if "eps" in function(name).inputs:
        found["eps"] = dtype(1e-3)
    if backward:
        with np.errstate(all="ignore"):
            y = function(name)(**found)
        found[f"dl_d{function(name).outputs[0]}"] = rng.normal(size=np.shape(y)).astype(dtype)
    return found


def reference(f: tc.Function, given: dict) -> dict[str, np.ndarray]:
    """The values by NumPy, in double precision."""
    wide = {k: v if k == "sizes" or np.asarray(v).dtype.kind == "i" else np.asarray(v, float) for k, v in given.items()}
    with np.errstate(all="ignore"):
        return by_name(f, f(**wide))


def by_name(f, result) -> dict[str, np.ndarray]:
    found = result if isinstance(result, dict) else {f.outputs[0]: result}
    return {name: np.asarray(value) for name, value in found.items()}


def agree(got: dict, expected: dict, dtype) -> None:
    """The same numbers to rounding, NaN and infinity where they belong."""
    assert list(got) == list(expected)
    for name, value in got.items():
        other = expected[name]
        assert value.shape == other.shape, name
        assert value.dtype == dtype, name
        finite = np.isfinite(other)
        assert np.array_equal(value[~finite], other[~finite].astype(dtype), equal_nan=True), name
        gap = np.linalg.norm(value[finite] - other[finite])
        assert gap <= TOLERANCE[dtype] * max(np.linalg.norm(other[finite]), 1e-30), f"{name}: {gap}"
