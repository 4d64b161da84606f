"""Which sums are products of matrices, and which slide one array along another."""

from __future__ import annotations

from fractions import Fraction

from ..notation.expression import Idx, Looked
from . import nodes as n
from .nodes import Load, Mul, Node, Reduce, Same


def product_of(node: Reduce) -> list[list[tuple[Node, Fraction]]]:
    """The operands of a product of matrices: parts that share summed letters only. Empty if it is none."""
    if node.op != "sum":
        return []
    body = node.body
    factors = list(body.factors) if isinstance(body, Mul) else [(body, Fraction(1))]
    if any(_shifting(base, set(node.bound)) for base, _ in factors):
        return []
    free = node.letters
    common = free.intersection(*(base.letters for base, _ in factors))
    parts: list[tuple[set[Idx], list[tuple[Node, Fraction]]]] = []
    inner: list[tuple[Node, Fraction]] = []
    for factor in factors:
        mine = set(factor[0].letters & free - common)
        if not mine:
            inner.append(factor)
            continue
        members = [factor]
        for part in [p for p in parts if not mine.isdisjoint(p[0])]:
            parts.remove(part)
            mine, members = mine | part[0], part[1] + members
        parts.append((mine, members))
    if len(parts) < 2:
        return []
    for factor in inner[:]:
        home = next((m for _, m in parts if factor[0].letters <= n.NONE.union(*(base.letters for base, _ in m))), None)
        if home is not None:
            home.append(factor)
            inner.remove(factor)
    return [members for _, members in parts] + [[one] for one in inner]


def picking(node: Reduce) -> tuple[Same, Node] | None:
    """The delta of a sum of delta_{p,I_n} a_n over n, where p is a letter, and a, which knows nothing of p."""
    factors = list(node.body.factors) if isinstance(node.body, Mul) and node.op == "sum" else []
    for delta, e in factors:
        if not isinstance(delta, Same) or e != 1:
            continue
        letter, place = sorted((delta.left, delta.right), key=lambda slot: isinstance(slot, Looked))
        rest = n.mul(node.body.coef, [factor for factor in factors if factor[0] is not delta])  # type: ignore[attr-defined]
        if isinstance(letter, Idx) and isinstance(place, Looked) and letter not in rest.letters | set(node.bound):
            there = n.letters_of(place)
            if len(there) == len(place.slots) and there <= rest.letters & set(node.bound):
                others = tuple(idx for idx in node.bound if idx not in there)
                return Same(letter, place), Reduce("sum", others, rest) if others else rest
    return None


def sliding(value: Node) -> tuple[Load, Load, Load | None] | None:
    """x, w and the bias of sum x w + bias, where x is read at affine places, and w and the bias at letters."""
    terms = value.terms if isinstance(value, n.Add) else (value,)
    sums = [one for one in terms if isinstance(one, Reduce) and one.op == "sum"]
    rest = [one for one in terms if isinstance(one, Load)]
    if len(sums) != 1 or len(sums) + len(rest) != len(terms) or len(rest) > 1 or not isinstance(sums[0].body, Mul):
        return None
    coef, factors = sums[0].body.coef, sums[0].body.factors
    loads = [base for base, e in factors if isinstance(base, Load) and e == 1]
    if coef != 1 or len(loads) != 2 or len(factors) != 2:
        return None
    x, w = sorted(loads, key=_plain)
    return (x, w, rest[0] if rest else None) if not _plain(x) and all(map(_plain, (w, *rest))) else None


def letters_at(one: Load) -> list[Idx]:
    """The letters that stand alone on an axis."""
    return [place for place in one.places if isinstance(place, Idx)]


def _plain(one: Load) -> bool:
    return len(letters_at(one)) == len(one.places)


def _shifting(base: Node, bound: set[Idx]) -> bool:
    """Whether a factor reads at affine places or picks single components: loops, not BLAS."""
    for node in n.everything(base):
        if isinstance(node, (n.Same, n.Inside)) and not node.letters.isdisjoint(bound):
            return True
        if isinstance(node, Load):
            for place in node.places:
                if not isinstance(place, Idx) and not n.letters_of(place).isdisjoint(bound):
                    return True
    return False
