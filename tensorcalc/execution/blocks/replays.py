"""Launches of an earlier call, again: a small kernel runs in less time than Python takes to say what it is to do.

What a function launches depends on the shapes, types and alignment of its arguments, not on where they lie. So it is
called once with stand-ins; its launches are noted down instead of run, and each of their arguments is found again: so
many bytes into this array, or that number. From then on addresses and numbers are all that has to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from operator import itemgetter
from typing import Any

import numpy as np

from .. import runtime
from .launching import Put, elements, note, noting
from .memory import ALIGNMENT, address

MOST = 1 << 22  # bytes in all arrays: where there are more, the time of a launch is not felt


class Replay:
    """What one function launches for arguments of certain shapes, types and alignment."""

    def __init__(self, function: Callable[..., None], given: Sequence[Any], products: int = 0) -> None:
        """Note what ``function(*given)`` would launch, and as many products of matrices.

        Raises
        ------
        LookupError
            Where that cannot be repeated: large arrays, a number computed on the way, another Taichi, a product that
            is computed in another way than by ``np.matmul`` into a given array.
        """
        if sum(one.nbytes for one in given if isinstance(one, np.ndarray)) > MOST:
            raise LookupError("the arrays are large")
        kind = _StandIn if products else np.ndarray
        self._stand_ins = [_stand_in(n, one, kind) for n, one in enumerate(given)]
        self._arrays: list[tuple[int, int, tuple[int], Put, int, tuple[int, ...]]] = []
        self._numbers: list[tuple[int, tuple[int], Put, type]] = []
        self._steps: list[Callable[[Any], Any]] = []  # of the arrays themselves, which a launch needs no more
        self._temporary: list[np.ndarray] = []  # what the function allocates on the way: kept, and used every time
        self._nothing: list[Any] = [None] * len(given)
        self._told = self._nothing  # what the contexts hold
        with noting() as launches:
            function(*self._stand_ins)
        for launcher, args in launches:
            self._learn(launcher, args)
        if sum(launcher is np.matmul for launcher, _ in launches) != products:
            raise LookupError("a product that was not noted")
        self._stand_ins.clear()
        self._alone = products == len(launches) and not self._temporary  # nothing that threads would share

    def __call__(self, places: list[Any], given: list[Any] | None = None) -> None:
        """Launch with the addresses of the arrays and the numbers, in the order of ``given``.

        Where matrices are multiplied, the arrays themselves are asked for too.
        """
        if self._alone:
            for step in self._steps:
                step(given)
            return
        with runtime.lock:
            runtime.taichi()  # refuses what would be a crash: another program, another process
            if self._numbers or places != self._told:  # a comparison does not tell 0 from -0
                self._tell(places)
            for step in self._steps:
                step(given)

    def _tell(self, places: list[Any]) -> None:
        """Write into the contexts what is not the same as last time."""
        told, self._told = self._told, self._nothing
        for source, offset, n, put, nbytes, shape in self._arrays:
            if places[source] != told[source]:
                put(n, places[source] + offset, nbytes, shape, 0)
        for source, n, put, kind in self._numbers:
            if places[source] is not told[source]:
                put(n, kind(places[source]))
        self._told = places

    def _learn(self, launcher: Any, args: tuple[Any, ...]) -> None:
        if launcher is np.matmul:
            left, right, out = map(self._learn_operand, args)
            self._steps.append(lambda given: np.matmul(left(given), right(given), out=out(given)))
            return
        if launcher.context is None:
            raise LookupError("another Taichi")
        puts, launch = launcher.context()
        self._steps.append(lambda given: launch())
        for n, (arg, grain, put) in enumerate(zip(args, launcher.grains, puts, strict=True)):
            if grain:
                self._learn_array((n,), put, arg, elements(arg.shape, grain))
            else:
                self._learn_number((n,), put, arg)

    def _learn_array(self, n: tuple[int], put: Put, arg: np.ndarray, shape: tuple[int, ...]) -> None:
        place = address(arg)
        for source, one in enumerate(self._stand_ins):
            if isinstance(one, np.ndarray) and 0 <= place - address(one) < one.nbytes:
                self._arrays.append((source, place - address(one), n, put, arg.nbytes, shape))
                return
        put(n, place, arg.nbytes, shape, 0)
        self._keep(arg)

    def _learn_operand(self, arg: np.ndarray) -> Callable[[Any], np.ndarray]:
        """What finds a factor of a product, or its result: an array of the call, its axes in some order."""
        for source, one in enumerate(self._stand_ins):
            if isinstance(one, np.ndarray) and address(one) == address(arg):
                for axes in permutations(range(one.ndim)):
                    if one.transpose(axes).strides == arg.strides and one.transpose(axes).shape == arg.shape:
                        return _operand(source, axes)
                raise LookupError("a part of an array")
        self._keep(arg)
        return lambda given: arg

    def _keep(self, arg: np.ndarray) -> None:
        self._temporary.append(arg)
        if sum(one.nbytes for one in self._temporary) > MOST:
            raise LookupError("what is allocated on the way is large")

    def _learn_number(self, n: tuple[int], put: Put, arg: float) -> None:
        if arg >= 0 and isinstance(arg, int):  # a size, which is the same every time
            put(n, arg)
            return
        for source, one in enumerate(self._stand_ins):
            if isinstance(one, float) and one == arg:
                self._numbers.append((source, n, put, type(arg)))
                return
        raise LookupError("a number that is computed on the way")


def _operand(source: int, axes: tuple[int, ...]) -> Callable[[Any], np.ndarray]:
    if axes == tuple(range(len(axes))):
        return itemgetter(source)
    return lambda given: given[source].transpose(axes)


class _StandIn(np.ndarray):
    """An array whose products of matrices are noted down instead of computed."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc is not np.matmul or method != "__call__" or list(options) != ["out"]:
            raise LookupError("arithmetic on the way")
        note(np.matmul, (*inputs, *options["out"]))
        return options["out"][0]

    def __array_function__(self, *_: Any) -> Any:
        raise LookupError("arithmetic on the way")


def _stand_in(n: int, one: Any, kind: type[np.ndarray]) -> Any:
    """An array that looks the same and shares memory with no other; a number that is no other."""
    if not isinstance(one, np.ndarray):
        return -1.0 - n
    buffer = np.empty(one.nbytes + 2 * ALIGNMENT, np.uint8)
    offset = (address(one) - address(buffer)) % ALIGNMENT
    return kind(one.shape, one.dtype, buffer, offset)
