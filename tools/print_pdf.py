"""Print every page of the built site into one PDF, by a browser that is already there (``make pdf``)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, it knows tools/ only

from tools.chapters import pages
from tools.site.browser import SITE, browser, find_browser, new_context, settle

TARGET = SITE.parent / "pdf"
PAPER = {"format": "A4", "print_background": True, "margin": {"top": "18mm", "bottom": "18mm"}}


def print_pages(site: Path = SITE, target: Path = TARGET) -> Iterator[Path]:
    """Print each page, in the book's order, once its mathematics and widgets stand."""
    target.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        page = new_context(chromium).new_page()
        for name in pages():
            page.goto((site / f"{name}.html").as_uri())
            settle(page)
            printed = target / f"{Path(name).name}.pdf"
            page.pdf(path=printed, **PAPER)
            yield printed


def main() -> int:
    if find_browser() is None:
        print("No Chromium or Chrome was found: install one, or print the pages from your browser.")
        return 1
    from pypdf import PdfWriter

    book = PdfWriter()
    for path in print_pages():
        print(path.name, flush=True)
        book.append(path)
    book.write(TARGET / "book.pdf")
    print(f"\nThe book as one file: {TARGET / 'book.pdf'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
