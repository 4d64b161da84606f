"""axe-core finds nothing serious on any page, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core comes with axe-playwright-python")

GRAVE = {"serious", "critical"}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # what the theme changes
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTEXT = {"exclude": [["mjx-container svg"]]}  # thousands of paths without a name or a colour of their own
# Most of axe-core's time goes into elements that look alike. What MathJax made is looked at in one formula; where
# colours are, an element stays only if it, or one inside it, has text of a look that no element before it had.
SET_ASIDE = """(colours) => {
  window.stops = [...document.querySelectorAll('[tabindex]')].map((el) => [el, el.getAttribute('tabindex')]);
  const formulas = [...document.querySelectorAll('mjx-assistive-mml')].slice(colours ? 0 : 1);
  const alike = [...document.querySelectorAll('mjx-container svg'), ...formulas];
  const seen = new Set();
  const hasText = (el) => [...el.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isNew = (el, text, ground) => {
    if (el.matches('[href^="#"]')) return true; // the theme follows these links while it scrolls
    const style = getComputedStyle(el);
    const { color, backgroundColor, fontSize, fontWeight, opacity, textDecorationLine } = style;
    const clear = /, 0\\)$/.test(backgroundColor) && opacity === '1';
    const below = clear ? ground : `${backgroundColor} ${opacity} on ${ground}`;
    const look = [el.tagName, color, below, text, fontSize, fontWeight, textDecorationLine].join('; ');
    let found = hasText(el) && !seen.has(look) && !!seen.add(look);
    const inside = [...el.children].filter((child) => !child.matches('svg, mjx-assistive-mml'));
    const dull = inside.filter((child) => !isNew(child, color, below));
    if (dull.length === inside.length && !found) return false;
    alike.push(...dull);
    return true;
  };
  if (colours) isNew(document.body, '', '');
  window.setAside = alike.map((el) => [el, [...el.childNodes]]);
  alike.forEach((el) => el.replaceChildren());
}"""
# Meanwhile the theme has seen boxes that do not scroll, and taken them out of the order of the Tab key.
PUT_BACK = """() => {
  window.setAside.forEach(([el, kept]) => el.replaceChildren(...kept));
  window.stops.forEach(([el, stop]) => el.setAttribute('tabindex', stop));
}"""
SET_THEME = "theme => { document.documentElement.dataset.theme = theme; }"


def findings(page, rules: dict, but: Sequence[str] = ()) -> list[str]:
    """One line for each element with a finding: the rule, what it asks for, and the beginning of the element."""
    options = {"resultTypes": ["violations"], "preload": False, "runOnly": rules}
    options["rules"] = {name: {"enabled": False} for name in but}
    page.evaluate(SET_ASIDE, rules == COLOURS)
    try:
        violations = axe.Axe().run(page, context=CONTEXT, options=options).response["violations"]
    finally:
        page.evaluate(PUT_BACK)
    grave = [one for one in violations if one["impact"] in GRAVE]
    return [f"{one['id']} ({one['help']}): {node['html'][:160]}" for one in grave for node in one["nodes"]]


def test_nothing_serious_is_found(visit):
    assert findings(visit.page, ALL, but=COLOURS["values"]) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_told_apart(visit, theme):
    visit.page.evaluate(SET_THEME, theme)
    try:
        assert findings(visit.page, COLOURS) == []
    finally:
        visit.page.evaluate(SET_THEME, "light")


def test_what_is_wrong_would_be_found(window):
    page = window("book/intro").page
    page.evaluate("""() => {
      const wrong = '<img src="x.svg"><button></button><p style="color: #bbb; background: #fff">pale</p>'
        + '<div class="highlight"><pre><span class="zz" style="color: #bbb">pale</span></pre></div>'
        + '<table><tbody>' + '<tr><td>dark</td></tr>'.repeat(9)
        + '<tr><td style="color: #bbb">pale</td></tr></tbody></table>';
      document.querySelector('article').insertAdjacentHTML('beforeend', wrong);
    }""")
    structure = findings(page, ALL, but=COLOURS["values"])
    assert {finding.split()[0] for finding in structure} == {"image-alt", "button-name"}
    found = findings(page, COLOURS)
    assert {finding.split()[0] for finding in found} == {"color-contrast"}
    assert [any(sign in finding for finding in found) for sign in ("<p", "zz", "<td")] == [True] * 3
    assert len(found) == 3
