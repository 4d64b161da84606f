"""The built site and one browser for all tests; each page is loaded once and looked at by every test."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tools.build_book import build
from tools.chapters import pages
from tools.site.browser import ROOT, SITE, browser, find_browser, new_context, settle

PAGES = pages()
SOURCES = ("_config.yml", "_toc.yml", "book/**/*", "tools/site/*.py")


class ByPage(LoadScopeScheduling):
    """Sends the tests of a page to one worker, which opens it once; those of JupyterLab likewise."""

    def _split_scope(self, nodeid: str) -> str:
        page = re.search(r"\[(book/\w+)", nodeid)
        return page[1] if page else "lab" if "/test_lab.py" in nodeid else nodeid


def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that no worker waits for it in the end."""
    items.sort(key=lambda item: not re.search("test_lab|test_publishing", item.nodeid))


def pytest_xdist_make_scheduler(config, log):
    return ByPage(config, log)


def _newest(patterns: tuple[str, ...]) -> float:
    return max(path.stat().st_mtime for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())


@pytest.fixture(scope="session")
def site() -> Path:
    """The site in ``_build/html``, built where it is missing or older than its sources.

    Several workers would build over one another: they take what ``make site`` built before it started them.
    """
    index = SITE / "searchindex.js"
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert index.exists(), "build the site first: make book"
        return SITE
    if not index.exists() or index.stat().st_mtime < _newest(SOURCES):
        build()
        index.touch()  # an unchanged index is not rewritten
    return SITE


@pytest.fixture(scope="session")
def chromium():
    if find_browser() is None:
        pytest.skip("no Chromium is installed; the site's pages were not looked at in a browser")
    with browser() as chromium:
        yield chromium


@dataclass
class Visit:
    """A page of the book in a window, with all that it asked for and said."""

    name: str
    page: Any
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.failed.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)


def open_page(context: Any, address: str) -> Visit:
    visit = Visit(Path(address).stem, context.new_page())
    visit.listen()
    visit.page.goto(address)
    settle(visit.page)
    return visit


@pytest.fixture(scope="session", params=PAGES)
def visit(request, site, chromium):
    """A page in a light window of 1280 pixels."""
    context = new_context(chromium)
    yield open_page(context, (site / f"{request.param}.html").as_uri())
    context.close()


@pytest.fixture
def window(site, chromium):
    """Open a page in a window of its own: ``window("book/intro", width=360, theme="dark")``."""
    contexts = []

    def open_window(name: str, width: int = 1280, theme: str = "light") -> Visit:
        contexts.append(new_context(chromium, width, theme))
        return open_page(contexts[-1], (site / f"{name}.html").as_uri())

    yield open_window
    for context in contexts:
        context.close()
