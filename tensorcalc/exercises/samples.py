"""The random cases on which an answer is tried: every letter has a size of its own, so that no two axes look alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

Arrays = dict[str, np.ndarray]
_POOL = (2, 3, 4, 5, 6, 7)
_SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Sample:
    """One case: letter -> size, and name -> array."""

    sizes: dict[str, int]
    arrays: Arrays

    def copy(self) -> Arrays:
        """Arrays that a foreign function may spoil."""
        return {name: array.copy() for name, array in self.arrays.items()}

    def shape(self, letters: str) -> tuple[int, ...]:
        return tuple(self.sizes[letter] for letter in letters)

    def __str__(self) -> str:
        return ", ".join(f"{letter.upper()} = {size}" for letter, size in self.sizes.items())


def samples(axes: Mapping[str, str], more: Iterable[str] = (), positive: Iterable[str] = ()) -> list[Sample]:
    """Three cases whose sizes all differ.

    Parameters
    ----------
    axes : name of an array -> its index letters, as in {"x": "ik"}
    more : index letters of the results
    positive : names of arrays whose entries are positive

    >>> [case.arrays["x"].shape for case in samples({"x": "ik"})]
    [(2, 3), (3, 4), (4, 5)]
    """
    letters = _letters(axes, more)
    return [
        _draw(axes, {letter: _POOL[(n + seed) % len(_POOL)] for n, letter in enumerate(letters)}, seed, positive)
        for seed in _SEEDS
    ]


def square(axes: Mapping[str, str], more: Iterable[str] = (), positive: Iterable[str] = ()) -> Sample:
    """One case in which all sizes agree: there even a confused product has a value, which tells what was confused."""
    return _draw(axes, dict.fromkeys(_letters(axes, more), 3), len(_SEEDS), positive)


def _letters(axes: Mapping[str, str], more: Iterable[str]) -> list[str]:
    letters = sorted({letter for group in (*axes.values(), *more) for letter in group})
    if len(letters) > len(_POOL):
        raise ValueError(f"an exercise has at most {len(_POOL)} ranges, not {letters}")
    return letters


def _draw(axes: Mapping[str, str], sizes: dict[str, int], seed: int, positive: Iterable[str]) -> Sample:
    """Entries are quarters: short decimals, exact in any arithmetic; none is zero, no two have the same magnitude."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for name, letters in axes.items():
        shape = tuple(sizes[letter] for letter in letters)
        sign = 1 if name in tuple(positive) else rng.choice([-1, 1], size=shape)
        size = int(np.prod(shape))
        arrays[name] = np.asarray(sign * (1 + rng.permutation(size + 8)[:size].reshape(shape)) / 4.0)
    return Sample(sizes, arrays)
