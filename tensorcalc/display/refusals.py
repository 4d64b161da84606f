"""A call that may be refused, printed either way: refusals teach as much as results."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import TextWrapper

from tensorcalc.notation.errors import NotationError

_LINE = TextWrapper(width=78, subsequent_indent="    ", break_on_hyphens=False)


def attempt(call: Callable[..., object], *args: object, **options: object) -> None:
    """Print what the call returns, or why the notation refuses it, its sentences wrapped at 78 characters.

    Parameters
    ----------
    call : callable
        ``tc.equation``, a method of an equation, a function of ``tc.function``, …
    *args, **options
        What it is called with.

    Raises
    ------
    Exception
        Whatever the call raises, unless it is a ``tc.NotationError``.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.display.attempt(tc.equation, "a = b_i c_i")
    a = b_i c_i
    >>> tc.display.attempt(tc.equation, "a_i = b_i + c_j")
    j occurs once in its term and is not free [dummy-once]
        a_i = b_i + c_j
                      ^
      An index that is not free is summed, so it occurs at least twice in its
        term.
      Put j on the left side, or sum over it with 1_j.
    """
    try:
        print(call(*args, **options))
    except NotationError as refusal:
        for line in str(refusal).splitlines():
            quoted = line.startswith("    ")  # the line that is refused, and the caret below it
            print(line if quoted else _LINE.fill(line))
