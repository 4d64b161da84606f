"""Text to meaning: the equations of a text, with the ranges of all their axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from . import syntax as sx
from .building import map_slots
from .expression import Affine, Base, Expr, Idx, Looked, Size, Slot, Term
from .factors import occurrences, unwrap
from .parser import parse, parse_expression
from .ranges import Ranges
from .scope import Scope


@dataclass(frozen=True)
class Signature:
    """What is known of the names of a text: the ranges of each tensor's axes, other names of ranges, sizes given."""

    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)

    def order(self, name: str) -> int | None:
        return len(self.axes[name]) if name in self.axes else None


@dataclass(frozen=True)
class Line:
    """``left = right`` for all values of the free indices."""

    left: Expr
    right: Expr
    free: tuple[Idx, ...]
    signature: Signature = field(default_factory=Signature, compare=False, repr=False)
    source: str = field(default="", compare=False, repr=False)
    span: sx.Span = field(default=(0, 0), compare=False, repr=False)


def read(text: str, ranges: Mapping[str, str | int] | None = None) -> list[Line]:
    """The equations of a text.

    >>> read("c_ik = a_ij b_jk")[0].signature.axes["a"]
    ('I', 'J')
    """
    program = parse(text)
    reader = Reader(text, ranges)
    return reader.finish([reader.statement(statement) for statement in program.statements])


class Reader:
    """Reads statements that share their tensors."""

    def __init__(self, source: str, ranges: Mapping[str, str | int] | None = None) -> None:
        self.scope = Scope(source, Ranges(ranges))
        self.scope.known = frozenset(self.scope.ranges.declared.values())

    def statement(self, statement: sx.Statement) -> Line:
        self.scope.begin()
        env = {letter: self.scope.index(letter) for letter in self.free(statement)}
        left, right = self.scope.whole(statement.left, env), self.scope.whole(statement.right, env)
        return Line(left, right, tuple(env.values()), source=self.scope.source, span=statement.span)

    def expression(self, text: str, free: Iterable[str]) -> tuple[Expr, tuple[Idx, ...]]:
        self.scope.begin()
        self.scope.source = text
        env = {letter: self.scope.index(letter) for letter in free}
        return self.scope.whole(parse_expression(text), env), tuple(env.values())

    # ------------------------------------------------------------ free indices

    def free(self, statement: sx.Statement) -> tuple[str, ...]:
        shown = shown_on_left(statement.left)
        if shown is None:
            if statement.free is None:
                given = "the left side is an expression: its free indices cannot be seen"
                self.scope.fail("free-list", given, at=statement.left.span[0])
            return tuple(letter.name for letter in statement.free or ())
        if statement.free is None:
            self.distinct(shown)
            return tuple(letter.name for letter in shown)
        return tuple(letter.name for letter in statement.free)

    def distinct(self, letters: tuple[sx.Letter, ...]) -> None:
        for k, letter in enumerate(letters):
            if letter in letters[:k]:
                self.scope.fail("left-repeated", f"{letter.name} stands twice on the left", letter.name, letter.span[0])

    # ------------------------------------------------------------ ranges

    def finish(self, lines: list[Line]) -> list[Line]:
        """Give every range its name."""
        names, sizes = self.scope.resolve()
        signature = self.signature(names)
        return [
            replace(
                line,
                left=rename_ranges(line.left, names, sizes),
                right=rename_ranges(line.right, names, sizes),
                free=tuple(replace(idx, range=names[idx.range]) for idx in line.free),
                signature=signature,
            )
            for line in lines
        ]

    def signature(self, names: Mapping[str, str]) -> Signature:
        ranges = self.scope.ranges
        axes: dict[str, tuple[str, ...]] = {}
        for name, (order, _) in self.scope.orders.items():
            axes[name] = tuple(names[f"@{ranges.axis(name, k)}"] for k in range(order))
        aliases: dict[str, tuple[str, ...]] = {}
        for at in range(len(ranges.parent)):
            for alias in ranges.names[ranges.root(at)]:
                aliases[alias] = tuple(dict.fromkeys((*aliases.get(alias, ()), names[f"@{at}"])))
        for name in self.scope.known & {name for name, *_ in self.scope.sizes}:
            aliases.setdefault(name, (name,))
        return Signature(axes, aliases, dict(ranges.sizes), dict(ranges.declared))


def shown_on_left(node: sx.Node) -> tuple[sx.Letter, ...] | None:
    """The letters of a left side that is one tensor; None for any other expression that has letters."""
    node = unwrap(node)
    match node:
        case sx.Tensor(indices=indices) | sx.Delta(indices=indices) | sx.Ones(indices=indices):
            return tuple(letter for index in indices for letter in sx.letters_of(index))
        case sx.Derivative(of=of, by=sx.Tensor(indices=by)) if isinstance(unwrap(of), (sx.Tensor, sx.Derivative)):
            inner = shown_on_left(of)
            new = tuple(letter for index in by for letter in sx.letters_of(index))
            return None if inner is None else (*inner, *new)
    return None if occurrences(node) else ()


def rename_ranges(expr: Expr, names: Mapping[str, str], sizes: Mapping[str, str]) -> Expr:
    """Other names for the ranges of all indices, and for sizes."""

    def idx(one: Idx) -> Idx:
        return replace(one, range=names.get(one.range, one.range))

    def slot(one: Slot) -> Slot:
        match one:
            case Idx():
                return idx(one)
            case Affine(terms, offset, range):
                return Affine(tuple((n, idx(letter)) for n, letter in terms), offset, names.get(range, range))
            case Looked(name, slots):
                return Looked(name, tuple(map(slot, slots)))
        return one

    def base(one: Base) -> Base:
        if isinstance(one, Size):
            return Size(sizes.get(one.range, one.range), one.name)
        return map_slots(one, slot, whole)

    def whole(one: Expr) -> Expr:
        return Expr(
            tuple(
                Term(term.coef, tuple(map(idx, term.bound)), tuple((base(b), e) for b, e in term.factors))
                for term in one.terms
            )
        )

    return whole(expr)
