"""Chapter 18 trains a network: its cells reach the accuracy that the text states, with any number of threads."""

from __future__ import annotations

import re

import pytest

import tensorcalc as tc

from .conftest import CHAPTERS

STATED = 96.0  # per cent of the unseen digits
CELLS = [cell for cell in CHAPTERS["18_two_layer_network"].cells if "training" in cell.metadata.get("tags", [])]


def _stored() -> str:
    return "".join(output.text for output in CELLS[-1].outputs if output.output_type == "stream")


def test_the_page_shows_the_accuracy_that_it_states():
    before, after = map(float, re.findall(r"([\d.]+)%", _stored()))
    assert before < 30 < STATED <= after


@pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")
def test_any_number_of_threads_prints_the_same(python):
    script = "\n\n".join(cell.source for cell in CELLS)
    runs = [
        python(script, TI_CPU_MAX_NUM_THREADS=n, OPENBLAS_NUM_THREADS=n, TENSORCALC_ARCH="cpu", MPLBACKEND="agg")
        for n in ("1", "2")
    ]
    assert [run.stderr for run in runs if run.returncode] == []
    assert [run.stdout for run in runs] == [_stored()] * 2
