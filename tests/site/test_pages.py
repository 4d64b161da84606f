"""Every page, opened from a file with the network off."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.site.weights import LIMIT, own_files

CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
      .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)|transparent/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  const texts = 'article :is(p, a, li, code, th, td, h1, h2, h3, span.eqno, pre span)';
  for (const element of document.querySelectorAll(texts)) {
    if (!element.innerText?.trim() || element.closest('.headerlink, mjx-container, .widget-subarea')) continue;
    const [one, two] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
    if ((one + 0.05) / (two + 0.05) < 4.5) poor.push(element.outerHTML.slice(0, 120));
  }
  return poor;
}"""


def test_nothing_is_asked_of_the_network(visit):
    assert [url for url in visit.requests if not url.startswith(("file://", "data:"))] == []
    assert visit.failed == []


def test_the_console_reports_no_error(visit):
    assert visit.errors == []


def test_all_mathematics_is_typeset(visit):
    untypeset = "els => els.filter(el => !el.querySelector('mjx-container svg')).map(el => el.textContent)"
    assert visit.page.eval_on_selector_all("span.math, div.math", untypeset) == []
    mistakes = "els => els.map(el => (el.closest('.math') ?? el).textContent.slice(0, 80))"
    wrong = 'mjx-container :is([data-mml-node="merror"], [fill="red"], [data-mjx-error])'
    assert visit.page.eval_on_selector_all(wrong, mistakes) == [], "MathJax does not know a macro or cannot read it"


def test_no_formula_is_left_as_text(visit):
    prose = """() => {
      const copy = document.querySelector('article').cloneNode(true);
      copy.querySelectorAll('pre, code, mjx-container, script').forEach((element) => element.remove());
      return copy.textContent;
    }"""
    left = r"\\\(|\\\[|\$\$|\\begin\{\w+\}|\{(?:eq|ref|numref|doc|cite:?\w*)\}`"
    assert re.findall(left, visit.page.evaluate(prose)) == []


def test_all_widgets_are_shown(visit):
    views = visit.page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    boxes = [box.bounding_box() for box in visit.page.locator(".widget-subarea").all()]
    assert len(boxes) == views
    assert all(box and box["height"] > 20 for box in boxes)
    assert visit.page.get_by_text(re.compile("Error (displaying|creating) widget|Could not create a view")).count() == 0


def test_every_picture_says_what_it_shows(visit):
    for picture in visit.page.locator("article img").all():
        text = picture.get_attribute("alt") or ""
        assert len(text) > 20, f"{picture.get_attribute('src')}: alternative text {text!r}"
        assert not re.fullmatch(r"\S*[0-9a-f]{32}\S*", text), "the alternative text is a hash"
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_a_narrow_window_does_not_scroll_sideways(visit):
    visit.page.set_viewport_size({"width": 360, "height": 800})
    try:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    finally:
        visit.page.set_viewport_size({"width": 1280, "height": 900})


def test_what_scrolls_is_reached_by_the_keyboard(visit):
    unreachable = """els => els.filter((el) => {
      const scrolls = el.scrollWidth > el.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(el).overflowX);
      return scrolls && el.offsetParent && el.tabIndex < 0 && !el.querySelector('[tabindex], a, button, input');
    }).map((el) => el.outerHTML.slice(0, 100))"""
    assert visit.page.eval_on_selector_all("article *:not(mjx-container *)", unreachable) == []


def test_text_can_be_read_in_both_themes(visit):
    for theme in ("light", "dark"):
        visit.page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        assert visit.page.evaluate(CONTRAST) == [], f"contrast below 4.5 in the {theme} theme"
    visit.page.evaluate("document.documentElement.dataset.theme = 'light'")


def test_a_page_is_light(site, visit, record_property):
    page = site / "book" / f"{visit.name}.html"
    files = own_files(page)
    record_property("bytes", sum(files.values()))
    assert sum(files.values()) < LIMIT, files
    asked = {Path(unquote(urlsplit(url).path)).name for url in visit.requests if url.startswith("file:")}
    loaded = {name for name in asked if not any(site.glob(f"_static/**/{name}"))}
    assert loaded <= set(files), "the page loads what the list of its weight leaves out"


def test_one_head_and_a_description_of_the_language(visit):
    assert visit.page.locator("article h1").count() == 1
    assert visit.page.locator("html").get_attribute("lang") == "en"
