"""The loop nest: what a program means, component by component, read from the raw syntax tree alone.

The reading, in full:

1. The free indices of a statement are the letters of its left side, or of the list before it. Nothing is counted.
2. A term is split into factors: products, numerators, signs and brackets around anything but a sum are opened.
   What is not opened is a factor: a tensor, a delta, a one-tensor (atoms); a bracketed sum, a denominator, a power,
   a function, a written-out sum (compounds).
3. A letter that has no value yet is summed over the whole term when it stands in two factors or more, or in an atom.
   (In one atom it must stand twice.) When it stands in one compound only, it is left alone: the compound is read by the
   same rule, each of its additive terms for itself.
4. A written-out sum gives values to its letters, whatever they mean outside.
5. A tensor read outside its range is 0. A range has the length of the axes its letter stands on; a delta makes its two
   letters equally long; a letter known from affine indices only takes the most values for which all reads are inside.

Every component is computed by nested loops over Python numbers. Legality is not judged here, see ``legal``.
"""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction

from tensorcalc.notation import syntax as s
from tests.oracle.numbers import FLOAT


class Unreadable(Exception):
    """No value: an index that is summed occurs once, or a length is unknown."""


ATOMS = (s.Tensor, s.Delta, s.Ones)


# ---------------------------------------------------------------- letters


def shown(node) -> Counter:
    """How often each letter stands in an expression, letters of written-out sums left out."""
    match node:
        case s.Tensor(indices=indices) | s.Delta(indices=indices) | s.Ones(indices=indices):
            return Counter(letter.name for index in indices for letter in s.letters_of(index))
        case s.Summation(letters=bound, body=body):
            inner = shown(body)
            for letter in bound:
                inner.pop(letter.name, None)
            return inner
        case s.Power(base=base):
            return shown(base)
    return sum((shown(child) for child in s.children(node)), Counter())


def open_brackets(node):
    while isinstance(node, s.Group):
        node = node.body
    return node


def factors(node) -> list[tuple[object, int]]:
    """The factors of a term with the exponent 1, or -1 for a denominator."""
    node = open_brackets(node)
    match node:
        case s.Product(factors=parts):
            return [one for part in parts for one in factors(part)]
        case s.Negate(operand=operand):
            return [(s.Number(Fraction(-1)), 1), *factors(operand)]
        case s.Quotient(numerator=top, denominator=bottom):
            return [*factors(top), (open_brackets(bottom), -1)]
    return [(node, 1)]


def is_atom(factor, exponent: int) -> bool:
    return exponent == 1 and isinstance(factor, ATOMS)


def bound_here(node, known) -> list[str]:
    """The letters summed over this whole term; ``known`` are those that have a value already."""
    places: dict[str, list] = {}
    for factor, exponent in factors(node):
        for letter, times in shown(factor).items():
            if letter not in known:
                places.setdefault(letter, []).append((is_atom(factor, exponent), times))
    for letter, found in places.items():
        if found == [(True, 1)]:
            raise Unreadable(f"{letter} occurs once")
    return [letter for letter, found in places.items() if len(found) > 1 or found[0][0]]


def terms(node) -> tuple:
    node = open_brackets(node)
    return node.terms if isinstance(node, s.Sum) else (node,)


# ---------------------------------------------------------------- lengths


def equal_letters(nodes) -> dict[str, set[str]]:
    """Letters that a delta makes equally long."""
    groups: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, s.Delta) and all(isinstance(index, s.Letter) for index in node.indices):
            merged = set().union(*(groups.get(index.name, {index.name}) for index in node.indices))
            groups.update(dict.fromkeys(merged, merged))
    return groups


def on_axes(indices, shape):
    """The letters that stand alone on an axis, each with the length of that axis."""
    if len(indices) != len(shape):
        raise Unreadable("another order")
    return [(index.name, n) for index, n in zip(indices, shape, strict=True) if isinstance(index, s.Letter)]


def agree(known: dict[str, int], found) -> None:
    for letter, length in found:
        if known.setdefault(letter, length) != length:
            raise Unreadable(f"{letter} has two lengths")


def lengths(statement: s.Statement, shapes: dict[str, tuple], sizes: dict[str, int]) -> dict[str, int]:
    """The length of the range of every letter of a statement."""
    nodes = [*s.walk(statement.left), *s.walk(statement.right)]
    known: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, s.Tensor) and node.name in shapes:
            agree(known, on_axes(node.indices, shapes[node.name]))
        for index in getattr(node, "indices", ()):
            if isinstance(index, s.Valued):
                agree(known, on_axes(index.indices, shapes[index.name]))
    for letter, group in equal_letters(nodes).items():
        for other in group & set(known):
            agree(known, {letter: known[other]}.items())
    letters = set(shown(statement.left) + shown(statement.right)) | {
        letter.name for node in nodes if isinstance(node, s.Summation) for letter in node.letters
    }
    for letter in letters:
        if letter not in known and letter.upper() in sizes:
            known[letter] = sizes[letter.upper()]
    for letter in sorted(letters - set(known)):
        known[letter] = affine_length(letter, nodes, shapes, known)
    return known


def affine_length(letter: str, nodes, shapes, known) -> int:
    """The most values of a letter for which every affine read that shows it stays inside (no coefficient negative)."""
    limits = []
    for node in nodes:
        if isinstance(node, s.Tensor) and node.name in shapes:
            for index, length in zip(node.indices, shapes[node.name], strict=True):
                if isinstance(index, s.Affine) and letter in {one.name for _, one in index.terms}:
                    limits.append(room(letter, index, length, known))
    if not limits or min(limits) < 1:
        raise Unreadable(f"the length of {letter} is unknown")
    return min(limits)


def room(letter: str, index: s.Affine, length: int, known) -> int:
    step = next(coefficient for coefficient, one in index.terms if one.name == letter)
    others = [(coefficient, known.get(one.name, 1)) for coefficient, one in index.terms if one.name != letter]
    if step < 0 or any(coefficient < 0 for coefficient, _ in others):
        raise Unreadable("a negative coefficient")
    return (length - 1 - index.offset - sum(coefficient * (n - 1) for coefficient, n in others)) // step + 1


# ---------------------------------------------------------------- values


class Nest:
    """One statement with its arrays: values of expressions under an assignment of positions to letters."""

    def __init__(self, arrays, constants, length, sizes, field):
        self.arrays, self.constants, self.length, self.sizes, self.field = arrays, constants, length, sizes, field
        self.opened: dict[int, tuple] = {}

    def table(self, node, letters: list[str], at: dict[str, int]):
        """Nested lists of the values at all positions of the letters, the first letter outermost."""
        if not letters:
            return self.value(node, at)
        first, *rest = letters
        return [self.table(node, rest, at | {first: n}) for n in range(self.length[first])]

    def value(self, node, at: dict[str, int]):
        return self.total(self.term(term, at) for term in terms(node))

    def total(self, values):
        result = self.field.number(Fraction(0))
        for value in values:
            result = result + value
        return result

    def term(self, node, at):
        if id(node) not in self.opened:  # the letters that have a value at a place of the text are always the same
            self.opened[id(node)] = bound_here(node, at), factors(node)
        letters, parts = self.opened[id(node)]
        return self.total(self.product(parts, inner) for inner in self.positions(letters, at))

    def positions(self, letters, at):
        for chosen in itertools.product(*(range(self.length[letter]) for letter in letters)):
            yield at | dict(zip(letters, chosen, strict=True))

    def product(self, parts, at):
        result = self.field.number(Fraction(1))
        for factor, exponent in parts:
            result = result * (self.factor(factor, at) if exponent == 1 else self.field.inverse(self.value(factor, at)))
        return result

    def factor(self, node, at):
        match node:
            case s.Number(value=value):
                return self.field.number(value)
            case s.Size(name=name):
                return self.field.number(Fraction(self.size(name)))
            case s.Ones():
                return self.field.number(Fraction(1))
            case s.Delta(indices=(first, second)):
                return self.field.number(Fraction(self.position(first, at) == self.position(second, at)))
            case s.Tensor():
                return self.component(node, at)
            case s.Power(base=base, exponent=exponent):
                return self.field.power(self.value(base, at), constant(exponent))
            case s.Call(function=name, argument=argument):
                return self.field.call(name, self.value(argument, at))
            case s.Summation(letters=letters, body=body):
                inner = self.positions([letter.name for letter in letters], at)
                return self.total(self.value(body, here) for here in inner)
            case s.Sum():
                return self.value(node, at)
        raise Unreadable(f"no value: {node}")

    def size(self, name: str) -> int:
        return self.length[name.lower()] if name.lower() in self.length else self.sizes[name]

    def component(self, tensor: s.Tensor, at):
        here = self.arrays[tensor.name]
        for index in tensor.indices:
            position = self.position(index, at)
            if not 0 <= position < len(here):
                return self.field.number(Fraction(0))
            here = here[position]
        return here

    def position(self, index, at) -> int:
        match index:
            case s.Letter(name=name):
                return at[name]
            case s.Affine(terms=parts, offset=offset):
                return offset + sum(coefficient * at[letter.name] for coefficient, letter in parts)
            case s.Fixed(value=value):
                return value
            case s.Constant(name=name):
                return self.constants[name]
            case s.Valued(name=name, indices=inner):
                here = self.constants[name]
                for one in inner:
                    here = here[self.position(one, at)]
                return here
        raise TypeError(index)


def constant(node) -> Fraction:
    """The number an exponent is."""
    match open_brackets(node):
        case s.Number(value=value):
            return value
        case s.Negate(operand=operand):
            return -constant(operand)
        case s.Quotient(numerator=top, denominator=bottom):
            return constant(top) / constant(bottom)
    raise Unreadable("an exponent that is not a number")


# ---------------------------------------------------------------- programs


def shape_of(nested) -> tuple[int, ...]:
    return (len(nested), *shape_of(nested[0])) if isinstance(nested, (list, tuple)) else ()


def map_nested(f, nested):
    return [map_nested(f, one) for one in nested] if isinstance(nested, (list, tuple)) else f(nested)


def map_pairs(f, one, other):
    """``f`` of the numbers at the same place of two nested lists."""
    if isinstance(one, (list, tuple)):
        return [map_pairs(f, *pair) for pair in zip(one, other, strict=True)]
    return f(one, other)


def evaluate(program: s.Program, inputs: dict, constants=None, sizes=None, field=FLOAT) -> dict:
    """Every tensor that the program defines, as nested lists of the field's numbers.

    inputs: nested lists of numbers, one per tensor; constants: integers and nested lists of integers by name.
    """
    arrays = {name: map_nested(lambda x: field.number(Fraction(x)), array) for name, array in inputs.items()}
    return run(program, arrays, constants or {}, sizes or {}, field)


def run(program: s.Program, arrays: dict, constants: dict, sizes: dict, field) -> dict:
    """The same from arrays that hold the field's numbers already."""
    known, defined = dict(arrays), {}
    for statement in program.statements:
        nest = prepare(statement, known, constants, sizes, field, program)
        letters = [index.name for index in statement.left.indices]
        name = statement.left.name
        known[name] = defined[name] = nest.table(statement.right, letters, {})
    return defined


def prepare(statement, arrays, constants, sizes, field, program: s.Program | None = None) -> Nest:
    shapes = {name: shape_of(array) for name, array in (constants | arrays).items()}
    length = lengths(statement, shapes, sizes)
    named = {node.name.lower() for node in s.walk(statement.right) if isinstance(node, s.Size)}
    if not named <= length.keys():  # the letter of a size stands in another statement
        length = lengths_elsewhere(program, shapes, sizes) | length
    return Nest(arrays, constants, length, sizes, field)


def lengths_elsewhere(program: s.Program | None, shapes, sizes) -> dict[str, int]:
    """What the letters of a whole program run over, where it is one length for each."""
    known: dict[str, int] = {}
    for statement in program.statements if program else ():
        agree(known, lengths(statement, shapes, sizes).items())
    return known


def free_letters(statement: s.Statement) -> list[str]:
    listed = statement.left.indices if statement.free is None else statement.free
    return [letter.name for letter in listed]


def sides(statement: s.Statement, inputs: dict, constants=None, sizes=None, field=FLOAT) -> tuple:
    """Both sides of a lone equation over its free indices."""
    arrays = {name: map_nested(lambda x: field.number(Fraction(x)), array) for name, array in inputs.items()}
    nest = prepare(statement, arrays, constants or {}, sizes or {}, field)
    free = free_letters(statement)
    return nest.table(statement.left, free, {}), nest.table(statement.right, free, {})


def summed(statement: s.Statement) -> set[str]:
    """The letters of a statement that are summed somewhere."""
    free = set(free_letters(statement))
    found: set[str] = set()

    def visit(node, known):
        for term in terms(node):
            inner = known | set(bound_here(term, known))
            found.update(inner)
            for factor, exponent in factors(term):
                if not is_atom(factor, exponent):
                    visit_compound(factor, exponent, inner)

    def visit_compound(factor, exponent, known):
        match factor:
            case s.Summation(letters=letters, body=body) if exponent > 0:
                visit(body, known | {letter.name for letter in letters})
            case s.Power(base=inner) | s.Call(argument=inner) if exponent > 0:
                visit(inner, known)
            case s.Sum():
                visit(factor, known)
            case _ if exponent < 0:
                visit(factor, known)

    visit(statement.left, free)
    visit(statement.right, free)
    return found - free
