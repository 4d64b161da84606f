"""A term of the syntax tree taken apart: its factors, its additive parts, and how often each letter occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from . import syntax as sx

# ---------------------------------------------------------------- counting occurrences


def occurrences(node: sx.Node) -> Counter[str]:
    """How often each letter occurs within one term: factors add up, of several terms the fullest counts."""
    match node:
        case sx.Tensor(indices=indices) | sx.Ones(indices=indices) | sx.Delta(indices=indices):
            return Counter(letter.name for index in indices for letter in sx.letters_of(index))
        case sx.Sum(terms=terms):
            counts: Counter[str] = Counter()
            for term in terms:
                counts |= occurrences(term)
            return counts
        case sx.Power(base=base):
            return occurrences(base)  # an exponent is no occurrence
        case sx.Summation(letters=letters, body=body):
            inner = occurrences(body)
            return Counter({k: n for k, n in inner.items() if k not in {letter.name for letter in letters}})
    return sum((occurrences(child) for child in sx.children(node)), Counter())


def place_of(letter: str, node: sx.Node, nth: int = 0) -> int | None:
    """Where a letter stands in the source."""
    found = [
        one.span[0]
        for part in sx.walk(node)
        if isinstance(part, (sx.Tensor, sx.Ones, sx.Delta))
        for index in part.indices
        for one in sx.letters_of(index)
        if one.name == letter
    ]
    return found[min(nth, len(found) - 1)] if found else None


# ---------------------------------------------------------------- the factors of a term


@dataclass(frozen=True)
class Piece:
    """One factor of a flattened term; ``closed`` are denominators, arguments and bases."""

    node: sx.Node
    sign: int = 1  # -1 below a fraction bar
    brackets: tuple[int, ...] = ()  # the bracketed products it stood in

    @property
    def atom(self) -> bool:
        return self.sign > 0 and isinstance(self.node, (sx.Tensor, sx.Ones, sx.Delta))

    def shows(self, letter: str) -> bool:
        """Whether a letter stands on the factor itself, not inside it."""
        return self.atom or (isinstance(self.node, sx.Derivative) and occurrences(self.node.by)[letter] > 0)


def unwrap(node: sx.Node) -> sx.Node:
    while isinstance(node, sx.Group):
        node = node.body
    return node


def pieces(node: sx.Node, brackets: tuple[int, ...] = ()) -> Iterator[Piece]:
    """A term as its factors: products, numerators, signs and bracketed products are flattened."""
    match node:
        case sx.Product(factors=factors):
            for one in factors:
                yield from pieces(one, brackets)
        case sx.Negate(operand=operand):
            yield Piece(sx.Number(Fraction(-1)), 1, brackets)
            yield from pieces(operand, brackets)
        case sx.Quotient(numerator=above, denominator=below):
            yield from pieces(above, brackets)
            yield Piece(below, -1, brackets)
        case sx.Group(body=body):
            inner = unwrap(body)
            if isinstance(inner, sx.Sum):
                yield Piece(inner, 1, brackets)
            else:
                yield from pieces(
                    inner,
                    (*brackets, node.span[0]) if isinstance(inner, (sx.Product, sx.Quotient, sx.Negate)) else brackets,
                )
        case _:
            yield Piece(node, 1, brackets)


def additive(node: sx.Node) -> Iterator[tuple[sx.Node, int]]:
    """The terms of a sum with their signs; a bracketed sum among them is opened."""
    match node:
        case sx.Sum(terms=terms):
            for term in terms:
                yield from additive(term)
        case sx.Negate(operand=operand):
            for term, sign in additive(operand):
                yield term, -sign
        case sx.Group() if isinstance(unwrap(node), sx.Sum):
            yield from additive(unwrap(node))
        case _:
            yield node, 1


def closed_parts(node: sx.Node) -> Iterator[sx.Node]:
    """Every denominator, function argument and power base below a node."""
    for part in sx.walk(node):
        match part:
            case sx.Quotient(denominator=inner) | sx.Power(base=inner) | sx.Call(argument=inner):
                yield inner
