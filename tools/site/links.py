"""The role ``{chapter}`07` ``: the number of a chapter, a link as soon as the chapter is in ``_toc.yml``."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxRole

from tools.chapters import ROOT
from tools.checklist import chapters


class Chapter(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.note_dependency(str(ROOT / "_toc.yml"))
        page = chapters().get(self.text)
        number = nodes.inline("", self.text)
        if page is None:
            return [number], []
        target = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{page}", "refexplicit": True, "refwarn": True}
        return [pending_xref("", number, refdoc=self.env.docname, **target)], []


def setup(app: Any) -> None:
    app.add_role("chapter", Chapter())
