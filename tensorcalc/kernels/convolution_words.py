"""The words of blocked convolutions: several vectors in registers, runs of numbers moved, bands of x with zeros around.

Taichi counts in 32 bits and the compiler in 64. Where it cannot tell that i + 3 does not overflow, it computes the
address of x[i + 3] apart from that of x[i]. `i & PLACE` tells it.
"""

import functools
from collections.abc import Callable
from typing import Any

from tensorcalc.execution import runtime
from tensorcalc.execution.blocks.lanes import Setting, lanes, store, vector

PLACE = 2**30 - 1  # the largest place in an array that these loops read
RUN = 8  # numbers moved at once


@Setting
def copies(value: Any, count: int) -> list[Any]:
    """So many variables, each of which starts with the value."""
    return [runtime.taichi().lang.impl.expr_init(value) for _ in range(count)]


@Setting
def move(x: Any, i: Any, step: int, y: Any, j: Any) -> None:
    """y[j + n] = x[i + step n] for n < RUN. All is read before anything is written, so that no number waits."""
    for n, number in enumerate([_number(x, i + step * n) for n in range(RUN)]):
        _component(y, j + n)._assign(number)


@Setting
def across(x: Any, start: Any, step: Any, first: Any, last: Any) -> Any:
    """The vector whose lane l is x[start + step k] for k = min(first + l, last)."""
    ti, count = runtime.taichi(), lanes._settle()
    found = [_number(x, start + step * ti.min(first + n, last)) for n in range(count)]
    return vector._settle(*found) if count > 1 else found[0]


@Setting
def consecutive(x: Any, start: Any) -> Any:
    """The vector of x[start], x[start + 1], …, wherever it lies."""
    count = lanes._settle()
    found = [_number(x, start + n) for n in range(count)]
    return vector._settle(*found) if count > 1 else found[0]


def _component(x: Any, i: Any) -> Any:
    impl = runtime.taichi().lang.impl
    return impl.subscript(impl.get_runtime().compiling_callable.ast_builder(), x, i)


def _number(x: Any, i: Any) -> Any:
    return runtime.taichi().lang.impl.expr_init(_component(x, i))


@functools.cache
def row_storer() -> Callable[..., Any]:
    """A function of kernels: y[to + j] = x[start + step j] for j < count."""
    ti = runtime.taichi()

    def store_row(x, start, step, y, to, count):
        for run in range(count // RUN):
            move(x, (start + run * RUN * step) & PLACE, step, y, (to + run * RUN) & PLACE)
        for j in range(count // RUN * RUN, count):
            y[to + j] = x[start + step * j]

    store_row.__annotations__ = {"x": ti.template(), "step": ti.template(), "y": ti.template()}
    return ti.func(store_row)


@functools.cache
def band_filler() -> Callable[..., Any]:
    """A function of kernels: band_{i,c,j+shift} = x_{c,first+i,j-v} for some channels c of x, and 0 outside of x.

    The shift, which it returns, brings the first number of x in a row to where a vector may begin, if there is room.
    """
    ti, store_row = runtime.taichi(), row_storer()

    def fill_band(x, channel, channels, H, W, first, height, v, band, vectors, start, width, room):
        low = ti.min(ti.max(v, 0), width)  # the first and the last place of a row that lie in x
        high = ti.max(ti.min(W + v, width), low)
        roomy = room > width
        shift = (room - low) % lanes() if roomy else 0
        for c in range(channels):
            for i in range(height):
                to = start + (i * channels + c) * room + shift
                within = first + i >= 0 and first + i < H
                begin = low if within else width
                whole = (high - low) // lanes() if within and roomy else 0
                end = high if within else width
                for j in range(begin):
                    band[to + j] = 0.0
                source = ((channel + c) * H + first + i) * W - v + begin
                for k in range(whole):
                    store(consecutive(x, (source + k * lanes()) & PLACE), vectors, (to + begin) // lanes() + k)
                done = whole * lanes()
                store_row(x, source + done, 1, band, to + begin + done, end - begin - done)
                for j in range(end, width):
                    band[to + j] = 0.0
        return shift

    fill_band.__annotations__ = {"x": ti.template(), "band": ti.template(), "vectors": ti.template()}
    return ti.func(fill_band)
