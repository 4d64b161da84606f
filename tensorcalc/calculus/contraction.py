"""In which order a product of tensors is contracted, two at a time, with the fewest multiply-adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

from ..notation.expression import Idx

EXHAUSTIVE = 8  # factors for which every order is tried; of more, the cheapest pair is taken first

Letters = frozenset[Idx]
Chosen = frozenset[int]  # the places of factors
Tree = Any  # the place of a factor, or a pair of trees
Count = Callable[[Letters], int]  # how many values some letters take together


def contraction_order(letters: Sequence[Letters], kept: Letters, count: Count) -> Tree:
    """The pairs to contract: ``(0, (1, 2))`` is a (b c).

    Parameters
    ----------
    letters : of each factor
    kept : the letters that the result has; all others are summed
    count : how many values some letters take together
    """
    method = _best if len(letters) <= EXHAUSTIVE else _greedy
    return method(letters, kept, count)


def leaves(tree: Tree) -> Chosen:
    """The factors of a part."""
    return leaves(tree[0]) | leaves(tree[1]) if isinstance(tree, tuple) else frozenset([tree])


def remaining(chosen: Chosen, letters: Sequence[Letters], kept: Letters) -> Letters:
    """The letters that a contracted part still shows: those of the result and of the factors outside."""
    if len(chosen) == 1:
        return letters[min(chosen)]
    outside = kept.union(*(one for k, one in enumerate(letters) if k not in chosen))
    return outside.intersection(frozenset().union(*(letters[k] for k in chosen)))


def _best(letters: Sequence[Letters], kept: Letters, count: Count) -> Tree:
    """For each subset of the factors, small ones first, the cheapest way to take it apart."""
    found: dict[Chosen, tuple[int, Tree]] = {frozenset([k]): (0, k) for k in range(len(letters))}
    for n in range(2, len(letters) + 1):
        for chosen in map(frozenset, combinations(range(len(letters)), n)):
            options = []
            for one in _parts(chosen):
                other = chosen - one
                over = remaining(one, letters, kept) | remaining(other, letters, kept)
                price = found[one][0] + found[other][0] + count(over)
                options.append((price, (found[one][1], found[other][1])))
            found[chosen] = min(options, key=lambda option: option[0])
    return found[frozenset(range(len(letters)))][1]


def _parts(chosen: Chosen) -> Iterator[Chosen]:
    """Each way of taking a subset apart, once."""
    first, *rest = sorted(chosen)
    for n in range(len(rest)):
        for others in combinations(rest, n):
            yield frozenset((first, *others))


def _greedy(letters: Sequence[Letters], kept: Letters, count: Count) -> Tree:
    left: list[Tree] = list(range(len(letters)))

    def price(pair: tuple[Tree, Tree]) -> int:
        one, other = (remaining(leaves(tree), letters, kept) for tree in pair)
        return count(one | other)

    while len(left) > 1:
        pair = min(combinations(left, 2), key=price)
        left = [tree for tree in left if tree is not pair[0] and tree is not pair[1]] + [pair]
    return left[0]
