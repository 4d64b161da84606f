"""Exercises of chapter 06, derivatives."""

from __future__ import annotations

import math

from .formulas import Formula
from .functions import Function, Kernel
from .plain import Choice, Number, Shape
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-derivatives-small",
        Choice(
            "b",
            {
                "a": "divided by |t| it stays at 0.001, however small t is.",
                "c": "divided by |t| it is 1.",
                "d": "divided by |t| it grows without bound.",
                "e": "divided by t it tends to 1.",
            },
        ),
        hints=(
            "Divide each by |t| and let t go to zero.",
            "A small factor in front does not make it vanish faster.",
            "`|t|^{3/2}/|t| = |t|^{1/2}`.",
        ),
    ),
    Exercise(
        "ex-derivatives-shapes",
        {
            "gradient": Shape((4, 5)),
            "jacobian": Shape((6, 3)),
            "denominator": Shape((3, 6)),
            "of a matrix": Shape((4, 5, 3)),
            "hessian": Shape((4, 5, 4, 5)),
        },
        hints=(
            "A gradient has the shape of its variable.",
            "A Jacobian has the axes of its output, then those of its input.",
            "A Hessian is the Jacobian of the gradient, and the gradient has the shape (4, 5).",
        ),
    ),
    Exercise(
        "ex-derivatives-uphill",
        {
            "along (3, 4)": Number(3.2, rtol=1e-3),
            "along (1, -4)": Number(0),
            "largest": Number(math.sqrt(17), rtol=1e-3),
        },
        hints=(
            "First the gradient at (1, 2), by two partial derivatives.",
            "The directional derivative is the dot product of the gradient with the direction of length one.",
            "The gradient is (4, 1). The largest rate is its length.",
        ),
    ),
    Exercise(
        "ex-derivatives-gate",
        Formula(
            inputs={"a": "ii", "x": "i"},
            outputs={"t": "ii"},
            reference="t_ip = delta_ip a_ij x_j + x_i a_ip",
        ),
        hints=(
            "x occurs twice, so there are two terms.",
            "`∂x_i/∂x_p = δ_ip`, and `∂x_j/∂x_p = δ_jp`.",
            "In `x_i a_ij δ_jp` the delta replaces j by p. In the other term both its letters are free.",
        ),
    ),
    Exercise(
        "ex-derivatives-quartic",
        {
            "gradient": Formula(inputs={"x": "i"}, outputs={"g": "i"}, reference="g_p = x_i x_i x_p"),
            "Hessian": Formula(inputs={"x": "i"}, outputs={"h": "ii"}, reference="h_pq = x_i x_i delta_pq + 2 x_p x_q"),
        },
        hints=(
            "Name the inner sum: u = `x_i x_i`. What is its derivative by x_p?",
            "`∂u/∂x_p = 2 x_p`, so the gradient is `u x_p`. For the Hessian use the product rule.",
            "`∂(u x_p)/∂x_q = 2 x_q x_p + u δ_pq`.",
        ),
    ),
    Exercise(
        "ex-derivatives-layout",
        Function(
            inputs={"d_u": "mk", "d_y": "kn", "g": "n"},
            outputs={"jacobian": "nm", "dl_dx": "m"},
            reference=lambda d_u, d_y, g: ((d_u @ d_y).T, d_u @ (d_y @ g)),
        ),
        hints=(
            "Which product of the two matrices fits by its shapes?",
            "`D_u D_y` has the inputs in rows. Our Jacobian has them in columns.",
            "The gradient is the transpose of our Jacobian times g.",
        ),
    ),
    Exercise(
        "ex-derivatives-order",
        Choice(
            "d",
            {
                "a": "a polynomial: both mixed derivatives are 2 x_0.",
                "b": "smooth everywhere; at the origin both mixed derivatives are 1.",
                "c": "both mixed derivatives are 0.",
                "e": "A is not symmetric, but the Hessian is A plus its transpose.",
            },
        ),
        hints=(
            "Where second derivatives are continuous, their order does not matter.",
            "Compute the mixed derivatives of (e) before you choose it.",
            "One of the five divides by something that is zero at the origin.",
        ),
    ),
    Exercise(
        "ex-derivatives-product",
        Kernel(
            inputs={"a": "pp", "v": "p"},
            outputs={"w": "p"},
            reference=lambda a, v: (a + a.T) @ v,
        ),
        hints=(
            "The Hessian is `a_pq + a_qp`. Which letter is summed?",
            "The loop over p is outside; the one over q adds up.",
            "Start a total at 0.0 for each p, and write it to w[p] after the loop over q.",
        ),
    ),
)
