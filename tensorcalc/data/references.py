"""Values that PyTorch computed, kept here so that the chapters can be held against them without it."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np


class Reference(NamedTuple):
    """One small case of a layer.

    Attributes
    ----------
    inputs : name -> array
    output : what the layer makes of them
    upstream : a random gradient of a loss with respect to the output
    gradients : name of an input -> its gradient
    """

    inputs: dict[str, np.ndarray]
    output: np.ndarray
    upstream: np.ndarray
    gradients: dict[str, np.ndarray]


def reference(name: str) -> Reference:
    """What PyTorch's autograd gives for a small case of a layer, in float64.

    ``tools/reference_values.py`` made the values, with the version that ``made_with()`` tells; a test makes
    them again where PyTorch is installed.

    Parameters
    ----------
    name : "matmul", "linear", "softmax", "layer_norm", …

    Returns
    -------
    Reference : ``inputs`` and ``gradients`` by name, ``output``, ``upstream``; fresh arrays each time

    Raises
    ------
    ValueError : for a layer that is not among the cases

    Examples
    --------
    >>> import tensorcalc as tc
    >>> kept = tc.data.reference("matmul")
    >>> bool(np.allclose(kept.inputs["x"] @ kept.inputs["w"], kept.output))
    True
    >>> sorted(kept.gradients)
    ['w', 'x']
    """
    cases = _stored()["cases"]
    if name not in cases:
        raise ValueError(f"there are no reference values for {name!r}; there are some for {', '.join(cases)}")
    case = cases[name]
    arrays = {part: {key: np.array(value) for key, value in case[part].items()} for part in ("inputs", "gradients")}
    return Reference(arrays["inputs"], np.array(case["output"]), np.array(case["upstream"]), arrays["gradients"])


@cache
def _stored() -> dict[str, Any]:
    return json.loads((files(__package__) / "pytorch.json").read_text(encoding="utf-8"))


def made_with() -> str:
    """The version of PyTorch that made the values."""
    return _stored()["made with"]
