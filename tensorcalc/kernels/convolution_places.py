"""Convolutions whose arrays have their axes in any order and whose places have any signs, brought to the usual form."""

import math
from typing import Any

import numpy as np

from tensorcalc.execution import runtime
from tensorcalc.execution.blocks import empty
from tensorcalc.execution.blocks.launching import is_noting

from . import arrays
from .convolution import conv_dweights_numpy, conv_forward_numpy
from .convolution_blocks import FEWEST, dweights_blocks, forward_blocks, suits_blocks

Place = tuple[int, int, int]


def convolved(
    x: Any, x_roles: str, w: Any, w_roles: str, bias: Any, bias_roles: str, y: Any, y_roles: str, *places: Place
) -> bool:
    """y_ngkp = b_gk + sum_cr x_{n,g,c,ap+dr+o} w_gkcr, where so much is to be done that loops are too slow.

    Outside of x there are zeros. The loops of a gradient have this form too, so sizes decide which kernel it is: where
    r takes more values than p, y is the gradient of a kernel; and in x_{p-r} w_r the shorter one is the kernel.

    Parameters
    ----------
    x, w, bias, y : arrays; bias may be None
    x_roles, w_roles, bias_roles, y_roles : the letters n, g, c, k and p for their axes
    *places : (a, d, o) for each axis p of x

    Returns
    -------
    bool
        Whether y was written.

    Examples
    --------
    >>> import numpy as np
    >>> x, w, y = np.zeros((1, 2, 5)), np.zeros((3, 2, 2)), np.zeros((1, 3, 4))
    >>> convolved(x, "ncp", w, "kcp", None, "", y, "nkp", (1, 1, 0))  # a few numbers: loops are fast enough
    False
    """
    large = y.size * _size(w, w_roles, "c") * _size(w, w_roles, "p") > arrays.BLAS_ABOVE
    if not large or runtime.backend() != "cpu":
        return False
    if is_noting():
        raise LookupError("what is prepared for blocks of vectors depends on the numbers in w")
    with np.errstate(all="ignore"):
        return place_by_place(x, x_roles, w, w_roles, bias, bias_roles, y, y_roles, places)


def place_by_place(
    x: Any, x_roles: str, w: Any, w_roles: str, bias: Any, bias_roles: str, y: Any, y_roles: str, places: Any
) -> bool:
    """Compute y by the kernel that its sizes ask for; False where there is none."""
    taps = _size(w, w_roles, "p")
    if bias is None and taps > _size(x, x_roles, "p") and all(a == 1 and d < 0 for a, d, _ in places):
        if any(d < -1 for _, d, _ in places):
            return _in_turns(x, x_roles, w, w_roles, y, y_roles, places)
        trade = str.maketrans("nk", "kn")  # sum_r w_r x_{p-r} = sum_r x_r w_{p-r}
        x, x_roles, w, w_roles = w, w_roles.translate(trade), x, x_roles.translate(trade)
        y_roles, taps = y_roles.translate(trade), _size(w, w_roles, "p")
    pair = ((1, 1, 0), *places)[-2:]
    if taps <= _size(y, y_roles, "p"):
        x, w = _laid(x, x_roles, "ngcp"), _laid(w, w_roles, "gkcp")
        return _into(y, y_roles, "ngkp", lambda out: _forward(x, w, bias, bias_roles, pair, out))
    x, dy = _laid(x, x_roles, "cgnp"), _laid(w, w_roles, "cgkp")
    return bias is None and _into(y, y_roles, "gknp", lambda out: _dweights(dy, x, pair, out))


def _in_turns(x: Any, x_roles: str, w: Any, w_roles: str, y: Any, y_roles: str, places: Any) -> bool:
    """y_p = sum_r x_{p-dr+o} w_r: every d-th p reads every d-th place of x, and for these it is x_{p-r+o} w_r."""
    for turn in np.ndindex(*(-d for _, d, _ in places)):
        seen, met, plain = [], [], []
        for first, (_, d, o) in zip(turn, places, strict=True):  # p = first - d j
            place, step = first + o, -d
            seen.append(slice(place % step, None, step))
            met.append(slice(first, None, step))
            plain.append((1, -1, place // step))
        part, out = x[_at(x_roles, seen)], y[_at(y_roles, met)]
        if not part.size:
            out[...] = 0
        elif out.size and not place_by_place(part, x_roles, w, w_roles, None, "", out, y_roles, tuple(plain)):
            return False
    return True


def _forward(x: Any, w: Any, bias: Any, bias_roles: str, pair: Any, y: Any) -> bool:
    w, stride, dilation, padding = _upright(w, pair)
    (groups, K), b = w.shape[:2], np.zeros(w.shape[:2], w.dtype)
    if bias is not None:
        b[...] = _ordered(np.asarray(bias), bias_roles, "gk").reshape(groups, K)
    x, w, y = _joined(x, 1), _joined(w, 0), _joined(y, 1)
    sizes = zip(x.shape[2:], w.shape[2:], stride, dilation, padding, strict=True)
    usual = all(u >= 0 for u in padding) and y.shape[2:] == tuple(_count(*one) for one in sizes)
    steps = stride, padding, dilation, groups
    if suits_blocks(x, w, y.shape, K):
        forward_blocks(x, w, b.reshape(-1), *steps, y)
        return True
    if usual and _room(x, w, y):
        y[...] = conv_forward_numpy(x, w, b.reshape(-1), *steps)
        return True
    return False


def _dweights(dy: Any, x: Any, pair: Any, dw: Any) -> bool:
    """The letters p of dw are the taps, those of dy are summed."""
    dy, dilation, stride, padding = _upright(dy, pair)
    groups = dy.shape[1]
    x, dy, flat = _joined(x, 1), _joined(dy, 1), _joined(dw, 0)
    sizes = zip(x.shape[2:], flat.shape[2:], stride, dilation, padding, strict=True)
    usual = all(u >= 0 for u in padding) and all(n <= _count(*one) for n, one in zip(dy.shape[2:], sizes, strict=True))
    steps, dbias = (stride, padding, dilation, groups), np.empty(len(flat), flat.dtype)
    room = usual and _room(x, flat, dy)
    suited = suits_blocks(x, flat, dy.shape, len(flat) // groups)
    if suited and dweights_blocks(dy, x, flat, *steps, flat, dbias, FEWEST if room else 1):
        return True
    if room:
        flat[...] = conv_dweights_numpy(dy, x, flat, *steps)[0]
    return room


def _upright(w: Any, pair: Any) -> tuple[Any, Any, Any, Any]:
    """w turned round along each axis r whose sign is minus, and all a, d and -o with it: r is size - 1 - r then."""
    for axis, (_, d, _) in zip((-2, -1), pair, strict=True):
        w = np.flip(w, axis) if d < 0 else w
    offsets = [o + min(d, 0) * (size - 1) for (_, d, o), size in zip(pair, w.shape[-2:], strict=True)]
    (a, b), (d, e), (o, p) = (one[0] for one in pair), (abs(one[1]) for one in pair), offsets
    return w, (a, b), (d, e), (-o, -p)


def _room(x: Any, w: Any, y: Any) -> bool:
    """Whether what all positions of one sample see, as columns of a matrix, is no larger than the largest array."""
    return x.shape[1] * math.prod(w.shape[2:]) * math.prod(y.shape[2:]) <= max(x.size, w.size, y.size)


def _count(size: int, taps: int, stride: int, dilation: int, padding: int) -> int:
    return (size + 2 * padding - dilation * (taps - 1) - 1) // stride + 1


# ---------------------------------------------------------------- axes


def _at(roles: str, slices: list[slice]) -> tuple[slice, ...]:
    """These slices on the axes p, all of the others."""
    left = iter(slices)
    return tuple(next(left) if role == "p" else slice(None) for role in roles)


def _size(array: Any, roles: str, role: str) -> int:
    return int(np.prod([size for size, one in zip(array.shape, roles, strict=True) if one == role]))


def _ordered(array: Any, roles: str, order: str) -> Any:
    return array.transpose([k for role in order for k, one in enumerate(roles) if one == role])


def _laid(array: Any, roles: str, order: str) -> Any:
    """One axis for each role in this order, and two for places."""
    places = [size for size, role in zip(array.shape, roles, strict=True) if role == "p"]
    shape = [_size(array, roles, role) for role in order[:-1]]
    return _ordered(array, roles, order).reshape(*shape, *([1, *places][-2:]))


def _joined(array: Any, axis: int) -> Any:
    """Two neighbouring axes as one."""
    shape = array.shape
    return array.reshape(*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :])


def _into(y: Any, roles: str, order: str, compute: Any) -> bool:
    """Compute into y where it lies in this order, else into an array of that order which is copied."""
    target = _ordered(y, roles, order)
    there = target if target.flags.c_contiguous else empty(target.shape, y.dtype)
    done = compute(_laid(there, "".join(role for one in order for role in roles if role == one), order))
    if done and there is not target:
        target[...] = there
    return bool(done)
