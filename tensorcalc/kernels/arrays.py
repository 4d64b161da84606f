"""What every kernel function asks of its arguments."""

from typing import Any

import numpy as np

from tensorcalc.execution import runtime

LARGEST = 2**31 - 1


def floats(**arrays: Any) -> tuple[np.ndarray, ...]:
    """The named arguments as arrays of one floating-point type, the one that NumPy would compute in.

    Integers become float64; float16, complex numbers and anything else is a TypeError.
    """
    given = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in given.items():
        if array.dtype.kind not in "iub" and array.dtype.newbyteorder("=") not in (np.float32, np.float64):
            raise TypeError(f"{name} is {array.dtype}: kernels compute in float32 and float64, so convert it first")
    common = np.result_type(*given.values()).newbyteorder("=")
    dtype = common if common.kind == "f" else np.dtype(np.float64)
    return tuple(np.asarray(array, dtype) for array in given.values())


def upstream(dy: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """The upstream gradient ∂l/∂y, which has the shape of y and is computed with in the type of y."""
    (dy,) = floats(dy=dy)
    if dy.shape != shape:
        raise ValueError(f"dy has shape {dy.shape}; the upstream gradient has the shape of y, which is {shape}")
    return dy.astype(dtype, copy=False)


def compiled(*arrays: np.ndarray) -> bool:
    """Whether Taichi computes on these arrays; NumPy takes the empty ones and those too large to count in 32 bits."""
    return runtime.compiles(arrays[0].dtype) and all(0 < array.size <= LARGEST for array in arrays)
