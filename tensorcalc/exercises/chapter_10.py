"""Exercises of chapter 10, differentials."""

from .formulas import Formula
from .functions import Kernel
from .plain import Choice
from .registry import Exercise

_SCALAR = "write the product with indices: which index of G meets which of dW?"
_ALL = "all pairs of entries at the same place are multiplied and added here."

EXERCISES = (
    Exercise(
        "ex-differentials-small",
        Formula(
            inputs={"c": "", "dc": "", "x": "i", "dx": "i", "w": "i", "dw": "i"},
            outputs={"dy": "i", "dz": "", "dr": "", "dt": "i"},
            reference="""
                dy_i = dc x_i + c dx_i
                dz = dx_m w_m + x_m dw_m
                dr = 2 x_m dx_m
                dt_i = 3 x_i^2 dx_i
            """,
        ),
        hints=(
            "No new letters: each d keeps the indices of its tensor.",
            "c changes as well, so the first one is a product of two things that change.",
            "`dr = dx_m x_m + x_m dx_m`; the two terms are the same.",
        ),
    ),
    Exercise(
        "ex-differentials-numpy",
        {
            "a": Choice("yes", {"no": _ALL}),
            "b": Choice("no", {"yes": _SCALAR}),
            "c": Choice("yes", {"no": "`[G^T dW]_rq = g_pr dw_pq`; now sum the diagonal."}),
            "d": Choice("yes", {"no": _ALL}),
            "e": Choice("no", {"yes": "one axis is summed, so two are left."}),
            "f": Choice("no", {"yes": _SCALAR}),
        },
        hints=(
            "The dot is `g_pq dw_pq`: first index with first, second with second.",
            "The trace of `G @ dW` is `g_pq dw_qp`.",
            "`tensordot` with axes=2 sums the last two axes of G with the first two of dW, in order.",
        ),
    ),
    Exercise(
        "ex-differentials-sides",
        Formula(
            inputs={"g": "ij", "a": "ip", "b": "qj"},
            outputs={"m": "pq"},
            reference="m_pq = a_ip g_ij b_qj",
        ),
        hints=(
            "Write `[A X B]_ij` with indices.",
            "`[A X B]_ij = a_ip x_pq b_qj`. Multiply by `g_ij` and sum.",
            "m is what stands beside `x_pq`.",
        ),
    ),
    Exercise(
        "ex-differentials-gram",
        Formula(
            inputs={"x": "ki", "dx": "ki", "g": "ii"},
            outputs={"dy": "ii", "dl_dx": "ki"},
            reference="""
                dy_ij = dx_ki x_kj + x_ki dx_kj
                dl_dx_pq = x_pj g_qj + x_pj g_jq
            """,
        ),
        hints=(
            "The product rule gives two terms, since x occurs twice.",
            "Multiply by `g_ij`. In the first term the change is `dx_ki`, so k is p and i is q.",
            "The first term leaves `g_qj x_pj`. In the second, k is p and j is q.",
        ),
    ),
    Exercise(
        "ex-differentials-squares",
        Formula(
            inputs={"w": "ij", "h": "j", "t": "i"},
            outputs={"dl_dw": "ij", "dl_dh": "j"},
            reference="""
                dl_dw_pq = r_p h_q
                dl_dh_q = r_i w_iq
            """,
            given="r_i = w_ij h_j - t_i",
        ),
        hints=(
            "Begin with `dl = r_i dr_i`.",
            "`dr_i = dw_ij h_j + w_ij dh_j`.",
            "For W: `r_i dw_ij h_j`, and i, j become p, q.",
        ),
    ),
    Exercise(
        "ex-differentials-kernel",
        Kernel(
            inputs={"x": "ki", "dx": "ki"},
            outputs={"dy": "ii"},
            reference=lambda x, dx: {"dx_ki x_kj": dx.T @ x, "x_ki dx_kj": x.T @ dx},
        ),
        hints=(
            "Derive `dy_ij` first; it has two terms.",
            "`dy_ij = dx_ki x_kj + x_ki dx_kj`, with k summed.",
            "Two loops over i and j, a total that starts at 0.0, and a loop over k that adds both products.",
        ),
    ),
    Exercise(
        "ex-differentials-cosine",
        Formula(
            inputs={"u": "k", "v": "k"},
            outputs={"g": "k"},
            reference="g_p = v_p/(m n) - c u_p/m^2",
            given="m = sqrt(u_k u_k)\nn = sqrt(v_k v_k)\nc = u_k v_k/(m n)",
        ),
        hints=(
            "Only u changes, so n is a constant. Derive dm first.",
            "`dm = u_k du_k/m`, and `d(1/m) = -dm/m^2`.",
            "`dc = du_k v_k/(m n) - c dm/m`; put dm in.",
        ),
    ),
)
