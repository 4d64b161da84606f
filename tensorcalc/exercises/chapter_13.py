"""Exercises of chapter 13, matrix multiplication."""

import numpy as np

from .formulas import Formula
from .functions import Function, Kernel
from .plain import Number
from .registry import Exercise

_I, _K, _J = 64, 512, 256

EXERCISES = (
    Exercise(
        "ex-matmul-transposed",
        Formula(
            inputs={"dl_dy": "ij", "x": "ik", "w": "jk"},
            outputs={"dl_dx": "ik", "dl_dw": "jk"},
            reference="""
                dl_dx_pq = dl_dy_pj w_jq
                dl_dw_pq = dl_dy_ip x_iq
            """,
        ),
        hints=(
            "Write the two Jacobians first. In `y_ij = x_ik w_jk`, which letter of `w` belongs to the output?",
            "The Jacobians are `δ_ip w_jq` and `δ_jp x_iq`. Contract each with `dl_dy_ij`.",
            "In `dl_dy_ij δ_ip w_jq` the delta replaces i by p; in `dl_dy_ij δ_jp x_iq` it replaces j by p.",
        ),
    ),
    Exercise(
        "ex-matmul-bias",
        Formula(
            inputs={"dl_dy": "ij", "x": "ik", "a": "kj", "b": "j"},
            outputs={"dl_db": "j"},
            reference="dl_db_p = 1_i dl_dy_ip",
        ),
        hints=(
            "Which entries of Y does one entry of b reach?",
            "The Jacobian is `1_i δ_jp`: the one-tensor stays, since b carries no i.",
            "Contract it with `dl_dy_ij`. The delta replaces j by p, and i, which is not free, is summed.",
        ),
    ),
    Exercise(
        "ex-matmul-vector",
        Function(
            inputs={"dl_dy": "i", "a": "ik", "x": "k"},
            outputs={"dl_da": "ik", "dl_dx": "k"},
            reference=lambda dl_dy, a, x: (np.outer(dl_dy, x), a.T @ dl_dy),
        ),
        hints=(
            "The gradient of a has the shape of a. Which two vectors have its two sizes?",
            "The Jacobians are `∂y_i/∂a_pq = δ_ip x_q` and `∂y_i/∂x_p = a_ip`.",
            "`dl_da_pq = dl_dy_p x_q` sums nothing: np.outer. `dl_dx_p = dl_dy_i a_ip` sums the first index of a.",
        ),
    ),
    Exercise(
        "ex-matmul-zeros",
        {
            "entries": Number(_I * _J * _I * _K),
            "nonzero": Number(_I * _J * _K),
            "gib": Number(4 * _I * _J * _I * _K / 2**30, rtol=1e-3, unit="GiB"),
            "multiplications": Number(_I * _J * _K),
        },
        hints=(
            "The Jacobian has one row for each entry of Y and one column for each entry of X.",
            "In `δ_ip a_qj` the delta leaves one entry in I. A 32-bit float takes 4 bytes, a GiB is 2**30 bytes.",
            "The gradient of X multiplies once for each triple (p, j, q).",
        ),
    ),
    Exercise(
        "ex-matmul-three",
        Formula(
            inputs={"dl_dy": "ij", "x": "ik", "b": "km", "c": "mj"},
            outputs={"dl_db": "km"},
            reference="dl_db_pq = x_ip dl_dy_ij c_qj",
        ),
        hints=(
            "Only b is differentiated; x and c are constant factors.",
            "`∂b_km/∂b_pq = δ_kp δ_mq` replaces k by p in x and m by q in c.",
            "The Jacobian is `x_ip c_qj`. Contract it with `dl_dy_ij`.",
        ),
    ),
    Exercise(
        "ex-matmul-square",
        Formula(
            inputs={"dl_dy": "ii", "x": "ik"},
            outputs={"dl_dx": "ik"},
            given="g_ij = dl_dy_ij",
            reference="dl_dx_pq = g_pj x_jq + g_ip x_iq",
        ),
        hints=(
            "x occurs twice, so the product rule gives two terms.",
            "The Jacobian is `δ_ip x_jq + δ_jp x_iq`.",
            "Contract each term with `g_ij`. In the first the delta replaces i by p, in the second j by p.",
        ),
    ),
    Exercise(
        "ex-matmul-batched",
        {
            "one each": Function(
                inputs={"dl_dy": "bij", "x": "bik", "a": "bkj"},
                outputs={"dl_dx": "bik", "dl_da": "bkj"},
                reference=lambda dl_dy, x, a: (dl_dy @ a.swapaxes(1, 2), x.swapaxes(1, 2) @ dl_dy),
            ),
            "shared": Kernel(
                inputs={"dl_dy": "bij", "x": "bik"},
                outputs={"dl_da": "kj"},
                reference=lambda dl_dy, x: np.einsum("bip,biq->pq", x, dl_dy),
            ),
        },
        hints=(
            "Treat b as one more free letter. Which gradients still carry it at the end?",
            "`dl_dx_bpq = dl_dy_bpj a_bqj` and `dl_da_bpq = x_bip dl_dy_biq`, no sum over b.",
            "In `dl_da_pq = x_bip dl_dy_biq` b has no free place: loop over p and q, sum over b and i.",
        ),
    ),
)
