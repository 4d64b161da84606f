"""One grammar for both notations: tokens to the raw syntax tree.

program    = statement { newline statement }
statement  = [ "[" letters "]" ] sum "=" sum [ "(no sum" letters ")" ]
sum        = [ "-" ] product { ( "+" | "-" ) product }
product    = power { [ "*" | "/" ] power }
power      = atom [ "^" exponent ]
atom       = number | size | tensor | one-tensor | delta | "(" sum ")" | function power | fraction
               | sum sign | derivative
"""

from __future__ import annotations

from fractions import Fraction

from . import scan_latex, scan_text
from .errors import NotationError
from .names import DIFFERENTIAL, FUNCTIONS, GENERIC, GREEK, RESERVED
from .syntax import (
    Call,
    Delta,
    Derivative,
    Group,
    Letter,
    Negate,
    Node,
    Number,
    Ones,
    Power,
    Product,
    Program,
    Quotient,
    Size,
    Span,
    Statement,
    Sum,
    Summation,
    Tensor,
)
from .tokens import Token, check_size

MAX_DEPTH = 40
MAX_STATEMENTS = 200
MAX_DIGITS = 40

_STARTS = frozenset(["number", "name", "size", "ones", "function", "frac", "sum", "partial", "(", "["])
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def parse(source: str) -> Program:
    """Text or LaTeX to its syntax tree; nothing is decided about its meaning.

    >>> parse("c_ik = a_ij b_jk").statements[0].right.factors[0].name
    'a'
    """
    check_size(source)
    tokens = (scan_latex if scan_latex.is_latex(source) else scan_text).scan(source)
    return _Parser(tokens, source).program()


def parse_expression(source: str) -> Node:
    """One expression without an equals sign."""
    check_size(source)
    tokens = (scan_latex if scan_latex.is_latex(source) else scan_text).scan(source)
    parser = _Parser([t for t in tokens if t.kind != "line"], source)
    node = parser.sum()
    parser.expect("end")
    return node


class _Parser:
    def __init__(self, tokens: list[Token], source: str) -> None:
        self.tokens, self.source = tokens, source
        self.at, self.depth = 0, 0
        self.latex = scan_latex.is_latex(source)
        self.warnings: list[str] = []

    # ------------------------------------------------------------ tools

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.here
        self.at += token.kind != "end"
        return token

    def ahead(self, *kinds: str, by: int = 0) -> bool:
        return self.at + by < len(self.tokens) and self.tokens[self.at + by].kind in kinds

    def expect(self, kind: str) -> Token:
        if self.here.kind != kind:
            self.fail("syntax", f"expected {_spoken(kind)}, found {_found(self.here)}")
        return self.take()

    def fail(self, rule: str, given: str, hint: str | None = None, at: Token | None = None) -> None:
        position = (at or self.here).span[0]
        raise NotationError(rule, given, position=position, hint=hint, source=self.source)

    def since(self, start: int) -> Span:
        return start, self.tokens[self.at - 1].span[1]

    # ------------------------------------------------------------ statements

    def program(self) -> Program:
        statements = []
        while True:
            while self.ahead("line"):
                self.take()
            if self.ahead("end"):
                break
            statements.append(self.statement())
            if len(statements) > MAX_STATEMENTS:
                self.fail("limit", f"more than {MAX_STATEMENTS} statements")
        if not statements:
            self.fail("syntax", "nothing to read")
        return Program(tuple(statements), self.source, tuple(self.warnings))

    def statement(self) -> Statement:
        start = self.here.span[0]
        before = self.free()
        left = self.sum()
        if not self.ahead("="):
            rule = "one-equals-sign" if self.ahead("line", "end") else "syntax"
            self.fail(rule, f"expected =, found {_found(self.here)}")
        self.take()
        right = self.sum()
        if self.ahead("="):
            self.fail("one-equals-sign", "a second equals sign")
        after = self.free()
        if before is not None and after is not None:
            self.fail("free-list", "free indices listed twice", at=self.tokens[self.at - 1])
        if not self.ahead("line", "end"):
            self.fail("syntax", f"expected the end of the line, found {_found(self.here)}")
        return Statement(left, right, before if before is not None else after, span=self.since(start))

    def free(self) -> tuple[Letter, ...] | None:
        if not self.ahead("free"):
            return None
        token = self.take()
        letters = tuple(index for index in token.indices or () if isinstance(index, Letter))
        for k, letter in enumerate(letters):
            if letter in letters[:k]:
                given, at = f"{letter.name} is listed twice", letter.span[0]
                raise NotationError("left-repeated", given, index=letter.name, position=at, source=self.source)
        return letters

    # ------------------------------------------------------------ expressions

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("limit", f"more than {MAX_DEPTH} levels of brackets")
        start = self.here.span[0]
        terms = [self.signed(("-", "+"))]
        while self.ahead("+", "-"):
            terms.append(self.signed(("-", "+")))
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms), span=self.since(start))

    def signed(self, signs: tuple[str, ...]) -> Node:
        start = self.here.span[0]
        sign = self.take().kind if self.ahead(*signs) else "+"
        node = self.product()
        return Negate(node, span=self.since(start)) if sign == "-" else node

    def product(self) -> Node:
        """``*``, ``/`` and juxtaposition are one level, left to right: a b/c d is ((a b)/c) d."""
        start = self.here.span[0]
        factors = [self.power()]
        while self.ahead("*", "/") or self.here.kind in _STARTS:
            sign = self.take().kind if self.ahead("*", "/") else ""
            slashed = self.at and self.ahead_divided(factors)
            factor = self.negated_power() if sign else self.power()
            if sign == "/":
                whole = factors[0] if len(factors) == 1 else Product(tuple(factors), span=self.since_before(start))
                factors = [Quotient(whole, factor, span=self.since(start))]
            else:
                if not sign and slashed:
                    self.warn_division(factors[-1], factor)
                factors.append(factor)
        return factors[0] if len(factors) == 1 else Product(tuple(factors), span=self.since(start))

    def ahead_divided(self, factors: list[Node]) -> bool:
        return len(factors) == 1 and isinstance(factors[0], Quotient) and "/" in self.source

    def since_before(self, start: int) -> Span:
        return start, self.tokens[self.at - 2].span[1]

    def warn_division(self, quotient: Node, factor: Node) -> None:
        """``2 x_i/3 z_i`` divides by 3 alone; say so where a reader may think otherwise."""
        assert isinstance(quotient, Quotient)
        tight = quotient.span[1] == factor.span[0]
        if tight or (isinstance(quotient.denominator, Number) and not isinstance(quotient.numerator, Number)):
            below = self.source[slice(*quotient.denominator.span)]
            after = self.source[slice(*factor.span)]
            self.warnings.append(
                f"the slash divides by {below} alone: {after} multiplies. Write brackets to divide by both."
            )

    def negated_power(self) -> Node:
        start = self.here.span[0]
        if self.ahead("-"):
            self.take()
            return Negate(self.power(), span=self.since(start))
        return self.power()

    def power(self) -> Node:
        start = self.here.span[0]
        base = self.atom()
        if not self.ahead("^"):
            return base
        self.take()
        if base == Tensor("e"):
            return Call("exp", self.braced() if self.ahead("{") else self.atom(), 0, span=self.since(start))
        exponent = self.exponent()
        if self.ahead("^"):
            self.fail("exponent", "a second exponent", "Put brackets round the inner power: (x_i^2)^3.")
        return Power(base, exponent, span=self.since(start))

    def exponent(self) -> Node:
        start = self.here.span[0]
        if self.ahead("{"):
            return self.braced()
        if self.ahead("-"):
            self.take()
            return Negate(self.atom(), span=self.since(start))
        if self.ahead("size") and self.here.text == "T":
            self.fail("exponent", "T as an exponent", "Index notation has no transpose: swap the indices, x_ji.")
        return self.atom()

    def braced(self) -> Node:
        self.expect("{")
        node = self.sum()
        self.expect("}")
        return node

    # ------------------------------------------------------------ atoms

    def atom(self) -> Node:
        kind = self.here.kind
        if kind not in _STARTS:
            self.fail("syntax", f"expected a tensor, a number or a bracket, found {_found(self.here)}")
        if kind in ("(", "["):
            return self.group()
        return getattr(self, f"_{kind}")()

    def group(self) -> Group:
        start = self.here.span[0]
        closing = _CLOSING[self.take().kind]
        body = self.sum()
        if not self.ahead(closing):
            self.fail("syntax", f"expected {_spoken(closing)} for the bracket opened before, found {_found(self.here)}")
        self.take()
        return Group(body, span=self.since(start))

    def _number(self) -> Node:
        token = self.take()
        mantissa, _, power = token.text.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or abs(int(power or 0)) > 400:
            self.fail("limit", "a number with too many digits", at=token)
        return Number(Fraction(mantissa.rstrip(".") or "0") * Fraction(10) ** int(power or 0), span=token.span)

    def _size(self) -> Node:
        token = self.take()
        return Size(token.text, span=token.span)

    def _ones(self) -> Node:
        token = self.take()
        if not token.indices:
            self.fail("ones-order", "a one-tensor without indices", at=token)
        return Ones(token.indices or (), span=token.span)

    def _name(self) -> Node:
        token = self.here
        if token.indices is None and (token.text in GENERIC and self.ahead("(", "[", "'", by=1)):
            return self._function()
        if token.text == DIFFERENTIAL and token.indices is None and not self.latex and self._touches("("):
            return self._function()
        self.take()
        indices = token.indices or ()
        if token.text == "delta":
            if len(indices) != 2:
                self.fail("delta-order", f"a delta with {len(indices)} indices", at=token)
            return Delta(indices, span=token.span)
        if token.text in RESERVED:
            self.fail("reserved-name", f"{token.text} cannot name a tensor", at=token)
        if len(token.text) > 1 and token.text not in GREEK and not indices and self.ahead("(") and not self.here.spaced:
            hint = f"Write {token.text} * (…) for a product; the functions are {', '.join(sorted(FUNCTIONS))}."
            self.fail("unknown-function", f"{token.text}(…) is no function of the list", hint, at=token)
        return Tensor(token.text, indices, span=token.span)

    def _touches(self, kind: str) -> bool:
        """Whether this sign follows the present one without a space."""
        return self.ahead(kind, by=1) and not self.tokens[self.at + 1].spaced

    def _function(self) -> Node:
        token = self.take()
        primes = 0
        while self.ahead("'"):
            self.take()
            primes += 1
        if primes > 9:
            self.fail("limit", "too many primes", at=token)
        if self.ahead("{") and token.text == "sqrt":
            argument = self.braced()
        else:
            argument = self.group().body if self.ahead("(", "[") else self.bare_argument(token)
        return Call(token.text, argument, primes, span=self.since(token.span[0]))

    def bare_argument(self, token: Token) -> Node:
        """``log s_T``: without brackets only one factor, and nothing after it that could belong to it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("limit", f"more than {MAX_DEPTH} levels")
        argument = self.power()
        self.depth -= 1
        if self.here.kind in _STARTS or self.ahead("/"):
            self.fail(
                "syntax", f"it cannot be seen where the argument of {token.text} ends", "Put it in brackets.", at=token
            )
        return argument

    def _frac(self) -> Node:
        start = self.take().span[0]
        if self.ahead("{") and self.ahead("partial", by=1):
            return self.partial_fraction(start)
        numerator = self.fraction_part()
        return Quotient(numerator, self.fraction_part(), span=self.since(start))

    def fraction_part(self) -> Node:
        r"""In braces, or one sign as in ``\frac1q``."""
        if not self.ahead("{") and (len(self.here.text) > 1 or self.here.indices):
            self.fail("syntax", "a fraction without braces", r"Write \frac{a_i}{b_i}.")
        return self.braced() if self.ahead("{") else self.atom()

    def partial_fraction(self, start: int) -> Node:
        r"""``\frac{\partial y_i}{\partial x_p}``, or ``\frac{\partial}{\partial x_p}`` before its argument."""
        self.take()
        self.take()
        of = None if self.ahead("}") else self.sum()
        self.expect("}")
        self.expect("{")
        by = self.differential()
        self.expect("}")
        return self.derivative(of, by, start)

    def _partial(self) -> Node:
        start = self.take().span[0]
        of = None if self.ahead("/") else self.power()
        self.expect("/")
        return self.derivative(of, self.differential(), start)

    def differential(self) -> Tensor:
        self.expect("partial")
        by = self.power()
        if not isinstance(by, Tensor):
            self.fail("derivative-index", "a derivative is taken by a tensor", at=self.tokens[self.at - 1])
        assert isinstance(by, Tensor)
        return by

    def derivative(self, of: Node | None, by: Tensor, start: int) -> Node:
        node = of if of is not None else self.power()
        if isinstance(node, Group):
            node = node.body
        if node == Tensor("l"):
            return Tensor(f"dl_d{by.name}", by.indices, span=self.since(start))
        return Derivative(node, by, span=self.since(start))

    def _sum(self) -> Node:
        r"""In text a sum ends with its bracket; in LaTeX ``\sum_k`` reaches to the end of its term."""
        token = self.take()
        letters = tuple(index for index in token.indices or () if isinstance(index, Letter))
        if not letters or len(letters) != len(token.indices or ()) or len(set(letters)) < len(letters):
            self.fail("summation-letter", "a summation sign needs distinct letters", at=token)
        if not self.latex and not self.ahead("(", "["):
            self.fail("syntax", "it cannot be seen where the sum ends", f"Put it in brackets: {token.text}_k(a_k b_k).")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("limit", f"more than {MAX_DEPTH} levels")
        body = self.product() if self.latex else self.group()
        self.depth -= 1
        if not self.latex and self.ahead("^"):
            power = "it cannot be seen whether the sum or each of its terms is raised"
            self.fail("syntax", power, f"Put it in brackets: ({token.text}_k(a_k))^2, or {token.text}_k((a_k)^2).")
        return Summation(letters, body.body if isinstance(body, Group) else body, span=self.since(token.span[0]))


def _spoken(kind: str) -> str:
    return {
        "line": "the end of the line",
        "end": "the end of the text",
        "partial": "∂",
        "free": "a list of free indices",
    }.get(kind, kind)


def _found(token: Token) -> str:
    return _spoken(token.kind) if token.kind in ("line", "end") else repr(token.text)
