"""Derivations as data: a chain of equal expressions, each step with the rule that led to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..notation.errors import NotationError
from ..notation.expression import Expr, Idx
from ..notation.matrices import MatrixForm
from ..notation.reading import Line
from .equations import Equation
from .function import line_text
from .rewriting import Place, rewrite, unbracketed
from .rulebook import named

if TYPE_CHECKING:
    from .derivative import Variable
    from .function import SymbolicFunction


@dataclass(frozen=True)
class Step:
    """One application of a rule, or a line of the textbook made of several.

    Attributes
    ----------
    rule : stable id of the rule, see ``rulebook``; of a line, the first of its rules
    before, after : the equation on either side
    where : the place of the rewritten term: its number, then factor and term in turn as far as it is nested
    substeps : the single rules of a line
    lemma : the derivation whose result was put in, if one was
    """

    rule: str
    before_line: Line
    after_line: Line
    where: Place = ()
    substeps: tuple[Step, ...] = ()
    lemma: Derivation | None = None

    @property
    def before(self) -> Equation:
        return Equation(self.before_line)

    @property
    def after(self) -> Equation:
        return Equation(self.after_line, self.rule)

    @property
    def leaves(self) -> Iterator[Step]:
        """The single applications of rules, in order."""
        if not self.substeps:
            yield self
        for step in self.substeps:
            yield from step.leaves

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rules used, each once."""
        return tuple(self.rules)

    @property
    def rules(self) -> dict[str, str]:
        """The names of the rules used, each once, with the first id that has it."""
        found: dict[str, str] = {}
        for step in self.leaves:
            if step.visible:
                found.setdefault(named(step.rule).name, step.rule)
        return found

    @property
    def visible(self) -> bool:
        """A step that would print unchanged is not shown."""
        return line_text(self.before_line) != line_text(self.after_line)

    def __str__(self) -> str:
        return f"{self.after}    ({', '.join(self.names)})"

    __repr__ = __str__


@dataclass(frozen=True)
class Derivation:
    """How an equation was derived, line by line.

    Attributes
    ----------
    start : the first line, as a ``Line``
    steps : the textbook's lines; each holds the single rules as its substeps
    lemmas : the derivations whose results were put in
    function : the function whose definitions were used
    variable : what is differentiated by, and the names that move with it; None for a gradient of the loss
    """

    start: Line
    steps: tuple[Step, ...]
    lemmas: tuple[Derivation, ...] = ()
    function: SymbolicFunction | None = field(default=None, compare=False)
    variable: Variable | None = None

    @property
    def line(self) -> Line:
        return self.steps[-1].after_line if self.steps else self.start

    @property
    def result(self) -> Equation:
        """The last line, as an equation."""
        return Equation(self.line, self.steps[-1].rule if self.steps else None)

    @property
    def everything(self) -> Iterator[Derivation]:
        """The derivations that this one rests on, each once and before it is used, and this one."""
        seen: set[object] = set()

        def visit(one: Derivation) -> Iterator[Derivation]:
            said = line_text(one.start), line_text(one.line)
            if id(one) not in seen and said not in seen:
                seen.update((id(one), said))
                for lemma in one.lemmas:
                    yield from visit(lemma)
                yield one

        return visit(self)

    # ------------------------------------------------------------ showing

    def show(self, level: str = "textbook") -> Any:
        """The derivation with its lemmas as an aligned display, each line with the names of its rules.

        Parameters
        ----------
        level : "textbook", or "full" for a line for every rule

        Returns
        -------
        Display : text, LaTeX and HTML, whichever the reader's page can show
        """
        from .display_derivation import Display

        return Display(self, level)

    def __str__(self) -> str:
        return str(self.show())

    __repr__ = __str__

    @property
    def latex(self) -> str:
        return self.show().latex

    def _repr_latex_(self) -> str:
        return self.show()._repr_latex_()

    def _repr_html_(self) -> str:
        return self.show()._repr_html_()

    def replay(self) -> Any:
        """Verify every recorded step, and those of the derivations that this one rests on, by independent routines.

        Each step must begin where the last one ended, leave all values as they are at random points, and change the
        line in a way that its rule can; the two sides of the result must agree.

        Returns
        -------
        Replayed : how many steps hold

        Raises
        ------
        ReplayError : names the first step that does not hold

        >>> import tensorcalc as tc
        >>> tc.function("y_ij = x_ik a_kj").jacobian("y", "x").replay()
        4 steps of 1 derivation hold
        """
        from .replay import replay

        return replay(self)

    # ------------------------------------------------------------ going on

    def matrix(self) -> MatrixForm:
        """The result in matrix notation; raises ``NoMatrixForm`` where there is none."""
        return self.result.matrix()

    def then(self, operation: str, *arguments: Any, **options: Any) -> Derivation:
        """One more step: an operation of ``Equation`` by its name, such as ``"factor", "dl_dy_ph gamma_h"``."""
        before = self.line
        after = getattr(Equation(before), operation)(*arguments, **options)
        return replace(self, steps=(*self.steps, Step(after.rule or operation, before, after.line)))

    def jacobian(self, input: str, indices: str | None = None) -> Derivation:
        """The result differentiated again: ∂(∂l/∂x_p)/∂x_q, the Hessian of a scalar; definitions are kept.

        Parameters
        ----------
        input : name of a tensor of the function
        indices : letters for the new free indices, such as "q"

        Raises
        ------
        NotationError : rules ``input-unknown``, ``derivative-index``

        >>> import tensorcalc as tc
        >>> tc.function("l = x_i a_ij x_j").jacobian("l", "x").jacobian("x").result
        ∂(∂l/∂x_p)/∂x_q = a_pq + a_qp
        """
        from .second import jacobian_of

        return jacobian_of(self, input, indices)

    def symmetric(self) -> Any:
        """Whether a second derivative by one tensor is symmetric: True, False or ``Undecided``."""
        from .second import symmetric

        return symmetric(self)

    def closed_form(self, keep: Sequence[str] = ()) -> Derivation:
        """Go on until inputs, upstream gradients and named statistics are left.

        Parameters
        ----------
        keep : intermediates whose gradients stay by name

        >>> import tensorcalc as tc
        >>> softmax = tc.function("z = 1_j exp(x_j)\\ns_i = exp(x_i)/z")
        >>> softmax.vjp("x").closed_form().result
        dl_dx_p = dl_ds_p s_p - dl_ds_i s_i s_p
        """
        from .closed import closed_form

        return closed_form(self, keep)

    def factored(self) -> Derivation:
        """One more step: the largest product that several terms share is taken out of them.

        >>> import tensorcalc as tc
        >>> softmax = tc.function("z = 1_j exp(x_j)\\ns_i = exp(x_i)/z")
        >>> softmax.vjp("x").closed_form().factored().result
        dl_dx_p = s_p (dl_ds_p - dl_ds_i s_i)
        """
        from .factoring import factored

        new = factored(self.line.right)
        if new is None:
            raise NotationError("nothing-to-do", f"no two terms of {self.result} have a common factor")
        after = replace(self.line, right=new)
        return replace(self, steps=(*self.steps, Step("factored", self.line, after)))


class Chain:
    """A derivation in the making: rules are applied to the right side, and grouped into lines."""

    def __init__(self, line: Line) -> None:
        self.start = self.line = line
        self.steps: list[Step] = []
        self.lemmas: list[Derivation] = []
        self.group: list[Step] = []

    @property
    def expr(self) -> Expr:
        return self.line.right

    @property
    def outer(self) -> frozenset[Idx]:
        return frozenset(self.line.free)

    # ------------------------------------------------------------ single rules

    def apply(
        self,
        rule: str,
        new: Expr,
        where: Place = (),
        lemma: Derivation | None = None,
        substeps: Sequence[Step] = (),
    ) -> None:
        """Record that a rule makes the right side this."""
        after = replace(self.line, right=unbracketed(new))
        self.group.append(Step(rule, self.line, after, where, tuple(substeps), lemma))
        self.line = after
        if lemma is not None and all(lemma is not one for one in self.lemmas):
            self.lemmas.append(lemma)

    def once(self, rule: str, attempt: Callable, inside: bool = True) -> bool:
        """Apply a rule where it first applies."""
        found = rewrite(self.expr, self.outer, attempt, inside)
        if found:
            self.apply(rule, *found)
        return found is not None

    def exhaust(self, rules: Sequence[tuple[str, Callable]]) -> bool:
        """Apply rules, the first of the list first, until none applies."""
        changed = False
        while any(self.once(rule, attempt) for rule, attempt in rules):
            changed = True
        return changed

    # ------------------------------------------------------------ lines

    def close(self) -> None:
        """What was applied since the last line is a line."""
        if not self.group:
            return
        if len(self.group) == 1:
            self.steps += self.group
        else:
            before, after = self.group[0].before_line, self.group[-1].after_line
            self.steps.append(Step(self.group[0].rule, before, after, (), tuple(self.group)))
        self.group = []

    def done(self, function: SymbolicFunction | None = None, variable: Variable | None = None) -> Derivation:
        self.close()
        return Derivation(self.start, tuple(self.steps), tuple(self.lemmas), function, variable)
