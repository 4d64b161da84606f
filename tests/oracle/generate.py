"""Random legal programs as syntax trees, with arrays to evaluate them on.

``Writer`` builds a program top down: an expression is asked to show certain letters, chooses dummies of its own, and
hands letters on to its factors, so that what it builds is legal by construction:

- a letter is bound by one term; a dummy already chosen nowhere in sight is free for the next one;
- inside a function, a denominator or a power base an outer dummy is used once per term;
- a one-tensor inside a group carries a letter that its term shows nowhere else, or a dummy of that term;
- logarithms, roots and denominators hold sums of positive things only.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tensorcalc.notation import syntax as s
from tests.oracle.legal import repeats

RANGES = {"I": "ijkmn", "P": "pqrsv", "B": "bchl"}  # letters of three ranges
NAMES = [*"abcdvwxyz", "k1", "w2", "alpha", "beta", "mu", "sigma", "theta", "lambda", *"hmnopqrstu"]
CONSTANTS = {"T": "I", "U": "P"}  # positions in a range
LOOKED_UP = {"W": ("I", "B"), "Z": ("P", "I")}  # the range of the positions, and of the letter that looks one up
ANYWHERE = ("tanh", "sigmoid", "sin", "cos", "relu", "abs", "erf", "exp")
POSITIVE = ("sqrt", "exp", "sigmoid", "abs", "log")  # of a positive argument; log only where a sign does not matter


@dataclass(frozen=True)
class Style:
    """What a program may hold. ``exact`` keeps to rational functions."""

    exact: bool = False
    statements: int = 3
    depth: int = 2
    affine: bool = True
    constants: bool = True
    written_sums: bool = True


@dataclass
class Sample:
    """A program with everything needed to evaluate it; ``sizes`` has the length of every letter's range."""

    program: s.Program
    inputs: dict
    constants: dict
    sizes: dict


@dataclass
class Place:
    """Where an expression is written: what is known about the letters around it."""

    outer: frozenset = frozenset()  # dummies of the terms around
    once: frozenset = frozenset()  # those of them that a term may show only once here
    taken: set = field(default_factory=set)  # letters that the term in progress must not choose as dummies
    group: bool = False
    ones: bool = True
    positive: bool = False
    depth: int = 0

    def inside(self, **changes) -> Place:
        return replace(self, group=True, depth=self.depth - 1, **changes)


def letter(name: str) -> s.Letter:
    return s.Letter(name)


def range_of(name: str) -> str:
    return next(one for one, letters in RANGES.items() if name in letters)


def atom_indices(letters) -> tuple:
    return tuple(map(letter, letters))


class Writer:
    """One program in the making; ``rng`` makes every choice."""

    def __init__(self, rng: random.Random, style: Style):
        self.rng, self.style = rng, style
        self.length = dict(zip(RANGES, rng.sample([1, 2, 2, 3, 3], 3), strict=True))
        self.axes: dict[str, tuple] = {}  # tensor -> the range of each axis
        self.defined: set[str] = set()
        self.signed: set[str] = set()
        self.used_constants: set[str] = set()

    # ------------------------------------------------------------ choices

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def tensor(self, axes: tuple, positive: bool) -> str:
        """A name for a tensor with these axes: one in use, or a new one."""
        found = [name for name, own in self.axes.items() if own == axes and not (positive and name in self.signed)]
        if found and self.chance(0.5):
            return self.rng.choice(found)
        name = next(name for name in (*NAMES, *(f"t{n}" for n in range(99))) if name not in self.axes)
        self.axes[name] = axes
        return name

    def new_letters(self, taken: set, count: int) -> list[str]:
        """Letters not in sight, few ranges preferred so that tensors match."""
        found: list[str] = []
        for _ in range(count):
            name = self.rng.choice(list(RANGES))
            left = [one for one in RANGES[name] if one not in taken and one not in found]
            found += left[:1] if self.chance(0.7) else left[-1:]
        return found

    # ------------------------------------------------------------ sums and terms

    def expression(self, show: list[str], place: Place):
        """A sum of terms; each shows the letters or is a scalar."""
        count = self.rng.choice([1, 1, 1, 2, 2, 3]) if place.depth > 0 else 1
        written, outside = [], set(place.taken)
        for n in range(count):
            place.taken = set(outside)  # a dummy is local to its term
            scalar = n and show and self.chance(0.15)
            written.append((self.term([] if scalar else show, place), set(place.taken)))
        place.taken = set().union(*(taken for _, taken in written))
        signed = [self.sign(term, place) for term, _ in written]
        return signed[0] if count == 1 else s.Sum(tuple(signed))

    def sign(self, term, place: Place):
        return s.Negate(term) if not place.positive and self.chance(0.25) else term

    def term(self, show: list[str], place: Place):
        """A product that shows the letters and sums over a few of its own."""
        dummies = self.new_letters(place.taken | set(show), self.rng.choice([0, 0, 1, 1, 2]) if place.depth >= 0 else 0)
        place.taken |= set(show) | set(dummies)
        parts = self.share_out(show, dummies, place)
        factors = [self.factor(part, dummies, place, parts) for part in parts]
        self.rng.shuffle(factors)
        if self.chance(0.3):
            factors.insert(0, self.coefficient(show, place))
        factors = self.divide(self.bracket(factors, dummies, place))
        return factors[0] if len(factors) == 1 else s.Product(tuple(factors))

    def share_out(self, show, dummies, place: Place) -> list[list[str]]:
        """The letters that each factor carries: a shown one once or more, a dummy twice or more."""
        count = self.rng.choice([1, 2, 2, 3, 4]) if place.depth > 0 else self.rng.choice([1, 2])
        parts: list[list[str]] = [[] for _ in range(count)]
        for name in show:
            times = 1 if name in place.once or not self.chance(0.25) else 2
            for n in self.rng.sample(range(count), min(times, count)):
                parts[n].append(name)
        for name in dummies:
            times = self.rng.choice([2, 2, 2, 3])
            if times > count or self.chance(0.15):
                self.rng.choice(parts).extend([name] * 2)  # a trace
            else:
                for n in self.rng.sample(range(count), times):
                    parts[n].append(name)
        return [part for part in parts if part or self.chance(0.3)] or [[]]

    # ------------------------------------------------------------ factors

    def factor(self, part: list[str], dummies: list[str], place: Place, parts: list[list[str]]):
        """One factor that shows these letters; a letter that stands there twice needs an atom."""
        if len(set(part)) < len(part):
            return self.atom(part, place)
        if self.chance(0.15) and self.ones_fit(part, dummies, place, parts):
            return s.Ones(atom_indices(part))
        makers = [self.atom, self.atom, self.atom]
        if place.depth > 0 and len(part) < 4:
            makers += [self.power, self.bracketed_sum, self.reciprocal]
            makers += [] if self.style.exact else [self.call, self.call]
            makers += [self.written_sum] if self.style.written_sums else []
        if self.style.affine and part and not place.positive and len(part) < 3:
            makers.append(self.affine)
        if self.style.constants and part:
            makers.append(self.fixed)
        return self.rng.choice(makers)(part, replace(place, outer=place.outer | set(dummies)))

    def ones_fit(self, part, dummies, place: Place, parts) -> bool:
        """Whether a one-tensor may carry these letters: inside a group only a dummy of the term may repeat."""
        alone = all(name in dummies or sum(other.count(name) for other in parts) == 1 for name in part)
        return bool(part) and place.ones and (alone or not place.group)

    def atom(self, part: list[str], place: Place):
        part = self.rng.sample(part, len(part))
        same = len(part) == 2 and range_of(part[0]) == range_of(part[1])
        if same and not place.positive and self.chance(0.25):
            return s.Delta(atom_indices(part))
        name = self.tensor(tuple(map(range_of, part)), place.positive)
        return s.Tensor(name, atom_indices(part))

    def coefficient(self, show: list[str], place: Place):
        if show and self.chance(0.3):
            return self.size(self.rng.choice(show))
        value = self.rng.choice([Fraction(2), Fraction(3), Fraction(1, 2), Fraction(5, 4)])
        if value == Fraction(1, 2) and self.chance(0.5):
            return s.Quotient(s.Number(Fraction(1)), s.Number(Fraction(2)))
        return s.Number(value)

    def size(self, name: str):
        return s.Size(name.upper())

    def functional(self, place: Place, positive: bool) -> Place:
        """Inside a function, denominator or base: dummies from outside come once per term."""
        return place.inside(once=place.outer, positive=place.positive or positive, taken=set(place.taken))

    def within(self, part, place: Place, inner: Place):
        """An expression inside a group; dummies chosen there are taken outside as well."""
        body = self.expression(part, inner)
        place.taken |= inner.taken
        return body

    def call(self, part, place: Place):
        names = POSITIVE[:-1] if place.positive else (*ANYWHERE, *POSITIVE)
        name = self.rng.choice(names)
        inner = self.functional(place, positive=name in ("sqrt", "log"))
        return s.Call(name, self.within(part, place, inner))

    def power(self, part, place: Place):
        roots = [] if self.style.exact else [Fraction(1, 2), Fraction(-1, 2)]
        exponent = Fraction(self.rng.choice([2, 2, 3, -1, -2, *roots]))
        inner = self.functional(place, positive=exponent < 0 or exponent.denominator > 1)
        base = s.Group(self.within(part, place, inner)) if self.chance(0.5) else self.lone_atom(part, inner)
        return s.Power(base, number(exponent))

    def lone_atom(self, part, place: Place):
        name = self.tensor(tuple(map(range_of, part)), place.positive)
        return s.Tensor(name, atom_indices(part))

    def reciprocal(self, part, place: Place):
        inner = replace(self.functional(place, positive=True), ones=False)
        return s.Quotient(s.Number(Fraction(1)), self.within(part, place, inner))

    def bracketed_sum(self, part, place: Place):
        inner = place.inside(taken=set(place.taken))
        return s.Group(self.as_sum(self.within(part, place, inner), part, inner))

    def as_sum(self, body, part, place: Place):
        return body if isinstance(body, s.Sum) else s.Sum((body, self.lone_atom(part, place)))

    def written_sum(self, part, place: Place):
        own = self.new_letters(place.taken | set(part), 1)
        if not own:
            return self.atom(part, place)
        inner = place.inside(once=place.outer, taken=place.taken | set(own))
        return s.Summation(atom_indices(own), self.within([*part, *own], place, inner))

    def affine(self, part, place: Place):
        """``a_{i+2m-1}``: some letters put together into one index of a tensor."""
        terms = [(self.rng.choice([1, 1, 2, -1]), letter(name)) for name in self.rng.sample(part, len(part))]
        offset = self.rng.choice([0, 0, 1, -1])
        terms.sort(key=lambda term: term[0] < 0)
        if terms[0][0] < 0 or (len(terms) == 1 and terms[0][0] == 1 and not offset):
            offset, terms[0] = 1, (1, terms[0][1])
        index = s.Affine(tuple(terms), offset)
        axes: tuple = (self.rng.choice(list(RANGES)),)
        return s.Tensor(self.tensor(axes, False), (index,))

    def fixed(self, part, place: Place):
        """A tensor with one more index, at a position: a number, a constant, or looked up."""
        index, axis = self.position(part)
        shown = {one.name for one in s.letters_of(index)}
        kept = [name for name in part if name not in shown or (name not in place.once and self.chance(0.5))]
        indices: list = [(letter(name), range_of(name)) for name in kept]
        indices.insert(self.rng.randrange(len(indices) + 1), (index, axis))
        name = self.tensor(tuple(axis for _, axis in indices), place.positive)
        return s.Tensor(name, tuple(index for index, _ in indices))

    def position(self, part):
        choices: list = [(s.Fixed(0), self.rng.choice(list(RANGES)))]
        choices += [(s.Constant(name), axis) for name, axis in CONSTANTS.items()]
        for name, (axis, own) in LOOKED_UP.items():
            choices += [(s.Valued(name, (letter(one),)), axis) for one in part if range_of(one) == own]
        index, axis = self.rng.choice(choices)
        self.used_constants |= {index.name} if not isinstance(index, s.Fixed) else set()
        return index, axis

    # ------------------------------------------------------------ how a product is written

    def bracket(self, factors: list, dummies: list[str], place: Place) -> list:
        """Put some factors in brackets, unless that would pair a dummy which also stands outside (erratum 12)."""
        if len(factors) < 3 or not self.chance(0.25) or any(isinstance(one, s.Ones) for one in factors):
            return factors
        inside, outside = factors[:2], factors[2:]
        for name in (*dummies, *place.outer):
            paired = sum(repeats(one, name) for one in inside) > 1
            if paired and (name in place.outer or any(repeats(one, name) for one in outside)):
                return factors
        return [s.Group(s.Product(tuple(inside))), *outside]

    def divide(self, factors: list) -> list:
        """``a · 1/b`` is written ``a/b`` some of the time."""
        for n in range(1, len(factors)):
            here = factors[n]
            if isinstance(here, s.Quotient) and here.numerator == s.Number(Fraction(1)) and self.chance(0.7):
                top = factors[0] if n == 1 else s.Product(tuple(factors[:n]))
                return self.divide([s.Quotient(top, here.denominator), *factors[n + 1 :]])
        return factors

    # ------------------------------------------------------------ statements and arrays

    def statement(self) -> s.Statement:
        free = self.new_letters(set(), self.rng.choice([0, 1, 1, 2, 2, 3]))
        place = Place(taken=set(free), depth=self.style.depth)
        right = self.expression(free, place)
        name = next(name for name in ("y1", "y2", "y3", "y4") if name not in self.axes)
        order = self.rng.sample(free, len(free))
        self.axes[name] = tuple(map(range_of, order))
        self.defined.add(name)
        self.signed.add(name)
        return s.Statement(s.Tensor(name, atom_indices(order)), right)

    def sample(self) -> Sample:
        statements = tuple(self.statement() for _ in range(self.rng.randint(1, self.style.statements)))
        program = s.Program(statements)
        constants: dict = {}
        for name in sorted(self.used_constants):
            if name in CONSTANTS:
                constants[name] = self.rng.randrange(self.length[CONSTANTS[name]])
            else:
                axis, own = LOOKED_UP[name]
                constants[name] = [self.rng.randrange(self.length[axis]) for _ in range(self.length[own])]
        return Sample(program, self.arrays(program), constants, self.sizes())

    def arrays(self, program: s.Program) -> dict:
        used = {n.name for one in program.statements for n in s.walk(one.right) if isinstance(n, s.Tensor)}
        return {name: self.array(axes) for name, axes in self.axes.items() if name in used and name not in self.defined}

    def array(self, axes: tuple):
        """Positive numbers around 1, exact in binary."""
        if not axes:
            return (2 * self.rng.randint(3, 11) + 1) / 16  # never 1, which would hide a factor
        return [self.array(axes[1:]) for _ in range(self.length[axes[0]])]

    def sizes(self) -> dict:
        return {one.upper(): self.length[name] for name, letters in RANGES.items() for one in letters}


def number(value: Fraction):
    """An exponent as it is written."""
    size = abs(value)
    node = s.Number(size)
    if size.denominator > 1:
        node = s.Quotient(s.Number(Fraction(size.numerator)), s.Number(Fraction(size.denominator)))
    return s.Negate(node) if value < 0 else node


def random_program(rng: random.Random, style: Style | None = None) -> Sample:
    return Writer(rng, style or Style()).sample()
