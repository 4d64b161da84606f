"""Linearity of sums: Σ_h (r a_h + s b_h) = r Σ_h a_h + s Σ_h b_h.

Where r and s are sums of the row themselves, Σ a and Σ b need not wait for them: one pass over the row less.
"""

from __future__ import annotations

from fractions import Fraction

from . import nodes as n
from .nodes import Add, Mul, Node, Reduce


def split(root: Node) -> Node:
    """Every sum whose terms have factors that are sums of the row."""
    memo: dict[Node, Node] = {}
    for node in n.everything(root):
        new = n.rebuilt(node, tuple(memo[part] for part in node.parts))
        memo[node] = _split(new) if isinstance(new, Reduce) and new.op == "sum" else new
    return memo[root]


def _split(node: Reduce) -> Node:
    body = node.body
    if not isinstance(body, Add) or not any(any(base.height for base, _ in _outside(t, node)) for t in body.terms):
        return node
    return n.add([_term(term, node) for term in body.terms])


def _outside(term: Node, node: Reduce) -> list[tuple[Node, Fraction]]:
    factors = term.factors if isinstance(term, Mul) else ((term, Fraction(1)),)
    return [f for f in factors if f[0].letters.isdisjoint(node.bound)]


def _term(term: Node, node: Reduce) -> Node:
    """The sum of one term: what has no summed letter stands before it, a letter that does not occur counts."""
    outside = _outside(term, node)
    coef, factors = (term.coef, term.factors) if isinstance(term, Mul) else (Fraction(1), ((term, Fraction(1)),))
    inner = n.mul(1, [f for f in factors if f not in outside])
    counts = [(n.SizeOf(idx.range), Fraction(1)) for idx in node.bound if idx not in inner.letters]
    bound = tuple(idx for idx in node.bound if idx in inner.letters)
    names = {idx.range: idx.name for idx in bound}
    sums = [(n.reduction("sum", bound, inner, names), Fraction(1))] if bound else [(inner, Fraction(1))]
    return n.mul(coef, [*outside, *counts, *sums])
