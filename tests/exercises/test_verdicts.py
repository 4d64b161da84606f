"""What a reader sees: blanks, reasons, hints, and that checking never raises."""

from __future__ import annotations

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.exercises import REASONS
from tensorcalc.exercises.compare import Case, compare, name_factor
from tensorcalc.exercises.formulas import Formula
from tensorcalc.exercises.functions import Function, Pair
from tensorcalc.exercises.registry import Exercise, all_chapters
from tensorcalc.exercises.samples import samples, square

ALL = [exercise for chapter in all_chapters().values() for exercise in chapter.values()]
check = tc.exercises.check


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_every_exercise_has_three_hints_that_unfold(exercise):
    assert len(exercise.hints) == 3
    page = exercise.check(...)._repr_html_()
    assert page.count("<details>") == page.count("</details>") == 3
    assert tc.exercises.hint(exercise.id, 3) == exercise.hints[2]


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_a_blank_is_not_wrong(exercise):
    verdict = check(exercise.id, ...)
    assert verdict.reason == "blank" and not verdict
    assert "not answered yet" in str(verdict)


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        0,
        -1.5,
        "",
        "x",
        "=",
        "z_ij = = 3",
        "\x00",
        "🙂",
        b"dl",
        [],
        {},
        {"entries": None},
        object(),
        np.ones(3),
        print,
    ],
    ids=lambda nonsense: type(nonsense).__name__,
)
def test_nonsense_gets_a_verdict(exercise, nonsense):
    verdict = check(exercise.id, nonsense)
    assert verdict.reason in REASONS and str(verdict) and repr(verdict) and verdict._repr_html_()


def test_an_unknown_label_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'ex-matmul-bias'"):
        check("ex-matmul-bais", ...)
    with pytest.raises(ValueError, match="hints 1 to 3, not 4"):
        tc.exercises.hint("ex-matmul-bias", 4)
    with pytest.raises(ValueError, match="chapter '99'"):
        tc.exercises.chapter("99")


def test_a_part_that_is_not_answered_yet_leaves_the_others():
    verdict = check("ex-matmul-zeros", {"entries": 2**29, "nonzero": ...})
    assert [finding.reason for finding in verdict.findings.values()] == ["right", "blank", "blank", "blank"]
    verdict = check("ex-matmul-transposed", "dl_dx_pq = dl_dy_pj w_jq\ndl_dw_pq = ...")
    assert [finding.reason for finding in verdict.findings.values()] == ["right", "blank"]


def test_a_right_answer_shows_no_hints():
    page = check("ex-matmul-bias", "dl_db_p = 1_i dl_dy_ip")._repr_html_()
    assert "right" in page and "Hint" not in page


def test_a_solution_that_is_wrong_stops_the_book():
    assert tc.exercises.solution("ex-matmul-bias", "dl_db_p = 1_i dl_dy_ip")
    with pytest.raises(AssertionError, match="wrong sign"):
        tc.exercises.solution("ex-matmul-bias", "dl_db_p = -1_i dl_dy_ip")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("dl_db_p = 2 1_i dl_dy_ip", "2 times the right one"),
        ("dl_db_p = -3/2 1_i dl_dy_ip", "-3/2 times the right one"),
        ("dl_db_p = 1/I 1_i dl_dy_ip", "1/I times the right one"),
        ("dl_db_p = dl_dy_ip", "i occurs once in its term and is not free"),
        ("dl_db_pq = 1_i dl_dy_ip 1_q", "dl_db has 1 free index, as in dl_db_p; yours has 2"),
        ("dl_db_p = 1_i z_ip", "z is not among the names of this exercise"),
        ("dl_db_p = 1_i dl_dy_pi", "dl_dy needs its two indices swapped"),
        ("dl_db_p = 1_i dl_dy_ip b_p", "differs first at [0]: yours 6.875, expected -2.5"),
    ],
)
def test_a_formula_is_told_why(answer, said):
    assert said in str(check("ex-matmul-bias", answer))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("dl_db_p = 10^1000000000 1_i dl_dy_ip", "parse"),
        ("dl_db_p = " + "(" * 5000 + "1_i dl_dy_ip" + ")" * 5000, "parse"),
        ("dl_db_p = 1_i dl_dy_ip\n" * 3000, "parse"),
        ("dl_db_p = 1_i dl_dy_ip (b_j b_j + 1)^200", "value"),
        ("dl_db_p = exp(exp(exp(1_i dl_dy_ip)))", "value"),
        ("dl_db_p = 1_i dl_dy_ip/(b_p - b_p)", "value"),
        ("dl_db_p = log(-1) 1_i dl_dy_ip", "value"),
        ("dl_db_p = 1_i dl_dy_ip + 1/1000000000000000 b_p", "value"),
        ("dl_db_p = f(dl_dy_ip) 1_i", "parse"),
        ("__import__('os').abort()", "parse"),
    ],
    ids=lambda text: text[:30],
)
def test_a_hostile_formula_gets_a_verdict(answer, reason):
    assert check("ex-matmul-bias", answer).reason == reason


def test_a_square_matrix_read_transposed_is_named():
    """Both indices of g have one range, so that no shape gives it away."""
    kind = Formula(inputs={"g": "ii", "x": "ik"}, outputs={"z": "ik"}, reference="z_pq = g_pj x_jq")
    verdict = Exercise("ex-g", kind).check("z_pq = g_jp x_jq")
    assert verdict.reason == "transposed" and "g is used as if it were its own transpose" in str(verdict)


def test_one_name_may_be_defined_by_the_exercise_and_by_the_answer():
    assert check("ex-matmul-square", "g_ij = dl_dy_ij\ndl_dx_pq = (g_pj + g_jp) x_jq")


def test_an_exercise_with_a_pair_of_functions():
    exercise = Exercise(
        "ex-pair",
        Pair(
            inputs={"dl_dy": "ij", "x": "ij"},
            outputs={"y": "ij", "dl_dx": "ij"},
            reference=lambda dl_dy, x: (np.tanh(x), dl_dy * (1 - np.tanh(x) ** 2)),
        ),
    )
    tanh = np.tanh
    assert exercise.check((tanh, lambda g, x: g * (1 - tanh(x) ** 2)))
    assert exercise.check((lambda x: (tanh(x), tanh(x)), lambda g, y: g * (1 - y**2)))
    assert exercise.check((lambda x: (tanh(x), tanh(x)), lambda g, y: -g * (1 - y**2))).reason == "sign"
    assert exercise.check((tanh, lambda g, x: g)).reason == "value"
    assert exercise.check(tanh).reason == "kind"


def test_what_a_function_may_do_to_its_checker():
    exercise = Exercise("ex-f", Function(inputs={"x": "i"}, outputs={"y": "i"}, reference=lambda x: 2 * x))

    def deep(x):
        return deep(x)

    assert exercise.check(lambda x: x + x)
    assert exercise.check(lambda x: (2 * x).astype(np.float32)), "right to the precision it has"
    for answer, reason in [
        (deep, "raises"),
        (lambda: 1, "raises"),
        (lambda x: 1 / 0, "raises"),
        (lambda x: "2x", "kind"),
        (lambda x: x + 1j, "kind"),
        (lambda x: np.full(x.shape, np.nan), "value"),
        (lambda x: np.full(x.shape, np.inf), "value"),
        (lambda x: 2 * x[:-1], "shape"),
        (lambda x: 2 * x[:, None] * np.ones(3), "shape"),
        (lambda x: np.multiply(x, 2, out=x), "in-place"),
        (lambda x: 2.0001 * x, "factor"),
    ]:
        assert exercise.check(answer).reason == reason


def test_all_sizes_of_a_case_differ_and_no_entry_is_zero():
    for case in samples({"x": "ik", "w": "jk"}):
        assert len(set(case.sizes.values())) == 3
        assert all(np.all(array != 0) for array in case.arrays.values())
    assert set(square({"x": "ik", "w": "jk"}).sizes.values()) == {3}
    with pytest.raises(ValueError, match="at most"):
        samples({"x": "abcdefg"})


def test_the_difference_is_the_first_in_reading_order():
    expected = np.arange(6.0).reshape(2, 3)
    yours = expected.copy()
    yours[1, 0], yours[0, 2] = 9, 7
    found = compare([Case(yours, expected, "ij", {"i": 2, "j": 3})])
    assert found.reason == "value"
    assert "differs first at [0, 2]: yours 7, expected 2 (a case with I = 2, J = 3)" in found.text


def test_factors_are_named_by_ranges():
    sizes = [{"i": 2, "j": 3}, {"i": 3, "j": 4}, {"i": 4, "j": 5}]
    assert name_factor([1 / 6, 1 / 12, 1 / 20], sizes) == "1/(I J)"
    assert name_factor([6, 12, 20], sizes) == "I J"
    assert name_factor([4, 6, 8], sizes) == "2 I"
    assert name_factor([-0.5, -0.5, -0.5], sizes) == "-1/2"
    assert name_factor([0.3, 0.7, 0.1], sizes) is None


def test_one_output_may_use_another():
    """The second statement uses the first: its value counts as the answer has it."""
    moments = Formula(
        inputs={"x": "bh"},
        outputs={"m": "h", "v": "h"},
        reference="m_h = 1/B 1_b x_bh\nv_h = 1/B 1_b (x_bh - 1_b m_h)^2",
    )
    found = moments.check("m_h = 1/B 1_b x_bh\nv_h = 1/B 1_b x_bh^2 - m_h^2")
    assert [part.reason for part in found.values()] == ["right", "right"]
    found = moments.check("m_h = 1/B 1_b x_bh\nv_h = 1/B 1_b x_bh^2 - m_h")
    assert found["m"].reason == "right"
    assert not found["v"].right
