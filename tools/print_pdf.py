"""Print every page of the built site into one PDF, by a browser that is already there (``make pdf``)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from build_book import SITE
from chapters import pages
from playwright.sync_api import sync_playwright

TARGET = SITE.parent / "pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def print_pages(browser_path: str) -> list[Path]:
    TARGET.mkdir(parents=True, exist_ok=True)
    printed = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        for name in pages():
            page.goto((SITE / f"{name}.html").as_uri())
            page.wait_for_function("window.MathJax?.startup?.promise?.then(() => true) ?? true")
            target = TARGET / f"{Path(name).name}.pdf"
            page.pdf(path=target, format="A4", print_background=True, margin={"top": "18mm", "bottom": "18mm"})
            printed.append(target)
            print(target.name, flush=True)
        browser.close()
    return printed


def main() -> int:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"No browser was found among {', '.join(BROWSERS)}: install Chromium, or print from yours.")
        return 1
    from pypdf import PdfWriter

    book = PdfWriter()
    for path in print_pages(browser):
        book.append(path)
    book.write(TARGET / "book.pdf")
    print(f"\nThe book as one file: {TARGET / 'book.pdf'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
