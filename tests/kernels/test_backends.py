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
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:nbval", *{arguments!r}]))
"""
OPERATIONS = [__file__.replace("test_backends", "test_operations")]
LAYERS = [__file__.replace("test_backends", "test_layers"), "-k", "test_values or accumulation or single_precision"]


def passes(python, arguments, before="", **environment):
    answer = python(AGAIN.format(before=before, arguments=arguments), **environment)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-1000:]


EACH = pytest.mark.parametrize("arguments", [OPERATIONS, LAYERS], ids=["operations", "layers"])


def test_numpy(python):
    passes(python, OPERATIONS, TENSORCALC_ARCH="numpy")


@EACH
def test_without_taichi(python, arguments):
    passes(python, arguments, before="sys.modules['taichi'] = None", TENSORCALC_ARCH=None)


@EACH
def test_vulkan(python, vulkan, arguments):
    passes(python, arguments, **vulkan)


@pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")
@EACH
def test_no_element_is_read_out_of_bounds(python, arguments):
    """Taichi checks indices in its debug mode only; otherwise it returns what lies there."""
    once = [argument.replace(" or single_precision", "") for argument in arguments]
    passes(python, once, TI_DEBUG="1", TENSORCALC_ARCH="cpu")


def test_public_names():
    assert set(tc.kernels.__all__) <= set(dir(tc.kernels))
    kinds = ("forward", "backward", "loops", "vectors", "numpy")
    others = {name for name in tc.kernels.__all__ if name[0].islower() and name.rpartition("_")[2] not in kinds}
    assert others - {"sgd", "momentum", "rmsprop", "adam", "adamw"} == {
        "kernel", "matmul_blocked", "random_bits", "source",
    }  # fmt: skip


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


NAMES = [name for name in tc.kernels.__all__ if name.endswith(("_forward", "_backward")) and "einsum" not in name]


@pytest.mark.parametrize("name", [*NAMES, "adam", "random_bits"])
def test_source(name):
    text = tc.kernels.source(name)
    assert text == tc.kernels.source(getattr(tc.kernels, name))
    assert text.startswith("@kernel\ndef ")
    assert "import" not in text


def test_source_of_one_kernel():
    assert tc.kernels.source("matmul_forward_loops") == tc.kernels.source("matmul_forward")
    assert tc.kernels.source("layer_norm_backward").count("@kernel") == 2
    assert tc.kernels.source("attention_backward").count("@kernel") == 2
    blocked = tc.kernels.source("matmul_blocked")
    inlined, loops = blocked.index("@Inlined\ndef product("), blocked.index("@vector_loops\ndef matmul_blocked_loops(")
    assert blocked.startswith("@kernel\ndef matmul_forward_loops(") and inlined < loops
    assert tc.kernels.source("gelu_backward").count("@kernel") == 2  # of either form


@pytest.mark.parametrize("wrong", ["matmull", "floats", np.sin, "MatmulCache", "einsum_forward"])
def test_source_of_what_has_none(wrong):
    with pytest.raises(ValueError, match=r"launches no kernel; these do: .*layer_norm_backward"):
        tc.kernels.source(wrong)
