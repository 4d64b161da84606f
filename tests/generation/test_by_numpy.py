"""Where nothing compiles, a compiled function runs its plan on NumPy: the same values, the same stable forms."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.generation import by_numpy

from .cases import SOURCES, agree, arguments, compiled, reference


def run(f, given: dict, sizes: dict[str, int]) -> dict:
    """What a compiled function gives on a machine without a compiler."""
    arrays = f.function._arrays({name: value for name, value in given.items() if name != "sizes"})
    with np.errstate(all="ignore"):
        values = by_numpy.run(f.plan, arrays, sizes, f._dtype(arrays))
    return {name: values[name] for name in f.outputs}


def sizes(f, given: dict) -> dict[str, int]:
    from tensorcalc.execution.sizes import sizes_of

    arrays = f.function._arrays({name: value for name, value in given.items() if name != "sizes"})
    return sizes_of(f.function, arrays, given.get("sizes", {}))


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("name", SOURCES)
def test_values(name, backward):
    for size in ("odd", "vectors"):
        given = arguments(name, np.float64, size, backward)
        f = compiled(name, backward)
        agree(run(f, given, sizes(f, given)), reference(f.function, given), np.float64)


@pytest.mark.parametrize("logit", [1e3, -1e3, 1e4])
def test_softmax_and_log_sum_exp_are_stable(logit):
    x = np.array([[logit, logit - 1, logit - 2]])
    softmax, total = tc.layers.softmax.compile(), tc.function("y_b = log(1_n exp(x_bn))").compile()
    exact = np.exp([0.0, -1, -2]) / np.exp([0.0, -1, -2]).sum()
    np.testing.assert_allclose(run(softmax, {"x": x}, {"B": 1, "I": 3})["y"], exact[None], rtol=1e-14)
    expected = logit + np.log(np.exp([0.0, -1, -2]).sum())
    np.testing.assert_allclose(run(total, {"x": x}, sizes(total, {"x": x}))["y"], [expected], rtol=1e-14)
