"""The syntax tree as text and as LaTeX; both are read back as the same tree, but for brackets."""

from __future__ import annotations

import re
from fractions import Fraction

from . import syntax as sx
from .names import ACCENTS, DIFFERENTIAL, GREEK, LATEX_FUNCTIONS

# ---------------------------------------------------------------- indices, alike in both notations


def index_text(index: sx.Index) -> str:
    match index:
        case sx.Affine(terms, offset):
            parts = [f"{_coefficient(n)}{letter.name}" for n, letter in terms]
            return re.sub(r"^\+", "", "".join(parts) + (f"{offset:+d}" if offset else ""))
        case sx.Valued(name, indices):
            return f"{name}_{subscript(indices)}"
        case sx.Fixed(value):
            return str(value)
    return index.name


def _coefficient(n: int) -> str:
    return {1: "+", -1: "-"}.get(n, f"{n:+d}")


def subscript(indices: tuple[sx.Index, ...], braces: bool = False) -> str:
    """What follows the underscore; a comma where an index is more than one character."""
    parts = [index_text(index) for index in indices]
    joined = "".join(parts)
    if all(len(part) == 1 for part in parts) and not (braces and re.search("[2-9][a-z]", joined)):
        return f"{{{joined}}}" if braces else joined
    lone_number = len(parts) == 1 and parts[0][0].isdigit() and not re.search(r"[a-z].*[+-]", parts[0])
    return f"{{{','.join(parts)}{',' if lone_number else ''}}}"


def exponent_value(node: sx.Node) -> Fraction | None:
    return node.value if isinstance(node, sx.Number) else None


def fraction_text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


# ---------------------------------------------------------------- text


def to_text(node: sx.Node) -> str:
    """One line of plain text.

    >>> from tensorcalc.notation.parser import parse_expression
    >>> to_text(parse_expression(r"\\frac{\\gamma_{h}}{H} \\left(x_{bh} - \\mathbf{1}_{h} m_{b}\\right)^{2}"))
    'gamma_h/H (x_bh - 1_h m_b)^2'
    """
    match node:
        case sx.Number(value):
            return fraction_text(value)
        case sx.Size(name):
            return name
        case sx.Tensor(name, indices):
            return f"{name}_{subscript(indices)}" if indices else name
        case sx.Ones(indices):
            return f"1_{subscript(indices)}"
        case sx.Delta(indices):
            return f"delta_{subscript(indices)}"
        case sx.Negate(operand):
            return f"-{to_text(operand)}"
        case sx.Sum(terms):
            return _sum([to_text(term) for term in terms])
        case sx.Product(factors):
            return " ".join(map(to_text, factors))
        case sx.Quotient(above, below):
            return f"{_part(above, sx.Sum)}/{_part(below, sx.Sum, sx.Product, sx.Quotient, sx.Negate)}"
        case sx.Power(base, exponent):
            return f"{to_text(base)}^{_exponent(to_text(exponent))}"
        case sx.Call(function, argument, primes):
            return f"{function}{chr(39) * primes}({to_text(argument)})"
        case sx.Group(body):
            return f"({to_text(body)})"
        case sx.Summation(letters, body):
            return f"sum_{''.join(letter.name for letter in letters)}({to_text(body)})"
        case sx.Derivative(of, by):
            return f"∂{to_text(of)}/∂{to_text(by)}"
    raise TypeError(node)


def _part(node: sx.Node, *open_ended: type) -> str:
    """A part of a fraction: braces of LaTeX become brackets where text would not see its end."""
    return f"({to_text(node)})" if isinstance(node, open_ended) else to_text(node)


def _exponent(text: str) -> str:
    return text if text.isalnum() else f"{{{text}}}"


def _sum(terms: list[str]) -> str:
    joined = terms[0]
    for term in terms[1:]:
        joined += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return joined


# ---------------------------------------------------------------- LaTeX


def to_latex(node: sx.Node) -> str:
    r"""LaTeX without dollar signs.

    >>> from tensorcalc.notation.parser import parse_expression
    >>> print(to_latex(parse_expression("dl_dy_ph gamma_h/H")))
    \frac{\frac{\partial l}{\partial y_{ph}} \gamma_{h}}{H}
    """
    match node:
        case sx.Number(value):
            sign, value = ("-", -value) if value < 0 else ("", value)
            whole = value.denominator == 1
            return f"{sign}{value}" if whole else rf"{sign}\frac{{{value.numerator}}}{{{value.denominator}}}"
        case sx.Size(name):
            return name_latex(name)
        case sx.Tensor(name, indices):
            return _tensor(name, indices)
        case sx.Ones(indices):
            return rf"\mathbf{{1}}_{subscript(indices, True)}"
        case sx.Delta(indices):
            return rf"\delta_{subscript(indices, True)}"
        case sx.Negate(operand):
            return f"-{to_latex(operand)}"
        case sx.Sum(terms):
            return _sum([to_latex(term) for term in terms])
        case sx.Product(factors):
            return " ".join(map(to_latex, factors))
        case sx.Quotient(above, below):
            return rf"\frac{{{to_latex(_bare(above))}}}{{{to_latex(_bare(below))}}}"
        case sx.Power(base, exponent):
            return f"{_base(base)}^{{{_latex_exponent(exponent)}}}"
        case sx.Call(function, argument, primes):
            return _call(function, argument, primes)
        case sx.Group(body):
            return rf"\left({to_latex(body)}\right)"
        case sx.Summation(letters, body):
            inner = to_latex(sx.Group(body) if isinstance(body, sx.Sum) else body)
            return rf"\sum_{{{' '.join(letter.name for letter in letters)}}} {inner}"
        case sx.Derivative(of, by):
            if isinstance(of, sx.Tensor):
                return rf"\frac{{\partial {to_latex(of)}}}{{\partial {to_latex(by)}}}"
            return rf"\frac{{\partial}}{{\partial {to_latex(by)}}} {to_latex(sx.Group(_bare(of)))}"
    raise TypeError(node)


def name_latex(name: str) -> str:
    """A name as LaTeX: Greek letters, accents, and upright letters for longer names."""
    if name == "eps":
        return r"\epsilon"
    if name in GREEK:
        return rf"\{name}"
    if name[:1] == "d" and (len(name) == 2 or name[1:] in GREEK):  # the differential of a tensor
        return rf"\mathrm{{d}}{name_latex(name[1:])}"
    for suffix in ACCENTS.values():
        if name.endswith(suffix) and (name[: -len(suffix)] in GREEK or len(name) == len(suffix) + 1):
            return rf"\{suffix}{{{name_latex(name[: -len(suffix)])}}}"
    return name if len(name) == 1 else rf"\mathrm{{{name}}}"


def _tensor(name: str, indices: tuple[sx.Index, ...]) -> str:
    if name.startswith("dl_d"):
        return rf"\frac{{\partial l}}{{\partial {_tensor(name[4:], indices)}}}"
    return name_latex(name) + (f"_{subscript(indices, True)}" if indices else "")


def _bare(node: sx.Node) -> sx.Node:
    return node.body if isinstance(node, sx.Group) else node


def _base(node: sx.Node) -> str:
    if isinstance(node, sx.Call) and node.function == "exp":
        return rf"\exp\left({to_latex(node.argument)}\right)"
    if isinstance(node, sx.Tensor) and node.name.startswith("dl_d"):
        return rf"\left({to_latex(node)}\right)"
    return to_latex(node)


def _latex_exponent(node: sx.Node) -> str:
    value = exponent_value(node)
    return to_latex(node) if value is None else fraction_text(value)


def _call(function: str, argument: sx.Node, primes: int) -> str:
    if function == "sqrt" and not primes:
        return rf"\sqrt{{{to_latex(argument)}}}"
    if function == "exp" and not primes and not isinstance(argument, (sx.Sum, sx.Summation)):
        return f"e^{{{to_latex(argument)}}}"
    if function == DIFFERENTIAL:
        name = r"\mathrm{d}"
    elif function in LATEX_FUNCTIONS:
        name = rf"\{function}"
    elif len(function) == 1 or function in GREEK:
        name = name_latex(function)
    else:
        name = rf"\operatorname{{{function}}}"
    return rf"{name}{chr(39) * primes}\left({to_latex(argument)}\right)"
