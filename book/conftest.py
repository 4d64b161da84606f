"""What nbval is told about the book: where kernels listen, and that a picture is compared by what it draws.

nbval compares text exactly and pictures not at all. A figure of this book carries the data it draws in the metadata
of its output (`tensorcalc.display`); here the stored data are held against those of the fresh execution.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

import pytest

os.environ["TENSORCALC_PROGRESS"] = "off"  # kernels inherit it: a reader's progress is not the tests' business

SVG = "image/svg+xml"
NAMES = re.compile(r'id="[^"]*"|href="#[^"]*"|url\(#[^)]*\)')  # hashes of what they name: they change with any digit
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PIXELS = (
    0.5  # how far a coordinate may move: one ulp of a datum can move the last printed digit, a wrong datum moves far
)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin("nbval"):
        return
    from nbval.plugin import IPyNbCell, IPyNbFile

    IPyNbFile.setup = _kernel_that_hears(IPyNbFile.setup)
    IPyNbCell.compare_outputs = _compare_pictures_too(IPyNbCell.compare_outputs)


def _kernel_that_hears(setup: Any) -> Any:
    """ipykernel stops listening to its process's own stdout where it finds PYTEST_CURRENT_TEST: hide it."""
    if getattr(setup, "hears", False):
        return setup

    def start(self: Any) -> None:
        with _hidden("PYTEST_CURRENT_TEST"):
            setup(self)

    start.hears = True  # type: ignore[attr-defined]
    return start


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value


def _compare_pictures_too(compare: Any) -> Any:
    if getattr(compare, "pictures", False):
        return compare

    def compare_outputs(self: Any, test: list, ref: list, skip_compare: Any = None) -> bool:
        skip = (*(skip_compare or self.parent.skip_compare), SVG)
        if not compare(self, test, ref, skip):
            return False
        complaint = different_pictures(_pictures(ref), _pictures(test))
        if complaint:
            self.comparison_traceback.append(complaint)
        return complaint is None

    compare_outputs.pictures = True  # type: ignore[attr-defined]
    return compare_outputs


def _pictures(outputs: list) -> list[tuple[str, dict]]:
    """(SVG text, metadata of that picture) of every picture among a cell's outputs."""
    shown = [o for o in outputs if SVG in o.get("data", {})]
    return [(o["data"][SVG], o.get("metadata", {}).get(SVG, {})) for o in shown]


def different_pictures(stored: list[tuple[str, dict]], fresh: list[tuple[str, dict]]) -> str | None:
    """Why two lists of pictures differ, or None: first by the data drawn, then by what the SVG shows."""
    from tensorcalc.display import same_drawing

    for number, (old, new) in enumerate(zip_longest(stored, fresh)):
        if old is None or new is None:
            return f"{len(stored)} pictures stored, {len(fresh)} drawn"
        if "drawn" not in old[1] or "drawn" not in new[1]:
            return f"picture {number} does not carry the data it draws: show it by tensorcalc.display"
        complaint = same_drawing(old[1]["drawn"], new[1]["drawn"])
        if complaint is None and old[1].get("matplotlib") == new[1].get("matplotlib"):
            complaint = different_svg(old[0], new[0])
        if complaint:
            return f"picture {number}: {complaint}"
    return None


def different_svg(stored: str, fresh: str) -> str | None:
    """Two SVG texts must agree in all but their numbers, and in these up to half a pixel."""
    stored, fresh = NAMES.sub("", stored), NAMES.sub("", fresh)
    if NUMBER.sub("#", stored) != NUMBER.sub("#", fresh):
        return "the stored SVG has other elements than the one drawn now"
    pairs = zip(NUMBER.findall(stored), NUMBER.findall(fresh), strict=True)
    moved = [(a, b) for a, b in pairs if abs(float(a) - float(b)) > PIXELS]
    return f"the stored SVG has a coordinate {moved[0][0]} where {moved[0][1]} is drawn now" if moved else None
