"""The kernels that the chapters show: loops that a reader understands, beside what NumPy makes of the same formula.

Each operation ``f`` comes as ``f_forward(...) -> (y, cache)`` and ``f_backward(dy, cache) -> gradients``, in the
order of the forward function's arguments. ``f_forward_loops`` is the kernel behind it, ``f_forward_numpy`` the
reference. Optimizers, ``sgd`` to ``adamw``, change their arguments in place.

Large products - linear layers, batched products - are left to BLAS by way of the reference, on the CPU: loops compute
up to a quarter of a million multiply-adds. (``matmul`` stays with its loops; ``matmul_blocked`` is the same product at
most of the speed of BLAS.) Large convolutions are computed by blocks of vectors, or by BLAS where these stay
half empty.

On a GPU the functions take arrays that live there (``ti.ndarray``), and their results live there, but for numbers
(``matmul_blocked`` is made for the CPU, and says so). They run the plain loops, a row or an element to a
thread, and copy an array (there) whose shape these do not take. The compiled functions of `tensorcalc.layers` are the
fast way: a row to a block of threads. Both were tested on Vulkan in software; on CUDA they are untested.

Every function takes ``out=``, an array (or a tuple of them) that receives the result; backward functions add to what
is in it with ``accumulate=True``. What a cache holds is not copied: leave it unchanged until the backward function ran.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType
from typing import Any

from tensorcalc.execution.blocks import VectorLoops
from tensorcalc.execution.kernel import Kernel, kernel

from .tiles import Inlined

_FAMILIES = (
    "activations",
    "attention",
    "batch_norm",
    "contractions",
    "conv1d",
    "conv2d",
    "cross_entropy",
    "dropout",
    "elementwise",
    "embedding",
    "group_norm",
    "inverse",
    "layer_norm",
    "layer_norm_stages",
    "linear",
    "losses",
    "matmul",
    "matmul_blocked",
    "optimizers",
    "random",
    "rms_norm",
    "softmax",
)


def _names(family: str) -> dict[str, Any]:
    """The public functions, kernels and caches that a module of this package defines."""
    module = import_module(f"{__name__}.{family}")
    return {
        name: item
        for name, item in vars(module).items()
        if getattr(item, "__module__", None) == module.__name__ and not name.startswith("_")
    }


_PUBLIC = {name: item for family in _FAMILIES for name, item in _names(family).items()}
globals().update(_PUBLIC)

__all__ = ["Kernel", "kernel", "source", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"tensorcalc.kernels has no name {name!r}; its operations are {', '.join(_operations())}")


def _operations() -> list[str]:
    return [name.removesuffix("_forward") for name in __all__ if name.endswith("_forward")]


def source(function: str | Callable) -> str:
    """The loops that a kernel function launches, as text.

    Parameters
    ----------
    function : str or function
        A kernel, a function of this module that launches some, or the name of either.

    Returns
    -------
    str
        Python source, one kernel after the other, plain loops before those over vectors.

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
    found: Any = _PUBLIC.get(function) if isinstance(function, str) else function
    kernels = sorted(dict.fromkeys(_launched(found)), key=lambda item: isinstance(item, VectorLoops))
    if not kernels:
        known = ", ".join(name for name in __all__ if name.endswith(("_forward", "_backward")))
        raise ValueError(f"{function!r} launches no kernel; these do: {known}")
    return "\n\n".join(map(_text, kernels)).rstrip()


def _text(item: Kernel | VectorLoops) -> str:
    """The loops, after what is inlined in them."""
    if isinstance(item, Kernel):
        return item.source
    loops: Any = item.__wrapped__
    named = [loops.__globals__.get(name) for name in loops.__code__.co_names]
    inlined = [one.__wrapped__ for one in named if isinstance(one, Inlined)]
    return "\n\n".join(textwrap.dedent(inspect.getsource(text)) for text in (*inlined, loops))


def _launched(item: Any) -> Iterator[Kernel | VectorLoops]:
    """The kernels that a function's own body names, or that of a helper in its file."""
    if isinstance(item, (Kernel, VectorLoops)):
        yield item
    elif isinstance(item, FunctionType) and item.__module__.startswith(__name__):
        item = inspect.unwrap(item)
        for name in item.__code__.co_names:
            found = item.__globals__.get(name)
            if isinstance(found, (Kernel, VectorLoops)) or getattr(found, "__module__", None) == item.__module__:
                yield from _launched(found)
