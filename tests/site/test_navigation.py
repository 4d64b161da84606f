"""Links, search, previous and next, the theme switch, print."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from .conftest import PAGES

CHAPTERS = [page for page in PAGES if re.match(r"book/\d\d_", page)]


class Anchors(HTMLParser):
    """The ids of a page and what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids.update(value for key in ("id", "name") if (value := found.get(key)))
        for key in ("href", "src"):
            if found.get(key) and tag in ("a", "link", "script", "img", "source"):
                self.links.append(found[key])


@pytest.fixture(scope="module")
def anchors(site):
    built = [*site.glob("*.html"), *site.glob("book/**/*.html")]
    return {page: Anchors(page.read_text(encoding="utf-8")) for page in built}


def broken(page, link, anchors) -> bool:
    parts = urlsplit(link)
    if parts.scheme or link.startswith("//"):
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return True
    lands = not parts.fragment or target not in anchors or unquote(parts.fragment) in anchors[target].ids
    return not lands


def test_links_and_anchors_resolve(anchors):
    links = [(page, link) for page, found in anchors.items() for link in found.links]
    assert [f"{page.name}: {link}" for page, link in links if broken(page, link, anchors)] == []


def test_no_link_is_a_dead_button(anchors):
    for page, found in anchors.items():
        assert not [link for link in found.links if link in ("", "None")], page
        made_by_sphinx = page.name in ("genindex.html", "search.html")
        assert made_by_sphinx or found.links.count("#") <= 1, f"{page.name}: links to '#'"


def test_ids_are_used_once(site, visit):
    doubled = """() => [...document.querySelectorAll('[id]')].map((element) => element.id)
      .filter((id, number, all) => all.indexOf(id) !== number && !id.startsWith('MJX'))"""
    assert visit.page.evaluate(doubled) == []


def test_previous_and_next_follow_the_table_of_contents(site):
    for number, name in enumerate(PAGES):
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        for rel, neighbour in (("prev", number - 1), ("next", number + 1)):
            found = re.search(rf'<link rel="{rel}"[^>]* href="([^"]+)"', text)
            if 0 <= neighbour < len(PAGES):
                assert found and found[1].endswith(f"{PAGES[neighbour].rpartition('/')[2]}.html"), f"{name}: {rel}"


def test_the_index_is_the_last_line_of_the_menu(site):
    for name in PAGES:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        menu = re.search(r'<nav class="[^"]*bd-docs-nav.*?</nav>', text, re.DOTALL)[0]
        assert re.findall(r'href="([^"]+)">([^<]+)</a>', menu)[-1] == ("../genindex.html", "Index"), name


def test_search_finds_words_and_shows_them(window):
    visit = window(PAGES[0])
    visit.page.keyboard.press("Control+k")
    visit.page.keyboard.type("tensor")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#search-results ul.search li .context mark")
    first = visit.page.locator("#search-results ul.search li").first
    assert "tensor" in first.inner_text().lower()
    first.locator("a").click()
    visit.page.wait_for_selector("article h1")
    assert visit.errors == []
    assert visit.failed == []


def test_the_theme_switch_works_and_is_remembered(window):
    visit = window(PAGES[0])
    themes = set()
    for _ in range(3):
        visit.page.locator(".theme-switch-button").first.click()
        themes.add(visit.page.evaluate("document.documentElement.dataset.theme"))
    assert themes == {"light", "dark"}
    chosen = visit.page.evaluate("document.documentElement.dataset.mode")
    visit.page.reload()
    assert visit.page.evaluate("document.documentElement.dataset.mode") == chosen


@pytest.mark.parametrize("name", CHAPTERS[:1])
def test_in_the_dark_pictures_have_no_light_box(window, name):
    visit = window(name, theme="dark")
    assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 18, 18)"
    for picture in visit.page.locator("article .cell_output img").all():
        assert "invert(0.93)" in picture.evaluate("image => getComputedStyle(image).filter")
    for box in visit.page.locator(".widget-subarea").all():
        assert box.evaluate("box => getComputedStyle(box).backgroundColor") == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("name", CHAPTERS[:1])
def test_print_leaves_the_text_and_opens_the_solutions(window, name):
    visit = window(name)
    visit.page.emulate_media(media="print")
    for hidden in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".prev-next-footer", ".widget-slider", "button"):
        assert not any(part.is_visible() for part in visit.page.locator(hidden).all()), hidden
    solutions = visit.page.locator(".solution.dropdown")
    assert solutions.count() > 0
    assert all(part.is_visible() for part in solutions.locator("p:not(.admonition-title)").all())
