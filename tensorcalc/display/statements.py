"""A statement in index notation as data: what a picture of a contraction needs to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product, zip_longest

import numpy as np

from tensorcalc.display import formulas
from tensorcalc.display.cells import Block, cell_texts, number

SIGNS = {"*": r"\cdot", "+": "+", "-": "-"}  # of the code, as formulas set them
DELTA, ONES = "delta", "1"  # names of the Kronecker delta and of the one-tensor
PRINTED = {"*": " × ", "+": " + ", "-": " − "}


@dataclass(frozen=True)
class Statement:
    """``result[…] = Σ operands[0][…] · operands[1][…] …``; each operand is given by its letters."""

    operands: tuple[str, ...]
    result: str
    names: tuple[str, ...]
    sizes: Mapping[str, int]
    operation: str
    arrays: list[np.ndarray] | None
    ones: tuple[str, ...] = ()  # letters of the one-tensors that spread each operand of a sum

    def __post_init__(self) -> None:
        if len(self.names) != len(self.operands) + 1:
            raise ValueError(f"{len(self.operands)} operands and a result need as many names, not {self.names!r}")
        if self.operation not in SIGNS:
            raise ValueError(f"operation is '*', '+' or '-', not {self.operation!r}")
        if missing := [c for c in "".join((*self.operands, self.result)) if c not in self.sizes]:
            raise ValueError(f"the index {missing[0]!r} has no size: an operand must have it, or sizes={{…}} name it")
        if self.operation != "*" and self.summed:
            raise ValueError(
                f"only products are summed, and {self.summed[0]!r} is not in the result: draw two pictures"
            )

    @property
    def summed(self) -> list[str]:
        return [c for c in dict.fromkeys("".join(self.operands)) if c not in self.result]

    @property
    def value(self) -> np.ndarray:
        """The result: each operand spread over the result's indices, or their product summed over the others."""
        arrays, ones = self.arrays or [], np.ones([self.sizes[letter] for letter in self.result])
        if self.operation == "*":
            return np.einsum(f"{','.join((*self.operands, self.result))}->{self.result}", *arrays, ones)
        pairs = zip(self.operands, arrays, strict=True)
        spread = [np.einsum(f"{letters},{self.result}->{self.result}", array, ones) for letters, array in pairs]
        return reduce(np.add if self.operation == "+" else np.subtract, spread)

    def blocks(self) -> list[Block]:
        """Return the result's cells and then each operand's."""
        letters = (self.result, *self.operands)
        shapes = [tuple(self.sizes[letter] for letter in each) for each in letters]
        names = (self.names[-1], *self.names[:-1])
        data = map(_shown, names, shapes) if self.arrays is None else [self.value, *self.arrays]
        return [
            Block(each, shape, cell_texts(value, name)[0], across=len(self.result) > 1 and self.result.endswith(each))
            for each, shape, value, name in zip(letters, shapes, data, names, strict=True)
        ]

    def headings(self) -> list[str]:
        names, letters = (self.names[-1], *self.names[:-1]), (self.result, *self.operands)
        ones = ["", *(formulas.math(ONES, each)[:-1] if each else "" for each in self.ones)]
        plain = [formulas.math(name, each) for name, each in zip(names, letters, strict=True)]
        return [f"{one}{text[1:]}" if one else text for one, text in zip_longest(ones, plain, fillvalue="")]

    def signs(self) -> list[str]:
        letters = " ".join(map(formulas.symbol, self.summed))
        total = rf"=\; \sum_{{{letters}}}" if letters else "="
        return [f"${sign}$" for sign in (total, *[SIGNS[self.operation]] * (len(self.operands) - 1))]

    def loops(self, at: Mapping[str, int]) -> list[str]:
        """Return the loop nest, each loop with the index value of the picture."""
        lines = [self._loop(letter, depth, at) for depth, letter in enumerate(self.result)]
        depth, target = len(self.result), _entry(self.names[-1], self.result)
        entries = [_entry(name, letters) for name, letters in zip(self.names, self.operands, strict=False)]
        right = f" {self.operation} ".join(entries)
        if not self.summed:
            return [*lines, "    " * depth + f"{target} = {right}"]
        lines += ["    " * depth + f"{target} = 0"]
        lines += [self._loop(letter, depth + n, at) for n, letter in enumerate(self.summed)]
        return [*lines, "    " * (depth + len(self.summed)) + f"{target} += {right}"]

    def _loop(self, letter: str, depth: int, at: Mapping[str, int]) -> str:
        note = f"  # {letter} = {at[letter]}" if letter in at else ""
        return "    " * depth + f"for {letter} in range({self.sizes[letter]}):{note}"

    def rows(self, at: Mapping[str, int]) -> list["Row"]:
        """Return the sum that makes one component, term by term."""
        rows, join = [], f"${formulas.indexed(self.names[-1], self.result, at)} =$"
        for summed in product(*(range(self.sizes[letter]) for letter in self.summed)):
            where = {**at, **dict(zip(self.summed, summed, strict=True))}
            marked = bool(self.summed) and where.items() >= at.items() and set(self.summed) <= set(at)
            rows.append(Row(join, self._term(where), self._numbers(where), marked))
            join = "$+$"
        if self.arrays is not None and (self.summed or len(self.operands) > 1):
            total = number(self.value[tuple(at[letter] for letter in self.result)])
            rows.append(Row("$=$", f"${total}$".replace("−", "-"), ""))
        return rows

    def _term(self, where: Mapping[str, int]) -> str:
        parts = [formulas.indexed(*pair, where) for pair in zip(self.names, self.operands, strict=False)]
        ones = [formulas.indexed(ONES, each, where) if each else "" for each in self.ones]
        parts = [rf"{one}\,{part}" if one else part for one, part in zip_longest(ones, parts, fillvalue="")]
        return "$" + (r"\," if self.operation == "*" else self.operation).join(parts) + "$"

    def _numbers(self, where: Mapping[str, int]) -> str:
        if self.arrays is None:
            told = [f"{letter} = {where[letter]}" for letter in self.summed]
            deltas = [each for name, each in zip(self.names, self.operands, strict=False) if name == DELTA]
            return ",  ".join(told + [f"δ = {int(where[each[0]] == where[each[1]])}" for each in deltas])
        pairs = zip(self.arrays, self.operands, strict=True)
        numbers = [number(array[tuple(where[letter] for letter in letters)]) for array, letters in pairs]
        return PRINTED[self.operation].join(
            f"({text})" if text.startswith("−") and len(numbers) > 1 else text for text in numbers
        )


@dataclass(frozen=True)
class Row:
    """One line of a worked-out sum: the sign before it, the term, its numbers, and whether it is the chosen one."""

    join: str
    term: str
    numbers: str
    marked: bool = False


def _shown(name: str, shape: tuple[int, ...]) -> np.ndarray | tuple[int, ...]:
    """Return the values of a delta or a one-tensor, which are known, and else the shape."""
    values = fixed(name, shape)
    return shape if values is None else values


def fixed(name: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the values of a Kronecker delta or of a one-tensor, which need not be told; None for other names."""
    if name == DELTA and len(shape) == 2:
        return np.eye(*shape, dtype=int)
    return np.ones(shape, dtype=int) if name == ONES else None


def _entry(name: str, letters: str) -> str:
    if name == ONES:
        return ONES
    return f"{name}[{', '.join(letters)}]" if letters else name


def sizes_of(operands: tuple[str, ...], arrays: list[np.ndarray]) -> dict[str, int]:
    """Return the range of each letter, or say which letter has two."""
    sizes: dict[str, int] = {}
    for letters, array in zip(operands, arrays, strict=True):
        if len(letters) != array.ndim:
            raise ValueError(f"the letters {letters!r} name {len(letters)} axes, their operand has shape {array.shape}")
        for letter, size in zip(letters, array.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(
                    f"the index {letter!r} has {sizes[letter]} values in one operand and {size} in another"
                )
    return sizes
