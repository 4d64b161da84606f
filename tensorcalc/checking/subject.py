"""What is checked: a function and its backward function, seen in one way whatever form they came in."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Subject:
    """A function from named arrays to a list of arrays, and its backward function."""

    name: str
    inputs: dict[str, Any]  # every argument, those that are checked as float64 copies
    checked: tuple[str, ...]
    run: Callable[[dict[str, Any]], list[np.ndarray]]
    pull: Callable[[dict[str, Any], list[np.ndarray]], list[Any]]

    def forward(self, **changed: np.ndarray) -> list[np.ndarray]:
        """The outputs, with some of the inputs replaced."""
        outputs = [np.array(y) for y in self.run({**self.inputs, **changed})]
        for y in outputs:
            if y.dtype != np.float64:
                raise TypeError(f"{self.name} returns {y.dtype} for float64 inputs; difference quotients need float64")
        return outputs

    def backward(self, dys: list[np.ndarray]) -> Arrays:
        """The gradient for each checked argument, in its shape."""
        before = {name: self.inputs[name].copy() for name in self.checked}
        gradients = dict(zip(self.checked, self.pull(self.inputs, dys), strict=True))
        for name, x in before.items():
            if not np.array_equal(x, self.inputs[name], equal_nan=True):
                raise ValueError(f"{self.name} changes its argument {name} in place")
            if np.shape(gradients[name]) != x.shape:
                given = np.shape(gradients[name])
                raise ValueError(f"{self.name}: the gradient of {name} has shape {given}; {name} has shape {x.shape}")
        return {name: np.array(gradient, np.float64) for name, gradient in gradients.items()}


def subject(f: Any, inputs: Any, wrt: Sequence[str] | str | None) -> Subject:
    """Read a (forward, backward) pair, or an object with a method `backward` such as a tc.Function."""
    if isinstance(f, tuple) and len(f) == 2:
        return _of_pair(*f, inputs, wrt)
    if hasattr(f, "backward"):
        return _of_function(f, inputs, wrt)
    raise TypeError(f"gradcheck takes a pair (forward, backward) or a tc.Function, not {type(f).__name__}")


def _of_pair(forward: Callable, backward: Callable, inputs: Any, wrt: Sequence[str] | str | None) -> Subject:
    named = (
        dict(inputs) if isinstance(inputs, Mapping) else dict(zip(_names(forward, len(inputs)), inputs, strict=True))
    )
    named, arrays = _as_float64(named)
    checked = _chosen(wrt, arrays)

    def call(given: dict[str, Any]) -> Any:
        return forward(**given) if isinstance(inputs, Mapping) else forward(*given.values())

    def run(given: dict[str, Any]) -> list[np.ndarray]:
        output = call(given)
        return [output[0] if isinstance(output, tuple) else output]

    def pull(given: dict[str, Any], dys: list[np.ndarray]) -> list[Any]:
        output = call(given)
        rest = output[1:] if isinstance(output, tuple) else tuple(given.values())
        gradients = backward(*dys, *rest)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        if len(gradients) != len(arrays):
            raise ValueError(
                f"{name} has {len(arrays)} array arguments ({', '.join(arrays)}), but its backward function "
                f"returns {len(gradients)} gradients"
            )
        return [gradient for argument, gradient in zip(arrays, gradients, strict=True) if argument in checked]

    name = getattr(forward, "__name__", type(forward).__name__).removesuffix("_forward")
    return Subject(name, named, checked, run, pull)


def _of_function(f: Any, inputs: Any, wrt: Sequence[str] | str | None) -> Subject:
    named, arrays = _as_float64(
        dict(inputs) if isinstance(inputs, Mapping) else dict(zip(f.inputs, inputs, strict=True))
    )
    checked = _chosen(wrt, arrays)
    backward = f.backward(wrt=checked)

    def run(given: dict[str, Any]) -> list[np.ndarray]:
        return _listed(f(**given))

    def pull(given: dict[str, Any], dys: list[np.ndarray]) -> list[Any]:
        upstream = {f"dl_d{output}": dy for output, dy in zip(f.outputs, dys, strict=True)}
        return _listed(backward(**given, **upstream))

    return Subject(getattr(f, "name", None) or "function", named, checked, run, pull)


def _listed(result: Any) -> list[Any]:
    return list(result.values()) if isinstance(result, Mapping) else [result]


def _names(forward: Callable, count: int) -> list[str]:
    """The names of the first arguments of a function, numbers where it does not tell."""
    try:
        parameters = list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return names[:count] if len(names) >= count else [f"argument {i}" for i in range(count)]


def _as_float64(named: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Lists and floating-point arrays as float64 copies, and their names; numbers and integer arrays are constants."""
    arrays = [name for name, value in named.items() if isinstance(value, list) or _is_float_array(value)]
    return {name: np.array(value, np.float64) if name in arrays else value for name, value in named.items()}, arrays


def _is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _chosen(wrt: Sequence[str] | str | None, arrays: list[str]) -> tuple[str, ...]:
    wanted = arrays if wrt is None else [wrt] if isinstance(wrt, str) else wrt
    for name in wanted:
        if name not in arrays:
            raise ValueError(
                f"wrt names {name!r}; the floating-point array arguments are {', '.join(arrays) or 'none'}"
            )
    if not wanted:
        raise ValueError("there is no floating-point array among the inputs: nothing can be differentiated")
    return tuple(name for name in arrays if name in wanted)
