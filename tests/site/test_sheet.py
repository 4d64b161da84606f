"""The formula sheet: every row has its anchor, and it prints on two pages."""

from __future__ import annotations

import re

import tensorcalc as tc
from tools.print_pdf import PAPER
from tools.site.browser import new_context, settle


def test_every_row_has_its_anchor_and_both_signs(site):
    page = (site / "book/B_formula_sheet.html").read_text(encoding="utf-8")
    assert re.findall(r'id="sheet-([\w-]+)"', page) == list(tc.sheet.ROWS)
    assert page.count("= ≈") == len(tc.sheet.ROWS)


def test_the_sheet_prints_on_two_pages(site, chromium, tmp_path):
    from pypdf import PdfReader

    page = new_context(chromium).new_page()
    page.goto((site / "book/B_formula_sheet.html").as_uri())
    settle(page)
    page.pdf(path=tmp_path / "sheet.pdf", **PAPER)
    page.context.close()
    assert len(PdfReader(tmp_path / "sheet.pdf").pages) == 2
