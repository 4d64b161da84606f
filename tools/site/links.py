"""Links to chapters: the role ``{chapter}`07` ``, and the numbers of chapters in the prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxRole

from tools.chapters import ROOT
from tools.checklist import chapters, number

MENTION = re.compile(r"(?<!their )\b[Cc]hapters? \d\d(?:(?:,| and| to) \d\d)*")
NUMBERED = re.compile(r"(?:(?:[Cc]hapter|[Ee]rratum) )?(\d+)")
NO_PROSE = (nodes.literal, nodes.literal_block, nodes.reference, nodes.math, nodes.math_block, nodes.title, nodes.raw)


class Chapter(SphinxRole):
    """The number of a chapter, a link as soon as the chapter is in ``_toc.yml``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.note_dependency(str(ROOT / "_toc.yml"))
        page = chapters().get(self.text)
        return [reference(f"/{page}", self.text, self.env.docname, "doc") if page else nodes.inline("", self.text)], []


class LinkMentions(SphinxTransform):
    """A "chapter 08" in prose becomes a link to it, in every chapter but itself."""

    default_priority = 400

    def apply(self, **_options: Any) -> None:
        pages = {found: page for found, page in chapters().items() if found != number(self.env.docname)}
        link_numbers(self.document, MENTION, lambda found, text: self._link(pages.get(found), text))

    def _link(self, page: str | None, text: str) -> nodes.Node:
        return reference(f"/{page}", text, self.env.docname, "doc") if page else nodes.Text(text)


def reference(target: str, text: str, page: str, kind: str = "ref") -> pending_xref:
    about = {"refdomain": "std", "reftype": kind, "reftarget": target, "refexplicit": True, "refwarn": True}
    return pending_xref("", nodes.inline("", text), refdoc=page, **about)


def link_numbers(document: nodes.document, mention: re.Pattern, link: Callable[[str, str], nodes.Node]) -> None:
    """Put ``link(number, text)`` for each number of what the prose mentions; a word in the singular belongs to it."""
    for text in list(document.findall(nodes.Text)):
        if mention.search(text) and not _inside(text, NO_PROSE):
            text.parent.replace(text, list(_linked(str(text), mention, link)))


def _linked(text: str, mention: re.Pattern, link: Callable[[str, str], nodes.Node]) -> Iterator[nodes.Node]:
    end = 0
    for mentioned in mention.finditer(text):
        for found in NUMBERED.finditer(text, *mentioned.span()):
            yield nodes.Text(text[end : found.start()])
            yield link(found[1], found[0])
            end = found.end()
    yield nodes.Text(text[end:])


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, (*kinds, pending_xref)):
            return True
    return False


def setup(app: Any) -> None:
    app.add_role("chapter", Chapter())
    app.add_transform(LinkMentions)
