"""The matrix dictionary read the other way: ``Y = X A^T + B`` to index notation.

    equation = name "=" sum
    sum      = [ "-" ] product { ( "+" | "-" ) product }
    product  = power { power }  |  power "⊙" power { "⊙" power }  |  power "·" power
    power    = atom [ "^T" ]
    atom     = number | name | "I" | "(" sum ")" | "tr(" sum ")" | "diag(" sum ")" | "‖" sum "‖"

Capitals are matrices, lower-case Latin names vectors (columns), Greek ones scalars, unless it is said otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from .building import add, dummy, multiply, of_expr, scale, substitute
from .errors import NotationError
from .expression import Delta, Expr, Idx, One, Slot, Sym, number, of_base
from .names import GREEK, plain
from .printing import to_text
from .writing import write

MAX_TOKENS = 500
MAX_DEPTH = 30

_TOKEN = re.compile(
    r"\s*(?:(?P<upstream>∂l/∂(?P<of>[A-Za-zα-ω]+[0-9]*))|(?P<turn>\^\s*(?:T|⊤))|(?P<number>[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?)"
    r"|(?P<name>[A-Za-z]+[0-9]*|[α-ωΑ-Ω][0-9]*)|(?P<ones>𝟏)|(?P<sign>[=+\-()⊙·‖]))"
)
_LATEX = [
    (r"\\mathbf\s*\{?\s*1\s*\}?", "𝟏"),
    (r"\\frac\s*\{\s*\\partial\s+l\s*\}\s*\{\s*\\partial\s+([^{}]|\\mathbf\{[^{}]*\})\s*\}", r"∂l/∂\1 "),
    (r"\\frac\s*\{(\d+)\}\s*\{(\d+)\}", r"\1/\2 "),
    (r"\\(?:mathbf|mathrm|hat|boldsymbol)\s*\{([^{}]*)\}", r" \1 "),
    (r"\\operatorname\s*\{(tr|diag)\}", r" \1"),
    (r"\\odot", "⊙"),
    (r"\\cdot", "·"),
    (r"\\(?:lVert|rVert|\|)", "‖"),
    (r"\^\s*\{\s*(?:T|\\top)\s*\}|\^\s*\\top", "^T"),
    (r"\\(?:left|right|,|;)|\$", " "),
    (r"\\([a-zA-Z]+)", r" \1 "),
]


@dataclass(frozen=True)
class Value:
    """An expression with the letters of its row and its column, None where it has none."""

    expr: Expr
    row: Idx | None = None
    column: Idx | None = None

    @property
    def shape(self) -> tuple[bool, bool]:
        return self.row is not None, self.column is not None


KINDS = {(False, False): "scalar", (True, False): "column vector", (False, True): "row vector", (True, True): "matrix"}


def from_matrix_text(text: str, vectors: tuple[str, ...] = (), scalars: tuple[str, ...] = ()) -> str:
    """The equation in index notation, as text."""
    source = text
    if "\\" in text:
        for pattern, new in _LATEX:
            source = re.sub(pattern, new, source)
    reader = _Reader(source, frozenset(map(plain, vectors)), frozenset(map(plain, scalars)))
    return reader.equation()


class _Reader:
    def __init__(self, source: str, vectors: frozenset[str], scalars: frozenset[str]) -> None:
        self.source, self.vectors, self.scalars = source, vectors, scalars
        self.tokens = self.scan()
        self.at, self.depth, self.norms = 0, 0, 0

    def scan(self) -> list[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        at = 0
        while self.source[at:].strip():
            match = _TOKEN.match(self.source, at)
            if match is None or len(found) > MAX_TOKENS:
                at += len(self.source[at:]) - len(self.source[at:].lstrip())
                self.fail(f"{self.source[at]!r} is no sign of matrix notation", at)
            assert match is not None
            kind = "upstream" if match["upstream"] else match.lastgroup or ""
            text = match["of"] if kind == "upstream" else match[kind]
            found.append((text if kind == "sign" else kind, text, match.start(match.lastgroup or 0)))
            at = match.end()
        return [*found, ("end", "", len(self.source))]

    def fail(self, given: str, at: int | None = None, rule: str = "syntax", hint: str | None = None) -> None:
        position = self.tokens[self.at][2] if at is None else at
        hint = hint or "Write an equation of matrices, as in Y = X A^T + B."
        raise NotationError(rule, given, position=position, hint=hint, source=self.source)

    def ahead(self, *kinds: str) -> bool:
        return self.tokens[self.at][0] in kinds

    def take(self, kind: str | None = None) -> tuple[str, str, int]:
        if kind and not self.ahead(kind):
            self.fail(f"expected {kind}, found {self.tokens[self.at][1] or 'the end'}")
        self.at += 1
        return self.tokens[self.at - 1]

    # ------------------------------------------------------------ grammar

    def equation(self) -> str:
        left = self.atom()
        self.take("=")
        right = self.sum()
        self.take("end")
        if left.shape == (True, False) and right.shape == (False, False):
            left = self.scalar(left)
        if left.shape != right.shape and right.shape != (False, False):
            self.fail(f"the left side is a {KINDS[left.shape]}, the right side a {KINDS[right.shape]}", 0, "shape")
        i, j = Idx("i", "I"), Idx("j", "J")
        left, right = aligned(left, i, j), aligned(right, i, j)
        free = [idx for idx in (left.row, left.column) if idx is not None]
        return f"{to_text(write(left.expr, free))} = {to_text(write(right.expr, free))}"

    def scalar(self, left: Value) -> Value:
        """A lower-case name on the left of a scalar is one."""
        base = left.expr.terms[0].factors[0][0]
        assert isinstance(base, Sym)
        return Value(of_base(Sym(base.name)))

    def sum(self) -> Value:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("too many brackets", rule="limit")
        sign = -1 if self.ahead("-") and self.take() else 1
        total = self.product()
        total = replace(total, expr=scale(total.expr, sign))
        while self.ahead("+", "-"):
            sign, at = (1 if self.take()[0] == "+" else -1), self.tokens[self.at][2]
            other = self.product()
            if other.shape != total.shape:
                self.fail(f"a {KINDS[total.shape]} and a {KINDS[other.shape]} cannot be added", at, "add-indices")
            other = aligned(other, total.row, total.column)
            total = replace(total, expr=add(total.expr, scale(other.expr, sign)))
        self.depth -= 1
        return total

    def product(self) -> Value:
        value, sign = self.power(), ""
        while self.ahead("number", "name", "ones", "upstream", "(", "⊙", "·", *([] if self.norms else ["‖"])):
            at = self.tokens[self.at][2]
            new = self.take()[0] if self.ahead("⊙", "·") else " "
            if sign and new != sign and value.shape != (False, False):
                hint = "Put brackets round what is multiplied first: (W^T d) ⊙ g."
                self.fail("two kinds of product without brackets", at, hint=hint)
            other = self.power()
            sign = sign if value.shape == (False, False) else new
            value = {"⊙": self.hadamard, "·": self.dot, " ": self.times}[new](value, other, at)
        return value

    def power(self) -> Value:
        value = self.atom()
        while self.ahead("turn"):
            self.take()
            value = Value(value.expr, value.column, value.row)
        return value

    def atom(self) -> Value:
        kind, text, at = self.take()
        if kind == "number":
            return Value(number(Fraction(text)))
        if kind == "ones":
            row = dummy(name="i")
            return Value(of_base(One((row,))), row)
        if kind == "upstream":
            value = self.named(text)
            base = value.expr.terms[0].factors[0][0]
            assert isinstance(base, Sym)
            return replace(value, expr=of_base(Sym(f"dl_d{base.name}", base.slots)))
        if kind in ("(", "‖") or (kind == "name" and text in ("tr", "diag", "norm")):
            return self.bracket(kind, text, at)
        if kind != "name":
            self.fail(f"expected a matrix, found {text or 'the end'}", at)
        return self.named(text)

    def named(self, text: str) -> Value:
        name = plain(text)
        row, column = dummy(name="i"), dummy(name="j")
        if name == "I":
            return Value(of_base(Delta(row, column)), row, column)
        if name in self.scalars or (name in GREEK and name.islower() and name not in self.vectors):
            return Value(of_base(Sym(name)))
        if name[0].isupper():
            lower = name.lower()
            return Value(of_base(Sym(plain(lower), (row, column))), row, column)
        return Value(of_base(Sym(name, (row,))), row)

    def bracket(self, kind: str, text: str, at: int) -> Value:
        if kind == "name":
            self.take("(")
        self.norms += kind == "‖"
        inner = self.sum()
        self.norms -= kind == "‖"
        self.take("‖" if kind == "‖" else ")")
        if kind == "(":
            return inner
        return {"tr": self.trace, "diag": self.diag}.get(text, self.norm)(inner, at)

    # ------------------------------------------------------------ operations

    def times(self, a: Value, b: Value, at: int) -> Value:
        """A B: the column letter of A is the row letter of B."""
        if (a.column is None) != (b.row is None) and (False, False) not in (a.shape, b.shape):
            self.fail(f"a {KINDS[a.shape]} times a {KINDS[b.shape]}", at, "shape", "Transpose one of them.")
        if a.column is None or b.row is None:
            return Value(multiply(a.expr, b.expr), a.row or b.row, b.column or a.column)
        return Value(summed(multiply(a.expr, aligned(b, a.column, b.column).expr), a.column), a.row, b.column)

    def hadamard(self, a: Value, b: Value, at: int) -> Value:
        if a.shape != b.shape:
            self.fail(f"a {KINDS[a.shape]} ⊙ a {KINDS[b.shape]}", at, "shape", "Both must have the same shape.")
        return replace(a, expr=multiply(a.expr, aligned(b, a.row, a.column).expr))

    def dot(self, a: Value, b: Value, at: int) -> Value:
        if (a.shape, b.shape) != ((True, False), (True, False)):
            self.fail("the dot product takes two vectors", at, "shape")
        return self.times(Value(a.expr, None, a.row), b, at)

    def trace(self, a: Value, at: int) -> Value:
        if a.row is None or a.column is None:
            self.fail("the trace is taken of a matrix", at, "shape")
        assert a.row is not None and a.column is not None
        return Value(summed(substitute(a.expr, {a.column: a.row}), a.row))

    def diag(self, a: Value, at: int) -> Value:
        """The matrix of a vector, or the diagonal of a matrix."""
        if a.row is not None and a.column is not None:
            return Value(substitute(a.expr, {a.column: a.row}), a.row)
        if a.row is None:
            self.fail("diag takes a column vector or a matrix", at, "shape")
        column = dummy(name="j")
        assert a.row is not None
        return Value(multiply(a.expr, of_base(Delta(a.row, column))), a.row, column)

    def norm(self, a: Value, at: int) -> Value:
        square = multiply(a.expr, a.expr)
        for idx in (a.row, a.column):
            square = square if idx is None else summed(square, idx)
        return Value(of_expr(square, Fraction(1, 2)))


def aligned(value: Value, row: Idx | None, column: Idx | None) -> Value:
    """The same value with these letters for its row and column."""
    by: dict[Idx, Slot] = {}
    if value.row is not None and row is not None:
        by[value.row] = row
    if value.column is not None and column is not None:
        by[value.column] = column
    return Value(substitute(value.expr, by), value.row and row, value.column and column)


def summed(expr: Expr, idx: Idx) -> Expr:
    term = expr.terms[0] if len(expr.terms) == 1 else of_expr(expr).terms[0]
    return Expr((replace(term, bound=(*term.bound, idx)),))
