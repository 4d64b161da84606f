"""All rules that a derivation may name: those of rewriting, and those of differentiation beside them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

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


# what registers rules when it is imported
HOMES = (
    *("derivative", "simplification", "folding", "facts"),
    *("differential", "identification", "implicit_equations", "implicit_chain"),
)


def every_rule() -> dict[str, RewritingRule]:
    """All rules by their ids.

    >>> every_rule()["product-rule"].formula
    '∂(u v)/∂x = ∂u/∂x v + u ∂v/∂x, also inside a contraction'
    """
    for home in HOMES:
        import_module(f"tensorcalc.calculus.{home}")
    return {**REWRITING_RULES, **DERIVATION_RULES}


# ---------------------------------------------------------------- where a rule is taught

DELTA, ALGEBRA, RULES = "03_delta_and_one_tensor", "04_index_algebra", "08_tensor_calculus_rules"
DIFFERENTIALS, INVERSE = "10_differentials", "14_matrix_inverse"

# section of the book -> the rules that are taught there
TAUGHT: dict[str, tuple[str, ...]] = {
    f"{DELTA}#the-delta-compares-two-indices": ("delta-symmetry",),
    f"{DELTA}#the-delta-replaces-a-letter": ("delta-substitution", "delta-solved", "delta-alignment"),
    f"{DELTA}#one-tensors-contract-to-a-size": ("one-contracted", "delta-trace"),
    f"{DELTA}#when-a-one-tensor-may-be-dropped": ("one-dropped", "one-merged"),
    f"{ALGEBRA}#do-the-same-to-both-sides": (
        "both-sides-multiplied",
        "both-sides-contracted",
        "both-sides-added",
        "both-sides-applied",
        "both-sides-raised",
        "both-sides-divided",
        "terms-moved",
    ),
    f"{ALGEBRA}#powers-and-logarithms-act-on-components": ("powers-merged", "power-of-product", "log-of-product"),
    f"{ALGEBRA}#substitute-one-equation-into-another": (
        "definition-put-in",
        "definition-folded",
        "definition-folded-power",
        "definition-folded-sum",
        "result-put-in",
        "known-sum",
        "renamed",
    ),
    f"{ALGEBRA}#add-and-factor": (
        "distributed",
        "factored",
        "like-terms",
        "terms-ordered",
        "fraction-split",
        "sum-cancelled",
    ),
    f"{ALGEBRA}#exchange-factors-move-brackets": ("factors-ordered",),
    f"{RULES}#new-letters-for-every-derivative": ("derivative",),
    f"{RULES}#a-tensor-by-itself": ("self-derivative",),
    f"{RULES}#sums-and-products": ("linearity", "constant", "constant-factor", "bracket", "product-rule"),
    f"{RULES}#quotients": ("quotient-rule",),
    f"{RULES}#powers-and-element-wise-functions": ("power-rule", "chain-rule-elementwise", "function-derivative"),
    f"{RULES}#the-chain-rule": ("chain-rule",),
    DIFFERENTIALS: (
        "differential",
        "differential-sum",
        "differential-constant",
        "differential-factor",
        "differential-bracket",
        "differential-product",
        "differential-quotient",
        "differential-power",
        "differential-function",
        "differential-tensor",
        "differential-put-in",
        "others-fixed",
        "tensor-dot",
        "identified",
    ),
    INVERSE: ("inverse-contracted",),
}
_SECTIONS = {id: section for section, ids in TAUGHT.items() for id in ids}


def section(id: str) -> str | None:
    """The chapter, and the section of it, that teaches a rule: ``08_tensor_calculus_rules#quotients``."""
    return _SECTIONS.get(id)


def address(id: str) -> str | None:
    """The page of the book that teaches a rule, relative to its other pages.

    >>> address("quotient-rule")
    '08_tensor_calculus_rules.html#quotients'
    """
    found = section(id)
    if found is None:
        return None
    chapter, _, heading = found.partition("#")
    return f"{chapter}.html#{heading}" if heading else f"{chapter}.html"
