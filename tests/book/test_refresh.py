"""`make refresh` writes the same bytes each time."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from refresh import normalise, refresh  # tools/, put on the path by conftest

CELLS = [
    "import tensorcalc as tc\ntc.display.setup()",
    "import ipywidgets as w\nw.HBox([w.IntSlider(description='$n$'), w.Text('a')])",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4]);",
    "print('one'); print('two')",
]


def notebook():
    nb = new_notebook(cells=[new_markdown_cell("# Title", id="m0")])
    nb.cells += [new_code_cell(source, id=f"c{number}") for number, source in enumerate(CELLS)]
    return nb


def test_twice_gives_the_same_bytes(tmp_path):
    path = tmp_path / "page.ipynb"
    nbformat.write(notebook(), path)
    assert "rewritten" in refresh(path)
    first = path.read_bytes()
    assert b"image/svg+xml" in first and b"0000000000000000000000000000000" in first
    assert "unchanged" in refresh(path)
    assert path.read_bytes() == first


def test_streams_are_joined_and_timings_removed():
    nb = notebook()
    nb.cells[-1].outputs = [new_output("stream", text="one\n"), new_output("stream", text="two\n")]
    nb.cells[-1].metadata["execution"] = {"iopub.execute_input": "now"}
    again = nbformat.reads(normalise(nb), as_version=4)
    assert [o.text for o in again.cells[-1].outputs] == ["one\ntwo\n"]
    assert "execution" not in again.cells[-1].metadata
