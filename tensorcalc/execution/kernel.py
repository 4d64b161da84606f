"""A kernel is a function of loops over arrays: compiled by Taichi where it runs, run by Python where it does not."""

import ast
import functools
import inspect
import math
import operator
import textwrap
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import runtime
from .arithmetic import harmless
from .blocks.launching import Launcher
from .blocks.memory import LARGEST, region
from .device import check_there_is_one, dtype_of, resident

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
_INTEGERS = (np.dtype(np.int32), np.dtype(np.int64))


class Kernel:
    """Loops over arrays, compiled once for each floating-point type (made by the decorator `kernel`)."""

    __name__: str
    __wrapped__: Callable[..., None]

    def __init__(self, loops: Callable[..., None]) -> None:
        functools.update_wrapper(self, loops)
        self._names = list(inspect.signature(loops).parameters)
        self._numbers = inspect.get_annotations(loops, eval_str=True)
        self._compiled: dict[np.dtype, Callable[..., None]] = {}  # each for arrays of any dimensions
        self._launchers: dict[tuple, Launcher] = {}  # by types and dimensions, which machine code depends on
        self._known: dict[tuple, Launcher] = {}  # by what arguments look like in full: checked before

    def __call__(self, *args: Any) -> None:
        looks = tuple([_look(arg) if type(arg) is np.ndarray else type(arg) for arg in args])
        launcher = self._known.get(looks)
        if launcher is not None and runtime.backend() != "numpy":
            return launcher(args, [region(arg) if type(arg) is np.ndarray else arg for arg in args])
        if len(args) != len(self._names):
            raise TypeError(f"{self.__name__}({', '.join(self._names)}) was given {len(args)} arguments")
        checked = tuple(map(self._checked, self._names, args))
        dtype = self._dtype(checked)
        if runtime.backend() == "numpy":
            with np.errstate(all="ignore"):
                return self.__wrapped__(*checked)
        launcher = self._launch(dtype, checked)
        if all(one is arg and not resident(arg) for one, arg in zip(checked, args, strict=True)):
            self._known[looks] = launcher
        return None

    @functools.cached_property
    def source(self) -> str:
        """The loops as they are written."""
        try:
            return textwrap.dedent(inspect.getsource(self.__wrapped__))
        except OSError:
            raise RuntimeError(
                f"the source of kernel {self.__name__} cannot be read: define it in a file or in a notebook's cell"
            ) from None

    @functools.cached_property
    def written(self) -> frozenset[str]:
        """Names of the arrays that the loops store into."""
        stores = (n for n in ast.walk(ast.parse(self.source)) if isinstance(n, ast.Subscript))
        return frozenset(n.value.id for n in stores if isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name))

    def _checked(self, name: str, value: Any) -> Any:
        """A scalar as it is; an array such that its memory can be handed over as it lies."""
        if resident(value):
            check_there_is_one(name)
            dtype_of(name, value)
            self._count(name, math.prod(value.shape))
            return value
        if not isinstance(value, np.ndarray):
            return self._scalar(name, value)
        if value.dtype not in _FLOATS + _INTEGERS:
            raise TypeError(self._says(f"{name} is {value.dtype}; it takes float32, float64, int32 and int64"))
        self._count(name, value.size)
        if name not in self.written:
            return np.require(value, requirements=["C", "A"])
        if not (value.flags.c_contiguous and value.flags.aligned and value.flags.writeable):
            raise ValueError(self._says(f"{name} is written to: it must be contiguous and writeable, as np.empty is"))
        return value

    def _count(self, name: str, size: int) -> None:
        if size > LARGEST:
            raise ValueError(self._says(f"{name} has {size:,} elements, more than Taichi counts (2³¹ - 1)"))

    def _scalar(self, name: str, value: Any) -> Any:
        if name not in self._numbers:
            raise TypeError(self._says(f"{name} must be a NumPy array, not {type(value).__name__}"))
        return float(value) if self._numbers[name] is float else operator.index(value)

    def _dtype(self, args: tuple[Any, ...]) -> np.dtype:
        """The one floating-point type among the arrays, in which the loops compute."""
        named = dict(zip(self._names, args, strict=True))
        kinds = {name: arg.dtype for name, arg in named.items() if isinstance(arg, np.ndarray)}
        kinds |= {name: dtype_of(name, arg) for name, arg in named.items() if resident(arg)}
        floats = {name: dtype for name, dtype in kinds.items() if dtype in _FLOATS}
        if len(set(floats.values())) > 1:
            given = ", ".join(f"{name}: {dtype}" for name, dtype in floats.items())
            raise TypeError(self._says(f"its arrays must share one floating-point type ({given})"))
        return next(iter(floats.values()), _FLOATS[0])

    def _launch(self, dtype: np.dtype, args: tuple[Any, ...]) -> Launcher:
        if not runtime.compiles(dtype):
            raise TypeError(self._says(f"{runtime.backend()} computes in float32 only; use float32 or tc.use('numpy')"))
        arrays = [isinstance(arg, np.ndarray) or resident(arg) for arg in args]
        key = (dtype, *[(str(arg.dtype), len(arg.shape)) for arg, is_one in zip(args, arrays, strict=True) if is_one])
        with runtime.lock:
            ti = runtime.taichi()
            real = ti.f64 if dtype == np.float64 else ti.f32
            # A literal such as 0.1 has the default type, and would be single precision in a double precision kernel.
            ti.lang.impl.get_runtime().set_default_fp(real)
            if key in self._launchers:
                self._launchers[key](args, [region(arg) if isinstance(arg, np.ndarray) else arg for arg in args])
                return self._launchers[key]
            with harmless(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # deprecations inside Taichi's compiler are not the reader's
                if dtype not in self._compiled:
                    self._compiled[dtype] = ti.kernel(self._annotated(ti, real))
                launcher = Launcher(self._compiled[dtype], list(map(int, arrays)))
                launcher.first(args)
            self._launchers[key] = launcher
            return launcher

    def _annotated(self, ti: Any, real: Any) -> Callable[..., None]:
        """A copy of the loops whose annotations are Taichi's: arrays, and scalars of this precision."""
        loops = self.__wrapped__
        copy = types.FunctionType(loops.__code__, loops.__globals__, loops.__name__, None, loops.__closure__)
        scalars = {float: real, int: ti.i32}
        copy.__annotations__ = {
            name: scalars[self._numbers[name]] if name in self._numbers else ti.types.ndarray() for name in self._names
        }
        return copy

    def _says(self, fact: str) -> str:
        return f"kernel {self.__name__}({', '.join(self._names)}): {fact}"


def _look(array: np.ndarray) -> tuple:
    """What the checks of an array depend on."""
    return array.shape, array.dtype, array.flags.num


def kernel(loops: Callable[..., None]) -> Kernel:
    """Make a kernel of a function whose body is loops over arrays.

    The outermost loops run in parallel. Arguments are NumPy arrays, contiguous where they are written to, or on a GPU
    arrays that live there (``ti.ndarray``); an argument annotated ``float`` or ``int`` is a number. The same loops run
    under plain Python where Taichi is absent, so they count by ``range`` and ``ti.ndrange``.

    Parameters
    ----------
    loops : function
        Reads its inputs and stores into its outputs, all of them parameters, all float32 or all float64 (and int32 or
        int64 arrays of indices). It returns nothing.

    Returns
    -------
    Kernel
        Called as the function is; ``.source`` is its text.

    Raises
    ------
    TypeError
        When called: another dtype, mixed precisions, something that is no array.
    ValueError
        When called: an output that is not contiguous or not writeable, an array of more than 2³¹ - 1 elements.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc import kernel
    >>> @kernel
    ... def axpy(a: float, x, y):
    ...     for i in range(x.shape[0]):
    ...         y[i] = a * x[i] + y[i]
    >>> y = np.ones(3)
    >>> axpy(2.0, np.arange(3.0), y)
    >>> y
    array([1., 3., 5.])
    """
    return Kernel(loops)
