"""The operations under test, each with arguments of odd sizes and its formula in NumPy."""

import numpy as np

from tensorcalc import kernels

SHAPES = {
    "sigmoid": [(1,), (7,), (3, 5, 2), (), (0,), (2, 0, 3), (1031,)],
    "tanh": [(1,), (7,), (3, 5, 2), (), (0,), (2, 0, 3), (1031,)],
    "relu": [(1,), (7,), (3, 5, 2), (), (0,), (2, 0, 3), (1031,)],
    "matmul": [(1, 1, 1), (2, 3, 5), (1, 7, 1), (17, 1, 13), (0, 3, 2), (3, 0, 2), (3, 2, 0), (31, 37, 29)],
    "layer_norm": [(1, 2), (3, 7), (2, 3, 5), (13,), (4, 1), (0, 3), (3, 0), (131, 17), (64, 3), (65, 3), (1000, 2)],
}
CASES = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]
OPERATIONS = list(SHAPES)


def functions(name):
    """The forward and the backward function."""
    return getattr(kernels, f"{name}_forward"), getattr(kernels, f"{name}_backward")


def arguments(name, shape, dtype=np.float64, seed=0):
    """Random arguments: none near a kink, none with a mean or a scale that would hide an error."""
    random = np.random.default_rng(seed).standard_normal
    if name == "matmul":
        i, k, j = shape
        given = random((i, k)), random((k, j))
    elif name == "layer_norm":
        given = 3 + 2 * random(shape), random(shape[-1]), random(shape[-1])
    else:
        x = random(shape)
        given = (x + 0.1 * np.sign(x),)
    return tuple(np.asarray(array, dtype) for array in given)


def formula(name, *given):
    """y in float64, straight from the definition."""
    given = [np.asarray(array, np.float64) for array in given]
    with np.errstate(all="ignore"):
        return {
            "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(x / 2),
            "tanh": np.tanh,
            "relu": lambda x: np.where(x < 0, 0.0, x),
            "matmul": lambda x, a: np.einsum("ik,kj->ij", x, a),
            "layer_norm": _normalised,
        }[name](*given)


def _normalised(x, gamma, beta):
    mean = x.sum(-1, keepdims=True) / x.shape[-1]
    variance = ((x - mean) ** 2).sum(-1, keepdims=True) / x.shape[-1]
    return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta
