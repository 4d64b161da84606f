"""The raw syntax tree: what was written, before anything is decided about its meaning.

Every node is immutable and carries the span of text it was read from, so that an error can point at it.
Nothing here knows which letter is summed; that is decided once, in ``scope``.

=================  ==========================  =========================================
node               as written                  fields
=================  ==========================  =========================================
``Number``         ``2``, ``0.5``, ``1e-5``    ``value``: an exact fraction
``Size``           ``H``                       ``name``: the range whose size is meant
``Tensor``         ``x_ij``, ``eps``           ``name``, ``indices``
``Ones``           ``1_hq``                    ``indices``
``Delta``          ``delta_ij``                ``indices`` (two)
``Sum``            ``a_i + b_i - c_i``         ``terms``, a subtracted one is a ``Negate``
``Negate``         ``-x_i``                    ``operand``
``Product``        ``a_i b_i``                 ``factors``
``Quotient``       ``a_i/b_i``, ``\\frac``      ``numerator``, ``denominator``
``Power``          ``x_i^2``                   ``base``, ``exponent``
``Call``           ``exp(x_i)``, ``f'(x_i)``   ``function``, ``argument``, ``primes``
``Group``          ``(a_i + b_i)``             ``body``: brackets are kept, they can matter
``Summation``      ``sum_k(a_ik)``             ``letters``, ``body``: a sum written out
``Derivative``     ``∂y_i/∂x_p``               ``of``, ``by``
=================  ==========================  =========================================

An upstream gradient ``dl_dy_pj`` is a plain ``Tensor`` whose name is ``dl_dy``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

Span = tuple[int, int]  # start and stop in the source text


@dataclass(frozen=True, kw_only=True)
class Spanned:
    """What every piece of the tree has: the place it was read from, which never matters for equality."""

    span: Span = field(default=(0, 0), compare=False, repr=False)


# ---------------------------------------------------------------- indices


@dataclass(frozen=True)
class Letter(Spanned):
    """``i``: an index that runs over a range."""

    name: str


@dataclass(frozen=True)
class Affine(Spanned):
    """``2i+3m-1``: an integer combination of letters; coefficients are non-zero, no letter comes twice.

    A tensor read outside its range is 0. A lone letter is a ``Letter`` and a lone number a ``Fixed``.
    """

    terms: tuple[tuple[int, Letter], ...]
    offset: int = 0


@dataclass(frozen=True)
class Fixed(Spanned):
    """``0``: one position, counted from 0."""

    value: int


@dataclass(frozen=True)
class Constant(Spanned):
    """``T`` in ``s_T``: one position, given as an integer when the function is called."""

    name: str


@dataclass(frozen=True)
class Valued(Spanned):
    """``T_b`` in ``s_{b,T_b}``: a position looked up in an array of integers."""

    name: str
    indices: tuple[Index, ...]


Index = Letter | Affine | Fixed | Constant | Valued


# ---------------------------------------------------------------- expressions


@dataclass(frozen=True)
class Number(Spanned):
    value: Fraction


@dataclass(frozen=True)
class Size(Spanned):
    name: str


@dataclass(frozen=True)
class Tensor(Spanned):
    name: str
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Ones(Spanned):
    indices: tuple[Index, ...]


@dataclass(frozen=True)
class Delta(Spanned):
    indices: tuple[Index, ...]


@dataclass(frozen=True)
class Sum(Spanned):
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Negate(Spanned):
    operand: Node


@dataclass(frozen=True)
class Product(Spanned):
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Quotient(Spanned):
    numerator: Node
    denominator: Node


@dataclass(frozen=True)
class Power(Spanned):
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Call(Spanned):
    function: str
    argument: Node
    primes: int = 0


@dataclass(frozen=True)
class Group(Spanned):
    body: Node


@dataclass(frozen=True)
class Summation(Spanned):
    letters: tuple[Letter, ...]
    body: Node


@dataclass(frozen=True)
class Derivative(Spanned):
    of: Node
    by: Tensor


Node = (
    Number
    | Size
    | Tensor
    | Ones
    | Delta
    | Sum
    | Negate
    | Product
    | Quotient
    | Power
    | Call
    | Group
    | Summation
    | Derivative
)


# ---------------------------------------------------------------- statements


@dataclass(frozen=True)
class Statement(Spanned):
    """``left = right``; ``free`` is the list of free indices where one was written, ``[i]``, else None."""

    left: Node
    right: Node
    free: tuple[Letter, ...] | None = None


@dataclass(frozen=True)
class Program:
    statements: tuple[Statement, ...]
    source: str = field(default="", compare=False, repr=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)


# ---------------------------------------------------------------- walking


def children(node: Node) -> tuple[Node, ...]:
    """The expressions directly below a node."""
    match node:
        case Sum(terms=parts) | Product(factors=parts):
            return parts
        case Negate(operand=part) | Group(body=part) | Summation(body=part) | Call(argument=part):
            return (part,)
        case Quotient(numerator=a, denominator=b) | Power(base=a, exponent=b):
            return (a, b)
        case Derivative(of=a, by=b):
            return (a, b)
    return ()


def letters_of(index: Index) -> tuple[Letter, ...]:
    """The letters an index shows: ``i+m`` shows i and m, ``T_b`` shows b, ``T`` and ``0`` show none.

    >>> [letter.name for letter in letters_of(Affine(((2, Letter("i")), (1, Letter("m")))))]
    ['i', 'm']
    """
    match index:
        case Letter():
            return (index,)
        case Affine(terms=terms):
            return tuple(letter for _, letter in terms)
        case Valued(indices=inner):
            return tuple(letter for one in inner for letter in letters_of(one))
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of an expression, parents before children."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children(here)))
