"""Equations that were read apart, brought together: one name for each range, definitions put in for names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..notation.building import fresh, substitute
from ..notation.expression import Base, Deriv, Expr, Fn, Idx, Paren, Slot, Sym, Term
from ..notation.ranges import Ranges
from ..notation.reading import Line, Signature, rename_ranges


def united(lines: Sequence[Line]) -> list[Line]:
    """The same equations with ranges named alike: axes of one tensor share one, and so do free indices of one name."""
    ranges = Ranges()
    nodes: dict[tuple[int, str], int] = {}

    def node(k: int, name: str) -> int:
        if (k, name) not in nodes:
            nodes[k, name] = ranges.new(name)
        return nodes[k, name]

    groups: dict[int, int] = {}  # lines read together share a signature
    for k, line in enumerate(lines):
        group = groups.setdefault(id(line.signature), k)
        for tensor, axes in line.signature.axes.items():
            for axis, name in enumerate(axes):
                ranges.join(ranges.axis(tensor, axis), node(group, name), name)
        if k < 2:
            for idx in line.free:
                ranges.join(ranges.axis(f"[{idx.name}]", 0), node(group, idx.range), idx.name)
    for line in lines:
        for name in {n for names in line.signature.aliases.values() for n in names}:
            node(groups[id(line.signature)], name)
    ranges.settle()
    chosen = ranges.resolve()
    return [
        _renamed(line, {n: chosen[at] for (g, n), at in nodes.items() if g == groups[id(line.signature)]})
        for line in lines
    ]


def _renamed(line: Line, names: dict[str, str]) -> Line:
    old = line.signature
    axes = {tensor: tuple(names.get(name, name) for name in ranges) for tensor, ranges in old.axes.items()}
    aliases = {alias: tuple(names.get(name, name) for name in found) for alias, found in old.aliases.items()}
    sizes = {names.get(name, name): size for name, size in old.sizes.items()}
    return replace(
        line,
        left=rename_ranges(line.left, names, names),
        right=rename_ranges(line.right, names, names),
        free=tuple(replace(idx, range=names.get(idx.range, idx.range)) for idx in line.free),
        signature=Signature(axes, aliases, sizes, old.declared),
    )


def merged(a: Signature, b: Signature) -> Signature:
    """What is known of both; their ranges have been united."""
    aliases = {
        k: tuple(dict.fromkeys((*a.aliases.get(k, ()), *b.aliases.get(k, ())))) for k in {*a.aliases, *b.aliases}
    }
    return Signature({**b.axes, **a.axes}, aliases, {**b.sizes, **a.sizes}, {**b.declared, **a.declared})


# ---------------------------------------------------------------- definitions


def expand(expr: Expr, definitions: Sequence[Line]) -> Expr:
    """Every defined name replaced by its definition, the last defined first."""
    for line in reversed(definitions):
        base = line.left.terms[0].factors[0][0]
        if isinstance(base, Sym):
            expr = put_in(expr, base, line.right)
    return expr


def put_in(expr: Expr, name: Sym, value: Expr) -> Expr:
    """``value`` for every occurrence of a tensor, its free indices renamed to those at the place, its dummies new."""

    def whole(one: Expr) -> Expr:
        return Expr(tuple(map(term, one.terms)))

    def term(one: Term) -> Term:
        return Term(one.coef, one.bound, tuple((base(b), e) for b, e in one.factors))

    def base(one: Base) -> Base:
        match one:
            case Sym(found, slots) if found == name.name and len(slots) == len(name.slots):
                return Paren(instance(value, name, slots))
            case Fn(function, arg, primes):
                return Fn(function, whole(arg), primes)
            case Paren(body):
                return Paren(whole(body))
            case Deriv(of, by):
                return Deriv(whole(of), by)
        return one

    return whole(expr)


def instance(value: Expr, name: Sym, slots: tuple[Slot, ...]) -> Expr:
    """A definition at other indices."""
    by = {old: new for old, new in zip(name.slots, slots, strict=True) if isinstance(old, Idx)}
    return substitute(fresh(value), by)
