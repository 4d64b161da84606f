"""Values as text: in index notation for readers, in Taichi's Python for the compiler."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import chain, count

from ..execution.sizes import as_number
from ..notation.expression import Affine, Idx, Looked, Slot
from ..notation.ranges import shown
from ..notation.syntax import Constant, Fixed
from . import nodes as n
from .nodes import Node

SUM, PRODUCT, ATOM = 1, 2, 3


class Writer:
    """Expressions with brackets where they are needed; what the leaves look like is for subclasses."""

    def __init__(self) -> None:
        self.letters: dict[Idx, str] = {}
        self.taken: set[str] = set()

    def letter(self, idx: Idx) -> str:
        """A name for a loop's letter that no other one has."""
        if idx not in self.letters:
            stem = idx.name
            names = chain([stem], (f"{stem}{k}" for k in count(1)))
            self.letters[idx] = next(name for name in names if name not in self.taken)
            self.taken.add(self.letters[idx])
        return self.letters[idx]

    def forget(self, idx: Idx) -> None:
        """After its loop a name is free."""
        self.taken.discard(self.letters.pop(idx))

    def value(self, node: Node) -> str:
        return self.at(node)[0]

    def wrapped(self, node: Node, level: int) -> str:
        text, own = self.at(node)
        return text if own >= level else f"({text})"

    def at(self, node: Node) -> tuple[str, int]:
        match node:
            case n.Number(value):
                return self.number(value), ATOM if value >= 0 else SUM
            case n.SizeOf(name):
                return self.size(name), ATOM
            case n.Add(terms):
                return self.sum(terms), SUM
            case n.Mul():
                return self.product(node), PRODUCT
            case n.Call(name, arg):
                return self.call(name, arg)
            case n.Load(tensor, places):
                return self.load(tensor, places), ATOM
            case n.Var(name, over):
                return self.variable(name, over), ATOM
            case n.Same(left, right):
                return self.choice(self.equal(left, right), "1.0"), ATOM
            case n.Inside(conditions, body):
                return self.choice(" and ".join(self.within(*one) for one in conditions), self.value(body)), ATOM
        raise TypeError(node)

    def sum(self, terms: tuple[Node, ...]) -> str:
        text = self.wrapped(terms[0], SUM)
        for term in terms[1:]:
            minus = _negative(term)
            text += f" - {self.wrapped(minus, PRODUCT)}" if minus else f" + {self.wrapped(term, SUM)}"
        return text

    def product(self, node: n.Mul) -> str:
        """a * b / (c * d), with the number in front."""
        above = [self.power(base, e) for base, e in node.factors if e > 0]
        below = [self.power(base, -e) for base, e in node.factors if e < 0]
        coef = node.coef
        if coef.numerator == 1 and coef.denominator > 1 and above and coef.denominator < 100:
            coef, below = Fraction(1), [self.number(Fraction(coef.denominator)), *below]
        above = [self.number(coef), *above] if coef != 1 or not above else above
        top = self.times.join(above)
        if not below:
            return top
        return f"{top}{self.over}{below[0] if len(below) == 1 else f'({self.times.join(below)})'}"

    times, over = " * ", " / "

    def power(self, base: Node, exponent: Fraction) -> str:
        raise NotImplementedError

    def call(self, name: str, arg: Node) -> tuple[str, int]:
        return f"{name}({self.value(arg)})", ATOM

    def number(self, value: Fraction) -> str:
        raise NotImplementedError

    def size(self, name: str) -> str:
        raise NotImplementedError

    def load(self, tensor: str, places: tuple[Slot, ...]) -> str:
        raise NotImplementedError

    def variable(self, name: str, over: frozenset[Idx]) -> str:
        raise NotImplementedError

    def equal(self, left: Slot, right: Slot) -> str:
        return f"{self.place(left)} == {self.place(right)}"

    def within(self, place: Slot, name: str) -> str:
        return f"0 <= {self.place(place)} < {self.size(name)}"

    def choice(self, condition: str, value: str) -> str:
        return f"({value} if {condition} else 0.0)"

    def place(self, slot: Slot) -> str:
        match slot:
            case Idx():
                return self.letter(slot)
            case Affine(terms, offset):
                parts = [self.letter(idx) if k == 1 else f"{k}{self.by}{self.letter(idx)}" for k, idx in terms]
                return " + ".join([*parts, str(offset)] if offset else parts).replace("+ -", "- ")
            case Fixed(value):
                return str(value)
            case Constant(name):
                return self.position(name, ())
            case Looked(name, slots):
                return self.position(name, slots)
        raise TypeError(slot)

    by = "*"

    def position(self, name: str, slots: tuple[Slot, ...]) -> str:
        raise NotImplementedError


def _negative(term: Node) -> Node | None:
    match term:
        case n.Mul(coef, factors) if coef < 0:
            return n.mul(-coef, list(factors))
        case n.Number(value) if value < 0:
            return n.Number(-value)
    return None


class Notation(Writer):
    """Index notation, as a reader writes it."""

    times, over, by = " ", "/", ""

    def component(self, tensor: str, places: tuple[Slot, ...]) -> str:
        return f"{tensor}[{', '.join(self.place(place) for place in places)}]" if places else tensor

    load = component

    def subscript(self, places: tuple[Slot, ...]) -> str:
        written = [self.place(place) for place in places]
        plain = all(len(one) == 1 for one in written)
        return f"_{''.join(written)}" if plain and written else f"_{{{','.join(written)}}}" if written else ""

    def variable(self, name: str, over: frozenset[Idx]) -> str:
        return name

    def range(self, name: str) -> str:
        return shown(name)

    size = range

    def number(self, value: Fraction) -> str:
        return str(value)

    def power(self, base: Node, exponent: Fraction) -> str:
        if exponent == Fraction(1, 2):
            return f"sqrt({self.value(base)})"
        exponent_text = str(exponent) if exponent.denominator == 1 else f"({exponent})"
        return self.wrapped(base, PRODUCT + (exponent != 1)) + (f"^{exponent_text}" if exponent != 1 else "")

    def choice(self, condition: str, value: str) -> str:
        return f"({value} where {condition})"

    def position(self, name: str, slots: tuple[Slot, ...]) -> str:
        return f"{name}{self.subscript(slots)}"


class Taichi(Writer):
    """Python that Taichi compiles; every name comes from a table."""

    functions = {  # noqa: RUF012
        "exp": "ti.exp",
        "log": "ti.log",
        "sqrt": "ti.sqrt",
        "sin": "ti.sin",
        "cos": "ti.cos",
        "tan": "ti.tan",
        "tanh": "ti.tanh",
        "abs": "ti.abs",
    }

    def __init__(self, name_of: Callable[[str], str], size_of: Callable[[str], str], scalars: frozenset[str]) -> None:
        super().__init__()
        self.name_of, self.size_of, self.scalars = name_of, size_of, scalars
        self.used: set[str] = set()  # functions of our own
        self.named: set[str] = set()  # functions under a name of the table

    def component(self, tensor: str, places: tuple[Slot, ...]) -> str:
        return f"{self.name_of(tensor)}[{', '.join(self.place(place) for place in places) or '0'}]"

    def single(self, name: str) -> str:
        """An array as one of single components."""
        return name

    def load(self, tensor: str, places: tuple[Slot, ...]) -> str:
        if not places and tensor in self.scalars:
            return self.name_of(tensor)
        text = self.component(tensor, places)
        name = self.name_of(tensor)
        checks = [
            f"0 <= {self.place(place)} < {name}.shape[{axis}]"
            for axis, place in enumerate(places)
            if not isinstance(place, Idx) and not (isinstance(place, Affine) and not place.range)
        ]
        return self.choice(" and ".join(checks), text) if checks else text

    def variable(self, name: str, over: frozenset[Idx]) -> str:
        return name

    def size(self, name: str) -> str:
        return f"float({self.size_of(name)})"

    def within(self, place: Slot, name: str) -> str:
        return f"0 <= {self.place(place)} < {self.size_of(name)}"

    def number(self, value: Fraction) -> str:
        return repr(float(as_number(value)))

    def power(self, base: Node, exponent: Fraction) -> str:
        if exponent == 1:
            return self.wrapped(base, PRODUCT) if not isinstance(base, n.Mul) else self.wrapped(base, ATOM)
        if exponent == Fraction(1, 2):
            return f"ti.sqrt({self.value(base)})"
        if exponent in (2, 3):
            text = self.wrapped(base, ATOM)
            return f"({' * '.join([text] * int(exponent))})"
        return f"ti.pow({self.value(base)}, {self.number(exponent)})"

    def call(self, name: str, arg: Node) -> tuple[str, int]:
        if name in self.functions:
            self.named.add(name)
            return f"{self.functions[name]}({self.value(arg)})", ATOM
        self.used.add(name)
        return f"{FUNCTIONS[name][0]}({self.value(arg)})", ATOM

    def position(self, name: str, slots: tuple[Slot, ...]) -> str:
        return self.component(name, slots) if slots else self.name_of(name)


def _horner(coefficients: tuple[float, ...], x: str) -> str:
    """((c0 x + c1) x + c2) …"""
    text = repr(coefficients[0])
    for one in coefficients[1:]:
        text = f"({text}) * {x} + {one!r}"
    return text


# W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969): his three intervals.
_SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
     8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
_ERF = f"""    a = ti.abs(x)
    s = a * a
    y = x
    if a <= 0.46875:
        y = x * ({_horner(_SMALL[0], "s")}) / ({_horner(_SMALL[1], "s")})
    elif a < 6.0:
        tail = ti.exp(-s) * ({_horner(_MIDDLE[0], "a")}) / ({_horner(_MIDDLE[1], "a")})
        y = 1.0 - tail if x > 0.0 else tail - 1.0
    elif a >= 6.0:
        y = 1.0 if x > 0.0 else -1.0
    return y"""

# Functions that Taichi lacks, or whose plain formula would round or overflow: name in the source, and its text.
FUNCTIONS: dict[str, tuple[str, str]] = {
    "sigmoid": ("sigmoid", "    return 1.0 / (1.0 + ti.exp(-x))"),
    "relu": ("relu", "    return 0.0 if x <= 0.0 else x  # NaN stays NaN"),
    "step": ("step", "    return 1.0 if x > 0.0 else 0.0"),
    "sign": ("sign", "    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x)"),
    "sinh": (
        "sinh",
        "    e = expm1(ti.abs(x))\n"
        "    s = 0.5 * (e + e / (1.0 + e)) if e < 1e18 else 0.5 * e\n"
        "    return s if x > 0.0 else -s",
    ),
    "cosh": ("cosh", "    return 0.5 * (ti.exp(x) + ti.exp(-x))"),
    "log1p": (
        "log1p",
        "    u = 1.0 + x  # what rounding took away from u is put back\n"
        "    return x if u == 1.0 else (ti.log(u) if u > 1e9 else ti.log(u) * (x / (u - 1.0)))",
    ),
    "expm1": (
        "expm1",
        "    u = ti.exp(x)  # what rounding took away from u is put back\n"
        "    return x if u == 1.0 else (u - 1.0 if ti.abs(x) > 30.0 or u == 0.0 else (u - 1.0) * (x / ti.log(u)))",
    ),
    "softplus": ("softplus", "    return (0.0 if x <= 0.0 else x) + log1p(ti.exp(-ti.abs(x)))"),
    "silu": ("silu", "    return x * sigmoid(x)"),
    "gelu": ("gelu", "    return 0.5 * x * (1.0 + erf(x * 0.7071067811865476))"),
    "erf'": ("erf_slope", "    return 1.1283791670955126 * ti.exp(-x * x)"),
    "erf": ("erf", _ERF),
}
NEEDS = {"softplus": ("log1p",), "silu": ("sigmoid",), "gelu": ("erf",), "sinh": ("expm1",)}
