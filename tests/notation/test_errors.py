"""An error says what, where, why and what instead; the table of rules is complete."""

import pickle
import re
from pathlib import Path

import pytest

import tensorcalc as tc
from tensorcalc.notation.errors import RULES, NotationError

PACKAGE = Path(tc.__file__).parent


def test_every_rule_in_use_is_in_the_table_and_every_entry_is_used():
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "errors.py"]
    used = {word for text in sources for word in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', text)}
    assert set(RULES) <= used


def test_every_entry_is_two_sentences():
    for rule in RULES.values():
        assert rule.why.endswith(".") and rule.instead.endswith("."), rule.id


def test_the_message_has_a_caret_under_the_letter():
    with pytest.raises(NotationError) as caught:
        tc.function("m_b = 1_h x_bh\na_ij = b_i c_k")
    lines = str(caught.value).splitlines()
    assert lines[1] == "    a_ij = b_i c_k"
    assert lines[2].index("^") == lines[1].index("b_i")
    assert caught.value.rule == "free-missing" and "1_j b_i c_k" in caught.value.hint


def test_an_error_survives_pickling():
    with pytest.raises(NotationError) as caught:
        tc.equation("a_i = b_ij")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.rule, copy.index, copy.position, str(copy)) == ("dummy-once", "j", 9, str(caught.value))
    assert isinstance(copy, ValueError)


def test_a_long_line_is_cut_around_the_place():
    text = "a_i = " + " + ".join(["b_i"] * 200) + " + c_j"
    with pytest.raises(NotationError) as caught:
        tc.equation(text)
    line, caret = str(caught.value).splitlines()[1:3]
    assert len(line) <= 110 and line[caret.index("^")] == "j"
