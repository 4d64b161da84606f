"""The book's Sphinx extension: what the theme and Jupyter Book leave to do for a site that needs no network."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from . import api, coverage, errata, links, menu, numbering, offline, publishing, sheet, tidy

STYLES = ("type", "boxes", "cells", "figures", "tables", "api", "sheet", "print")


def _fingerprint() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def setup(app: Any) -> dict[str, bool]:
    app.add_config_value("site_fingerprint", _fingerprint(), "html")  # another fingerprint, and all pages are rewritten
    for style in STYLES:
        app.add_css_file(f"css/{style}.css", priority=900)  # after the theme and its extensions
    app.add_js_file("book.js", loading_method="defer")
    for part in (api, coverage, errata, links, menu, numbering, offline, publishing, sheet, tidy):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
