"""Names for dummies that do not depend on how they were written: equal terms get equal strings.

A term falls into components that its dummies connect. In each, colours are refined until they no longer split; where
several dummies still look alike, each in turn is singled out, and the least string is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..notation.building import combine
from ..notation.expression import (
    Affine,
    Base,
    Delta,
    Deriv,
    Expr,
    Factor,
    Fn,
    Idx,
    Looked,
    One,
    Paren,
    Size,
    Slot,
    Sym,
    Term,
)

Names = Mapping[Idx, str]
MAX_LEAVES = 20_000


class OutOfFuel(Exception):
    """The expression is too symmetric or too large to be brought into canonical form."""


# ---------------------------------------------------------------- strings of factors


def slot_key(slot: Slot, names: Names) -> str:
    match slot:
        case Idx():
            return names.get(slot) or f"{slot.name}.{slot.uid}"
        case Affine(terms, offset):
            return "+".join(sorted(f"{n}*{slot_key(idx, names)}" for n, idx in terms)) + f"+{offset}"
        case Looked(name, slots):
            return f"{name}<{','.join(slot_key(one, names) for one in slots)}>"
    return f"={getattr(slot, 'name', '')}{getattr(slot, 'value', '')}"


def delta_key(left: Slot, right: Slot, names: Names) -> str:
    """Symmetric, also for affine indices: both are moved to one side, of either sign."""
    if isinstance(left, Affine) or isinstance(right, Affine):
        try:
            sides = [slot_key(_zero(combine([(n, left), (-n, right)])), names) for n in (1, -1)]
            return f"zero[{min(sides)}]"
        except ValueError:
            pass
    return f"delta[{','.join(sorted((slot_key(left, names), slot_key(right, names))))}]"


def _zero(slot: Slot) -> Slot:
    return Affine(((1, slot),)) if isinstance(slot, Idx) else slot


def base_key(base: Base, names: Names) -> str:
    match base:
        case Sym(name, slots):
            return f"{name}[{','.join(slot_key(slot, names) for slot in slots)}]"
        case Delta(left, right):
            return delta_key(left, right, names)
        case One(slots):
            return f"1[{','.join(sorted(slot_key(slot, names) for slot in slots))}]"
        case Size(name):
            return f"#{name}"
        case Fn(name, arg, primes):
            return f"{name}{chr(39) * primes}({key(arg, names)})"
        case Paren(body):
            return f"({key(body, names)})"
        case Deriv(of, by):
            return f"d({key(of, names)})/d{base_key(by, names)}"
    raise TypeError(base)


def factor_key(factor: Factor, names: Names) -> str:
    base, exponent = factor
    return base_key(base, names) + (f"^{exponent}" if exponent != 1 else "")


# ---------------------------------------------------------------- strings of terms and sums


def key(expr: Expr, names: Names | None = None) -> str:
    """A string that two expressions share if they differ in the names of dummies and in order alone.

    Going one level in, the names from outside get a mark, lest a dummy's label inside be taken for one of theirs.
    """
    outer = sorted(expr.letters, key=lambda idx: (idx.name, idx.uid))
    return _key(expr, tuple((idx, f"^{slot_key(idx, names or {})}") for idx in outer))


@lru_cache(maxsize=20_000)
def _key(expr: Expr, outer: tuple[tuple[Idx, str], ...]) -> str:
    names = dict(outer)
    return " + ".join(sorted(f"{term_key(term, names)}*{term.coef}" for term in expr.terms))


def term_key(term: Term, names: Names) -> str:
    return labelled(term, names).key


@dataclass(frozen=True)
class Labelled:
    """A term's string without its coefficient, and its dummies and factors in canonical order."""

    key: str
    bound: tuple[Idx, ...]
    factors: tuple[Factor, ...]


def labelled(term: Term, names: Names) -> Labelled:
    fixed = [factor for factor in term.factors if factor[0].letters.isdisjoint(term.bound)]
    found = [Labelled(factor_key(factor, names), (), (factor,)) for factor in fixed]
    found += [best(bound, factors, names) for bound, factors in components(term)]
    found.sort(key=lambda one: one.key)
    bound = tuple(idx for one in found for idx in one.bound)
    return Labelled(" ".join(one.key for one in found), bound, tuple(f for one in found for f in one.factors))


def components(term: Term) -> list[tuple[tuple[Idx, ...], tuple[Factor, ...]]]:
    """The parts of a term that no dummy connects."""
    groups: list[tuple[set[Idx], list[Factor]]] = [({idx}, []) for idx in term.bound]
    of = dict(zip(term.bound, groups, strict=True))
    for factor in term.factors:
        touched = list({id(of[idx]): of[idx] for idx in term.bound if idx in factor[0].letters}.values())
        for other in touched[1:]:
            touched[0][0].update(other[0])
            touched[0][1].extend(other[1])
            of.update(dict.fromkeys(other[0], touched[0]))
        if touched:
            touched[0][1].append(factor)
    unique = {id(group): group for group in of.values()}.values()
    return [(tuple(idx for idx in term.bound if idx in members), tuple(factors)) for members, factors in unique]


# ---------------------------------------------------------------- one component


def best(bound: tuple[Idx, ...], factors: tuple[Factor, ...], names: Names) -> Labelled:
    colours = _ranked({idx: idx.range for idx in bound})
    return _Search(bound, factors, names).run(colours)


def _ranked(signs: Mapping[Idx, object]) -> dict[Idx, int]:
    order = {sign: rank for rank, sign in enumerate(sorted(set(signs.values())))}  # type: ignore[type-var]
    return {idx: order[sign] for idx, sign in signs.items()}


def _join(orbit: dict[Idx, set[Idx]], pairs: Iterable[tuple[Idx, Idx]]) -> None:
    for a, b in pairs:
        if orbit[a] is not orbit[b]:
            orbit[a] |= orbit[b]
            orbit.update(dict.fromkeys(orbit[b], orbit[a]))


class _Search:
    def __init__(self, bound: tuple[Idx, ...], factors: Sequence[Factor], names: Names) -> None:
        self.bound, self.factors, self.names = bound, factors, dict(names)
        self.at = {idx: [f for f in factors if idx in f[0].letters] for idx in bound}
        self.leaves = 0

    def run(self, colours: dict[Idx, int]) -> Labelled:
        colours = self.refine(colours)
        alike = self.alike(colours)
        if not alike:
            return self.leaf(colours)
        results: dict[Idx, Labelled] = {}
        orbit = {idx: {idx} for idx in self.bound}
        for idx in alike:
            if orbit[idx].isdisjoint(results) and not any(self.twins(idx, other) for other in results):
                single = {one: 2 * colour + (one != idx) for one, colour in colours.items()}
                found = self.run(_ranked(single))
                for other in results.values():
                    if other.key == found.key:  # the two labellings differ by a symmetry
                        _join(orbit, zip(other.bound, found.bound, strict=True))
                results[idx] = found
        return min(results.values(), key=lambda one: one.key)

    def refine(self, colours: dict[Idx, int]) -> dict[Idx, int]:
        """Split colours by what each dummy sees, until nothing splits."""
        while True:
            finer = _ranked({idx: (colours[idx], self.seen(idx, colours)) for idx in self.bound})
            if len(set(finer.values())) == len(set(colours.values())):
                return finer
            colours = finer

    def seen(self, idx: Idx, colours: dict[Idx, int]) -> tuple[str, ...]:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise OutOfFuel
        view = {**self.names, **{one: f"%{colour}" for one, colour in colours.items()}, idx: "*"}
        return tuple(sorted(factor_key(factor, view) for factor in self.at[idx]))

    def alike(self, colours: dict[Idx, int]) -> list[Idx]:
        """The first colour that several dummies have."""
        for colour in range(len(self.bound)):
            members = [idx for idx in self.bound if colours[idx] == colour]
            if len(members) > 1:
                return members
        return []

    def twins(self, a: Idx, b: Idx) -> bool:
        """Whether exchanging two dummies leaves the component as it is."""
        touched = list({id(f): f for f in (*self.at[a], *self.at[b])}.values())
        swapped = {a: slot_key(b, self.names), b: slot_key(a, self.names)}
        before = sorted(factor_key(f, self.names) for f in touched)
        return before == sorted(factor_key(f, {**self.names, **swapped}) for f in touched)

    def leaf(self, colours: dict[Idx, int]) -> Labelled:
        view = {**self.names, **{idx: f"%{colour}" for idx, colour in colours.items()}}
        keyed = sorted(((factor_key(factor, view), k) for k, factor in enumerate(self.factors)))
        ranges = ",".join(idx.range for idx in sorted(self.bound, key=colours.__getitem__))
        string = f"sum[{ranges}]({' '.join(one for one, _ in keyed)})"
        order = tuple(sorted(self.bound, key=colours.__getitem__))
        return Labelled(string, order, tuple(self.factors[k] for _, k in keyed))


def erased(term: Term) -> str:
    """A string that forgets which index is which: what may decide a sign or a leading term."""
    every = dict.fromkeys(term.inside, ".")
    return " ".join(sorted(factor_key(factor, every) for factor in term.factors)) + "." * len(term.bound)
