"""Every `Derived in: <chapter>, eq. <label>` of the package names an equation that the book has."""

from __future__ import annotations

import re

from .conftest import ROOT

DERIVED = re.compile(r"Derived in:\s*(\S+?),\s*eq\.\s*([\w-]+)")


def claims():
    for path in sorted((ROOT / "tensorcalc").rglob("*.py")):
        for chapter, label in DERIVED.findall(path.read_text(encoding="utf-8")):
            yield path.name, chapter, label


def test_kernels_name_their_equations():
    assert any(True for _ in claims())


def test_no_claim_dangles(book_text):
    for source, chapter, label in claims():
        assert chapter in book_text, f"{source}: the book has no chapter {chapter}"
        assert re.search(rf"\$\$[ \t]*\({re.escape(label)}\)", book_text[chapter]), f"{source}: {chapter} lacks {label}"
