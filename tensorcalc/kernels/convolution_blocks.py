"""Convolutions in blocks: channels of y in the lanes of a vector, eight neighbouring places in registers.

y_nkpq = b_k + sum_rsc w_kcrs x_{n,c,ap+dr-u,bq+es-v}

The lanes are channels k. A number of x is then the same for every lane, wherever it lies, so that stride, dilation and
an odd width cost nothing, and a vector of w that is loaded once is multiplied by numbers of x at eight places q. Their
sums stay in registers while r, s and c run: 9 loads for 8 products and 8 additions of vectors.

What some rows of y see of x, a band, is copied first, with the zeros around it. No condition stands in the loops that
multiply, and the band stays in the cache of a core.

dx for stride 1 is a convolution too, of dy with the kernel turned round. In dw the lanes are channels of dy: its rows
are made vectors once, and the sums of all taps r, s are in registers while p and q run. Each task has sums of its own,
which are added in a fixed order, so that no number depends on the count of threads.
"""

import functools
import math
from typing import Any, NamedTuple, no_type_check

import numpy as np

from tensorcalc.execution.blocks import (
    Lanes,
    Stored,
    VectorLoops,
    Written,
    chunks,
    empty,
    load,
    parallel,
    spread,
    store,
    vector_loops,
    zero,
)
from tensorcalc.execution.blocks.lanes import lanes
from tensorcalc.execution.runtime import ti

from .convolution_words import PLACE, across, band_filler, copies, row_storer

Pair = tuple[int, int]

PLACES = 8  # neighbouring q whose sums are in registers
TAPS = 12  # pairs r, s whose sums are
TASKS = 32  # whatever the number of threads, so that sums are added in one order
BAND = 2**15  # numbers of x in a band: a core's cache holds them beside w
COLUMNS = 256  # of y that a band is for, at most
FEWEST = 4  # tasks with sums of their own; with room for less, products of matrices are faster
LEAST = 4  # channels in the lanes, and places in a row: with fewer, vectors are half empty


class Bands(NamedTuple):
    """How y is divided: rows and columns of a band; numbers of x in it, and in a row; tasks that share the bands."""

    rows: int
    columns: int
    size: int
    room: int
    tasks: int


def suits_blocks(x: np.ndarray, w: np.ndarray, y_shape: tuple[int, ...], channels: int) -> bool:
    """Whether vectors of so many channels pay; a kernel with a single tap is a product of matrices."""
    largest = max(x.size, w.size, int(np.prod(y_shape)))
    return channels >= LEAST and y_shape[-1] >= LEAST and w.shape[2] * w.shape[3] > 1 and largest <= PLACE


# ---------------------------------------------------------------- y, and dx for stride 1


def forward_blocks(x: Any, w: Any, bias: Any, stride: Pair, padding: Pair, dilation: Pair, groups: int, y: Any) -> None:
    """Write y."""
    kernels = _grouped(w, groups).transpose(0, 3, 4, 2, 1)
    _convolve(x, kernels, bias.reshape(groups, -1), stride, padding, dilation, y)


def dx_blocks(dy: Any, w: Any, padding: Pair, dilation: Pair, groups: int, dx: Any) -> None:
    """Write dx where the stride is 1: the kernel turned round, whose two kinds of channels change places."""
    kernels = _grouped(w, groups)[..., ::-1, ::-1].transpose(0, 3, 4, 1, 2)
    (u, v), (d, e), (R, S) = padding, dilation, w.shape[2:]
    no_bias = np.zeros((groups, w.shape[1]), w.dtype)
    _convolve(dy, kernels, no_bias, (1, 1), (d * (R - 1) - u, e * (S - 1) - v), dilation, dx)


def _convolve(x: Any, w: Any, bias: Any, stride: Pair, padding: Pair, dilation: Pair, y: Any) -> None:
    """Write y for the kernels w_grsck and the bias b_gk."""
    most, kernels, (P, Q) = max(x.size, w.size, y.size), _packed(w), y.shape[2:]
    per_place = math.gcd(kernels.shape[-1], 64 // x.itemsize)  # a vector
    bands = _bands(x, w.shape, (P, Q), stride, dilation, most)
    loops = _forward_loops(_even(bands.columns, PLACES), stride[1])
    band = empty((bands.tasks * bands.size,), x.dtype)
    tile = empty((bands.tasks, bands.columns * per_place), x.dtype)  # what waits to be stored in rows
    sizes = (len(x), w.shape[4], *x.shape[2:], P, Q, bands.rows, bands.columns, bands.room, bands.tasks)
    steps = (stride[0], *padding, *dilation)
    loops(_flat(x), kernels, _packed(bias), *sizes, *steps, band, band, tile, tile.reshape(-1), y.reshape(-1))


@functools.cache
def _forward_loops(places: int, b: int) -> VectorLoops:
    fill_band, store_row = band_filler(), row_storer()

    @vector_loops
    @no_type_check
    def convolution_blocks(
        x,
        w: Lanes,
        bias: Lanes,
        N: int,
        K: int,
        H: int,
        W: int,
        P: int,
        Q: int,
        rows: int,
        columns: int,
        room: int,
        tasks: int,
        a: int,
        u: int,
        v: int,
        d: int,
        e: int,
        band: Stored,
        vectors: Written,
        tile: Written,
        numbers,
        y: Stored,
    ):
        G = w.shape[0]
        R = w.shape[1]
        S = w.shape[2]
        C = w.shape[3]
        width = (columns - 1) * b + e * (S - 1) + 1
        across_q = (Q + columns - 1) // columns
        bands = (P + rows - 1) // rows * across_q
        parallel()
        for t in range(tasks * spread()):
            if t % spread() == 0:
                task = t // spread()
                mine = task * (band.shape[0] // tasks)  # where this task's band begins
                for one in range(task * N * G * bands // tasks, (task + 1) * N * G * bands // tasks):
                    ng = one // bands
                    g = ng % G
                    p0 = one % bands // across_q * rows
                    q0 = ti.min(one % across_q * columns, Q - columns)
                    height = ti.min(rows, P - p0)
                    seen = (height - 1) * a + d * (R - 1) + 1
                    shift = fill_band(
                        x, ng * C, C, H, W, p0 * a - u, seen, v - q0 * b, band, vectors, mine, width, room
                    )
                    for k in range(chunks(w)):
                        for p in range(height):
                            for turn in range((columns + places - 1) // places):
                                q = ti.min(turn * places, columns - places)  # the last ones may be computed twice
                                y_q = copies(load(bias, g, k), places)
                                for r in range(R):
                                    for s in range(S):
                                        rs = mine + shift + (p * a + d * r) * C * room + q * b + e * s
                                        for c in range(C):
                                            w_k = load(w, g, r, s, c, k)
                                            at = (rs + c * room) & PLACE
                                            for j in ti.static(range(places)):
                                                y_q[j] += band[at + b * j] * w_k
                                for j in ti.static(range(places)):
                                    store(y_q[j], tile, task, q + j)
                            # Memory is slow where every number lies apart: rows of one channel after the other.
                            for n in range(ti.min(lanes(), K - k * lanes())):
                                source = task * columns * lanes() + n
                                to = ((ng * K + k * lanes() + n) * P + p0 + p) * Q + q0
                                store_row(numbers, source, lanes(), y, to, columns)

    return convolution_blocks


# ---------------------------------------------------------------- dw


def dweights_blocks(
    dy: Any,
    x: Any,
    w: Any,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
    dw: Any,
    dbias: Any,
    fewest: int = FEWEST,
) -> bool:
    """Write dw and dbias, if there is room for so many tasks with sums of their own; say whether there was."""
    shape = _grouped(w, groups).transpose(0, 3, 4, 2, 1).shape
    most, K, (P, Q) = max(x.size, w.size, dy.size), shape[4], dy.shape[2:]
    padded = _padded(K, x.dtype)
    bands = _bands(x, shape, (P, Q), stride, dilation, most, padded, (w.size // K + groups) * padded)
    if bands.tasks < fewest:
        return False
    R, S = w.shape[2:]
    band = empty((bands.tasks * bands.size,), x.dtype)
    vectors = empty((bands.tasks, bands.rows * bands.columns * padded), x.dtype)
    dw_parts, dbias_parts = (empty((bands.tasks, *one, padded), x.dtype) for one in (shape[:4], shape[:1]))
    dw_parts[...] = dbias_parts[...] = 0
    loops = _dweights_loops(R if R * S <= TAPS else 1, S, stride[1], dilation[1])
    sizes = (len(x), K, *x.shape[2:], P, Q, bands.rows, bands.columns, bands.room)
    loops(_flat(x), _flat(dy), *sizes, stride[0], *padding, dilation[0], band, band, vectors, dw_parts, dbias_parts)
    dw[...] = dw_parts.sum(0)[..., :K].transpose(0, 4, 3, 1, 2).reshape(w.shape)
    dbias[...] = dbias_parts.sum(0)[:, :K].reshape(-1)
    return True


@functools.cache
def _dweights_loops(taps: int, S: int, b: int, e: int) -> VectorLoops:
    """`taps` rows of the kernel have their sums in registers at a time."""
    fill_band = band_filler()

    @vector_loops
    @no_type_check
    def dweights_blocks(
        x,
        dy,
        N: int,
        K: int,
        H: int,
        W: int,
        P: int,
        Q: int,
        rows: int,
        columns: int,
        room: int,
        a: int,
        u: int,
        v: int,
        d: int,
        band: Stored,
        band_vectors: Written,
        vectors: Written,
        dw: Written,
        dbias: Written,
    ):
        tasks = dw.shape[0]
        G = dw.shape[1]
        R = dw.shape[2]
        C = dw.shape[4]
        width = (columns - 1) * b + e * (S - 1) + 1
        across_q = (Q + columns - 1) // columns
        bands = (P + rows - 1) // rows * across_q
        parallel()
        for t in range(tasks * spread()):
            if t % spread() == 0:
                task = t // spread()
                mine = task * (band.shape[0] // tasks)
                for one in range(task * N * G * bands // tasks, (task + 1) * N * G * bands // tasks):
                    ng = one // bands
                    g = ng % G
                    p0 = one % bands // across_q * rows
                    q0 = one % across_q * columns
                    height = ti.min(rows, P - p0)
                    length_q = ti.min(columns, Q - q0)
                    seen = (height - 1) * a + d * (R - 1) + 1
                    shift = fill_band(
                        x, ng * C, C, H, W, p0 * a - u, seen, v - q0 * b, band, band_vectors, mine, width, room
                    )
                    for k in range(chunks(dbias)):
                        dbias_k = zero()
                        for p in range(height):
                            for q in range(length_q):
                                start = (ng * K * P + p0 + p) * Q + q0 + q
                                dy_k = across(dy, start, P * Q, k * lanes(), K - 1)
                                dbias_k += dy_k
                                store(dy_k, vectors, task, (k * rows + p) * columns + q)
                        store(load(dbias, task, g, k) + dbias_k, dbias, task, g, k)
                    for k in range(chunks(dbias)):
                        for c in range(C):
                            for first in range(R // taps):
                                dw_rs = copies(zero(), taps * S)
                                for p in range(height):
                                    row = mine + shift + ((p * a + d * first * taps) * C + c) * room
                                    for q in range(length_q):
                                        dy_k = load(vectors, task, (k * rows + p) * columns + q)
                                        for r in ti.static(range(taps)):
                                            at = (row + d * r * C * room + b * q) & PLACE
                                            for s in ti.static(range(S)):
                                                dw_rs[r * S + s] += band[at + e * s] * dy_k
                                for r in ti.static(range(taps)):
                                    for s in ti.static(range(S)):
                                        before = load(dw, task, g, first * taps + r, s, c, k)
                                        store(before + dw_rs[r * S + s], dw, task, g, first * taps + r, s, c, k)

    return dweights_blocks


# ---------------------------------------------------------------- sizes and memory


def _bands(
    x: Any, w_shape: Any, y_sizes: Pair, stride: Pair, dilation: Pair, most: int, per_place: int = 0, parts: int = 0
) -> Bands:
    """Bands that fit into a cache; tasks whose memory is no more than `most`, with so much for each place of y."""
    (G, R, S, C, _), (P, Q), (a, b), (d, e) = w_shape, y_sizes, stride, dilation
    columns = _even(Q, COLUMNS)
    whole = 64 // x.itemsize  # a vector
    room = _room((columns - 1) * b + e * (S - 1) + 1, whole)
    row = C * room
    rows = _even(P, (min(BAND, most // 8) // row - d * (R - 1) - 1) // a + 1)
    size = -(-((rows - 1) * a + d * (R - 1) + 1) * row // whole) * whole
    bands = len(x) * G * -(-P // rows) * -(-Q // columns)
    tasks = most // (size + rows * columns * per_place + parts)
    return Bands(rows, columns, size, room, max(1, min(TASKS, bands, tasks)))


def _room(width: int, lanes_: int) -> int:
    """Whole vectors that hold a shifted row; an odd number, since rows at even distances compete in the cache.

    A short row is not shifted: the band would grow by more than vectors save.
    """
    return ((width + 2 * lanes_ - 2) // lanes_ | 1) * lanes_ if width > 3 * lanes_ else width


def _even(size: int, most: int) -> int:
    """The size of parts that are about equal, none larger than `most`."""
    return -(-size // -(-size // max(most, 1)))


def _grouped(w: Any, groups: int) -> Any:
    return w.reshape(groups, len(w) // groups, *w.shape[1:])


def _padded(channels: int, dtype: np.dtype) -> int:
    """So many channels that whole vectors hold them, of half the width if they fit better."""
    whole = 64 // dtype.itemsize
    return min(-(-channels // lanes_) * lanes_ for lanes_ in (whole, whole // 2))


def _packed(w: Any) -> Any:
    """The last axis filled up to whole vectors."""
    packed = empty((*w.shape[:-1], _padded(w.shape[-1], w.dtype)), w.dtype)
    packed[..., : w.shape[-1]] = w
    packed[..., w.shape[-1] :] = 0
    return packed


def _flat(x: Any) -> Any:
    return np.require(x, requirements=["C", "A"]).reshape(-1)
