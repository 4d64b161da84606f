"""Checking derivatives: finite differences, the adjoint identity, reports, and routes that have to agree."""

from .agreement import Agreement, agreement
from .differences import complex_step_jacobian, numerical_jacobian, numerical_vjp
from .gradients import adjoint_gap, gradcheck
from .report import ArgumentReport, GradientReport

__all__ = [
    "Agreement",
    "ArgumentReport",
    "GradientReport",
    "adjoint_gap",
    "agreement",
    "complex_step_jacobian",
    "gradcheck",
    "numerical_jacobian",
    "numerical_vjp",
]
