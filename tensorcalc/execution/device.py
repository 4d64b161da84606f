"""Arrays that live on a GPU: ``ti.ndarray(ti.f32, shape)`` of Taichi, or tensors of PyTorch on CUDA.

The latter are untested: no CUDA device was at hand. Taichi's own arrays ran on Vulkan, in software.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import runtime

_DTYPES = {"f32": "float32", "f64": "float64", "i32": "int32", "i64": "int64"}


def resident(value: Any) -> bool:
    """Whether a value is an array of Taichi's, or a tensor of PyTorch on CUDA."""
    module = type(value).__module__
    return module == "taichi.lang._ndarray" or (module == "torch" and bool(value.is_cuda))


def dtype_of(name: str, value: Any) -> np.dtype:
    """The type of its numbers, in NumPy's words.

    Raises
    ------
    TypeError
        If kernels do not compute in it, or its elements are vectors.
    """
    kind = str(value.dtype).rpartition(".")[2]
    kind = _DTYPES.get(kind, kind)
    if kind not in _DTYPES.values() or getattr(value, "element_shape", None):
        raise TypeError(f"{name} holds {value.dtype}: kernels take float32, float64, int32 and int64")
    return np.dtype(kind)


def check_there_is_one(name: str) -> None:
    """Refuse an array that lives on a device where kernels run elsewhere."""
    if runtime.backend() in ("cpu", "numpy"):
        raise TypeError(
            f"{name} lives on a device, and kernels run on {runtime.backend()}: pass {name}.to_numpy(), "
            "or choose the device by tc.use('gpu') in a new process"
        )


def refuse_mixed(name: str, there: str) -> None:
    """Refuse an array in this computer's memory beside one that lives on a device."""
    raise TypeError(
        f"{name} is an array of this computer's memory, {there} lives on the device: copy {name} there once, "
        "by array = ti.ndarray(ti.f32, shape) and array.from_numpy(…)"
    )


def new(shape: tuple[int, ...], dtype: Any, like: Any) -> Any:
    """An array of arbitrary content where `like` is."""
    if type(like).__module__ == "torch":
        return like.new_empty(shape)
    kinds = {long: short for short, long in _DTYPES.items()}
    return runtime.taichi().ndarray(getattr(runtime.taichi(), kinds[str(dtype)]), shape)


def on_host(array: Any) -> np.ndarray:
    """A copy in this computer's memory."""
    return array.cpu().numpy() if type(array).__module__ == "torch" else array.to_numpy()
