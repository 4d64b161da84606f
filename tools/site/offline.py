"""What a page needs when it is opened from a file, where a browser refuses to fetch anything."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

TEXT = "search-text.js"
FONT_PRELOAD = re.compile(r'<link rel="preload" as="font"[^>]*>')


def _configure(_app: Any, config: Any) -> None:
    config.html_show_search_summary = False  # it fetches pages; search.js shows the words around a hit instead
    config.html_context.setdefault("default_mode", "auto")  # the theme reports an error where no mode is named
    config.html_theme_options.setdefault("pygments_light_style", "a11y-high-contrast-light")
    config.html_theme_options.setdefault("pygments_dark_style", "a11y-high-contrast-dark")


def plain_text(doctree: Any) -> str:
    """The words of a page below its title, with an ellipsis for each formula."""
    from docutils import nodes

    title = next(iter(doctree.findall(nodes.title)), None)
    words = []
    for text in doctree.findall(nodes.Text):
        if isinstance(text.parent, (nodes.math, nodes.math_block)):
            words.append("…")
        elif text.parent is not title and not isinstance(text.parent, (nodes.raw, nodes.comment)):
            words.append(text.astext())
    return " ".join(" ".join(words).split())


def _load_text(app: Any, page: str, _template: str, _context: dict[str, Any], _doctree: Any) -> None:
    if page == "search":
        app.add_js_file(TEXT, loading_method="defer")
        app.add_js_file("search.js", loading_method="defer")


def _write_text(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    words = {page: plain_text(app.env.get_doctree(page)) for page in sorted(app.env.found_docs)}
    target = Path(app.outdir) / "_static" / TEXT
    target.write_text(f"window.bookText = {json.dumps(words, ensure_ascii=False)};\n", encoding="utf-8")


def _drop_preloads(app: Any, error: Exception | None) -> None:
    """Remove what loads fonts ahead, as the theme of Python 3.10 does; a browser forbids it to a page from a file."""
    if error or app.builder.format != "html":
        return
    for path in [*Path(app.outdir).glob("*.html"), *Path(app.outdir, "book").rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        if FONT_PRELOAD.search(text):
            path.write_text(FONT_PRELOAD.sub("", text), encoding="utf-8")


def setup(app: Any) -> None:
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _load_text)
    app.connect("build-finished", _write_text)
    app.connect("build-finished", _drop_preloads)
