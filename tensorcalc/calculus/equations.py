"""``tc.equation``: an equation to be rewritten by name; every operation checks what the rulebook asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..notation import expression as ex
from ..notation.building import add, as_term, binders, multiply, power, substitute
from ..notation.errors import NotationError
from ..notation.expression import Delta, Expr, Fn, Idx, One, Paren, Slot, Sym, Term
from ..notation.factors import occurrences
from ..notation.lettering import letter
from ..notation.matrices import MatrixForm, to_matrix
from ..notation.matrix_reading import from_matrix_text
from ..notation.names import FUNCTIONS, GENERIC
from ..notation.parser import parse, parse_expression
from ..notation.printing import to_text
from ..notation.reading import Line, Reader
from ..notation.writing import write
from . import rules
from .function import line_latex, line_text
from .places import (
    Attempt,
    Search,
    check_letters,
    defined,
    find,
    first,
    product_parts,
    renamed,
    spliced,
    summed,
    texts,
    written,
)
from .uniting import merged, united


class Equation:
    """An equation between tensors, for all values of its free indices.

    Attributes
    ----------
    left, right : its sides
    free : names of the free indices
    rule : id of the rule that led here, or None
    """

    def __init__(self, line: Line, rule: str | None = None) -> None:
        left, right = letter(line.left, line.free), letter(line.right, line.free)
        self.line = replace(line, left=left, right=right)
        self.rule = rule

    @property
    def left(self) -> Expr:
        return self.line.left

    @property
    def right(self) -> Expr:
        return self.line.right

    @property
    def free(self) -> tuple[str, ...]:
        return tuple(idx.name for idx in self.line.free)

    @property
    def dummies(self) -> tuple[str, ...]:
        """The summed letters of both sides."""
        return tuple(dict.fromkeys(idx.name for side in (self.left, self.right) for idx in binders(side)))

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of the right side, as text."""
        return tuple(to_text(write(Expr((term,)), self.line.free)) for term in self.right.terms)

    # ------------------------------------------------------------ showing

    def __str__(self) -> str:
        return line_text(self.line)

    __repr__ = __str__

    @property
    def latex(self) -> str:
        return line_latex(self.line)

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    def __eq__(self, other: object) -> bool:
        """The same as written, but for the names of dummies; ``tc.equal`` compares what is meant."""
        return isinstance(other, Equation) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    # ------------------------------------------------------------ Kronecker delta and one-tensor

    def substitute_delta(self, delta: str | None = None, keep: str | None = None, side: str = "right") -> Equation:
        """δ_ik b_ij = b_kj: a dummy of the delta is replaced by its other index, everywhere, and the delta goes.

        >>> equation("a_kj = delta_ik b_ij c_ij").substitute_delta()
        a_kj = b_kj c_kj
        """
        return self._at(
            side, Delta, delta, "delta-substitution", lambda t, at, _: rules.delta_substitution(t, at, keep)
        )

    def trace_delta(self, delta: str | None = None, side: str = "right") -> Equation:
        """δ_nn = N."""
        return self._at(side, Delta, delta, "delta-trace", lambda t, at, _: rules.delta_trace(t, at))

    def turn_delta(self, delta: str | None = None, side: str = "right") -> Equation:
        """δ_ij = δ_ji."""
        return self._at(side, Delta, delta, "delta-symmetry", lambda t, at, _: rules.delta_symmetry(t, at))

    def align_delta(self, delta: str | None = None, side: str = "right") -> Equation:
        """s_p δ_Tp = s_T δ_Tp."""
        return self._at(side, Delta, delta, "delta-alignment", lambda t, at, _: rules.delta_alignment(t, at))

    def drop_one(self, one: str | None = None, side: str = "right") -> Equation:
        """1_ij b_ij c_j = b_ij c_j, where nothing is lost by it.

        >>> equation("a_i = 1_ij b_ij c_j").drop_one()
        a_i = b_ij c_j
        """
        return self._at(side, One, one, "one-dropped", rules.one_dropped)

    def contract_ones(self, index: str | None = None, side: str = "right") -> Equation:
        """1_n 1_n = N.

        >>> equation("a_i = 1_n 1_n b_i").contract_ones("n")
        a_i = N b_i
        """

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            wanted = [idx for idx in term.bound if index in (None, idx.name)]
            return first(wanted, lambda idx: rules.one_contracted(term, idx))

        return self._rewrite(side, "one-contracted", attempt)

    def merge_ones(self, side: str = "right") -> Equation:
        """1_i 1_j = 1_ij."""
        return self._rewrite(side, "one-merged", lambda term, _: Expr((rules.one_merged(term),)))

    # ------------------------------------------------------------ substitution and renaming

    def rename(self, old: str, new: str, term: int | None = None) -> Equation:
        """Give a free index, or the dummies of one or all terms, another letter.

        >>> equation("a_i = b_ij c_j").rename("j", "k")
        a_i = b_ik c_k
        """
        if old in self.free and term is None:
            return self._rename_free(old, new)
        found = False
        terms = list(self.right.terms)
        for k in range(len(terms)) if term is None else [term]:
            names = {idx.name for idx in (*terms[k].inside, *binders(Expr((terms[k],))))}
            if old in names - set(self.free):
                found = True
                if new in names | set(self.free):
                    given = f"{new} is already an index of the term {self.terms[k]}"
                    raise NotationError("rename-clash", given, index=new)
                terms[k] = renamed(terms[k], old, new)
        if not found:
            raise NotationError("nothing-to-do", f"there is no index {old} here", index=old)
        return self._with(right=Expr(tuple(terms)), rule="renamed")

    def _rename_free(self, old: str, new: str) -> Equation:
        if new in (*self.free, *self.dummies):
            what = "free" if new in self.free else "a dummy of a term"
            raise NotationError("rename-clash", f"{new} is already {what}", index=new)
        by: dict[Idx, Slot] = {idx: replace(idx, name=new) for idx in self.line.free if idx.name == old}
        free = tuple(by.get(idx, idx) for idx in self.line.free)
        line = replace(self.line, left=substitute(self.left, by), right=substitute(self.right, by), free=free)  # type: ignore[arg-type]
        return Equation(line, "renamed")

    def substitute(self, definition: Any, rename: bool = True, side: str = "right") -> Equation:
        """Put a definition in for its name; free indices are matched and dummies renamed.

        With ``rename=False`` the letters are taken as they stand, and what the rulebook forbids is refused.

        >>> equation("a_i = b_ij 1_j c_i").substitute("c_i = d_ij e_j")
        a_i = b_ij 1_j d_ik e_k
        """
        own, other = united([self.line, _as_line(definition)])
        name = defined(other)
        value = letter(other.right, other.free)

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            for at, (base, _) in enumerate(term.factors):
                if isinstance(base, Sym) and base.name == name.name and len(base.slots) == len(name.slots):
                    if not rename:
                        check_letters(term, base, name, value)
                    return Expr((rules.definition_put_in(term, at, name, value),))
            return None

        start = Equation(replace(own, signature=merged(own.signature, other.signature)))
        return start._rewrite(side, "definition-put-in", attempt, "substitute-nothing", everywhere=True)

    def fold(self, definition: Any, side: str = "right") -> Equation:
        """Put the name of a definition in for its right side; a contraction only as a whole.

        >>> equation("a_i = b_i c_k d_k").fold("s = c_k d_k")
        a_i = b_i s
        """
        own, other = united([self.line, _as_line(definition)])
        name, value = defined(other), other.right
        if len(value.terms) != 1:
            raise NotationError("nothing-to-do", "only a definition of one term can be folded back")
        start = Equation(replace(own, signature=merged(own.signature, other.signature)))

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            return Expr((rules.definition_folded(term, name, value.terms[0]),))

        return start._rewrite(side, "definition-folded", attempt, "substitute-nothing")

    # ------------------------------------------------------------ both sides

    def multiply(self, by: str) -> Equation:
        """Multiply both sides; the letters of the factor are free, new ones as well as old ones.

        >>> equation("a_i = b_ik c_k").multiply("gamma_j")
        [i, j] a_i gamma_j = b_ik c_k gamma_j
        """
        own, other = self._read(by)
        new = tuple(idx for idx in other.free if idx.name not in self.free)
        left, right = multiply(own.left, other.right), multiply(own.right, other.right)
        return self._joined(own, other, left, right, (*own.free, *new), "both-sides-multiplied")

    def contract(self, by: str) -> Equation:
        """Multiply both sides and sum over the free indices that the factor carries.

        >>> equation("a_i = b_ik c_k").contract("gamma_i")
        [] a_i gamma_i = b_ik c_k gamma_i
        """
        own, other = self._read(by)
        over = [idx for idx in own.free if idx.name in {one.name for one in other.free}]
        if not over:
            given = f"{by} carries no free index of the equation"
            raise NotationError("nothing-to-do", given, hint="Use multiply for a new index.")
        free = tuple(idx for idx in dict.fromkeys((*own.free, *other.free)) if idx not in over)
        left, right = (summed(multiply(side, other.right), over) for side in (own.left, own.right))
        return self._joined(own, other, left, right, free, "both-sides-contracted")

    def add(self, tensor: str) -> Equation:
        """Add a tensor with the same free indices, or a scalar, to both sides.

        >>> equation("a_i = b_ik c_k").add("gamma_i")
        [i] a_i + gamma_i = b_ik c_k + gamma_i
        """
        own, other = self._read(tensor)
        differ = {idx.name for idx in other.free} ^ set(self.free)
        if other.free and differ:
            index = min(differ)
            where = "the equation" if index in self.free else tensor
            raise NotationError("add-indices", f"the free index {index} is in {where} only", index=index)
        left, right = add(own.left, other.right), add(own.right, other.right)
        return self._joined(own, other, left, right, own.free, "both-sides-added")

    def apply(self, function: str) -> Equation:
        """Apply a function to both sides, as a whole.

        >>> equation("a_i = b_ik c_k").apply("exp")
        [i] exp(a_i) = exp(b_ik c_k)
        """
        if function not in FUNCTIONS | GENERIC:
            hint = f"Use one of {', '.join(sorted(FUNCTIONS | GENERIC))}."
            raise NotationError("unknown-function", f"{function} is no function of the list", hint=hint)
        if function == "sqrt":
            return self.power(Fraction(1, 2))
        left, right = (ex.of_base(Fn(function, side)) for side in (self.left, self.right))
        return self._with(left=left, right=right, rule="both-sides-applied")

    def power(self, exponent: int | float | Fraction) -> Equation:
        """Raise both sides; a contraction is raised as a whole."""
        value = Fraction(exponent).limit_denominator(1000)
        return self._with(left=power(self.left, value), right=power(self.right, value), rule="both-sides-raised")

    # ------------------------------------------------------------ brackets and functions

    def distribute(self, side: str = "right") -> Equation:
        """Multiply out the first bracket.

        >>> equation("a_i = b_ij (c_ij + 1_i d_j)").distribute()
        a_i = b_ij c_ij + b_ij 1_i d_j
        """

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            where = [at for at, (base, e) in enumerate(term.factors) if isinstance(base, Paren) and e > 0]
            return first(where, lambda at: rules.distributed(term, at))

        return self._rewrite(side, "distributed", attempt)

    def factor(self, common: str, ones: bool = True) -> Equation:
        """Take a common factor out of all terms that have it; one-tensors keep the order in the bracket.

        >>> equation("a_i = b_ij c_ij + b_ij d_j").factor("b_ij")
        a_i = b_ij (c_ij + 1_i d_j)
        """
        wanted = [written(part) for part in product_parts(common)]
        having = [term for term in self.right.terms if all(find(term, text) for text in wanted)]
        if len(having) < 2:
            raise NotationError("nothing-to-do", f"fewer than two terms have the factor {common}")
        bases = [find(having[0], text) for text in wanted]
        new = rules.factored(having, [base for base in bases if base is not None], ones)
        terms = [
            new if term is having[0] else term for term in self.right.terms if term is having[0] or term not in having
        ]
        return self._with(right=Expr(tuple(terms)), rule="factored")

    def add_like_terms(self, side: str = "right") -> Equation:
        """2 a_i + 3 a_i = 5 a_i."""
        return self._with(**{side: rules.like_terms(getattr(self, side))}, rule="like-terms")

    def power_of_product(self, positive: Iterable[str] = (), side: str = "right") -> Equation:
        """(b_i c_j)^2 = b_i^2 c_j^2; refused for a contraction."""
        known = frozenset(positive)

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            for at, (base, exponent) in enumerate(term.factors):
                if isinstance(base, Paren) and exponent != 1:
                    new = rules.power_of_product(base, exponent, known)
                    return Expr((replace(term, coef=term.coef * new.coef, factors=spliced(term, at, new)),))
            return None

        return self._rewrite(side, "power-of-product", attempt)

    def log_of_product(self, positive: Iterable[str] = (), side: str = "right") -> Equation:
        """log(a b) = log(a) + log(b), for what is known to be positive; refused for a contraction.

        >>> equation("y_i = log(a_i b_i)").log_of_product(positive=["a", "b"])
        y_i = log(a_i) + log(b_i)
        """
        known = frozenset(positive)

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            for at, (base, exponent) in enumerate(term.factors):
                if isinstance(base, Fn) and base.name == "log" and not base.primes and exponent == 1:
                    new = rules.log_of_product(base, known)
                    if len(term.factors) == 1 and not term.bound and term.coef == 1:
                        return new
                    return Expr((replace(term, factors=spliced(term, at, as_term(new))),))
            return None

        return self._rewrite(side, "log-of-product", attempt)

    # ------------------------------------------------------------ matrices

    def matrix(self) -> MatrixForm:
        """The equation in matrix notation; raises ``NoMatrixForm`` where there is none."""
        return to_matrix(self.line)

    # ------------------------------------------------------------ machinery

    def _with(self, rule: str, left: Expr | None = None, right: Expr | None = None) -> Equation:
        line = replace(self.line, left=left or self.left, right=self.right if right is None else right)
        return Equation(line, rule)

    def _joined(self, own: Line, other: Line, left: Expr, right: Expr, free: tuple[Idx, ...], rule: str) -> Equation:
        signature = merged(own.signature, other.signature)
        return Equation(Line(left, right, free, signature), rule)

    def _read(self, text: str) -> tuple[Line, Line]:
        """An expression whose letters are all free; a dummy of the equation is refused."""
        letters = list(occurrences(parse_expression(text)))
        for name in letters:
            if name in self.dummies and name not in self.free:
                given = f"{name} is already a dummy of the equation"
                raise NotationError("both-sides-dummy", given, index=name, position=text.rfind(name), source=text)
        reader = Reader(text)
        expr, free = reader.expression(text, letters)
        own, other = united([self.line, reader.finish([Line(ex.ZERO, expr, free)])[0]])
        return own, other

    def _at(self, side: str, kind: type, text: str | None, rule: str, apply: Callable) -> Equation:
        """Apply a rule to the first factor of a kind, or to the one written like this."""
        wanted = None if text is None else written(product_parts(text)[0])

        def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
            where = [
                at
                for at, (base, _) in enumerate(term.factors)
                if isinstance(base, kind) and (wanted is None or wanted in texts(base))
            ]
            return first(where, lambda at: apply(term, at, outer))

        return self._rewrite(side, rule, attempt)

    def _rewrite(
        self, side: str, rule: str, attempt: Attempt, nothing: str = "nothing-to-do", everywhere: bool = False
    ) -> Equation:
        """Rewrite the first place where the attempt succeeds; else raise its first refusal."""
        search = Search(attempt, everywhere)
        new = search.expr(getattr(self, side), frozenset(self.line.free))
        if search.done:
            return self._with(rule=rule, **{side: new})
        raise search.refusal or NotationError(nothing, f"nothing on the {side} side fits: {self}")


def _as_line(definition: Any) -> Line:
    return definition.line if isinstance(definition, Equation) else equation(definition).line


def equation(text: str, ranges: Mapping[str, str | int] | None = None) -> Equation:
    """An equation between tensors, parsed and checked.

    Parameters
    ----------
    text : ``left = right``; where the left side is not one tensor, its free indices come first: ``[i] a_ij b_ij = c_i``
    ranges : names of ranges by letter; a size of such a name may stand alone

    Returns
    -------
    Equation : its rewriting operations are methods

    Raises
    ------
    NotationError : with the rule that is broken and a caret under the letter

    >>> equation("[i] a_ij b_ij = c_ij d_j")
    [i] a_ij b_ij = c_ij d_j
    """
    program = parse(text)
    if len(program.statements) != 1:
        at = program.statements[1].span[0]
        hint = "Use function for several statements."
        raise NotationError("one-equals-sign", "more than one equation", position=at, hint=hint, source=text)
    reader = Reader(text, ranges)
    return Equation(reader.finish([reader.statement(program.statements[0])])[0])


def from_matrix(text: str, vectors: Sequence[str] = (), scalars: Sequence[str] = ()) -> Equation:
    """Matrix notation read into index notation: ``Y = X A^T`` is ``y_ij = x_ik a_jk``.

    Parameters
    ----------
    text : an equation of matrices (capitals), vectors (lower-case Latin) and scalars (Greek), in text or LaTeX, with
        juxtaposition, ^T, ⊙, ·, tr(), diag(), ‖ ‖
    vectors, scalars : names that are to be vectors or scalars all the same

    Raises
    ------
    NotationError : rules ``syntax``, ``shape``, ``add-indices``

    >>> from_matrix("Y = X A^T + B")
    y_ij = x_ik a_jk + b_ij
    >>> from_matrix("Y = X A^T + B").matrix()
    Y = X A^T + B
    """
    return equation(from_matrix_text(text, tuple(vectors), tuple(scalars)))
