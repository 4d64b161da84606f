"""Meaning back to a syntax tree, as people write it: fractions, and one-tensors where the rules need them.

A sum is left to the convention where reading the line would find it again, and written with a sum sign where not.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from . import expression as ex
from . import syntax as sx
from .expression import Expr, Idx, Term
from .factors import closed_parts, occurrences, pieces
from .flattening import below_one_bar, flattened, without_repeats
from .lettering import letter
from .sizes import Meanings, named


def write(expr: Expr, free: Iterable[Idx] = (), program: Meanings | None = None) -> sx.Node:
    """The tree of an expression whose free indices are these; ``program`` has the names that its other lines show."""
    free = tuple(free)
    return _sum(named(letter(expr, free), free, program), nested=False)


# ---------------------------------------------------------------- sums and terms


def _sum(expr: Expr, nested: bool) -> sx.Node:
    if not expr.terms:
        return sx.Number(Fraction(0))
    everything = expr.letters
    nodes = [_term(term, nested, everything - term.letters if term.letters else ex.NONE) for term in expr.terms]
    return nodes[0] if len(nodes) == 1 else sx.Sum(tuple(nodes))


def _term(term: Term, nested: bool, missing: frozenset[Idx]) -> sx.Node:
    """One term; it is broadcast over the indices that other terms show and it does not."""
    term = flattened(term)
    cells = [_Cell([_ones(sorted(idx.name for idx in missing))] if missing else [])]
    for base, exponent in (without_repeats(term) if nested else term).factors:
        if exponent < 0:
            _carrier(cells).divisors.append((base, exponent))
        else:
            cells.append(_Cell([_factor(base, exponent)]))
    for cell in cells:
        cell.below = _below(cell.divisors)
    return _bind(term, cells)


def _below(divisors: list[ex.Factor]) -> list[sx.Node]:
    """What stands below a bar is a group of its own."""
    return list(_parts(_sum(Expr((below_one_bar(divisors),)), nested=True))) if divisors else []


def _ones(letters: Iterable[str]) -> sx.Ones:
    return sx.Ones(tuple(map(sx.Letter, letters)))


# ---------------------------------------------------------------- which sums need a sign or a one-tensor


def _bind(term: Term, cells: list[_Cell]) -> sx.Node:
    explicit: list[str] = []
    for idx in term.bound:
        name = idx.name
        body = _product(cells, Fraction(1))
        holders = [piece for piece in pieces(body) if occurrences(piece.node)[name]]
        if any(occurrences(inner)[name] > 1 for inner in closed_parts(body)):
            explicit.append(name)
        elif len(holders) < 2 and not (holders and holders[0].atom and occurrences(holders[0].node)[name] > 1):
            cells.insert(1, _Cell([_ones([name])]))
            if not holders:
                cells.insert(1, _Cell([_ones([name])]))
    coef = abs(term.coef)
    if explicit:
        body = sx.Summation(tuple(map(sx.Letter, explicit)), _product(cells, Fraction(1)))
        cells = [_Cell([]), _Cell([body])]
    node = _product(cells, coef)
    return sx.Negate(node) if term.coef < 0 else node


# ---------------------------------------------------------------- factors and fractions


def _factor(base: ex.Base, exponent: Fraction) -> sx.Node:
    node = _base(base)
    if exponent == Fraction(1, 2):
        return sx.Call("sqrt", node)
    if exponent == 1:
        return _bracketed(node)
    plain = isinstance(node, (sx.Tensor, sx.Size, sx.Call, sx.Ones, sx.Delta))
    return sx.Power(node if plain else sx.Group(node), sx.Number(exponent))


def _bracketed(node: sx.Node) -> sx.Node:
    return sx.Group(node) if isinstance(node, (sx.Sum, sx.Negate, sx.Summation)) else node


def _base(base: ex.Base) -> sx.Node:
    match base:
        case ex.Sym(name, slots):
            return sx.Tensor(name, _indices(slots))
        case ex.Delta(left, right):
            return sx.Delta(_indices((left, right)))
        case ex.One(slots):
            return sx.Ones(_indices(slots))
        case ex.Size():
            return sx.Size(base.name)
        case ex.Paren(body):
            return _sum(body, nested=True)
        case ex.Fn(name, arg, primes):
            return sx.Call(name, _sum(arg, nested=True), primes)
        case ex.Deriv(of, by):
            node = _sum(of, nested=True)
            below = sx.Tensor(by.name, _indices(by.slots))
            return sx.Derivative(node if isinstance(node, sx.Tensor) else sx.Group(node), below)
    raise TypeError(base)


def _indices(slots: tuple[ex.Slot, ...]) -> tuple[sx.Index, ...]:
    return tuple(map(_index, slots))


def _index(slot: ex.Slot) -> sx.Index:
    match slot:
        case Idx(name):
            return sx.Letter(name)
        case ex.Affine(terms, offset):
            return sx.Affine(tuple((n, sx.Letter(idx.name)) for n, idx in terms), offset)
        case ex.Looked(name, slots):
            return sx.Valued(name, _indices(slots))
    return slot


class _Cell:
    """A fraction: what stands above the bar and what below."""

    def __init__(self, above: list[sx.Node]) -> None:
        self.above, self.below = above, list[sx.Node]()
        self.divisors: list[ex.Factor] = []

    def node(self) -> sx.Node:
        above = _joined(self.above) if self.above else sx.Number(Fraction(1))
        if not self.below:
            return above
        below = _joined(self.below)
        simple = isinstance(below, (sx.Tensor, sx.Size, sx.Call, sx.Power, sx.Number, sx.Group))
        return sx.Quotient(above, below if simple else sx.Group(below))


def _joined(nodes: list[sx.Node]) -> sx.Node:
    return nodes[0] if len(nodes) == 1 else sx.Product(tuple(nodes))


def _carrier(cells: list[_Cell]) -> _Cell:
    """The last factor that can carry a bar; a derivative is a fraction already."""
    able = [
        cell for cell in cells if cell.above and not isinstance(cell.above[0], sx.Derivative) and not _upstream(cell)
    ]
    carriers = [cell for cell in able if not isinstance(cell.above[0], sx.Ones)] or able
    return carriers[-1] if carriers else cells[0]


def _parts(node: sx.Node) -> tuple[sx.Node, ...]:
    return node.factors if isinstance(node, sx.Product) else (_bracketed(node),)


def _upstream(cell: _Cell) -> bool:
    return isinstance(cell.above[0], sx.Tensor) and cell.above[0].name.startswith("dl_d")


def _product(cells: list[_Cell], coef: Fraction) -> sx.Node:
    """The cells in order; the coefficient joins the first fraction there is."""
    nodes = [cell for cell in cells if cell.above or cell.below]
    front = _Cell([])
    if coef.denominator > 1:
        bars = [cell for cell in nodes if cell.below]
        target = bars[0] if bars else front
        target = _copy(target)
        target.below.insert(0, sx.Number(Fraction(coef.denominator)))
        nodes = [target if bars and cell is bars[0] else cell for cell in nodes]
        front = front if bars else target
    if coef.numerator != 1:
        first = nodes[0] if nodes and not nodes[0].above and nodes[0].below else front
        changed = _copy(first)
        changed.above.insert(0, sx.Number(Fraction(coef.numerator)))
        nodes = [changed if cell is first else cell for cell in nodes]
        front = changed if first is front else front
    whole = ([front] if front.above or front.below else []) + nodes
    return _joined([cell.node() for cell in whole]) if whole else sx.Number(Fraction(1))


def _copy(cell: _Cell) -> _Cell:
    copy = _Cell(list(cell.above))
    copy.below = list(cell.below)
    return copy
