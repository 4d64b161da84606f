"""Launching a compiled kernel without the public call's look at every argument, and by that call where it must."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import once, runtime
from .lanes import _Settings
from .memory import Region


class Launcher:
    """One kernel of Taichi, compiled for arguments of certain types, to be launched again and again.

    Taichi's public call looks at every argument anew, some 10 µs for each array. Its launch context can be kept and
    filled by hand, which is private: where that is not as in Taichi 1.7, the public call does it.
    """

    def __init__(self, kernel: Callable[..., None], grains: list[int]) -> None:
        self._kernel = kernel
        self._grains = grains  # numbers in an element of each array, 0 for an argument that is a number
        self._filled: list[Any] = [None] * len(grains)  # what the context holds already
        self._fill: list[tuple[int, tuple[int], Callable, int]] = []
        self._launch: Callable[[], None] | None = None

    def first(self, args: tuple[Any, ...]) -> None:
        """Compile for these arguments and run once."""
        views = tuple(map(_view, args, self._grains))
        if not _Settings.width.serial:
            runtime.share()
        with once.sources(), _left_to_llvm():
            self._kernel(*views)
            try:
                self._prepare(views)
            except (AttributeError, TypeError, KeyError):  # another Taichi than the one this was written for
                self._launch = None

    def __call__(self, args: tuple[Any, ...], given: list[Any]) -> None:
        with runtime.lock:
            runtime.taichi()  # refuses what would be a crash: another program, another process
            if self._launch is None:
                self._kernel(*map(_view, args, self._grains))
                return
            for (n, place, put, grain), value in zip(self._fill, given, strict=True):
                if grain == 0:
                    put(place, value)
                elif value != self._filled[n]:
                    put(place, value.address, value.nbytes, _elements(value, grain), 0)
                    self._filled[n] = value
            self._launch()

    def _prepare(self, views: tuple[Any, ...]) -> None:
        program = runtime.taichi().lang.impl.get_runtime().prog
        primal: Any = self._kernel._primal  # type: ignore[attr-defined]
        compiled = primal.compiled_kernels[primal.ensure_compiled(*views)]
        code = program.compile_kernel(program.config(), program.get_device_caps(), compiled)
        context = compiled.make_launch_context()
        put_array = context.set_arg_external_array_with_shape
        put = {int: context.set_arg_int, float: context.set_arg_float}
        self._fill = [(n, (n,), put.get(type(view), put_array), grain) for (n, view), grain in self._numbered(views)]
        self._launch = lambda: program.launch_kernel(code, context)

    def _numbered(self, views: tuple[Any, ...]) -> Any:
        return zip(enumerate(views), self._grains, strict=True)


@contextmanager
def _left_to_llvm() -> Iterator[None]:
    """Taichi's own optimizer is left out: what it finds LLVM finds again, and its passes over long code are slow."""
    config = runtime.taichi().lang.impl.current_cfg()
    before, config.advanced_optimization = config.advanced_optimization, False
    try:
        yield
    finally:
        config.advanced_optimization = before


def _elements(where: Region, grain: int) -> tuple[int, ...]:
    """The shape that the kernel sees: its elements are `grain` numbers along the last axis."""
    return where.shape if grain == 1 else (*where.shape[:-1], where.shape[-1] // grain)


def _view(arg: Any, grain: int) -> Any:
    """The argument as the public call takes it."""
    if grain < 2:
        return arg
    view: np.ndarray = arg.reshape(*arg.shape[:-1], arg.shape[-1] // grain, grain)
    return view
