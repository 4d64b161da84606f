"""Launching a compiled kernel without the public call's look at every argument, and by that call where it must."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from .. import once, runtime
from .lanes import _Settings

Put = Callable[..., None]  # writes one argument into a launch context
Context = tuple[list[Put], Callable[[], None]]  # one for each argument, and what launches with all of them


class Launcher:
    """One kernel of Taichi, compiled for arguments of certain types, to be launched again and again.

    Taichi's public call looks at every argument anew, some 10 µs for each array. Its launch context can be kept and
    filled by hand, which is private: where that is not as in Taichi 1.7, the public call does it. So it does on a GPU,
    where a launch begins and ends with copies.
    """

    def __init__(self, kernel: Callable[..., None], grains: list[int]) -> None:
        self._kernel = kernel
        self.grains = grains  # numbers in an element of each array, 0 for an argument that is a number
        self.context: Callable[[], Context] | None = None  # makes another one
        self._puts: list[Put] = []
        self._launch: Callable[[], None] | None = None
        self._filled: list[Any] = [None] * len(grains)  # what the context holds already

    def first(self, args: tuple[Any, ...]) -> None:
        """Compile for these arguments and run once."""
        if _Noting.launches is not None:
            raise LookupError("there is no kernel yet for these arguments")
        views = tuple(map(_view, args, self.grains))
        if not _Settings.width.serial:
            runtime.share()
        with once.sources(), _left_to_llvm():
            self._kernel(*views)
            try:
                if runtime.backend() == "cpu":
                    self._prepare(views)
            except (AttributeError, TypeError, KeyError):  # another Taichi than the one this was written for
                self.context = self._launch = None

    def __call__(self, args: tuple[Any, ...], given: list[Any]) -> None:
        with runtime.lock:
            runtime.taichi()  # refuses what would be a crash: another program, another process
            if _Noting.launches is not None:
                _Noting.launches.append((self, args))
            elif self._launch is None:
                self._kernel(*map(_view, args, self.grains))
            else:
                self._fill(given)
                self._launch()

    def _fill(self, given: list[Any]) -> None:
        for n, (put, grain, value) in enumerate(zip(self._puts, self.grains, given, strict=True)):
            if grain == 0:
                put((n,), value)
            elif value != self._filled[n]:
                put((n,), value.address, value.nbytes, elements(value.shape, grain), 0)
                self._filled[n] = value

    def _prepare(self, views: tuple[Any, ...]) -> None:
        program = runtime.taichi().lang.impl.get_runtime().prog
        primal: Any = self._kernel._primal  # type: ignore[attr-defined]
        compiled = primal.compiled_kernels[primal.ensure_compiled(*views)]
        code = program.compile_kernel(program.config(), program.get_device_caps(), compiled)
        kinds = list(map(type, views))

        def context() -> Context:
            own = compiled.make_launch_context()
            numbers = {int: own.set_arg_int, float: own.set_arg_float}
            puts = [numbers.get(kind, own.set_arg_external_array_with_shape) for kind in kinds]
            return puts, partial(program.launch_kernel, code, own)

        self._puts, self._launch = context()
        self.context = context


class _Noting:
    """Launches that are noted down instead of run; changed under the lock of the runtime alone."""

    launches: list[tuple[Any, tuple[Any, ...]]] | None = None


@contextmanager
def noting() -> Iterator[list[tuple[Any, tuple[Any, ...]]]]:
    """While this lasts no kernel runs: which ones would, and on what, is noted down."""
    with runtime.lock:
        launches: list[tuple[Any, tuple[Any, ...]]] = []
        _Noting.launches = launches
        try:
            yield launches
        finally:
            _Noting.launches = None


def note(what: Any, args: tuple[Any, ...]) -> None:
    """Something else that is done between launches."""
    if _Noting.launches is not None:
        _Noting.launches.append((what, args))


def is_noting() -> bool:
    """Whether launches are noted down at present, on stand-ins whose numbers mean nothing."""
    return _Noting.launches is not None


@contextmanager
def _left_to_llvm() -> Iterator[None]:
    """Vector code passes by Taichi's own optimizer: LLVM finds the same, and its passes over long code are slow."""
    config = runtime.taichi().lang.impl.current_cfg()
    before = config.advanced_optimization
    config.advanced_optimization = before and config.real_matrix_scalarize
    try:
        yield
    finally:
        config.advanced_optimization = before


def elements(shape: tuple[int, ...], grain: int) -> tuple[int, ...]:
    """The shape that the kernel sees: its elements are `grain` numbers along the last axis."""
    return shape if grain == 1 else (*shape[:-1], shape[-1] // grain)


def _view(arg: Any, grain: int) -> Any:
    """The argument as the public call takes it."""
    return arg if grain < 2 else arg.reshape(*elements(arg.shape, grain), grain)
