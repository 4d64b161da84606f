"""A stated equality against the engine: every derivative in it is replaced by what the engine derives for it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import cache

import tensorcalc as tc
from tensorcalc.calculus.jacobian import lone
from tensorcalc.notation import expression as ex
from tensorcalc.notation import syntax as sx
from tensorcalc.notation.factors import occurrences, unwrap
from tensorcalc.notation.parser import parse_expression
from tensorcalc.notation.printing import to_text
from tensorcalc.notation.reading import Line, shown_on_left

HELD_FIXED = re.compile(r"\\left\.\s*(?P<inner>\\frac\{[^|]*?)\\right\|_(?:\{[^{}]*\}|\\?\w+)")


class Proof:
    """A function, every gradient the engine derives for it, and Jacobian tensors as they are met.

    ``given`` defines names that the page uses and the function does not have; ``direct``: each derivative is that of
    the one statement, with every other tensor held fixed, as if it had a bar that says so.
    """

    def __init__(self, function: str, given: str = "", direct: bool = False) -> None:
        self.direct = direct
        self.function, gradients = derived(function)
        seed = ["dl_dl = 1"] if "l" in self.function.outputs else []
        self.definitions: list = [*seed, self.function, gradients, *([given] if given else [])]
        self.jacobians: dict[tuple[str, bool], Line] = {}

    def equal(self, left: str, right: str, free: str | None = None) -> bool | tc.Undecided:
        """Whether two sides, in LaTeX, are equal once every derivative is put in."""
        if free is None:
            letters = shown_on_left(unwrap(_parsed(HELD_FIXED.sub(r"\g<inner>", left))))
            assert letters is not None, f"the free indices of {left} must be named"
            free = "".join(letter.name for letter in letters)
        sides = [f"[{', '.join(free)}] {to_text(self._side(side, free))}" for side in (left, right)]
        return tc.equal(*sides, given=[*self.definitions, *self.jacobians.values()])

    def _side(self, latex: str, free: str) -> sx.Node:
        direct = [_parsed(match["inner"]) for match in HELD_FIXED.finditer(latex)]
        return self._derived(_parsed(HELD_FIXED.sub(r"\g<inner>", latex)), free, direct)

    def _derived(self, node: sx.Node, free: str, direct: list[sx.Node]) -> sx.Node:
        """The tree with a tensor in the place of every derivative; its definition is what the engine derives."""
        if isinstance(node, sx.Derivative):
            return self._jacobian(node, free, self.direct or node in direct)
        inner = {
            one.name: tuple(self._derived(part, free, direct) for part in value)
            if isinstance(value, tuple)
            else self._derived(value, free, direct)
            for one in fields(node)
            if one.name in ("terms", "factors", "operand", "numerator", "denominator", "base", "argument", "body")
            for value in (getattr(node, one.name),)
        }
        return replace(node, **inner) if inner else node

    def _jacobian(self, node: sx.Derivative, free: str, direct: bool) -> sx.Tensor:
        of, by = unwrap(node.of), node.by
        counts = occurrences(of)
        outer = [letter for letter in counts if letter in free or counts[letter] == 1]
        key = f"d {to_text(of)} by {by.name}", direct
        if key not in self.jacobians:
            line = self._own(of, by.name, direct) if self._defined(of) else self._of_expression(of, outer, by.name)
            self.jacobians[key] = named(line, f"jacobian{len(self.jacobians)}")
        name = lone(self.jacobians[key]).name
        indices = of.indices if isinstance(of, sx.Tensor) and self._defined(of) else map(sx.Letter, outer)
        return sx.Tensor(name, (*indices, *by.indices))

    def _defined(self, node: sx.Node) -> bool:
        return isinstance(node, sx.Tensor) and node.name in self.function.definitions

    def _own(self, of: sx.Tensor, by: str, direct: bool) -> Line:
        return self.function.jacobian(of.name, by, direct=direct).line

    def _of_expression(self, of: sx.Node, outer: list[str], by: str) -> Line:
        name = f"stated{len(self.jacobians)}"
        left = f"{name}_{{{''.join(outer)}}}" if outer else name
        function = tc.function(f"{self.function}\n{left} = {to_text(of)}")
        self.definitions.append(function.definitions[name])
        return function.jacobian(name, by).line


class ImplicitProof(Proof):
    """The same for a tensor that an equation defines: its Jacobian tensor and the gradient that passes through it."""

    def __init__(self, equation: str, of: str, by: str) -> None:
        derived = tc.implicit(equation, of=of, by=by)
        self.of, self.by, self.direct = of, by, False
        self.definitions = [derived.vjp().line, named(derived.line, "jacobian")]
        self.jacobians = {}

    def _jacobian(self, node: sx.Derivative, free: str, direct: bool) -> sx.Tensor:
        of, by = unwrap(node.of), node.by
        assert isinstance(of, sx.Tensor) and (of.name, by.name) == (self.of, self.by), to_text(node)
        return sx.Tensor("jacobian", (*of.indices, *by.indices))


@cache
def derived(text: str) -> tuple[tc.Function, tc.Function]:
    """A function and its backward function."""
    function = tc.function(text)
    return function, function.backward()


def named(line: Line, name: str) -> Line:
    """∂y_ij/∂x_pq = … as the definition of a tensor of this name."""
    axes = {**line.signature.axes, name: tuple(idx.range for idx in line.free)}
    left = ex.of_base(ex.Sym(name, line.free))
    return replace(line, left=left, signature=replace(line.signature, axes=axes))


def _parsed(latex: str) -> sx.Node:
    return parse_expression(f"${latex}$")
