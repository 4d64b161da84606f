"""Gradient checks: the backward function against central differences, and against the adjoint identity."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .comparison import Tolerance, compare, slopes
from .differences import step_of
from .report import GradientReport
from .subject import Subject, subject

_DRAWS = 3  # upstream gradients tried: one alone can hide an error by chance of cancellation


def gradcheck(
    f: Any,
    inputs: Any,
    wrt: Sequence[str] | str | None = None,
    eps: float | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    seed: int = 0,
) -> GradientReport:
    """Compare dl/dx_j from a backward function with dl/dy_i (y_i(x + h e_j) - y_i(x - h e_j))/2h, for every element j.

    Three random upstream gradients are tried: all ones would make the gradient of every normalisation zero, and hide
    exchanged indices. Everything is computed in float64, the quotient extrapolated where the function curves. The
    adjoint identity <v, J u> = <Jᵀ v, u> is checked as well, for a random direction u through all arguments at once.
    The cost is two forward calls for each element.

    Parameters
    ----------
    f : pair of callables (forward, backward), or a tc.Function
        ``forward(*inputs)`` returns y, or a tuple (y, cache): the rest of the tuple is then handed on, as in
        ``backward(dy, cache)``. If it returns y alone, ``backward(dy, *inputs)`` is called. The backward function
        returns the gradient of each floating-point array among the inputs, in their order: a tuple, or one array.
    inputs : sequence or dict
        The arguments of forward. Lists and floating-point arrays are differentiated; numbers and integer arrays are
        constants.
    wrt : name or names of arguments, optional
        Check these alone.
    eps : float, optional
        Step relative to max(1, |x_j|); the cube root of the machine epsilon if not given.
    rtol, atol : float
        Elements may differ by atol + rtol times the larger of the two.
    seed : int
        For the upstream gradients and the direction.

    Returns
    -------
    GradientReport
        True in an ``if`` or ``assert`` when all is well. Its text names function, argument, multi-index, both values
        and the relative error where they differ most. It is false, and says so, for a gradient that vanishes at every
        element (a vacuous check), and at a kink: an analytic value between two different one-sided slopes.
        ``.assert_ok()`` raises AssertionError with that text.

    Raises
    ------
    ValueError
        If a gradient does not have the shape of its variable, their number is wrong, or an input is changed in place.
    TypeError
        If f is neither form, or does not compute in float64.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> X, A = [[1.0, 2.0, 3.0], [0.5, -1.0, 4.0]], [[2.0], [-1.0], [0.3]]
    >>> tc.gradcheck((tc.kernels.matmul_forward, tc.kernels.matmul_backward), (X, A))
    gradcheck of matmul: ok
      x (2, 3): ok
      a (3, 1): ok
      <v, J u> = <Jᵀ v, u>: ok
    >>> def square(x):
    ...     return x**2
    >>> tc.gradcheck((square, lambda dy, x: dy * x), ([3.0, 1.0],)).arguments[0].verdict
    'wrong'
    """
    case, tol = subject(f, inputs, wrt), Tolerance(rtol, atol)
    rng = np.random.default_rng(seed)
    y = case.forward()
    upstream = [[rng.standard_normal(output.shape) for output in y] for _ in range(_DRAWS)]
    gradients = [case.backward(dys) for dys in upstream]
    arguments = []
    for name in case.checked:
        analytic = np.stack([gradient[name] for gradient in gradients], -1)
        arguments.append(compare(name, analytic, slopes(case, name, analytic, upstream, eps, tol), tol))
    left, right, scale = _adjoint(case, upstream[0], gradients[0], rng, eps)
    return GradientReport(case.name, tuple(arguments), (left, right), abs(left - right) <= atol + rtol * scale)


def adjoint_gap(
    f: Any, inputs: Any, wrt: Sequence[str] | str | None = None, eps: float | None = None, seed: int = 0
) -> float:
    """|<v, J u> - <Jᵀ v, u>| / (|v| |J u|) for random v and u: zero but for rounding if backward is the adjoint of J.

    J u comes from central differences in the direction u, Jᵀ v from the backward function: a handful of calls however
    large the inputs are.

    Parameters
    ----------
    f, inputs, wrt, eps, seed
        As in `gradcheck`.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        As in `gradcheck`.

    Examples
    --------
    >>> import numpy as np
    >>> from tensorcalc.checking import adjoint_gap
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> adjoint_gap((lambda x: A @ x, lambda dy, x: A.T @ dy), ([0.5, -2.0],)) < 1e-9
    True
    >>> adjoint_gap((lambda x: A @ x, lambda dy, x: A @ dy), ([0.5, -2.0],)) > 1e-3
    True
    """
    case = subject(f, inputs, wrt)
    rng = np.random.default_rng(seed)
    dys = [rng.standard_normal(output.shape) for output in case.forward()]
    left, right, scale = _adjoint(case, dys, case.backward(dys), rng, eps)
    return abs(left - right) / scale if scale else abs(left - right)


def _adjoint(
    case: Subject, dys: list[np.ndarray], gradient: dict[str, np.ndarray], rng: np.random.Generator, eps: float | None
) -> tuple[float, float, float]:
    """<v, J u>, <Jᵀ v, u> and the largest that the first could be, |v| |J u|."""
    sizes = {name: np.maximum(1, np.abs(case.inputs[name])) for name in case.checked}
    direction = {name: rng.standard_normal(size.shape) * size for name, size in sizes.items()}
    h = float(step_of(np.ones(1), eps)[0])
    coarse, fine = _along(case, direction, h), _along(case, direction, h / 2)
    change = [(4 * b - a) / 3 for a, b in zip(coarse, fine, strict=True)]
    left = sum(float(np.vdot(v, j)) for v, j in zip(dys, change, strict=True))
    right = sum(float(np.vdot(gradient[name], u)) for name, u in direction.items())
    return left, right, _norm(dys) * _norm(change)


def _along(case: Subject, direction: dict[str, np.ndarray], h: float) -> list[np.ndarray]:
    """The central quotient of every output in a direction."""
    above = case.forward(**{name: case.inputs[name] + h * u for name, u in direction.items()})
    below = case.forward(**{name: case.inputs[name] - h * u for name, u in direction.items()})
    return [(high - low) / (2 * h) for low, high in zip(below, above, strict=True)]


def _norm(arrays: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.vdot(array, array) for array in arrays)))
