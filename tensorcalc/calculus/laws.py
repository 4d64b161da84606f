"""The laws of powers, exponentials, logarithms and the book's activations, as canonical form uses them.

Every law here holds wherever both of its sides are defined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from ..notation import expression as ex
from ..notation.building import add, distribute, fresh, number_power, of_expr, scale
from ..notation.expression import Base, Expr, Factor, Fn, Paren, Size, Term, factor
from .collecting import product
from .labelling import erased, term_key

MAX_POWER = 24

HALF = Fraction(1, 2)


def positive(base: Base, exponent: Fraction) -> bool:
    """Whether a factor is positive whatever the tensors are."""
    if isinstance(base, Fn) and not base.primes and base.name == "exp":
        return True
    return isinstance(base, Size) or (isinstance(base, Paren) and exponent.denominator > 1)


# ---------------------------------------------------------------- powers


def power_of_sum(expr: Expr, exponent: Fraction) -> Expr:
    """(a + b)^e: multiplied out for whole e > 0; else common factors are taken out."""
    if not expr.terms:
        return ex.ZERO if exponent > 0 else ex.of_base(Paren(expr), exponent)
    if exponent == 0:
        return ex.ONE
    if len(expr.terms) == 1 and not expr.terms[0].bound:
        return power_of_product(expr.terms[0], exponent)
    whole = exponent.numerator // exponent.denominator
    if 1 <= whole <= MAX_POWER:
        opened = product(expr, _repeated(expr, whole - 1))
        rest = exponent - whole
        return distribute(opened, power_of_sum(fresh(expr), rest)) if rest else opened
    coef, common, primitive = content(expr, exponent)
    outside = distribute(rational_power(coef, exponent), _raised(common, exponent))
    return distribute(outside, ex.of_base(Paren(primitive), exponent))


def _repeated(expr: Expr, times: int) -> Expr:
    return reduce(product, (fresh(expr) for _ in range(times)), ex.ONE)


def _raised(factors: tuple[Factor, ...], exponent: Fraction) -> Expr:
    return Expr((Term(factors=tuple((base, e * exponent) for base, e in factors)),))


def power_of_product(term: Term, exponent: Fraction) -> Expr:
    """(c a b)^e = c^e a^e b^e, for whole e, and for any e where all but one factor are known to be positive."""
    if exponent.denominator == 1:
        number = Expr((Term(number_power(term.coef, exponent.numerator)),))
        return distribute(number, _raised(term.factors, exponent))
    sure = tuple(f for f in term.factors if positive(*f))
    rest = tuple(f for f in term.factors if not positive(*f))
    coef, sign = abs(term.coef), 1 if term.coef > 0 else -1
    outside = distribute(rational_power(coef, exponent), _raised(sure, exponent))
    if not rest and sign > 0:
        return outside
    if len(rest) == 1 and sign > 0:
        base, e = rest[0]
        even = e.denominator == 1 and e.numerator % 2 == 0  # (x^2)^(1/2) = |x|
        return distribute(outside, ex.of_base(_absolute(base) if even else base, e * exponent))
    return distribute(outside, ex.of_base(Paren(Expr((Term(Fraction(sign), (), rest),))), exponent))


def _absolute(base: Base) -> Base:
    inner = base.body if isinstance(base, Paren) else ex.of_base(base)
    return Fn("abs", inner)


def rational_power(value: Fraction, exponent: Fraction) -> Expr:
    """4^(1/2) = 2, 12^(1/2) = 2 · 3^(1/2): whole powers of primes leave the root."""
    if exponent.denominator == 1:
        return Expr((Term(number_power(value, exponent.numerator)),))
    coef, roots = Fraction(1), []
    for sign, n in ((1, value.numerator), (-1, value.denominator)):
        for prime, times in primes(n).items():
            whole, left = divmod(sign * times * exponent, 1)
            coef *= number_power(Fraction(prime), int(whole))
            if left:
                roots.append(factor(Paren(ex.number(prime)), left))
    return Expr((Term(coef, (), tuple(roots)),))


def primes(n: int) -> Counter[int]:
    """Prime factors; one that is larger than a million stays whole."""
    found: Counter[int] = Counter()
    divisor = 2
    while divisor * divisor <= n and divisor < 1000:
        while n % divisor == 0:
            found[divisor] += 1
            n //= divisor
        divisor += 1
    if n > 1:
        found[n] += 1
    return found


# ---------------------------------------------------------------- what the terms of a sum share


def content(expr: Expr, exponent: Fraction) -> tuple[Fraction, tuple[Factor, ...], Expr]:
    """Number, common factors and the sum that remains; under a root only what is positive may leave."""
    number = reduce(_gcd, (abs(term.coef) for term in expr.terms))
    if exponent.denominator == 1 and _negative(expr):
        number = -number
    shared = [_powers(term) for term in expr.terms]
    common: dict[Base, Fraction] = {}
    for base in {base: None for powers in shared for base in powers}:
        least = min(powers.get(base, Fraction(0)) for powers in shared)
        if least and (exponent.denominator == 1 or positive(base, least)):
            common[base] = least
    primitive = Expr(tuple(_without(term, common, number) for term in expr.terms))
    return number, tuple(common.items()), primitive


def _powers(term: Term) -> dict[Base, Fraction]:
    return {base: e for base, e in term.factors if base.letters.isdisjoint(term.bound)}


def _without(term: Term, common: dict[Base, Fraction], number: Fraction) -> Term:
    powers = dict(term.factors)
    for base, e in common.items():
        powers[base] = powers.get(base, Fraction(0)) - e
    return Term(term.coef / number, term.bound, tuple((b, e) for b, e in powers.items() if e))


def _gcd(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(gcd(a.numerator, b.numerator), lcm(a.denominator, b.denominator))


def _negative(expr: Expr) -> bool:
    """Whether −expr is the one to write; never decided by the names of indices."""
    signs = sorted((erased(term), term.coef) for term in expr.terms)
    other = sorted((string, -coef) for string, coef in signs)
    if signs == other and not any(idx.uid for idx in expr.letters):  # free names are fixed, they may decide
        signs = sorted((term_key(term, {}), term.coef) for term in expr.terms)
        other = sorted((string, -coef) for string, coef in signs)
    return signs < other


def leading(expr: Expr) -> Term | None:
    """The greatest term in an order that multiplication keeps; None where two are equally great."""
    ordered = sorted(expr.terms, key=_rank)
    if not ordered or (len(ordered) > 1 and _rank(ordered[-1]) == _rank(ordered[-2])):
        return None
    return ordered[-1]


def _rank(term: Term) -> list[tuple[str, Fraction]]:
    atoms: dict[str, Fraction] = {}
    inside = [f for f in term.factors if not f[0].letters.isdisjoint(term.bound)]
    if inside:
        atoms[erased(Term(Fraction(1), term.bound, tuple(inside)))] = Fraction(1)
    for base, e in term.factors:
        if base.letters.isdisjoint(term.bound):
            string = erased(Term(factors=(factor(base),)))
            atoms[string] = atoms.get(string, Fraction(0)) + e
    return sorted(atoms.items(), reverse=True)


# ---------------------------------------------------------------- functions


def function(name: str, arg: Expr, primes: int, exponent: Fraction) -> Expr:
    """f(arg)^exponent by the laws of f."""
    if primes == 0 and name in DEFINITIONS:
        return of_expr(DEFINITIONS[name](arg), exponent)
    law = LAWS.get(name) if primes == 0 else None
    return law(arg, exponent) if law else ex.of_base(Fn(name, arg, primes), exponent)


def _exp(arg: Expr, exponent: Fraction) -> Expr:
    """exp(2a + b)^e = exp(a)^2e exp(b)^e; exp(c log x) = x^c."""
    factors = []
    for term in arg.terms:
        lone = term.factors[0] if len(term.factors) == 1 and not term.bound else None
        if lone and isinstance(lone[0], Fn) and lone[0].name == "log" and not lone[0].primes and lone[1] == 1:
            factors.append(factor(Paren(lone[0].arg), term.coef * exponent))
        else:
            unit = Expr((Term(Fraction(1), term.bound, term.factors),))
            factors.append(factor(Fn("exp", unit), term.coef * exponent))
    return Expr((Term(factors=tuple(factors)),))


def _log(arg: Expr, exponent: Fraction) -> Expr:
    """log(a b) = log a + log b where a > 0 is known; log(x^n) = n log x for odd n or a root."""
    parts = _log_parts(arg)
    if parts is None:
        return ex.of_base(Fn("log", arg), exponent)
    return of_expr(parts, exponent)


def _log_parts(arg: Expr) -> Expr | None:
    if not arg.terms:
        return None
    single = len(arg.terms) == 1 and not arg.terms[0].bound
    if single:
        coef, factors, rest = arg.terms[0].coef, arg.terms[0].factors, None
    else:
        coef, factors, rest = content(arg, HALF)
    sure = [f for f in factors if positive(*f)]
    unsure = [f for f in factors if not positive(*f)]
    sums = [scale(_log_of(base), e) for base, e in sure] + _log_number(abs(coef))
    if rest is not None:
        left = ex.of_base(Fn("log", rest))
    elif coef > 0 and not unsure:
        left = ex.ZERO
    elif coef > 0 and len(unsure) == 1 and unsure[0][1].numerator % 2:
        left = scale(ex.of_base(Fn("log", _inner(unsure[0][0]))), unsure[0][1])
    else:
        left = ex.of_base(Fn("log", Expr((Term(Fraction(1 if coef > 0 else -1), (), tuple(unsure)),))))
    whole = add(*sums, left)
    return None if whole == ex.of_base(Fn("log", arg)) else whole


def _inner(base: Base) -> Expr:
    return base.body if isinstance(base, Paren) else ex.of_base(base)


def _log_of(base: Base) -> Expr:
    return base.arg if isinstance(base, Fn) and base.name == "exp" else ex.of_base(Fn("log", _inner(base)))


def _log_number(value: Fraction) -> list[Expr]:
    found = []
    for sign, n in ((1, value.numerator), (-1, value.denominator)):
        found += [scale(ex.of_base(Fn("log", ex.number(p))), sign * k) for p, k in primes(n).items()]
    return found


def _parity(name: str, odd: bool) -> Callable[[Expr, Fraction], Expr]:
    def law(arg: Expr, exponent: Fraction) -> Expr:
        if not arg.terms and odd:
            return power_of_sum(ex.ZERO, exponent)
        if not arg.terms and name == "cos":
            return ex.ONE
        flip = _negative(arg) and (exponent.denominator == 1 or not odd)
        value = ex.of_base(Fn(name, scale(arg, -1) if flip else arg), exponent)
        return scale(value, -1) if flip and odd and exponent.numerator % 2 else value

    law.__doc__ = f"{name}(-x) = {'-' if odd else ''}{name}(x)"
    return law


def _sin(arg: Expr, exponent: Fraction) -> Expr:
    """sin² = 1 − cos²."""
    if exponent.denominator == 1 and 2 <= exponent <= MAX_POWER:
        square = add(ex.ONE, scale(ex.of_base(Fn("cos", arg), 2), -1))
        return distribute(square, ex.of_base(Fn("sin", arg), exponent - 2))
    return _parity("sin", True)(arg, exponent)


def _abs(arg: Expr, exponent: Fraction) -> Expr:
    """|c a b| = |c| |a| |b|, |x|^2 = x^2, |exp x| = exp x."""
    if not arg.terms:
        return power_of_sum(ex.ZERO, exponent)
    if exponent.denominator == 1 and exponent.numerator % 2 == 0:
        return of_expr(arg, exponent)
    if len(arg.terms) == 1 and not arg.terms[0].bound:
        term = arg.terms[0]
        if len(term.factors) != 1 or term.coef != 1 or term.factors[0][1] != 1 or positive(*term.factors[0]):
            inner = tuple(
                (b, e * exponent) if positive(b, e) else (_absolute(b), e * exponent) for b, e in term.factors
            )
            return distribute(rational_power(abs(term.coef), exponent), Expr((Term(factors=inner),)))
    return _parity("abs", False)(arg, exponent)


LAWS: dict[str, Callable[[Expr, Fraction], Expr]] = {
    "exp": _exp,
    "log": _log,
    "sin": _sin,
    "cos": _parity("cos", False),
    "erf": _parity("erf", True),
    "sign": _parity("sign", True),
    "abs": _abs,
}


def _call(name: str, arg: Expr, times: int | Fraction = 1) -> Expr:
    return ex.of_base(Fn(name, scale(arg, times)))


def _sigmoid(x: Expr) -> Expr:
    """1/(1 + exp(−x))"""
    return of_expr(add(ex.ONE, _call("exp", x, -1)), -1)


def _half_sum(a: Expr, b: Expr) -> Expr:
    return scale(add(a, b), HALF)


# name -> its definition; the same lines stand in the book
DEFINITIONS: dict[str, Callable[[Expr], Expr]] = {
    "sigmoid": _sigmoid,
    "tanh": lambda x: add(scale(_sigmoid(scale(x, 2)), 2), ex.number(-1)),
    "sinh": lambda x: _half_sum(_call("exp", x), scale(_call("exp", x, -1), -1)),
    "cosh": lambda x: _half_sum(_call("exp", x), _call("exp", x, -1)),
    "tan": lambda x: distribute(_call("sin", x), of_expr(_call("cos", x), -1)),
    "softplus": lambda x: _call("log", add(ex.ONE, _call("exp", x))),
    "silu": lambda x: distribute(x, _sigmoid(fresh(x))),
    "gelu": lambda x: scale(
        distribute(x, add(ex.ONE, _call("erf", distribute(fresh(x), of_expr(ex.number(2), -HALF))))), HALF
    ),
    "relu": lambda x: _half_sum(x, _call("abs", fresh(x))),
    "step": lambda x: _half_sum(ex.ONE, _call("sign", x)),
}
