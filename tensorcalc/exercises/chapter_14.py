"""Exercises of chapter 14, the matrix inverse."""

import numpy as np

from .formulas import Formula
from .functions import Function
from .plain import Number
from .registry import Exercise


def _many(dl_dx, a, x):
    g = np.linalg.solve(a.T, dl_dx)
    return -g @ x.T, g


EXERCISES = (
    Exercise(
        "ex-inverse-solve",
        Formula(
            inputs={"dl_dx": "i", "c": "ii", "x": "i"},
            outputs={"dl_db": "i", "dl_da": "ii"},
            reference="""
                dl_db_p = dl_dx_j c_jp
                dl_da_pq = -dl_dx_j c_jp x_q
            """,
        ),
        hints=(
            "Differentiate both sides of `a_ij x_j = b_i`, once by `b_p` and once by `a_pq`.",
            "By `b_p`: `a_ij ∂x_j/∂b_p = δ_ip`. By `a_pq`: `δ_ip x_q + a_ij ∂x_j/∂a_pq = 0`.",
            "Contract with c: the Jacobians are `c_jp` and `-c_jp x_q`.",
        ),
    ),
    Exercise(
        "ex-inverse-trace",
        Formula(inputs={"b": "ii"}, outputs={"dl_da": "ii"}, reference="dl_da_pq = -b_qi b_ip"),
        hints=(
            "What is the upstream gradient `dl_db_ij` of `l = b_ii`?",
            "It is `δ_ij`. Put it into `-b_ip dl_db_ij b_qj`.",
            "The delta replaces j by i.",
        ),
    ),
    Exercise(
        "ex-inverse-gauss",
        Formula(inputs={"z": "i", "b": "ii"}, outputs={"dl_da": "ii"}, reference="dl_da_pq = -z_i b_ip b_qj z_j"),
        hints=(
            "Differentiate `l = z_i b_ij z_j` by b first.",
            "`dl_db_ij = z_i z_j`. Put it into `-b_ip dl_db_ij b_qj`.",
            "i meets the first letter of one b, j the second letter of the other.",
        ),
    ),
    Exercise(
        "ex-inverse-root",
        Formula(
            inputs={"dl_dy": "i", "y": "i"},
            outputs={"dl_dx": "i"},
            reference="dl_dx_p = dl_dy_p / (3 y_p^2 + 1)",
        ),
        hints=(
            "Differentiate both sides of `y_i^3 + y_i = x_i` by `x_p`.",
            "`3 y_i^2 ∂y_i/∂x_p + ∂y_i/∂x_p = δ_ip`.",
            "Divide by `3 y_i^2 + 1`; the delta is used up by the upstream gradient.",
        ),
    ),
    Exercise(
        "ex-inverse-many",
        Function(
            inputs={"dl_dx": "ij", "a": "ii", "x": "ij"},
            outputs={"dl_da": "ii", "dl_db": "ij"},
            reference=_many,
        ),
        hints=(
            "Each column of X is the solution for one column of B.",
            "`dl_db_pq = c_kp dl_dx_kq` is the solution of the system with the transposed matrix.",
            "`dl_da_pq = -dl_db_pj x_qj`: the columns share A, so j is summed.",
        ),
    ),
    Exercise(
        "ex-inverse-covariance",
        Formula(
            inputs={"z": "ni", "b": "ii"},
            outputs={"dl_da": "ii"},
            reference="dl_da_pq = b_qp - 1/N z_ni b_ip b_qj z_nj",
        ),
        hints=(
            "Each term has its own gradient: one is in the chapter, one in an exercise before.",
            "The logarithm of the determinant gives `b_qp`. Look at the order of its letters.",
            "The other is the mean over n of `-z_ni b_ip b_qj z_nj`. For the zero, multiply by Aᵀ on both sides.",
        ),
    ),
    Exercise(
        "ex-inverse-cost",
        {"entries": Number(100**4), "naive": Number(100**4), "products": Number(2 * 100**3)},
        hints=(
            "The Jacobian has the letters n, j, p and q.",
            "The kernel has four loops, two of them over free letters.",
            "A product of two 100 by 100 matrices has three letters.",
        ),
    ),
)
