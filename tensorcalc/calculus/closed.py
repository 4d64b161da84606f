"""Closed forms: the gradients of intermediates are put in until inputs, upstream gradients and statistics are left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..notation.expression import Expr, Idx, Paren, Sym, Term
from .derivation import Chain, Derivation
from .facts import putting, use_known_sums
from .folding import fold
from .function import bases
from .rules import distributed
from .settling import order, shorten
from .simplification import split_fraction
from .tidying import tidy


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
        order(chain, constants=True)
        return chain

    def put_in(self, chain: Chain, name: str) -> None:
        lemma = self.lemma(name)
        line = lemma.line
        target = line.left.terms[0].factors[0][0]
        assert isinstance(target, Sym)
        while chain.once("result-put-in", putting(target, line.right)):
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


def open_gradient(term: Term, outer: frozenset[Idx]) -> Expr | None:
    """b (c + d) = b c + b d, for a bracket that holds gradients of the loss"""
    for at, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Paren) and exponent == 1 and _has_gradient(base.body):
            return distributed(term, at)
    return None


def _has_gradient(expr: Expr) -> bool:
    return any(isinstance(base, Sym) and base.name.startswith("dl_d") for base in bases(expr))
