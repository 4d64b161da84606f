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


def named(id: str) -> RewritingRule:
    return DERIVATION_RULES.get(id) or REWRITING_RULES[id]
