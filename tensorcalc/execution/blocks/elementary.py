"""Elementary functions of kernels, over a number or over every lane of a vector: whole-vector arithmetic, no calls.

Taichi computes them by scalar calls of the C library. Here each is arithmetic that a compiler turns into vector code:
exp(x) = 2ⁿ exp(r) with x = n log 2 + r and a polynomial for the small r, and the others from exp and log. NaN,
infinities and denormal numbers come out as NumPy has them; the relative errors are tested over the whole range.
"""

import math
from collections.abc import Callable
from typing import Any

from .. import runtime
from .choices import (
    Elementary,
    cos,
    horner,
    log_special,
    magnitude,
    pick_less,
    power_of_two,
    powers_of_two,
    relu,
    sign,
    sin,
    split,
    step,
    within,
)

ti = runtime.ti


@Elementary
def exp_parts(precision):
    """s and q with exp(x) = 2ⁿ (1 + q): x = n log 2 + r, q = exp(r) - 1 by a polynomial, n in the last bits of s."""
    c = precision
    whole = c.whole + 2 * c.bias

    def exp_parts(x):
        z = within(x, c.exp_lowest, c.exp_highest)
        s = z * c.log2_e + whole
        n = s - whole
        r = z - n * c.log_2_high - n * c.log_2_low
        return s, r + r * r * horner(r, c.exp)

    return exp_parts


@Elementary
def exp(precision):
    """exp(x)."""

    def exp(x):
        s, q = exp_parts(x)
        first, second = powers_of_two(s)
        return (1.0 + q) * first * second

    return exp


@Elementary
def decay_parts(precision):
    """s and q with exp(-a) = 2ⁿ (1 + q) for a ≥ 0: -a = n log 2 - r, and q = exp(-r) - 1.

    The last bits of s hold n, lifted so that 2ⁿ stays normal.
    """
    c = precision
    whole = c.whole + c.bias + c.lifted_exponent

    def decay_parts(a):
        z = pick_less(-c.exp_lowest, a, -c.exp_lowest, a)
        s = whole - z * c.log2_e
        n = s - whole
        r = z + n * c.log_2_high + n * c.log_2_low
        return s, r * r * horner(r, c.exp_of_minus) - r

    return decay_parts


@Elementary
def decay(precision):
    """exp(-a) for a ≥ 0, where nothing can overflow: cheaper than exp."""
    c = precision

    def decay(a):
        s, q = decay_parts(a)
        return (1.0 + q) * power_of_two(s) * c.lowered

    return decay


@Elementary
def expm1(precision):
    """exp(x) - 1, without cancellation at 0."""
    c = precision

    def expm1(x):
        s, q = exp_parts(x)
        first, second = powers_of_two(s)
        return pick_less(magnitude(x), c.half_log_2, q, (1.0 + q) * first * second - 1.0)

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
        s, q = decay_parts(a)
        e = pick_less(a, c.half_log_2, q, (1.0 + q) * power_of_two(s) * c.lowered - 1.0)
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


FUNCTIONS: dict[str, Callable[..., Any]] = {
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
