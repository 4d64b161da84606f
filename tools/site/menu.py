"""The last line of the menu: the index of the glossary's terms and the package's names, a page that Sphinx makes."""

from __future__ import annotations

from typing import Any

from sphinx.addnodes import toctree
from sphinx.transforms import SphinxTransform


class Index(SphinxTransform):
    """``_toc.yml`` can name files only, and the index is none."""

    default_priority = 101  # right after the transform that makes the menu of ``_toc.yml``

    def apply(self, **_options: Any) -> None:
        if self.env.docname == self.config.root_doc:
            for last in list(self.document.findall(toctree))[-1:]:  # a book of one page has no menu
                last["entries"].append(("Index", "genindex"))


def setup(app: Any) -> None:
    app.add_transform(Index)
