"""Which exercises are done: one small file on the reader's own machine, kept only if the reader asks for it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

from .registry import all_chapters

ENVIRONMENT = "TENSORCALC_PROGRESS"  # "off", or the file to use


class Progress:
    """What is done, as a table with a line for each chapter."""

    def __init__(self, on: bool, done: frozenset[str]) -> None:
        self.on = on
        self.done = done

    def __repr__(self) -> str:
        if not self.on:
            return "Progress is not kept. Switch it on with tc.exercises.progress(on=True)."
        lines = [self._line(chapter, list(known)) for chapter, known in all_chapters().items()]
        return "\n".join([*lines, f"Kept in {_file()}; tc.exercises.progress(on=False) stops that."])

    def _line(self, chapter: str, labels: list[str]) -> str:
        done = [label in self.done for label in labels]
        return f"chapter {chapter}  {''.join('■' if d else '□' for d in done)}  {sum(done)} of {len(done)}"


def progress(on: bool | None = None) -> Progress:
    """What you have done so far, and whether that is kept.

    Parameters
    ----------
    on : bool, optional
        True keeps from now on which exercises you solved, in a small file on this machine; False stops that and
        leaves the file. Without it nothing changes. The file lies in the folder for your data, or where the environment
        variable ``TENSORCALC_PROGRESS`` says; ``TENSORCALC_PROGRESS=off`` neither reads nor writes any.

    Returns
    -------
    Progress
        Shown by a notebook as a table.

    Raises
    ------
    OSError
        If progress is to be switched and the file cannot be written.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.exercises.progress()  # doctest: +SKIP
    chapter 13  ■■□□□□□  2 of 7
    """
    if _file() is None:
        return Progress(False, frozenset())
    state = _read()
    if on is not None and on != state.on:
        state = Progress(on, state.done)
        _write(state)
    return state


def record(exercise: str) -> None:
    """Note that an exercise is solved, if progress is kept; never stands in the way of an answer."""
    if _file() is None:
        return
    state = _read()
    if not state.on or exercise in state.done:
        return
    try:
        _write(Progress(True, state.done | {exercise}))
    except OSError as error:
        warnings.warn(f"progress could not be written: {error}", stacklevel=3)


def _file() -> Path | None:
    chosen = os.environ.get(ENVIRONMENT, "")
    if chosen.lower() == "off":
        return None
    return Path(chosen) if chosen else _data_folder() / "tensorcalc" / "progress.json"


def _data_folder() -> Path:
    """Where programs keep a user's data on this system."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _read() -> Progress:
    """The file's content; a damaged one is put aside, so that nothing in it is lost and a new one can begin."""
    path = _file()
    assert path is not None
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Progress(held["on"] is True, frozenset(map(str, held["done"])))
    except FileNotFoundError:
        return Progress(False, frozenset())
    except (OSError, UnicodeDecodeError) as error:
        reason = f"it cannot be read ({error})"
    except (ValueError, KeyError, TypeError):
        reason = "it is damaged"
    aside = path.with_suffix(".damaged.json")
    try:
        os.replace(path, aside)
        kept = f" It is now {aside}; tc.exercises.progress(on=True) begins a new one."
    except OSError:
        kept = ""
    warnings.warn(f"progress is not kept, for the file {path}: {reason}.{kept}", stacklevel=4)
    return Progress(False, frozenset())


def _write(state: Progress) -> None:
    """All or nothing: a new file takes the place of the old one in one step."""
    path = _file()
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"on": state.on, "done": sorted(state.done)}, indent=1)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
