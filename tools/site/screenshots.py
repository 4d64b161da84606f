"""Pictures of built pages to look at: light and dark, wide and narrow, and as printed.

    python -m tools.site.screenshots book/13_matmul …     (default: every page)

They land in ``_build/screenshots``. Needs the site (``make book``) and a Chromium.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tools.chapters import pages
from tools.site.browser import ROOT, SITE, browser, new_context, settle

WIDTHS = {"wide": 1440, "narrow": 360}


def shoot(chromium: Any, address: str, stem: Path) -> None:
    for theme in ("light", "dark"):
        for name, width in WIDTHS.items():
            context = new_context(chromium, width, theme)
            page = context.new_page()
            page.goto(address)
            settle(page)
            page.screenshot(path=stem.with_name(f"{stem.name}-{theme}-{name}.png"), full_page=True, timeout=60_000)
            if (theme, name) == ("light", "wide"):
                page.pdf(path=stem.with_name(f"{stem.name}.pdf"), format="A4")
            context.close()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help="pages as _toc.yml names them")
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--output", type=Path, default=ROOT / "_build" / "screenshots")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for name in options.pages or pages():
            shoot(chromium, (options.site / f"{name}.html").as_uri(), options.output / Path(name).name)
            print(options.output / Path(name).name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
