"""Other ways to write the same program, and small changes that may make it another one or no program at all."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from tensorcalc.notation import syntax as s
from tests.oracle.generate import RANGES, range_of
from tests.oracle.loops import bound_here, factors, is_atom, shown, terms

# ---------------------------------------------------------------- rebuilding


def with_children(node, change):
    """The node with ``change`` applied to the expressions directly below it."""
    match node:
        case s.Sum(terms=parts):
            return replace(node, terms=tuple(map(change, parts)))
        case s.Product(factors=parts):
            return replace(node, factors=tuple(map(change, parts)))
        case s.Negate(operand=part):
            return replace(node, operand=change(part))
        case s.Group(body=part) | s.Summation(body=part):
            return replace(node, body=change(part))
        case s.Call(argument=part):
            return replace(node, argument=change(part))
        case s.Quotient(numerator=top, denominator=bottom):
            return replace(node, numerator=change(top), denominator=change(bottom))
        case s.Power(base=base):
            return replace(node, base=change(base))
    return node


def rebuild(node, change):
    """The tree with ``change`` applied to every node, children first."""
    return change(with_children(node, lambda part: rebuild(part, change)))


def rebuild_at(node, target, change):
    """The tree with ``change`` applied to one node."""
    return change(node) if node is target else with_children(node, lambda part: rebuild_at(part, target, change))


def rename_index(index, names: dict[str, str]):
    match index:
        case s.Letter(name=name):
            return s.Letter(names.get(name, name))
        case s.Affine(terms=parts):
            return replace(index, terms=tuple((n, rename_index(one, names)) for n, one in parts))
        case s.Valued(indices=inner):
            return replace(index, indices=tuple(rename_index(one, names) for one in inner))
    return index


def rename(node, names: dict[str, str]):
    """All letters renamed, whatever binds them; a size follows its letter."""

    def change(here):
        if isinstance(here, s.Size):
            low = here.name.lower()
            return s.Size(names.get(low, low).upper())
        if isinstance(here, s.Summation):
            return replace(here, letters=tuple(rename_index(one, names) for one in here.letters))
        if isinstance(here, (s.Tensor, s.Delta, s.Ones)):
            return replace(here, indices=tuple(rename_index(one, names) for one in here.indices))
        return here

    return rebuild(node, change)


# ---------------------------------------------------------------- the same program


def shuffle_order(node, rng: random.Random):
    """Factors and terms in another order; a minus stays with its term."""

    def change(here):
        if isinstance(here, s.Product):
            return replace(here, factors=tuple(rng.sample(here.factors, len(here.factors))))
        if isinstance(here, s.Sum):
            return replace(here, terms=tuple(rng.sample(here.terms, len(here.terms))))
        return here

    return rebuild(node, change)


def adrift(statement: s.Statement) -> set[str]:
    """Letters that a sum binds and no axis below it shows: ``1_n 1_n`` is N, with another letter another number."""
    found: set[str] = set()

    def visit(node, known):
        for term in terms(node):
            bound = set(bound_here(term, known))
            found.update(bound - on_axes(term))
            for factor, _ in factors(term):
                own = {one.name for one in factor.letters} if isinstance(factor, s.Summation) else set()
                found.update(own - on_axes(factor))
                inside = (factor.base,) if isinstance(factor, s.Power) else s.children(factor)
                for child in (factor,) if isinstance(factor, s.Product) else inside:
                    visit(child, known | bound | own)

    visit(statement.right, free_names(statement))
    return found


def on_axes(node) -> set[str]:
    """The letters that stand alone on an axis of a tensor."""
    tensors = [one for one in s.walk(node) if isinstance(one, s.Tensor)]
    return {index.name for tensor in tensors for index in tensor.indices if isinstance(index, s.Letter)}


def permutation(letters, rng: random.Random) -> dict[str, str]:
    return dict(zip(letters, rng.sample(letters, len(letters)), strict=True))


def shuffle_letters(statement: s.Statement, rng: random.Random) -> s.Statement:
    """Every letter with a range of its own, free or summed, renamed to another of the range."""
    fixed = adrift(statement)
    names: dict[str, str] = {}
    for letters in RANGES.values():
        names |= permutation([name for name in letters if name not in fixed], rng)
    return replace(statement, left=rename(statement.left, names), right=rename(statement.right, names))


def shuffle_dummies(statement: s.Statement, rng: random.Random) -> s.Statement:
    """Every additive term of the statement gets names of its own for its dummies."""
    fixed = free_names(statement) | adrift(statement)
    if not isinstance(statement.right, s.Sum):
        return replace(statement, right=fresh_dummies(statement.right, fixed, rng))
    parts = tuple(fresh_dummies(term, fixed, rng) for term in statement.right.terms)
    return replace(statement, right=replace(statement.right, terms=parts))


def free_names(statement: s.Statement) -> set[str]:
    return {index.name for index in statement.left.indices}


def fresh_dummies(term, fixed: set[str], rng: random.Random):
    names: dict[str, str] = {}
    for letters in RANGES.values():
        names |= permutation([name for name in letters if name not in fixed], rng)
    return rename(term, names)


def write_out(statement: s.Statement) -> s.Statement:
    """Every implicit sum written out as ``sum_k(...)``: what the text means, without the convention."""
    return replace(statement, right=write_out_expression(statement.right, free_names(statement)))


def write_out_expression(node, known: set[str]):
    if isinstance(node, s.Group):
        return s.Group(write_out_expression(node.body, known))
    if isinstance(node, s.Sum):
        return s.Sum(tuple(write_out_signed(term, known) for term in terms(node)))
    return write_out_signed(node, known)


def write_out_signed(term, known: set[str]):
    if isinstance(term, s.Negate):
        return s.Negate(write_out_signed(term.operand, known))
    bound = bound_here(term, known)
    inner = known | set(bound)
    parts = [write_out_factor(factor, exponent, inner) for factor, exponent in needed(factors(term))]
    product = parts[0] if len(parts) == 1 else s.Product(tuple(parts))
    return s.Group(s.Summation(tuple(map(s.Letter, bound)), product)) if bound else product


def needed(parts: list) -> list:
    """The factors without those letters of one-tensors that another factor shows."""
    kept: list = []
    for n, (factor, exponent) in enumerate(parts):
        if isinstance(factor, s.Ones) and exponent > 0:
            others = {name for one, _ in (*kept, *parts[n + 1 :]) for name in shown(one)}
            left = tuple(index for index in factor.indices if index.name not in others)
            factor = s.Ones(left) if left else s.Number(Fraction(1))
        kept.append((factor, exponent))
    return kept


def write_out_factor(factor, exponent: int, known: set[str]):
    if exponent < 0:
        return s.Group(s.Quotient(s.Number(Fraction(1)), s.Group(write_out_expression(factor, known))))
    match factor:
        case s.Power(base=base):
            return replace(factor, base=s.Group(write_out_expression(base, known)))
        case s.Call(argument=argument):
            return replace(factor, argument=write_out_expression(argument, known))
        case s.Summation(letters=letters, body=body):
            own = {letter.name for letter in letters}
            return s.Group(replace(factor, body=write_out_expression(body, known | own)))
        case s.Number(value=value) if value < 0:
            return s.Group(s.Negate(s.Number(-value)))
    return factor if is_atom(factor, 1) or not s.children(factor) else s.Group(write_out_expression(factor, known))


def shuffled(program: s.Program, rng: random.Random) -> s.Program:
    """The same program: factors, terms and dummies in disguise."""
    return s.Program(
        tuple(shuffle_dummies(replace(one, right=shuffle_order(one.right, rng)), rng) for one in program.statements)
    )


# ---------------------------------------------------------------- perhaps another program


def transpose(node, rng):
    if isinstance(node, s.Tensor) and len(node.indices) > 1:
        return replace(node, indices=tuple(rng.sample(node.indices, len(node.indices))))
    return node


def flip_term(node, rng):
    if not isinstance(node, s.Sum):
        return node
    n = rng.randrange(len(node.terms))
    here = node.terms[n]
    turned = here.operand if isinstance(here, s.Negate) else s.Negate(here)
    return replace(node, terms=(*node.terms[:n], turned, *node.terms[n + 1 :]))


def drop_factor(node, rng):
    if isinstance(node, s.Product):
        n = rng.randrange(len(node.factors))
        kept = node.factors[:n] + node.factors[n + 1 :]
        return kept[0] if len(kept) == 1 else replace(node, factors=kept)
    return node


def repeat_factor(node, rng):
    return replace(node, factors=(*node.factors, rng.choice(node.factors))) if isinstance(node, s.Product) else node


def change_letter(node, rng):
    """One index renamed: to capture, to lose its partner, to meet itself."""
    if isinstance(node, (s.Tensor, s.Ones, s.Delta)) and node.indices:
        n = rng.randrange(len(node.indices))
        if isinstance(node.indices[n], s.Letter):
            other = s.Letter(rng.choice(RANGES[range_of(node.indices[n].name)]))
            return replace(node, indices=(*node.indices[:n], other, *node.indices[n + 1 :]))
    return node


def change_exponent(node, rng):
    return replace(node, exponent=s.Number(Fraction(rng.choice([1, 2, 3])))) if isinstance(node, s.Power) else node


def drop_term(node, rng):
    if isinstance(node, s.Sum):
        n = rng.randrange(len(node.terms))
        kept = node.terms[:n] + node.terms[n + 1 :]
        return kept[0] if len(kept) == 1 else replace(node, terms=kept)
    return node


def open_group(node, rng):
    return node.body if isinstance(node, s.Group) and not isinstance(node.body, (s.Sum, s.Negate)) else node


def close_group(node, rng):
    return (
        replace(node, factors=(s.Group(s.Product(node.factors[:2])), *node.factors[2:]))
        if (isinstance(node, s.Product) and len(node.factors) > 2)
        else node
    )


MUTATIONS = (
    transpose,
    flip_term,
    drop_factor,
    repeat_factor,
    change_letter,
    change_exponent,
    drop_term,
    open_group,
    close_group,
)


def mutated(program: s.Program, rng: random.Random) -> s.Program:
    """One mutation at one place; the result may be another program, the same one, or none."""
    n = rng.randrange(len(program.statements))
    here = program.statements[n]
    mutation = rng.choice(MUTATIONS)
    places = [node for node in s.walk(here.right) if mutation(node, random.Random(0)) is not node]
    right = rebuild_at(here.right, rng.choice(places), lambda node: mutation(node, rng)) if places else here.right
    return replace(
        program, statements=(*program.statements[:n], replace(here, right=right), *program.statements[n + 1 :])
    )
