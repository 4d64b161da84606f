"""Closed forms: the gradients of intermediates are put in until inputs, upstream gradients and statistics are left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..notation.expression import Expr, Idx, Paren, Sym, Term
from ..notation.reading import Line
from .derivation import Chain, Derivation
from .folding import fold, known_sum
from .function import SymbolicFunction, bases
from .jacobian import bracketed_into, order, tidy
from .rewriting import rewrite
from .rulebook import rule
from .rules import distributed
from .simplification import TIDY, open_every_bracket, split_fraction
from .uniting import instance


def closed_form(derivation: Derivation, keep: Sequence[str] = ()) -> Derivation:
    """The derivation, gone on with until no gradient of an intermediate is left but those to keep."""
    return _Closing(derivation, keep).whole()


class _Closing:
    def __init__(self, derivation: Derivation, keep: Sequence[str]) -> None:
        self.derivation, self.function = derivation, derivation.function
        self.keep = {f"dl_d{name}" for name in keep}
        self.gradients = self._gradients()
        self.closed: dict[str, Derivation] = {}

    def _gradients(self) -> dict[str, Callable[[], Derivation]]:
        """How to derive the gradient of each intermediate, by the name of the gradient."""
        from .backward import Gradients

        if self.function is None:
            return {}
        all_of = Gradients(self.function)
        names = [n for n in self.function.definitions if all_of.total(n) not in self.keep]
        made = {all_of.total(n): (lambda n=n: all_of.of(n)) for n in names}
        return {name: make for name, make in made.items() if name not in map(_upstream, self.function.outputs)}

    def whole(self) -> Derivation:
        chain = self.close(self.derivation)
        lemmas = (*self.derivation.lemmas, *(one for one in chain.lemmas if one not in self.derivation.lemmas))
        steps = (*self.derivation.steps, *chain.done().steps)
        return replace(self.derivation, steps=steps, lemmas=lemmas)

    def close(self, derivation: Derivation) -> Chain:
        chain = Chain(derivation.line)
        for name in list(dict.fromkeys(b.name for b in bases(chain.expr) if isinstance(b, Sym))):
            if name in self.gradients:
                self.put_in(chain, name)
        chain.close()
        chain.exhaust([("distributed", open_gradient)])
        self.settle(chain)
        shorten(chain, self.function)
        order(chain)
        return chain

    def put_in(self, chain: Chain, name: str) -> None:
        lemma = self.lemma(name)
        line = lemma.line
        target = line.left.terms[0].factors[0][0]
        assert isinstance(target, Sym)
        while chain.once("result-put-in", _putting(target, line.right)):
            chain.group[-1] = replace(chain.group[-1], lemma=lemma)
        if all(lemma is not one for one in chain.lemmas):
            chain.lemmas.append(lemma)

    def lemma(self, name: str) -> Derivation:
        if name not in self.closed:
            found = self.gradients[name]()
            chain = self.close(found)
            self.closed[name] = replace(
                found, steps=(*found.steps, *chain.done().steps), lemmas=(*found.lemmas, *chain.lemmas)
            )
        return self.closed[name]

    def settle(self, chain: Chain) -> None:
        """Tidy, fold, and use what the definitions make of sums, until nothing changes."""
        while True:
            tidy(chain)
            chain.close()
            changed = chain.exhaust([("fraction-split", split_fraction)])
            if self.function is not None:
                changed |= fold(chain, self.function)
                changed |= use_known_sums(chain, self.function)
            if not changed:
                return


def _upstream(name: str) -> str:
    return f"dl_d{name}"


def _putting(target: Sym, value: Expr) -> Callable[[Term, frozenset[Idx]], Expr | None]:
    def attempt(term: Term, outer: frozenset[Idx]) -> Expr | None:
        for at, (base, exponent) in enumerate(term.factors):
            if isinstance(base, Sym) and base.name == target.name and exponent == 1:
                return Expr((bracketed_into(term, at, instance(value, target, base.slots)),))
        return None

    return attempt


def open_gradient(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """b (c + d) = b c + b d, for a bracket that holds gradients of the loss"""
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren) and exponent == 1 and _has_gradient(base.body):
            return distributed(term, at)
    return None


def _has_gradient(expr: Expr) -> bool:
    return any(isinstance(base, Sym) and base.name.startswith("dl_d") for base in bases(expr))


# ---------------------------------------------------------------- facts


@rule("known-sum", "a sum that the definitions make a number")
def _known_sum(term: Term) -> Term:
    """1_h mu_ph = 0, for mu_bh = x_bh − 1_h m_b with the mean m_b"""
    raise NotImplementedError  # carried out by folding.known_sum


def use_known_sums(chain: Chain, function: SymbolicFunction) -> bool:
    attempt = known_sum(function.statements)
    changed = False
    while True:
        found = rewrite(chain.expr, chain.outer, attempt)
        if not found:
            return changed
        term = _term_at(chain.expr, found[1])
        new, where = found
        chain.close()
        chain.apply("known-sum", new, where, lemma=why(term, function, chain.line))
        changed = True


def _term_at(expr: Expr, where: tuple[int, ...]) -> Term:
    from ..notation.building import parts

    term = expr.terms[where[0]]
    if len(where) == 1:
        return term
    return _term_at(parts(term.factors[where[1]][0])[0], where[2:])


def why(term: Term, function: SymbolicFunction, line: Line) -> Derivation | None:
    """1_h mu_ph = 1_h (x_ph − 1_h m_p) = 1_h x_ph − 1_h 1_h m_p = H m_p − H m_p = 0"""
    from .folding import number_of
    from .labelling import components

    for bound, factors in components(term):
        part = Term(bound=bound, factors=factors)
        if number_of(part, function.statements) is not None:
            return _shown(part, function, line)
    return None


def _shown(part: Term, function: SymbolicFunction, line: Line) -> Derivation:
    one = Expr((part,))
    free = tuple(sorted(part.letters, key=lambda idx: idx.name))
    chain = Chain(replace(line, left=one, right=one, free=free))
    for definition in reversed(function.statements):
        target = definition.left.terms[0].factors[0][0]
        assert isinstance(target, Sym)
        if chain.once("definition-put-in", _putting(target, definition.right)):
            break
    chain.close()
    chain.exhaust([("distributed", open_every_bracket)])
    chain.close()
    chain.exhaust(TIDY)
    fold(chain, function)
    chain.close()
    tidy(chain)
    return chain.done(function)


# ---------------------------------------------------------------- shorter when multiplied out


def shorten(chain: Chain, function: SymbolicFunction | None) -> None:
    """Multiply everything out where the result is shorter."""
    trial = Chain(chain.line)
    trial.exhaust([("distributed", open_every_bracket)])
    if not trial.group:
        return
    tidy(trial)
    if function is not None and fold(trial, function):
        tidy(trial)
    if size(trial.expr) < size(chain.expr):
        chain.close()
        chain.group, chain.line = trial.group, trial.line
        chain.close()


def size(expr: Expr) -> int:
    """How much there is to write."""
    return sum(1 + _size(term) for term in expr.terms)


def _size(term: Term) -> int:
    inner = [size(base.body) for base, _ in term.factors if isinstance(base, (Paren,))]
    return len(term.factors) + sum(inner)
