"""Exercises of chapter 09, backward functions."""

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise

_SIGN = "the output has lost the sign of the slope."

EXERCISES = (
    Exercise(
        "ex-backward-memory",
        {
            "GiB by x": Number(4, unit="GiB"),
            "GiB by w": Number(512, unit="GiB"),
            "share by x": Number(1 / 16),
            "share by w": Number(1 / 2048, rtol=1e-3),
        },
        hints=(
            "The number of components is that of the output times that of the input.",
            "By x: (16 · 2048) · (16 · 2048) components. By w: (16 · 2048) · (2048 · 2048).",
            "`δ_np` keeps one n of 16; `δ_mq` keeps one m of 2048.",
        ),
    ),
    Exercise(
        "ex-backward-hand",
        {"dl/dx_0": Number(52), "dl/dx_1": Number(15)},
        hints=(
            "The Jacobian has a row for each output. What is the row of `x_0 x_1`?",
            "The rows are (2, 3) and (6, 0). The upstream gradient says how much each row counts.",
            "5 · (2, 3) + 7 · (6, 0).",
        ),
    ),
    Exercise(
        "ex-backward-bilinear",
        Formula(
            inputs={"dl_dy": "i", "x": "id", "a": "de", "z": "ie"},
            outputs={"dl_dx": "id", "dl_da": "de", "dl_dz": "ie"},
            reference="""
                dl_dx_id = dl_dy_i a_de z_ie
                dl_da_de = dl_dy_i x_id z_ie
                dl_dz_ie = dl_dy_i x_id a_de
            """,
        ),
        hints=(
            "Every input occurs once: which factors are left when it is taken away?",
            "`∂y_i/∂a_pq = x_ip z_iq`. Which letter of the upstream gradient has no partner on the left?",
            "The gradient of a is summed over i, those of x and z are not.",
        ),
    ),
    Exercise(
        "ex-backward-save",
        {
            "3x": Choice("a", {"b": "the slope is 3, whatever x is.", "c": "the slope is 3, whatever x is."}),
            "exp": Choice("b", {"a": "the slope varies with x.", "c": "one value that you have already is enough."}),
            "sin": Choice("c", {"a": "the slope varies with x.", "b": _SIGN}),
            "1/x": Choice("b", {"a": "the slope varies with x.", "c": "write the slope by y = 1/x."}),
            "x^2": Choice("c", {"a": "the slope varies with x.", "b": _SIGN}),
        },
        hints=(
            "Write down the slope of each. Can you write it by y alone?",
            "`1 - sin²` is `cos²`: is that enough to know cos?",
            "The slope of 1/x is `-1/x² = -y²`.",
        ),
    ),
    Exercise(
        "ex-backward-outputs",
        Formula(
            inputs={"dl_dm": "n", "dl_dc": "nd"},
            outputs={"dl_dx": "nd"},
            reference="dl_dx_pq = dl_dc_pq + 1/D 1_q dl_dm_p - 1/D 1_qd dl_dc_pd",
        ),
        hints=(
            "x reaches the loss through m, through c directly, and through c by way of m.",
            "`∂m_n/∂x_pq = 1/D 1_q δ_np`. The Jacobian of c has one delta for the direct path and a second term.",
            "The path through c and m gives `-1/D 1_q 1_d dl_dc_pd`, the sum of a row.",
        ),
    ),
    Exercise(
        "ex-backward-shift",
        Kernel(
            inputs={"dl_dy": "bcij"},
            outputs={"dl_ds": "c"},
            reference=lambda dl_dy: dl_dy.sum(axis=(0, 2, 3)),
        ),
        hints=(
            "Which axes of `dl_dy` does s not have?",
            "`dl_ds_p = 1_bij dl_dy_bpij`: three sums for each p.",
            "Start a total at 0.0 for each p, add over b, i and j, and write it once.",
        ),
    ),
    Exercise(
        "ex-backward-distances",
        Formula(
            inputs={"dl_dy": "ij", "x": "ik", "c": "jk"},
            outputs={"dl_dx": "ik", "dl_dc": "jk"},
            reference="""
                dl_dx_pq = 2 dl_dy_pj (1_j x_pq - 1_p c_jq)
                dl_dc_pq = -2 dl_dy_ip (1_p x_iq - 1_i c_pq)
            """,
        ),
        hints=(
            "Begin with the power rule: what stands in the bracket is one number for each i, j, k.",
            "`∂(1_j x_ik)/∂x_pq = 1_j δ_ip δ_kq`; for c a minus sign comes along.",
            "The deltas replace i by p and k by q; j stays and is summed.",
        ),
    ),
)
