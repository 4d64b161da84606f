"""What the elementary functions know of float32 and of float64: series, limits and the fields of their bits."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .. import runtime

ti = runtime.ti


def _single_power_of_two(s):
    """2ⁿ for -126 ≤ n ≤ 127, where n + 127 stands in the last bits of s: they become the exponent's."""
    return ti.bit_cast(ti.bit_cast(s, ti.i32) << 23, ti.f32)


def _double_power_of_two(s):
    return ti.bit_cast(ti.bit_cast(s, ti.i64) << 52, ti.f64)


def _single_powers_of_two(s):
    """Two of them whose product is 2ⁿ, where n + 2·127 stands in the last bits of s."""
    bits = ti.bit_cast(s, ti.i32)
    half = bits >> 1
    return ti.bit_cast(half << 23, ti.f32), ti.bit_cast((bits - half) << 23, ti.f32)


def _double_powers_of_two(s):
    bits = ti.bit_cast(s, ti.i64)
    half = bits >> 1
    return ti.bit_cast(half << 52, ti.f64), ti.bit_cast((bits - half) << 52, ti.f64)


def _single_split(x, lifted):
    """The exponent of x (less `lifted`) and x with exponent 0, so that it lies between 1/√2 and √2."""
    bits = ti.bit_cast(x, ti.i32)
    n = (bits - 0x3F3504F3) >> 23
    return ti.cast(n, ti.f32) - lifted, ti.bit_cast(bits - (n << 23), ti.f32)


def _double_split(x, lifted):
    bits = ti.bit_cast(x, ti.i64)
    n = (ti.cast(bits >> 32, ti.i32) - 0x3FE6A09E) >> 20
    return ti.cast(n, ti.f64) - lifted, ti.bit_cast(bits - (ti.cast(n, ti.i64) << 52), ti.f64)


@dataclass(frozen=True)
class Precision:
    """Constants of one floating-point type."""

    exp: tuple[float, ...]  # (exp(r) - 1 - r)/r², nearly 1/2! + r/3! + r²/4! + …
    log: tuple[float, ...]  # (log((1 + s)/(1 - s)) - 2s)/(s z) = 2/3 + 2/5 z + 2/7 z² + … with z = s²
    erf_near: tuple[float, ...]  # erf(x)/x = 2/√π (1 - z/3 + z²/(2!·5) - …) with z = x²
    erf_far: tuple[float, ...]  # -log(1 - erf(1 + t)) for 0 ≤ t, best where 1 - erf is large
    erf_saturated: float  # from here on erf rounds to 1
    exp_lowest: float  # below, exp rounds to 0
    exp_highest: float  # above, it is infinite
    log_2_high: float  # log 2 without its last bits, so that n log_2_high is exact
    log_2_low: float  # what is missing
    smallest: float  # of the normal numbers
    largest: float
    lift: float  # makes a denormal number normal
    lift_exponent: float
    lifted_exponent: int  # added to the exponent of exp(-a), so that it stays normal
    whole: float  # so large that x + whole is rounded to a whole number, which its last bits show
    bias: int  # the exponent's bits hold n + bias for 2ⁿ
    power_of_two: Callable[[Any], Any]
    powers_of_two: Callable[[Any], Any]
    split: Callable[[Any, Any], Any]
    log2_e: float = 1 / math.log(2)
    half_log_2: float = math.log(2) / 2
    infinity: float = math.inf
    nan: float = math.nan

    @property
    def exp_of_minus(self) -> tuple[float, ...]:
        """(exp(-r) - 1 + r)/r², nearly 1/2! - r/3! + r²/4! - …"""
        return tuple((-1) ** n * term for n, term in enumerate(self.exp))

    @property
    def lowered(self) -> float:
        """What `lifted_exponent` is undone by."""
        return 2.0**-self.lifted_exponent


def _log_series(terms: int) -> tuple[float, ...]:
    return tuple(2 / (2 * n + 3) for n in range(terms))


def _erf_series(terms: int) -> tuple[float, ...]:
    factor = 2 / math.sqrt(math.pi)
    return tuple(factor * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(terms))


_LOG_2 = Decimal("0.6931471805599453094172321214581765680755")
_DOUBLE_HIGH = math.floor(math.log(2) * 2**33) / 2**33  # 33 bits

# The polynomials exp are least-squares fits in 50 digits, at three Chebyshev points a coefficient of |r| ≤ log(2)/2,
# weighted by r²/exp(r), so that exp is off by 3.7e-9 (4.4e-18) at most; Taylor's series takes more terms for that.
# The polynomials erf_far are least-squares fits in 50 digits, at three Chebyshev points a coefficient of 1 ≤ x ≤ 4
# (6 in double precision), weighted by 1 - erf(x), so that erf itself is off by 1.1e-9 (1.3e-18) at most.
SINGLE = Precision(
    exp=(0.4999998853, 0.1666651788, 0.04166954402, 0.008368985569, 0.001375115632),
    log=_log_series(5),
    erf_near=_erf_series(11),
    erf_far=(1.849605516, 2.638966857, 0.8431177974, 0.04150305367, -0.009895253368, 0.001829635966, -0.0001865517836),
    erf_saturated=4.0,
    exp_lowest=-104.0,
    exp_highest=89.0,
    log_2_high=0.693359375,  # 355/512
    log_2_low=float(_LOG_2 - Decimal("0.693359375")),
    smallest=2.0**-126,
    largest=(2 - 2.0**-23) * 2.0**127,
    lift=2.0**25,
    lift_exponent=25.0,
    lifted_exponent=64,
    whole=1.5 * 2.0**23,
    bias=127,
    power_of_two=_single_power_of_two,
    powers_of_two=_single_powers_of_two,
    split=_single_split,
)
DOUBLE = Precision(
    exp=(
        0.500000000000001285, 0.166666666666664806, 0.0416666666665151521, 0.00833333333345236393,
        0.00138888889470162596, 0.000198412695956716858, 0.0000248014899688255198, 2.75575080341179992e-6,
        2.76312691016452368e-7, 2.50245871361017673e-8,
    ),
    log=_log_series(11),
    erf_near=_erf_series(20),
    erf_far=(
        1.84960550993324826, 2.63896751423478809, 0.843107256358686514, 0.0415610980415917931, -0.0100338253719285049,
        0.00197790255109597652, -0.00023732240789625538, -0.0000262780944485325051, 0.0000271595748059649496,
        -9.60960724352212053e-6, 2.0605669406249575e-6, -1.43538322085179468e-7, -9.71369264051962247e-8,
        5.18504779220724118e-8, -1.48493843317457155e-8, 2.84958165765810698e-9, -3.66008061437435697e-10,
        2.86088824695792028e-11, -1.03052677657354827e-12,
    ),
    erf_saturated=6.0,
    exp_lowest=-746.0,
    exp_highest=710.0,
    log_2_high=_DOUBLE_HIGH,
    log_2_low=float(_LOG_2 - Decimal(_DOUBLE_HIGH)),
    smallest=2.0**-1022,
    largest=(2 - 2.0**-52) * 2.0**1023,
    lift=2.0**54,
    lift_exponent=54.0,
    lifted_exponent=512,
    whole=1.5 * 2.0**52,
    bias=1023,
    power_of_two=_double_power_of_two,
    powers_of_two=_double_powers_of_two,
    split=_double_split,
)  # fmt: skip
