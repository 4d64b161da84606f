"""What whole vectors cannot do is done lane by lane: comparisons and choices, whole numbers, the fields of bits.

Each lane's few instructions are the same, so that the compiler makes vector code of them again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .. import runtime
from .lanes import Setting, count_of, is_double, is_vector, lane, vector
from .precision import DOUBLE, SINGLE, Precision

ti = runtime.ti


class Elementary:
    """One function: its text for a precision, compiled where it is called."""

    _is_taichi_function = True
    func = Setting.func

    def __init__(self, text: Callable[[Precision], Callable]):
        self.__name__, self.__doc__ = text.__name__, text.__doc__
        self._text = text
        self._made: dict[bool, Callable] = {}

    def __call__(self, *args: Any) -> Any:
        double = is_double()
        if double not in self._made:
            self._made[double] = runtime.taichi().func(self._text(DOUBLE if double else SINGLE))
        return self._made[double](*args)


def each(of_numbers: Callable[..., Any]) -> Setting:
    """Apply a function of a precision and numbers to each lane; arguments that are numbers are the same in all."""

    def settle(*args: Any) -> Any:
        precision = DOUBLE if is_double() else SINGLE
        init = runtime.taichi().lang.impl.expr_init
        held = [arg if isinstance(arg, (int, float)) else init(arg) for arg in args]
        wide = next((arg for arg in held if is_vector(arg)), None)
        if wide is None:
            found = of_numbers(precision, *held)
            return tuple(map(init, found)) if isinstance(found, tuple) else init(found)
        count = count_of(wide)
        lanes = [of_numbers(precision, *(lane(arg, j) for arg in held)) for j in range(count)]
        if isinstance(lanes[0], tuple):
            return tuple(_together(part) for part in zip(*lanes, strict=True))
        return _together(lanes)

    settle.__name__, settle.__doc__ = of_numbers.__name__, of_numbers.__doc__
    return Setting(settle)


def _together(numbers: Sequence[Any]) -> Any:
    """Numbers as the lanes of one vector."""
    return runtime.taichi().lang.impl.expr_init(vector(*numbers))


@Setting
def horner(x: Any, coefficients: tuple[float, ...]) -> Any:
    """c₀ + x (c₁ + x (c₂ + …))."""
    value = coefficients[-1] + 0.0 * x if len(coefficients) == 1 else coefficients[-1]
    for c in reversed(coefficients[:-1]):
        value = value * x + c
    return value


@each
def pick_less(c: Precision, a: Any, b: Any, yes: Any, no: Any) -> Any:
    """yes where a < b, else no (so also where a or b is NaN)."""
    return ti.select(a < b, yes, no)


@each
def larger(c: Precision, a: Any, b: Any) -> Any:
    """The larger one; b counts as absent where it is NaN. One instruction, where ti.max is three."""
    return ti.select(a < b, b, a)


@each
def within(c: Precision, x: Any, low: Any, high: Any) -> Any:
    """x between two numbers; NaN stays NaN. Two instructions, each of which takes one of two numbers."""
    below = ti.select(x > high, high, x)
    return ti.select(below < low, low, below)


@each
def powers_of_two(c: Precision, s: Any) -> Any:
    """Two numbers whose product is 2ⁿ for the n in the last bits of s: 2ⁿ itself may be denormal or infinite."""
    return c.powers_of_two(s)


@each
def power_of_two(c: Precision, s: Any) -> Any:
    """2ⁿ for the n in the last bits of s."""
    return c.power_of_two(s)


@each
def split(c: Precision, x: Any) -> Any:
    """n and m with x = 2ⁿ m, 1/√2 ≤ m < √2, for finite x > 0."""
    tiny = x < c.smallest
    return c.split(ti.select(tiny, x * c.lift, x), ti.select(tiny, c.lift_exponent, 0.0))


@each
def log_special(c: Precision, x: Any, y: Any) -> Any:
    """y for finite x > 0; -inf at 0, NaN below, x itself where it is inf or NaN."""
    off = ti.select(x < 0.0, c.nan, -c.infinity)
    return ti.select(x <= c.largest, ti.select(x > 0.0, y, off), x)


@each
def magnitude(c: Precision, x: Any) -> Any:
    """|x|."""
    return ti.abs(x)


@each
def sign(c: Precision, x: Any) -> Any:
    """-1, 0 or 1."""
    return ti.select(x > 0.0, 1.0, ti.select(x < 0.0, -1.0, x))


@each
def step(c: Precision, x: Any) -> Any:
    """1 where x > 0, else 0."""
    return ti.select(x > 0.0, 1.0, 0.0)


@each
def relu(c: Precision, x: Any) -> Any:
    """max(x, 0); NaN stays NaN."""
    return ti.select(x <= 0.0, 0.0, x)


@each
def sin(c: Precision, x: Any) -> Any:
    """sin x, by the C library."""
    return ti.sin(x)


@each
def cos(c: Precision, x: Any) -> Any:
    """cos x, by the C library."""
    return ti.cos(x)
