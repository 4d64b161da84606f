"""The raw syntax tree lowered to PyTorch, so that its autograd gives the gradients; read as ``loops`` reads it.

Every expression becomes a tensor with one axis for each letter that has a value where it stands; a letter that the
expression does not show has an axis of length 1. Components are gathered by the positions of their indices.
"""

from __future__ import annotations

from functools import reduce

import pytest

from tensorcalc.notation import syntax as s
from tests.oracle import loops

torch = pytest.importorskip("torch", reason="PyTorch is not installed; it is an oracle of the tests only")
torch.set_num_threads(1)
FLOAT = torch.float64
NAMES = ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "abs", "erf")
FUNCTIONS = {name: getattr(torch, name) for name in NAMES}
Axes = tuple[str, ...]  # the letters, outermost first; of two of one name the inner one counts


class Lowering:
    """One statement: values of expressions at all positions of their letters at once."""

    def __init__(self, arrays: dict, constants: dict, length: dict[str, int], sizes: dict) -> None:
        self.arrays, self.constants, self.length, self.sizes = arrays, constants, length, sizes

    def table(self, node, axes: Axes) -> torch.Tensor:
        return torch.broadcast_to(self.value(node, axes), [self.length[letter] for letter in axes])

    def value(self, node, axes: Axes) -> torch.Tensor:
        return sum(self.term(term, axes) for term in loops.terms(node))

    def term(self, node, axes: Axes) -> torch.Tensor:
        bound = tuple(loops.bound_here(node, axes))
        inner = (*axes, *bound)
        factors = [
            self.factor(part, inner) if n > 0 else 1 / self.value(part, inner) for part, n in loops.factors(node)
        ]
        return self.summed(reduce(torch.mul, factors), bound)

    def summed(self, product: torch.Tensor, bound: Axes) -> torch.Tensor:
        """The sum over the last axes, also where the product does not depend on them."""
        if not bound:
            return product
        kept = product.shape[: product.ndim - len(bound)]
        full = torch.broadcast_to(product, (*kept, *(self.length[letter] for letter in bound)))
        return full.sum(tuple(range(len(kept), product.ndim)))

    def factor(self, node, axes: Axes) -> torch.Tensor:
        match node:
            case s.Number(value=value):
                return self.number(value, axes)
            case s.Size(name=name):
                return self.number(self.sizes.get(name) or self.length[name.lower()], axes)
            case s.Ones():
                return self.number(1, axes)
            case s.Delta(indices=(first, second)):
                return (self.position(first, axes) == self.position(second, axes)).to(FLOAT)
            case s.Tensor():
                return self.component(node, axes)
            case s.Power(base=base, exponent=exponent):
                n = loops.constant(exponent)
                return self.value(base, axes) ** (int(n) if n.denominator == 1 else float(n))
            case s.Call(function=name, argument=argument):
                return FUNCTIONS[name](self.value(argument, axes))
            case s.Summation(letters=letters, body=body):
                bound = tuple(letter.name for letter in letters)
                return self.summed(self.value(body, (*axes, *bound)), bound)
        return self.value(node, axes)  # a sum in brackets

    def number(self, value, axes: Axes) -> torch.Tensor:
        return torch.full([1] * len(axes), float(value), dtype=FLOAT)

    def component(self, tensor: s.Tensor, axes: Axes) -> torch.Tensor:
        """Gathered; 0 outside the range."""
        array = self.arrays[tensor.name]
        if not tensor.indices:
            return array.reshape([1] * len(axes))
        at = [self.position(index, axes) for index in tensor.indices]
        inside = reduce(torch.logical_and, [(p >= 0) & (p < n) for p, n in zip(at, array.shape, strict=True)])
        read = array[tuple(p.clamp(0, n - 1) for p, n in zip(at, array.shape, strict=True))]
        return torch.where(inside, read, torch.zeros((), dtype=FLOAT))

    def position(self, index, axes: Axes) -> torch.Tensor:
        match index:
            case s.Letter(name=name):
                own = len(axes) - 1 - axes[::-1].index(name)
                return torch.arange(self.length[name]).reshape([-1 if k == own else 1 for k in range(len(axes))])
            case s.Affine(terms=parts, offset=offset):
                return offset + sum(n * self.position(letter, axes) for n, letter in parts)
            case s.Fixed(value=value):
                return torch.full([1] * len(axes), value)
            case s.Constant(name=name):
                return torch.full([1] * len(axes), self.constants[name])
            case s.Valued(name=name, indices=inner):
                return torch.tensor(self.constants[name])[tuple(self.position(one, axes) for one in inner)]
        raise TypeError(index)


def gradients(sample, upstream: dict) -> dict[str, torch.Tensor]:
    """∂l/∂x for every input x, where l = Σ ∂l/∂y · y over the outputs that have an upstream gradient."""
    leaves = {name: torch.tensor(value, dtype=FLOAT, requires_grad=True) for name, value in sample.inputs.items()}
    values = run(sample.program, leaves, sample.constants, sample.sizes)
    loss = sum((values[name] * torch.tensor(weight, dtype=FLOAT)).sum() for name, weight in upstream.items())
    if loss.requires_grad:
        loss.backward()
    return {name: torch.zeros_like(x) if x.grad is None else x.grad for name, x in leaves.items()}


def run(program: s.Program, arrays: dict, constants: dict, sizes: dict) -> dict[str, torch.Tensor]:
    """Every tensor of a program, the arrays given included."""
    known = dict(arrays)
    for statement in program.statements:
        shapes = {name: tuple(array.shape) for name, array in known.items()}
        shapes |= {name: loops.shape_of(value) for name, value in constants.items()}
        lowering = Lowering(known, constants, loops.lengths(statement, shapes, sizes), sizes)
        letters = tuple(index.name for index in statement.left.indices)
        known[statement.left.name] = lowering.table(statement.right, letters)
    return known
