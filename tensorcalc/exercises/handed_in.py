"""The side of the student's kernel while a notebook is graded: it hands answers over as data, and calls functions.

Nothing in this process is trusted: what it says is taken for an answer, never for a mark. Values travel as JSON; an
array as its shape and its numbers, a function as the keys that lead to it in the answer.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

import tensorcalc.exercises as exercises
from tensorcalc.execution.kernel import Kernel

from .functions import kernel_precision

_answers: dict[str, Any] = {}


class Reply:
    """A value whose ``repr`` is its JSON text: that is what a kernel sends back."""

    def __init__(self, value: Any) -> None:
        self._text = json.dumps(value)

    def __repr__(self) -> str:
        return self._text


def start() -> None:
    """From now on answers are collected, not judged."""
    exercises.collected = {}


def take() -> Reply:
    """The answers that were handed in since the last call, label -> value."""
    new, exercises.collected = exercises.collected or {}, {}
    _answers.update(new)
    return Reply({label: pack(answer) for label, answer in new.items()})


def call(label: str, path: list, plain: bool, arguments: str) -> Reply:
    """Call a function of an answer; plain: a kernel's loops as Python. Arguments come back as the call left them."""
    function = _answers[label]
    for key in path:
        function = function[key]
    function = function.__wrapped__ if plain else function
    arrays = [unpack(one) for one in json.loads(arguments)]
    try:
        result = function(*arrays)
    except Exception as error:
        return Reply({"error": f"{type(error).__name__}: {error}"[:500]})
    return Reply({"result": pack(result), "arguments": [pack(array) for array in arrays]})


def pack(value: Any, path: tuple = ()) -> dict[str, Any]:
    """A value as JSON can hold it."""
    if value is ...:
        return {"blank": True}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"data": value}
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return {"shape": list(value.shape), "dtype": value.dtype.str, "numbers": value.ravel().tolist()}
    if isinstance(value, (tuple, list)):
        return {"list": [pack(item, (*path, n)) for n, item in enumerate(value)]}
    if isinstance(value, dict):
        return {"dict": {str(key): pack(item, (*path, key)) for key, item in value.items()}}
    if callable(value):
        return {"function": list(path), "kernel": kernel_precision().str if isinstance(value, Kernel) else ""}
    return {"data": str(value)} if hasattr(value, "_repr_latex_") else {"other": type(value).__name__}


def unpack(value: dict[str, Any]) -> Any:
    """The value again; functions are the caller's matter."""
    if "numbers" in value:
        return np.array(value["numbers"], dtype=np.dtype(value["dtype"])).reshape(value["shape"])
    if "list" in value:
        return tuple(unpack(item) for item in value["list"])
    if "dict" in value:
        return {key: unpack(item) for key, item in value["dict"].items()}
    return ... if "blank" in value else value.get("data")
