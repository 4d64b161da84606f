"""Meaning back to a syntax tree, as people write it: letters for dummies, fractions, one-tensors where the rules need them.

A sum is left to the convention where reading the line would find it again, and written with a sum sign where not.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from string import ascii_lowercase

from . import expression as ex
from . import syntax as sx
from .errors import NotationError
from .expression import Expr, Idx, Term
from .scope import closed_parts, occurrences, pieces

_SPARE = "ijkmnpqrstuvwabcdfghlxyzeo"
assert sorted(_SPARE) == sorted(ascii_lowercase)

Names = dict[Idx, str]


def write(expr: Expr, free: Iterable[Idx] = ()) -> sx.Node:
    """The tree of an expression whose free indices are these."""
    names = {idx: idx.name for idx in free}
    node, _ = _sum(expr, names, set(names.values()), nested=False)
    return node


# ---------------------------------------------------------------- sums and terms


def _sum(expr: Expr, names: Names, taken: set[str], nested: bool) -> tuple[sx.Node, set[str]]:
    """The tree of a sum and the letters that its dummies took."""
    if not expr.terms:
        return sx.Number(Fraction(0)), set()
    everything = expr.letters
    nodes, used = [], set[str]()
    for term in expr.terms:
        missing = everything - term.letters if term.letters else ex.NONE
        node, new = _term(term, names, taken, nested, sorted(names[idx] for idx in missing))
        nodes.append(node)
        used |= new
    return nodes[0] if len(nodes) == 1 else sx.Sum(tuple(nodes)), used


def _term(term: Term, names: Names, taken: set[str], nested: bool, missing: list[str]) -> tuple[sx.Node, set[str]]:
    names, used = _lettered(term, names, taken)
    above: list[sx.Node] = [_ones(missing)] if missing else []
    cells = [_Cell(above)]
    for base, exponent in term.factors:
        if isinstance(base, ex.One) and nested:
            base = _without_repeats(base, term)
            if not base.slots:
                continue
        node, new = _factor(base, abs(exponent), names, taken | used)
        used |= new
        _place(cells, node, exponent < 0)
    return _bind(term, cells, names), used


def _lettered(term: Term, names: Names, taken: set[str]) -> tuple[Names, set[str]]:
    """A letter of its own for each dummy: the one it had, if nobody else has it."""
    names, used = dict(names), set[str]()
    for idx in term.bound:
        wanted = [idx.name, *_SPARE]
        names[idx] = next((s for s in wanted if s not in taken and s not in used), "")
        if not names[idx]:
            raise NotationError("limit", "more dummies in one term than letters")
        used.add(names[idx])
    return names, used


def _ones(letters: Iterable[str]) -> sx.Ones:
    return sx.Ones(tuple(map(sx.Letter, letters)))


def _without_repeats(one: ex.One, term: Term) -> ex.One:
    """Inside a group a one-tensor may not repeat an outer letter that the term carries."""
    others = [base.letters for base, _ in term.factors if base is not one]
    carried = frozenset().union(*others) if others else ex.NONE
    return ex.One(tuple(slot for slot in one.slots if slot in term.bound or slot not in carried))


# ---------------------------------------------------------------- which sums need a sign or a one-tensor


def _bind(term: Term, cells: list[_Cell], names: Names) -> sx.Node:
    explicit: list[str] = []
    for idx in term.bound:
        letter = names[idx]
        body = _product(cells, Fraction(1))
        holders = [piece for piece in pieces(body) if occurrences(piece.node)[letter]]
        if any(occurrences(inner)[letter] > 1 for inner in closed_parts(body)):
            explicit.append(letter)
        elif not holders or len(holders) == 1 and not (holders[0].atom and occurrences(holders[0].node)[letter] > 1):
            cells.insert(1, _Cell([_ones(letter)]))
            if not holders:
                cells.insert(1, _Cell([_ones(letter)]))
    coef = abs(term.coef)
    if explicit:
        body = sx.Summation(tuple(map(sx.Letter, explicit)), _product(cells, Fraction(1)))
        cells = [_Cell([]), _Cell([body])]
    node = _product(cells, coef)
    return sx.Negate(node) if term.coef < 0 else node


# ---------------------------------------------------------------- factors and fractions


def _factor(base: ex.Base, exponent: Fraction, names: Names, taken: set[str]) -> tuple[sx.Node, set[str]]:
    node, used = _base(base, names, taken)
    if exponent == Fraction(1, 2):
        return sx.Call("sqrt", node), used
    if exponent == 1:
        return _bracketed(node), used
    plain = isinstance(node, (sx.Tensor, sx.Size, sx.Call, sx.Ones, sx.Delta))
    return sx.Power(node if plain else sx.Group(node), sx.Number(exponent)), used


def _bracketed(node: sx.Node) -> sx.Node:
    return sx.Group(node) if isinstance(node, (sx.Sum, sx.Negate, sx.Summation)) else node


def _base(base: ex.Base, names: Names, taken: set[str]) -> tuple[sx.Node, set[str]]:
    match base:
        case ex.Sym(name, slots):
            return sx.Tensor(name, _indices(slots, names)), set()
        case ex.Delta(left, right):
            return sx.Delta(_indices((left, right), names)), set()
        case ex.One(slots):
            return sx.Ones(_indices(slots, names)), set()
        case ex.Size(name):
            return sx.Size(name), set()
        case ex.Paren(body):
            return _sum(body, names, taken, nested=True)
        case ex.Fn(name, arg, primes):
            node, used = _sum(arg, names, taken, nested=True)
            return sx.Call(name, node, primes), used
        case ex.Deriv(of, by):
            node, used = _sum(of, names, taken, nested=True)
            below = sx.Tensor(by.name, _indices(by.slots, names))
            return sx.Derivative(node if isinstance(node, sx.Tensor) else sx.Group(node), below), used
    raise TypeError(base)


def _indices(slots: tuple[ex.Slot, ...], names: Names) -> tuple[sx.Index, ...]:
    return tuple(_index(slot, names) for slot in slots)


def _index(slot: ex.Slot, names: Names) -> sx.Index:
    match slot:
        case Idx():
            return sx.Letter(names[slot])
        case ex.Affine(terms, offset):
            return sx.Affine(tuple((n, sx.Letter(names[idx])) for n, idx in terms), offset)
        case ex.Looked(name, slots):
            return sx.Valued(name, _indices(slots, names))
    return slot


class _Cell:
    """A fraction: what stands above the bar and what below."""

    def __init__(self, above: list[sx.Node]) -> None:
        self.above, self.below = above, list[sx.Node]()

    def node(self) -> sx.Node:
        above = _joined(self.above) if self.above else sx.Number(Fraction(1))
        if not self.below:
            return above
        if isinstance(above, sx.Group) and len(self.above) > 1:
            above = above.body
        below = _joined(self.below)
        simple = isinstance(below, (sx.Tensor, sx.Size, sx.Call, sx.Power, sx.Number, sx.Group))
        return sx.Quotient(above, below if simple else sx.Group(below))


def _joined(nodes: list[sx.Node]) -> sx.Node:
    return nodes[0] if len(nodes) == 1 else sx.Product(tuple(nodes))


def _place(cells: list[_Cell], node: sx.Node, below: bool) -> None:
    """Below the bar of the last factor that can carry one; a derivative is a fraction already."""
    if not below:
        cells.append(_Cell([node]))
        return
    able = [
        cell for cell in cells if cell.above and not isinstance(cell.above[0], sx.Derivative) and not _upstream(cell)
    ]
    carriers = [cell for cell in able if not isinstance(cell.above[0], sx.Ones)] or able
    (carriers[-1] if carriers else cells[0]).below.append(node)


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
