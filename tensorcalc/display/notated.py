"""A line of index notation as a statement that can be drawn: one product, or a sum or difference of tensors."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tensorcalc.display.statements import DELTA, ONES, Statement, fixed, sizes_of
from tensorcalc.notation.expression import Base, Delta, Expr, Idx, One, Sym, Term
from tensorcalc.notation.reading import Line, read


def statement_of(text: str, sizes: Mapping[str, int] | None, values: Any) -> Statement:
    """Return what ``y_ij = x_ik a_kj`` says, with the sizes of its letters or the values of its tensors."""
    lines = read(text)
    if len(lines) != 1:
        raise ValueError(f"one statement is drawn at a time, and this text has {len(lines)}: {text!r}")
    line = lines[0]
    operation, operands = _parts(line, text)
    (left,) = line.left.terms
    name, letters = _tensor(left.factors[0][0], text)
    known = _values(values, [part.name for part in operands])
    ranges = _sizes(line, operands, sizes, known)
    arrays = [_array(part, ranges, known) for part in operands]
    return Statement(
        operands=tuple(part.letters for part in operands),
        result=letters,
        names=(*(part.name for part in operands), name),
        sizes=ranges,
        operation=operation,
        arrays=arrays if values is not None else None,  # type: ignore[arg-type]
        ones=tuple(part.ones for part in operands),
    )


class _Part:
    """One operand: its name, its letters, and the letters of the one-tensor that only spreads it."""

    def __init__(self, name: str, letters: str, ones: str = "") -> None:
        self.name, self.letters, self.ones = name, letters, ones


def _parts(line: Line, text: str) -> tuple[str, list[_Part]]:
    terms = line.right.terms
    if len(terms) == 1:
        factors = list(_factors(terms[0], text))
        return "*", [_Part(*_tensor(base, text)) for base in factors]
    signs = {term.coef for term in terms[1:]}
    if terms[0].coef != 1 or signs not in ({1}, {-1}):
        raise _undrawable(text, "its terms are joined by different signs or numbers")
    return "+" if signs == {1} else "-", [_summand(term, text) for term in terms]


def _factors(term: Term, text: str) -> Iterator[Base]:
    """Yield each factor, a square twice."""
    if term.coef != 1:
        raise _undrawable(text, f"it has the factor {term.coef}")
    for base, exponent in term.factors:
        if exponent.denominator != 1 or not 1 <= exponent <= 3:
            raise _undrawable(text, f"it has the power {exponent}")
        yield from [base] * int(exponent)


def _summand(term: Term, text: str) -> _Part:
    """Return a tensor, with the one-tensors that spread it over the other letters."""
    factors = [base for base, exponent in term.factors for _ in range(int(exponent))]
    tensors = [base for base in factors if not isinstance(base, One)]
    if len(tensors) != 1 or term.bound or any(exponent != 1 for _, exponent in term.factors):
        raise _undrawable(text, "one of its terms is more than a tensor that is spread by one-tensors")
    ones = "".join(_tensor(base, text)[1] for base in factors if isinstance(base, One))
    return _Part(*_tensor(tensors[0], text), ones)


def _tensor(base: Base, text: str) -> tuple[str, str]:
    if not isinstance(base, (Sym, Delta, One)):
        raise _undrawable(text, "it has a bracket, a function or a derivative")
    letters = [slot.name for slot in base.slots if isinstance(slot, Idx)]
    if len(letters) != len(base.slots) or any(len(letter) != 1 for letter in letters):
        raise _undrawable(text, "one of its indices is not a single letter")
    name = base.name if isinstance(base, Sym) else DELTA if isinstance(base, Delta) else ONES
    return name, "".join(letters)


def _undrawable(text: str, why: str) -> ValueError:
    return ValueError(f"{text!r} is drawn as cells only where it is a product, or a sum of tensors: {why}")


def _values(values: Any, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the arrays by name, from a mapping or from a sequence in the order of first mention."""
    if values is None:
        return {}
    wanted = [name for name in dict.fromkeys(names) if name not in (DELTA, ONES)]
    given = dict(values) if isinstance(values, Mapping) else dict(zip(wanted, values, strict=False))
    if set(given) != set(wanted) or len(given) != len(values):
        raise ValueError(f"values are needed for {', '.join(wanted) or 'nothing'}, and given for {', '.join(given)}")
    return {name: np.asarray(value) for name, value in given.items()}


def _sizes(
    line: Line, parts: Sequence[_Part], sizes: Mapping[str, int] | None, known: Mapping[str, np.ndarray]
) -> dict[str, int]:
    """Return the size of each letter; letters of one range, as those of a delta, share it."""
    told = dict(sizes or {})
    measured = [part for part in parts if part.name in known]
    told |= sizes_of(tuple(part.letters for part in measured), [known[part.name] for part in measured])
    ranges = {idx.name: idx.range for idx in [*line.free, *_bound(line.right)]}
    by_range = {ranges[letter]: size for letter, size in told.items() if letter in ranges}
    if clash := [letter for letter, size in told.items() if letter in ranges and by_range[ranges[letter]] != size]:
        both = " and ".join(sorted(letter for letter in ranges if ranges[letter] == ranges[clash[0]]))
        raise ValueError(f"{both} run over one range and have different sizes")
    return told | {letter: by_range[one] for letter, one in ranges.items() if one in by_range}


def _bound(expr: Expr) -> list[Idx]:
    return [idx for term in expr.terms for idx in term.bound]


def _array(part: _Part, sizes: Mapping[str, int], known: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return an operand's values where they are known."""
    if part.name in known:
        return known[part.name]
    return fixed(part.name, tuple(sizes[letter] for letter in part.letters if letter in sizes))
