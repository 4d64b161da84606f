"""Gradient checks: the backward function against central differences, and against the adjoint identity."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .differences import neighbours, step_of
from .report import ArgumentReport, GradientReport, Verdict
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
    exchanged indices. Everything is computed in float64. Besides, the adjoint identity <v, J u> = <Jᵀ v, u> is checked
    for a random direction u through all arguments at once. The cost is two forward calls for each element.

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
    case = subject(f, inputs, wrt)
    rng = np.random.default_rng(seed)
    y = case.forward()
    upstream = [[rng.standard_normal(output.shape) for output in y] for _ in range(_DRAWS)]
    gradients = [case.backward(dys) for dys in upstream]
    arguments = []
    for name in case.checked:
        analytic = np.stack([gradient[name] for gradient in gradients])
        arguments.append(_compare(name, analytic, _quotients(case, name, y, upstream, eps), rtol, atol))
    left, right, scale = _adjoint(case, upstream[0], gradients[0], rng, eps)
    return GradientReport(case.name, tuple(arguments), (left, right), abs(left - right) <= atol + rtol * scale)


def adjoint_gap(
    f: Any, inputs: Any, wrt: Sequence[str] | str | None = None, eps: float | None = None, seed: int = 0
) -> float:
    """|<v, J u> - <Jᵀ v, u>| / (|v| |J u|) for random v and u: zero but for rounding if backward is the adjoint of J.

    J u comes from one central difference in the direction u, Jᵀ v from the backward function: two forward calls and a
    backward call however large the inputs are.

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
    x = {name: case.inputs[name] for name in case.checked}
    direction = {name: rng.standard_normal(value.shape) * np.maximum(1, np.abs(value)) for name, value in x.items()}
    h = float(step_of(np.ones(1), eps)[0])
    above = case.forward(**{name: x[name] + h * u for name, u in direction.items()})
    below = case.forward(**{name: x[name] - h * u for name, u in direction.items()})
    change = [(p - m) / (2 * h) for p, m in zip(above, below, strict=True)]
    left = sum(float(np.vdot(v, j)) for v, j in zip(dys, change, strict=True))
    right = sum(float(np.vdot(gradient[name], u)) for name, u in direction.items())
    return left, right, _norm(dys) * _norm(change)


def _norm(arrays: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.vdot(array, array) for array in arrays)))


def _quotients(
    case: Subject, name: str, y: list[np.ndarray], upstream: list[list[np.ndarray]], eps: float | None
) -> np.ndarray:
    """For each upstream gradient and element: the central quotient, the smallest and the largest one-sided slope."""
    x = case.inputs[name]
    found = np.empty((3, _DRAWS, *x.shape))
    for j, (backward, forward, central) in _slopes(case, name, y, eps):
        for k, dys in enumerate(upstream):
            ends = [np.stack([v * b, v * f]) for v, b, f in zip(dys, backward, forward, strict=True)]
            found[(0, k, *j)] = sum(np.vdot(v, c) for v, c in zip(dys, central, strict=True))
            found[(1, k, *j)] = sum(end.min(0).sum() for end in ends)
            found[(2, k, *j)] = sum(end.max(0).sum() for end in ends)
    return found


def _slopes(case: Subject, name: str, y: list[np.ndarray], eps: float | None) -> Iterator[tuple[tuple, tuple]]:
    """At each element: the backward, the forward and the central difference quotient of every output."""
    x = case.inputs[name]
    for j, below, above in neighbours(x, eps):
        lower, upper = case.forward(**{name: below}), case.forward(**{name: above})
        yield (
            j,
            (
                [(middle - low) / (x[j] - below[j]) for low, middle in zip(lower, y, strict=True)],
                [(high - middle) / (above[j] - x[j]) for middle, high in zip(y, upper, strict=True)],
                [(high - low) / (above[j] - below[j]) for low, high in zip(lower, upper, strict=True)],
            ),
        )


@np.errstate(invalid="ignore")
def _compare(name: str, analytic: np.ndarray, quotients: np.ndarray, rtol: float, atol: float) -> ArgumentReport:
    numeric, smallest, largest = quotients
    size = np.maximum(np.abs(analytic), np.abs(numeric))
    differs = ~(np.abs(analytic - numeric) <= atol + rtol * size)  # NaN differs
    # Where f is smooth the slopes on both sides agree up to the step, far below a thousandth.
    broken = largest - smallest > 1e-3 * np.maximum(np.abs(smallest), np.abs(largest))
    kink = differs & broken & (smallest - atol <= analytic) & (analytic <= largest + atol)
    verdict: Verdict = "ok" if np.any(size > atol) else "vacuous"
    candidates = np.ones_like(differs)
    if differs.any():
        verdict = "kink" if kink.all(where=differs) else "wrong"
        candidates = differs if verdict == "kink" else differs & ~kink
    error = np.where(candidates, np.nan_to_num(np.abs(analytic - numeric), nan=np.inf), -1.0)
    at = np.unravel_index(int(error.argmax()), error.shape) if error.size else (0,)
    there = [float(values[at]) if error.size else 0.0 for values in (analytic, numeric, smallest, largest)]
    index, failures = tuple(int(i) for i in at[1:]), int(differs.any(axis=0).sum())
    return ArgumentReport(name, analytic.shape[1:], verdict, index, there[0], there[1], (there[2], there[3]), failures)
