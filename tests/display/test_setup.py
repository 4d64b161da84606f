"""In a notebook a figure becomes SVG, its data, and a line of text that never changes."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("nbclient", reason="notebooks are executed by nbclient")
pytest.importorskip("ipykernel", reason="notebooks need a kernel")

import nbclient
import nbformat
from matplotlib import rc_context

from tensorcalc import display
from tensorcalc.display.style import RC

CELLS = [
    "import tensorcalc as tc\ntc.display.setup()",
    "fig = tc.display.figure()\nlines = fig.subplots().plot([0, 1, 2], [0, 1, 4])\nfig",
    "from matplotlib import pyplot\nlines = pyplot.plot([0, 1], [1, 0])",
    "tc.display.sweep(lambda a: tc.display.tensor_picture([a], 'i'), [1, 2], label='a', caption='One cell.')",
]


@pytest.fixture(scope="module")
def outputs():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return [cell.outputs for cell in notebook.cells]


def test_setup_shows_nothing(outputs):
    assert outputs[0] == []


@pytest.mark.parametrize("cell", [1, 2])
def test_a_figure_is_one_svg_and_nothing_else(outputs, cell):
    (output,) = outputs[cell]
    assert set(output.data) == {"image/svg+xml", "text/plain"}
    assert output.data["text/plain"] == "<Figure>"
    assert ElementTree.fromstring(output.data["image/svg+xml"]).tag.endswith("svg")


def test_the_data_drawn_lie_beside_the_picture(outputs):
    stored = outputs[1][0].metadata["image/svg+xml"]["drawn"]
    with rc_context(RC):  # as after setup()
        figure = display.figure()
        figure.subplots().plot([0, 1, 2], [0, 1, 4])
    assert display.same_drawing(json.loads(json.dumps(stored)), display.drawn(figure)) is None
    assert outputs[2][0].metadata["image/svg+xml"]["drawn"]["axes"]


def test_a_sweep_is_a_widget_and_its_picture(outputs):
    (output,) = outputs[3]
    assert output.data["text/plain"] == "<Sweep of 2 frames: a>"
    assert "model_id" in output.data["application/vnd.jupyter.widget-view+json"]
    assert ElementTree.fromstring(output.data["image/svg+xml"]).tag.endswith("svg")
    assert len(output.metadata["image/svg+xml"]["drawn"]["frames"]) == 2
