"""Contractions two at a time are NumPy's einsum, and take the order that costs little."""

import numpy as np
import pytest

from tensorcalc.kernels import pairs

LETTERS = "ijklm"


@pytest.mark.parametrize("seed", range(40))
def test_any_product(seed):
    rng = np.random.default_rng(seed)
    sizes = dict(zip(LETTERS, map(int, rng.integers(1, 5, len(LETTERS))), strict=True))
    parts = ["".join(rng.choice(list(LETTERS), rng.integers(0, 4))) for _ in range(rng.integers(1, 6))]
    result = "".join(rng.permutation([i for i in LETTERS if rng.random() < 0.5]))  # letters that no part has among them
    arrays = [rng.standard_normal([sizes[i] for i in part]) for part in parts]
    y = np.empty(pairs.count(result, sizes))
    pairs.contract(parts, [x.reshape(-1) for x in arrays], result, sizes, y)
    expected = np.einsum(f"{','.join([*parts, *result])}->{result}", *arrays, *(np.ones(sizes[i]) for i in result))
    np.testing.assert_allclose(y.reshape(expected.shape), expected, rtol=1e-12, atol=1e-12)


def test_the_order_that_costs_little(monkeypatch):
    made = []
    scratch = pairs.scratch
    monkeypatch.setattr(pairs, "scratch", lambda like, *shape: made.append(shape) or scratch(like, *shape))
    sizes = {"i": 50, "j": 50, "k": 50, "l": 1}
    x, a, b, y = np.ones(2500), np.ones(2500), np.ones(50), np.empty(50)
    pairs.contract(["ij", "jk", "kl"], [x, a, b], "il", sizes, y)
    assert made == [(50,)] and (y == 2500).all()  # from left to right it were 2500
