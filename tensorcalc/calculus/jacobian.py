"""Jacobian tensors: ∂y_ij/∂x_pq of a function, or of one statement of it, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from string import ascii_lowercase

from ..notation import expression as ex
from ..notation.building import as_term, binders, dummy
from ..notation.errors import NotationError
from ..notation.expression import Deriv, Expr, Fn, Idx, Sym, Term, factor
from ..notation.reading import Line
from .derivation import Chain, Derivation
from .derivative import OPERATOR_RULES, Variable, dependents, function_derivative
from .function import SymbolicFunction, bases, tensors
from .rewriting import spliced
from .settling import finish
from .uniting import instance

NEW = "pqrsuvwnkmt" + ascii_lowercase

STRUCTURE = ("constant", "linearity", "bracket", "constant-factor", "product-rule", "quotient-rule")
CHAIN = ("power-rule", "chain-rule-elementwise")

# ---------------------------------------------------------------- letters and names


def new_indices(axes: Sequence[str], taken: Iterable[str], wanted: str | None = None) -> tuple[Idx, ...]:
    """Free indices for a variable with these ranges: p, q, …, or those asked for."""
    used = set(taken)
    if wanted is not None:
        clash = [name for name in wanted if name in used]
        if clash or len(set(wanted)) != len(axes):
            given = f"{clash[0]} is in use" if clash else f"{len(axes)} different indices are needed, not {wanted!r}"
            raise NotationError("derivative-index", given, index=clash[0] if clash else None)
    letters = wanted if wanted is not None else [name for name in NEW if name not in used]
    distinct = list(dict.fromkeys(letters))
    if len(distinct) < len(axes):
        raise NotationError("limit", "more indices than letters")
    return tuple(Idx(name, axis) for name, axis in zip(distinct, axes, strict=False))


def letters_used(lines: Iterable[Line]) -> set[str]:
    """The names of all indices, free or summed."""
    found: set[str] = set()
    for line in lines:
        found |= {idx.name for idx in line.free}
        found |= {idx.name for side in (line.left, line.right) for idx in (*side.letters, *binders(side))}
    return found


def lone(line: Line) -> Sym:
    """The tensor on the left side of a definition."""
    base = line.left.terms[0].factors[0][0]
    assert isinstance(base, Sym)
    return base


def variable_of(function: SymbolicFunction, name: str, lines: Iterable[Line], wanted: str | None = None) -> Sym:
    axes = function.signature.axes.get(name)
    if axes is None:
        known = ", ".join(function.signature.axes)
        raise NotationError("input-unknown", f"there is no tensor {name} here", hint=f"There are {known}.")
    return Sym(name, new_indices(axes, letters_used(lines), wanted))


def direct_arguments(function: SymbolicFunction, name: str) -> list[str]:
    """The tensors that the statement of a name uses, in reading order."""
    return tensors(function.definitions[name].right)


# ---------------------------------------------------------------- the derivation


class Jacobians:
    """The Jacobian tensors of one function by one tensor; intermediates are derived once."""

    def __init__(
        self,
        function: SymbolicFunction,
        output: str,
        name: str,
        indices: str | None = None,
        direct: bool = False,
        also: Sequence[Line] = (),
    ) -> None:
        self.function, self.direct = function, direct
        through = [] if direct else [(n, line.right) for n, line in function.definitions.items()]
        dependent = dependents(name, through)
        lines = [line for n, line in function.definitions.items() if n == output or (n in dependent and not direct)]
        self.variable = Variable(variable_of(function, name, [*also, *lines], indices), dependent)
        self.found: dict[str, Derivation] = {}

    def of(self, output: str) -> Derivation:
        """∂output/∂x, from the statement that defines it."""
        if output not in self.function.definitions:
            hint = f"Name one of {', '.join(self.function.definitions)}."
            raise NotationError("input-unknown", f"no statement defines {output}", hint=hint)
        if output not in self.found:
            self.found[output] = self.derive(output)
        return self.found[output]

    def derive(self, output: str) -> Derivation:
        line, by = self.function.definitions[output], self.variable
        if by.symbol.name == output:
            raise NotationError("derivative-index", f"{output} is differentiated by itself")
        chain = Chain(differentiated(line, by))
        if self.only_through(output):
            self.chain_rule(chain, output)
        else:
            chain.apply("derivative", ex.of_base(Deriv(line.right, by.symbol)))
            chain.close()
            work_out(chain, by, self.result)
        finish(chain, self.function)
        return chain.done(self.function, by)

    def only_through(self, output: str) -> bool:
        """Whether a statement depends on the variable through other statements alone, and is no mere product."""
        used = [n for n in direct_arguments(self.function, output) if n in self.variable.dependent]
        return not self.direct and bool(used) and self.variable.symbol.name not in used

    def chain_rule(self, chain: Chain, output: str) -> None:
        """∂c/∂x_n = ∂c/∂s_i ∂s_i/∂x_n, then both Jacobian tensors are put in."""
        by, left = self.variable.symbol, lone(self.function.definitions[output])
        used = [n for n in direct_arguments(self.function, output) if n in self.variable.dependent]
        terms = []
        for name in used:
            free = lone(self.function.definitions[name]).slots
            summed = tuple(dummy(idx) for idx in free if isinstance(idx, Idx))
            inner = Sym(name, summed)
            pair = factor(Deriv(ex.of_base(left), inner)), factor(Deriv(ex.of_base(inner), by))
            terms.append(Term(bound=summed, factors=pair))
        chain.apply("chain-rule", Expr(tuple(terms)))
        chain.close()
        for name in used:
            self.put_in(chain, Jacobians(self.function, output, name, direct=True).of(output))
            self.put_in(chain, self.of(name))
        chain.close()

    def put_in(self, chain: Chain, lemma: Derivation) -> None:
        while chain.once("result-put-in", putting(lemma), inside=True):
            step = chain.group[-1]
            chain.group[-1] = replace(step, lemma=lemma)
            if all(lemma is not one for one in chain.lemmas):
                chain.lemmas.append(lemma)

    def result(self, chain: Chain) -> None:
        """∂u/∂x for every intermediate u that a rule left."""
        for base in list(dict.fromkeys(bases(chain.expr))):
            if isinstance(base, Deriv) and base.by == self.variable.symbol:
                inner = base.of.terms[0].factors[0][0]
                own = self.variable.symbol.name
                if isinstance(inner, Sym) and inner.name != own and inner.name in self.function.definitions:
                    self.put_in(chain, self.of(inner.name))


def differentiated(line: Line, by: Variable) -> Line:
    """∂y_ij/∂x_pq on both sides."""
    free = (*line.free, *(idx for idx in by.symbol.slots if isinstance(idx, Idx)))
    both = ex.of_base(Deriv(line.left, by.symbol))
    return replace(line, left=both, right=both, free=free)


def putting(lemma: Derivation) -> Callable[[Term, frozenset[Idx]], Expr | None]:
    """An attempt that puts what was derived for ∂y/∂x in for it, at any indices."""
    target = lemma.start.left.terms[0].factors[0][0]
    assert isinstance(target, Deriv)
    y, x = target.of.terms[0].factors[0][0], target.by
    assert isinstance(y, Sym)
    name = Sym("", (*y.slots, *x.slots))

    def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
        for at, (base, _) in enumerate(term.factors):
            if isinstance(base, Deriv) and base.by.name == x.name and len(base.of.terms) == 1:
                inner = base.of.terms[0].factors[0][0] if len(base.of.terms[0].factors) == 1 else None
                if isinstance(inner, Sym) and inner.name == y.name:
                    value = instance(lemma.line.right, name, (*inner.slots, *base.by.slots))
                    if term == Term(factors=term.factors[:1]):  # alone it needs no bracket
                        return value
                    return Expr((bracketed_into(term, at, value),))
        return None

    return attempt


def bracketed_into(term: Term, at: int, value: Expr) -> Term:
    """The term with a factor replaced by an expression, in a bracket where that is a sum."""
    return spliced(term, at, Expr((as_term(value),))).terms[0]


# ---------------------------------------------------------------- working out what stands under ∂/∂x


def work_out(chain: Chain, by: Variable, results: Callable[[Chain], None] = lambda chain: None) -> None:
    """Apply the rules of differentiation until no derivative is left."""
    while True:
        before = chain.expr
        chain.exhaust([operator(id, by) for id in STRUCTURE])
        chain.close()
        pending = [operator(id, by) for id in CHAIN]
        for _ in range(_count(chain.expr, by)):
            if not any(chain.once(*one) for one in pending):
                break
        chain.exhaust([("function-derivative", known_function)])
        chain.close()
        if not _compound(chain.expr, by):
            break
        if chain.expr == before:
            raise AssertionError(f"no rule differentiates {chain.steps[-1].after}")
    results(chain)
    chain.exhaust([operator("constant", by), operator("self-derivative", by)])
    chain.close()


def operator(id: str, by: Variable) -> tuple[str, Callable[[Term, frozenset[Idx]], Expr | None]]:
    """A rule for what stands under ∂/∂x, as an attempt on a term that holds it as a factor."""
    apply = dict(OPERATOR_RULES)[id]

    def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
        for at, (base, _) in enumerate(term.factors):
            if isinstance(base, Deriv) and base.by == by.symbol:
                new = apply(base.of, by)
                if new is not None:
                    return behind(term, at, new) if id == "self-derivative" else spliced(term, at, new)
        return None

    return id, attempt


def behind(term: Term, at: int, new: Expr) -> Expr:
    return spliced(term, at, new)


def known_function(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """exp'(u) = exp(u), and the like."""
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Fn) and base.primes and exponent == 1:
            new = function_derivative(base)
            if new is not None:
                return spliced(term, at, new)
    return None


def _derivatives(expr: Expr, by: Variable) -> list[Deriv]:
    return [base for base in bases(expr) if isinstance(base, Deriv) and base.by == by.symbol]


def _count(expr: Expr, by: Variable) -> int:
    return len(_derivatives(expr, by))


def _compound(expr: Expr, by: Variable) -> bool:
    """Whether something other than a single tensor is still to be differentiated."""
    return any(
        not isinstance(found[0], Sym) or found[1] != 1
        for found in (_lone(base.of) for base in _derivatives(expr, by))
        if found
    ) or any(_lone(base.of) is None for base in _derivatives(expr, by))


def _lone(of: Expr) -> ex.Factor | None:
    from .derivative import one_factor

    return one_factor(of)


# ---------------------------------------------------------------- what a function offers


def jacobian(
    function: SymbolicFunction, output: str, input: str, indices: str | None = None, direct: bool = False
) -> Derivation:
    """∂output/∂input."""
    return Jacobians(function, output, input, indices, direct).of(output)
