"""A chapter's exercises as a sheet, and a folder of filled-in sheets as a table, whatever is in them."""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tensorcalc.exercises.__main__ import main
from tensorcalc.exercises.grade import Row, grade_notebook, write
from tensorcalc.exercises.handed_in import pack, unpack

CHAPTER = Path(__file__).resolve().parents[2] / "book" / "13_matmul.ipynb"
SETUP = "import numpy as np\nimport tensorcalc as tc\nfrom tensorcalc import kernel, ti"
BACKWARD = "def f(dl_dy, a, x):\n    return np.outer(dl_dy, x), a.T @ dl_dy\n"
CHECK_BACKWARD = 'tc.exercises.check("ex-matmul-vector", f)'
FORMULA = 'tc.exercises.check("ex-matmul-bias", "dl_db_p = 1_i dl_dy_ip")'
PLACE = 'tc.exercises.check("ex-tensors-place", {"i": 3, "j": 1, "k": 1})'
KERNEL = """@kernel
def z(x, y, w, z):
    for i, j, k in ti.ndrange(*z.shape):
        z[i, j, k] = x[i] * y[j] * w[k]
tc.exercises.check("ex-tensors-three", {"kernel": z, "of this form": "no"})"""

# name -> cells, the state of its run, and results
FOLDER = {
    "right": (
        [BACKWARD + CHECK_BACKWARD, FORMULA, PLACE, KERNEL],
        "ok",
        {
            "ex-matmul-vector": "right",
            "ex-matmul-bias": "right",
            "ex-tensors-place": "right",
            "ex-tensors-three": "right",
        },
    ),
    "wrong": (
        [
            BACKWARD.replace("a.T", "-a.T") + CHECK_BACKWARD,
            FORMULA.replace("1_i", "2 1_i"),
            KERNEL.replace("x[i] *", "x[0] *"),
            PLACE.replace('"j": 1', '"j": ...'),
        ],
        "ok",
        {
            "ex-matmul-vector": "sign",
            "ex-matmul-bias": "factor",
            "ex-tensors-three": "value",
            "ex-tensors-place": "blank",
        },
    ),
    "empty": (
        ['answer = ...\ntc.exercises.check("ex-matmul-bias", answer)', "1/0", "(", "input()"],
        "ok",
        {"ex-matmul-bias": "blank"},
    ),
    "hanging": (
        [FORMULA, "while True: pass", PLACE],
        "time limit",
        {"ex-matmul-bias": "right", "ex-tensors-place": "missing"},
    ),
    "hanging answer": (
        [BACKWARD.replace("return", "while True: pass\n    return") + CHECK_BACKWARD],
        "time limit",
        {"ex-matmul-vector": "missing"},
    ),
    "exiting": (
        [FORMULA, "import os; os._exit(0)", PLACE],
        "the kernel ended",
        {"ex-matmul-bias": "right", "ex-tensors-place": "missing"},
    ),
    "hostile": (
        [
            "import tensorcalc.exercises as e, tensorcalc.exercises.registry as r\nr.Exercise.check = lambda *a: True",
            "print('ex-matmul-bias: right')\n" + FORMULA.replace("1_i", "-1_i"),
            "for _ in range(200): print('x' * 10**6)",
            "e.collected = {'ex-tensors-place': 'right', 'ex-none': 1, 3: 4}",
            "e.check = lambda *a: print('right')\n" + PLACE,
        ],
        "ok",
        {"ex-matmul-bias": "sign", "ex-tensors-place": "kind"},
    ),
    "lying": (
        [
            "import tensorcalc.exercises.handed_in as h\nclass R:\n    def __repr__(self): return '[' * 10**5\n"
            "h.take = lambda: R()\n" + FORMULA
        ],
        "broken: RecursionError",
        {"ex-matmul-bias": "missing"},
    ),
}


def _write(path: Path, cells: list[str]) -> None:
    code = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in cells]
    path.write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> dict[str, dict[str, str]]:
    """The teacher's command on a folder with every kind of notebook."""
    folder = tmp_path_factory.mktemp("sheets")
    for name, (cells, _, _) in FOLDER.items():
        _write(folder / f"{name}.ipynb", [SETUP, *cells])
    (folder / "broken.ipynb").write_text("{ not a notebook")
    (folder / "list.ipynb").write_text("[1, 2]")
    (folder / "deep.ipynb").write_text("[" * 10**5)
    (folder / "folder.ipynb").mkdir()
    assert main(["grade", str(folder), "-o", str(folder / "table.csv"), "--seconds", "12"]) == 0
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("notebook"): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", FOLDER)
def test_each_notebook_is_a_row(table, name):
    _, state, results = FOLDER[name]
    row = table[f"{name}.ipynb"]
    assert row["state"] == state
    assert {label: row[label] for label in results} == results
    assert int(row["right"]) == list(results.values()).count("right")


@pytest.mark.parametrize("name", ["broken", "list", "deep", "folder"])
def test_what_is_no_notebook_is_a_row_too(table, name):
    assert table[f"{name}.ipynb"]["state"].startswith("no notebook")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a kernel's memory")
def test_a_kernel_has_a_memory_limit_and_none_of_the_teachers_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TEACHERS_SECRET", "token")
    ask = "tc.exercises.check('ex-tensors-place', {'i': %s, 'j': 1, 'k': 1})"
    _write(tmp_path / "a.ipynb", [SETUP, "import os, resource", ask % "3 * ('TEACHERS_SECRET' not in os.environ)"])
    _write(tmp_path / "b.ipynb", [SETUP, "import resource", ask % "resource.getrlimit(resource.RLIMIT_AS)[0] / 2**30"])
    assert grade_notebook(tmp_path / "a.ipynb", 30, 3 << 30).results == {"ex-tensors-place": "right"}
    assert grade_notebook(tmp_path / "b.ipynb", 30, 3 << 30).results == {"ex-tensors-place": "right"}


@pytest.mark.skipif(os.name == "nt", reason="asks the system's process table as Linux and macOS have it")
def test_no_process_of_a_notebook_is_left(tmp_path):
    import psutil

    nap = "import time; time.sleep(987)"
    start = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', '{nap}'], start_new_session=True)"
    _write(tmp_path / "a.ipynb", [SETUP, start, PLACE])
    assert grade_notebook(tmp_path / "a.ipynb", 30, 3 << 30).results == {"ex-tensors-place": "right"}
    alive = [p.info for p in psutil.process_iter(["cmdline", "status"]) if nap in (p.info["cmdline"] or [])]
    assert not [info for info in alive if info["status"] != psutil.STATUS_ZOMBIE]


def test_a_file_name_is_no_formula_for_a_spreadsheet(tmp_path):
    write([Row("=1+1.ipynb")], tmp_path / "table.csv")
    assert "'=1+1.ipynb" in (tmp_path / "table.csv").read_text()


def test_a_sheet_has_the_exercises_and_no_solution(tmp_path):
    assert main(["export", str(CHAPTER), "-o", str(tmp_path / "sheet.ipynb")]) == 0
    cells = json.loads((tmp_path / "sheet.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join(cell["source"] for cell in cells)
    labels = [f"ex-matmul-{name}" for name in ["transposed", "bias", "vector", "zeros", "three", "square", "batched"]]
    assert [label for label in labels if f'check("{label}"' not in text] == []
    assert text.count("\n## ") == len(labels)
    assert "solution" not in text and "{exercise" not in text and "tc.gradcheck" not in text
    assert all(cell["outputs"] == [] for cell in cells if cell["cell_type"] == "code")


def test_an_exported_sheet_can_be_handed_in(tmp_path):
    main(["export", str(CHAPTER), "-o", str(tmp_path / "sheet.ipynb")])
    row = grade_notebook(tmp_path / "sheet.ipynb", 30, 3 << 30)
    assert row.state == "ok" and set(row.results.values()) == {"blank"} and len(row.results) == 7


def test_what_cannot_be_done_is_said(tmp_path, capsys):
    (tmp_path / "none.ipynb").write_text('{"cells": []}')
    assert main(["export", str(tmp_path / "none.ipynb")]) == 1
    assert "has no exercises" in capsys.readouterr().err
    assert main(["grade", str(tmp_path / "nowhere")]) == 1
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("value", [..., None, True, 3, 0.1, "x", (1, (2.5,)), {"a": ..., "b": (1,)}])
def test_answers_travel_as_data(value):
    assert unpack(json.loads(json.dumps(pack(value)))) == value


def test_arrays_travel_exactly():
    array = np.array([[0.1, np.nan], [np.inf, -0.0]])
    back = unpack(json.loads(json.dumps(pack(array))))
    assert back.dtype == array.dtype and back.tobytes() == array.tobytes()
