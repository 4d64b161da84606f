"""Differentials: dy = J dx, by rules of their own, and the Jacobian tensor read off from them.

The differential of y at x is the linear part of the change of y when x changes by dx. It is taken without indices
of its own, d(u v) = du v + u dv, and so a contraction stays what it is; the Jacobian tensor comes at the end, as what
dx is contracted with. That contraction over all axes of x is the *tensor dot product* of J and dx over these axes,

    dy_ij = J_ijpq dx_pq,

for a scalar dl = g_pq dx_pq: the sum of the products of all components, tr(G^T dX) for matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..notation import expression as ex
from ..notation.errors import NotationError
from ..notation.expression import Expr, Fn, Paren, Sym, Term
from ..notation.reading import Line
from . import derivative as rules
from .backward import graph_of
from .derivation import Chain, Derivation
from .derivative import Variable, one_factor
from .facts import putting
from .function import SymbolicFunction, bases, tensors
from .jacobian import known_function, lone
from .rewriting import Attempt, spliced
from .rulebook import rule
from .rules import distributed
from .settling import finish


def differential_name(name: str) -> str:
    return f"d{name}"


@dataclass(frozen=True)
class Change(Variable):
    """What changes: the names whose values move with the inputs that are varied."""

    def of(self, expr: Expr) -> Fn:
        return Fn("d", expr)


# ---------------------------------------------------------------- rules


@rule("differential", "the differential of both sides is taken")
def _differential(line: Line) -> Line:
    """y = f(x) gives dy = d f(x)"""
    left = lone(line)
    free = Sym(differential_name(left.name), left.slots)
    return replace(line, left=ex.of_base(free), right=ex.of_base(Fn("d", line.right)))


@rule("differential-sum", "differential of a sum")
def differential_sum(of: Expr, by: Change) -> Expr | None:
    """d(u + v) = du + dv"""
    return rules.linearity(of, by)


@rule("differential-constant", "differential of a constant")
def differential_constant(of: Expr, by: Change) -> Expr | None:
    """dc = 0, for what does not change"""
    return rules.constant(of, by)


@rule("differential-factor", "a constant factor stays outside")
def differential_factor(of: Expr, by: Change) -> Expr | None:
    """d(c u) = c du"""
    return rules.constant_factor(of, by)


@rule("differential-bracket", "brackets inside a differential are dropped")
def differential_bracket(of: Expr, by: Change) -> Expr | None:
    """d((u)) = du"""
    return rules.bracket(of, by)


@rule("differential-product", "differential of a product")
def differential_product(of: Expr, by: Change) -> Expr | None:
    """d(u v) = du v + u dv, also inside a contraction"""
    return rules.product_rule(of, by)


@rule("differential-quotient", "differential of a quotient")
def differential_quotient(of: Expr, by: Change) -> Expr | None:
    """d(u/v) = 1/v^2 (du v − u dv)"""
    return rules.quotient_rule(of, by)


@rule("differential-power", "differential of a power")
def differential_power(of: Expr, by: Change) -> Expr | None:
    """d(u^n) = n u^(n-1) du"""
    return rules.power_rule(of, by)


@rule("differential-function", "differential of an element-wise function")
def differential_function(of: Expr, by: Change) -> Expr | None:
    """d f(u) = f'(u) du"""
    return rules.chain_rule_elementwise(of, by)


@rule("differential-tensor", "differential of a tensor")
def differential_tensor(of: Expr, by: Change) -> Expr | None:
    """d(x_ij) = dx_ij, a tensor of the shape of x"""
    found = one_factor(of)
    if found is None or not isinstance(found[0], Sym) or found[1] != 1 or found[0].name not in by.dependent:
        return None
    return ex.of_base(Sym(differential_name(found[0].name), found[0].slots))


@rule("differential-put-in", "the differential of an intermediate is put in")
def _put_in(term: Term) -> None:
    """du_i is what was derived for it"""


STRUCTURE = (
    ("differential-constant", differential_constant),
    ("differential-sum", differential_sum),
    ("differential-bracket", differential_bracket),
    ("differential-factor", differential_factor),
    ("differential-product", differential_product),
    ("differential-quotient", differential_quotient),
)
INNER = (("differential-power", differential_power), ("differential-function", differential_function))


def operator(id: str, apply: Callable, by: Change) -> tuple[str, Attempt]:
    """A rule for what stands behind a d, as an attempt on a term that holds it as a factor."""

    def attempt(term: Term, outer: frozenset) -> Expr | None:
        for at, (base, exponent) in enumerate(term.factors):
            if isinstance(base, Fn) and base.name == "d" and exponent == 1:
                new = apply(base.arg, by)
                if new is not None:
                    return spliced(term, at, new)
        return None

    return id, attempt


# ---------------------------------------------------------------- of a function


class Differentials:
    """The differentials of a function's tensors; those of intermediates are derived once."""

    def __init__(self, function: SymbolicFunction, wrt: Sequence[str] | str | None, direct: bool) -> None:
        self.function, self.direct = function, direct
        named = [wrt] if isinstance(wrt, str) else wrt
        self.inputs = tuple(self._varied() if named is None else named)
        self._check()
        graph = graph_of(function)
        moved = [graph.downstream(name) for name in self.inputs]
        self.change = Change(Sym(""), frozenset().union(*moved))
        self.signature = self._signature()
        self.found: dict[str, Differential] = {}

    def _varied(self) -> list[str]:
        free = [name for name in self.function.inputs if name not in self.function.constants]
        return [*free, *self.function.definitions] if self.direct else free

    def _check(self) -> None:
        known = (*self.function.inputs, *self.function.definitions)
        for name in self.inputs:
            if name not in known:
                raise NotationError("input-unknown", f"there is no tensor {name} here", hint=f"There are {known}.")
        for name in known:
            if differential_name(name) in known:
                given = f"{differential_name(name)} is a tensor of the function, and the differential of {name}"
                raise NotationError("reserved-name", given, hint="Give one of them another name.")

    def _signature(self):  # type: ignore[no-untyped-def]
        old = self.function.signature
        axes = {differential_name(n): old.axes[n] for n in (*self.function.inputs, *self.function.definitions)}
        return replace(old, axes={**old.axes, **axes})

    def of(self, output: str) -> Differential:
        if output not in self.function.definitions:
            hint = f"Name one of {', '.join(self.function.definitions)}."
            raise NotationError("input-unknown", f"no statement defines {output}", hint=hint)
        if output not in self.found:
            self.found[output] = self._derive(output)
        return self.found[output]

    def _derive(self, output: str) -> Differential:
        line = _differential(replace(self.function.definitions[output], signature=self.signature))
        chain = Chain(line)
        self.work_out(chain)
        finish(chain, self.function)
        if not self.direct:
            self.put_in(chain)
        one = chain.done(self.function)
        return Differential(one.start, one.steps, one.lemmas, self.function, None, output, self.inputs, self.direct)

    def work_out(self, chain: Chain) -> None:
        """Apply the rules until a d stands before tensors only."""
        while any(isinstance(base, Fn) and base.name == "d" for base in bases(chain.expr)):
            before = chain.expr
            chain.exhaust([operator(*one, self.change) for one in STRUCTURE])
            chain.close()
            chain.exhaust([operator(*one, self.change) for one in INNER])
            chain.exhaust([("function-derivative", known_function)])
            chain.close()
            if chain.expr == before:
                chain.exhaust([operator("differential-tensor", differential_tensor, self.change)])
                chain.close()

    def put_in(self, chain: Chain) -> None:
        """The differentials of intermediates are put in, until those of inputs are left."""
        opened = opening(self.change.dependent)
        for name in reversed(self.function.definitions):
            if any(isinstance(b, Sym) and b.name == differential_name(name) for b in bases(chain.expr)):
                lemma = self.of(name)
                target = lone(lemma.line)
                while chain.once("differential-put-in", putting(target, lemma.line.right)):
                    chain.group[-1] = replace(chain.group[-1], lemma=lemma)
                if all(lemma is not one for one in chain.lemmas):
                    chain.lemmas.append(lemma)
                chain.close()
                chain.exhaust([opened])
        finish(chain, self.function)


def opening(dependent: Iterable[str]) -> tuple[str, Attempt]:
    """b (du + dv) = b du + b dv, for a bracket that holds differentials"""
    names = {differential_name(name) for name in dependent}

    def attempt(term: Term, outer: frozenset) -> Expr | None:
        for at, (base, exponent) in enumerate(term.factors):
            if isinstance(base, Paren) and exponent == 1 and not names.isdisjoint(tensors(base.body)):
                return distributed(term, at)
        return None

    return "distributed", attempt


@dataclass(frozen=True, repr=False)
class Differential(Derivation):
    """How a differential was derived.

    Attributes
    ----------
    output : the tensor that it is the differential of
    varied : the names of the tensors that change
    direct : whether intermediates change by themselves
    """

    output: str = ""
    varied: tuple[str, ...] = ()
    direct: bool = False

    def identify(self, input: str, indices: str | None = None) -> Derivation:
        """Read the Jacobian tensor off: from dy_ij = J_ijpq dx_pq for every dx, that ∂y_ij/∂x_pq = J_ijpq.

        All other tensors are held fixed, then dx_ik = delta_ip delta_kq dx_pq makes every term a tensor dot product
        with dx over the axes p and q.

        Parameters
        ----------
        input : name of a tensor that changes
        indices : letters for its axes, such as "pq"

        Returns
        -------
        Derivation : its ``result`` is the equation ∂y_ij/∂x_pq = …

        Raises
        ------
        NotationError : rules ``input-unknown``, ``derivative-index``

        >>> import tensorcalc as tc
        >>> tc.function("y_ij = x_ik a_kj").differential("y").identify("x")
        dy_ij = dx_ik a_kj + x_ik da_kj
              = dx_ik a_kj                    other tensors are held fixed
              = delta_ip delta_kq dx_pq a_kj  dx as a tensor dot product
        <BLANKLINE>
        ∂y_ij/∂x_pq = delta_ip delta_kq a_kj
                    = delta_ip a_qj           the delta replaces a dummy
        """
        from .identification import identify

        return identify(self, input, indices)

    def agrees_with(self, jacobian: Derivation):  # type: ignore[no-untyped-def]
        """Whether the Jacobian tensor that another route gave is the one read off from this differential.

        Returns
        -------
        True, False or ``Undecided``, as ``tc.equal``

        >>> import tensorcalc as tc
        >>> f = tc.function("y_ij = x_ik a_kj")
        >>> f.differential("y").agrees_with(f.jacobian("y", "x"))
        True
        """
        from .identification import agrees

        return agrees(self, jacobian)


def differential(
    function: SymbolicFunction, output: str, wrt: Sequence[str] | str | None = None, direct: bool = False
) -> Differential:
    """dy of an output, in terms of the differentials of the tensors that change."""
    return Differentials(function, wrt, direct).of(output)
