"""A slider moved by the keyboard changes what is seen, with no kernel behind it."""

from __future__ import annotations

SEEN = """handle => [...handle.closest('.widget-subarea').querySelectorAll('svg, img, p, pre, td')]
  .filter((part) => part.offsetParent !== null || part.getClientRects().length)
  .filter((part) => !part.closest('.widget-slider, .widget-play, .jupyter-button'))
  .map((part) => part.outerHTML).join('')"""


def step(handle) -> str:
    """The key that moves the handle by one: to the right, or to the left where it stands at the end."""
    at_the_end = float(handle.get_attribute("aria-valuenow")) >= float(handle.get_attribute("aria-valuemax"))
    return "ArrowLeft" if at_the_end else "ArrowRight"


def wait_for_another_value(page, handle, value: str) -> None:
    moved = "([handle, value]) => handle.getAttribute('aria-valuenow') !== value"
    page.wait_for_function(moved, arg=[handle.element_handle(), value])


def test_a_slider_moves_by_keyboard_and_changes_the_picture(visit):
    for handle in visit.page.locator(".widget-subarea [role=slider]").all():
        before, value = handle.evaluate(SEEN), handle.get_attribute("aria-valuenow")
        handle.focus()
        visit.page.keyboard.press(step(handle))
        wait_for_another_value(visit.page, handle, value)
        after = handle.evaluate(SEEN)
        assert before and after, "the slider has no picture beside it"
        assert after != before, "the slider moves and the picture stands still"
    assert visit.errors == []


def test_a_chapter_with_a_slider_exists(site):
    pages = [page for page in (site / "book").glob("*.html") if "SliderModel" in page.read_text(encoding="utf-8")]
    assert pages, "no page has a slider: the tests of sliders would check nothing"


def test_sliders_and_buttons_have_names(visit):
    for part in visit.page.locator(".widget-subarea :is([role=slider], button, .widget-readout)").all():
        name = part.get_attribute("aria-label") or part.inner_text()
        assert name.strip(), part.evaluate("part => part.outerHTML.slice(0, 150)")


def test_the_play_button_runs(visit):
    for player in visit.page.locator(".widget-subarea .widget-play").all():
        handle = player.locator("xpath=ancestor::*[contains(@class, 'widget-subarea')]").locator("[role=slider]").first
        value = handle.get_attribute("aria-valuenow")
        player.locator("button").first.press("Enter")
        wait_for_another_value(visit.page, handle, value)
        player.locator("button").first.press("Enter")
