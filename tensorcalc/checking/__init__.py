"""Checking derivatives: finite differences, the adjoint identity, reports."""

from .differences import complex_step_jacobian, numerical_jacobian, numerical_vjp
from .gradients import adjoint_gap, gradcheck
from .report import ArgumentReport, GradientReport

__all__ = [
    "ArgumentReport",
    "GradientReport",
    "adjoint_gap",
    "complex_step_jacobian",
    "gradcheck",
    "numerical_jacobian",
    "numerical_vjp",
]
