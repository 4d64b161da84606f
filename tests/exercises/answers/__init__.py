"""Plausible answers: right ones, and wrong ones with the reason to be given; one module for each chapter.

Each ``chapter_NN`` holds RIGHT and WRONG by the labels of the exercises; formulas add those made by operators.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

Wrong = dict[str, list[tuple[str, Any, str]]]
Right = dict[str, list[tuple[str, Any]]]


def vary(base: dict, **parts: Any) -> dict:
    """The right answer with some parts changed; ``_`` stands for a space in a part's name."""
    names = {name.replace(" ", "_").replace("*", "x"): name for name in base}
    return {**base, **{names[part]: value for part, value in parts.items()}}


def _all(table: str) -> dict[str, Any]:
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {label: answers for module in modules for label, answers in getattr(module, table).items()}


RIGHT: Right = _all("RIGHT")
WRONG: Wrong = _all("WRONG")
