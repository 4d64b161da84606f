"""Each row of the formula sheet is proved by the engine and measured by finite differences."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.sheet.checks import Checked, check, left_side
from tools.checklist import chapters
from tools.checklist import text as markdown
from tools.site.sheet import latex, stored

ROOT = Path(__file__).resolve().parents[2]
ROWS = tc.sheet.ROWS
CONTENTS = (ROOT / "_toc.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ROWS)
def test_a_row_holds(name):
    assert str(tc.sheet.check(name)) == "proved, measured"


@pytest.mark.parametrize("name", ROWS)
def test_the_page_stored_the_result(name):
    assert stored()[name] == "proved, measured"


def test_the_page_has_no_other_row():
    assert list(stored()) == list(ROWS)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_names_equations_of_its_chapter(row):
    page = chapters().get(row.chapter)
    if page is None:
        assert not row.equations or row.chapter not in CONTENTS
        return
    text = markdown(page)
    for label in row.equations:
        there = rf":label: {label}$" if label.startswith("ex-") else rf"\$\$[ \t]*\({label}\)"
        assert re.search(there, text, re.MULTILINE), f"{page} lacks {label}"


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_written_as_latex_that_can_be_read_again(row):
    for text in () if row.is_identity else row.follows:
        sizes = {size.lower(): size for size in re.findall(r"(?<![\w{])[A-Z](?!\w)", text)}
        assert tc.equation(latex(row, text), ranges=sizes) == tc.equation(text, ranges=sizes)


def test_names_are_unique_and_plain():
    names = [row.name for rows in tc.sheet.GROUPS.values() for row in rows]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) for name in names)


WRONG = {
    "matmul": ("dl_dx_pq = 2 dl_dy_pj a_qj",),
    "mse": ("dl_dx_p = 1/I dl_dc (x_p - t_p)",),
    "sigmoid": ("dl_dx_p = dl_dy_p y_p (1_p + y_p)",),
    "conv1d": ("dl_dx_i = dl_dy_{i+r} w_r",),
    "layer-norm": ("dl_dx_pq = 1/sigma_p gamma_q dl_dy_pq",),
    "self": ("∂y_ij/∂x_pq = delta_iq delta_jp",),
    "one-count": ("[] 1_n 1_n 1_m 1_m",),
    "inverse": ("dl_dx_pq = -y_pi dl_dy_ij y_qj",),
    "solve": ("dl_db_p = dl_dx_j c_pj",),
    "group-norm": ("dl_dx_pqr = 1/sigma_pq dl_dz_pqr",),
    "adamw": ("dl_deta = -dl_dy_i (m_i/c)/(sqrt(v_i/d) + eps)",),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_row_fails_both_ways(name):
    row = replace(ROWS[name], follows=WRONG[name], sizes={"N": 5, "M": 4} if name == "one-count" else ROWS[name].sizes)
    assert str(check(row)) == "not proved, not measured"


def test_left_sides_are_taken_apart():
    assert left_side("∂y_ij/∂x_pq = 1") == ("y", "x", "ijpq")
    assert left_side("dl_dgamma_q = 1") == ("", "gamma", "q")
    assert left_side("dl_dx = dl_dy_i 1_i") == ("", "x", "")


def test_a_report_says_what_does_not_hold():
    report = tc.sheet.Report({"a": Checked(True, True), "bc": Checked(True, False)})
    assert not report
    assert str(report) == "a   proved, measured\nbc  proved, not measured"
    assert not Checked(False, True)
    with pytest.raises(KeyError):
        tc.sheet.check("no such row")


def test_every_axis_is_measured_with_a_length_of_its_own():
    from tensorcalc.sheet.checks import _arrays, _function

    row = ROWS["matmul"]
    arrays = _arrays(row, _function(row), np.random.default_rng(0), 0)
    assert len({*arrays["x"].shape, *arrays["a"].shape}) == 3
