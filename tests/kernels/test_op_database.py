"""PyTorch's own samples of its operations: values and gradients, wherever a sample is in the kernels' domain.

How many samples agreed, and why others were left out, is printed for each operation (``pytest -rP`` shows it).
"""

from collections import Counter

import numpy as np
import pytest

from .op_samples import OPERATIONS, Outside, array, outside

TOLERANCE = 1e-10


@pytest.fixture(scope="module")
def database(torch):
    pytest.importorskip("expecttest", reason="PyTorch's operator database needs expecttest")
    from torch.testing._internal.common_methods_invocations import op_db

    found = {}
    for op in op_db:
        if op.name in OPERATIONS:
            found.setdefault(op.name, []).append(op)
    return found


def close(a, b):
    """Equal but for rounding; what is not finite is so on both sides."""
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def agrees(op, sample, torch):
    """Compare one sample; raises Outside where there is nothing to compare."""
    tensors, run = OPERATIONS[op.name](sample)
    outside(any(tensor.dtype != torch.float64 for tensor in tensors), "not float64")
    y, pull = run(*map(array, tensors))
    theirs = op(sample.input, *sample.args, **sample.kwargs)
    assert close(y, array(theirs)), f"values of {sample}"
    leaves = [tensor for tensor in tensors if tensor.requires_grad]
    if not leaves or not theirs.requires_grad:
        return
    dy = np.random.default_rng(0).standard_normal(np.shape(y))
    expected = torch.autograd.grad(theirs, leaves, torch.tensor(dy).reshape(theirs.shape), allow_unused=True)
    gradients = pull(dy)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    mine = [g for g, tensor in zip(gradients, tensors, strict=True) if tensor.requires_grad]
    for a, b in zip(mine, expected, strict=True):
        assert close(a, 0 * a if b is None else array(b)), f"gradient of {sample}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_samples(database, torch, name):
    agreed, left_out = 0, Counter()
    for op in database[name]:
        for sample in op.sample_inputs("cpu", torch.float64, requires_grad=True):
            try:
                agrees(op, sample, torch)
            except Outside as reason:
                left_out[str(reason)] += 1
            else:
                agreed += 1
    reasons = "".join(f"\n    {count} × {reason}" for reason, count in left_out.most_common())
    print(f"{name}: {agreed} samples agree, {left_out.total()} are outside{reasons}")
    assert agreed > 0
