"""A chapter in a real JupyterLab: all cells run, no error, and its slider moves by the keyboard."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

import pytest

from tools.site.browser import ROOT

from .lab import environment, jupyter_lab

sys.path.insert(0, str(ROOT / "tools"))
from lab import copy_chapters, trust, without_margins

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: no chapter was opened in it")

CHAPTER = "13_matmul"
READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext?.isReady && panel.content?.model?.cells?.length > 1;
}"""
CLEAR = "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
RUN = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
ERRORS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter((cell) => cell.type === 'code' && !(cell.getMetadata('tags') ?? []).includes('raises-exception'))
  .flatMap((cell) => cell.outputs.toJSON()).filter((output) => output.output_type === 'error')
  .map((output) => `${output.ename}: ${output.evalue}`)"""
TYPESET = "() => document.querySelectorAll('.jp-MarkdownCell :is(mjx-container, .katex)').length > 20"
HIDDEN = "frame => !frame.isConnected || frame.offsetParent === null"
COUNTS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter((cell) => cell.type === 'code').map((cell) => cell.executionCount)"""


@pytest.fixture(scope="module")
def lab_page(chromium, tmp_path_factory):
    """The copy of a chapter that a reader gets, open in JupyterLab."""
    folder, home = tmp_path_factory.mktemp("chapters"), tmp_path_factory.mktemp("home")
    copies = [path for path in copy_chapters(folder) if path.stem == CHAPTER]
    trust(copies, environment(home))
    with jupyter_lab(folder, home) as address:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(90_000)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{address}/lab/tree/{CHAPTER}.ipynb")
        page.wait_for_function(READY)
        yield page
        page.close()


@pytest.fixture(scope="module")
def executed(lab_page):
    """The same, with its stored outputs cleared and all its cells run."""
    lab_page.evaluate(CLEAR)
    lab_page.evaluate(RUN)
    return lab_page


def test_stored_pictures_are_shown_before_anything_runs(lab_page):
    lab_page.wait_for_selector(".jp-RenderedSVG img, .jp-RenderedSVG svg")
    lab_page.wait_for_selector(".tc-sweep [role=slider]")


def test_directives_are_boxes_and_formulas_are_typeset(lab_page):
    lab_page.wait_for_function(TYPESET)
    text = lab_page.locator(".jp-NotebookPanel").inner_text()
    assert ":::{" not in text and "```{" not in text, "the Markdown extension for MyST is not at work"


def test_a_box_stands_in_place_of_a_margin_note():
    line = '    ":::{margin} Why not h\\n",\n    "text\\n"'
    assert without_margins(line) == line.replace("{margin}", "{admonition}")
    assert without_margins('":::{margin}\\n"') == '":::{admonition} Aside\\n"'


def test_all_cells_run_without_an_error(executed):
    assert executed.evaluate(ERRORS) == []
    counts = executed.evaluate(COUNTS)
    assert counts == list(range(1, len(counts) + 1))


def test_a_slider_moves_by_keyboard_and_changes_the_picture(executed):
    sweep = executed.locator(".tc-sweep").first
    sweep.scroll_into_view_if_needed()
    handle, frame = sweep.locator("[role=slider]"), sweep.locator("img.tc-frame:visible").element_handle()
    value = handle.get_attribute("aria-valuenow")
    handle.focus()
    executed.keyboard.press("ArrowLeft" if value == handle.get_attribute("aria-valuemax") else "ArrowRight")
    executed.wait_for_function(HIDDEN, arg=frame)
    assert handle.get_attribute("aria-valuenow") != value
    assert sweep.locator("img.tc-frame:visible").count() == 1


def test_nothing_is_asked_of_the_network(executed):
    hosts = {urlsplit(url).hostname for url in executed.asked if url.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}
