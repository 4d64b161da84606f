"""Execute the book's notebooks and store their outputs, the same bytes each time (``make refresh``).

    python tools/refresh.py                     every chapter
    python tools/refresh.py book/13_matmul.ipynb

Outputs come from here and from nowhere else: no timings, no versions, widget ids numbered by order of appearance,
keys sorted. A notebook whose execution changes nothing is not written.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from chapters import ROOT, notebooks
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

os.environ["TENSORCALC_PROGRESS"] = "off"  # kernels inherit it: solving the book's exercises is no reader's progress

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
TIMEOUT = 600


def execute(path: Path) -> nbformat.NotebookNode:
    """Run all cells of the notebook in a fresh kernel, in its own folder, and return it with its new outputs."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("widgets", None)
    resources = {"metadata": {"path": str(path.parent)}}
    options = {"record_timing": False, "kernel_name": "python3", "extra_arguments": ["--log-level=ERROR"]}
    NotebookClient(notebook, timeout=TIMEOUT, resources=resources, **options).execute()
    return notebook


def normalise(notebook: nbformat.NotebookNode) -> str:
    """The notebook as text in which nothing depends on when or where it was executed."""
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined_streams(cell.outputs)
    text = nbformat.writes(notebook)
    for number, model_id in enumerate(_widget_ids(notebook)):
        text = text.replace(model_id, f"{number:032x}")
    # Once more through the parser: with their new names the widgets' states sort differently.
    return nbformat.writes(nbformat.reads(text, as_version=4)).rstrip("\n") + "\n"


def _joined_streams(outputs: list) -> list:
    """Neighbouring pieces of one stream as one piece: where a stream breaks is a matter of timing."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _widget_ids(notebook: nbformat.NotebookNode) -> list[str]:
    return list(notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {}))


def refresh(path: Path) -> str:
    """Refresh one notebook in place; returns a line that says what happened."""
    start = time.monotonic()
    text = normalise(execute(path))
    changed = text != path.read_text(encoding="utf-8")
    if changed:
        path.write_text(text, encoding="utf-8", newline="\n")
    return f"{path.name}: {'rewritten' if changed else 'unchanged'} ({time.monotonic() - start:.0f} s)"


def main(arguments: list[str]) -> int:
    paths = [Path(a).resolve() for a in arguments] or notebooks()
    failed = 0
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for path, future in [(path, pool.submit(refresh, path)) for path in paths]:
            try:
                print(future.result(), flush=True)
            except CellExecutionError as error:
                failed += 1
                print(f"{path.relative_to(ROOT)}: a cell failed, nothing written\n{error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
