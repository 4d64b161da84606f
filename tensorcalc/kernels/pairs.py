"""Contractions of arrays that live on a GPU, two of them at a time: y_p = sum over all other letters of x a.

A table tells for each letter its size and how far apart its neighbours lie in x and in a: 0 where an array lacks it,
the sum of two distances where it has it twice. A component of y belongs to one thread, which adds up in a fixed order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tensorcalc.execution.device import dtype_of
from tensorcalc.execution.kernel import kernel

from .placed import scratch

Sizes = Mapping[str, int]


@kernel
def pair_loops(x, a, table, free: int, y):
    for place in range(y.shape[0]):
        rest, in_x, in_a = place, 0, 0
        for n in range(free):
            letter = free - 1 - n
            in_x += rest % table[letter, 0] * table[letter, 1]
            in_a += rest % table[letter, 0] * table[letter, 2]
            rest = rest // table[letter, 0]
        count = 1
        for letter in range(free, table.shape[0]):
            count *= table[letter, 0]
        total = 0.0
        for term in range(count):
            left, at_x, at_a = term, in_x, in_a
            for n in range(table.shape[0] - free):
                letter = table.shape[0] - 1 - n
                at_x += left % table[letter, 0] * table[letter, 1]
                at_a += left % table[letter, 0] * table[letter, 2]
                left = left // table[letter, 0]
            total += x[at_x] * a[at_a]
        y[place] = total


@kernel
def diagonal_loops(x, table, y):
    for place in range(y.shape[0]):
        y[place] = 0.0
    for place in range(x.shape[0]):
        rest, in_y = place, 0
        for n in range(table.shape[0]):
            letter = table.shape[0] - 1 - n
            in_y += rest % table[letter, 0] * table[letter, 1]
            rest = rest // table[letter, 0]
        y[in_y] = x[place]


def contract(letters: Sequence[str], arrays: Sequence[Any], result: str, sizes: Sizes, y: Any) -> None:
    """Write the product of flat arrays, summed over every letter that the result lacks, to the flat array y."""
    operands = list(zip(letters, arrays, strict=True))
    for first, second in _order(letters, result, sizes):
        pair = [operands.pop(second), operands.pop(first)][::-1]
        kept = {*result, *"".join(part for part, _ in operands)}
        made = "".join(dict.fromkeys(i for part, _ in pair for i in part if i in kept)) if operands else result
        between = scratch(y, count(made, sizes)) if operands else y
        _pair(pair, made, sizes, between)
        operands.append((made, between))
    if len(letters) == 1:
        _pair(operands, result, sizes, y)


def _order(letters: Sequence[str], result: str, sizes: Sizes) -> Iterator[tuple[int, int]]:
    """Which two to contract next, of those that are left; what becomes of them is the last one from then on.

    NumPy finds the order that costs little; where it would contract several at once, the first two go first.
    """
    shapes = [np.broadcast_to(np.float32(0), [sizes[i] for i in part]) for part in letters]
    found = "".join(i for i in result if i in "".join(letters))  # y may repeat itself along others
    _, *path = np.einsum_path(f"{','.join(letters)}->{found}", *shapes, optimize="greedy")[0]
    left = len(letters)
    for step in path:
        at = sorted(step)
        while len(at) > 1:
            first, second, *others = at
            yield first, second
            left -= 1
            at = [*(k - 2 for k in others), left - 1]  # the two stood before them


def on_diagonal(own: str, x: Any, letters: str, sizes: Sizes, y: Any) -> None:
    """Write x, which has each letter once, to where they meet in y, which has some of them twice; 0 elsewhere."""
    diagonal_loops(x, np.array([(sizes[i], _distance(i, letters, sizes)) for i in own], np.int32), y)


def count(letters: str, sizes: Sizes) -> int:
    return math.prod(sizes[i] for i in letters)


def _pair(operands: Sequence[tuple[str, Any]], result: str, sizes: Sizes, y: Any) -> None:
    (in_x, x), (in_a, a) = [*operands, ("", np.ones(1, dtype_of("y", y)))][:2]
    summed = [i for i in dict.fromkeys(in_x + in_a) if i not in result]
    rows = [(sizes[i], _distance(i, in_x, sizes), _distance(i, in_a, sizes)) for i in (*result, *summed)]
    pair_loops(x, a, np.array(rows or [(1, 0, 0)], np.int32), len(result), y)


def _distance(letter: str, letters: str, sizes: Sizes) -> int:
    """How far apart two neighbours along a letter lie in a contiguous array."""
    return sum(count(letters[n + 1 :], sizes) for n, one in enumerate(letters) if one == letter)
