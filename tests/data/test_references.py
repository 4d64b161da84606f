"""The stored reference values are what PyTorch computes."""

from __future__ import annotations

import json

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.data import references


def test_every_case_is_complete():
    for name in json.loads((references.files("tensorcalc.data") / "pytorch.json").read_text())["cases"]:
        kept = tc.data.reference(name)
        assert kept.upstream.shape == kept.output.shape
        assert set(kept.gradients) <= set(kept.inputs)
        assert all(gradient.shape == kept.inputs[key].shape for key, gradient in kept.gradients.items())
        assert all(np.abs(gradient).max() > 1e-3 for gradient in kept.gradients.values())


def test_arrays_are_fresh():
    tc.data.reference("matmul").inputs["x"][:] = 0
    assert np.abs(tc.data.reference("matmul").inputs["x"]).max() > 0


def test_an_unknown_layer():
    with pytest.raises(ValueError, match="no reference values for 'matmull'; there are some for matmul"):
        tc.data.reference("matmull")


def test_pytorch_gives_them_again():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from tools import reference_values

    for name in reference_values.CASES:
        kept, made = tc.data.reference(name), reference_values.reference(name)
        for key, array in kept.inputs.items():
            np.testing.assert_array_equal(array, np.array(made["inputs"][key]))
        np.testing.assert_allclose(kept.output, np.array(made["output"]), rtol=1e-12, atol=1e-14)
        for key, gradient in kept.gradients.items():
            np.testing.assert_allclose(gradient, np.array(made["gradients"][key]), rtol=1e-11, atol=1e-13)
