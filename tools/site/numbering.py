"""The number of a chapter is that of its file: ``11_checking_gradients`` is chapter 11, ``B_formula_sheet`` appendix B.

Sphinx numbers the pages of ``_toc.yml`` one after the other; a chapter that is inserted would renumber all later ones,
and with them every equation and figure that a reader has quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

PREFIX = re.compile(r"(?:.*/)?(?:(\d\d)|([A-E]))_")


def chapter_number(docname: str) -> int | str | None:
    """The number in the name of a page, or None.

    >>> [chapter_number(f"book/{page}") for page in ("11_checking_gradients", "B_formula_sheet", "intro")]
    [11, 'B', None]
    """
    found = PREFIX.match(docname)
    if not found:
        return None
    return int(found[1]) if found[1] else found[2]


def _renumber(env: Any, docname: str, number: int | str) -> None:
    sections = env.toc_secnumbers[docname]
    env.toc_secnumbers[docname] = {anchor: (number, *old[1:]) for anchor, old in sections.items() if old}
    holders = [
        env.titles[docname],
        *env.tocs[docname].findall(lambda node: "secnumber" in getattr(node, "attributes", {})),
    ]
    for holder in holders:
        if holder.get("secnumber"):
            holder["secnumber"] = [number, *holder["secnumber"][1:]]


def _numbered_by_file(assign: Callable) -> Callable:
    def assign_section_numbers(self: Any, env: Any) -> list[str]:
        changed = assign(self, env)
        for docname in env.toc_secnumbers:
            number = chapter_number(docname)
            if number is not None:
                _renumber(env, docname, number)
        return changed

    assign_section_numbers.by_file = True  # type: ignore[attr-defined]
    return assign_section_numbers


def setup(app: Any) -> None:
    # The collector in use is the one that _toc.yml brings, a subclass of Sphinx's own.
    from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector

    if not hasattr(Collector.assign_section_numbers, "by_file"):
        Collector.assign_section_numbers = _numbered_by_file(Collector.assign_section_numbers)
