"""Exercises of chapter 07, the chain rule and graphs."""

from __future__ import annotations

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise

_LAYER = {"dl_dy": "", "dl_dz": "", "a": "i", "b": "i"}
_NAMED = """
    r = a_i b_i
    s = a_i a_i
"""

EXERCISES = (
    Exercise(
        "ex-chain-total",
        {"partial": Number(9), "total": Number(27)},
        hints=(
            "For the partial derivative u is a number that does not move.",
            "The total derivative adds the path through u: the rate of y in u times the rate of u in x.",
            "At x = 3: u = 9, and the path through u brings x · 2x = 18.",
        ),
    ),
    Exercise(
        "ex-chain-condition",
        Choice(
            "c",
            {
                "a": "the ridge of this chapter has both partial derivatives, and the rule fails.",
                "b": "a continuous function need not have any derivative.",
                "d": "the ridge has a derivative along every line through the origin, and the rule fails.",
                "e": "the ridge is continuous and has both partial derivatives, and the rule fails.",
            },
        ),
        hints=(
            "Which property of y does the second line of the derivation use?",
            "Test each condition on the ridge: is it continuous, and has it slopes along lines, at the origin?",
            "The derivation replaces y by its linear approximation; having one is a property with a name.",
        ),
    ),
    Exercise(
        "ex-chain-residual",
        Formula(
            inputs={"dl_dy": "i", "x": "i", "w": "ii"},
            outputs={"dl_dx": "i"},
            given="h_i = tanh(w_ij x_j)",
            reference="dl_dx_p = dl_dy_p + dl_dy_i (1 - h_i^2) w_ip",
        ),
        hints=(
            "By how many values is x consumed?",
            "The rates are `∂y_i/∂x_p = δ_ip` on the shortcut, and `∂h_i/∂x_p = (1 - h_i^2) w_ip`.",
            "Contract both with `dl_dy_i` and add. On the shortcut the delta replaces i by p.",
        ),
    ),
    Exercise(
        "ex-chain-centre",
        Formula(
            inputs={"dl_dy": "i", "x": "i"},
            outputs={"dl_dx": "i"},
            reference="dl_dx_p = dl_dy_p - 1/I 1_p 1_i dl_dy_i",
        ),
        hints=(
            "The Jacobian has two terms. Which of them is a delta?",
            "`∂y_i/∂x_p = δ_ip - 1/I 1_i 1_p`.",
            "Contracted with `dl_dy_i`, `1_i` sums the upstream gradient and `1_p` broadcasts the result.",
        ),
    ),
    Exercise(
        "ex-chain-graph",
        {
            "a": Formula(
                inputs=_LAYER,
                outputs={"dl_da": "i"},
                given=_NAMED,
                reference="dl_da_p = dl_dy b_p/s + 2 dl_dz r b_p - 2 dl_dy r/s^2 a_p",
            ),
            "b": Formula(
                inputs=_LAYER,
                outputs={"dl_db": "i"},
                given=_NAMED,
                reference="dl_db_p = dl_dy a_p/s + 2 dl_dz r a_p",
            ),
        },
        hints=(
            "Draw the graph. Who consumes r, who consumes s, a and b?",
            "`dl_dr = dl_dy/s + 2 dl_dz r` and `dl_ds = -dl_dy r/s^2`.",
            "a is consumed by r and s: `dl_dr b_p + 2 dl_ds a_p`. b is consumed by r alone.",
        ),
    ),
    Exercise(
        "ex-chain-order",
        {
            "from the left": Number(500 * 1000 + 1000 * 200),
            "from the right": Number(500 * 1000 * 200 + 500 * 200),
        },
        hints=(
            "An (m, k) times a (k, n) matrix takes m k n multiplications.",
            "From the left the first product is a row of 1000 numbers.",
            "From the right the first product is a (500, 200) matrix, with 500 · 1000 · 200 multiplications.",
        ),
    ),
    Exercise(
        "ex-chain-copy",
        Kernel(
            inputs={"dl_dy": "bij"},
            outputs={"dl_dt": "ij"},
            reference=lambda dl_dy: dl_dy.sum(axis=0),
        ),
        hints=(
            "The table is copied to every sample. What is the backward function of a broadcast?",
            "`dl_dt_ij = 1_b dl_dy_bij`: which loops are outside, which one adds up?",
            "Start a total at 0.0 for each pair (i, j), add over b, then write it.",
        ),
    ),
)
