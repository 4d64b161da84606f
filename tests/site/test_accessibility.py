"""axe-core finds nothing serious on any page, in the light and in the dark."""

from __future__ import annotations

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core comes with axe-playwright-python")

GRAVE = {"serious", "critical"}
RULES = {  # what the theme changes is colours
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
CONTEXT = {"exclude": [["mjx-container svg"]]}  # thousands of paths without a name or a colour of their own
SET_THEME = "theme => { document.documentElement.dataset.theme = theme; }"


def findings(page, theme: str) -> list[str]:
    """One line for each element with a finding: the rule, what it asks for, and the beginning of the element."""
    options = {"resultTypes": ["violations"], "preload": False, "runOnly": RULES[theme]}
    violations = axe.Axe().run(page, context=CONTEXT, options=options).response["violations"]
    grave = [one for one in violations if one["impact"] in GRAVE]
    return [f"{one['id']} ({one['help']}): {node['html'][:160]}" for one in grave for node in one["nodes"]]


@pytest.mark.parametrize("theme", RULES)
def test_nothing_serious_is_found(visit, theme):
    visit.page.evaluate(SET_THEME, theme)
    try:
        assert findings(visit.page, theme) == []
    finally:
        visit.page.evaluate(SET_THEME, "light")


def test_what_is_wrong_would_be_found(window):
    page = window("book/intro").page
    page.evaluate("""() => {
      const wrong = '<img src="x.svg"><button></button><p style="color: #bbb; background: #fff">pale</p>';
      document.querySelector('article').insertAdjacentHTML('beforeend', wrong);
    }""")
    assert {finding.split()[0] for finding in findings(page, "light")} == {"image-alt", "button-name", "color-contrast"}
    assert {finding.split()[0] for finding in findings(page, "dark")} == {"color-contrast"}
