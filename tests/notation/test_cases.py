"""The tables of refusals and of legal lines: verdicts, carets, free and summed letters, values of the loop nest."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.notation.errors import RULES, NotationError
from tensorcalc.notation.parser import parse
from tensorcalc.notation.syntax import Call, Power, walk
from tests.notation.cases.legal import LEGAL
from tests.notation.cases.operations import OPERATIONS
from tests.notation.cases.refusals import REFUSALS
from tests.oracle import legal as second_opinion
from tests.oracle import loops
from tests.oracle.arrays import example
from tests.oracle.numbers import EXACT


def name_of(row) -> str:
    return row.text.replace("\n", "; ") or "empty"


FUNCTIONS = [row for row in LEGAL if parse(row.text).statements[0].free is None]
EQUATIONS = [row for row in LEGAL if row not in FUNCTIONS]


def plain(nested):
    return loops.map_nested(lambda number: number.value, nested)


def fill(nested) -> np.ndarray:
    return np.array(loops.map_nested(float, nested))


def values(program, inputs, constants, sizes) -> list:
    """What a program defines; for a lone equation both its sides."""
    if program.statements[0].free is None:
        return [*map(plain, loops.evaluate(program, inputs, constants, sizes).values())]
    return [*map(plain, loops.sides(program.statements[0], inputs, constants, sizes))]


def computed(f, inputs: dict, constants: dict, sizes: dict) -> dict:
    """The engine's outputs by name; only sizes that it asks for are given."""
    arrays = {name: fill(value) for name, value in inputs.items()}
    wanted = {name: np.array(value) for name, value in constants.items()}
    result = f(**arrays, **wanted, **({"sizes": sizes} if sizes else {}))
    return result if isinstance(result, dict) else {f.outputs[0]: result}


def test_every_rule_has_a_line():
    shown = {rule for row in (*REFUSALS, *OPERATIONS) for rule in row.rule.split()}
    assert set(RULES) == shown


def test_the_tables_are_long_enough():
    assert len(REFUSALS) >= 60
    assert len(LEGAL) >= 60
    assert len({row.text for row in LEGAL}) == len(LEGAL)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("row", REFUSALS, ids=name_of)
def test_refused(row):
    read = tc.equation if row.how == "equation" else tc.function
    with pytest.raises(NotationError) as caught:
        read(row.text)
    error = caught.value
    assert error.rule in row.rule.split()
    assert error.rule in RULES
    if row.index:
        assert error.index == row.index
    assert error.position in row.places, f"caret at {error.position}, not at one of {sorted(row.places)}"
    assert error.hint


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_operation_refused(row):
    with pytest.raises(NotationError) as caught:
        row.run()
    assert caught.value.rule in row.rule.split()
    assert caught.value.hint


@pytest.mark.parametrize("row", [row for row in REFUSALS if row.how == "function"], ids=name_of)
def test_the_second_opinion_agrees(row):
    """The oracle's own verdict, where the parser lets the line pass; words and exponents are not its business."""
    words = {"exponent", "ones-order", "delta-order", "reserved-name", "left-free"}
    if words & set(row.rule.split()):
        return
    try:
        program = parse(row.text)
    except NotationError:
        return
    assert second_opinion.verdict(program) is not None


# ---------------------------------------------------------------- legal lines


@pytest.mark.parametrize("row", LEGAL, ids=name_of)
def test_free_and_summed_letters(row):
    program = parse(row.text)
    assert {*loops.free_letters(program.statements[-1])} == set(row.free)
    assert set().union(*map(loops.summed, program.statements)) == set(row.summed)


@pytest.mark.parametrize("row", [row for row in LEGAL if row.value is not None], ids=name_of)
def test_numbers_of_the_sources(row):
    """The loop nest against numbers that the errata computed by hand."""
    program = parse(row.text)
    (result,) = loops.evaluate(program, row.given).values()
    assert np.allclose(plain(result), row.value, rtol=1e-13)
    if not any(isinstance(node, (Call, Power)) for node in walk(program.statements[0].right)):
        (exact,) = loops.evaluate(program, row.given, field=EXACT).values()
        assert exact == row.value


@pytest.mark.parametrize("row", FUNCTIONS, ids=name_of)
def test_values(row):
    program = parse(row.text)
    inputs, constants, sizes = example(program)
    expected = loops.evaluate(program, inputs, constants, sizes)
    f = tc.function(row.text)
    got = computed(f, inputs, constants, sizes)
    for name in f.outputs:
        assert np.allclose(got[name], plain(expected[name]), rtol=1e-12)


@pytest.mark.parametrize("row", [row for row in LEGAL if row.latex], ids=name_of)
def test_latex_means_the_same(row):
    text, latex = parse(row.text), parse(row.latex)
    inputs, constants, sizes = example(text)
    for one, two in zip(values(text, inputs, constants, sizes), values(latex, inputs, constants, sizes), strict=True):
        assert np.allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("row", EQUATIONS, ids=name_of)
def test_equations_are_read(row):
    """An equation is legal, and printing it leaves the values of both sides alone."""
    program, printed = parse(row.text), parse(str(tc.equation(row.text)))
    inputs, constants, sizes = example(program)
    before, after = values(program, inputs, constants, sizes), values(printed, inputs, constants, sizes)
    for one, two in zip(before, after, strict=True):
        assert np.allclose(one, two, rtol=1e-12)


def test_a_value_is_a_value():
    """The tables' own arithmetic: fractions in, floats out."""
    program = parse("y_i = x_i/3")
    exact = loops.evaluate(program, {"x": [Fraction(1), Fraction(2)]})
    assert plain(exact["y"]) == [1 / 3, 2 / 3]
