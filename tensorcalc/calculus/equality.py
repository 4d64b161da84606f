"""``tc.equal``: proved equal, shown different, or undecided."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from ..notation import expression as ex
from ..notation.building import add, scale, substitute, times
from ..notation.errors import NotationError
from ..notation.expression import Base, Deriv, Expr, Idx, Slot, Sym, Term
from ..notation.parser import parse
from ..notation.reading import Line, Reader
from .canonical import canonical
from .function import SymbolicFunction, slots_of
from .labelling import OutOfFuel
from .sampling import Interval, Modular, NotRational, Undefined, World, least_size, ranges_of
from .uniting import expand, united

TRIES = 6
TOO_MUCH = (OutOfFuel, RecursionError, NotationError)  # what ends work that grows without bound


@dataclass(frozen=True)
class Undecided:
    """Neither proved nor refuted; ``why`` says what was tried. It has no truth value."""

    why: str

    def __bool__(self) -> bool:
        raise TypeError(f"undecided: {self.why}; compare with `is True` or `is False`")


def equal(left: Any, right: Any, given: Any = None) -> bool | Undecided:
    """Whether two expressions have the same value for all tensors, wherever both are defined.

    ``True`` is a proof: both have the same canonical form. ``False`` is a counter-example: exact modulo a prime where
    both are rational, else numbers that differ by more than all rounding errors.

    Parameters
    ----------
    left, right : equations, or text, or an expression behind its free indices: ``"[i, j] x_ik a_kj"``
    given : a function, or equations, whose definitions are put in for the names they define

    Returns
    -------
    True, False, or ``Undecided``, which raises when it is used as a truth value

    Raises
    ------
    NotationError : where a side cannot be read, or the free indices of the two differ

    >>> equal("[i, k] a_ij b_jk", "[i, k] b_mk a_im")
    True
    >>> equal("[i, j] a_ij", "[i, j] a_ji")
    False
    """
    known = _sizes_named(left, right, *(given if isinstance(given, (list, tuple)) else [given]))
    lines = united([_line(left, known), _line(right, known), *_definitions(given)])
    (first, second), definitions = _aligned(lines[0], lines[1]), lines[2:]
    pairs = [(first.right, second.right)]
    if canonical_key(first.left) != canonical_key(second.left):
        pairs.append((first.left, second.left))
    try:
        pairs = [(expand(a, definitions), expand(b, definitions)) for a, b in pairs]
    except ValueError as error:  # a definition at a place that has no name: z_{2i} at the constant T
        return Undecided(str(error))
    answers = [_same(a, b, first.free) for a, b in pairs]
    if False in answers:
        return False
    return next((answer for answer in answers if answer is not True), True)


def canonical_key(expr: Expr) -> Expr:
    try:
        return canonical(expr)
    except TOO_MUCH:
        return expr


# ---------------------------------------------------------------- what is compared


def _line(side: Any, known: frozenset[str] = frozenset()) -> Line:
    """An equation; an expression counts as one whose left side is not compared."""
    if isinstance(side, Line):
        return side
    if hasattr(side, "line"):
        return _upstream(side.line)
    if hasattr(side, "result"):
        return _upstream(side.result.line)
    text = str(side)
    reader = Reader(text)
    reader.scope.known |= known
    if "=" not in text:
        return _expression(text, reader)
    statements = parse(text).statements
    if len(statements) != 1:
        raise NotationError("one-equals-sign", "one equation is compared with one", source=text)
    return reader.finish([reader.statement(statements[0])])[0]


def _upstream(line: Line) -> Line:
    """∂l/∂x_p of a scalar l is read as the gradient dl_dx_p, so a derived one is compared as that."""
    return replace(line, left=_as_gradient(line.left))


def _as_gradient(left: Expr) -> Expr:
    base = left.terms[0].factors[0][0] if left.terms and left.terms[0].factors else None
    if not isinstance(base, Deriv):
        return left
    if base.of == ex.of_base(Sym("l")):
        return ex.of_base(Sym(f"dl_d{base.by.name}", base.by.slots))
    return ex.of_base(Deriv(_as_gradient(base.of), base.by)) if left == ex.of_base(base) else left


def _expression(text: str, reader: Reader) -> Line:
    """``[i, j] a_ij``: an expression behind its free indices."""
    head, bracket, body = text.strip().partition("]")
    if not head.startswith("[") or not bracket:
        head, body = "[", text
    expr, free = reader.expression(body, [s for s in head[1:] if s.isalpha()])
    return reader.finish([Line(ex.ZERO, expr, free)])[0]


def _sizes_named(*sides: Any) -> frozenset[str]:
    """The names of ranges that any of these has: a size on one side may belong to a letter of another."""
    found: set[str] = set()
    for side in sides:
        if isinstance(side, str):
            found |= {letter.upper() for letter in side if letter.islower()}
        else:
            line = side.statements[0] if isinstance(side, SymbolicFunction) else getattr(side, "line", None)
            found |= set(line.signature.aliases) if line else set()
    return frozenset(found)


def _definitions(given: Any) -> list[Line]:
    if given is None:
        return []
    if isinstance(given, SymbolicFunction):
        return list(given.statements)
    if isinstance(given, str):
        reader = Reader(given)
        return reader.finish([reader.statement(one) for one in parse(given).statements])
    many: Sequence = given if isinstance(given, (list, tuple)) else [given]
    return [
        line
        for one in many
        for line in (_definitions(one) if isinstance(one, (str, SymbolicFunction)) else [_line(one)])
    ]


def _aligned(first: Line, second: Line) -> tuple[Line, Line]:
    """Both with the same free indices; the left side fixes their names, up to renaming all of them at once."""
    a, b = _lone(first.left), _lone(second.left)
    if a and b and a.name == b.name and len(a.slots) == len(b.slots):
        by: dict[Idx, Slot] = {old: new for old, new in zip(b.slots, a.slots, strict=True) if isinstance(old, Idx)}
        if len(set(by.values())) == len(by):
            left, right = substitute(second.left, by), substitute(second.right, by)
            second = Line(left, right, tuple(by.get(idx, idx) for idx in second.free))  # type: ignore[misc]
    if {idx.name for idx in first.free} != {idx.name for idx in second.free}:
        ours, theirs = ("".join(sorted(idx.name for idx in line.free)) or "none" for line in (first, second))
        raise NotationError("add-indices", f"the free indices differ: {ours} on one side, {theirs} on the other")
    return first, second


def _lone(left: Expr) -> Sym | None:
    if len(left.terms) == 1 and len(left.terms[0].factors) == 1:
        base = left.terms[0].factors[0][0]
        if isinstance(base, Sym) and all(isinstance(slot, Idx) for slot in slots_of(base)):
            return base
    return None


# ---------------------------------------------------------------- the decision


def _same(left: Expr, right: Expr, free: tuple[Idx, ...]) -> bool | Undecided:
    try:
        difference = canonical(add(left, scale(right, -1)))
        if not difference.terms:
            return True
    except TOO_MUCH:
        difference = None
    if differs(left, right, free):
        return False
    if difference is not None and _zero_over_one_denominator(difference):
        return True
    why = (
        "too large to be multiplied out"
        if difference is None
        else "no law makes them equal and no numbers tell them apart"
    )
    return Undecided(why)


def _zero_over_one_denominator(difference: Expr) -> bool:
    """Whether a sum of fractions vanishes once it is multiplied by everything that divides one of its terms.

    A divisor that is 0 everywhere would make anything vanish: such a sum has no value, and nothing is proved.
    """
    divisors: dict[Base, Fraction] = {}
    for term in difference.terms:
        for base, exponent in term.factors:
            if exponent < 0 and base.letters.isdisjoint(term.bound):
                divisors[base] = max(divisors.get(base, Fraction(0)), -exponent)
    common = Term(factors=tuple(divisors.items()))
    with contextlib.suppress(*TOO_MUCH):
        if divisors and canonical(Expr((common,))).terms:
            return not canonical(Expr(tuple(times(term, common) for term in difference.terms))).terms
    return False


def differs(left: Expr, right: Expr, free: tuple[Idx, ...]) -> bool:
    """Whether a point is found where both have values and these surely differ."""
    with contextlib.suppress(*TOO_MUCH):
        left, right = canonical(left), canonical(right)
    names = sorted({*ranges_of(left, right), *(idx.range for idx in free)})
    for attempt in range(TRIES):
        source = Random(attempt)
        least = least_size(left, right)
        sizes = {name: least + (source.random() < 0.5) for name in names} or {"": 2}
        if least < 8 and _differ_in(sizes, left, right, free, attempt):
            return True
    return False


def _differ_in(sizes: Mapping[str, int], left: Expr, right: Expr, free: tuple[Idx, ...], attempt: int) -> bool:
    for field in (Modular(), Interval()):
        world: World = World(field, attempt, attempt % 2 == 0, sizes)
        try:
            for places in product(*(range(sizes[idx.range]) for idx in free)):
                at = dict(zip(free, places, strict=True))
                if field.differ(world.value(left, at), world.value(right, at)):
                    return True
            return False
        except NotRational:
            continue
        except (Undefined, OutOfFuel):
            return False
    return False
