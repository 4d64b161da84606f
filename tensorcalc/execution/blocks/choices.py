"""What whole vectors cannot do is done lane by lane: comparisons and choices, whole numbers, the fields of bits.

Each lane's few instructions are the same, so that the compiler makes vector code of them again.
"""

from collections.abc import Callable
from typing import Any

from .. import runtime
from .lanes import Setting, is_double, is_vector, lane
from .precision import DOUBLE, SINGLE, Precision

ti = runtime.ti


class Elementary:
    """One function: its text for a precision and for numbers or vectors, compiled where it is called."""

    _is_taichi_function = True
    func = Setting.func

    def __init__(self, text: Callable[[Precision], Callable], vectors: Callable[[Precision], Callable] | None = None):
        self.__name__, self.__doc__ = text.__name__, text.__doc__
        self._texts = (text, vectors or text)
        self._made: dict[tuple[bool, bool], Callable] = {}

    def __call__(self, *args: Any) -> Any:
        kind = is_double(), any(map(is_vector, args))
        if kind not in self._made:
            self._made[kind] = runtime.taichi().func(self._texts[kind[1]](DOUBLE if kind[0] else SINGLE))
        return self._made[kind](*args)


@Setting
def horner(x: Any, coefficients: tuple[float, ...]) -> Any:
    """c₀ + x (c₁ + x (c₂ + …))."""
    value = coefficients[-1] + 0.0 * x if len(coefficients) == 1 else coefficients[-1]
    for c in reversed(coefficients[:-1]):
        value = value * x + c
    return value


def _each(of_lanes: Callable[..., Any]) -> Elementary:
    """Apply a function of numbers to each lane; arguments after the first may be numbers."""

    def of_numbers(precision):
        return of_lanes(precision)

    def of_vectors(precision):
        f = ti.func(of_lanes(precision))

        def one(a):
            r = a
            for j in ti.static(range(a.n)):
                r[j] = f(a[j])
            return r

        return one

    of_numbers.__name__, of_numbers.__doc__ = of_lanes.__name__, of_lanes.__doc__
    return Elementary(of_numbers, of_vectors)


def _pick_number(precision):
    """yes where a < b, else no (so also where a or b is NaN)."""

    def pick(a, b, yes, no):
        return ti.select(a < b, yes, no)

    return pick


def _pick_lanes(precision):
    def pick(a, b, yes, no):
        r = a - b  # has the lanes, whichever of the two is a vector
        for j in ti.static(range(r.n)):
            r[j] = ti.select(lane(a, j) < lane(b, j), lane(yes, j), lane(no, j))
        return r

    return pick


def _within_number(precision):
    """x between two numbers; NaN stays NaN."""

    def within(x, low, high):
        return ti.select(x < low, low, ti.select(x > high, high, x))

    return within


def _within_lanes(precision):
    def within(x, low, high):
        r = x
        for j in ti.static(range(x.n)):
            r[j] = ti.select(x[j] < low, low, ti.select(x[j] > high, high, x[j]))
        return r

    return within


def _larger(precision):
    """The larger one; b counts as absent where it is NaN. One instruction, where ti.max is three."""

    def larger(a, b):
        return pick_less(a, b, b, a)

    return larger


pick_less = Elementary(_pick_number, _pick_lanes)
larger = Elementary(_larger)
within = Elementary(_within_number, _within_lanes)


def _power_of_two_number(precision):
    """p 2ⁿ for whole n, in two steps so that the result may be denormal or infinite."""
    c = precision

    def times_power_of_two(p, n):
        k = ti.cast(n, ti.i32)
        half = k >> 1
        return p * c.power_of_two(half) * c.power_of_two(k - half)

    return times_power_of_two


def _power_of_two_lanes(precision):
    c = precision

    def times_power_of_two(p, n):
        first = p
        second = p
        for j in ti.static(range(p.n)):
            k = ti.cast(n[j], ti.i32)
            half = k >> 1
            first[j] = c.power_of_two(half)
            second[j] = c.power_of_two(k - half)
        return p * first * second

    return times_power_of_two


times_power_of_two = Elementary(_power_of_two_number, _power_of_two_lanes)


def _split_number(precision):
    """n and m with x = 2ⁿ m, 1/√2 ≤ m < √2, for finite x > 0."""
    c = precision

    def split(x):
        tiny = x < c.smallest
        return c.split(ti.select(tiny, x * c.lift, x), ti.select(tiny, c.lift_exponent, 0.0))

    return split


def _split_lanes(precision):
    c = precision

    def split(x):
        n = x
        m = x
        for j in ti.static(range(x.n)):
            tiny = x[j] < c.smallest
            n_j, m_j = c.split(ti.select(tiny, x[j] * c.lift, x[j]), ti.select(tiny, c.lift_exponent, 0.0))
            n[j] = n_j
            m[j] = m_j
        return n, m

    return split


@_each
def lifted_power_of_two(precision):
    """2⁻ⁿ for whole n ≥ 0, times a power of two that keeps it normal."""
    c = precision

    def lifted_power_of_two(n):
        return c.power_of_two(c.lifted_exponent - ti.cast(n, ti.i32))

    return lifted_power_of_two


split = Elementary(_split_number, _split_lanes)


def _log_special_number(precision):
    """y for finite x > 0; -inf at 0, NaN below, x itself where it is inf or NaN."""
    c = precision

    def special(x, y):
        return ti.select(x <= c.largest, ti.select(x > 0.0, y, ti.select(x < 0.0, c.nan, -c.infinity)), x)

    return special


def _log_special_lanes(precision):
    c = precision

    def special(x, y):
        r = y
        for j in ti.static(range(x.n)):
            off = ti.select(x[j] < 0.0, c.nan, -c.infinity)
            r[j] = ti.select(x[j] <= c.largest, ti.select(x[j] > 0.0, y[j], off), x[j])
        return r

    return special


log_special = Elementary(_log_special_number, _log_special_lanes)


@_each
def magnitude(precision):
    """|x|."""

    def magnitude(x):
        return ti.abs(x)

    return magnitude


@_each
def sign(precision):
    """-1, 0 or 1."""

    def sign(x):
        return ti.select(x > 0.0, 1.0, ti.select(x < 0.0, -1.0, x))

    return sign


@_each
def step(precision):
    """1 where x > 0, else 0."""

    def step(x):
        return ti.select(x > 0.0, 1.0, 0.0)

    return step


@_each
def relu(precision):
    """max(x, 0); NaN stays NaN."""

    def relu(x):
        return ti.select(x <= 0.0, 0.0, x)

    return relu


@_each
def sin(precision):
    """sin x, by the C library."""

    def sin(x):
        return ti.sin(x)

    return sin


@_each
def cos(precision):
    """cos x, by the C library."""

    def cos(x):
        return ti.cos(x)

    return cos
