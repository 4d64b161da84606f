"""Exercises of chapter 08, the rules of tensor calculus."""

from .formulas import Formula
from .plain import Choice, Number
from .registry import Exercise

_COMPONENTS = (8 * 128 * 128) * (8 * 128 * 64)
_NEW = "the letters p, q, m, n, r, s occur nowhere in the equation."

EXERCISES = (
    Exercise(
        "ex-rules-small",
        Formula(
            inputs={"c": "", "x": "i", "w": "i"},
            outputs={"j": "ii", "k": "i", "n": "iii", "t": "ii"},
            reference="""
                j_ip = c delta_ip
                k_p = w_p
                n_mrp = delta_mp x_r + x_m delta_rp
                t_ip = 3 x_i^2 delta_ip
            """,
        ),
        hints=(
            "Every derivative of x by itself is a delta. Which delta still has a dummy?",
            "`∂(x_m w_m)/∂x_p = δ_mp w_m`, and the delta replaces m.",
            "`x_m x_r` has x twice, so the product rule gives two terms, each with one delta.",
        ),
    ),
    Exercise(
        "ex-rules-letters",
        {
            "a": Choice("yes", {"no": _NEW}),
            "b": Choice("no", {"yes": "j is a free index of the equation."}),
            "c": Choice("no", {"yes": "k is a dummy of the equation; the derivative would join the sum."}),
            "d": Choice("yes", {"no": _NEW}),
            "e": Choice("no", {"yes": "k and j are in use, whichever tensor is differentiated by."}),
            "f": Choice("yes", {"no": _NEW}),
        },
        hints=(
            "Write down all letters of the equation.",
            "i and j are free, k is a dummy: all three are in use.",
            "An operator is legal if none of its letters is among i, j, k.",
        ),
    ),
    Exercise(
        "ex-rules-scores",
        {
            "jacobian": Formula(
                inputs={"q": "bid", "k": "bjd"},
                outputs={"j": "bijbjd"},
                reference="j_bijprt = delta_bp delta_jr q_bit",
            ),
            "components": Number(_COMPONENTS),
            "nonzero": Number(_COMPONENTS // (8 * 128)),
        },
        hints=(
            "The operator needs three new letters, for the three indices of k.",
            "`∂k_bjd/∂k_prt = δ_bp δ_jr δ_dt`. Which of these letters is a dummy?",
            "Each delta that stays leaves one value in B or in J.",
        ),
    ),
    Exercise(
        "ex-rules-unit",
        Formula(
            inputs={"x": "i"},
            outputs={"j": "ii"},
            reference="j_ip = delta_ip/sqrt(n) - x_i x_p/n^{3/2}",
            given="n = x_k x_k\ny_i = x_i/sqrt(n)",
        ),
        hints=(
            "n is one number. Derive `∂n/∂x_p` first.",
            "`∂n/∂x_p = 2 x_p`, and `∂sqrt(n)/∂x_p` is that over `2 sqrt(n)`.",
            "The quotient rule gives `δ_ip/sqrt(n)` less `x_i x_p` over n times `sqrt(n)`.",
        ),
    ),
    Exercise(
        "ex-rules-cube",
        {
            "jacobian": Formula(
                inputs={"x": "ii"},
                outputs={"j": "iiii"},
                reference="j_ijpq = delta_ip x_qm x_mj + x_ip x_qj + x_ik x_kp delta_jq",
            ),
            "terms of X^n for n = 7": Number(7),
        },
        hints=(
            "x occurs three times. What does the product rule make of that?",
            "`∂x_km/∂x_pq = δ_kp δ_mq` replaces the two dummies beside the middle factor.",
            "The first factor leaves `δ_ip x_qm x_mj`, the middle one `x_ip x_qj`.",
        ),
    ),
    Exercise(
        "ex-rules-mean",
        {
            "y": Formula(inputs={"x": "i"}, outputs={"j": "ii"}, reference="j_ip = delta_ip - 1/I 1_ip"),
            "v": Formula(
                inputs={"x": "i"},
                outputs={"g": "i"},
                reference="g_p = 2/I y_p",
                given="m = 1/I 1_i x_i\ny_i = x_i - 1_i m",
            ),
            "wrong": Choice(
                "b",
                {
                    "a": "what is the sum of all y_i? It multiplies the path through m in the derivative of v.",
                    "c": "`y_i = x_i - 1_i m` moves with m, and m moves with x.",
                    "d": "the Jacobian of y would be a plain delta; change one x_p and look at the other y_i.",
                },
            ),
        },
        hints=(
            "y depends on x on two paths: directly, and through m.",
            "`∂m/∂x_p = 1/I 1_p`, so y has the term `-1/I 1_ip`.",
            "`∂v/∂x_p = 2/I y_i (δ_ip - 1/I 1_ip)`. Work out the second part: the sum of y is zero.",
        ),
    ),
    Exercise(
        "ex-rules-gram",
        Formula(
            inputs={"x": "ik"},
            outputs={"j": "iiik"},
            reference="j_ijpq = (delta_ip x_jq + delta_jp x_iq)/t - 2 x_ik x_jk x_pq/t^2",
            given="t = x_mn x_mn\ny_ij = x_ik x_jk/t",
        ),
        hints=(
            "t is one number; derive `∂t/∂x_pq` first.",
            "`∂t/∂x_pq = 2 x_pq`. Above the bar the product rule gives two terms.",
            "In the second part of the quotient rule `x_ik x_jk/t` is `y_ij` again.",
        ),
    ),
)
