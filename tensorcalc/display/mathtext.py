"""Lines of the notation engine as mathtext that stays readable at the size of a figure."""

import re

from tensorcalc.notation.expression import Expr
from tensorcalc.notation.printing import to_latex
from tensorcalc.notation.reading import Line
from tensorcalc.notation.writing import write

_FACTORS = re.compile(r"(?<!\\partial)(?<=[}\w)]) (?=[\\\w(])")  # mathtext sets no space between factors


def sides(line: Line) -> tuple[str, list[str]]:
    """Return the left side, and each term of the right side with its sign, as mathtext without dollars."""
    terms = [Expr((term,)) for term in line.right.terms] or [line.right]
    written = [readable(to_latex(write(term, line.free))) for term in terms]
    signed = [written[0], *(term if term.startswith("-") else f"+ {term}" for term in written[1:])]
    return readable(to_latex(write(line.left, line.free))), signed


def readable(latex: str) -> str:
    r"""Return LaTeX of the engine with larger fractions and powers of e, and with space between factors.

    >>> readable(r"\frac{1}{H} e^{x_{i}}")
    '\\dfrac{1}{H}\\,\\mathrm{exp}(x_{i})'
    """
    latex = latex.replace(r"\operatorname", r"\mathrm").replace(r"\frac", r"\dfrac")
    while (start := latex.find("e^{")) >= 0:
        end = _closing(latex, start + 2)
        latex = rf"{latex[:start]}\mathrm{{exp}}({latex[start + 3 : end]}){latex[end + 1 :]}"
    return _FACTORS.sub(r"\\,", latex)


def _closing(text: str, opening: int) -> int:
    """Return where the brace closes that opens at ``opening``."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError(f"a brace stays open in {text!r}")
