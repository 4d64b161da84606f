"""Exercises that check themselves, and say what is wrong.

In a chapter an exercise is followed by a cell with a blank and one line that checks it::

    answer = ...  # your answer
    tc.exercises.check("ex-matmul-bias", answer)

The answers are known here, in one file ``chapter_NN.py`` for each chapter. They are not hidden from who looks for
them: the solutions stand in the book. For teachers, ``python -m tensorcalc.exercises --help``.
"""

from __future__ import annotations

from typing import Any

from .progress import Progress, progress, record
from .registry import Exercise, all_chapters, get
from .verdict import REASONS, Finding, Verdict, as_html

__all__ = ["REASONS", "Exercise", "Finding", "Progress", "Verdict", "chapter", "check", "hint", "progress", "solution"]

# What a notebook handed to `check`, label -> answer, while it is graded; None otherwise.
collected: dict[str, Any] | None = None


def check(exercise: str, answer: Any) -> Verdict:
    """Is this answer right, and if not, why?

    A formula is right in any equivalent form; a function is tried on random arrays of different sizes.

    Parameters
    ----------
    exercise : str
        The label of the exercise, as "ex-matmul-bias".
    answer : any
        What the exercise asks for; ``...`` is no answer yet.

    Returns
    -------
    Verdict
        Shown by a notebook; true if the answer is right. ``.reason`` is a key of ``REASONS``.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.exercises.check("ex-matmul-bias", "dl_db_p = -1_j dl_dy_jp")
    ✗ wrong sign: multiply by -1.
      Hints: tc.exercises.hint("ex-matmul-bias")
    """
    found = get(exercise)
    if collected is not None:
        collected[exercise] = answer
        return Verdict(exercise, {"": Finding("blank", "handed in.")})
    verdict = found.check(answer)
    if verdict:
        record(exercise)
    return verdict


def solution(exercise: str, answer: Any) -> Verdict:
    """Check the book's own answer: it has to be right, and solving it is not the reader's progress.

    Parameters
    ----------
    exercise : str
        The label of the exercise.
    answer : any
        The solution.

    Returns
    -------
    Verdict
        A true one.

    Raises
    ------
    AssertionError
        If the answer is not right: a book with such a solution is not built.
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.exercises.solution("ex-matmul-bias", "dl_db_p = 1_i dl_dy_ip")
    ✓ right
    """
    verdict = get(exercise).check(answer)
    assert verdict, f"{exercise}: {verdict}"
    return verdict


class Hint(str):
    """A text that a notebook shows as it is."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def hint(exercise: str, number: int = 1) -> Hint:
    """A hint, from the gentle first one to the third, which is nearly the solution.

    Parameters
    ----------
    exercise : str
        The label of the exercise.
    number : int
        Which hint, counted from 1.

    Returns
    -------
    Hint
        Text.

    Raises
    ------
    ValueError
        If there is no such exercise or no such hint.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.exercises.hint("ex-matmul-bias")
    Which entries of Y does one entry of b reach?
    """
    hints = get(exercise).hints
    if number not in range(1, len(hints) + 1):
        raise ValueError(f"{exercise} has the hints 1 to {len(hints)}, not {number!r}")
    return Hint(hints[number - 1])


def chapter(number: str) -> tuple[Exercise, ...]:
    """The exercises of one chapter, by the two digits of its file name, as "13".

    >>> import tensorcalc as tc
    >>> tc.exercises.chapter("13")[1].id
    'ex-matmul-bias'
    """
    if number not in all_chapters():
        raise ValueError(f"no exercises for chapter {number!r}; there are some for {', '.join(all_chapters())}")
    return tuple(all_chapters()[number].values())
