"""Which lines are refused, read from the design's section on meaning: a second opinion, used on mutated programs.

``verdict(program)`` is None for a legal program, else the id of a rule that it breaks. Where several are broken any may
come first, so tests compare only whether there is one.
"""

from __future__ import annotations

from collections import Counter

from tensorcalc.notation import syntax as s
from tests.oracle.loops import Unreadable, bound_here, factors, is_atom, open_brackets, shown, terms


class Refused(Exception):
    pass


def verdict(program: s.Program) -> str | None:
    try:
        check(program)
    except Refused as error:
        return str(error)
    except Unreadable:
        return "dummy-once"
    return None


def check(program: s.Program) -> None:
    defined: set[str] = set()
    orders: dict[str, int] = {}
    for statement in program.statements:
        check_left(statement.left)
        for node in (*s.walk(statement.right), statement.left):
            check_order(node, orders)
            if isinstance(node, s.Tensor) and node is not statement.left and late(node.name, program, defined):
                raise Refused("used-before")
        if statement.left.name in defined:
            raise Refused("defined-twice")
        defined.add(statement.left.name)
        check_sizes(statement)
        free = dict.fromkeys(shown(statement.left), "free")
        check_terms(statement.right, free, set(free), group=False)


def late(name: str, program: s.Program, defined: set[str]) -> bool:
    return name not in defined and any(name == one.left.name for one in program.statements)


def check_left(left) -> None:
    if not isinstance(left, s.Tensor) or not all(isinstance(index, s.Letter) for index in left.indices):
        raise Refused("left-side")
    if len({index.name for index in left.indices}) < len(left.indices):
        raise Refused("left-repeated")


def check_order(node, orders: dict[str, int]) -> None:
    if isinstance(node, s.Tensor) and orders.setdefault(node.name, len(node.indices)) != len(node.indices):
        raise Refused("two-orders")


def check_sizes(statement: s.Statement) -> None:
    letters = all_letters(statement.left) | all_letters(statement.right)
    for node in s.walk(statement.right):
        if isinstance(node, s.Size) and node.name.lower() not in letters:
            raise Refused("unknown-size")


def all_letters(node) -> set[str]:
    found = set(shown(node))
    for one in s.walk(node):
        if isinstance(one, s.Summation):
            found |= set(shown(one.body))
    return found


# ---------------------------------------------------------------- one expression


def check_terms(node, known: dict[str, str], required: set[str] | None, group: bool) -> None:
    """Every term shows the required letters (those of its first neighbour that shows any) or none at all."""
    for term in terms(node):
        here = set(shown(term)) & set(known)
        if here and required is None:
            required = here
        if here and here != required:
            raise Refused("nested-terms" if group else "free-missing")
        check_term(term, known, group)


def check_term(term, known: dict[str, str], group: bool) -> None:
    roles = known | dict.fromkeys(bound_here(term, known), "dummy")
    if group:
        check_ones(term, known)
    check_brackets(term, roles, known)
    for factor, exponent in factors(term):
        if not is_atom(factor, exponent):
            check_compound(factor, exponent, roles)


def check_ones(term, known) -> None:
    """Rule (b): inside a group a one-tensor repeats a letter that its term carries."""
    parts = [factor for factor, _ in factors(term)]
    total = sum((shown(part) for part in parts), Counter())
    for part in parts:
        if isinstance(part, s.Ones) and any(letter in known and total[letter] > 1 for letter in shown(part)):
            raise Refused("ones-in-group")


def check_brackets(term, roles, known) -> None:
    """Rule (c): a bracketed product pairs a dummy that also stands outside it."""
    for bracket in bracketed_products(term):
        for letter, role in roles.items():
            inside = repeats(bracket, letter)
            if role == "dummy" and inside > 1 and (letter in known or repeats(term, letter) > inside):
                raise Refused("bracketed-pair")


def bracketed_products(node):
    if isinstance(node, s.Group):
        inner = open_brackets(node)
        if isinstance(inner, (s.Product, s.Quotient, s.Negate)):
            yield inner
        node = inner
    if isinstance(node, (s.Product, s.Quotient, s.Negate)):
        opened = (node.numerator,) if isinstance(node, s.Quotient) else s.children(node)
        for child in opened:
            yield from bracketed_products(child)


def repeats(node, letter: str) -> int:
    """How often a letter stands in one term of an expression, brackets multiplied out."""
    return max(sum(of_factor(factor, letter) for factor, _ in factors(term)) for term in terms(node))


def of_factor(factor, letter: str) -> int:
    match factor:
        case s.Power(base=base):
            return repeats(base, letter)
        case s.Call(argument=argument):
            return repeats(argument, letter)
        case s.Summation(letters=letters, body=body):
            return 0 if letter in {one.name for one in letters} else repeats(body, letter)
        case s.Sum() | s.Product() | s.Quotient() | s.Negate() | s.Group():
            return repeats(factor, letter)
    return shown(factor)[letter]


def check_compound(factor, exponent: int, roles: dict[str, str]) -> None:
    body, functional = contents(factor, exponent)
    if not s.children(factor) and not functional:
        return
    if exponent > 0 and isinstance(factor, s.Summation):
        own = {letter.name for letter in factor.letters}
        if own & set(roles) or not own <= set(shown(body)):
            raise Refused("summation-letter")
        roles = roles | dict.fromkeys(own, "written")
    if functional:
        for letter, role in roles.items():
            if role == "dummy" and repeats(body, letter) > 1:
                raise Refused("two-roles")
    check_terms(body, roles, None, group=True)


def contents(factor, exponent: int):
    """What is inside a compound factor, and whether products in it are closed to the outside."""
    if exponent < 0:
        return factor, True
    match factor:
        case s.Power(base=base):
            return base, True
        case s.Call(argument=argument):
            return argument, True
        case s.Summation(body=body):
            return body, False
    return factor, False
