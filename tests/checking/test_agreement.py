"""The table of routes: what it says of right, wrong and missing arrays."""

from __future__ import annotations

import numpy as np
import pytest

from tensorcalc.checking import agreement

X = np.array([[1.0, 2.0], [3.0, -4.0]])


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (X, "agrees"),
        (X + 1e-7, "agrees"),
        (X + 1e-5, "differs"),
        (-X, "differs"),
        (X[:1], "has shape (1, 2)"),
        (np.full_like(X, np.nan), "differs"),
    ],
)
def test_says(other, said):
    table = agreement({"one": {"dl_dx": X}, "two": {"dl_dx": other}})
    assert table.rows["two"]["dl_dx"] == said
    assert bool(table) is (said == "agrees")


def test_what_a_route_does_not_give():
    table = agreement({"one": {"dl_dx": X, "dl_dw": X}, "two": {"dl_dw": X}})
    assert table.rows["two"] == {"dl_dx": "·", "dl_dw": "agrees"}
    assert table


def test_nothing_to_compare():
    with pytest.raises(ValueError, match="one route agrees with itself"):
        agreement({"one": {"dl_dx": X}})
    with pytest.raises(ValueError, match="the first route has no dl_dw"):
        agreement({"one": {"dl_dx": X}, "two": {"dl_dw": X}})
