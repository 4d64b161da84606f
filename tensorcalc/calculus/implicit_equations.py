"""Implicit differentiation: the derivative of a tensor that an equation defines, such as the inverse of a matrix.

Both sides are differentiated, the terms that hold the wanted derivative are kept on the left, and what stands before
it is taken away: a matrix by its inverse, an element-wise factor by a division.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ..notation import expression as ex
from ..notation.building import dummy, scale, substitute, times
from ..notation.errors import NotationError
from ..notation.expression import Delta, Deriv, Expr, Idx, Paren, Slot, Sym, Term, factor
from ..notation.reading import Line, rename_ranges
from .derivation import Chain, Derivation, Step
from .derivative import Variable
from .equations import equation
from .function import bases, line_text, tensors
from .jacobian import letters_used, new_indices, work_out
from .rewriting import unbracketed
from .rulebook import rule
from .rules import distributed
from .settling import order
from .tidying import tidy


@dataclass(frozen=True, repr=False)
class Implicit(Derivation):
    """How the derivative of a tensor follows from the equation that defines it.

    Attributes
    ----------
    of, by : the tensor that is defined, and the one it is differentiated by
    equations : the equations of the tensors that are defined so, by their names
    """

    of: str = ""
    by: str = ""
    equations: Mapping[str, Line] = field(default_factory=dict)

    def vjp(self, indices: str | None = None) -> Implicit:
        """dl_da_pq = dl_db_ij ∂b_ij/∂a_pq.

        >>> inverse = implicit("[i, k] b_ij a_jk = delta_ik", of="b", by="a")
        >>> inverse.vjp().result
        dl_da_pq = -b_ip dl_db_ij b_qj
        >>> inverse.vjp().matrix()
        ∂l/∂A = -B^T ∂l/∂B B^T
        """
        from .implicit_chain import vjp

        return vjp(self, indices)

    def through(self, statement: str) -> Implicit:
        """The derivative of a tensor that is computed from the one defined: ∂y/∂a = ∂y/∂b ∂b/∂a.

        >>> inverse = implicit("[i, k] b_ij a_jk = delta_ik", of="b", by="a")
        >>> inverse.through("l = b_ij c_ji").result
        ∂l/∂a_pq = -c_ji b_ip b_qj
        """
        from .implicit_chain import through

        return through(self, statement)


def implicit(text: str, of: str, by: str, inverse: str | None = None, indices: str | None = None) -> Implicit:
    """∂b_ij/∂a_pq, for a tensor b that an equation defines.

    Parameters
    ----------
    text : an equation, such as ``[i, k] b_ij a_jk = delta_ik`` or ``[i] a_ij x_j = b_i``; what stands before ``of``
        must be a matrix that is contracted with it, or element-wise
    of : the tensor that the equation defines
    by : the tensor it is differentiated by
    inverse : a name for the inverse of the matrix; it is ``of`` itself where the equation says so
    indices : letters for the axes of ``by``, such as "pq"

    Returns
    -------
    Implicit : a derivation; ``vjp()`` goes on to the gradient of a loss, ``through("y = …")`` to what uses the tensor

    Raises
    ------
    NotationError : rules ``input-unknown``, ``nothing-to-do``

    >>> implicit("[i, k] b_ij a_jk = delta_ik", of="b", by="a").result
    ∂b_ij/∂a_pq = -b_ip b_qj
    >>> implicit("[i] a_ij x_j = b_i", of="x", by="a", inverse="c").result
    ∂x_j/∂a_pq = -c_jp x_q
    """
    line = equation(text).line
    for name in (of, by):
        if name not in tensors(line.left) + tensors(line.right):
            raise NotationError("input-unknown", f"there is no tensor {name} in {text}")
    matrix = coefficient(line, of)
    if matrix is not None:
        line = square(line, matrix)
    solving = _Solving(line, of, by, matrix, inverse, indices)
    solving.run()
    steps, last = tuple(solving.steps), solving.line
    assert steps[-1].after_line == last
    return Implicit(line, steps, (), None, solving.variable, of, by, solving.equations)


def coefficient(line: Line, of: str) -> str | None:
    """The matrix that is contracted with the tensor an equation defines."""
    for term in (*line.left.terms, *line.right.terms):
        plain = [base for base, e in term.factors if isinstance(base, Sym) and e == 1]
        summed = frozenset(term.bound)
        mine = next((base.letters & summed for base in plain if base.name == of), frozenset())
        for base in plain:
            if base.name != of and len(base.slots) == 2 and not base.letters.isdisjoint(mine):
                return base.name
    return None


def square(line: Line, matrix: str) -> Line:
    """Both axes of a matrix that has an inverse run over one range."""
    first, second = line.signature.axes[matrix]
    names = {second: first}
    axes = {name: tuple(names.get(one, one) for one in ranges) for name, ranges in line.signature.axes.items()}
    free = tuple(replace(idx, range=names.get(idx.range, idx.range)) for idx in line.free)
    left, right = (rename_ranges(side, names, names) for side in (line.left, line.right))
    return replace(line, left=left, right=right, free=free, signature=replace(line.signature, axes=axes))


# ---------------------------------------------------------------- rules that change both sides


@rule("terms-moved", "terms are moved to the other side")
def terms_moved(left: Expr, right: Expr, wanted: Callable[[Term], bool]) -> tuple[Expr, Expr]:
    """a + b = c gives a = c − b"""
    if not any(map(wanted, left.terms)):
        left, right = right, left
    kept = [t for t in left.terms if wanted(t)]
    come = [t for t in scale(right, -1).terms if wanted(t)]
    stay = [t for t in right.terms if not wanted(t)]
    go = [t for t in scale(left, -1).terms if not wanted(t)]
    return Expr((*kept, *come)), Expr((*stay, *go))


@rule("inverse-contracted", "a matrix times its inverse is the delta")
def inverse_contracted(term: Term, one: Sym, other: Sym, over: Idx) -> Term:
    """a_jk b_kn = δ_jn, for the inverse b of a"""
    at = min(k for k, (base, _) in enumerate(term.factors) if base in (one, other))
    ends = [slot for base in (one, other) for slot in base.slots if slot != over]
    kept = [f for f in term.factors if f[0] not in (one, other)]
    kept.insert(at, factor(Delta(*ends)))
    return Term(term.coef, tuple(idx for idx in term.bound if idx != over), tuple(kept))


@rule("both-sides-divided", "both sides are divided")
def both_sides_divided(right: Expr, by: Expr) -> Expr:
    """u_i a_i = b_i gives a_i = b_i/u_i"""
    term = by.terms[0]
    single = len(by.terms) == 1 and not term.bound
    below = (
        Term(1 / term.coef, (), tuple((b, -e) for b, e in term.factors))
        if single
        else Term(factors=((Paren(by), Fraction(-1)),))
    )
    return Expr(tuple(times(below, one) for one in right.terms))


# ---------------------------------------------------------------- the derivation


class _Solving:
    """An equation in the making, worked on at both sides."""

    def __init__(
        self, line: Line, of: str, by: str, matrix: str | None, inverse: str | None, indices: str | None
    ) -> None:
        self.line, self.of, self.matrix = line, of, matrix
        self.steps: list[Step] = []
        new = new_indices(line.signature.axes[by], letters_used([line]), indices)
        self.variable = Variable(Sym(by, new), frozenset((of, by)))
        self.equations: dict[str, Line] = {of: line}
        self.inverse = self._inverse(inverse)

    def _inverse(self, name: str | None) -> str:
        """The tensor itself, where the equation says that its product with the matrix is the delta."""
        for one, other in ((self.line.left, self.line.right), (self.line.right, self.line.left)):
            product = len(one.terms) == 1 and one.terms[0].coef == 1 and len(one.terms[0].factors) == 2
            if product and len(other.terms) == 1 and isinstance(lone_base(other.terms[0]), Delta):
                return self.of
        chosen = name or f"{self.matrix}inv"
        if chosen in self.line.signature.axes:
            raise NotationError("reserved-name", f"{chosen} is a tensor of the equation", hint="Name the inverse.")
        if self.matrix is not None:
            axes = self.line.signature.axes[self.matrix]
            signature = replace(self.line.signature, axes={**self.line.signature.axes, chosen: axes[::-1]})
            self.line = replace(self.line, signature=signature)
            self.equations[self.of] = self.line
            defining = equation(f"[i, k] {chosen}_ij {self.matrix}_jk = delta_ik").line
            names = dict.fromkeys({r for ranges in defining.signature.axes.values() for r in ranges}, axes[0])
            left, right = (rename_ranges(side, names, names) for side in (defining.left, defining.right))
            free = tuple(replace(idx, range=axes[0]) for idx in defining.free)
            self.equations[chosen] = Line(left, right, free, signature)
        return chosen

    # ------------------------------------------------------------ steps

    def apply(self, rule: str, **sides: Any) -> None:
        sides = {k: unbracketed(v) if isinstance(v, Expr) else v for k, v in sides.items()}
        after = replace(self.line, **sides)
        if after != self.line:
            self.steps.append(Step(rule, self.line, after))
            self.line = after

    def on_right(self, work: Callable[[Chain], None]) -> None:
        chain = Chain(self.line)
        work(chain)
        chain.close()
        self.steps += chain.steps
        self.line = chain.line

    def on_left(self, work: Callable[[Chain], None]) -> None:
        chain = Chain(turned(self.line))
        work(chain)
        chain.close()
        self.steps += [mirrored(step) for step in chain.steps]
        self.line = turned(chain.line)

    # ------------------------------------------------------------ the way to the derivative

    def run(self) -> None:
        x = self.variable.symbol
        free = (*self.line.free, *(slot for slot in x.slots if isinstance(slot, Idx)))
        both = {side: ex.of_base(Deriv(getattr(self.line, side), x)) for side in ("left", "right")}
        self.apply("derivative", **both, free=free)
        for side in (self.on_left, self.on_right):
            side(lambda chain: work_out(chain, self.variable))
            side(self._open)
            side(tidy)
        left, right = terms_moved(self.line.left, self.line.right, self._wanted)
        self.apply("terms-moved", left=left, right=right)
        self._isolate()
        self.on_right(order)

    def _open(self, chain: Chain) -> None:
        def attempt(term: Term, outer: frozenset) -> Expr | None:
            for at, (base, e) in enumerate(term.factors):
                if isinstance(base, Paren) and e == 1 and any(isinstance(b, Deriv) for b in bases(base.body)):
                    return distributed(term, at)
            return None

        chain.exhaust([("distributed", attempt)])

    def _wanted(self, term: Term) -> bool:
        return any(isinstance(base, Deriv) for base in bases(Expr((term,))))

    def _isolate(self) -> None:
        found = {base for base in bases(self.line.left) if isinstance(base, Deriv)}
        if len(found) == 1 and self._bare(derived := found.pop()):
            self._divide(derived)
        elif len(self.line.left.terms) == 1 and self.matrix is not None:
            self._by_inverse(self.line.left.terms[0])
        else:
            given = f"the derivative of {self.of} cannot be taken out of {line_text(self.line)}"
            hint = "It is solved for behind one matrix that is contracted with it, or behind element-wise factors."
            raise NotationError("nothing-to-do", given, hint=hint)

    def _bare(self, derived: Deriv) -> bool:
        """Whether the derivative stands as a factor of every term, its indices free."""
        inside = all(sum(base == derived for base, _ in term.factors) == 1 for term in self.line.left.terms)
        return inside and derived.letters <= frozenset(self.line.free)

    def _divide(self, derived: Deriv) -> None:
        rest = Expr(
            tuple(replace(t, factors=tuple(f for f in t.factors if f[0] != derived)) for t in self.line.left.terms)
        )
        if rest != ex.ONE:
            free = self._order_free(derived)
            self.apply(
                "both-sides-divided",
                left=ex.of_base(derived),
                right=both_sides_divided(self.line.right, rest),
                free=free,
            )
            self.on_right(tidy)

    def _order_free(self, derived: Deriv) -> tuple[Idx, ...]:
        inner = next(base for base in bases(derived.of) if isinstance(base, Sym))
        shown = (*inner.slots, *derived.by.slots)
        return tuple(slot for slot in shown if isinstance(slot, Idx))

    def _by_inverse(self, term: Term) -> None:
        """a_jk b_kn = δ_jn takes the matrix away; the new index n gets the letter of the old one."""
        derived = next(base for base, _ in term.factors if isinstance(base, Deriv))
        y = next(base for base in bases(derived.of) if isinstance(base, Sym))
        m = next(base for base, _ in term.factors if isinstance(base, Sym) and base.name == self.matrix)
        shared, other = (m.slots if m.slots[0] in y.slots else m.slots[::-1])[:2]
        assert isinstance(shared, Idx) and isinstance(other, Idx)
        used = letters_used([self.line])
        new = new_indices((shared.range,), used)[0]
        summed = dummy(other)
        before = m.slots[1] == shared  # x_ik ∂y_kj: the inverse stands before, and is contracted by its second axis
        inverse = Sym(self.inverse, (new, summed) if before else (summed, new))
        free = tuple(new if idx == other else idx for idx in self.line.free)
        sides = {s: contracted(getattr(self.line, s), other, summed, inverse, before) for s in ("left", "right")}
        self.apply("both-sides-contracted", **sides, free=free)
        inner = Sym(m.name, tuple(summed if slot == other else slot for slot in m.slots))
        gone = inverse_contracted(self.line.left.terms[0], inverse, inner, summed)
        self.apply("inverse-contracted", left=Expr((gone,)))
        self.on_left(tidy)
        self.on_right(tidy)
        self._rename(new, shared.name)

    def _rename(self, old: Idx, name: str) -> None:
        letter = replace(old, name=name)
        by: dict[Idx, Slot] = {old: letter}
        derived = self.line.left.terms[0].factors[0][0]
        assert isinstance(derived, Deriv)
        coef = self.line.left.terms[0].coef
        left, right = substitute(ex.of_base(derived), by), substitute(scale(self.line.right, 1 / coef), by)
        final = left.terms[0].factors[0][0]
        assert isinstance(final, Deriv)
        if coef != 1:
            self.apply("both-sides-divided", left=ex.of_base(derived), right=scale(self.line.right, 1 / coef))
        self.apply("renamed", left=left, right=right, free=self._order_free(final))


def contracted(side: Expr, over: Idx, summed: Idx, by: Sym, before: bool) -> Expr:
    """Every term times a tensor, summed over an index that was free."""
    new = Term(bound=(summed,), factors=(factor(by),))
    moved = substitute(side, {over: summed})
    terms = (times(new, term) if before else times(term, new) for term in moved.terms)
    return Expr(tuple(terms))


def _without(term: Term, derived: Deriv) -> Term:
    return replace(term, factors=tuple(f for f in term.factors if f[0] != derived))


def lone_base(term: Term) -> ex.Base | None:
    return term.factors[0][0] if len(term.factors) == 1 and term.coef == 1 else None


def turned(line: Line) -> Line:
    return replace(line, left=line.right, right=line.left)


def mirrored(step: Step) -> Step:
    """The step as one of the other side."""
    subs = tuple(map(mirrored, step.substeps))
    return replace(step, before_line=turned(step.before_line), after_line=turned(step.after_line), substeps=subs)
