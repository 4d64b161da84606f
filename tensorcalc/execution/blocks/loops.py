"""Loops over vectors of lanes: one text, compiled for each precision and width that it meets, and launched cheaply."""

import functools
import inspect
import math
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from .. import runtime
from ..arithmetic import harmless
from .alignment import VECTOR_BYTES, counts, piece, widest
from .elementary import FUNCTIONS
from .lanes import NEAR, Setting, Width, _Settings, is_vector
from .launching import Launcher
from .memory import Region, check_read, check_written, region

_MOST_LANES = VECTOR_BYTES[0] // 4
_NUMBERS = (int, float)
_SERIAL_BELOW = 1 << 20  # bytes in all arrays: what one thread does in twice the time that a second one takes to wake
_SHORT = ("abs", "relu", "sign", "sqrt", "step")  # functions of one or two instructions
_VECTORS = 4  # computed at once: while one waits for its last result, the others are under way
_LARGE = 1 << 20  # bytes in all arrays: from here on that pays for a longer compilation


class Lanes:
    """Annotation of an array whose last axis is walked in vectors of lanes."""


class Written(Lanes):
    """Annotation of such an array that is stored into."""


class Stored:
    """Annotation of an array of plain numbers that is stored into."""


class VectorLoops:
    """Loops written in the words of `lanes`, called with NumPy arrays."""

    __name__: str
    __wrapped__: Callable[..., None]

    def __init__(self, loops: Callable[..., None]) -> None:
        functools.update_wrapper(self, loops)
        annotations = inspect.get_annotations(loops, eval_str=True)
        self._names = list(inspect.signature(loops).parameters)
        self._kinds = [annotations.get(name) for name in self._names]
        self._known: dict[Any, Launcher] = {}  # by what arguments look like in full: checked before
        self._kernels: dict[Any, Launcher] = {}  # by what the machine code depends on

    @property
    def _serial_below(self) -> int:
        return _SERIAL_BELOW

    def __call__(self, *args: Any, serial: bool | None = None, width: Width | None = None) -> None:
        """Run the loops.

        Parameters
        ----------
        *args : contiguous arrays of one floating-point type, and numbers
        serial : on this thread alone; by default where the work is too small to share
        width : lanes and grain; by default the widest that sizes and alignment allow
        """
        args = tuple(kind(arg) if kind in _NUMBERS else arg for kind, arg in zip(self._kinds, args, strict=True))
        given = [arg if kind in _NUMBERS else region(arg) for kind, arg in zip(self._kinds, args, strict=True)]
        key = (serial, width, *[_signature(g) for g in given if type(g) is Region])
        launch = self._known.get(key)
        if launch is not None:
            return launch(args, given)
        self._known[key] = self._compiled(args, given, serial, width)
        return None

    def _compiled(self, args: Any, given: list[Any], serial: bool | None, width: Width | None) -> Launcher:
        """Check these arguments and run, by a kernel that is compiled where there is none yet for their types."""
        for name, kind, arg in zip(self._names, self._kinds, args, strict=True):
            _check(f"{self.__name__}: {name}", kind, arg)
        arrays = [g for g in given if isinstance(g, Region)]
        dtype = self._dtype(arrays)
        nbytes = sum(g.nbytes for g in arrays)
        lanes = [g for g, kind in zip(given, self._kinds, strict=True) if _is(kind, Lanes)]
        vectors = runtime.backend() == "cpu" and lanes and all(g.shape for g in lanes)
        wide = width or (self._width(lanes, nbytes >= _LARGE) if vectors else Width())
        if serial is None:
            threads = runtime.taichi().lang.impl.current_cfg().cpu_max_num_threads
            serial = threads == 1 or nbytes * 2 * (threads - 1) < self._serial_below * threads
        wide = replace(wide, serial=serial, far=any(math.prod(g.shape) > NEAR for g in lanes))
        key = (wide, *[(g.dtype, len(g.shape)) for g in arrays])
        with runtime.lock:
            if key in self._kernels:
                self._kernels[key](args, given)
            else:
                self._kernels[key] = self._compile(args, dtype, wide)
        return self._kernels[key]

    def _width(self, regions: list[Region], large: bool) -> Width:
        return widest(regions)

    def _dtype(self, arrays: list[Region]) -> np.dtype:
        floats = {g.dtype for g in arrays if g.dtype.kind == "f"}
        if len(floats) != 1:
            found = ", ".join(sorted(map(str, floats))) or "none"
            raise TypeError(f"{self.__name__}: its arrays must share one floating-point type (found: {found})")
        dtype = floats.pop()
        if not runtime.compiles(dtype):
            raise TypeError(f"{self.__name__}: {runtime.backend()} does not compile loops in {dtype}")
        return dtype

    def _compile(self, args: tuple[Any, ...], dtype: np.dtype, width: Width) -> Launcher:
        ti = runtime.taichi()
        real = ti.f64 if dtype == np.float64 else ti.f32
        with compiling(real, width), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations inside Taichi's compiler are not the reader's
            grains = [self._grain(kind, width) for kind in self._kinds]
            launch = Launcher(ti.kernel(self._annotated(ti, real, grains, args)), grains)
            launch.first(args)
        return launch

    def _grain(self, kind: Any, width: Width) -> int:
        """How many numbers an element of an argument holds; 0 for what is no array."""
        return 0 if kind in _NUMBERS else width.grain if _is(kind, Lanes) else 1

    def _annotated(self, ti: Any, real: Any, grains: list[int], args: tuple[Any, ...]) -> Callable[..., None]:
        """A copy of the loops whose annotations are Taichi's: arrays of vectors, of numbers, and numbers."""
        loops = self.__wrapped__
        copy = types.FunctionType(loops.__code__, loops.__globals__, loops.__name__, None, loops.__closure__)
        for name, kind, grain, arg in zip(self._names, self._kinds, grains, args, strict=True):
            if kind in _NUMBERS:
                copy.__annotations__[name] = real if kind is float else ti.i32
            else:
                number = getattr(ti, f"{arg.dtype.kind}{8 * arg.dtype.itemsize}")
                copy.__annotations__[name] = ti.types.ndarray(ti.types.vector(grain, number) if grain > 1 else number)
        return copy


class LoadedLoops(VectorLoops):
    """Loops that read arrays of vectors by `load` alone, which takes them from wherever they lie."""

    def _width(self, regions: list[Region], large: bool) -> Width:
        """The widest vectors that divide the last axis of every array."""
        lanes = next((n for n in counts(regions) if all(where.shape[-1] % n == 0 for where in regions)), 1)
        return self._lying(lanes, regions)

    def _lying(self, lanes: int, regions: list[Region], rest: int = 0) -> Width:
        """These vectors, whole or in halves where alignment allows it; else it counts for what is stored alone."""
        grain = piece(regions)
        if 2 * grain >= lanes:
            return Width(lanes, min(lanes, grain), rest=rest)
        kinds = [kind for kind in self._kinds if _is(kind, Lanes)]
        stored = [where for where, kind in zip(regions, kinds, strict=True) if _is(kind, Written)]
        return Width(lanes, min(lanes, piece(regions, stored)), rest=rest, singly=True)

    def _grain(self, kind: Any, width: Width) -> int:
        return 1 if width.singly and kind is Lanes else super()._grain(kind, width)


class ElementwiseLoops(LoadedLoops):
    """Loops over one axis whose elements do not know of one another: what no vector divides is done by itself."""

    @functools.cached_property
    def _serial_below(self) -> int:  # type: ignore[override]
        """Each number is read once: two or four times as much is done meanwhile, with functions or without."""
        names, code = self.__wrapped__.__globals__, self.__wrapped__.__code__
        called = [names[name] for name in code.co_names if name in names]
        return _SERIAL_BELOW << (1 if any(one in called for one in _LONG) else 2)

    def __call__(self, *args: Any, serial: bool | None = None, width: Width | None = None) -> None:
        size = next(arg.shape[0] for arg, kind in zip(args, self._kinds, strict=True) if _is(kind, Lanes))
        lanes = _MOST_LANES * (_VECTORS if 8 * size >= _LARGE else 1)
        whole = size - size % lanes
        if whole == size or width is not None:
            return super().__call__(*args, serial=serial, width=width)
        if whole:
            super().__call__(*self._parts(args, size, slice(whole)), serial=serial)
        return super().__call__(*self._parts(args, size, slice(whole, None)), serial=True, width=Width())

    def _parts(self, args: tuple[Any, ...], size: int, part: slice) -> list[Any]:
        kinds = zip(args, self._kinds, strict=True)
        return [arg[part] if _is(kind, Lanes) and arg.shape == (size,) else arg for arg, kind in kinds]

    def _width(self, regions: list[Region], large: bool) -> Width:
        """Several vectors at once in large arrays, where that pays for a longer compilation."""
        found = super()._width(regions, large)
        several = _VECTORS * found.lanes
        full = found.lanes == counts(regions)[0]
        return replace(found, lanes=several) if large and full and regions[0].shape[0] % several == 0 else found


class RowLoops(LoadedLoops):
    """Loops whose vectors stand inside `widths`: rows of any length are computed in vectors of the widest kind."""

    def _width(self, regions: list[Region], large: bool) -> Width:
        found, lanes = super()._width(regions, large), counts(regions)[0]
        short = any(where.shape[-1] < lanes for where in regions)
        fine = found.lanes > 1 and not large  # narrower vectors do, and compile in half the time
        return found if found.lanes >= lanes or short or fine else self._lying(lanes, regions, piece(regions, []))


_LONG = [function for name, function in FUNCTIONS.items() if name not in _SHORT]


def _is(kind: Any, of: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, of)


def _signature(where: Region) -> tuple:
    """What the choice of a kernel depends on; calls that agree in it need no second check."""
    return where.shape, where.dtype, where.address % 64, where.contiguous, where.writeable


def _check(name: str, kind: Any, arg: Any) -> None:
    if kind in _NUMBERS:
        return
    if _is(kind, Written) or _is(kind, Stored):
        check_written(name, arg)
    elif check_read(name, arg) is not arg:
        raise ValueError(f"{name} must be contiguous: pass np.ascontiguousarray of it")


def _guard(name: str) -> Setting:
    """Taichi ends the process where this function of its own meets a vector that stays a vector."""

    def settle(*args: Any) -> Any:
        if any(map(is_vector, args)):
            instead = f"blocks.FUNCTIONS[{name!r}]" if name in FUNCTIONS else "what stands in blocks.FUNCTIONS"
            raise TypeError(f"ti.{name} of a vector of lanes: take {instead}, which takes numbers too")
        return getattr(runtime.taichi(), name)(*args)

    settle.__name__ = name
    return Setting(settle)


_FATAL = ("abs", "acos", "asin", "atan2", "bit_cast", "cast", "cos", "exp", "log", "pow", "select", "sin", "tan")
_GUARDS = {name: _guard(name) for name in (*_FATAL, "tanh")}


@contextmanager
def compiling(real: Any, width: Width) -> Iterator[None]:
    """While a kernel is compiled: its precision, its width, and vectors that stay vectors."""
    ti = runtime.taichi()
    config = ti.lang.impl.current_cfg()
    before = config.real_matrix_scalarize
    # A literal such as 0.1 has the default type, and would be single precision in a double precision kernel.
    ti.lang.impl.get_runtime().set_default_fp(real)
    _Settings.width, config.real_matrix_scalarize = width, False
    runtime.guards.update(_GUARDS)
    try:
        with harmless():
            yield
    finally:
        _Settings.width, config.real_matrix_scalarize = Width(), before
        runtime.guards.clear()


def elementwise_loops(loops: Callable[..., None]) -> VectorLoops:
    """`vector_loops` over one axis whose elements do not know of one another, at any size at the speed of vectors.

    Examples
    --------
    >>> from tensorcalc.execution import blocks, runtime
    >>> from tensorcalc.execution.blocks import Lanes, Written, chunks, load, parallel, store
    >>> @blocks.elementwise_loops
    ... def double(x: Lanes, y: Written):
    ...     parallel()
    ...     for i in range(chunks(x)):
    ...         store(2.0 * load(x, i), y, i)
    >>> x, y = blocks.empty(37), blocks.empty(37)
    >>> x[:] = 21
    >>> if runtime.backend() == "cpu":
    ...     double(x, y)  # 32 in vectors, 5 by themselves
    ...     assert y.tolist() == [42.0] * 37
    """
    return ElementwiseLoops(loops)


def row_loops(loops: Callable[..., None]) -> VectorLoops:
    """`vector_loops` whose loops over vectors stand inside `widths`, for rows of any length at the speed of vectors.

    Examples
    --------
    >>> from tensorcalc.execution import blocks, runtime
    >>> from tensorcalc.execution.blocks import Lanes, Written, chunks, first, load, parallel, store, widths
    >>> from tensorcalc.execution.runtime import ti
    >>> @blocks.row_loops
    ... def double(x: Lanes, y: Written):
    ...     parallel()
    ...     for b in range(x.shape[0]):
    ...         for _ in ti.static(widths()):
    ...             for h in range(first(x), chunks(x)):
    ...                 store(2.0 * load(x, b, h), y, b, h)
    >>> x, y = blocks.empty((2, 37)), blocks.empty((2, 37))
    >>> x[:] = 21
    >>> if runtime.backend() == "cpu":
    ...     double(x, y)  # of each row 32 in vectors, 5 by themselves
    ...     assert (y == 42).all()
    """
    return RowLoops(loops)


def vector_loops(loops: Callable[..., None]) -> VectorLoops:
    """Make a kernel of loops over vectors of lanes.

    Parameters
    ----------
    loops : function
        Its parameters are annotated ``Lanes`` (an array whose last axis is walked by `load`), ``Written`` (the same,
        by `store`), ``Stored`` (plain numbers, stored into), ``int``, ``float``, or not at all (plain numbers, read).

    Returns
    -------
    VectorLoops

    Raises
    ------
    TypeError, ValueError
        When called: mixed precisions, other dtypes, arrays that are not contiguous, read-only outputs.

    Examples
    --------
    >>> from tensorcalc.execution import blocks, runtime
    >>> from tensorcalc.execution.blocks import Lanes, Written, chunks, load, parallel, store
    >>> @blocks.vector_loops
    ... def double(x: Lanes, y: Written):
    ...     parallel()
    ...     for i in range(chunks(x)):
    ...         store(2.0 * load(x, i), y, i)
    >>> x, y = blocks.empty(32), blocks.empty(32)
    >>> x[:] = 21
    >>> if runtime.backend() == "cpu":
    ...     double(x, y)
    ...     assert y.tolist() == [42.0] * 32
    """
    return VectorLoops(loops)
