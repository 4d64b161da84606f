"""Marks of extensions that would make a page invalid."""

from __future__ import annotations

from typing import Any

SHARED = {"exercise-content", "solution-content", "proof-content"}


def _drop_shared_ids(_app: Any, doctree: Any, _page: str) -> None:
    """Exercises and theorems all give their bodies one id; nothing links to it, and an id may stand once in a page."""
    from docutils import nodes

    for section in doctree.findall(nodes.section):
        section["ids"] = [name for name in section["ids"] if name not in SHARED]


def _plain_list(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """The bibliography calls itself a list and has no list items: assistive technology would look for them."""
    context["body"] = context.get("body", "").replace(' role="list" class="citation-list"', ' class="citation-list"')


def setup(app: Any) -> None:
    app.connect("doctree-resolved", _drop_shared_ids)
    app.connect("html-page-context", _plain_list)
