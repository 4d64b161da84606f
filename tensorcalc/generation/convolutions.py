"""Which passes are convolutions: y_ngkp = b_gk + sum_cr x_{n,g,c,ap+dr+o} w_gkcr, for one or two pairs p, r.

The gradients of a convolution have this form too: in dw the places r are free and p is summed, in dx the letters have
other signs. Their loops stay as they are; blocks of vectors take over where the sizes are worth it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..notation.expression import Affine, Idx, Slot
from .planning import Pass
from .products import letters_at, sliding

MOST_PLACES = 2
_ROLES = {(True, False, True): "n", (True, True, True): "g", (True, True, False): "c", (False, True, True): "k"}


class Convolution(NamedTuple):
    """The arrays with the role of each of their axes, and (a, d, o) for each place a p + d r + o.

    Roles are n (samples: in x and y), g (groups: in all), c (summed: in x and w), k (in w and y), p (places).
    """

    x: tuple[str, str]
    w: tuple[str, str]
    bias: tuple[str, str]
    y: tuple[str, str]
    places: tuple[tuple[int, int, int], ...]


def convolution_of(step: Pass) -> Convolution | None:
    """What a pass computes, if that is a convolution and nothing else."""
    task = step.tasks[0]
    found = sliding(task.value) if len(step.tasks) == 1 else None
    if found is None:
        return None
    x, w, bias = found
    pairs = [_pair(place, task.axes, w.places) for place in x.places if not isinstance(place, Idx)]
    free, taps = [pair[0] for pair in pairs if pair], [pair[1] for pair in pairs if pair]
    if None in pairs or not 1 <= len(pairs) <= MOST_PLACES:
        return None
    left = iter(free)
    letters: dict[str, list[Idx]] = {
        "x": [place if isinstance(place, Idx) else next(left) for place in x.places],
        "w": [free[taps.index(idx)] if idx in taps else idx for idx in letters_at(w)],
        "bias": letters_at(bias) if bias else [],
        "y": list(task.axes),
    }
    role = dict.fromkeys(free, "p")
    for idx in {idx for some in letters.values() for idx in some} - role.keys():
        role[idx] = _ROLES.get((idx in letters["x"], idx in letters["w"], idx in letters["y"]), "")
    if not _agree(letters, role, bias is not None):
        return None
    names = {"x": x.tensor, "w": w.tensor, "bias": bias.tensor if bias else "", "y": task.target}
    arrays = {one: (names[one], "".join(role[idx] for idx in some)) for one, some in letters.items()}
    return Convolution(**arrays, places=tuple(pair[2] for pair in pairs if pair))


def _pair(place: Slot, free: Sequence[Idx], taps: Sequence[Slot]) -> tuple[Idx, Idx, tuple[int, int, int]] | None:
    """p and r of a p + d r + o, where p is a letter of y and r is summed, and the three numbers."""
    if not isinstance(place, Affine) or not place.range or len(place.terms) != 2:
        return None
    (a, p), (d, r) = sorted(place.terms, key=lambda term: term[1] not in free)
    fits = a > 0 and p in free and p not in taps and r not in free and r in taps
    return (p, r, (a, d, place.offset)) if fits else None


def _agree(letters: dict[str, list[Idx]], role: dict[Idx, str], biased: bool) -> bool:
    """Whether each letter has a role, stands once in an array, and letters of one role are everywhere in one order."""
    if not all(role.values()) or any(len(set(some)) < len(some) for some in letters.values()):
        return False
    for one, where in (("n", "xy"), ("g", "xwy"), ("c", "xw"), ("k", "wy"), ("p", "xwy")):
        arrays = [letters[name] for name in where] + ([letters["bias"]] if biased and one in "gk" else [])
        if len({tuple(idx for idx in some if role[idx] == one) for some in arrays}) > 1:
            return False
    return all(role[idx] in "gk" for idx in letters["bias"])
