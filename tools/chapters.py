"""Which notebooks make the book: the ones that ``_toc.yml`` names, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def _files(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key in ("root", "file"):
            if key in node:
                yield node[key]
        for value in node.values():
            yield from _files(value)
    elif isinstance(node, list):
        for item in node:
            yield from _files(item)


def pages(root: Path = ROOT) -> list[str]:
    """Every page of the book, without suffix: ``book/intro``, ``book/01_tensors``, …"""
    return list(_files(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))))


def notebooks(root: Path = ROOT) -> list[Path]:
    """The pages that are notebooks."""
    return [path for page in pages(root) if (path := root / f"{page}.ipynb").exists()]
