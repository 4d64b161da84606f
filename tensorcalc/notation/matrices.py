"""The matrix dictionary: index notation to matrix notation.

A term is taken apart where free letters stand. What dummies hold together is a chain of matrices: it is walked from
one free letter to the other, entering a matrix by its second index transposes it, a closed walk is a trace. Chains
between the same two letters multiply element by element; chains that end on one letter are vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .expression import Base, Delta, Expr, Idx, Paren, Size, Sym, Term, factor
from .names import GREEK
from .printing import fraction_text, name_latex
from .ranges import shown
from .reading import Line


class NoMatrixForm(ValueError):
    """The equation says something that matrix notation cannot."""


@dataclass(frozen=True)
class Form:
    """A piece of matrix notation in text and in LaTeX.

    ``loose``: it needs brackets as a factor; ``product``: it needs them to be transposed.
    """

    text: str
    latex: str
    loose: bool = False
    product: bool = False

    def tight(self) -> Form:
        return Form(f"({self.text})", rf"\left({self.latex}\right)") if self.loose else self

    def turned(self) -> Form:
        whole = Form(self.text, self.latex, self.loose or self.product).tight()
        return Form(f"{whole.text}^T", f"{whole.latex}^T")


@dataclass(frozen=True)
class MatrixForm:
    """An equation in matrix notation."""

    text: str
    latex: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


ONES = Form("𝟏", r"\mathbf{1}")
IDENTITY = Form("I", "I")


def to_matrix(line: Line) -> MatrixForm:
    """``y_ij = x_ik a_jk`` is ``Y = X A^T``.

    Raises
    ------
    NoMatrixForm : where a tensor has more than two indices, three factors share a dummy, and the like
    """
    left = line.left.terms[0].factors[0][0] if len(line.left.terms) == 1 and line.left.terms[0].factors else None
    if not isinstance(left, Sym) or len(left.slots) > 2 or not all(isinstance(slot, Idx) for slot in left.slots):
        raise NoMatrixForm("the left side is no matrix, vector or scalar")
    ends: tuple[Idx, ...] = left.slots  # type: ignore[assignment]
    name, right = symbol(left), whole(line.right, ends)
    return MatrixForm(f"{name.text} = {right.text}", f"{name.latex} = {right.latex}")


def whole(expr: Expr, ends: tuple[Idx, ...]) -> Form:
    """A sum of terms with these free letters: rows first."""
    if not expr.terms:
        return Form("0", "0")
    forms = [term_form(term, ends) for term in expr.terms]
    text, latex = (
        ("-" if expr.terms[0].coef < 0 else "") + forms[0].text,
        ("-" if expr.terms[0].coef < 0 else "") + forms[0].latex,
    )
    for term, form in zip(expr.terms[1:], forms[1:], strict=True):
        sign = " - " if term.coef < 0 else " + "
        text, latex = text + sign + form.text, latex + sign + form.latex
    return Form(text, latex, loose=len(forms) > 1 or expr.terms[0].coef < 0)


def symbol(base: Sym) -> Form:
    """Matrices in capitals, vectors bold, scalars plain; an upstream gradient as a fraction."""
    if base.name.startswith("dl_d"):
        inner = symbol(Sym(base.name[4:], base.slots))
        return Form(f"∂l/∂{inner.text}", rf"\frac{{\partial l}}{{\partial {inner.latex}}}")
    if len(base.slots) > 2:
        raise NoMatrixForm(f"{base.name} has {len(base.slots)} indices, and a matrix has two")
    if len(base.slots) == 2:
        upper = base.name[0].upper() + base.name[1:]
        return Form(upper, name_latex(upper) if upper in GREEK or base.name not in GREEK else name_latex(base.name))
    latex = name_latex(base.name)
    return Form(base.name, rf"\mathbf{{{latex}}}" if base.slots else latex)


# ---------------------------------------------------------------- one term


def term_form(term: Term, ends: tuple[Idx, ...]) -> Form:
    """A term without its sign."""
    scalars, links = [], []
    for base, exponent in term.factors:
        if not base.letters:
            scalars.append((base, exponent))
        else:
            links.append(_link(base, exponent))
    links = _needed_ones(links, term, ends)
    numbers, strands = [], []
    for group in _strands(links, ends):
        touched = [end for end in ends if any(end in link.slots for link in group)]
        group = _parallel(group) if touched or len(group) > 2 else group
        if touched:
            strands.append((touched, group))
        else:
            numbers.append(_closed(group))
    return _scaled(abs(term.coef), [_scalar(b, e) for b, e in scalars] + numbers, _combined(strands, ends))


@dataclass(frozen=True)
class Link:
    """A matrix or a vector with its letters."""

    form: Form
    slots: tuple[Idx, ...]
    one: bool = False


def _link(base: Base, exponent: Fraction) -> Link:
    form = symbol(base) if isinstance(base, Sym) else None
    slots = getattr(base, "slots", None)
    if exponent != 1 or slots is None or not 1 <= len(slots) <= 2 or not all(isinstance(slot, Idx) for slot in slots):
        raise NoMatrixForm("powers, functions and positions of components have no matrix form")
    if form:
        return Link(form, slots)
    if isinstance(base, Delta):
        return Link(IDENTITY, slots)
    if len(slots) == 2:
        raise NoMatrixForm("a one-tensor of order two: write it as two")
    return Link(ONES, slots, one=True)


def _needed_ones(links: list[Link], term: Term, ends: tuple[Idx, ...]) -> list[Link]:
    """Without the one-tensors that change nothing, and with those that broadcast a scalar."""
    kept = list(links)
    for link in links:
        if link.one:
            others = sum(one.slots.count(link.slots[0]) for one in kept if one is not link)
            if others >= (1 if link.slots[0] in ends else 2):
                kept.remove(link)
    present = {slot for link in kept for slot in link.slots}
    return kept + [Link(ONES, (end,), one=True) for end in ends if end not in present]


def _strands(links: list[Link], ends: tuple[Idx, ...]) -> list[list[Link]]:
    """Groups of factors that dummies hold together."""
    groups: list[list[Link]] = []
    for link in links:
        dummies = {slot for slot in link.slots if slot not in ends}
        joined = [group for group in groups if any(slot in dummies for one in group for slot in one.slots)]
        merged = [one for group in joined for one in group] + [link]
        groups = [group for group in groups if group not in joined] + [merged]
    return groups


# ---------------------------------------------------------------- chains


def _parallel(group: list[Link]) -> list[Link]:
    """Matrices between the same two letters multiply element by element."""
    merged: dict[frozenset[Idx], list[Link]] = {}
    for link in group:
        merged.setdefault(frozenset(link.slots), []).append(link)
    result = []
    for letters, links in merged.items():
        if len(letters) == 2 and len(links) > 1:
            first = links[0].slots
            forms = [link.form if link.slots == first else link.form.turned() for link in links]
            links = [Link(_hadamard(forms), first)]
        result += links
    return result


def _walk(group: list[Link], start: Idx, stop: Idx | None) -> list[Form]:
    """The matrices from one letter to another; without a stop the walk ends in a vector."""
    left, here = list(group), start
    chain: list[Form] = []
    while left:
        vectors = [link for link in left if link.slots == (here,)]
        matrices = [link for link in left if here in link.slots and len(link.slots) == 2]
        left = [link for link in left if link not in vectors]
        if not matrices:
            if len(vectors) != 1 or left or stop is not None:
                raise NoMatrixForm(f"the factors around {here.name} form no chain")
            return [*chain, vectors[0].form]
        if len(matrices) > (2 if here == start == stop and not chain else 1):
            raise NoMatrixForm(f"more than two factors share the index {here.name}")
        chain += [_diag(vector.form) for vector in vectors]
        link = matrices[0]
        left.remove(link)
        first = link.slots[0] == here
        chain.append(link.form if first else link.form.turned())
        here = link.slots[1] if first else link.slots[0]
        if here == stop and not left:
            return chain
    raise NoMatrixForm(f"the factors around {here.name} form no chain")


def _joined(forms: Sequence[Form]) -> Form:
    if len(forms) == 1:
        return forms[0]
    tight = [form.tight() for form in forms]
    return Form(" ".join(f.text for f in tight), " ".join(f.latex for f in tight), product=True)


def _closed(group: list[Link]) -> Form:
    """A scalar: an inner product, a form x^T A y, or a trace."""
    vectors = [link for link in group if len(link.slots) == 1]
    if not vectors:
        start = group[0].slots[0]
        chain = _joined(_walk(group, start, start))
        return Form(f"tr({chain.text})", rf"\operatorname{{tr}}\left({chain.latex}\right)")
    first = vectors[0]
    rest = [link for link in group if link is not first]
    if len(rest) == 1 and rest[0].slots == first.slots:
        return Form(f"{first.form.text}^T {rest[0].form.text}", f"{first.form.latex}^T {rest[0].form.latex}")
    return _joined([first.form.turned(), *_walk(rest, first.slots[0], None)])


def _combined(strands: list[tuple[list[Idx], list[Link]]], ends: tuple[Idx, ...]) -> Form | None:
    if not ends:
        return None
    across = [group for touched, group in strands if len(touched) == 2]
    sides = [[group for touched, group in strands if touched == [end]] for end in ends]
    vectors = [[_vector(group, end) for group in groups] for end, groups in zip(ends, sides, strict=True)]
    if len(ends) == 1:
        return _hadamard(vectors[0])
    if across:
        matrices = _hadamard([_joined(_walk(group, ends[0], ends[1])) for group in across])
        row, column = ([_diag(_hadamard(v))] if v else [] for v in vectors)
        middle = [] if matrices == IDENTITY and (row or column) else [matrices]
        return _joined([*row, *middle, *column]) if row or column else matrices
    return _joined([_hadamard(vectors[0]), _hadamard(vectors[1]).turned()])


def _vector(group: list[Link], end: Idx) -> Form:
    if sum(link.slots.count(end) for link in group) == 2:  # from the letter back to it: a diagonal
        return _diag(_joined(_walk(group, end, end)))
    return _joined(_walk(group, end, None))


def _diag(form: Form) -> Form:
    return Form(f"diag({form.text})", rf"\operatorname{{diag}}\left({form.latex}\right)")


def _hadamard(forms: list[Form]) -> Form:
    if len(forms) == 1:
        return forms[0]
    products = [form if " " not in form.text else Form(form.text, form.latex, True).tight() for form in forms]
    return Form(" ⊙ ".join(f.text for f in products), r" \odot ".join(f.latex for f in products), loose=True)


# ---------------------------------------------------------------- scalars


def _scalar(base: Base, exponent: Fraction) -> Form:
    """A scalar factor; the root of a sum of squares is a norm."""
    if isinstance(base, Paren) and exponent == Fraction(1, 2) and (norm := _norm(base.body)):
        return norm
    match base:
        case Sym(slots=()):
            form = symbol(base)
        case Size(name):
            form = Form(shown(name), name_latex(shown(name)))
        case Paren(body):
            form = whole(body, ())
            form = Form(form.text, form.latex, True).tight()
        case _:
            raise NoMatrixForm("functions and single components have no matrix form")
    if exponent == 1:
        return form
    power = fraction_text(exponent)
    return Form(f"{form.text}^{power if power.isdigit() else f'{{{power}}}'}", f"{form.latex}^{{{power}}}")


def _norm(body: Expr) -> Form | None:
    if len(body.terms) != 1 or body.terms[0].coef != 1 or len(body.terms[0].factors) not in (1, 2):
        return None
    factors = body.terms[0].factors
    base, _exponent = factors[0]
    if not isinstance(base, Sym) or set(base.slots) != set(body.terms[0].bound) or not 1 <= len(base.slots) <= 2:
        return None
    if factors not in ((factor(base), factor(base)), (factor(base, 2),)):
        return None
    form, frobenius = symbol(base), "_F" if len(base.slots) == 2 else ""
    return Form(f"‖{form.text}‖{frobenius}", rf"\lVert {form.latex} \rVert{frobenius}")


def _scaled(coef: Fraction, scalars: list[Form], body: Form | None) -> Form:
    forms = [] if coef == 1 and (scalars or body) else [_number(coef)]
    forms += scalars
    if body is None:
        return _joined(forms)
    return _joined([*forms, body]) if forms else body


def _number(value: Fraction) -> Form:
    text = fraction_text(value)
    return Form(text, text if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}")
