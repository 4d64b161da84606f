"""The steps of a plan on NumPy alone, where nothing compiles: the same stable forms, the same arrays in between."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from ..execution.einsum import FORMULAS, Evaluator, Operand, power
from ..execution.sizes import as_number
from ..notation.expression import Idx, Slot
from . import nodes as n
from .nodes import Node
from .planning import Plan, Product

STABLE = {"log1p": np.log1p, "expm1": np.expm1}  # what the stability rules bring


def run(plan: Plan, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int], dtype: np.dtype) -> dict:
    """Every array that the steps write."""
    values = dict(arrays)
    for step in plan.steps:
        for task in [step] if isinstance(step, Product) else step.tasks:
            evaluator = NodeEvaluator(values, sizes, dtype)
            value = evaluator.product(task) if isinstance(task, Product) else evaluator.value(task.value)
            shape = tuple(sizes[idx.range] for idx in task.axes)
            values[task.target] = np.array(np.broadcast_to(laid(value, task.axes), shape), dtype, order="C")
    return values


class NodeEvaluator(Evaluator):
    """Values of nodes as arrays with one axis for each letter."""

    def __init__(self, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int], dtype: np.dtype) -> None:
        super().__init__(arrays, sizes, dtype)
        self.known: dict[Node, Operand] = {}

    def product(self, step: Product) -> Operand:
        coef, _ = self.value(step.coef)
        operands = [self.value(one) for one in step.operands]
        if not step.delta:
            return coef * self.contract(operands, step.axes), step.axes
        letter, place, _ = step.picked()
        return coef * self.picked(letter, place, operands, step.axes), step.axes

    def value(self, node: Node) -> Operand:
        if node not in self.known:
            self.known[node] = self.worked_out(node)
        return self.known[node]

    def worked_out(self, node: Node) -> Operand:
        match node:
            case n.Number(value):
                return self.number(as_number(value))
            case n.SizeOf(name):
                return self.number(self.sizes[name])
            case n.Load(tensor, places):
                return self.gather(self.arrays[tensor], tensor, places)
            case n.Same(left, right):
                return self.equal(left, right)
            case n.Inside(conditions, body):
                return self.masked(conditions, node, body)
            case n.Call(name, arg):
                array, letters = self.value(arg)
                return (STABLE.get(name) or FORMULAS[name])(array), letters
            case n.Add(terms):
                letters = ordered(node.letters)
                return sum(laid(self.value(term), letters) for term in terms), letters  # type: ignore[return-value]
            case n.Mul(coef, factors):
                return self.multiplied(coef, factors, ordered(node.letters))
            case n.Reduce("sum", bound, body):
                return self.summed(bound, body, ordered(node.letters))
            case n.Reduce("max", bound, body):
                return self.largest(bound, body, ordered(node.letters))
        raise TypeError(node)

    def number(self, value: float) -> Operand:
        return np.asarray(value, self.dtype), ()

    def masked(self, conditions: tuple[tuple[Slot, str], ...], node: Node, body: Node) -> Operand:
        letters = ordered(node.letters)
        places = [(self.place(slot, letters), self.sizes[name]) for slot, name in conditions]
        inside = np.logical_and.reduce(np.broadcast_arrays(*[(place >= 0) & (place < size) for place, size in places]))
        return np.where(inside, laid(self.value(body), letters), self.dtype.type(0)), letters

    def powers(self, factors: tuple[tuple[Node, Fraction], ...]) -> list[Operand]:
        return [
            (power(array, exponent), letters) for node, exponent in factors for array, letters in [self.value(node)]
        ]

    def multiplied(self, coef: Fraction, factors: tuple, letters: tuple[Idx, ...]) -> Operand:
        result = np.asarray(as_number(coef), self.dtype).reshape((1,) * len(letters))
        for operand in self.powers(factors):
            result = result * laid(operand, letters)
        return result, letters

    def summed(self, bound: tuple[Idx, ...], body: Node, kept: tuple[Idx, ...]) -> Operand:
        """One einsum; a bound letter that the body lacks counts its range."""
        factors, coef = (body.factors, body.coef) if isinstance(body, n.Mul) else (((body, Fraction(1)),), Fraction(1))
        scale = as_number(coef)
        for idx in bound:
            scale = scale if idx in body.letters else scale * self.sizes[idx.range]
        operands = self.powers(factors)
        return self.contract(operands, kept) * self.dtype.type(scale), kept

    def largest(self, bound: tuple[Idx, ...], body: Node, kept: tuple[Idx, ...]) -> Operand:
        """The largest value, NaN counting as absent; 0 where that is infinite, as the kernels have it."""
        array = laid(self.value(body), (*kept, *bound))
        found = np.fmax.reduce(array, axis=tuple(range(len(kept), array.ndim)), initial=-np.inf)
        return np.where(np.isfinite(found), found, self.dtype.type(0)), kept


def ordered(letters: frozenset[Idx]) -> tuple[Idx, ...]:
    return tuple(sorted(letters, key=lambda idx: (idx.name, idx.uid)))


def laid(operand: Operand, letters: tuple[Idx, ...]) -> np.ndarray:
    """The array with its axes in the order of the letters: the diagonal of x_ii, length 1 where it lacks a letter."""
    array, own = operand
    kept = [idx for idx in letters if idx in own]
    moved = np.einsum(array, [own.index(idx) for idx in own], [own.index(idx) for idx in kept])
    sizes = iter(moved.shape)
    return moved.reshape([next(sizes) if idx in own else 1 for idx in letters])
