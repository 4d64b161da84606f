"""Counts of multiply-adds: against every order tried one by one, against NumPy's, and by hand."""

from __future__ import annotations

import random
from itertools import combinations
from math import prod

import numpy as np
import pytest

import tensorcalc as tc

from .lines import BATCH_NORM, LAYER_NORM

LETTERS = "ijklmn"


def product(rng: random.Random, factors: int) -> tuple[list[str], str, dict[str, int]]:
    """The letters of some factors and of the result, with sizes."""
    while True:
        parts = ["".join(rng.sample(LETTERS, rng.choice([1, 2, 2, 3]))) for _ in range(factors)]
        used = "".join(parts)
        free = "".join(one for one in LETTERS if used.count(one) == 1)
        free += "".join(one for one in LETTERS if used.count(one) > 1 and rng.random() < 0.2)
        if len(set(used)) > 2:
            return parts, free, {one.upper(): rng.choice([2, 3, 5, 8]) for one in LETTERS}


def naive(parts: list[str], free: str, sizes: dict[str, int]) -> int:
    """The fewest multiply-adds over all sequences of pairs."""
    if len(parts) == 1:
        return 0
    options = []
    for a, b in combinations(range(len(parts)), 2):
        others = [one for k, one in enumerate(parts) if k not in (a, b)]
        over = set(parts[a] + parts[b])
        left = "".join(sorted(one for one in over if one in free or any(one in other for other in others)))
        options.append(prod(sizes[one.upper()] for one in over) + naive([*others, left], free, sizes))
    return min(options)


def text(parts: list[str], free: str) -> str:
    return f"y{'_' + free if free else ''} = " + " ".join(
        f"{name}_{one}" for name, one in zip("abcdefg", parts, strict=False)
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_cheapest_order(seed):
    parts, free, sizes = product(random.Random(seed), 2 + seed % 4)
    assert tc.cost(tc.function(text(parts, free)), sizes).operations == naive(parts, free, sizes)


@pytest.mark.parametrize("seed", range(20))
def test_as_numpy_orders_it(seed):
    """The path that NumPy calls optimal takes as many multiply-adds."""
    parts, free, sizes = product(random.Random(seed), 4)
    arrays = [np.empty([sizes[one.upper()] for one in part]) for part in parts]
    path = np.einsum_path(f"{','.join(parts)}->{free}", *arrays, optimize="optimal")[0][1:]
    operations, left = 0, list(parts)
    for pair in path:
        taken = [left.pop(k) for k in sorted(pair, reverse=True)]
        over = set("".join(taken))
        operations += (len(taken) - 1) * prod(sizes[one.upper()] for one in over)
        left.append("".join(one for one in over if one in free or any(one in other for other in left)))
    assert tc.cost(tc.function(text(parts, free)), sizes).operations <= operations


def test_many_factors_are_contracted_greedily():
    chain = (
        "y_a = "
        + " ".join(f"x{n}_{a}{b}" for n, (a, b) in enumerate(zip("abcdefghij", "bcdefghijk", strict=True)))
        + " v_k"
    )
    found = tc.cost(tc.function(chain), {one.upper(): 10 for one in "abcdefghijk"})
    assert found.operations == 10 * 100  # from the vector on, never a matrix times a matrix
    assert found.largest == 10


@pytest.mark.parametrize(
    ("statements", "operations", "largest"),
    [
        ("y_ij = x_ik a_kj", 2 * 3 * 4, 2 * 4),
        ("y = x_i x_i", 2, 1),
        ("y_i = a_ij 1_j", 2 * 4, 2),
        ("y_i = exp(x_i)", 2, 2),
        ("y_i = x_i^3", 2, 2),
        ("y_ij = x_i + z_j", None, None),
        ("y_ij = 1_j x_i + 1_i z_j", 2 * 4, 2 * 4),
        ("y_i = (a_ij + b_ij) x_j", 2 * 4 + 2 * 4, 2 * 4),
        ("y_i = 2 x_i", 0, 0),
        ("y_i = w_k x_{i+k}", 2 * 3, 2),
    ],
)
def test_by_hand(statements, operations, largest):
    sizes = {"I": 2, "K": 3, "J": 4}
    if operations is None:
        with pytest.raises(tc.NotationError, match="missing"):
            tc.cost(tc.function(statements), sizes)
        return
    found = tc.cost(tc.function(statements), sizes)
    assert (found.operations, found.largest) == (operations, largest)


def test_shapes_show_sizes():
    """One output of a convolution takes a multiply-add for each weight; the image has no letter of its own."""
    f = tc.function("y_ij = w_mn x_{i+m,j+n}")
    sizes = {"I": 6, "J": 9, "w": (3, 2), "x": (8, 10)}
    assert tc.cost(f, sizes).operations == 6 * 9 * 3 * 2
    routes = tc.accumulation(f, sizes, by="x")
    assert routes.derived.operations == 8 * 10 * 6 * 9  # dl_dy_ij w_{p-i,q-j}, where most of w is outside
    assert routes.reverse.largest == 6 * 9 * 8 * 10


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"x": (2, 3), "a": (4, 5)}, "K is 3 and, in a, 4"),
        ({"x": (2, 3, 4)}, "x has order 2"),
        ({"b": (2, 3)}, "there is no tensor b"),
    ],
)
def test_shapes_that_do_not_fit(sizes, message):
    with pytest.raises(tc.NotationError, match=message):
        tc.cost(tc.function("y_ij = x_ik a_kj"), sizes)


def test_a_size_is_asked_for():
    with pytest.raises(tc.NotationError, match="no size is given for K") as caught:
        tc.cost(tc.function("y_ij = x_ik a_kj"), {"I": 2, "J": 3})
    assert caught.value.rule == "size-missing"


# ---------------------------------------------------------------- ways to a gradient


def test_memory_of_the_jacobian_of_a_layer():
    """The notes' example: 64 samples, 4096 inputs and outputs, 4 bytes a number."""
    sizes = {"N": 64, "D": 4096, "M": 4096}
    layer = tc.function("y_nm = x_nd w_dm")
    assert 4 * tc.accumulation(layer, sizes, by="x").reverse.largest == 256 * 2**30
    assert 4 * tc.accumulation(layer, sizes, by="w").reverse.largest == 16 * 2**40
    assert tc.accumulation(layer, sizes, by="x").derived.operations == 64 * 4096 * 4096


@pytest.mark.parametrize("layer", [LAYER_NORM, BATCH_NORM, "a_nm = x_nd w_dm + 1_n b_m\ny_nm = tanh(a_nm)"])
def test_a_derived_backward_function_costs_a_few_forward_ones(layer):
    f = tc.function(layer)
    sizes = {name: 10 * n for n, name in enumerate("BHICNDM", 3)}
    routes = tc.accumulation(f, sizes)
    assert routes.derived.operations < 5 * routes.forward.operations
    assert 10 * routes.derived.operations < routes.reverse.operations < routes.forwards.operations
    assert routes.derived.largest < routes.reverse.largest


def test_forward_catches_up_where_the_input_is_a_number():
    f = tc.function("u_i = c_i x\nv_j = a_ji u_i\ny_k = b_kj v_j")
    routes = tc.accumulation(f, {"I": 20, "J": 30, "K": 40}, by="x")
    edges = 20 + 30 * 20 + 40 * 30
    assert routes.reverse.operations == 2 * edges  # each Jacobian built once, and used once
    assert routes.forwards.operations == edges + (600 + 1200) + 40


def test_the_table():
    shown = str(tc.accumulation(tc.function("y_nm = x_nd w_dm"), {"N": 2, "D": 3, "M": 5}, by="x"))
    assert shown.splitlines()[1].split() == ["the", "function", "itself", "30", "10"]


def test_unknown_input():
    with pytest.raises(tc.NotationError, match="there is no input z"):
        tc.accumulation(tc.function("y_i = x_i"), {"I": 2}, by="z")
