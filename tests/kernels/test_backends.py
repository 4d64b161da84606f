"""The same names and the same results everywhere: the tests of the operations, run again on each backend."""

import sys

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime

from .cases import SHAPES, arguments
from .layer_cases import CASES

AGAIN = """
import sys
import pytest
{before}
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", {file!r}]))
"""
OPERATIONS = __file__.replace("test_backends", "test_operations")


def passes(python, before="", **environment):
    answer = python(AGAIN.format(before=before, file=OPERATIONS), **environment)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-1000:]


def test_numpy(python):
    passes(python, TENSORCALC_ARCH="numpy")


def test_without_taichi(python):
    passes(python, before="sys.modules['taichi'] = None", TENSORCALC_ARCH=None)


def test_vulkan(python, vulkan):
    passes(python, **vulkan)


@pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")
def test_no_element_is_read_out_of_bounds(python):
    """Taichi checks indices in its debug mode only; otherwise it returns what lies there."""
    passes(python, TI_DEBUG="1", TENSORCALC_ARCH="cpu")


def test_public_names():
    assert set(tc.kernels.__all__) <= set(dir(tc.kernels))
    kinds = ("forward", "backward", "loops", "numpy")
    others = {name for name in tc.kernels.__all__ if name[0].islower() and name.rpartition("_")[2] not in kinds}
    assert others == {"kernel", "source", "random_bits", "sgd", "momentum", "rmsprop", "adam", "adamw"}


def _must_not_run(*_):
    raise AssertionError("NumPy computes what the loops should")


@pytest.mark.skipif(not runtime.compiles(np.dtype(np.float64)), reason="nothing is compiled here")
def test_loops_are_what_computes(monkeypatch):
    """Not NumPy in disguise: without the references, everything still works."""
    for name in [name for name in tc.kernels.__all__ if name.endswith("_numpy")]:
        monkeypatch.setattr(sys.modules[getattr(tc.kernels, name).__module__], name, _must_not_run)
    for case in CASES:
        y, _ = case.forward(*case.arguments())
        case.gradients(case.arguments(), y)
    for name in SHAPES:
        y, cache = getattr(tc.kernels, f"{name}_forward")(*arguments(name, SHAPES[name][1]))
        getattr(tc.kernels, f"{name}_backward")(y, cache)


@pytest.mark.parametrize("name", ["matmul_forward", "layer_norm_backward", "relu_backward"])
def test_source(name):
    text = tc.kernels.source(name)
    assert text == tc.kernels.source(getattr(tc.kernels, name))
    assert text.startswith("@kernel\ndef ")
    assert "import" not in text


def test_source_of_one_kernel():
    assert tc.kernels.source("matmul_forward_loops") == tc.kernels.source("matmul_forward")
    assert tc.kernels.source("layer_norm_backward").count("@kernel") == 2


@pytest.mark.parametrize("wrong", ["matmull", "floats", np.sin, "MatmulCache"])
def test_source_of_what_has_none(wrong):
    with pytest.raises(ValueError, match=r"launches no kernel; these do: .*layer_norm_backward"):
        tc.kernels.source(wrong)
