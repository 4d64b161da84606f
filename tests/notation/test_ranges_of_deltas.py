"""A range that only deltas show has one name, in whichever order its letters are met."""

from __future__ import annotations

import pytest

import tensorcalc as tc


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("y = delta_bh delta_hb", "y = delta_hb delta_bh"),
        ("y = sum_b(delta_bh delta_hb)", "y = sum_b(delta_hb delta_bh)"),
        ("y_i = x_i delta_bh delta_hb", "y_i = x_i delta_hb delta_bh"),
    ],
)
def test_the_order_of_a_deltas_indices_does_not_matter(left, right):
    assert tc.equal(left, right) is True
