"""Rules that keep rounding small: each computes the same number in another order, and is named where it was used.

max-shift: exp(x_i)/Σ exp(x_k) = exp(x_i − M)/Σ exp(x_k − M) with M = max x_k; log Σ exp(x_k) = M + log Σ exp(x_k − M).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..notation.expression import Affine, Idx, Slot
from . import nodes as n
from .nodes import Add, Call, Inside, Load, Mul, Node, Number, Reduce, Same, SizeOf

RULES = {
    "log-sigmoid": "log(sigmoid(x)) = -softplus(-x)",
    "softplus": "log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))",
    "log1p": "log(1 + x) without first rounding 1 + x",
    "expm1": "exp(x) - 1 without first rounding exp(x)",
    "max-shift": "exp(x_i)/sum exp(x_k) = exp(x_i - M)/sum exp(x_k - M), M = max x_k",
    "two-pass variance": "sum (x_h - m)^2 once m is known, not sum x_h^2 - H m^2, which cancels",
}


def rules_in(root: Node) -> set[str]:
    """The rules that a value shows, where no function or statement of its source bears their names."""
    found: set[str] = set()
    for node in n.everything(root):
        match node:
            case Call("softplus", Mul(coef)) if coef < 0:
                found.add("log-sigmoid")
            case Reduce("sum", _, Mul(_, factors)) if any(e == 2 and _centred(base) for base, e in factors):
                found.add("two-pass variance")
    return found


def _centred(node: Node) -> bool:
    """x_h − m, where m is a sum."""
    return isinstance(node, Add) and any(isinstance(one, Reduce) for term in node.terms for one in (term, *term.parts))


# ---------------------------------------------------------------- functions of one argument


def call(name: str, arg: Node) -> Node:
    """A function; logarithms and exponentials in the form that loses nothing."""
    if name == "log":
        return log(arg)
    return Call(name, arg)


def log(arg: Node) -> Node:
    arg = complement(arg)
    rest = _less_one(arg)
    if rest is not None:
        return Call("softplus", rest.arg) if isinstance(rest, Call) and rest.name == "exp" else Call("log1p", rest)
    match arg:
        case Call("sigmoid", x):
            return n.scaled(-1, Call("softplus", n.scaled(-1, x)))
        case Call("exp", x):
            return x
        case Mul(coef, factors) if n.positive(arg) and any(_exponential(base) for base, _ in factors):
            terms = [n.scaled(e, log(base)) for base, e in factors]
            return n.add(terms if coef == 1 else [*terms, log(Number(coef))])
    return Call("log", arg)


def _exponential(base: Node) -> bool:
    return isinstance(base, Call) and base.name == "exp"


def _less_one(arg: Node) -> Node | None:
    """x of 1 + x."""
    if isinstance(arg, Add) and len(arg.terms) == 2 and n.ONE in arg.terms:
        return arg.terms[1] if arg.terms[0] is n.ONE else arg.terms[0]
    return None


def complement(node: Node) -> Node:
    """1 − sigmoid(x), exp(x) − 1."""
    if not isinstance(node, Add) or len(node.terms) != 2:
        return node
    for one, other in (node.terms, node.terms[::-1]):
        match one, other:
            case Number(value=Fraction(numerator=1, denominator=1)), Mul(
                Fraction(numerator=-1, denominator=1), ((Call("sigmoid", x), Fraction(numerator=1, denominator=1)),)
            ):
                return Call("sigmoid", n.scaled(-1, x))
            case Number(value=Fraction(numerator=-1, denominator=1)), Call("exp", x):
                return Call("expm1", x)
    return node


def settled(root: Node) -> Node:
    """Every rule, from the inside out."""
    memo: dict[Node, Node] = {}
    for node in n.everything(root):
        new = aligned(complement(n.rebuilt(node, tuple(memo[part] for part in node.parts))))
        memo[node] = log(new.arg) if isinstance(new, Call) and new.name == "log" else new
    return shifted(memo[root])


# ---------------------------------------------------------------- deltas


def aligned(node: Node) -> Node:
    """(a + b δ_nT) e_n = a e_n + b e_T δ_nT: beside a delta its two indices are one, so that e_T/e_T is 1."""
    if not isinstance(node, Mul) or not any(_exponential(base) for base, _ in node.factors):
        return node
    for base, exponent in node.factors:
        if isinstance(base, Add) and exponent == 1 and any(_delta(term) for term in base.terms):
            rest = [f for f in node.factors if f[0] is not base]
            return n.add([aligned(n.mul(node.coef, [(term, Fraction(1)), *rest])) for term in base.terms])
    delta = _delta(node)
    return _aligned(node, delta) if delta else node


def _delta(node: Node) -> Same | None:
    factors = node.factors if isinstance(node, Mul) else ((node, Fraction(1)),)
    return next((base for base, e in factors if isinstance(base, Same) and e == 1), None)


def _aligned(node: Mul, delta: Same) -> Node:
    for idx, other in ((delta.left, delta.right), (delta.right, delta.left)):
        if isinstance(idx, Idx) and not isinstance(other, (Idx, Affine)):
            rest = n.mul(node.coef, [f for f in node.factors if f[0] is not delta])
            return n.mul(1, [(delta, Fraction(1)), (n.replaced(rest, {idx: other}), Fraction(1))])
    return node


# ---------------------------------------------------------------- max-shift


def shifted(root: Node) -> Node:
    for normaliser in normalisers(root):
        root = _Shift(normaliser).plain(root)
    return root


def normalisers(root: Node) -> list[Reduce]:
    """Sums of exponentials that something is divided by, or that a logarithm is taken of."""
    found: dict[Reduce, None] = {}
    for node in n.everything(root):
        used: list[Node] = []
        if isinstance(node, Mul):
            used = [base for base, e in node.factors if e < 0]
        elif isinstance(node, Call) and node.name == "log":
            used = [node.arg, *node.arg.parts]
        found.update(
            {one: None for one in used if isinstance(one, Reduce) and one.op == "sum" and _exponential(one.body)}
        )
    return list(found)


@dataclass(frozen=True)
class _Scaled:
    """A value as exp(M)^degree times another one; and as it is."""

    degree: Fraction
    body: Node
    plain: Node


class _Shift:
    """One sum of exponentials, with its largest exponent M taken out wherever that changes no value."""

    def __init__(self, normaliser: Reduce) -> None:
        assert isinstance(normaliser.body, Call)
        self.bound, self.exponent = normaliser.bound, normaliser.body.arg
        self.largest = Reduce("max", normaliser.bound, self.exponent)
        self.memo: dict[Node, _Scaled] = {}

    def plain(self, root: Node) -> Node:
        return self.scale(root).plain

    def scale(self, node: Node) -> _Scaled:
        if node not in self.memo:
            self.memo[node] = self._scale(node)
        return self.memo[node]

    def _scale(self, node: Node) -> _Scaled:
        if isinstance(node, Call) and node.name == "exp" and matches(self.exponent, node.arg, self.bound):
            return _Scaled(Fraction(1), Call("exp", n.add([node.arg, n.scaled(-1, self.largest)])), node)
        parts = [self.scale(part) for part in node.parts]
        plain = n.rebuilt(node, tuple(part.plain for part in parts))
        degree = self.degree(node, parts)
        if degree is None:
            return _Scaled(Fraction(0), plain, plain)
        body = n.rebuilt(node, tuple(part.body for part in parts))
        if isinstance(node, Call):  # a logarithm, of degree 0 itself
            body = n.add([n.scaled(parts[0].degree, self.largest), body])
            degree = Fraction(0)
        return _Scaled(degree, body, plain if degree else body)

    def degree(self, node: Node, parts: list[_Scaled]) -> Fraction | None:
        match node:
            case Mul(_, factors):
                return sum((part.degree * e for part, (_, e) in zip(parts, factors, strict=True)), Fraction(0))
            case Add():
                return parts[0].degree if len({part.degree for part in parts}) == 1 else None
            case Reduce("sum") | Inside():
                return parts[0].degree
            case Call("log"):
                return parts[0].degree or None
        return None


def matches(pattern: Node, node: Node, bound: tuple[Idx, ...]) -> bool:
    """Whether a node is the pattern with other places for the bound letters."""
    return _match(pattern, node, frozenset(bound), {})


def _match(pattern: Node, node: Node, bound: frozenset[Idx], by: dict[Idx, Slot]) -> bool:
    if pattern is node and pattern.letters.isdisjoint(bound):
        return True
    if type(pattern) is not type(node) or isinstance(pattern, (Reduce, Inside, Same, SizeOf, Number)):
        return False
    match pattern, node:
        case Load(), Load():
            if pattern.tensor != node.tensor:
                return False
            return all(_places(p, q, bound, by) for p, q in zip(pattern.places, node.places, strict=True))
        case Mul(), Mul():
            if pattern.coef != node.coef or [e for _, e in pattern.factors] != [e for _, e in node.factors]:
                return False
        case Call(), Call():
            if pattern.name != node.name:
                return False
    pairs = zip(pattern.parts, node.parts, strict=False)
    return len(pattern.parts) == len(node.parts) and all(_match(p, q, bound, by) for p, q in pairs)


def _places(pattern: Slot, slot: Slot, bound: Mapping | frozenset[Idx], by: dict[Idx, Slot]) -> bool:
    if isinstance(pattern, Idx) and pattern in bound:
        return by.setdefault(pattern, slot) == slot
    return pattern == slot and n.letters_of(pattern).isdisjoint(bound)
