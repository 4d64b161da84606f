"""What a rule can do to a line, rule by rule: which parts it takes away, which it brings, which it leaves.

A line of the table says what must be true of the change, counted on the terms that changed. It is written from what
the rules say, not from the code that applies them; equal values alone would let a wrong name pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ..notation import expression as ex
from ..notation.expression import Delta, Deriv, Expr, Fn, One, Paren, Size, Sym, Term


@dataclass
class Count:
    """How much of everything some terms hold, at any depth."""

    deltas: int = 0
    ones: int = 0
    sizes: int = 0
    bound: int = 0
    factors: int = 0
    brackets: int = 0
    derivatives: int = 0  # ∂/∂x, and d of something that is no tensor yet
    within: int = 0  # factors, numbers and dummies below ∂/∂x or behind d
    tensors: Counter[str] = field(default_factory=Counter)
    functions: Counter[tuple[str, int]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)  # ∂y/∂x of two tensors

    def add(self, terms: Iterable[Term]) -> Count:
        for term in terms:
            self.bound += len(term.bound)
            for base, _ in term.factors:
                self.factors += 1
                self.base(base)
        return self

    def base(self, base: ex.Base) -> None:
        match base:
            case Sym(name):
                self.tensors[name] += 1
            case Delta():
                self.deltas += 1
            case One(slots):
                self.ones += len(slots)
            case Size():
                self.sizes += 1
            case Paren(body):
                self.brackets += 1
                self.add(body.terms)
            case Fn("d", arg) | Deriv(arg, _):
                self.derivatives += 1
                self.within += Count().add(arg.terms).factors + sum(len(t.bound) + (t.coef != 1) for t in arg.terms)
                self.add(arg.terms)
                lone = arg.terms[0].factors[0][0] if len(arg.terms) == 1 and len(arg.terms[0].factors) == 1 else None
                if isinstance(lone, Sym) and isinstance(base, Deriv):
                    self.pairs[lone.name, base.by.name] += 1
            case Fn(name, arg, primes):
                self.functions[name, primes] += 1
                self.add(arg.terms)


@dataclass
class Change:
    """The terms that changed, before and after."""

    before: tuple[Term, ...]
    after: tuple[Term, ...]
    defined: frozenset[str]

    @cached_property
    def was(self) -> Count:
        return Count().add(self.before)

    @cached_property
    def now(self) -> Count:
        return Count().add(self.after)

    def __getattr__(self, name: str) -> int:
        """The change of a count: ``deltas`` is −1 where a delta went."""
        if name in ("deltas", "ones", "sizes", "bound", "factors", "brackets", "derivatives", "within"):
            return getattr(self.now, name) - getattr(self.was, name)
        raise AttributeError(name)

    @property
    def terms(self) -> int:
        return len(self.after) - len(self.before)

    @property
    def same_tensors(self) -> bool:
        return self.was.tensors == self.now.tensors and self.was.functions == self.now.functions

    @property
    def same_names(self) -> bool:
        return set(self.was.tensors) == set(self.now.tensors)

    @property
    def gained(self) -> set[str]:
        return set(self.now.tensors - self.was.tensors)

    @property
    def lost(self) -> set[str]:
        return set(self.was.tensors - self.now.tensors)

    @property
    def primes(self) -> int:
        return sum(n * k for (_, n), k in self.now.functions.items()) - sum(
            n * k for (_, n), k in self.was.functions.items()
        )

    @property
    def lost_primes(self) -> int:
        return sum(n * k for (_, n), k in (self.was.functions - self.now.functions).items())

    def under(self, test: Callable[[Expr], bool]) -> bool:
        """Whether something that is differentiated before passes a test."""
        return any(test(of) for of in _arguments(self.before))


def _arguments(terms: Iterable[Term]) -> Iterable[Expr]:
    for term in terms:
        for base, _ in term.factors:
            match base:
                case Fn("d", arg) | Deriv(arg, _):
                    yield arg
                    yield from _arguments(arg.terms)
                case Fn(_, arg) | Paren(arg):
                    yield from _arguments(arg.terms)


def local(before: Expr, after: Expr, defined: frozenset[str]) -> Change:
    """The change without the terms, and the brackets around it, that stay as they are."""
    old, new = list(before.terms), list(after.terms)
    for term in before.terms:
        if term in new:
            old.remove(term)
            new.remove(term)
    if len(old) == len(new) == 1 and (inner := _inner(old[0], new[0])):
        return local(*inner, defined)
    return Change(tuple(old), tuple(new), defined)


def _inner(old: Term, new: Term) -> tuple[Expr, Expr] | None:
    """What two terms hold that differ in one bracket or argument only."""
    if (old.coef, old.bound, len(old.factors)) != (new.coef, new.bound, len(new.factors)):
        return None
    pairs = [(a, b) for a, b in zip(old.factors, new.factors, strict=True) if a != b]
    if len(pairs) != 1 or pairs[0][0][1] != pairs[0][1][1]:
        return None
    match pairs[0][0][0], pairs[0][1][0]:
        case Paren(a), Paren(b):
            return a, b
        case Fn(f, a, m), Fn(g, b, n) if (f, m) == (g, n) and f != "d":
            return a, b
    return None


# ---------------------------------------------------------------- tests of what stands under ∂ or d


def lone(of: Expr) -> ex.Factor | None:
    term = of.terms[0] if len(of.terms) == 1 else None
    return term.factors[0] if term and len(term.factors) == 1 and term.coef == 1 and not term.bound else None


def is_sum(of: Expr) -> bool:
    return len(of.terms) > 1


def is_product(of: Expr) -> bool:
    return len(of.terms) == 1 and len(of.terms[0].factors) > 1


def is_quotient(of: Expr) -> bool:
    return is_product(of) and any(e < 0 for _, e in of.terms[0].factors)


def is_power(of: Expr) -> bool:
    found = lone(of)
    return found is not None and found[1] != 1


def is_function(of: Expr) -> bool:
    found = lone(of)
    return found is not None and isinstance(found[0], Fn)


def is_bracket(of: Expr) -> bool:
    found = lone(of)
    return found is not None and isinstance(found[0], Paren)


def is_tensor(of: Expr) -> bool:
    found = lone(of)
    return found is not None and isinstance(found[0], Sym)


def turned(terms: Iterable[Term]) -> list[Term]:
    """The terms with the indices of every delta in one order."""

    def base(one: ex.Base) -> ex.Base:
        if isinstance(one, Delta):
            return Delta(*sorted((one.left, one.right), key=repr))
        return Paren(Expr(tuple(turned(one.body.terms)))) if isinstance(one, Paren) else one

    return [Term(t.coef, t.bound, tuple((base(b), e) for b, e in t.factors)) for t in terms]


def one_derivative(terms: tuple[Term, ...]) -> bool:
    return len(terms) == 1 and len(terms[0].factors) == 1 and isinstance(terms[0].factors[0][0], Deriv)


def differentials(term: Term) -> bool:
    return any(name[:1] == "d" for name in Count().add((term,)).tensors)


# ---------------------------------------------------------------- the table

LINEAR = lambda c: c.under(is_sum) and c.derivatives > 0 and c.same_names and c.primes >= 0  # noqa: E731
CONSTANT = lambda c: c.derivatives < 0 and not c.gained and c.deltas <= 0  # noqa: E731
FACTOR = lambda c: c.derivatives == 0 and c.within < 0 and c.same_tensors and c.deltas == 0  # noqa: E731
PRODUCT = lambda c: c.under(is_product) and c.derivatives > 0 and c.terms > 0 and c.same_names  # noqa: E731
QUOTIENT = lambda c: c.under(is_quotient) and c.derivatives == 1 and c.brackets > 0  # noqa: E731
POWER = lambda c: c.under(is_power) and c.derivatives == 0 and c.same_names and c.primes == 0  # noqa: E731
CHAIN = lambda c: c.under(is_function) and c.derivatives == 0 and c.primes == 1  # noqa: E731
BRACKET = lambda c: c.under(is_bracket) and c.derivatives == 0 and c.brackets < 0 and c.same_tensors  # noqa: E731
FOLDED = lambda c: len(c.gained) == 1 and c.gained <= c.defined  # noqa: E731

SIGNATURES: dict[str, Callable[[Change], bool]] = {
    # of differentiation
    "derivative": lambda c: one_derivative(c.before) and one_derivative(c.after),
    "chain-rule": lambda c: c.derivatives > 0 and c.deltas == 0 and c.now.within == c.now.derivatives,
    "linearity": LINEAR,
    "constant": CONSTANT,
    "constant-factor": FACTOR,
    "bracket": BRACKET,
    "product-rule": PRODUCT,
    "quotient-rule": QUOTIENT,
    "power-rule": POWER,
    "chain-rule-elementwise": CHAIN,
    "function-derivative": lambda c: c.lost_primes > 0 and c.derivatives == 0 and c.deltas == 0 and c.same_names,
    "self-derivative": lambda c: c.under(is_tensor) and c.derivatives == -1 and c.deltas >= 0 and c.bound == 0,
    # of differentials
    "differential-sum": LINEAR,
    "differential-constant": CONSTANT,
    "differential-factor": FACTOR,
    "differential-bracket": BRACKET,
    "differential-product": PRODUCT,
    "differential-quotient": QUOTIENT,
    "differential-power": POWER,
    "differential-function": CHAIN,
    "differential-tensor": lambda c: c.under(is_tensor) and c.derivatives == -1 and c.deltas == 0 and c.bound == 0,
    "others-fixed": lambda c: not c.after and all(map(differentials, c.before)),
    "tensor-dot": lambda c: c.same_tensors and c.deltas >= 0 and c.bound >= 0 and c.terms == 0,
    # of deltas and one-tensors
    "delta-substitution": lambda c: c.deltas == -1 and c.bound == -1 and c.same_tensors and c.sizes == 0,
    "delta-trace": lambda c: c.deltas == -1 and c.bound in (0, -1) and c.same_tensors,
    "delta-solved": lambda c: c.deltas == -1 and c.bound == -1 and c.same_tensors,
    "delta-symmetry": lambda c: c.before != c.after and turned(c.before) == turned(c.after),
    "delta-alignment": lambda c: c.was.deltas > 0 and c.deltas == 0 and c.bound == 0 and c.same_tensors,
    "one-dropped": lambda c: c.ones < 0 and c.deltas == 0 and c.bound == 0 and c.same_tensors and c.sizes == 0,
    "one-contracted": lambda c: c.bound == -1 and c.sizes == 1 and c.ones <= 0 and c.same_tensors,
    "one-merged": lambda c: c.ones == 0 and c.factors < 0 and c.same_tensors,
    "inverse-contracted": lambda c: (c.deltas, c.bound, c.factors) == (1, -1, -1) and not c.gained,
    # of brackets, powers and sums
    "factors-ordered": lambda c: c.before != c.after and c.was == c.now,
    "distributed": lambda c: c.terms > 0 and c.same_names and c.derivatives >= 0 and c.ones >= 0,
    "factored": lambda c: c.terms < 0 and c.brackets > 0 and c.same_names,
    "powers-merged": lambda c: c.factors < 0 and c.bound == 0 and c.terms == 0 and not c.gained and c.deltas == 0,
    "like-terms": lambda c: c.terms < 0 and c.bound <= 0 and not c.gained,
    "sum-cancelled": lambda c: c.bound < 0 and c.terms == 0 and not c.gained and c.deltas == 0 and c.factors < 0,
    "fraction-split": lambda c: c.terms == 0 and c.brackets > 0 and c.same_names and c.derivatives == 0,
    "renamed": lambda c: c.same_tensors and (c.deltas, c.ones, c.sizes, c.bound, c.terms) == (0, 0, 0, 0, 0),
    "power-of-product": lambda c: c.same_names and c.brackets < 0 and c.terms == 0,
    "log-of-product": lambda c: c.now.functions["log", 0] > c.was.functions["log", 0] and c.same_names,
    # of definitions
    "definition-put-in": lambda c: len(c.lost) >= 1 and bool(c.lost & c.defined) and c.derivatives == 0,
    "definition-folded": FOLDED,
    "definition-folded-power": FOLDED,
    "definition-folded-sum": lambda c: FOLDED(c) and c.bound < 0,
    "known-sum": lambda c: c.bound < 0 and not c.gained and bool(c.lost & c.defined),
    # of results that were derived before
    "result-put-in": lambda c: c.derivatives < 0 or any(name.startswith("dl_d") for name in c.lost),
    "differential-put-in": lambda c: any(name[:1] == "d" and name[1:] in c.defined for name in c.lost),
}
