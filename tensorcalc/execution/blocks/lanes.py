"""The words of a vectorised loop: load, store and reduce elements that are vectors of lanes.

A loop that is written with them compiles at any width, plain numbers (width 1) among them, so that the vector code
and its fallback are one text::

    for b in range(x.shape[0]):
        sum_b = zero()
        for h in range(chunks(x)):
            sum_b += load(x, b, h)
        m[b] = total(sum_b) / length(x)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from .. import runtime


@dataclass(frozen=True)
class Width:
    """How wide a loop is compiled: `lanes` numbers are computed at once, loaded and stored in pieces of `grain`."""

    lanes: int = 1
    grain: int = 1  # what the alignment of the arrays allows
    serial: bool = False  # on the calling thread alone
    rest: int = 0  # lanes of the shorter vectors in which rows go on behind the last whole one
    behind: int = 0  # how many of these make a whole one, in a loop over them
    singly: bool = False  # whether arrays that are only read are handed over number by number, wherever they lie
    far: bool = False  # whether an array of vectors holds more numbers than `NEAR`


NEAR = 1 << 30  # numbers: as many as 30 bits count


class _Settings:
    """The width of the kernel that is being compiled; changed under the lock of the runtime alone."""

    width = Width()


def is_vector(value: Any) -> bool:
    """Whether an expression of a kernel is a vector of lanes."""
    ti = runtime.taichi()
    return isinstance(value, ti.Matrix) or (isinstance(value, ti.lang.expr.Expr) and value.is_tensor())


def count_of(value: Any) -> int:
    """How many lanes a vector has."""
    return value.n if isinstance(value, runtime.taichi().Matrix) else value.get_shape()[0]


def is_double() -> bool:
    """Whether the kernel that is being compiled computes in double precision."""
    ti = runtime.taichi()
    return ti.lang.impl.get_runtime().default_fp == ti.f64


class Setting:
    """A number or directive that Python settles while a kernel is compiled."""

    _is_taichi_function = True
    func = SimpleNamespace(has_print=False)

    def __init__(self, settle: Callable[..., Any]) -> None:
        self.__name__, self.__doc__ = settle.__name__, settle.__doc__
        self._settle = settle

    def __call__(self, *args: Any) -> Any:
        return self._settle(*args)


@Setting
def lanes() -> int:
    """How many numbers are computed at once."""
    return _Settings.width.lanes


@Setting
def lane(value: Any, j: int) -> Any:
    """The j-th lane of a vector; a number is the same in every lane."""
    if not is_vector(value):
        return value
    impl = runtime.taichi().lang.impl
    return impl.subscript(impl.get_runtime().compiling_callable.ast_builder(), value, j)


@Setting
def parallel() -> None:
    """Before a loop: its iterations are shared among the threads, or run on one where the work is small."""
    runtime.taichi().loop_config(serialize=_Settings.width.serial)


@Setting
def spread() -> int:
    """Every how many iterations of a parallel loop one does the work, so that few rows are shared too.

    Taichi hands at least 512 iterations to a thread, whatever is asked for: a loop over 64 rows runs on one thread.
    Written so, each of `parts` groups of rows goes to whichever thread is free::

        parallel()
        for t in range(parts * spread()):
            if t % spread() == 0:
                for b in range(t // spread() * rows, ti.min((t // spread() + 1) * rows, x.shape[0])):
    """
    return 1 if _Settings.width.serial else 512


def _vector(*numbers: Any) -> Any:
    ti = runtime.taichi()
    return ti.types.vector(len(numbers), ti.f64 if is_double() else ti.f32)(*numbers)


vector = Setting(_vector)


@Setting
def chunks(x: Any) -> Any:
    """How many vectors the last axis of x holds."""
    return x.shape[len(x.shape) - 1] // (_Settings.width.lanes // _grain(x))


@Setting
def widths() -> Any:
    """A loop over vectors is compiled once, and once more in shorter ones where whole ones do not fill the rows.

    Around it, so that the statements inside are meant for either::

        for _ in ti.static(widths()):
            for h in range(first(x), chunks(x)):
                store(2.0 * load(x, b, h), y, b, h)
    """
    whole = _Settings.width
    shorter = replace(whole, lanes=whole.rest, rest=0, behind=whole.lanes // max(whole.rest, 1))
    turns = [whole, shorter, whole] if whole.rest else [whole, whole]  # the last one is what holds after the loop

    def turn(n: int) -> bool:
        _Settings.width = turns[n]
        return n < len(turns) - 1

    return filter(turn, range(len(turns)))


@Setting
def first(x: Any) -> Any:
    """Where a loop over the vectors of the last axis of x begins: at 0, or behind the whole ones."""
    width = _Settings.width
    return length(x) // (width.lanes * width.behind) * width.behind if width.behind else 0


@Setting
def length(x: Any) -> Any:
    """How many numbers the last axis of x holds."""
    return x.shape[len(x.shape) - 1] * _grain(x)


@Setting
def zero() -> Any:
    """0 in every lane."""
    impl = runtime.taichi().lang.impl
    return 0.0 if _Settings.width.lanes == 1 else impl.expr_init(_vector(*[0.0] * _Settings.width.lanes))


def _element(x: Any, place: tuple[Any, ...]) -> Any:
    impl = runtime.taichi().lang.impl
    return impl.subscript(impl.get_runtime().compiling_callable.ast_builder(), x, *place)


def _grain(x: Any) -> int:
    """How many numbers an element of an array holds."""
    return next(iter(x.element_shape()), 1)


def _pieces(x: Any, place: tuple[Any, ...], count: int) -> list[tuple[Any, ...]]:
    """Where the pieces of the vector x[..., h] are, counted from the beginning of the array.

    The place of the first one is cut to 30 bits. That changes nothing but what the compiler knows: those of the others
    do not wrap around. So it sees that they are neighbours, and loads single numbers as one vector, wherever it lies.
    """
    impl = runtime.taichi().lang.impl
    *rows, h = place
    if _Settings.width.far or impl.current_cfg().debug:  # where Taichi compares each index with its axis
        return [(*rows, h * count + n) for n in range(count)]
    first = 0
    for axis, row in enumerate(rows):
        first = (first + row) * x.shape[axis + 1]
    first = impl.expr_init((first + h * count) & (NEAR - 1))
    return [(*[0] * len(rows), first + n) for n in range(count)]


@Setting
def load(x: Any, *place: Any) -> Any:
    """The vector x[..., h]: its lanes are neighbours along the last axis."""
    impl, lanes, grain = runtime.taichi().lang.impl, _Settings.width.lanes, _grain(x)
    if lanes == grain:
        return impl.expr_init(_element(x, place))
    parts = [impl.expr_init(_element(x, at)) for at in _pieces(x, place, lanes // grain)]
    return impl.expr_init(_vector(*[lane(part, j) for part in parts for j in range(grain)]))


@Setting
def store(value: Any, x: Any, *place: Any) -> None:
    """x[..., h] = value."""
    impl, lanes, grain = runtime.taichi().lang.impl, _Settings.width.lanes, _grain(x)
    value = impl.expr_init(value)
    if lanes > 1 and not is_vector(value):
        value = impl.expr_init(_vector(*[value] * lanes))
    if lanes == grain:
        _element(x, place)._assign(value)
        return
    for n, at in enumerate(_pieces(x, place, lanes // grain)):
        part = [lane(value, n * grain + j) for j in range(grain)]
        _element(x, at)._assign(_vector(*part) if grain > 1 else part[0])


@Setting
def added(so_far: Any, value: Any) -> Any:
    """The sum of two vectors; a shorter one is added to the first lanes."""
    if is_vector(value) and count_of(value) == count_of(so_far):
        return so_far + value
    return _gathered(so_far, value, lambda a, b: a + b)


@Setting
def largest_yet(so_far: Any, value: Any) -> Any:
    """The larger numbers of two vectors, where the second is no NaN; a shorter one meets the first lanes."""
    return _gathered(so_far, value, lambda a, b: runtime.taichi().select(a < b, b, a))


def _gathered(so_far: Any, value: Any, of_two: Callable[[Any, Any], Any]) -> Any:
    if not is_vector(so_far):
        return of_two(so_far, value)
    impl = runtime.taichi().lang.impl
    so_far, value = impl.expr_init(so_far), impl.expr_init(value)
    count = count_of(value) if is_vector(value) else 1
    numbers = [lane(so_far, j) for j in range(count_of(so_far))]
    met = [of_two(numbers[j], lane(value, j)) for j in range(count)]
    return impl.expr_init(_vector(*met, *numbers[count:]))


def _fold(value: Any, of_two: Callable[[Any, Any], Any]) -> Any:
    """Combine the lanes of a vector, each with the one half a vector further on: in the same order at every call."""
    if not is_vector(value):
        return value
    numbers = [lane(value, j) for j in range(_Settings.width.lanes)]
    while len(numbers) > 1:
        half = len(numbers) // 2
        numbers = [of_two(a, b) for a, b in zip(numbers[:half], numbers[half:], strict=True)]
    return numbers[0]


@Setting
def total(value: Any) -> Any:
    """The sum over the lanes."""
    return _fold(value, lambda a, b: a + b)


@Setting
def largest(value: Any) -> Any:
    """The largest of the lanes; NaN counts as absent."""
    return _fold(value, runtime.taichi().max)
