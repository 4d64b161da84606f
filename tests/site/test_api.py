"""The appendix on the API: its table of names leads to their documentation."""

from __future__ import annotations

import re

import tensorcalc as tc


def test_every_name_of_the_table_links_to_its_documentation(site):
    page = (site / "book/E_api.html").read_text(encoding="utf-8")
    there = set(re.findall(r'\bid="([^"]+)"', page))
    linked = re.findall(r'<a href="#([\w.-]+)"><code>tc\.(\w+)</code></a>', page)
    assert [name for _, name in linked] == tc.__all__
    assert {anchor for anchor, _ in linked} <= there
