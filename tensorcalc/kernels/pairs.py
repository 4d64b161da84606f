"""Contractions of arrays that live on a GPU, two of them at a time: y_p = sum over all other letters of x a.

A table tells for each letter its size and how far apart its neighbours lie in x and in a: 0 where an array lacks it,
the sum of two distances where it has it twice. A component of y belongs to one thread, which adds up in a fixed order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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
    parts, given = list(letters), list(arrays)
    while len(given) > 2:
        kept = {*result, *"".join(parts[2:])}
        made = "".join(dict.fromkeys(i for i in parts[0] + parts[1] if i in kept))
        between = scratch(y, count(made, sizes))
        _pair(parts[:2], given[:2], made, sizes, between)
        parts[:2], given[:2] = [made], [between]
    _pair(parts, given, result, sizes, y)


def on_diagonal(own: str, x: Any, letters: str, sizes: Sizes, y: Any) -> None:
    """Write x, which has each letter once, to where they meet in y, which has some of them twice; 0 elsewhere."""
    diagonal_loops(x, np.array([(sizes[i], _distance(i, letters, sizes)) for i in own], np.int32), y)


def count(letters: str, sizes: Sizes) -> int:
    return math.prod(sizes[i] for i in letters)


def _pair(parts: Sequence[str], arrays: Sequence[Any], result: str, sizes: Sizes, y: Any) -> None:
    x, *others = arrays
    a = others[0] if others else np.ones(1, np.float32)
    summed = [i for i in dict.fromkeys("".join(parts)) if i not in result]
    rows = [(sizes[i], *(_distance(i, part, sizes) for part in (*parts, "")[:2])) for i in (*result, *summed)]
    pair_loops(x, a, np.array(rows or [(1, 0, 0)], np.int32), len(result), y)


def _distance(letter: str, letters: str, sizes: Sizes) -> int:
    """How far apart two neighbours along a letter lie in a contiguous array."""
    return sum(count(letters[n + 1 :], sizes) for n, one in enumerate(letters) if one == letter)
