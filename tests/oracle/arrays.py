"""Arrays for a given program: shapes from its letters, values positive and different from each other."""

from __future__ import annotations

import random
from fractions import Fraction

from tensorcalc.notation import syntax as s

AFFINE, CONSTANT = 7, 1  # the length of an axis read by an affine index, the position of every constant


def lengths_of_axes(program: s.Program) -> dict:
    """(statement, letter) and (tensor, axis) -> length; what must be equal is, and what need not be mostly is not."""
    parent: dict = {}

    def find(key):
        parent.setdefault(key, key)
        while parent[key] != key:
            key = parent[key]
        return key

    for n, statement in enumerate(program.statements):
        for node in (*s.walk(statement.left), *s.walk(statement.right)):
            for one, two in pairs(node, n):
                parent[find(one)] = find(two)
    roots = list(dict.fromkeys(find(key) for key in list(parent)))
    return {key: 2 + roots.index(find(key)) % 2 for key in parent}


def pairs(node, statement: int):
    """The keys that must be equally long because of one node."""
    if isinstance(node, s.Tensor):
        yield from axes(node.name, node.indices, statement)
        for index in node.indices:
            if isinstance(index, s.Valued):
                yield from axes(index.name, index.indices, statement)
    if isinstance(node, s.Delta) and all(isinstance(index, s.Letter) for index in node.indices):
        yield tuple((statement, index.name) for index in node.indices)
    if isinstance(node, (s.Ones, s.Delta)):
        yield from (((statement, one.name),) * 2 for index in node.indices for one in s.letters_of(index))


def axes(name: str, indices, statement: int):
    for k, index in enumerate(indices):
        if isinstance(index, s.Letter):
            yield (name, k), (statement, index.name)


def example(program: s.Program, seed: int = 0) -> tuple[dict, dict, dict]:
    """Inputs, constants and sizes with which every statement of the program can be computed."""
    rng, lengths = random.Random(seed), lengths_of_axes(program)
    defined = {one.left.name for one in program.statements if isinstance(one.left, s.Tensor) and one.free is None}
    inputs: dict = {}
    constants: dict = {}
    for statement in program.statements:
        for node in (*s.walk(statement.left), *s.walk(statement.right)):
            if isinstance(node, s.Tensor) and node.name not in defined:
                shape = [axis_length(node.name, k, index, lengths) for k, index in enumerate(node.indices)]
                inputs.setdefault(node.name, filled(shape, lambda: Fraction(rng.randint(5, 40), 16)))
            for index in getattr(node, "indices", ()):
                if isinstance(index, s.Constant):
                    constants[index.name] = CONSTANT
                if isinstance(index, s.Valued):
                    shape = [axis_length(index.name, k, one, lengths) for k, one in enumerate(index.indices)]
                    constants.setdefault(index.name, filled(shape, lambda: rng.randint(0, 1)))
    return inputs, constants, {key[1].upper(): n for key, n in lengths.items() if isinstance(key[0], int)}


def axis_length(name: str, axis: int, index, lengths: dict) -> int:
    return lengths.get((name, axis), AFFINE if isinstance(index, s.Affine) else 2)


def filled(shape: list[int], value):
    return [filled(shape[1:], value) for _ in range(shape[0])] if shape else value()
