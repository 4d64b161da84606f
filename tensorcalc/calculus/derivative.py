"""The rules of differentiation, one short function each, with the formula as its first line.

A rule takes what stands under the operator ∂/∂x_pq and returns what the derivative becomes; where the rule does not
apply it returns None. They are registered beside the rules of rewriting, in ``rulebook``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from ..notation import expression as ex
from ..notation.building import add, distribute, fresh, fresh_term, of_expr, power, scale, times
from ..notation.expression import Base, Delta, Deriv, Expr, Factor, Fn, Idx, Paren, Sym, Term, factor
from .function import bases
from .rulebook import rule


@dataclass(frozen=True)
class Variable:
    """What is differentiated by: ``x_pq``, and the names whose values depend on x."""

    symbol: Sym
    dependent: frozenset[str]

    def moves(self, base: Base) -> bool:
        """Whether a factor depends on the variable."""
        return not self.dependent.isdisjoint(_names(base))

    def moves_term(self, term: Term) -> bool:
        return any(self.moves(base) for base, _ in term.factors)

    def of(self, expr: Expr) -> Base:
        return Deriv(expr, self.symbol)


@lru_cache(maxsize=20_000)
def _names(base: Base) -> frozenset[str]:
    """The tensors that a factor holds."""
    return frozenset(one.name for one in bases(ex.of_base(base)) if isinstance(one, Sym))


def one_factor(of: Expr) -> Factor | None:
    """The factor, where there is nothing else."""
    term = of.terms[0] if len(of.terms) == 1 else None
    plain = term is not None and len(term.factors) == 1 and term.coef == 1 and not term.bound
    return term.factors[0] if plain and term else None


# ---------------------------------------------------------------- sums, constants, products


@rule("linearity", "linearity")
def linearity(of: Expr, by: Variable) -> Expr | None:
    """∂(u + v)/∂x = ∂u/∂x + ∂v/∂x"""
    if len(of.terms) < 2:
        return None
    return add(*(ex.of_base(by.of(Expr((term,)))) for term in of.terms))


@rule("constant", "constant")
def constant(of: Expr, by: Variable) -> Expr | None:
    """∂c/∂x = 0, where c does not depend on x"""
    return None if any(by.moves_term(term) for term in of.terms) else ex.ZERO


@rule("constant-factor", "constant factor")
def constant_factor(of: Expr, by: Variable) -> Expr | None:
    """∂(c u)/∂x = c ∂u/∂x

    A quotient of which several factors depend on x is left to the quotient rule: its constants leave together.
    """
    if len(of.terms) != 1:
        return None
    term = of.terms[0]
    moving = tuple(f for f in term.factors if by.moves(f[0]))
    if len(moving) == len(term.factors) and term.coef == 1 and not term.bound:
        return None
    fraction = any(exponent < 0 and not isinstance(base, ex.Size) for base, exponent in term.factors)
    if len(moving) > 1 and (not fraction or len(moving) == len(term.factors)) and not _quotient(moving):
        return None
    inner = by.of(Expr((Term(factors=moving),))), Fraction(1)
    if fraction:  # behind a fraction, as it is written
        factors = (*_numerator_first([f for f in term.factors if f not in moving]), inner)
    else:
        factors = tuple(inner if f in moving else f for f in term.factors)
    return Expr((Term(term.coef, term.bound, factors),))


def _quotient(factors: tuple[Factor, ...]) -> bool:
    """Whether there is something above and something below."""
    return len({exponent > 0 for _, exponent in factors}) > 1


def _numerator_first(factors: list[Factor]) -> list[Factor]:
    """gamma_h/sigma_b for 1/sigma_b gamma_h."""
    first = next((k for k, (base, e) in enumerate(factors) if e > 0 and not isinstance(base, ex.One)), 0)
    head = [f for f in factors[:first] if f[1] < 0 and not isinstance(f[0], ex.Size)]
    return [f for f in factors[: first + 1] if f not in head] + head + factors[first + 1 :]


@rule("product-rule", "product rule")
def product_rule(of: Expr, by: Variable) -> Expr | None:
    """∂(u v)/∂x = ∂u/∂x v + u ∂v/∂x, also inside a contraction"""
    if len(of.terms) != 1 or not of.terms[0].factors:
        return None
    term = of.terms[0]
    moving = [k for k, (base, _) in enumerate(term.factors) if by.moves(base)]
    if len(moving) < 2 or _quotient(tuple(term.factors[k] for k in moving)):  # what is above and below is a quotient
        return None
    terms = []
    for k in moving:
        inner = by.of(Expr((Term(factors=(term.factors[k],)),))), Fraction(1)
        terms.append(Term(term.coef, term.bound, (*term.factors[:k], inner, *term.factors[k + 1 :])))
    return Expr(tuple(one if k == 0 else fresh_term(one) for k, one in enumerate(terms)))


@rule("quotient-rule", "quotient rule")
def quotient_rule(of: Expr, by: Variable) -> Expr | None:
    """∂(u/v)/∂x = 1/v^2 (∂u/∂x v − u ∂v/∂x)"""
    if len(of.terms) != 1 or of.terms[0].bound:
        return None
    term = of.terms[0]
    above = Term(term.coef, (), tuple(f for f in term.factors if f[1] > 0))
    below = Term(factors=tuple((base, -e) for base, e in term.factors if e < 0))
    if not (by.moves_term(above) and by.moves_term(below)):
        return None
    square = Term(factors=tuple((base, -2 * e) for base, e in below.factors))
    first = times(Term(factors=(factor(by.of(Expr((above,)))),)), below)
    second = times(Term(Fraction(-1)), above, Term(factors=(factor(by.of(Expr((fresh_term(below),)))),)))
    return Expr((times(square, Term(factors=(factor(Paren(Expr((first, fresh_term(second))))),))),))


# ---------------------------------------------------------------- powers and functions


@rule("power-rule", "power rule")
def power_rule(of: Expr, by: Variable) -> Expr | None:
    """∂u^n/∂x = n u^(n-1) ∂u/∂x"""
    found = one_factor(of)
    if found is None or found[1] == 1:
        return None
    base, n = found
    inner = base.body if isinstance(base, Paren) else ex.of_base(base)
    return Expr((Term(n, (), ((base, n - 1), factor(by.of(fresh(inner))))),))


@rule("bracket", "brackets around what is differentiated are dropped")
def bracket(of: Expr, by: Variable) -> Expr | None:
    """∂(u)/∂x = ∂u/∂x"""
    found = one_factor(of)
    if found is None or not isinstance(found[0], Paren) or found[1] != 1:
        return None
    return ex.of_base(by.of(found[0].body))


@rule("chain-rule-elementwise", "chain rule")
def chain_rule_elementwise(of: Expr, by: Variable) -> Expr | None:
    """∂f(u)/∂x = f'(u) ∂u/∂x"""
    found = one_factor(of)
    if found is None or not isinstance(found[0], Fn) or found[1] != 1:
        return None
    fn = found[0]
    outer = Fn(fn.name, fn.arg, fn.primes + 1)
    return Expr((Term(factors=(factor(outer), factor(by.of(fresh(fn.arg))))),))


@rule("function-derivative", "derivative of a known function")
def function_derivative(fn: Fn) -> Expr | None:
    """exp' = exp, log'(u) = 1/u, sin' = cos, tanh' = 1 − tanh^2, sigmoid' = sigmoid (1 − sigmoid), …"""
    if fn.primes != 1:
        return _erf_second(fn) if fn.name == "erf" and fn.primes == 2 else None
    derive = DERIVATIVES.get(fn.name)
    return derive(fn.arg) if derive else None


def _call(name: str, arg: Expr, primes: int = 0) -> Expr:
    return ex.of_base(Fn(name, fresh(arg), primes))


def _less(one: Expr) -> Expr:
    """1 − one, in brackets."""
    return of_expr(add(ex.ONE, scale(one, -1)))


def _erf_second(fn: Fn) -> Expr:
    """erf''(u) = −2 u erf'(u)"""
    return scale(distribute(of_expr(fn.arg), _call("erf", fn.arg, 1)), -2)


def _silu(u: Expr) -> Expr:
    """sigmoid(u) (1 + u (1 − sigmoid(u)))"""
    inner = distribute(of_expr(u), _less(_call("sigmoid", u)))
    return distribute(_call("sigmoid", u), of_expr(add(ex.ONE, inner)))


def _gelu(u: Expr) -> Expr:
    """1/2 (1 + erf(u/√2)) + u/(2 √2) erf'(u/√2)"""
    root = of_expr(ex.number(2), Fraction(-1, 2))
    inside = distribute(of_expr(fresh(u)), root)
    bell = distribute(distribute(of_expr(u), root), _call("erf", inside, 1))
    return of_expr(add(scale(of_expr(add(ex.ONE, _call("erf", inside))), Fraction(1, 2)), scale(bell, Fraction(1, 2))))


# name -> its derivative; at 0, where relu and abs have none, the value is 0 (step(0) = 0, sign(0) = 0)
DERIVATIVES: Mapping[str, Callable[[Expr], Expr]] = {
    "exp": lambda u: _call("exp", u),
    "log": lambda u: power(fresh(u), -1),
    "sqrt": lambda u: scale(of_expr(u, Fraction(-1, 2)), Fraction(1, 2)),
    "sin": lambda u: _call("cos", u),
    "cos": lambda u: scale(_call("sin", u), -1),
    "tan": lambda u: of_expr(add(ex.ONE, ex.of_base(Fn("tan", fresh(u)), 2))),
    "sinh": lambda u: _call("cosh", u),
    "cosh": lambda u: _call("sinh", u),
    "tanh": lambda u: _less(ex.of_base(Fn("tanh", fresh(u)), 2)),
    "sigmoid": lambda u: distribute(_call("sigmoid", u), _less(_call("sigmoid", u))),
    "softplus": lambda u: _call("sigmoid", u),
    "silu": _silu,
    "gelu": _gelu,
    "relu": lambda u: _call("step", u),
    "abs": lambda u: _call("sign", u),
    "step": lambda u: ex.ZERO,
    "sign": lambda u: ex.ZERO,
}


# ---------------------------------------------------------------- tensors


@rule("self-derivative", "self-derivative")
def self_derivative(of: Expr, by: Variable) -> Expr | None:
    """∂x_ij/∂x_pq = δ_ip δ_jq"""
    found = one_factor(of)
    if found is None or not isinstance(found[0], Sym) or found[0].name != by.symbol.name or found[1] != 1:
        return None
    pairs = zip(found[0].slots, by.symbol.slots, strict=True)
    return Expr((Term(factors=tuple(factor(delta(old, new)) for old, new in pairs)),))


def delta(old: ex.Slot, new: ex.Slot) -> Delta:
    """δ_ip; the new index comes first beside a position or an affine index, δ_{p,i+m}."""
    return Delta(old, new) if isinstance(old, Idx) else Delta(new, old)


# in the order in which they are tried; each of them takes (of, by)
OPERATOR_RULES: tuple[tuple[str, Callable[[Expr, Variable], Expr | None]], ...] = (
    ("constant", constant),
    ("linearity", linearity),
    ("self-derivative", self_derivative),
    ("bracket", bracket),
    ("constant-factor", constant_factor),
    ("product-rule", product_rule),
    ("quotient-rule", quotient_rule),
    ("power-rule", power_rule),
    ("chain-rule-elementwise", chain_rule_elementwise),
)


def dependents(name: str, definitions: Iterable[tuple[str, Expr]]) -> frozenset[str]:
    """The names whose values depend on a tensor, through the definitions given, in their order."""
    found = {name}
    for defined, value in definitions:
        if any(isinstance(base, Sym) and base.name in found for base in bases(value)):
            found.add(defined)
    return frozenset(found)
