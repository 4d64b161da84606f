"""Expressions on arrays: each product is one einsum, whose order NumPy chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import erf, pi, sqrt
from typing import NamedTuple

import numpy as np

from ..calculus.function import SymbolicFunction
from ..notation.errors import NotationError
from ..notation.expression import Affine, Base, Delta, Deriv, Expr, Fn, Idx, Looked, One, Paren, Size, Slot, Sym, Term
from ..notation.syntax import Constant, Fixed
from .sizes import as_number

MAX_LETTERS = 52

Operand = tuple[np.ndarray, tuple[Idx, ...]]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1/(1 + exp(−x)), without overflow on either side."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


FORMULAS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "abs": np.abs,
    "sign": np.sign,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0),
    "step": lambda x: (x > 0).astype(x.dtype),  # 0 at 0, the convention for the derivative of relu
    "erf": lambda x: np.vectorize(erf, otypes=[x.dtype])(x) if x.size else x,
    "erf'": lambda x: x.dtype.type(2 / sqrt(pi)) * np.exp(-x * x),
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x / 2 * (1 + FORMULAS["erf"](x / np.sqrt(x.dtype.type(2)))),
}


def run(
    function: SymbolicFunction, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int]
) -> dict[str, np.ndarray]:
    """Every statement that an output needs, in order."""
    values = dict(arrays)
    needed = _needed(function)
    dtype = np.result_type(*([a.dtype for a in arrays.values() if a.dtype.kind == "f"] or [np.dtype(np.float64)]))
    for name, line in function.definitions.items():
        if name in needed:
            values[name] = Evaluator(values, sizes, dtype).whole(line.right, line.free)
    return values


def _needed(function: SymbolicFunction) -> set[str]:
    from ..calculus.function import tensors

    needed, todo = set[str](), list(function.outputs)
    while todo:
        name = todo.pop()
        if name in function.definitions and name not in needed:
            needed.add(name)
            todo += tensors(function.definitions[name].right)
    return needed


class Evaluator:
    """Values of expressions as arrays with one axis for each letter."""

    def __init__(self, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int], dtype: np.dtype) -> None:
        self.arrays, self.sizes, self.dtype = arrays, sizes, dtype

    def whole(self, expr: Expr, axes: tuple[Idx, ...]) -> np.ndarray:
        """The array of a side of an equation, of full shape."""
        shape = tuple(self.sizes[idx.range] for idx in axes)
        value = self.sum(expr, axes)
        if value.shape == shape and value.flags.owndata and value.flags.c_contiguous and value.dtype == self.dtype:
            return value
        return np.array(np.broadcast_to(value, shape), self.dtype, order="C")  # never the caller's own memory

    def sum(self, expr: Expr, axes: tuple[Idx, ...]) -> np.ndarray:
        """Axes in the order asked for; one that a term lacks has length 1."""
        total = np.zeros((1,) * len(axes), self.dtype)
        for k, term in enumerate(expr.terms):
            value = self.term(term, axes)
            total = value if k == 0 else total + value
        return total

    def term(self, term: Term, axes: tuple[Idx, ...]) -> np.ndarray:
        """One einsum; a dummy that no operand has counts its range."""
        pick = picking(term)
        operands: list[Operand] = []
        scale: int | float = as_number(term.coef)
        for base, exponent in term.factors:
            if isinstance(base, Size):
                with np.errstate(divide="ignore"):  # the mean of nothing is NaN
                    scale = scale * float(np.float64(self.sizes[base.range]) ** as_number(exponent))
            elif not isinstance(base, One) and not (pick and base is pick.delta):
                operands.append(self.factor(base, exponent))
        present = {idx for _, letters in operands for idx in letters}
        for idx in term.bound:
            scale = scale if idx in present else scale * self.sizes[idx.range]
        kept = tuple(idx for idx in axes if idx in present or (pick and idx == pick.letter))
        value = self.picked(pick.letter, pick.place, operands, kept) if pick else self.contract(operands, kept)
        value = value if scale == 1 else value * self.dtype.type(scale)
        return value.reshape([self.sizes[idx.range] if idx in kept else 1 for idx in axes])

    def picked(self, letter: Idx, place: Looked, operands: list[Operand], axes: tuple[Idx, ...]) -> np.ndarray:
        """The sum of delta_{p,I_n} a_n over n: each a_n is added to the component that I_n picks, in the order of n.

        Where I_n is no value of p, delta is 0.
        """
        there, rest = place.slots, tuple(idx for idx in axes if idx != letter)
        parts = self.contract(operands, (*there, *rest))  # type: ignore[arg-type]
        places, count = self.place(place, there), self.sizes[letter.range]  # type: ignore[arg-type]
        inside = (places >= 0) & (places < count)
        total = np.zeros((count, *parts.shape[len(there) :]), parts.dtype)
        np.add.at(total, places[inside], parts[inside])
        return np.moveaxis(total, 0, axes.index(letter))

    def contract(self, operands: list[Operand], kept: tuple[Idx, ...]) -> np.ndarray:
        if not operands:
            return np.ones((), self.dtype)
        number = {idx: k for k, idx in enumerate(dict.fromkeys(i for _, letters in operands for i in letters))}
        if len(number) > MAX_LETTERS:
            raise NotationError("limit", f"{len(number)} indices in one product")
        args: list = []
        for array, letters in operands:
            args += [array, [number[idx] for idx in letters]]
        return np.einsum(
            *args, [number[idx] for idx in kept], optimize="greedy" if len(operands) > 2 else len(operands) == 2
        )

    # ------------------------------------------------------------ factors

    def factor(self, base: Base, exponent: Fraction) -> Operand:
        array, letters = self.base(base)
        return power(array, exponent), letters

    def base(self, base: Base) -> Operand:
        match base:
            case Sym(name, slots):
                return self.gather(self.arrays[name], name, slots)
            case Delta(left, right):
                return self.equal(left, right)
            case Paren(body):
                return self.inner(body)
            case Fn(name, arg, primes):
                called = name + "'" * primes
                if called not in FORMULAS:
                    raise NotationError("no-value", f"{called} has no formula")
                array, letters = self.inner(arg)
                return FORMULAS[called](array), letters
            case Deriv():
                raise NotationError("not-executable", "a derivative that is not worked out has no value")
        raise TypeError(base)

    def inner(self, expr: Expr) -> Operand:
        letters = tuple(sorted(expr.letters, key=lambda idx: (idx.name, idx.uid)))
        return self.whole(expr, letters), letters

    # ------------------------------------------------------------ indices

    def gather(self, array: np.ndarray, name: str, slots: tuple[Slot, ...]) -> Operand:
        """Components of an array; 0 where an affine index leads outside."""
        if all(isinstance(slot, Idx) for slot in slots):
            return array, slots  # type: ignore[return-value]
        letters = tuple(dict.fromkeys(idx for slot in slots for idx in _letters(slot)))
        where: list[np.ndarray] = []
        inside = np.ones((), bool)
        for axis, slot in enumerate(slots):
            place = self.place(slot, letters)
            size = array.shape[axis]
            if isinstance(slot, Affine):
                inside = inside & (place >= 0) & (place < size)
                place = np.clip(place, 0, max(size - 1, 0))
            elif not isinstance(slot, Idx) and place.size and not (place.min() >= 0 and place.max() < size):
                raise NotationError("index-value", f"an index of {name} is outside 0 … {size - 1} (axis {axis})")
            where.append(place)
        shape = tuple(self.sizes[idx.range] for idx in letters)
        if 0 in array.shape:
            return np.zeros(shape, array.dtype), letters
        value = np.where(inside, array[tuple(np.broadcast_arrays(*where))], array.dtype.type(0))
        return np.broadcast_to(value, shape), letters

    def equal(self, left: Slot, right: Slot) -> Operand:
        letters = tuple(dict.fromkeys((*_letters(left), *_letters(right))))
        same = self.place(left, letters) == self.place(right, letters)
        shape = tuple(self.sizes[idx.range] for idx in letters)
        return np.broadcast_to(same, shape).astype(self.dtype), letters

    def place(self, slot: Slot, letters: tuple[Idx, ...]) -> np.ndarray:
        """The positions a slot reads, over the letters given."""
        match slot:
            case Idx():
                shape = [self.sizes[idx.range] if idx == slot else 1 for idx in letters]
                return np.arange(self.sizes[slot.range]).reshape(shape)
            case Affine(terms, offset):
                return sum((n * self.place(idx, letters) for n, idx in terms), np.array(offset))
            case Fixed(value):
                return np.array(value)
            case Constant(name):
                return self.arrays[name]
            case Looked(name, slots):
                array, own = self.gather(self.arrays[name], name, slots)
                kept = [idx for idx in letters if idx in own]
                array = np.einsum(array, [own.index(i) for i in own], [own.index(i) for i in kept])
                return array.reshape([self.sizes[idx.range] if idx in own else 1 for idx in letters])
        raise TypeError(slot)


class Pick(NamedTuple):
    """A factor delta_{p,I_n}: its letter p, and the place I_n."""

    delta: Delta
    letter: Idx
    place: Looked


def picking(term: Term) -> Pick | None:
    """The factor delta_{p,I_n} of a term that is summed over n, where nothing else knows of p.

    As an array it would hold a number for each pair of p and n, of which one for each n is not 0.
    """
    for base, exponent in term.factors:
        if isinstance(base, Delta) and exponent == 1:
            letter, place = sorted(base.slots, key=lambda slot: isinstance(slot, Looked))
            if isinstance(letter, Idx) and isinstance(place, Looked):
                others = [one for one, _ in term.factors if one is not base and not isinstance(one, One)]
                known = set[Idx]().union(*(one.letters for one in others))
                summed = {idx for idx in place.slots if idx in known and idx in term.bound}
                if letter not in known | set(term.bound) and len(summed) == len(place.slots):
                    return Pick(base, letter, place)
    return None


def power(array: np.ndarray, exponent: Fraction) -> np.ndarray:
    """The array to an exact power; a divisor is a division."""
    if exponent == 1:
        return array
    if exponent == Fraction(1, 2):
        return np.sqrt(array)
    return array ** as_number(exponent) if exponent > 0 else 1 / array ** as_number(-exponent)


def _letters(slot: Slot) -> tuple[Idx, ...]:
    match slot:
        case Idx():
            return (slot,)
        case Affine(terms):
            return tuple(idx for _, idx in terms)
        case Looked(slots=slots):
            return tuple(idx for one in slots for idx in _letters(one))
    return ()
