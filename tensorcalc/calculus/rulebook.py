"""All rules that a derivation may name: those of rewriting, and those of differentiation beside them."""

from __future__ import annotations

from collections.abc import Callable

from .rules import REWRITING_RULES, RewritingRule

DERIVATION_RULES: dict[str, RewritingRule] = {}


def rule(id: str, name: str) -> Callable[[Callable], Callable]:
    """Register a function under a stable id; its docstring begins with the formula."""

    def register(apply: Callable) -> Callable:
        DERIVATION_RULES[id] = RewritingRule(id, name, apply)
        return apply

    return register


# rules that a derivation or an equation carries out as a whole: id, name, formula
STATED = (
    ("derivative", "both sides are differentiated", "y = f(x) gives ∂y/∂x = ∂f(x)/∂x, with new free indices"),
    ("chain-rule", "chain rule", "∂y/∂x = ∂y/∂u ∂u/∂x + …, over everything that y is computed from"),
    ("result-put-in", "an earlier result is put in", "∂u_i/∂x_p is what was derived for it"),
    ("terms-ordered", "terms are reordered", "−a + b = b − a"),
    ("renamed", "an index is renamed", "a_ij b_j = a_ik b_k"),
    ("both-sides-multiplied", "both sides are multiplied", "a_i = b_i gives a_i c_j = b_i c_j"),
    ("both-sides-contracted", "both sides are contracted", "a_i = b_i gives a_i c_i = b_i c_i"),
    ("both-sides-added", "the same is added to both sides", "a_i = b_i gives a_i + c_i = b_i + c_i"),
    ("both-sides-applied", "a function is applied to both sides", "a_i = b_i gives f(a_i) = f(b_i)"),
    ("both-sides-raised", "both sides are raised to a power", "a_i = b_i gives a_i^n = b_i^n"),
)


def _stated(formula: str) -> Callable[..., None]:
    def apply(*_: object) -> None:
        raise NotImplementedError(formula)

    apply.__doc__ = formula
    return apply


for _id, _name, _formula in STATED:
    DERIVATION_RULES[_id] = RewritingRule(_id, _name, _stated(_formula))


def named(id: str) -> RewritingRule:
    return DERIVATION_RULES.get(id) or REWRITING_RULES[id]
