"""Each erratum that has a value is run: what is written fails, what is said to be correct holds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

import tensorcalc as tc
from tensorcalc.errata.registry import DEMONSTRATIONS, Outcome, Refused, agrees, erratum, refusal, shown
from tools.checklist import rows, text

ROOT = Path(__file__).resolve().parents[2]
ERRATA = {entry["number"]: entry for entry in yaml.safe_load((ROOT / "book/data/errata.yml").read_text("utf-8"))}
NOTHING_TO_RUN = {n for n, entry in ERRATA.items() if entry["demonstration"].startswith("nothing to run: ")}


def test_every_erratum_is_run_or_says_why_not():
    assert set(DEMONSTRATIONS) | NOTHING_TO_RUN == set(ERRATA)
    assert not set(DEMONSTRATIONS) & NOTHING_TO_RUN


def test_the_page_counts_right():
    page = text("book/C_errata")
    assert f"all {len(DEMONSTRATIONS)} errata" in page and f"list of all {len(ERRATA)}" in page
    wrong = [n for n, entry in ERRATA.items() if entry["severity"] == "wrong"]
    assert f"{len(rows())} statements; {len(ERRATA)} entries stand here, {len(wrong)} of them under *wrong*" in page
    named = re.findall(r"\d+", page.partition("nothing to run: ")[2].partition(".")[0])
    assert {int(number) for number in named} == NOTHING_TO_RUN
    shown_in_full = re.findall(r"tc\.errata\.show\((\d+)\)", (ROOT / "book/C_errata.ipynb").read_text("utf-8"))
    assert len(set(shown_in_full)) == 12 and "Twelve entries" in page


def test_what_is_false_is_run():
    assert {n for n, entry in ERRATA.items() if entry["severity"] in ("wrong", "ambiguous")} <= set(DEMONSTRATIONS)


@pytest.mark.parametrize("number", sorted(DEMONSTRATIONS))
def test_it_fails_as_written_and_holds_corrected(number):
    outcome = tc.errata.run(number)
    assert outcome.corrected, f"correct: {outcome.correct}, measured: {outcome.measure}"
    assert outcome.fails, f"as written: {outcome.as_written} is what is measured"


@pytest.mark.parametrize("number", sorted(DEMONSTRATIONS))
def test_it_says_what_is_computed_and_measured(number):
    assert tc.errata.run(number).by
    assert DEMONSTRATIONS[number].what.endswith((".", "?"))


def test_nothing_stated_is_said_of_what_is_missing_alone():
    silent = {n for n in DEMONSTRATIONS if tc.errata.run(n).as_written is None}
    assert silent == {26, 59, 60, 69}
    assert {ERRATA[n]["severity"] for n in silent} <= {"missing", "sloppy"}


def test_agreement_is_of_values_of_one_shape():
    assert agrees([1.0, 2.0], (1, 2 + 1e-9))
    assert not agrees([1.0, 2.0], [1.0, 2.1])
    assert not agrees([1.0], 1.0)
    assert not agrees([float("nan")], [float("nan")])
    assert not agrees(None, 1.0)
    assert not agrees(Refused("no"), 1.0)


def test_a_wrong_correction_would_be_seen():
    outcome = Outcome(as_written=1.0, correct=3.0, measure=2.0)
    assert outcome.fails and not outcome.corrected
    assert not tc.errata.Table({56: outcome})
    assert not tc.errata.Table({56: Outcome(as_written=2.0, correct=2.0, measure=2.0)})


def test_a_refusal_is_caught_and_a_value_is_passed_on():
    assert refusal(int, "7") == 7
    assert refusal(tc.equation, "a = 1_n").why == "n occurs once in its term and is not free [dummy-once]"
    assert refusal(lambda: [1][2]).why == "there is no such index"
    assert refusal(lambda: 1 / 0).why == "division by zero"
    assert refusal(np.ones(2).reshape, 3).why == "the shapes do not fit"
    with pytest.raises(KeyError):
        refusal(lambda: {}["a"])


def test_one_number_has_one_demonstration():
    with pytest.raises(ValueError, match="56"):
        erratum(56)(lambda: None)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing stated"),
        (True, "yes"),
        (-0.0, "0"),
        (1e8, "100000000"),
        (float("nan"), "nan"),
        (-2 / 3, "−0.6667"),
        (((1, 2.5), (-3, 4)), "((1, 2.5), (−3, 4))"),
        (np.zeros((2, 5)), "shape (2, 5)"),
        (Refused("so"), "refused: so"),
    ],
)
def test_values_are_shown_in_four_digits(value, words):
    assert shown(value) == words


def test_show_prints_the_code_and_the_values(capsys):
    tc.errata.show(12)
    printed = capsys.readouterr().out
    assert printed.startswith("def finished_sum():\n")
    assert "as written (fails): (39, 78)" in printed
    assert max(map(len, printed.splitlines())) <= 120


def test_the_table_is_text_and_html():
    table = tc.errata.table([12, 56])
    assert repr(table).count("\n    as written: ") == 2
    assert table._repr_html_().count("<tr>") == 3
    assert "(a<sub>i</sub> b<sub>i</sub>) c<sub>i</sub>" in table._repr_html_()
