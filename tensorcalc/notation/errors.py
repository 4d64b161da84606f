# ruff: noqa: E501 (the table below has one rule a line)
"""What the notation refuses: one rule id each, one sentence why, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A reason to refuse a line: its stable id, why it is refused, and what to write instead."""

    id: str
    why: str
    instead: str


_TABLE = """
syntax | This is not a sentence of the language. | Write one equation a line: a tensor, one =, and an expression of tensors.
one-equals-sign | A statement needs exactly one equals sign. | Write left = right, and each further statement on a line of its own.
index-letter | An index is a lower-case Latin letter, a digit or an upper-case constant. | Use i, j, k, … as indices.
affine-index | An affine index is a sum of integer multiples of letters. | Write it in braces, apart from its neighbours by commas: x_{b,2i+m-1}.
unknown-function | Only the functions of the book's list are understood. | Use one of them, or write a product with *.
exponent | An exponent is a number. | Write x^2, x^{-1/2}, or exp(n log(x)) where the exponent is not a number.
delta-order | The Kronecker delta compares two indices. | Write delta_ij with exactly two indices.
ones-order | A one-tensor needs indices of its own, letters only. | Write 1_h, or the number 1.
limit | The text is larger or deeper than the language allows. | Split it into several statements.
left-side | The left side of a statement is a tensor with distinct index letters, or a scalar. | Put the tensor that is defined on the left; for any other equation use equation("[i] …").
left-repeated | A free index stands once on the left side. | Give every axis of the left side a letter of its own.
left-free | The list of free indices must be those of the left side. | Drop the list, or let it agree with the left side.
free-list | When the left side is an expression, it cannot be seen which indices are free. | Begin the equation with them, as in [i] a_ij b_ij = c_i.
free-missing | A free index occurs in every term. | Broadcast the term with a one-tensor that carries the missing index.
dummy-once | An index that is not free is summed, so it occurs at least twice in its term. | Put it on the left side, or sum it with a one-tensor.
two-roles | One letter would be an index of the term and a sum of its own inside a group. | Rename the inner index, or name the inner expression in a statement of its own.
ones-in-group | Inside a group a one-tensor repeats a letter that the term already carries, so it cannot be seen where the sum ends. | Rename the index of the inner sum.
bracketed-pair | The bracket is a finished contraction over a letter that also occurs outside. | Rename the index inside the bracket, or remove the brackets to make one sum.
nested-terms | All terms of a bracketed sum show the same indices. | Broadcast with a one-tensor inside the bracket.
power-no-sum | An exponent is no second occurrence: x_i^2 squares each component and sums nothing. | Write x_i x_i, or sum with a one-tensor: 1_i x_i^2.
summation-letter | A summation sign binds letters that occur below it and are not free already. | Sum over a letter of its own.
two-orders | A tensor has one order: the number of its indices is the same wherever it occurs. | Use two names for two tensors.
range-clash | One letter stands for one range, and two declared ranges are different. | Use another letter for the other range.
unknown-size | An upper-case name is the size of a range, and no index here runs over a range of this name. | Write the upper-case name of an index that occurs, or use a lower-case name for a scalar.
two-meanings | One name would mean two things. | Give one of them another name.
defined-twice | A tensor is defined by one statement. | Use a new name for the second value.
used-before | A tensor is used before the statement that defines it. | Order the statements so that definitions come first.
reserved-name | This name has a meaning of its own in the language. | Choose another name.
not-executable | A function is computed from tensors; it holds no unevaluated derivative. | Name the derivative as a tensor, or differentiate a function with jacobian or vjp.
rename-clash | A new name for an index must not occur in the term already. | Choose a letter that is neither free nor a dummy of any term.
substitute-free | The free indices of the definition must match those at the place of use. | Rename the free indices of one equation so that they agree.
substitute-capture | A dummy of the definition has the name of an index at the place of use. | Rename the dummy of one equation; two sums need two letters.
substitute-contraction | A contraction may be replaced only if all occurrences of its index belong to it. | Leave it: the other factor is part of the same sum.
substitute-nothing | The left side of the definition does not occur here. | Check the name and its order.
delta-free | A delta replaces a dummy index; between free or constant indices it stays. | Keep the delta, or contract one of its indices first.
drop-one | After dropping a one-tensor every free index must still occur and every dummy at least twice. | Keep the one-tensor: it sums or broadcasts here.
merge-ones | One-tensors merge into one when their indices are different; equal ones contract. | Contract 1_n 1_n to N first.
nothing-to-do | The operation finds nothing here to act on. | Check the name and the indices of the factor.
both-sides-dummy | An index that is already a dummy cannot be used to multiply both sides. | Multiply by a new index, or contract an index that is free on both sides.
add-indices | Only tensors with the same free indices can be added. | Broadcast with a one-tensor.
apply-across | A function of a contraction is not the contraction of the function. | Apply the function to the whole side: f(b_ik c_k).
factor-order | Factoring must leave all terms in the bracket with the same indices. | Let factor put the one-tensor in: b_ij(c_ij + 1_i d_j).
derivative-index | A derivative takes new free indices. | Differentiate by x_pq with letters p, q that occur nowhere else.
domain | The law holds only where its arguments are positive. | State that they are positive, or keep the expression.
input-missing | Every input needs a value. | Give it by name when calling.
input-unknown | The function has no such input. | Use one of its inputs.
shape | An array's shape must fit the indices of its tensor. | Give arrays whose axes agree wherever the same range is meant.
size-missing | The size of a range cannot be seen from the arrays given. | Give it: sizes={"I": 7}.
index-value | A constant index is an integer inside the range of its axis. | Give an integer from 0 to the size less one.
no-value | A function without a formula has no value. | Use a function of the list, or only rewrite the equation.
"""

RULES: dict[str, Rule] = {
    rule.id: rule for rule in (Rule(*map(str.strip, line.split("|", 2))) for line in _TABLE.strip().splitlines())
}


class NotationError(ValueError):
    """A line that the notation refuses, with the rule it breaks and the place.

    Parameters
    ----------
    rule : id of an entry of ``RULES``
    given : one sentence that says what was found, naming the letter or axis
    index : the letter at fault, if one is
    position : offset in ``source`` of the character at fault
    hint : what to write instead; the rule's general advice if None
    source : the text that was read

    >>> import tensorcalc as tc
    >>> try:
    ...     tc.function("a_ij = b_i")
    ... except tc.NotationError as error:
    ...     print(error.rule, error.index, error.position)
    free-missing j 7
    """

    def __init__(
        self,
        rule: str,
        given: str,
        *,
        index: str | None = None,
        position: int | None = None,
        hint: str | None = None,
        source: str = "",
    ) -> None:
        self.rule = RULES[rule].id
        self.given = given
        self.index = index
        self.position = position
        self.hint = hint or RULES[rule].instead
        self.source = source
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [f"{self.given} [{self.rule}]"]
        if self.position is not None and self.source:
            lines += _caret(self.source, self.position)
        return "\n".join([*lines, f"  {RULES[self.rule].why}", f"  {self.hint}"])

    def __reduce__(self) -> tuple:  # keeps the keyword arguments across pickling
        return _rebuild, (self.rule, self.given, self.index, self.position, self.hint, self.source)


def _rebuild(rule: str, given: str, index: str, position: int, hint: str, source: str) -> NotationError:
    return NotationError(rule, given, index=index, position=position, hint=hint, source=source)


def _caret(source: str, position: int, width: int = 100) -> list[str]:
    """The line that holds a position, and a caret under it; a long line is cut around the place."""
    position = min(position, len(source))
    start = source.rfind("\n", 0, position) + 1
    stop = source.find("\n", position)
    line, column = source[start : stop if stop >= 0 else len(source)].replace("\t", " "), position - start
    if len(line) > width:
        cut = max(0, column - width // 2)
        line, column = line[cut : cut + width], column - cut
    return [f"    {line}", f"    {' ' * column}^"]
