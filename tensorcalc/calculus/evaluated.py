"""The result of a derivation as a function of the inputs of the one it was derived from."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from ..notation import expression as ex
from ..notation.errors import NotationError
from ..notation.expression import Deriv, Sym
from .backward import recomputed
from .derivation import Derivation
from .function import SymbolicFunction

F = TypeVar("F", bound=SymbolicFunction)


def evaluated(derivation: Derivation, kind: type[F]) -> F:
    """A function that computes the result; a derivative on the left side becomes the tensor ``jacobian``.

    Its inputs are those of the function that was differentiated, used or not, since they show the sizes, and the
    upstream gradients that the result holds.
    """
    function, line = derivation.function, derivation.line
    base = line.left.terms[0].factors[0][0]
    if function is None or not isinstance(base, (Deriv, Sym)):
        raise NotationError("not-executable", f"{derivation.result} is no result that a function could compute")
    if isinstance(base, Deriv):
        line = replace(line, left=ex.of_base(Sym("jacobian", line.free)))
    lines = [*recomputed(function, [line]), line]
    lines = [replace(one, signature=line.signature) for one in lines]
    return kind.of_lines(lines, function.inputs, [kind._defined(line)], function.constants)
