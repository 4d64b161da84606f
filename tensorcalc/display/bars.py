"""A bar while a long loop runs in a live notebook; it leaves no trace in what the notebook stores."""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
REDRAWN = 50  # times that a bar grows


def progress(steps: Sequence[Item], label: str = "training") -> Iterator[Item]:
    """Go through the steps; in a live notebook a bar shows how many are done, and is gone after the last one.

    Nothing is shown outside a notebook, and where the environment says ``TENSORCALC_PROGRESS=off``, as it does when
    the book's outputs are stored or tested.

    Parameters
    ----------
    steps : sequence
        What the loop runs over, as ``range(1000)``.
    label : str
        What stands before the bar.

    Yields
    ------
    The steps, one by one.

    Example
    -------
    >>> from tensorcalc import display
    >>> sum(display.progress(range(4)))
    6
    """
    bar = _bar(len(steps), label) if _live() else None
    every = max(1, len(steps) // REDRAWN)
    try:
        for n, step in enumerate(steps):
            if bar is not None and n % every == 0:
                bar.value = n
            yield step
    finally:  # also where the reader interrupts
        if bar is not None:
            bar.close()


def _live() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel") and os.environ.get("TENSORCALC_PROGRESS") != "off"


def _bar(count: int, label: str) -> Any:
    from IPython.display import display
    from ipywidgets import IntProgress

    bar = IntProgress(min=0, max=count, description=label)
    display(bar)  # type: ignore[no-untyped-call]
    return bar
