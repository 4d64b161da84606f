"""Statements as graphs of values: definitions are put in, products are split where no sum connects them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..calculus.function import SymbolicFunction
from ..execution.einsum import FORMULAS
from ..notation.errors import NotationError
from ..notation.expression import Affine, Base, Delta, Expr, Fn, Idx, One, Paren, Size, Slot, Sym, Term
from . import nodes as n
from .nodes import Node
from .products import product_of
from .stable import call

Stored = Callable[[str], bool]


class Builder:
    """Values of the statements of one function."""

    def __init__(self, function: SymbolicFunction) -> None:
        self.function = function
        self.values: dict[str, tuple[tuple[Idx, ...], Node]] = {}
        self.stored: set[str] = set()  # definitions that are read from memory
        self.letters = _letters(function)

    def define(self, name: str) -> tuple[tuple[Idx, ...], Node]:
        line = self.function.definitions[name]
        base = line.left.terms[0].factors[0][0]
        assert isinstance(base, Sym)
        axes: tuple[Idx, ...] = base.slots  # type: ignore[assignment]
        self.values[name] = axes, self.sum(line.right)
        return self.values[name]

    def sum(self, expr: Expr) -> Node:
        return n.add([self.term(term) for term in expr.terms])

    def term(self, term: Term) -> Node:
        """coefficient · Σ ∏: each part that no dummy connects is a sum of its own."""
        product = n.mul(term.coef, [(self.base(base), e) for base, e in term.factors])
        return self.contract(term.bound, product)

    def contract(self, bound: tuple[Idx, ...], body: Node) -> Node:
        for idx in bound:
            solved = _solved(body, idx)
            if solved is not None:
                return self.contract(tuple(i for i in bound if i != idx), solved)
        coef, factors = _taken_apart(body)
        empty = [idx for idx in bound if idx not in body.letters]
        outside = [(base, e) for base, e in factors if base.letters.isdisjoint(bound)]
        outside += [(n.SizeOf(idx.range), Fraction(1)) for idx in empty]
        inner = [f for f in factors if not f[0].letters.isdisjoint(bound)]
        sums = [
            (self.summed(letters, part, outside), Fraction(1))
            for letters, part in components(tuple(idx for idx in bound if idx not in empty), inner)
        ]
        return n.mul(coef, [*sums, *outside] if len(outside) == len(empty) else [*outside, *sums])

    def summed(self, letters: tuple[Idx, ...], part: list, outside: list) -> Node:
        """Σ ∏; what a row needs sums for goes into the operand of a product of matrices that has this row."""
        found = n.reduction("sum", letters, n.mul(1, part), self.letters)
        for members in product_of(found):
            mine = n.NONE.union(*(base.letters for base, _ in members))
            for factor in [f for f in outside if f[0].letters and f[0].letters <= mine and f[0].height]:
                outside.remove(factor)
                part = [*part, factor]
        return n.reduction("sum", letters, n.mul(1, part), self.letters)

    # ------------------------------------------------------------ factors

    def base(self, base: Base) -> Node:
        match base:
            case Sym(name, slots):
                return self.tensor(name, slots)
            case Delta(left, right):
                return n.same(left, right)
            case One():
                return n.ONE
            case Size(name):
                return n.SizeOf(name)
            case Paren(body):
                return self.sum(body)
            case Fn(name, arg, primes):
                called = name + "'" * primes
                if called not in FORMULAS:
                    raise NotationError("no-value", f"{called} has no formula")
                return call(called, self.sum(arg))
        raise NotationError("not-executable", "a derivative that is not worked out has no value")

    def tensor(self, name: str, slots: tuple[Slot, ...]) -> Node:
        """A component: read from memory, or computed where it is used."""
        if name not in self.values or name in self.stored:
            return n.Load(name, slots)
        axes, value = self.values[name]
        by = dict(zip(axes, slots, strict=True))
        conditions = tuple((slot, idx.range) for idx, slot in by.items() if isinstance(slot, Affine))
        return n.inside(conditions, n.replaced(value, by))


def _taken_apart(body: Node) -> tuple[Fraction, list[tuple[Node, Fraction]]]:
    match body:
        case n.Mul(coef, factors):
            return coef, list(factors)
        case n.Number(value):
            return value, []
    return Fraction(1), [(body, Fraction(1))]


def components(
    bound: tuple[Idx, ...], factors: list[tuple[Node, Fraction]]
) -> list[tuple[tuple[Idx, ...], list[tuple[Node, Fraction]]]]:
    """Factors that share a dummy, directly or through others."""
    groups: list[tuple[set[Idx], list[int]]] = []
    for k, (base, _) in enumerate(factors):
        mine, members = base.letters & set(bound), [k]
        for group in [g for g in groups if not mine.isdisjoint(g[0])]:
            groups.remove(group)
            mine, members = mine | group[0], group[1] + members
        groups.append((set(mine), members))
    return [(tuple(i for i in bound if i in mine), [factors[k] for k in sorted(members)]) for mine, members in groups]


def _solved(body: Node, idx: Idx) -> Node | None:
    """Σ_i δ_ik f_i = f_k, and 0 where k is no value of i."""
    factors = body.factors if isinstance(body, n.Mul) else ((body, Fraction(1)),)
    for base, exponent in factors:
        if isinstance(base, n.Same) and exponent > 0:
            for mine, other in ((base.left, base.right), (base.right, base.left)):
                if mine == idx and idx not in n.letters_of(other):
                    rest = [f for f in factors if f[0] is not base]
                    try:
                        value = n.replaced(n.mul(body.coef if isinstance(body, n.Mul) else 1, rest), {idx: other})
                    except ValueError:  # a constant index cannot stand in an affine one
                        continue
                    fits = isinstance(other, Idx) and other.range == idx.range
                    return value if fits else n.inside(((other, idx.range),), value)
    return None


def _letters(function: SymbolicFunction) -> dict[str, str]:
    """The letter that the statements write for each range."""
    from ..calculus.function import bases, slots_of

    found: dict[str, str] = {}
    for line in function.statements:
        for side in (line.left, line.right):
            for base in bases(side):
                for idx in (i for slot in slots_of(base) for i in sorted(n.letters_of(slot), key=lambda i: i.name)):
                    found.setdefault(idx.range, idx.name)
    return found
