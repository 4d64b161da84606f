"""Settings without which a page would ask the network, or fail at asking when it is opened from a file."""

from __future__ import annotations

from typing import Any


def _configure(_app: Any, config: Any) -> None:
    config.html_show_search_summary = False  # it fetches pages, which a browser refuses to a page opened from a file
    config.html_context.setdefault("default_mode", "auto")  # the theme reports an error where no mode is named


def setup(app: Any) -> None:
    app.connect("config-inited", _configure)
