"""Exercises of chapter 23, the weights of layer norm."""

from .formulas import Formula
from .functions import Kernel
from .plain import Number
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-lnweights-graph",
        {"paths from x": Number(4), "paths from mu": Number(2), "arrows of three": Number(8)},
        hints=(
            "Write the names in a column and draw an arrow for each name on a right side.",
            "x reaches mu in two ways, and mu reaches y in two ways.",
            "In the three statements m uses 1 tensor, v uses 2, and y uses 5.",
        ),
    ),
    Exercise(
        "ex-lnweights-memory",
        {"GiB": Number(32, unit="GiB"), "share": Number(1 / 1024, rtol=1e-3), "KiB": Number(64, unit="KiB")},
        hints=(
            "The Jacobian has the letters b, h and q.",
            "8192 · 1024 · 1024 components of 4 bytes; `δ_hq` keeps one q of 1024.",
            "m and sigma have one number for each row.",
        ),
    ),
    Exercise(
        "ex-lnweights-rms",
        Formula(
            inputs={"dl_dy": "bh", "x": "bh", "r": "b"},
            outputs={"dl_dgamma": "h"},
            reference="dl_dgamma_q = dl_dy_bq x_bq/r_b",
        ),
        hints=(
            "Does r depend on gamma?",
            "`∂y_bh/∂gamma_q = x_bh/r_b δ_hq`.",
            "The delta replaces h by q; b is summed.",
        ),
    ),
    Exercise(
        "ex-lnweights-group",
        Formula(
            inputs={"dl_dy": "ngcp", "z": "ngcp"},
            outputs={"dl_dgamma": "gc", "dl_dbeta": "gc"},
            reference="""
                dl_dgamma_gc = dl_dy_ngcp z_ngcp
                dl_dbeta_gc = 1_np dl_dy_ngcp
            """,
        ),
        hints=(
            "Which letters of `dl_dy_ngcp` does a weight not have?",
            "`∂y_ngcp/∂gamma_rs = z_ngcp δ_gr δ_cs`.",
            "n and p are summed in both; in the second a one-tensor says so.",
        ),
    ),
    Exercise(
        "ex-lnweights-scalar",
        Formula(
            inputs={"dl_dy": "bh", "z": "bh"},
            outputs={"dl_ds": "", "dl_dt": ""},
            reference="""
                dl_ds = dl_dy_bh z_bh
                dl_dt = 1_bh dl_dy_bh
            """,
        ),
        hints=(
            "A scalar has no letters. Which ones stay free?",
            "`∂y_bh/∂s = z_bh` and `∂y_bh/∂t = 1_bh`.",
            "Contract each with `dl_dy_bh`.",
        ),
    ),
    Exercise(
        "ex-lnweights-adaptive",
        Formula(
            inputs={"dl_dy": "bh", "z": "bh", "c": "bk", "w": "kh"},
            outputs={"dl_dw": "kh", "dl_dc": "bk"},
            reference="""
                dl_dw_kh = c_bk dl_dy_bh z_bh
                dl_dc_bk = dl_dy_bh z_bh w_kh
            """,
        ),
        hints=(
            "Name the scale: `s_bh = 1_bh + c_bk w_kh`. What is its gradient?",
            "`dl_ds_bh = dl_dy_bh z_bh`. The rest is a matrix product.",
            "For w the letter b is summed, for c the letter h.",
        ),
    ),
    Exercise(
        "ex-lnweights-kernel",
        Kernel(
            inputs={"dl_dy": "bh", "z": "bh", "before": "h"},
            outputs={"dl_dgamma": "h"},
            reference=lambda dl_dy, z, before: before + (dl_dy * z).sum(axis=0),
        ),
        hints=(
            "Which letter is free, and so the outer loop?",
            "Start a total at `before[h]` for each h.",
            "Add `dl_dy[b, h] * z[b, h]` over b and write the total once.",
        ),
    ),
)
