"""A row is proved by the engine and measured by finite differences; neither knows what the row states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import tensorcalc as tc

from ..checking import numerical_jacobian, numerical_vjp
from ..checking.agreement import agree
from .rows import Row

SIZES = (3, 2, 4, 5, 6, 7)
SEEDS = (0, 1)

Arrays = dict[str, Any]
Pairs = Iterator[tuple[Any, Any]]


@dataclass(frozen=True)
class Checked:
    """Whether each equation of a row is proved, and agrees with what is measured on random arrays."""

    proved: bool
    measured: bool

    def __bool__(self) -> bool:
        return self.proved and self.measured

    def __str__(self) -> str:
        said = {"proved": self.proved, "measured": self.measured}
        return ", ".join(word if held else f"not {word}" for word, held in said.items())


def check(row: Row) -> Checked:
    """Prove and measure all that a row says to follow."""
    pairs = _identity if row.is_identity else _solution if row.defines else _gradients
    proved = all(tc.equal(text, *_derived(row, text)) is True for text in row.follows)
    return Checked(proved, all(agree(_floats(a), _floats(b)) for s in SEEDS for a, b in pairs(row, s)))


def _derived(row: Row, text: str) -> tuple[Any, Any]:
    """What the engine derives for the left side of an equation, and the definitions of its names."""
    if row.is_identity:
        return row.statements, None
    output, name, letters = left_side(text)
    if row.defines:
        return tc.implicit(row.statements, row.defines, name, row.inverse, letters).vjp(), None
    f = _function(row)
    return (f.jacobian(output, name) if output else f.vjp(name).closed_form()), f


def _function(row: Row) -> Any:
    return tc.function("\n".join(row.lines))


def left_side(text: str) -> tuple[str, str, str]:
    """Output (none for a gradient of the loss), variable and index letters of ``∂y_ij/∂x_pq`` or ``dl_dx_pq``.

    >>> left_side("∂y_ij/∂x_pq = delta_ip delta_jq"), left_side("dl_dx_p = dl_dy 1_p")
    (('y', 'x', 'ijpq'), ('', 'x', 'p'))
    """
    left = text.partition(" = ")[0]
    if not left.startswith("∂"):
        name, _, letters = left.removeprefix("dl_d").partition("_")
        return "", name, letters
    (output, _, above), (name, _, below) = (part[1:].partition("_") for part in left.split("/"))
    return output, name, above + below


def _gradients(row: Row, seed: int) -> Pairs:
    """Each stated gradient, or Jacobian, on random arrays, and its finite differences."""
    rng, f = np.random.default_rng(seed), _function(row)
    given = {**_arrays(row, f, rng, seed), **row.values}
    upstream = {f"dl_d{name}": rng.normal(size=np.shape(y)) for name, y in _outputs(f, given, row).items()}
    for text in row.follows:
        output, name, _ = left_side(text)
        if output:
            yield _jacobian(text, np.shape(given[name])), numerical_jacobian(lambda v: v, given[name])
            continue
        measured = numerical_vjp(lambda v, n=name: _loss(f, {**given, n: v}, row, upstream), given[name], 1.0)
        yield _stated(row, text, {**given, **upstream}, np.shape(given[name])), measured


def _stated(row: Row, text: str, given: Arrays, shape: tuple[int, ...]) -> Any:
    """The stated gradient, evaluated behind the statements that its names come from."""
    _, name, letters = left_side(text)
    f = tc.function("\n".join([*row.lines, text]), outputs=(f"dl_d{name}",))
    sizes = {letter.upper(): size for letter, size in zip(letters, shape, strict=True)}
    wanted = {*f.inputs, *f.positions}
    return f(**{key: value for key, value in given.items() if key in wanted}, sizes={**row.sizes, **sizes})


def _jacobian(text: str, shape: tuple[int, ...]) -> Any:
    """A Jacobian of the identity map, which takes sizes and no arrays."""
    _, _, letters = left_side(text)
    stated = tc.function(f"j_{letters} = {text.partition(' = ')[2]}")
    return stated(sizes={letter.upper(): size for letter, size in zip(letters, 2 * shape, strict=True)})


def _loss(f: Any, given: Arrays, row: Row, upstream: Arrays) -> Any:
    return sum(np.vdot(upstream[f"dl_d{name}"], y) for name, y in _outputs(f, given, row).items())


def _outputs(f: Any, given: Arrays, row: Row) -> Arrays:
    found = f(**given, sizes=row.sizes)
    return found if isinstance(found, dict) else {f.outputs[0]: found}


def _arrays(row: Row, f: Any, rng: np.random.Generator, seed: int) -> Arrays:
    """An array for each input that has no value yet; every range has a size of its own."""
    axes = {name: f.signature.axes.get(name, ()) for name in f.inputs}
    ranges = dict.fromkeys(size for axis in axes.values() for size in axis)
    sizes = {size: SIZES[(n + seed) % len(SIZES)] for n, size in enumerate(ranges)}
    sizes |= {f.signature.axes[name][0]: len(value) for name, value in row.values.items() if np.ndim(value)}
    shapes = {name: tuple(sizes[size] for size in axis) for name, axis in axes.items()} | dict(row.shapes)
    return {name: _draw(rng, shapes[name], name in row.positive) for name in axes if name not in row.values}


def _draw(rng: np.random.Generator, shape: tuple[int, ...], positive: bool = False) -> Any:
    """Normal numbers that keep their distance from 0, where some functions have a kink."""
    values = rng.normal(size=shape)
    values = values + np.copysign(0.1, values)
    return np.abs(values) + 0.5 if positive else values


def _solution(row: Row, seed: int) -> Pairs:
    """The gradients through what a linear equation defines, ``[i] a_ij x_j = b_i``."""
    rng, size = np.random.default_rng(seed), 3
    matrix, right = re.findall(r"(\w+)_\w+", row.statements)[::2]
    given = {matrix: rng.normal(size=(size, size)) + size * np.eye(size)}
    given[right] = np.eye(size) if right == "delta" else rng.normal(size=size)

    def solved(**changed: Any) -> Any:
        at = {**given, **changed}
        return np.linalg.solve(at[matrix], at[right])

    upstream = rng.normal(size=given[right].shape)
    known = {**given, row.defines: solved(), row.inverse: np.linalg.inv(given[matrix]), f"dl_d{row.defines}": upstream}
    for text in row.follows:
        _, name, _ = left_side(text)
        stated = tc.function(text)
        measured = numerical_vjp(lambda v, n=name: solved(**{n: v}), given[name], upstream)
        yield stated(**{name: known[name] for name in stated.inputs}), measured


def _identity(row: Row, seed: int) -> Pairs:
    """Both sides of an identity on random arrays; a side may be a number or a size."""
    free, _, left = row.statements[1:].partition("] ")
    right = row.follows[0].partition("] ")[2]
    f = tc.function(f"y_{{{free.replace(', ', '')}}} = {left}" if free else f"y = {left}")
    axes = {name: f.signature.axes.get(name, ()) for name in f.inputs}
    sizes = {size: SIZES[n] for n, size in enumerate(dict.fromkeys(s for axis in axes.values() for s in axis))}
    rng = np.random.default_rng(seed)
    arrays = {name: rng.normal(size=[sizes[size] for size in axis]) for name, axis in axes.items()}
    sizes |= row.sizes
    found = f(**arrays, sizes=sizes)
    if right in sizes or right.isdigit():
        yield found, np.full(np.shape(found), sizes[right] if right in sizes else int(right))
        return
    g = tc.function(f"y_{{{free.replace(', ', '')}}} = {right}" if free else f"y = {right}")
    yield found, g(**{name: arrays[name] for name in g.inputs}, sizes=sizes)


def _floats(value: Any) -> np.ndarray:
    return np.asarray(value, float)
