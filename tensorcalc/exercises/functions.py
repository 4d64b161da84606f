"""Answers that are code: a Python function, a forward and backward pair, a kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .samples import Sample
from .trial import Problem, Rejected, Suited, Terms, judge
from .verdict import Finding


@dataclass(frozen=True)
class Function:
    """A Python function of arrays.

    Parameters
    ----------
    inputs : name of an argument -> its index letters, in the order in which they are passed
    outputs : name of a result -> its index letters; several are returned as a tuple
    reference : the right function. A result that is a sum may come as a dict from the text of each term to its value,
        so that a missing term can be named.
    positive : arguments whose entries are positive
    suited : the arguments that are of a kind of their own, made of the random ones: a softmax, what a ReLU gives
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    reference: Callable[..., Any]
    positive: tuple[str, ...] = ()
    suited: Suited = dict

    def check(self, answer: Any) -> dict[str, Finding]:
        try:
            function = self.function(answer)
        except Rejected as rejected:
            return {"": rejected.finding}
        return self._judge(lambda sample: self._run(function, sample))

    def _judge(self, run: Callable[[Sample], dict[str, Terms]]) -> dict[str, Finding]:
        found = judge(self.problem(), run)
        return found if len(found) > 1 else {"": next(iter(found.values()))}

    def problem(self) -> Problem:
        return Problem(self.inputs, self.outputs, self._reference, self.positive, self.suited)

    def function(self, answer: Any) -> Callable[..., Any]:
        """The answer as a function of the inputs."""
        if not callable(answer):
            call = f"f({', '.join(self.inputs)})"
            raise Rejected("kind", f"give the function itself, called as {call}; this is {_spoken(answer)}.")
        return answer

    def _reference(self, sample: Sample) -> dict[str, Terms]:
        results = self.reference(*sample.arrays.values())
        results = results if isinstance(results, tuple) else (results,)
        return {n: r if isinstance(r, dict) else {n: r} for n, r in zip(self.outputs, results, strict=True)}

    def _run(self, function: Callable[..., Any], sample: Sample) -> dict[str, Terms]:
        arrays = sample.copy()
        results = self._results(_call(function, arrays))
        for name, array in arrays.items():
            if not np.array_equal(array, sample.arrays[name]):
                raise Rejected("in-place", f"{name} holds other numbers after the call; compute into a new array.")
        return {name: {name: result} for name, result in zip(self.outputs, results, strict=True)}

    def _results(self, results: Any) -> list[np.ndarray]:
        results = list(results) if isinstance(results, (tuple, list)) and len(self.outputs) > 1 else [results]
        if len(results) != len(self.outputs):
            what = _spoken(results[0]) if len(results) == 1 else f"{len(results)} results"
            raise Rejected("kind", f"return {len(self.outputs)} results, {', '.join(self.outputs)}; this is {what}.")
        return [_array(name, result) for name, result in zip(self.outputs, results, strict=True)]


@dataclass(frozen=True)
class Pair(Function):
    """A forward function and its backward function, as a tuple; the cache between them is the reader's own.

    The first output is what the forward function returns, alone or as ``(y, cache)``; the others are gradients. The
    first input is the upstream gradient. Without a cache the backward function is given the forward function's inputs.
    """

    def function(self, answer: Any) -> Callable[..., Any]:
        if not (isinstance(answer, (tuple, list)) and len(answer) == 2 and all(map(callable, answer))):
            raise Rejected("kind", f"give both functions, as (forward, backward); this is {_spoken(answer)}.")
        forward, backward = answer

        def both(dl_dy: np.ndarray, *inputs: np.ndarray) -> tuple:
            made = forward(*inputs)
            y, *cache = made if isinstance(made, tuple) else (made,)
            gradients = backward(dl_dy, *(cache or inputs))
            return (y, *(gradients if isinstance(gradients, (tuple, list)) else (gradients,)))

        return both


@dataclass(frozen=True)
class Kernel(Function):
    """A kernel that the reader writes with ``@tc.kernel``: inputs first, then the outputs, which it fills.

    It is tried by plain Python first, where reading beside an array is an error and not garbage, then compiled. Where
    Taichi is not in use the first trial is all there is.
    """

    def check(self, answer: Any) -> dict[str, Finding]:
        if not hasattr(answer, "__wrapped__"):
            text = f"give the kernel itself, a function under @tc.kernel; this is {_spoken(answer)}."
            return {"": Finding("kind", text)}
        plain = self._judge(lambda sample: self._fill(answer.__wrapped__, np.dtype(float), sample))
        if not all(finding.right for finding in plain.values()):
            return plain
        # A stand-in for a kernel of another process says which precision that process has.
        precision = getattr(answer, "precision", None) or kernel_precision()
        return self._judge(lambda sample: self._fill(answer, precision, sample))

    def _fill(self, loops: Callable[..., Any], dtype: np.dtype, sample: Sample) -> dict[str, Terms]:
        """Outputs are handed over full of NaN, so that an entry that is never set, or only added to, is seen."""
        inputs = {name: array.astype(dtype) for name, array in sample.arrays.items()}
        outputs = {name: np.full(sample.shape(letters), np.nan, dtype) for name, letters in self.outputs.items()}
        _call(loops, {**inputs, **outputs})
        for name, array in outputs.items():
            for index in np.argwhere(np.isnan(array))[:1]:
                where = f"{name}[{', '.join(map(str, index))}]"
                raise Rejected("value", f"{where} is not set: write every entry, and start each sum from 0.0.")
        return {name: {name: array} for name, array in outputs.items()}


def kernel_precision() -> np.dtype:
    """The precision that kernels have where they run: some GPUs compute in float32 only."""
    from tensorcalc.execution import runtime

    double = np.dtype(np.float64)
    return double if runtime.backend() == "numpy" or runtime.compiles(double) else np.dtype(np.float32)


def _call(function: Callable[..., Any], arrays: Mapping[str, np.ndarray]) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function(*arrays.values())
    except Exception as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        said = (str(error).strip().splitlines() or [""])[0][:200]
        raise Rejected("raises", f"{type(error).__name__}: {said} (called with the shapes {shapes}).") from None


def _array(name: str, result: Any) -> np.ndarray:
    try:
        array = np.asarray(result)
        return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64, casting="same_kind")
    except (TypeError, ValueError):
        raise Rejected("kind", f"{name} should be an array of real numbers; this is {_spoken(result)}.") from None


def _spoken(value: Any) -> str:
    return "None: is a return missing" if value is None else f"of type {type(value).__name__}"
