"""Syntax tree to text and to LaTeX, for tests: plain, and nothing to do with the package's printer."""

from __future__ import annotations

from fractions import Fraction

from tensorcalc.notation import syntax as s

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "mu": "μ", "sigma": "σ", "theta": "θ", "lambda": "λ"}


def program_text(program: s.Program, latex: bool = False) -> str:
    lines = [statement_text(one, latex) for one in program.statements]
    return " \\\\\n".join(lines) if latex else "\n".join(lines)


def statement_text(statement: s.Statement, latex: bool = False) -> str:
    write = Latex() if latex else Plain()
    free = ""
    if statement.free is not None:
        free = "[" + (", " if latex else " ").join(letter.name for letter in statement.free) + "] "
    return f"{free}{write.node(statement.left)} = {write.node(statement.right)}"


def decimal(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else repr(float(value))


def based(node):
    """What a power is taken of, in brackets where it needs them."""
    return node if isinstance(node, (s.Tensor, s.Delta, s.Ones, s.Size, s.Group)) else s.Group(node)


class Plain:
    """``a_ij*(b_j + c_j)/d_i^2``"""

    times = "*"

    def node(self, node) -> str:
        return getattr(self, type(node).__name__)(node)

    def Number(self, node):
        return decimal(node.value)

    def Size(self, node):
        return node.name

    def Tensor(self, node):
        return self.name(node.name) + self.subscript(node.indices)

    def Ones(self, node):
        return "1" + self.subscript(node.indices)

    def Delta(self, node):
        return "delta" + self.subscript(node.indices)

    def Sum(self, node):
        text = self.node(node.terms[0])
        for term in node.terms[1:]:
            minus = isinstance(term, s.Negate)
            text += f" {'-' if minus else '+'} {self.node(term.operand if minus else term)}"
        return text

    def Negate(self, node):
        return f"-{self.node(node.operand)}"

    def Product(self, node):
        return self.times.join(map(self.node, node.factors))

    def Quotient(self, node):
        return f"{self.node(node.numerator)}/{self.node(self.closed(node.denominator))}"

    def Power(self, node):
        exponent = self.node(node.exponent)
        return f"{self.node(based(node.base))}^{exponent if exponent.isdigit() else '{' + exponent + '}'}"

    def Call(self, node):
        return f"{node.function}({self.node(node.argument)})"

    def Group(self, node):
        return f"({self.node(node.body)})"

    def Summation(self, node):
        return f"sum_{''.join(letter.name for letter in node.letters)}({self.node(node.body)})"

    def closed(self, node):
        """A denominator in brackets where it needs them."""
        return s.Group(node) if isinstance(node, (s.Product, s.Quotient, s.Sum, s.Negate)) else node

    def name(self, name: str) -> str:
        return name

    def subscript(self, indices) -> str:
        if not indices:
            return ""
        if all(isinstance(index, s.Letter) for index in indices):
            return "_" + "".join(index.name for index in indices)
        parts = [*map(self.index, indices)]
        if len(parts) == 1 and parts[0][0].isdigit():
            parts.append("")  # without a comma 2i would be two indices
        return "_{" + ",".join(parts) + "}"

    def index(self, index) -> str:
        match index:
            case s.Affine():
                return affine(index)
            case s.Fixed(value=value):
                return str(value)
            case s.Valued(name=name, indices=inner):
                return name + self.subscript(inner)
        return index.name


class Latex(Plain):
    r"""``a_{ij} \left(b_j + c_j\right) \frac{1}{d_i^{2}}``"""

    times = " "

    def Product(self, node):
        """A sum sign reaches to the end of a product, so brackets close it where it is not last."""
        *first, last = node.factors
        closed = [s.Group(one) if isinstance(one, s.Summation) else one for one in first]
        return self.times.join(map(self.node, (*closed, last)))

    def Ones(self, node):
        return r"\mathbf{1}" + self.subscript(node.indices)

    def Delta(self, node):
        return r"\delta" + self.subscript(node.indices)

    def Quotient(self, node):
        return rf"\frac{{{self.node(node.numerator)}}}{{{self.node(node.denominator)}}}"

    def Power(self, node):
        return f"{self.node(based(node.base))}^{{{self.node(node.exponent)}}}"

    def Call(self, node):
        if node.function == "sqrt":
            return rf"\sqrt{{{self.node(node.argument)}}}"
        known = ("exp", "log", "sin", "cos", "tanh")
        name = f"\\{node.function}" if node.function in known else rf"\operatorname{{{node.function}}}"
        return rf"{name}\left({self.node(node.argument)}\right)"

    def Group(self, node):
        return rf"\left({self.node(node.body)}\right)"

    def Summation(self, node):
        return rf"\sum_{{{''.join(letter.name for letter in node.letters)}}}\left({self.node(node.body)}\right)"

    def name(self, name: str) -> str:
        if name in GREEK:
            return f"\\{name}"
        return rf"\mathrm{{{name}}}" if name[-1].isdigit() else name

    def subscript(self, indices) -> str:
        text = super().subscript(indices)
        return text if not text or "{" in text[:2] else f"_{{{text[1:]}}}"


def affine(index: s.Affine) -> str:
    text = ""
    for coefficient, letter in index.terms:
        sign = "-" if coefficient < 0 else "+" if text else ""
        text += sign + (str(abs(coefficient)) if abs(coefficient) != 1 else "") + letter.name
    return text + (f"{index.offset:+d}" if index.offset else "")
