"""Elementary functions of kernels, over a number or over every lane of a vector: whole-vector arithmetic, no calls.

Taichi computes them by scalar calls of the C library. Here each is arithmetic that a compiler turns into vector code:
exp(x) = 2ⁿ exp(r) with x = n log 2 + r and Taylor's series for the small r, and the others from exp and log. NaN,
infinities and denormal numbers come out as NumPy has them; the relative errors are tested over the whole range.
"""

import math
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


# ---- lane by lane: what whole vectors cannot do (comparisons, choices, whole numbers)


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


pick_less = Elementary(_pick_number, _pick_lanes)
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


# ---- from exp and log


@Elementary
def exp_parts(precision):
    """n and q with exp(x) = 2ⁿ (1 + q): x = n log 2 + r, and Taylor's series for q = exp(r) - 1."""
    c = precision

    def exp_parts(x):
        z = within(x, c.exp_lowest, c.exp_highest)
        n = ti.floor(z * c.log2_e + 0.5)
        r = z - n * c.log_2_high - n * c.log_2_low
        return n, r + r * r * horner(r, c.exp)

    return exp_parts


@Elementary
def exp(precision):
    """exp(x)."""

    def exp(x):
        n, q = exp_parts(x)
        return times_power_of_two(1.0 + q, n)

    return exp


@Elementary
def decay_parts(precision):
    """n and q with exp(-a) = 2⁻ⁿ (1 + q) for a ≥ 0: a = n log 2 + r, and Taylor's series for q = exp(-r) - 1."""
    c = precision

    def decay_parts(a):
        z = pick_less(-c.exp_lowest, a, -c.exp_lowest, a)
        n = ti.floor(z * c.log2_e + 0.5)
        r = z - n * c.log_2_high - n * c.log_2_low
        return n, r * r * horner(r, c.exp_of_minus) - r

    return decay_parts


@Elementary
def decay(precision):
    """exp(-a) for a ≥ 0, where nothing can overflow: cheaper than exp."""
    c = precision

    def decay(a):
        n, q = decay_parts(a)
        return (1.0 + q) * lifted_power_of_two(n) * c.lowered

    return decay


@Elementary
def expm1(precision):
    """exp(x) - 1, without cancellation at 0."""
    c = precision

    def expm1(x):
        n, q = exp_parts(x)
        return pick_less(magnitude(x), c.half_log_2, q, times_power_of_two(1.0 + q, n) - 1.0)

    return expm1


@Elementary
def log(precision):
    """log(x): x = 2ⁿ m and log m = 2 artanh s with s = (m - 1)/(m + 1)."""
    c = precision

    def log(x):
        n, m = split(x)
        f = m - 1.0
        s = f / (m + 1.0)
        z = s * s
        half_square = 0.5 * f * f
        rest = s * (half_square + z * horner(z, c.log)) + n * c.log_2_low
        return log_special(x, n * c.log_2_high - ((half_square - rest) - f))

    return log


@Elementary
def log1p(precision):
    """log(1 + x) with u = 1 + x rounded: log(u) + (x - (u - 1))/u, without cancellation at 0."""

    def log1p(x):
        u = 1.0 + x
        correction = (x - (u - 1.0)) / u
        return log(u) + pick_less(magnitude(correction), 1.0, correction, 0.0)

    return log1p


@Elementary
def sigmoid(precision):
    """1/(1 + exp(-x)), without overflow on either side."""

    def sigmoid(x):
        small = decay(magnitude(x))
        return pick_less(x, 0.0, small, 1.0) / (1.0 + small)

    return sigmoid


@Elementary
def tanh(precision):
    """tanh(x) = -e/(e + 2) with e = exp(-2x) - 1, for x ≥ 0."""
    c = precision

    def tanh(x):
        a = 2.0 * magnitude(x)
        n, q = decay_parts(a)
        e = pick_less(a, c.half_log_2, q, (1.0 + q) * lifted_power_of_two(n) * c.lowered - 1.0)
        y = e / (e + 2.0)
        return pick_less(x, 0.0, y, -1.0 * y)

    return tanh


@Elementary
def sinh(precision):
    """sinh(x), by exp(x) - 1 near 0 and by exp(x/2)² elsewhere, which overflows where sinh does."""

    def sinh(x):
        a = magnitude(x)
        e = expm1(within(a, 0.0, 1.0))
        h = exp(0.5 * a)
        y = pick_less(a, 1.0, 0.5 * (e + e / (e + 1.0)), 0.5 * h * h - 0.5 / h / h)
        return pick_less(x, 0.0, -1.0 * y, y)

    return sinh


@Elementary
def cosh(precision):
    """cosh(x) = (h² + 1/h²)/2 with h = exp(|x|/2)."""

    def cosh(x):
        h = exp(0.5 * magnitude(x))
        return 0.5 * h * h + 0.5 / h / h

    return cosh


@Elementary
def tan(precision):
    """tan(x) = sin(x)/cos(x)."""

    def tan(x):
        return sin(x) / cos(x)

    return tan


@Elementary
def softplus(precision):
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), without overflow."""

    def softplus(x):
        return relu(x) + log1p(decay(magnitude(x)))

    return softplus


@Elementary
def silu(precision):
    """x sigmoid(x)."""

    def silu(x):
        return x * sigmoid(x)

    return silu


@Elementary
def erf(precision):
    """erf(x): Taylor's series for |x| < 1; elsewhere 1 - exp(-g), where g is a polynomial near -log(1 - erf|x|)."""
    c = precision

    def erf(x):
        a = magnitude(x)
        near = x * horner(within(x * x, 0.0, 1.0), c.erf_near)
        far = 1.0 - decay(horner(within(a, 1.0, c.erf_saturated) - 1.0, c.erf_far))
        return pick_less(a, 1.0, near, pick_less(x, 0.0, -1.0 * far, far))

    return erf


@Elementary
def erf_slope(precision):
    """2/√π exp(-x²), the derivative of erf."""
    factor = 2 / math.sqrt(math.pi)

    def erf_slope(x):
        return factor * decay(x * x)

    return erf_slope


@Elementary
def gelu(precision):
    """x/2 (1 + erf(x/√2))."""
    factor = math.sqrt(0.5)

    def gelu(x):
        return 0.5 * x * (1.0 + erf(factor * x))

    return gelu


@Elementary
def sqrt(precision):
    """√x."""

    def sqrt(x):
        return ti.sqrt(x)

    return sqrt


FUNCTIONS = {
    "abs": magnitude,
    "cos": cos,
    "cosh": cosh,
    "decay": decay,
    "erf": erf,
    "erf'": erf_slope,
    "exp": exp,
    "expm1": expm1,
    "gelu": gelu,
    "log": log,
    "log1p": log1p,
    "relu": relu,
    "sigmoid": sigmoid,
    "sign": sign,
    "silu": silu,
    "sin": sin,
    "sinh": sinh,
    "softplus": softplus,
    "sqrt": sqrt,
    "step": step,
    "tan": tan,
    "tanh": tanh,
}
"""The functions of the language and those that its stability rules bring, by name."""
