"""What may be done with expressions. Knows nothing of arrays; standard library only.

Two ways lead through this package, and they check each other.

*By named rules*, as a person would write it. ``rules`` holds them, one short function each with its formula as the
first line: it takes a term and a place in it, checks its whole precondition, and returns what the term becomes,
factors in place. The table ``REWRITING_RULES`` has them under stable ids. ``equations`` offers each as an operation
on an equation.

*By canonical form*, which decides equality and is never shown. ``canonical`` multiplies out, eliminates deltas,
drops one-tensors, collects equal factors and like terms; ``laws`` has the laws of powers and functions with the
definitions of the book's activations; ``labelling`` names dummies independently of how they were written;
``collecting`` bounds the work. ``equality`` proves equality by canonical form, or shows a difference with the
values of ``sampling``: exact ones modulo a prime where the expressions are rational, else intervals that hold all
rounding errors. What neither settles is undecided.

*Derivations* are data: lines with the rules that led to them, registered in ``rulebook`` with the section of the book
that teaches each. ``jacobian``, ``backward`` and ``closed`` make them by indices, ``differential`` by differentials,
``implicit_equations`` from an equation, ``second`` from what was derived; ``settling`` folds and orders a result.
``replay`` verifies them and shares nothing with what made them: ``values`` evaluates a line by loops over its indices
(``dual`` for derivatives, ``implied`` for what an equation defines), ``signatures`` says what each rule can do.

- ``function``: statements as a function with inputs, intermediates and outputs.
- ``uniting``: equations that were read apart brought together; definitions put in for their names.
- ``counting``, ``contraction``: multiply-adds of an evaluation, products in the cheapest order; ``routes``: what the
  Jacobian tensors would cost that a derived backward function never builds.

>>> from tensorcalc.calculus.rules import REWRITING_RULES
>>> REWRITING_RULES["one-contracted"].formula
'1_n 1_n = N, for a dummy n that nothing else carries'
"""
