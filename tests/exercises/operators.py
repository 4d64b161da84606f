"""Wrong and right formulas made from a right one, by editing its text where the syntax tree says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tensorcalc.execution.functions import function
from tensorcalc.notation.parser import parse
from tensorcalc.notation.syntax import Letter, Ones, Product, Sum, Tensor, walk

Mutant = tuple[str, str, str]  # what was done, the text, the reason that should be given


def wrong(statement: str) -> Iterator[Mutant]:
    """What goes wrong on paper, each with the reason that a checker should give."""
    left, right = (side.strip() for side in statement.split("="))
    yield "sign", f"{left} = {_each_term(right, '-')}", "sign"
    yield "factor 2", f"{left} = {_each_term(right, '2 ')}", "factor"
    for letter in _dummies(statement)[:1]:
        yield "mean for sum", f"{left} = {_each_term(right, f'1/{letter.upper()} ')}", "factor"
        if all(letter in term for term in _terms(right)):
            yield "sum left out", f"{_with_letter(left, letter)} = {_without_ones(right, letter)}", "sum"
        yield "dummy misspelt", f"{left} = {_misspelt(right, letter)}", "parse"
    if len(_letters(left)) == 2:
        yield "left side transposed", f"{_swapped_text(left)} = {right}", "transposed"
    for text, factor in _swapped_factors(left, right):
        yield f"{factor} transposed", text, "transposed"
    terms = _terms(right)
    for n in range(len(terms) if len(terms) > 1 else 0):
        yield f"term {n} forgotten", f"{left} = {_sum(terms[:n] + terms[n + 1 :])}", "term"
        turned = [_times("-", term) if m == n else term for m, term in enumerate(terms)]
        yield f"sign of term {n}", f"{left} = {_sum(turned)}", "term"
    yield "factor forgotten", f"{left} = {_without_last_factor(right)}", "parse"


def equivalent(statement: str) -> Iterator[tuple[str, str]]:
    """The same in other words."""
    left, right = (side.strip() for side in statement.split("="))
    yield "as it is", statement
    yield "other free letters", _renamed(statement, dict(zip(_letters(left), "uvwst", strict=False)))
    fresh = [letter for letter in "nrtuv" if letter not in _letters(left)]
    yield "other dummies", _renamed(statement, dict(zip(_dummies(statement), fresh, strict=False)))
    yield "factors reversed", f"{left} = {_sum([' '.join(reversed(_factors(term))) for term in _terms(right)])}"
    yield "LaTeX", function(statement)._repr_latex_()


def _right(text: str):
    return parse(text).statements[0].right


def _letters(left: str) -> str:
    return left.rpartition("_")[2] if "_" in left.replace("dl_d", "") else ""


def _dummies(statement: str) -> list[str]:
    left = statement.partition("=")[0].strip()
    return list(dict.fromkeys(n.name for n in _indices(statement) if n.name not in _letters(left)))


def _indices(statement: str) -> list[Letter]:
    nodes = (node for node in walk(_right(statement)) if isinstance(node, (Tensor, Ones)))
    return [index for node in nodes for index in node.indices if isinstance(index, Letter)]


def _pieces(right: str, kind: type, field: str) -> list[str]:
    source = f"z = {right}"
    node = _right(source)
    parts = getattr(node, field) if isinstance(node, kind) else (node,)
    return [source[part.span[0] : part.span[1]] for part in parts]


def _terms(right: str) -> list[str]:
    return _pieces(right, Sum, "terms")


def _factors(term: str) -> list[str]:
    return _pieces(term, Product, "factors")


def _each_term(right: str, before: str) -> str:
    return _sum([_times(before, term) for term in _terms(right)])


def _sum(terms: list[str]) -> str:
    return " + ".join(terms).replace("+ -", "-")


def _times(before: str, term: str) -> str:
    """A term with a factor or a sign before it; of two signs none is left."""
    body = term.removeprefix("-").strip()
    minus = term.startswith("-") != (before == "-")
    return ("-" if minus else "") + before.removeprefix("-") + body


def _with_letter(left: str, letter: str) -> str:
    name, letters = (left.rpartition("_")[0], _letters(left)) if _letters(left) else (left, "")
    return f"{name}_{letter}{letters}"


def _without_ones(right: str, letter: str) -> str:
    return " ".join(factor for factor in right.split(" ") if factor != f"1_{letter}")


def _misspelt(right: str, letter: str) -> str:
    return re.sub(rf"(_\w*){letter}", r"\1z", right, count=1)


def _swapped_text(tensor: str) -> str:
    return f"{tensor[:-2]}{tensor[-1]}{tensor[-2]}"


def _swapped_factors(left: str, right: str) -> Iterator[tuple[str, str]]:
    """One factor of two indices, in any term, with these swapped."""
    terms = _terms(right)
    for k, factors in enumerate(map(_factors, terms)):
        for n, factor in enumerate(factors):
            if re.fullmatch(r"[a-z_]+_[a-z]{2}", factor):
                term = " ".join([*factors[:n], _swapped_text(factor), *factors[n + 1 :]])
                yield f"{left} = {_sum([*terms[:k], term, *terms[k + 1 :]])}", factor


def _without_last_factor(right: str) -> str:
    first, *rest = _terms(right)
    return " + ".join([" ".join(_factors(first)[:-1]) or "1", *rest])


def _renamed(statement: str, names: dict[str, str]) -> str:
    """Letters renamed in all subscripts, and the sizes called after them; before the last underscore stands a name."""
    table = str.maketrans(names)
    subscript = r"_([a-z]+\b(?!_)|\{[^}]*\})"
    text = re.sub(subscript, lambda found: "_" + found[1].translate(table), statement)
    return re.sub(r"\b[A-Z]\b", lambda found: found[0].lower().translate(table).upper(), text)
