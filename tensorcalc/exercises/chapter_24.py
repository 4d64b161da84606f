"""Exercises of chapter 24, the input gradient of layer norm."""

from typing import Any

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Choice, Number
from .registry import Exercise
from .verdict import Finding

_FAR = 2.0**28  # in double precision, squares of such numbers lie 8 or more apart


def _dx(dl_dy, z, gamma, sigma):
    d = dl_dy * gamma
    mean, slope = d.mean(axis=1, keepdims=True), (d * z).mean(axis=1, keepdims=True)
    return (d - mean - z * slope) / sigma[:, None]


class _TwoPasses(Kernel):
    """The kernel of a variance, tried once more by plain Python on rows with a large mean."""

    def check(self, answer: Any) -> dict[str, Finding]:
        found = super().check(answer)
        if not all(finding.right for finding in found.values()):
            return found
        for sample in self.problem().cases():
            x = sample.arrays["x"]
            v = np.full(len(x), np.nan)
            answer.__wrapped__(x + _FAR, v)
            if not np.allclose(v, x.var(axis=1), rtol=1e-3):
                text = "right for small means; with the mean 2²⁸ the digits are lost: subtract before you square."
                return {"": Finding("value", text)}
        return found


_ZERO = "what does this function return for d = 1, and what is the right gradient there?"

EXERCISES = (
    Exercise(
        "ex-layernorm-hand",
        {"dx0": Number(1), "dx1": Number(-1), "dx2": Number(-0.5), "dx3": Number(0.5)},
        hints=(
            "The mean is 0 and σ is 1. What is z, and what is d?",
            "`d = (2, 0, 0, 1)`; its mean is 3/4.",
            "The mean of d z is (2 - 1)/4. Subtract 3/4, and z times 1/4.",
        ),
    ),
    Exercise(
        "ex-layernorm-unit",
        Formula(
            inputs={"dl_dy": "bh", "y": "bh", "r": "b"},
            outputs={"dl_dx": "bh"},
            reference="dl_dx_pq = 1/r_p (dl_dy_pq - y_pq dl_dy_ph y_ph)",
            positive=("r",),
        ),
        hints=(
            "Begin with the gradient of r: `dl_dr_p = -dl_dy_ph x_ph/r_p^2`.",
            "`∂r_b/∂x_pq = x_bq/r_b δ_bp`, which is `y_bq δ_bp`.",
            "Add the path of the quotient, `dl_dy_pq/r_p`, and write x/r as y.",
        ),
    ),
    Exercise(
        "ex-layernorm-rms",
        Formula(
            inputs={"dl_dy": "bh", "gamma": "h", "x": "bh", "r": "b"},
            outputs={"dl_dx": "bh"},
            reference="dl_dx_pq = dl_dy_pq gamma_q/r_p - 1/H dl_dy_ph gamma_h x_ph x_pq/r_p^3",
            positive=("r",),
        ),
        hints=(
            "Which paths of layer norm are left when there is no m and x stands where μ stood?",
            "`∂v_b/∂x_pq = 2/H x_bq δ_bp`, and `dl_dv_p = -dl_dy_ph x_ph gamma_h/(2 r_p^3)`.",
            "`dl_dx_pq = dl_dv_p 2/H x_pq + dl_dy_pq gamma_q/r_p`.",
        ),
    ),
    Exercise(
        "ex-layernorm-group",
        Formula(
            inputs={"dl_dy": "ngc", "gamma": "gc", "z": "ngc", "sigma": "ng"},
            outputs={"dl_dx": "ngc"},
            reference=(
                "dl_dx_pqr = 1/sigma_pq (dl_dy_pqr gamma_qr"
                " - 1/C 1_r dl_dy_pqc gamma_qc - 1/C z_pqr dl_dy_pqc gamma_qc z_pqc)"
            ),
            positive=("sigma",),
        ),
        hints=(
            "One row of layer norm is one group of one sample here.",
            "`d_pqr = dl_dy_pqr gamma_qr`; only c is summed, and the size is C.",
            "`1/sigma_pq (d_pqr - 1/C 1_r 1_c d_pqc - 1/C z_pqr d_pqc z_pqc)`.",
        ),
    ),
    Exercise(
        "ex-layernorm-eps",
        Formula(
            inputs={"dl_dy": "bh", "mu": "bh", "gamma": "h", "sigma": "b"},
            outputs={"dl_deps": ""},
            reference="dl_deps = -dl_dy_bh mu_bh gamma_h/(2 sigma_b^3)",
            positive=("sigma",),
        ),
        hints=(
            "ε and v enter only as their sum.",
            "`∂sigma_b/∂eps = 1_b/(2 sigma_b)`.",
            "It is the gradient of v, summed over the rows.",
        ),
    ),
    Exercise(
        "ex-layernorm-kernel",
        Kernel(
            inputs={"dl_dy": "bh", "z": "bh", "gamma": "h", "sigma": "b"},
            outputs={"dl_dx": "bh"},
            reference=_dx,
            positive=("sigma",),
        ),
        hints=(
            "Both means belong to a row: set them to 0.0 for each b.",
            "First loop over h: add `dl_dy[b, h] * gamma[h]`, and the same times `z[b, h]`.",
            "Divide both by `z.shape[1]` before the second loop, and the result by `sigma[b]`.",
        ),
    ),
    Exercise(
        "ex-layernorm-ones",
        {
            "a": Choice("passes", {"fails": _ZERO}),
            "b": Choice("fails", {"passes": _ZERO}),
            "c": Choice("passes", {"fails": _ZERO}),
            "d": Choice("passes", {"fails": _ZERO}),
        },
        hints=(
            "With ones everywhere d is 1. What is its mean?",
            "z sums to zero along a row. What is the mean of d z?",
            "The right gradient is zero; which of the four is not?",
        ),
    ),
    Exercise(
        "ex-layernorm-cancellation",
        {
            "near 1e4": Number(2**-10, rtol=1e-3),
            "near 1e8": Number(8),
            "times": Number(8),
            "kernel": _TwoPasses(inputs={"x": "bh"}, outputs={"v": "b"}, reference=lambda x: x.var(axis=1)),
        },
        hints=(
            "Between which powers of two do 10⁴ and 10⁸ lie?",
            "`2**13 < 1e4 < 2**14` and `2**26 < 1e8 < 2**27`; subtract 23 from the exponent.",
            "The kernel needs the mean before it can subtract it: two loops over h.",
        ),
    ),
)
