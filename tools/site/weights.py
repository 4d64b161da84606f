"""What each built page weighs, the scripts and styles that all pages share left out.

python -m tools.site.weights          (needs the site: make book)
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.chapters import pages
from tools.site.browser import SITE

LIMIT = 2_000_000  # bytes
SHARED = "_static"


class _Loaded(HTMLParser):
    """What a page loads by itself: pictures, scripts, styles, frames."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        address = found.get("href") if tag == "link" and found.get("rel") == "stylesheet" else found.get("src")
        self.addresses += [address] if address else []


def own_files(page: Path) -> dict[str, int]:
    """The page and each file that it alone loads, with their bytes."""
    files = {page}
    for address in _Loaded(page.read_text(encoding="utf-8")).addresses:
        parts = urlsplit(address)
        if not parts.scheme and parts.path and SHARED not in Path(parts.path).parts:
            files.add((page.parent / unquote(parts.path)).resolve())
    return {path.name: path.stat().st_size for path in sorted(files)}


def weights(site: Path = SITE) -> dict[str, int]:
    """Page -> its bytes, pictures and all, the heaviest first."""
    sums = {name: sum(own_files(site / f"{name}.html").values()) for name in pages()}
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def main() -> int:
    found = weights()
    for name, weight in found.items():
        print(f"{weight / 1000:8.0f} kB  {name}{'  above the limit' if weight > LIMIT else ''}")
    return int(any(weight > LIMIT for weight in found.values()))


if __name__ == "__main__":
    sys.exit(main())
