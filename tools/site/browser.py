"""The installed Chromium, without a network, and when a page of the book has settled in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTLED = """() => {
  const formulas = window.MathJax === undefined || window.bookSettled === true;
  const views = document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length;
  const shown = document.querySelectorAll('.widget-subarea > *').length;
  return document.readyState === 'complete' && formulas && shown >= views;
}"""


def find_browser() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium of the playwright library; raises RuntimeError with one sentence where none is installed."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        raise RuntimeError(f"no browser among {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def new_context(chromium: Any, width: int = 1280, theme: str = "light") -> Any:
    """A fresh, offline window of that width and theme."""
    size = {"width": width, "height": 900}
    context = chromium.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce", offline=True)
    context.set_default_timeout(15_000)
    return context


def settle(page: Any, timeout: float = 40_000) -> None:
    """Wait until all mathematics is typeset and all widgets are shown."""
    page.wait_for_function(SETTLED, timeout=timeout)
