"""Exercises of chapter 17, backpropagation by differentials."""

from .formulas import Formula
from .functions import Function
from .plain import Choice, Number
from .registry import Exercise

_UNITS = "the letter of the units is summed here; write the product with indices."
_SAMPLES = "which axis of g is summed, and which axis do the samples then have?"


def _squares(x, w, v, t):
    a = x @ w
    dl_dy = (a * a) @ v - t
    return x.T @ (dl_dy @ v.T * 2 * a), (a * a).T @ dl_dy


EXERCISES = (
    Exercise(
        "ex-netdiff-tanh",
        Formula(
            inputs={"dl_dh": "nj", "h": "nj", "x": "ni", "w": "ij"},
            outputs={"dl_dx": "ni", "dl_dw": "ij", "dl_db": "j"},
            reference="""
                dl_dx_pq = dl_dh_pj (1 - h_pj^2) w_qj
                dl_dw_pq = x_np dl_dh_nq (1 - h_nq^2)
                dl_db_p = 1_n dl_dh_np (1 - h_np^2)
            """,
        ),
        hints=(
            "First the gradient of the pre-activation a, then the three of the product and the bias.",
            "`dh_nj = (1 - h_nj^2) da_nj` and `da_nj = dx_ni w_ij + x_ni dw_ij + 1_n db_j`.",
            "Put one into the other under `dl_dh_nj`; x, w and b stand in one term each.",
        ),
    ),
    Exercise(
        "ex-netdiff-layout",
        {
            "a": Choice("columns", {"rows": _SAMPLES}),
            "b": Choice("rows", {"columns": _SAMPLES}),
            "c": Choice("columns", {"rows": _UNITS}),
            "d": Choice("rows", {"columns": _UNITS}),
            "e": Choice("columns", {"rows": _SAMPLES}),
            "f": Choice("rows", {"columns": _SAMPLES}),
        },
        hints=(
            "Gradients of parameters sum over the samples; the gradient of h does not.",
            "In `g @ h.T` the last axis of both is summed.",
            "`sum(axis=0)` adds the rows up.",
        ),
    ),
    Exercise(
        "ex-netdiff-change",
        {
            "differential": Number(0.6, rtol=1e-6),
            "change": Number(0.58, rtol=1e-6),
            "rest": Number(-0.02, rtol=1e-6),
        },
        hints=(
            "`da = dw h + w dh + db`.",
            "The new value is `(w + dw)(h + dh) + b + db`.",
            "The rest is `dw dh`.",
        ),
    ),
    Exercise(
        "ex-netdiff-soft",
        Formula(
            inputs={"a": "c", "t": "c"},
            outputs={"dl_da": "c"},
            reference="dl_da_p = 1_c t_c s_p - t_p",
            given="z = 1_m exp(a_m)\ns_c = exp(a_c)/z",
        ),
        hints=(
            "The sum of the target is a constant factor.",
            "`d(log(z)) = dz/z` and `dz = exp(a_m) da_m`.",
            "`dl = 1_c t_c s_m da_m - t_m da_m`.",
        ),
    ),
    Exercise(
        "ex-netdiff-residual",
        Formula(
            inputs={"g": "nj", "h": "nj", "w": "jj"},
            outputs={"dl_dh": "nj", "dl_dw": "jj"},
            reference="""
                dl_dh_pq = g_pq + g_pj (1 - v_pj^2) w_qj
                dl_dw_pq = h_np g_nq (1 - v_nq^2)
            """,
            given="v_nj = tanh(h_ni w_ij)",
        ),
        hints=(
            "`dy_nj = dh_nj + dv_nj`: h occurs twice.",
            "`dv_nj = (1 - v_nj^2) (dh_ni w_ij + h_ni dw_ij)`.",
            "Under `g_nj`, bring `dh` to the letters p, q in both terms.",
        ),
    ),
    Exercise(
        "ex-netdiff-squares",
        Function(
            inputs={"x": "ni", "w": "ij", "v": "jc", "t": "nc"},
            outputs={"dl_dw": "ij", "dl_dv": "jc"},
            reference=_squares,
        ),
        hints=(
            "Begin at the end: `dl = <Y - T, dY>`.",
            "`dY = dH V + H dV`, and `dH = 2 A * dA`.",
            "dl_dv is `h.T @ (y - t)`; for dl_dw multiply by `v.T`, then by `2 * a`, then by `x.T` from the left.",
        ),
    ),
    Exercise(
        "ex-netdiff-tied",
        Formula(
            inputs={"x": "ni", "w": "ik"},
            outputs={"dl_dw": "ik"},
            reference="dl_dw_pq = r_np c_nq + x_np (1 - c_nq^2) r_ni w_iq",
            given="c_nk = tanh(x_ni w_ik)\nr_ni = c_nk w_ik - x_ni",
        ),
        hints=(
            "`dl = r_ni dr_ni`, and `dr_ni = dc_nk w_ik + c_nk dw_ik`.",
            "`dc_nk = (1 - c_nk^2) x_ni dw_ik`; take another letter for i where you put it in.",
            "Both terms have a `dw`; bring each to the letters p, q, and add.",
        ),
    ),
    Exercise(
        "ex-netdiff-bilinear",
        Formula(
            inputs={"g": "nc", "x": "ni", "z": "nj", "w": "ijc"},
            outputs={"dl_dx": "ni", "dl_dz": "nj", "dl_dw": "ijc"},
            reference="""
                dl_dx_pq = g_pc w_qjc z_pj
                dl_dz_pq = g_pc x_pi w_iqc
                dl_dw_pqr = g_nr x_np z_nq
            """,
        ),
        hints=(
            "The product rule has three terms, one for each operand.",
            "`dl = g_nc dx_ni w_ijc z_nj + g_nc x_ni dw_ijc z_nj + g_nc x_ni w_ijc dz_nj`.",
            "In the first term n, i become p, q; what stands beside `dx_pq` is the gradient.",
        ),
    ),
)
