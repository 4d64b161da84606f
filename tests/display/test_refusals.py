"""``attempt``: results and refusals of the notation are printed, every other error is raised."""

import numpy as np
import pytest

import tensorcalc as tc


def test_a_result_is_printed(capsys):
    assert tc.display.attempt(tc.equation("a_i = b_ij c_j").rename, "i", "k") is None
    assert capsys.readouterr().out == "a_k = b_kj c_j\n"


def test_a_refusal_is_printed_whole_in_short_lines(capsys):
    line = "y_i = t_ij u_j + t_ijk v_jk"
    with pytest.raises(tc.NotationError) as refused:
        tc.equation(line)
    tc.display.attempt(tc.equation, line)
    printed = capsys.readouterr().out
    assert printed.split() == str(refused.value).split()
    assert max(map(len, printed.splitlines())) <= 78


@pytest.mark.parametrize("terms", [1, 30])
def test_the_caret_stays_below_its_letter(capsys, terms):
    tc.display.attempt(tc.equation, "a_i = " + terms * "b_i + " + "c_j")
    _, line, caret, *_ = capsys.readouterr().out.splitlines()
    assert line[caret.index("^")] == "j"


def test_options_reach_the_call(capsys):
    tc.display.attempt(tc.function("s = x_i x_i"), x=np.array([3.0, 4.0]))
    assert capsys.readouterr().out == "25.0\n"


def test_other_errors_are_raised():
    with pytest.raises(ZeroDivisionError):
        tc.display.attempt(lambda: 1 / 0)
