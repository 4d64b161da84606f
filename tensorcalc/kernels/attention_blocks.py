"""Attention in blocks that stay in registers and caches: four rows of scores at a time, which no one else ever sees.

s_nm = c q_nd k_md,   p_nm = exp(s_nm)/z_n,   y_ne = p_nm v_me

Each product is computed as in `matmul_blocked`: four rows and four vectors of columns are summed at once. The scores of
four queries lie in a row of scratch memory for each task, where they are turned into weights by vectors; then they are
multiplied by the rows of v. Backward, the weights of a few queries and their gradients

ds_nm = p_nm (dy_ne v_me - dy_ne y_ne)

lie in scratch memory until they were multiplied by k, q and dy: to dq, and to what these queries add to dk and dv. One
task has all queries of a sample, in their order, so that every sum has one order, whatever the number of threads.

A causal task leaves out the blocks of keys that none of its queries sees.
"""

# mypy: disable-error-code="attr-defined, index"
# An annotation such as Lanes says what a kernel does with an array, and nothing of its shape and elements.

from typing import Any

import numpy as np

from tensorcalc.execution.blocks import (
    FUNCTIONS,
    Lanes,
    Stored,
    Written,
    chunks,
    empty,
    larger,
    largest,
    length,
    load,
    parallel,
    spread,
    store,
    total,
    vector_loops,
    zero,
)
from tensorcalc.execution.runtime import ti

from .tiles import ROWS, VECTORS, Inlined, panels, product, room, transposed_product, whole, width

TASKS = 64  # among which the rows are shared; no sum depends on it
QUERIES = 64  # whose weights lie in scratch memory at a time, backward
exp, log = FUNCTIONS["exp"], FUNCTIONS["log"]


@Inlined
def add(sums, x: Any, b, n, place):
    """x[b, n, ...] += sums, where x has that row."""
    if n < x.shape[1]:
        store(load(x, b, n, place) + sums, x, b, n, place)


@Inlined
def add_seen(sums: Any, x: Any, b, i, a: Any, p, c, begin, end):
    """Products over begin ≤ k < end as in `product`, of which row r sees the first r: what it does not may be NaN."""
    for k in range(begin, end):
        row = ti.static([load(a, p, k, c * VECTORS + j) for j in range(VECTORS)])
        for r in ti.static(range(ROWS)):
            if k < begin + r:
                for j in ti.static(range(VECTORS)):
                    sums[r][j] += x[b, i + r, k] * row[j]


@Inlined
def add_seeing(sums: Any, x: Any, b, i, a: Any, c, shift, begin, end):
    """Products over begin ≤ k < end as in `transposed_product`, for the rows i + r ≤ k."""
    for k in range(begin, end):
        row = ti.static([load(a, b, k, c * VECTORS + j) for j in range(VECTORS)])
        for r in ti.static(range(ROWS)):
            if i + r <= k:
                for j in ti.static(range(VECTORS)):
                    sums[r][j] += x[b, k - shift, i + r] * row[j]


@vector_loops
def attention_forward_vectors(
    q, keys: Lanes, v: Lanes, scale: float, causal: int, count: int, unseen: float,
    scores: Written, weights: Stored, z: Stored, y: Written, logz: Stored,
):  # fmt: skip
    tiles = q.shape[1] // ROWS
    share = (q.shape[0] * tiles + z.shape[0] - 1) // z.shape[0]
    parallel()
    for t in range(z.shape[0] * spread()):
        if t % spread() == 0:
            task = t // spread()
            for n in range(task * share, ti.min((task + 1) * share, q.shape[0] * tiles)):
                b = n // tiles
                i = n % tiles * ROWS
                seen = ti.select(causal == 1, ti.min(i + ROWS, count), count)
                by_all = ti.select(causal == 1, ti.min(i + 1, count), count)  # keys that each of the four sees
                blocks = (seen + length(keys) - 1) // length(keys)
                for p in range(blocks):
                    s = product(q, b, i, keys, b * (keys.shape[0] // q.shape[0]) + p, 0, q.shape[2])
                    for r in ti.static(range(ROWS)):
                        for j in ti.static(range(VECTORS)):
                            store(scale * s[r][j], scores, task, r, p * VECTORS + j)
                for r in range(ROWS):
                    for m in range(ti.select(causal == 1, ti.min(i + r + 1, count), count), blocks * length(keys)):
                        weights[task, r, m] = unseen
                    best = load(scores, task, r, 0)
                    for h in range(1, blocks * VECTORS):
                        best = larger(best, load(scores, task, r, h))
                    top = largest(best)
                    sums = zero()
                    for h in range(blocks * VECTORS):
                        weight = exp(load(scores, task, r, h) - top)
                        sums += weight
                        store(weight, scores, task, r, h)
                    z[task, r] = total(sums)
                    logz[b, i + r] = log(total(sums)) + top
                for c in range(chunks(v) // VECTORS):
                    means = product(weights, task, 0, v, b, c, by_all)
                    add_seen(means, weights, task, 0, v, b, c, by_all, seen)
                    for r in ti.static(range(ROWS)):
                        for j in ti.static(range(VECTORS)):
                            store(means[r][j] / z[task, r], y, b, i + r, c * VECTORS + j)


@vector_loops
def attention_backward_vectors(
    dy, q, keys: Lanes, values: Lanes, k: Lanes, q_rows: Lanes, dy_rows: Lanes, dot, logz,
    scale: float, causal: int, queries: int, count: int, unseen: float,
    scores: Written, weights: Stored, slopes: Written, ds: Stored, dq: Written, dk: Written, dv: Written,
):  # fmt: skip
    parallel()
    for t in range(q.shape[0] * spread()):
        if t % spread() == 0:
            b = t // spread()
            panel = b * (keys.shape[0] // q.shape[0])
            for block in range((q.shape[1] + weights.shape[1] - 1) // weights.shape[1]):
                first = block * weights.shape[1]
                last = ti.min(first + weights.shape[1], q.shape[1])
                for tile in range((last - first) // ROWS):
                    n = tile * ROWS
                    seen = ti.select(causal == 1, ti.min(first + n + ROWS, count), count)
                    by_all = ti.select(causal == 1, ti.min(first + n + 1, count), count)
                    blocks = (seen + length(keys) - 1) // length(keys)
                    for p in range(blocks):
                        s = product(q, b, first + n, keys, panel + p, 0, q.shape[2])
                        dp = product(dy, b, first + n, values, panel + p, 0, dy.shape[2])
                        for r in ti.static(range(ROWS)):
                            for j in ti.static(range(VECTORS)):
                                store(scale * s[r][j], scores, b, n + r, p * VECTORS + j)
                                store(dp[r][j], slopes, b, n + r, p * VECTORS + j)
                    for r in range(n, n + ROWS):
                        own = ti.select(causal == 1, ti.min(first + r + 1, count), count)
                        for m in range(own, blocks * length(keys)):
                            weights[b, r, m] = unseen
                        for h in range(blocks * VECTORS):
                            weight = exp(load(scores, b, r, h) - logz[b, first + r])
                            store(weight, scores, b, r, h)
                            store(scale * weight * (load(slopes, b, r, h) - dot[b, first + r]), slopes, b, r, h)
                    for c in range(chunks(dq) // VECTORS):
                        sums = product(ds, b, n, k, b, c, by_all)
                        add_seen(sums, ds, b, n, k, b, c, by_all, seen)
                        for r in ti.static(range(ROWS)):
                            for j in ti.static(range(VECTORS)):
                                store(sums[r][j], dq, b, first + n + r, c * VECTORS + j)
                seen = ti.select(causal == 1, ti.min(last, count), count)
                for tile in range((seen + ROWS - 1) // ROWS):
                    m = tile * ROWS
                    end = ti.min(last, queries)
                    begin = ti.select(causal == 1, ti.max(first, m), first)  # those before m do not see m
                    all_see = ti.select(causal == 1, ti.min(ti.max(begin, m + ROWS - 1), end), begin)
                    for c in range(chunks(dk) // VECTORS):
                        sums = transposed_product(ds, b, m, q_rows, c, first, all_see, end)
                        add_seeing(sums, ds, b, m, q_rows, c, first, begin, all_see)
                        for r in ti.static(range(ROWS)):
                            for j in ti.static(range(VECTORS)):
                                add(sums[r][j], dk, b, m + r, c * VECTORS + j)
                    for c in range(chunks(dv) // VECTORS):
                        sums = transposed_product(weights, b, m, dy_rows, c, first, all_see, end)
                        add_seeing(sums, weights, b, m, dy_rows, c, first, begin, all_see)
                        for r in ti.static(range(ROWS)):
                            for j in ti.static(range(VECTORS)):
                                add(sums[r][j], dv, b, m + r, c * VECTORS + j)


def attention_forward_blocks(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, scale: float, causal: int, y: np.ndarray, logz: np.ndarray
) -> None:
    """Write y and log(z)."""
    (B, N, _), (M, E) = q.shape, v.shape[1:]
    queries, keys, values = whole(q, ROWS, 1), panels(k.swapaxes(1, 2)), whole(v, 1, width(v))
    columns = len(keys) // B * width(q)
    tasks = max(1, min(TASKS, k.size // (ROWS * columns)))  # no more scratch memory than the keys take
    scores, z = empty((tasks, ROWS, columns), q.dtype), empty((tasks, ROWS), q.dtype)
    means, logs = room(y, *queries.shape[:2], values.shape[2]), room(logz, *queries.shape[:2])
    numbers = (scale, causal, M, -np.inf)
    attention_forward_vectors(queries, keys, values, *numbers, scores, scores, z, means, logs)
    if means is not y or logs is not logz:
        y[...], logz[...] = means[:, :N, :E], logs[:, :N]


def attention_backward_blocks(
    dy: np.ndarray,
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    y: np.ndarray,
    logz: np.ndarray,
    scale: float,
    causal: int,
    dq: np.ndarray,
    dk: np.ndarray,
    dv: np.ndarray,
) -> None:
    """Write dq, dk and dv."""
    B, M, w = len(q), v.shape[1], width(q)
    keys, values = panels(k.swapaxes(1, 2)), panels(v.swapaxes(1, 2))
    by_number, by_row = [whole(x, ROWS, 1) for x in (dy, q)], [whole(x, 1, w) for x in (k, q, dy)]
    dot, logs = (whole(x[..., None], ROWS, 1)[..., 0] for x in ((dy * y).sum(2), logz))
    rows, columns = by_number[0].shape[1], len(keys) // B * w
    block = max(1, min(QUERIES, rows, k.size // (2 * B * columns)) // ROWS) * ROWS  # scratch memory as above
    scores, slopes = (empty((B, block, columns), q.dtype) for _ in range(2))
    sizes = (rows, by_row[0].shape[2]), by_row[0].shape[1:], (M, by_row[2].shape[2])
    found = [room(x, B, *size) for x, size in zip((dq, dk, dv), sizes, strict=True)]
    found[1][...] = found[2][...] = 0
    attention_backward_vectors(
        *by_number, keys, values, *by_row, dot, logs, scale, causal, q.shape[1], M, -np.inf,
        scores, scores, slopes, slopes, *found,
    )  # fmt: skip
    for x, there in zip((dq, dk, dv), found, strict=True):
        if there is not x:
            x[...] = there[:, : x.shape[1], : x.shape[2]]
