"""The tables of what the sources state: well formed, and each row taught where its table says."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tools.checklist import anchors, chapters, errata, number, rows

from .conftest import ROOT
from .latex import Malformed, check

CHAPTERS = {f"{n:02d}" for n in range(1, 25)} | set("ABCDE")
LINES = re.compile(r"\d+(-\d+)?(, \d+(-\d+)?)*")
MATHS = re.compile(r"\$([^$]*)\$")
SEVERITIES = {"wrong", "ambiguous", "mangled", "sloppy", "missing"}
ROWS, ERRATA = rows(), errata()


def spans(lines: str) -> set[int]:
    """
    >>> sorted(spans("3, 5-7"))
    [3, 5, 6, 7]
    """
    pairs = (part.split("-") for part in lines.split(", "))
    return {line for pair in pairs for line in range(int(pair[0]), int(pair[-1]) + 1)}


def sources() -> set[str]:
    works = (ROOT / "book/references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"^@\w+\{([\w-]+),", works, re.MULTILINE))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_complete(row):
    assert re.fullmatch(r"S[0-3]-\d{3}", row.id)
    assert row.source in sources()
    assert LINES.fullmatch(row.lines)
    assert row.chapter in CHAPTERS
    assert row.topic and row.kind and row.check
    check(row.statement)


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: str(erratum["number"]))
def test_an_erratum_is_complete(erratum):
    assert erratum["source"] in sources()
    assert LINES.fullmatch(erratum["lines"])
    assert erratum["chapter"] in CHAPTERS
    assert erratum["severity"] in SEVERITIES
    for name in ("as_written", "correct", "why", "demonstration"):
        assert erratum[name].count("$") % 2 == 0
        for formula in MATHS.findall(erratum[name]):
            check(formula)


def test_ids_and_numbers_run_without_a_gap():
    counts = sorted(Counter(row.id[:2] for row in ROWS).items())
    assert [row.id for row in ROWS] == [f"{source}-{n + 1:03d}" for source, count in counts for n in range(count)]
    assert [erratum["number"] for erratum in ERRATA] == list(range(1, len(ERRATA) + 1))


def test_an_erratum_of_a_row_concerns_its_lines():
    by_number = {erratum["number"]: erratum for erratum in ERRATA}
    for row in ROWS:
        for n in row.errata:
            erratum = by_number[n]
            assert erratum["source"] == row.source
            assert spans(erratum["lines"]) & spans(row.lines), f"erratum {n} is about other lines than {row.id}"


def test_every_erratum_belongs_to_a_row():
    assert {n for row in ROWS for n in row.errata} == {erratum["number"] for erratum in ERRATA}


def test_every_row_of_a_chapter_is_anchored_there():
    taught, pages = anchors(), chapters()
    missing = [row.id for row in ROWS if row.chapter in pages and taught.get(row.id) != [pages[row.chapter]]]
    assert not missing, f"write ({missing[0]})= on its own line before what teaches it, once, in its chapter: {missing}"


def test_no_anchor_dangles():
    known = {row.id: row.chapter for row in ROWS}
    for row, where in anchors().items():
        assert row in known, f"{where}: the table has no row {row}"
        assert [number(page) for page in where] == [known[row]], f"{row} belongs to chapter {known[row]} alone"


MALFORMED = r"\frac{a}{b;a_;\left(a;\begin{pmatrix}a\end{cases};\unheardof;a & b;a^};a\right);a_{i}_^2"


@pytest.mark.parametrize("formula", MALFORMED.split(";"))
def test_a_malformed_formula_is_refused(formula):
    with pytest.raises(Malformed):
        check(formula)


def test_the_page_of_coverage_shows_every_source_in_order():
    page = (ROOT / "book/coverage.md").read_text(encoding="utf-8")
    assert re.findall(r"```\{coverage\} (\S+)", page) == list(dict.fromkeys(row.source for row in ROWS))
