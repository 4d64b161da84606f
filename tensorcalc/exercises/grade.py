"""Checking a folder of filled-in notebooks: each runs in a kernel of its own and becomes one row of a table.

The kernel hands over answers; they are judged here. A formula, a number, a shape or a choice arrives as data. A
function stays where it is and is called there on random arrays; what it returns is data again. So a notebook that
prints "right", or rewrites ``check``, gains nothing.

What remains to a student who means harm: the kernel runs with the teacher's rights on this machine. Time, memory, file
size and environment variables are kept from it; files, the network and the number of processes are not, and a process
that sheds its environment outlives the kernel. Grade strangers' work in a container or as another user. And an answer
may be copied from the book, whose solutions are public.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .foreign import ForeignKernel, Lost
from .handed_in import pack, unpack
from .registry import all_chapters, get

_LARGEST = 20 << 20  # bytes of a notebook
_CHECKS = re.compile(r"exercises\.check\(\s*[\"'](ex-[\w-]+)[\"']")
_HERE = "__import__('tensorcalc.exercises.handed_in', fromlist=['handed_in'])"


@dataclass
class Row:
    """One notebook: how its run ended, and label -> "right" or the reason why not."""

    notebook: str
    state: str = "ok"
    results: dict[str, str] = field(default_factory=dict)


def grade(folder: Path, table: Path, seconds: int = 120, memory: int = 4 << 30, jobs: int = 2) -> list[Row]:
    """Check all notebooks of a folder and write the table.

    Parameters
    ----------
    folder : Path
        With the filled-in notebooks, ``*.ipynb``.
    table : Path
        The CSV file to write: a row for each notebook, a column for each exercise.
    seconds : int
        Time limit for each notebook.
    memory : int
        Address space of each kernel, in bytes, where the system can limit it (not on Windows and macOS).

    jobs : int
        How many notebooks run at a time.

    Returns
    -------
    list of Row
        What the table holds.

    Raises
    ------
    ImportError
        If Jupyter's kernel is not installed.
    """
    _need_jupyter()
    with ThreadPoolExecutor(jobs) as pool:
        rows = list(pool.map(lambda path: grade_notebook(path, seconds, memory), sorted(folder.glob("*.ipynb"))))
    write(rows, table)
    return rows


def _need_jupyter() -> None:
    if missing := [name for name in ("ipykernel", "jupyter_client", "psutil") if find_spec(name) is None]:
        raise ImportError(f"grading needs {', '.join(missing)}: pip install 'tensorcalc[book]'")


def grade_notebook(path: Path, seconds: int, memory: int) -> Row:
    """One row, whatever the notebook is or does."""
    row = Row(path.name)
    try:
        codes = cells(path)
    except (OSError, ValueError, RecursionError) as error:
        row.state = f"no notebook: {type(error).__name__}"
        return row
    row.results = dict.fromkeys(_labels(codes), "missing")
    try:
        with tempfile.TemporaryDirectory(prefix="graded-", ignore_cleanup_errors=True) as home:
            _run(codes, ForeignKernel(Path(home), seconds, memory), row.results)
    except Lost as lost:
        row.state = str(lost)
    except Exception as error:  # a message that no honest kernel sends
        row.state = f"broken: {type(error).__name__}"
    return row


def cells(path: Path) -> list[str]:
    """The code cells of a notebook file."""
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise ValueError("this is no file, or one too large for a notebook")
    held = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(held, dict) or not isinstance(held.get("cells"), list):
        raise ValueError("there are no cells")
    codes = [
        cell.get("source", "") for cell in held["cells"] if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    return ["".join(map(str, code)) for code in codes]


def _labels(codes: Iterable[str]) -> list[str]:
    known = {label for chapter in all_chapters().values() for label in chapter}
    return [label for code in codes for label in _CHECKS.findall(code) if label in known]


def _run(codes: list[str], kernel: ForeignKernel, results: dict[str, str]) -> None:
    """Run the cells in order; answers are judged as they are handed in, so that a later crash takes none away."""
    try:
        if kernel.run("", ask=f"{_HERE}.start()") != "None":
            raise Lost("tensorcalc cannot be imported by the kernel")
        for code in codes:
            reply = kernel.run(code, ask=f"{_HERE}.take()")
            for label, packed in (json.loads(reply) if reply else {}).items():
                if label in results:
                    results[label] = get(label).check(_answer(packed, kernel, label)).reason
    finally:
        kernel.close()


def _answer(packed: dict[str, Any], kernel: ForeignKernel, label: str) -> Any:
    """The answer as `check` takes it; functions are stand-ins that call the kernel."""
    if "function" in packed:
        return ForeignFunction(kernel, label, packed["function"], str(packed.get("kernel", "")))
    if "list" in packed:
        return tuple(_answer(item, kernel, label) for item in packed["list"])
    if "dict" in packed:
        return {key: _answer(item, kernel, label) for key, item in packed["dict"].items()}
    return unpack(packed)


class ForeignFunction:
    """Stands for a function in the kernel: arrays go there, the result and the arrays as it left them come back."""

    def __init__(self, kernel: ForeignKernel, label: str, path: list, precision: str, plain: bool = False) -> None:
        self._kernel, self._plain = kernel, plain
        self._where = f"{label!r}, {[k if isinstance(k, int) else str(k) for k in path]!r}"
        if precision:
            self.precision = np.dtype(np.float32 if precision == "<f4" else np.float64)
            self.__wrapped__ = ForeignFunction(kernel, label, path, "", plain=True)

    def __call__(self, *arrays: np.ndarray) -> Any:
        sent = json.dumps([pack(array) for array in arrays])
        text = self._kernel.run("", ask=f"{_HERE}.call({self._where}, {self._plain}, {sent!r})")
        reply: dict[str, Any] = json.loads(text) if text else {"error": "the kernel did not answer"}
        if "error" in reply:
            raise ForeignError(str(reply["error"])[:500])
        for array, after in zip(arrays, reply["arguments"], strict=True):
            array[...] = unpack(after)
        return unpack(reply["result"])


class ForeignError(Exception):
    """What a function in the kernel raised."""


def write(rows: list[Row], table: Path) -> None:
    """The table: how each run ended, how many answers are right, and each exercise by itself."""
    labels = list(dict.fromkeys(label for row in rows for label in row.results))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["notebook", "state", "right", "of", *labels])
        for row in rows:
            marks = [row.results.get(label, "missing") for label in labels]
            writer.writerow([_inert(row.notebook), row.state, marks.count("right"), len(labels), *marks])


def _inert(name: str) -> str:
    """A file's name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name
