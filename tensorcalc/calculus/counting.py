"""What an evaluation costs: contraction orders, multiply-adds, and the largest array on the way. Sizes are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from ..notation import expression as ex
from ..notation.errors import NotationError
from ..notation.expression import Base, Expr, Fn, Idx, One, Paren, Size, Term
from ..notation.printing import to_text
from ..notation.ranges import shown
from ..notation.reading import Line, Signature
from ..notation.writing import write
from .contraction import Letters, Tree, contraction_order, leaves, remaining
from .function import SymbolicFunction, line_text

if TYPE_CHECKING:
    from .derivation import Derivation


@dataclass(frozen=True)
class CostStep:
    """One array that is computed: of what, with which letters, in how many multiply-adds, with how many components."""

    text: str
    letters: str
    operations: int
    components: int


@dataclass(frozen=True)
class Cost:
    """The arrays that are computed, in order, under the statements they belong to."""

    statements: tuple[tuple[str, tuple[CostStep, ...]], ...]

    @property
    def steps(self) -> tuple[CostStep, ...]:
        return tuple(step for _, steps in self.statements for step in steps)

    @property
    def operations(self) -> int:
        """Multiply-adds in all; an addition, a power and a function count one for each component."""
        return sum(step.operations for step in self.steps)

    @property
    def largest(self) -> int:
        """Components of the largest array that is computed."""
        return max((step.components for step in self.steps), default=0)

    def __str__(self) -> str:
        rows: list[tuple[str, str, str]] = []
        for text, steps in self.statements:
            rows.append((text, "", ""))
            rows += [
                (f"  {one.text} → {one.letters or '·'}", grouped(one.operations), grouped(one.components))
                for one in steps
            ]
        total = ("in all; the largest", grouped(self.operations), grouped(self.largest))
        return table(("", "multiply-adds", "components"), [*rows, total])

    __repr__ = __str__


def grouped(number: int) -> str:
    """1,000,000"""
    return f"{number:,}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns, all but the first set to the right."""
    lines = [head, *rows]
    first, *widths = (max(len(line[k]) for line in lines) for k in range(len(head)))
    padded = ([line[0].ljust(first), *(c.rjust(w) for c, w in zip(line[1:], widths, strict=True))] for line in lines)
    return "\n".join("  ".join(row).rstrip() for row in padded)


Sizes = Mapping[str, "int | Sequence[int]"]


def cost(of: SymbolicFunction | Derivation, sizes: Sizes) -> Cost:
    """A contraction of two factors takes one multiply-add for every value of all their letters: x_ik a_kj takes I K J.

    A product of more is contracted two by two, in the order that takes the fewest multiply-adds; a letter is summed as
    soon as no other factor has it. Numbers and one-tensors are free.

    Parameters
    ----------
    of : a function, such as a backward function, or a derivation, whose result is taken
    sizes : the size of every range, ``{"I": 64}``, or shapes of tensors that show them, ``{"x": (64, 10)}``

    Returns
    -------
    Cost : ``operations``, ``largest`` (components of the largest array), ``steps``; prints as a table

    Raises
    ------
    NotationError : rules ``size-missing``, ``shape``, ``input-unknown``

    >>> from tensorcalc.calculus.function import SymbolicFunction
    >>> cost(SymbolicFunction("y_i = a_ij b_jk x_k"), {"I": 100, "J": 100, "K": 100})
                           multiply-adds  components
    y_i = a_ij b_jk x_k
      b_jk x_k → j                10,000         100
      a_ij (b_jk x_k) → i         10,000         100
    in all; the largest           20,000         100
    """
    lines = of.statements if isinstance(of, SymbolicFunction) else (of.line,)
    return Cost(tuple((line_text(line), tuple(Counter(line, sizes).steps)) for line in lines))


def ranges(signature: Signature, sizes: Sizes) -> dict[str, int]:
    """The size of each range, from sizes by name and from shapes."""
    found: dict[str, int] = {**signature.sizes}
    for name, value in sizes.items():
        if isinstance(value, int):
            found.update(dict.fromkeys(signature.aliases.get(name, (name,)), value))
    for name, value in sizes.items():
        if isinstance(value, int):
            continue
        axes = signature.axes.get(name)
        if axes is None:
            raise NotationError(
                "input-unknown", f"there is no tensor {name}", hint=f"There are {', '.join(signature.axes)}."
            )
        if len(axes) != len(value):
            raise NotationError("shape", f"{name} has order {len(axes)}, not the shape {tuple(value)}")
        for axis, size in zip(axes, value, strict=True):
            if found.setdefault(axis, size) != size:
                raise NotationError("shape", f"{shown(axis)} is {found[axis]} and, in {name}, {size}")
    return found


@dataclass(frozen=True)
class Operand:
    text: str
    letters: Letters
    product: bool = False

    @property
    def factor(self) -> str:
        return f"({self.text})" if self.product else self.text


class Counter:
    """The arrays that one statement computes, in ``steps``."""

    def __init__(self, line: Line, sizes: Sizes) -> None:
        self.line, self.sizes = line, ranges(line.signature, sizes)
        self.steps: list[CostStep] = []
        self.value(line.right, frozenset(line.free))

    def size(self, idx: Idx) -> int:
        if idx.range not in self.sizes:
            hint = f'Give it, {{"{shown(idx.range)}": 64}}, or the shape of a tensor that has it.'
            raise NotationError("size-missing", f"no size is given for {shown(idx.range)}", index=idx.name, hint=hint)
        return self.sizes[idx.range]

    def count(self, letters: Iterable[Idx]) -> int:
        """How many values the letters take together."""
        return prod(map(self.size, letters))

    def step(self, of: Operand, operations: int) -> Operand:
        free = [idx for idx in self.line.free if idx in of.letters]
        names = [idx.name for idx in (*free, *sorted(of.letters - {*free}, key=lambda idx: (idx.name, idx.uid)))]
        self.steps.append(CostStep(of.text, "".join(names), operations, self.count(of.letters)))
        return of

    # ------------------------------------------------------------ expressions

    def value(self, expr: Expr, free: Letters) -> Operand:
        """A sum of terms, as one array."""
        parts = [self.term(term, free) for term in expr.terms]
        if len(parts) == 1:
            return parts[0]
        letters: Letters = frozenset().union(*(part.letters for part in parts))
        whole = Operand(to_text(write(expr, tuple(free))), letters)
        return self.step(whole, (len(parts) - 1) * self.count(letters)) if parts else whole

    def term(self, term: Term, free: Letters) -> Operand:
        """A product of factors, contracted; a lone factor is summed over what is not wanted of it."""
        known = free | frozenset(term.bound)
        factors = [self.factor(base, n, known) for base, n in term.factors if not isinstance(base, (One, Size))]
        if not factors:
            return Operand(str(term.coef), frozenset())
        letters = [one.letters for one in factors]
        kept = free.intersection(frozenset().union(*letters))
        if len(factors) > 1:
            return self.contracted(contraction_order(letters, kept, self.count), factors, kept)
        alone = factors[0]
        if alone.letters <= kept:
            return alone
        return self.step(Operand(f"sum of {alone.text}", kept), self.count(alone.letters))

    def contracted(self, tree: Tree, factors: Sequence[Operand], kept: Letters) -> Operand:
        if not isinstance(tree, tuple):
            return factors[tree]
        one, other = sorted((self.contracted(part, factors, kept) for part in tree), key=lambda part: part.product)
        letters = remaining(leaves(tree), [factor.letters for factor in factors], kept)
        product = Operand(f"{one.factor} {other.factor}", letters, product=True)
        return self.step(product, self.count(one.letters | other.letters))

    def factor(self, base: Base, exponent: Fraction, known: Letters) -> Operand:
        """A tensor as it is; a bracket, function or power component by component."""
        found = Operand(_text(base), base.letters & known)
        match base:
            case Paren(body):
                found = self.value(body, known)
            case Fn(arg=arg):
                letters = self.value(arg, known).letters
                found = self.step(Operand(_text(base), letters), self.count(letters))
        if exponent == 1:
            return found
        return self.step(Operand(_text(base, exponent), found.letters), self.count(found.letters))


def _text(base: Base, exponent: Fraction = Fraction(1)) -> str:
    return to_text(write(ex.of_base(base, exponent), tuple(base.letters)))
