"""The page of coverage: every row is there, and those that are taught link to their anchor."""

from __future__ import annotations

import re

from tools.checklist import anchors, chapters, errata, rows


def test_every_row_is_shown_and_linked(site):
    page = (site / "book/coverage.html").read_text(encoding="utf-8")
    assert re.findall(r"<strong>(S\d-\d{3})</strong>", page) == [row.id for row in rows()]
    linked = set(re.findall(r'href="[\w.]+#(s\d-\d{3})"', page))
    assert linked == {row.lower() for row in anchors()}


def test_every_erratum_is_named(site):
    page = (site / "book/coverage.html").read_text(encoding="utf-8")
    named = {int(n) for n in re.findall(r'href="C_errata.html#erratum-(\d+)"', page)}
    assert named == {erratum["number"] for erratum in errata()}


def test_the_list_of_errata_is_whole_and_linked(site):
    page = (site / "book/C_errata.html").read_text(encoding="utf-8")
    listed = re.findall(r'id="erratum-(\d+)"', page)
    assert sorted(map(int, listed)) == [erratum["number"] for erratum in errata()]
    unwritten = {erratum["chapter"] for erratum in errata()} - set(chapters())
    assert ("not written yet" in page) == bool(unwritten)
    assert 'href="04_index_algebra.html#s1-073"' in page


def test_errata_in_the_prose_of_chapters_are_links(site):
    page = (site / "book/02_free_and_dummy_indices.html").read_text(encoding="utf-8")
    assert {"70", "71"} <= set(re.findall(r'href="C_errata.html#erratum-(\d+)"', page))


def test_chapters_in_the_prose_are_links_and_those_of_other_books_are_not(site):
    rules = (site / "book/08_tensor_calculus_rules.html").read_text(encoding="utf-8")
    networks = (site / "book/16_feed_forward_networks.html").read_text(encoding="utf-8")
    link = '<a class="reference internal" href="{}.html"><span class="doc">{}</span></a>'.format
    assert link("07_chain_rule", "Chapter 07") in rules
    several = link("02_free_and_dummy_indices", "02"), link("04_index_algebra", "04")
    assert f"chapters {several[0]} to {several[1]}" in rules
    assert "in their chapter 14." in networks


def test_the_glossary_links_to_the_chapters_that_are_written(site):
    page = (site / "book/glossary.html").read_text(encoding="utf-8")
    assert 'href="01_tensors.html"><span class="doc">01</span>' in page
