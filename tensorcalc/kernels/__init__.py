"""The kernels that the chapters show: loops that a reader understands, beside what NumPy makes of the same formula.

Each operation ``f`` comes as ``f_forward(...) -> (y, cache)`` and ``f_backward(dy, cache) -> gradients``, in the
order of the forward function's arguments. ``f_forward_loops`` is the kernel behind it, ``f_forward_numpy`` the
reference.
"""

from collections.abc import Callable
from typing import Any

from tensorcalc.execution.kernel import Kernel, kernel

from .elementwise import (
    ElementwiseCache,
    relu_backward,
    relu_backward_loops,
    relu_backward_numpy,
    relu_forward,
    relu_forward_loops,
    relu_forward_numpy,
    sigmoid_backward,
    sigmoid_backward_loops,
    sigmoid_backward_numpy,
    sigmoid_forward,
    sigmoid_forward_loops,
    sigmoid_forward_numpy,
    tanh_backward,
    tanh_backward_loops,
    tanh_backward_numpy,
    tanh_forward,
    tanh_forward_loops,
    tanh_forward_numpy,
)
from .layer_norm import (
    LayerNormCache,
    layer_norm_backward,
    layer_norm_backward_numpy,
    layer_norm_dweights_loops,
    layer_norm_dx_loops,
    layer_norm_forward,
    layer_norm_forward_loops,
    layer_norm_forward_numpy,
)
from .matmul import (
    MatmulCache,
    matmul_backward,
    matmul_backward_loops,
    matmul_backward_numpy,
    matmul_forward,
    matmul_forward_loops,
    matmul_forward_numpy,
)

__all__ = [
    "ElementwiseCache",
    "Kernel",
    "LayerNormCache",
    "MatmulCache",
    "kernel",
    "layer_norm_backward",
    "layer_norm_backward_numpy",
    "layer_norm_dweights_loops",
    "layer_norm_dx_loops",
    "layer_norm_forward",
    "layer_norm_forward_loops",
    "layer_norm_forward_numpy",
    "matmul_backward",
    "matmul_backward_loops",
    "matmul_backward_numpy",
    "matmul_forward",
    "matmul_forward_loops",
    "matmul_forward_numpy",
    "relu_backward",
    "relu_backward_loops",
    "relu_backward_numpy",
    "relu_forward",
    "relu_forward_loops",
    "relu_forward_numpy",
    "sigmoid_backward",
    "sigmoid_backward_loops",
    "sigmoid_backward_numpy",
    "sigmoid_forward",
    "sigmoid_forward_loops",
    "sigmoid_forward_numpy",
    "source",
    "tanh_backward",
    "tanh_backward_loops",
    "tanh_backward_numpy",
    "tanh_forward",
    "tanh_forward_loops",
    "tanh_forward_numpy",
]


def source(function: str | Callable) -> str:
    """The loops that a kernel function launches, as text.

    Parameters
    ----------
    function : str or function
        A kernel, a function of this module that launches some, or the name of either.

    Returns
    -------
    str
        Python source, one kernel after the other.

    Raises
    ------
    ValueError
        If there is no such name, or it launches no kernel.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> print(tc.kernels.source("matmul_forward"))
    @kernel
    def matmul_forward_loops(x, a, y):
        for i, j in ti.ndrange(*y.shape):
            y_ij = 0.0
            for k in range(a.shape[0]):
                y_ij += x[i, k] * a[k, j]
            y[i, j] = y_ij
    """
    found: Any = globals().get(function) if isinstance(function, str) else function
    # The kernels of a function are those that its own body names.
    named = [found.__globals__.get(name) for name in found.__code__.co_names] if hasattr(found, "__code__") else [found]
    kernels = [item for item in named if isinstance(item, Kernel)]
    if not kernels:
        known = ", ".join(name for name in __all__ if name.endswith(("_forward", "_backward")))
        raise ValueError(f"{function!r} launches no kernel; these do: {known}")
    return "\n\n".join(item.source for item in kernels).rstrip()
