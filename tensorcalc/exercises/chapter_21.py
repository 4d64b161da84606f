"""Exercises of chapter 21, convolution."""

import numpy as np

from .formulas import Formula
from .functions import Kernel
from .plain import Number
from .registry import Exercise

EXERCISES = (
    Exercise(
        "ex-convolution-flip",
        {
            "correlation 0": Number(7),
            "correlation 1": Number(1),
            "convolution 0": Number(5),
            "convolution 1": Number(3),
        },
        hints=(
            "The two windows of x are (1, 0, 2) and (0, 2, -1).",
            "The cross-correlation multiplies them with (1, 2, 3) as it stands.",
            "The convolution multiplies them with (3, 2, 1).",
        ),
    ),
    Exercise(
        "ex-convolution-sizes",
        {"image": Number(112), "positions": Number(3), "never read": Number(4), "padding": Number(4)},
        hints=(
            "P is the floor of (L + 2u - d(R - 1) - 1)/a, plus 1.",
            "Write down which two places each of the positions of the second kernel reads.",
            "The length is kept if the padding on both sides makes up for d(R - 1) = 8.",
        ),
    ),
    Exercise(
        "ex-convolution-stride",
        Formula(
            inputs={"dl_dy": "p", "w": "r", "x": "i"},
            outputs={"dl_dx": "i", "dl_dw": "r", "dl_db": ""},
            reference="""
                dl_dx_i = dl_dy_p w_{i-2p}
                dl_dw_m = dl_dy_p x_{2p+m}
                dl_db = 1_p dl_dy_p
            """,
        ),
        hints=(
            "`∂x_{2p+r}/∂x_i = delta_{i,2p+r}`. For which tap r is it 1?",
            "`∂y_p/∂x_i = w_{i-2p}` and `∂y_p/∂w_m = x_{2p+m}`.",
            "Contract each with `dl_dy_p`; the bias has the rate `1_p`.",
        ),
    ),
    Exercise(
        "ex-convolution-depthwise",
        Formula(
            inputs={"dl_dy": "bcp", "w": "cr", "x": "bci"},
            outputs={"dl_dx": "bci", "dl_dw": "cr"},
            reference="""
                dl_dx_bci = dl_dy_bcp w_{c,i-p}
                dl_dw_cm = dl_dy_bcp x_{b,c,p+m}
            """,
        ),
        hints=(
            "Which letters of y are free? Each of them stays with every factor that has it.",
            "`∂y_bcp/∂x_adi = delta_ba delta_cd w_{c,i-p}`.",
            "For the kernel b and p are summed, for the input p only.",
        ),
    ),
    Exercise(
        "ex-convolution-transposed",
        Formula(
            inputs={"dl_dy": "i", "w": "r", "x": "p"},
            outputs={"dl_dx": "p", "dl_dw": "r"},
            reference="""
                dl_dx_q = dl_dy_i w_{i-q}
                dl_dw_m = dl_dy_{p+m} x_p
            """,
        ),
        hints=(
            "`∂y_i/∂x_q = w_{i-q}`.",
            "`∂w_{i-p}/∂w_m = delta_{m,i-p}`. Solve it for i.",
            "i = p + m: the upstream gradient is read there.",
        ),
    ),
    Exercise(
        "ex-convolution-parts",
        {"stride": Number(1), "dilation": Number(3)},
        hints=(
            "The gradient is `dl_dw_m = dl_dy_p x_{3p+m}`.",
            "Its position is m, its tap is p.",
            "The stride is the factor of the position, the dilation that of the tap.",
        ),
    ),
    Exercise(
        "ex-convolution-differences",
        Kernel(
            inputs={"dl_dy": "p"},
            outputs={"dl_dx": "t"},  # sizes grow with the alphabet: T = P + 1
            reference=lambda dl_dy: np.convolve(dl_dy, [-1.0, 1.0], "full"),
        ),
        hints=(
            "The kernel is w = (-1, 1). Put it into `dl_dx_i = dl_dy_{i-r} w_r`.",
            "`dl_dx_i = dl_dy_{i-1} - dl_dy_i`, each of the two only where it exists.",
            "One loop over i; begin with `total = 0.0`, and put each term under an `if`.",
        ),
    ),
)
