"""Meaning: which letter is free, which is summed, and where its sum ends. What can be read in two ways is refused.

A dummy is summed over the innermost additive term that holds all its occurrences, products flattened: directly in an
atom or in two or more factors, it binds there; inside one compound factor only, that factor is looked into.
Denominators, arguments of functions and bases of powers are closed: they are never flattened.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction

from . import expression as ex
from . import syntax as sx
from .building import add, as_term, combine, dummy, power, scale, times
from .errors import NotationError
from .expression import Expr, Idx, Term
from .factors import Piece, additive, closed_parts, occurrences, pieces, place_of, unwrap
from .ranges import Ranges

MAX_EXPONENT = 1000

# ---------------------------------------------------------------- the scope of one statement


@dataclass
class Scope:
    """Reads statements into expressions; ranges and orders are shared by all that it reads."""

    source: str = ""
    ranges: Ranges = field(default_factory=Ranges)
    orders: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> order, where it was first seen
    # name, place, and ranges from near to far: of its letter, of the letters in scope, of those of the statement
    sizes: list[tuple[str, int, list[int], list[int], list[int]]] = field(default_factory=list)
    written: set[int] = field(default_factory=set)  # dummies of sums that are written out
    groups: int = 0  # brackets, arguments and denominators around the place
    known: frozenset[str] = frozenset()  # names of ranges that other texts have
    letters: list[tuple[str, int]] = field(default_factory=list)  # letters of this statement with their ranges

    def fail(
        self, rule: str, given: str, letter: str | None = None, at: int | None = None, hint: str | None = None
    ) -> None:
        raise NotationError(rule, given, index=letter, position=at, hint=hint, source=self.source)

    def begin(self) -> None:
        self.letters = []

    # ------------------------------------------------------------ indices

    def index(self, letter: str) -> Idx:
        at = self.ranges.new(letter)
        self.letters.append((letter, at))
        return Idx(letter, f"@{at}")

    def join(self, idx: Idx, at: int, position: int) -> None:
        self.ranges.join(int(idx.range[1:]), at, idx.name, position, self.source)

    def slot(self, index: sx.Index, env: dict[str, Idx], axis: int | None) -> ex.Slot:
        match index:
            case sx.Letter(name):
                if axis is not None:
                    self.join(env[name], axis, index.span[0])
                return env[name]
            case sx.Affine(terms, offset):
                return combine(
                    [(n, env[letter.name]) for n, letter in terms], offset, "" if axis is None else f"@{axis}"
                )
            case sx.Valued(name, indices):
                return ex.Looked(name, self.slots(name, indices, env, index.span[0]))
        assert isinstance(index, (sx.Fixed, sx.Constant))
        if isinstance(index, sx.Fixed) and index.value < 0:
            self.fail(
                "index-letter", f"the position {index.value} lies before 0", at=index.span[0], hint="Count from 0."
            )
        if isinstance(index, sx.Constant):
            self.order(index.name, 0, index.span[0])
        return index

    def slots(self, name: str, indices: tuple[sx.Index, ...], env: dict[str, Idx], at: int) -> tuple[ex.Slot, ...]:
        self.order(name, len(indices), at)
        return tuple(self.slot(index, env, self.ranges.axis(name, k)) for k, index in enumerate(indices))

    def order(self, name: str, order: int, at: int) -> None:
        known, _ = self.orders.setdefault(name, (order, at))
        if known != order:
            given = f"{name} has {order} {'index' if order == 1 else 'indices'} here and {known} before"
            self.fail("two-orders", given, at=at)

    # ------------------------------------------------------------ sums

    def whole(self, node: sx.Node, env: dict[str, Idx]) -> Expr:
        """A side of an equation: every free index in every term, unless the term is a scalar."""
        for term, _ in additive(node):
            shown = occurrences(term).keys() & env.keys()
            missing = [letter for letter in env if letter not in shown]
            if shown and missing:
                text = self.source[slice(*term.span)].strip()
                hint = f"Broadcast it: write {ones_text(missing)} {text} for this term." if text else None
                given = f"the free index {missing[0]} is missing from {text or 'a term'}"
                self.fail("free-missing", given, missing[0], term.span[0], hint)
        return self.sum(node, env)

    def nested(self, node: sx.Node, env: dict[str, Idx], group: bool = True) -> Expr:
        """A sum inside a term: all its terms show the same indices, or none."""
        node = unwrap(node)
        shown = [(term, occurrences(term).keys() & env.keys()) for term, _ in additive(node)]
        everything = set().union(*(letters for _, letters in shown))
        for term, letters in shown:
            missing = sorted(everything - letters)
            if letters and missing:
                hint = f"Write {ones_text(missing)} {self.source[slice(*term.span)].strip()} inside the bracket."
                self.fail(
                    "nested-terms",
                    f"{missing[0]} is missing from a term of the bracket",
                    missing[0],
                    term.span[0],
                    hint,
                )
        self.groups += group
        inner = self.sum(node, env)
        self.groups -= group
        return inner

    def sum(self, node: sx.Node, env: dict[str, Idx]) -> Expr:
        return add(*(scale(self.term(term, env), sign) for term, sign in additive(node)))

    # ------------------------------------------------------------ terms

    def term(self, node: sx.Node, env: dict[str, Idx]) -> Expr:
        found = list(pieces(node))
        counts = [occurrences(piece.node) for piece in found]
        new = self.dummies(node, found, counts, env)
        self.check_brackets(node, found, counts, env)
        if self.groups:
            self.check_ones(found, counts, env)
        inner = {**env, **new}
        term = times(Term(bound=tuple(new.values())), *(self.piece(piece, inner) for piece in found))
        return Expr((term,)) if term.coef else ex.ZERO

    def dummies(
        self, node: sx.Node, found: list[Piece], counts: list[Counter[str]], env: dict[str, Idx]
    ) -> dict[str, Idx]:
        """The letters that are summed over this term."""
        new: dict[str, Idx] = {}
        for letter in dict.fromkeys(letter for count in counts for letter in count if letter not in env):
            holders = [k for k, count in enumerate(counts) if count[letter]]
            if len(holders) > 1 or found[holders[0]].shows(letter):
                if sum(counts[k][letter] for k in holders) < 2:
                    self.fail_once(letter, node)
                self.check_closed(letter, node)
                at = self.index(letter)
                new[letter] = dummy(at)
        return new

    def fail_once(self, letter: str, node: sx.Node) -> None:
        at = place_of(letter, node)
        hint = f"Put {letter} on the left side, or sum over it with 1_{letter}."
        self.fail("dummy-once", f"{letter} occurs once in its term and is not free", letter, at, hint)

    def check_closed(self, letter: str, node: sx.Node) -> None:
        """One letter in two roles: a dummy of the term that a closed group pairs again."""
        for inner in closed_parts(node):
            if occurrences(inner)[letter] > 1:
                self.check_ones_alone(letter, inner)
                given = f"{letter} is summed over the term and also repeated inside a group of it"
                hint = f"If the group has a sum of its own, rename its {letter}; else name its product in a statement."
                self.fail("two-roles", given, letter, place_of(letter, inner, 1), hint)

    def check_ones_alone(self, letter: str, node: sx.Node) -> None:
        ones = [part for part in sx.walk(node) if isinstance(part, sx.Ones) and occurrences(part)[letter]]
        if ones:
            given = f"1_{letter} repeats {letter}, which the term around it already carries"
            self.fail("ones-in-group", given, letter, place_of(letter, ones[0]))

    def check_brackets(
        self, node: sx.Node, found: list[Piece], counts: list[Counter[str]], env: dict[str, Idx]
    ) -> None:
        """``(a_i b_i) c_i``: a bracket that pairs a dummy is a finished sum; a dummy in scope stands outside it."""
        for bracket in dict.fromkeys(b for piece in found for b in piece.brackets):
            inside = sum((n for piece, n in zip(found, counts, strict=True) if bracket in piece.brackets), Counter())
            outside = sum(
                (n for piece, n in zip(found, counts, strict=True) if bracket not in piece.brackets), Counter()
            )
            for letter in inside:
                summed = letter not in env or env[letter].uid not in (0, *self.written)
                if summed and inside[letter] > 1 and (letter in env or outside[letter]):
                    given = f"the bracket pairs {letter}, which also occurs outside it"
                    self.fail("bracketed-pair", given, letter, bracket)

    def check_ones(self, found: list[Piece], counts: list[Counter[str]], env: dict[str, Idx]) -> None:
        """Inside a group a one-tensor may broadcast an outer letter, but not repeat one the term carries."""
        total = sum(counts, Counter())
        for piece, count in zip(found, counts, strict=True):
            for letter in count if piece.atom and isinstance(piece.node, sx.Ones) else ():
                if letter in env and total[letter] > 1 and env[letter].uid not in self.written:
                    given = f"1_{letter} repeats {letter}, which this term already carries"
                    self.fail("ones-in-group", given, letter, place_of(letter, piece.node))

    # ------------------------------------------------------------ factors

    def piece(self, piece: Piece, env: dict[str, Idx]) -> Term:
        if piece.sign < 0:
            return self.denominator(piece.node, env)
        return as_term(self.factor(piece.node, env))

    def denominator(self, node: sx.Node, env: dict[str, Idx]) -> Term:
        below = self.nested(node, env)
        if not below.terms:
            self.fail("syntax", "a division by 0", at=node.span[0], hint="Divide by something else.")
        return power(below, -1).terms[0]

    def factor(self, node: sx.Node, env: dict[str, Idx]) -> Expr:
        match node:
            case sx.Number(value):
                return ex.number(value)
            case sx.Size(name):
                here = [at for letter, at in self.letters if letter in env and env[letter].range == f"@{at}"]
                mine = [at for letter, at in self.letters if at in here and self.ranges.name(letter) == name]
                near = [at for _, at in self.letters]
                self.sizes.append((name, node.span[0], mine, here, near))
                return ex.of_base(ex.Size(f"?{len(self.sizes) - 1}", name))
            case sx.Tensor(name, indices):
                return ex.of_base(ex.Sym(name, self.slots(name, indices, env, node.span[0])))
            case sx.Ones(indices):
                return ex.of_base(ex.One(tuple(self.ones(index, env) for index in indices)))
            case sx.Delta(indices):
                return ex.of_base(self.delta(indices, env))
            case sx.Sum():
                return Expr((as_term(self.nested(node, env)),))
            case sx.Call(function, argument, primes):
                return self.call(function, self.nested(argument, env), primes)
            case sx.Power(base, exponent):
                return power(self.base(base, env), self.exponent(exponent))
            case sx.Summation(letters, body):
                return self.summation(letters, body, env)
            case sx.Derivative(of, by):
                return self.derivative(of, by, env)
        raise TypeError(node)

    def base(self, node: sx.Node, env: dict[str, Idx]) -> Expr:
        for letter, n in occurrences(node).items():
            if n == 1 and letter not in env and isinstance(node, sx.Tensor):
                given = f"the exponent does not make {letter} occur twice"
                hint = f"Sum the powers with 1_{letter}, or put {letter} on the left side."
                self.fail("power-no-sum", given, letter, place_of(letter, node), hint)
        return self.nested(node, env)

    def ones(self, index: sx.Index, env: dict[str, Idx]) -> Idx:
        if not isinstance(index, sx.Letter):
            self.fail("ones-order", "a one-tensor takes letters only", at=index.span[0])
        assert isinstance(index, sx.Letter)
        return env[index.name]

    def delta(self, indices: tuple[sx.Index, ...], env: dict[str, Idx]) -> ex.Delta:
        left, right = (self.slot(index, env, None) for index in indices)
        if isinstance(left, Idx) and isinstance(right, Idx):
            self.join(left, int(right.range[1:]), indices[1].span[0])
        return ex.Delta(left, right)

    def call(self, name: str, arg: Expr, primes: int) -> Expr:
        if name == "sqrt" and not primes:
            return power(arg, Fraction(1, 2))
        return ex.of_base(ex.Fn(name, arg, primes))

    def exponent(self, node: sx.Node) -> Fraction:
        value = constant(node)
        if value is None:
            self.fail("exponent", "the exponent is not a number", at=node.span[0])
        assert value is not None
        if abs(value) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
            self.fail("limit", "the exponent is too large", at=node.span[0])
        return value

    def summation(self, letters: tuple[sx.Letter, ...], body: sx.Node, env: dict[str, Idx]) -> Expr:
        counts = occurrences(body)
        for letter in letters:
            if letter.name in env or not counts[letter.name]:
                why = "is already an index of this term" if letter.name in env else "does not occur below the sign"
                self.fail("summation-letter", f"{letter.name} {why}", letter.name, letter.span[0])
        new = {letter.name: dummy(self.index(letter.name)) for letter in letters}
        self.written |= {idx.uid for idx in new.values()}
        inner = self.nested(body, {**env, **new}, group=False)
        term = as_term(inner)
        return Expr((replace(term, bound=(*new.values(), *term.bound)),))

    def derivative(self, of: sx.Node, by: sx.Tensor, env: dict[str, Idx]) -> Expr:
        for letter, n in occurrences(by).items():
            if n > 1 or occurrences(of)[letter]:
                given = f"the derivative is taken by {by.name} with {letter}, which is in use"
                self.fail("derivative-index", given, letter, place_of(letter, by))
        variable = ex.Sym(by.name, self.slots(by.name, by.indices, env, by.span[0]))
        return ex.of_base(ex.Deriv(self.nested(of, env, group=False), variable))

    # ------------------------------------------------------------ names of ranges

    def resolve(self) -> tuple[dict[str, str], dict[str, str]]:
        """Provisional names of ranges and of sizes to the names they end with."""
        names = self.ranges.resolve()
        everything = list(range(len(self.ranges.parent)))
        sizes = {}
        for k, (name, at, *near) in enumerate(self.sizes):
            found = (self.ranges.called(name, among) for among in (*near, everything))
            roots = next((roots for roots in found if roots), [])
            if not roots and name in self.known:
                sizes[f"?{k}"] = name
                continue
            if not roots:
                self.fail("unknown-size", f"{name} is the size of no range here", name, at)
            if len(roots) > 1:
                hint = f'Use another letter for one, or declare it: ranges={{"{name.lower()}": "{name}"}}.'
                self.fail("two-meanings", f"two different ranges are called {name}", name, at, hint)
            sizes[f"?{k}"] = names[roots[0]]
        return {f"@{at}": name for at, name in names.items()}, sizes


def ones_text(letters: list[str]) -> str:
    """The one-tensor to be written: in braces where several letters would run into what follows."""
    return f"1_{letters[0]}" if len(letters) == 1 else f"1_{{{''.join(letters)}}}"


def constant(node: sx.Node) -> Fraction | None:
    """The value of an exponent: numbers, signs and fractions of numbers."""
    match unwrap(node):
        case sx.Number(value):
            return value
        case sx.Negate(operand):
            inner = constant(operand)
            return None if inner is None else -inner
        case sx.Quotient(above, below):
            a, b = constant(above), constant(below)
            return None if a is None or not b else a / b
    return None
