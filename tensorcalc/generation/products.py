"""Which sums are products of matrices."""

from __future__ import annotations

from fractions import Fraction

from ..notation.expression import Idx
from . import nodes as n
from .nodes import Load, Mul, Node, Reduce


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
