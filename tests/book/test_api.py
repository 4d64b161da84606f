"""The appendix on the API: every public name is there, and its running example is as short as it says."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import isfunction

import pytest

import tensorcalc as tc
from tools.site.api import as_rst, described, with_examples

from .conftest import NOTEBOOKS, markdown

PAGE = NOTEBOOKS["E_api"]
DOCUMENTED = re.compile(r"^\s*\.\. (?:auto|py:)\w+:: (tensorcalc[\w.]*)", re.MULTILINE)
NAMES = DOCUMENTED.findall(markdown(PAGE))


def cell(beginning: str):
    return next(c for c in PAGE.cells if c.cell_type == "code" and c.source.startswith(beginning))


@pytest.mark.parametrize("name", tc.__all__)
def test_every_public_name_is_documented(name):
    assert f"tensorcalc.{name}" in NAMES


def test_every_name_is_documented_once():
    single = [name for name in NAMES if name not in ("tensorcalc.kernels", "tensorcalc.display")]  # also by pattern
    assert sorted(single) == sorted(set(single))


@pytest.mark.parametrize("name", NAMES)
def test_every_documented_name_exists(name):
    found = tc
    for part in name.split(".")[1:]:
        found = getattr(found, part)


@pytest.mark.parametrize("module", ["checking", "data", "errata", "exercises"])
def test_every_public_function_of_a_module_is_documented(module):
    home = import_module(f"tensorcalc.{module}")
    functions = {name for name in home.__all__ if isfunction(getattr(home, name))}
    missing = {name for name in functions if f"tensorcalc.{module}.{name}" not in NAMES and name not in tc.__all__}
    assert not missing


@pytest.mark.parametrize("pattern", [r".*_(forward|backward)", r"sgd|momentum|rmsprop|adamw?"])
def test_every_kernel_is_in_a_list(pattern):
    assert f":match: {pattern}" in markdown(PAGE)
    assert [name for name in tc.kernels.__all__ if re.fullmatch(pattern, name)]


def test_the_new_layer_takes_less_than_twenty_lines():
    layer = cell("gated = tc.function")
    assert len(layer.source.splitlines()) < 20
    assert layer.outputs[0].text == "checked: True\n"


def test_a_docstring_is_text_and_no_markup():
    assert as_rst(["|a|_x * `b`", ">>> 2 * 3", "6", "", "x_ y_i ``c_``"]) == [
        r"\|a\|_x \* ``b``",
        ">>> 2 * 3",
        "6",
        "",
        r"x\_ y_i ``c_``",
    ]


def test_what_a_docstring_is_derived_from_becomes_a_link():
    linked = as_rst(["Derived in: 13_matmul, eq. eq-matmul-dx"])
    assert linked == ["Derived in: :doc:`/book/13_matmul`, eq. :eq:`eq-matmul-dx`"]


def test_examples_after_a_section_get_a_heading():
    assert with_examples(["Text.", "", ">>> 1"]) == ["Text.", "", ">>> 1"]
    assert with_examples(["Examples", "--------", ">>> 1"]) == ["Examples", "--------", ">>> 1"]
    assert with_examples(["Raises", "------", "E", ">>> 1"])[3:] == ["Examples", "--------", ">>> 1"]


def test_what_a_parameter_is_goes_to_its_description_unless_it_is_a_type():
    assert described(["x : the input"]) == ["x", "    the input"]
    assert described(["x : array (I,)", "    The input."]) == ["x : array (I,)", "    The input."]
