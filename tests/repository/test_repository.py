"""What a fresh clone promises: pins, one place for each fact, tools that say clearly what they lack."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import lab  # noqa: E402  (tools/ holds scripts, no package)

REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = [line for line in REQUIREMENTS if line and not line.startswith("#")]


def test_every_requirement_is_pinned_exactly():
    assert PINS[-1] == "-e ."
    loose = [line for line in PINS[:-1] if not re.fullmatch(r"[\w.-]+==[\w.]+(?: ; .+)?", line)]
    assert not loose


@pytest.mark.parametrize("name", ["jupyter-book", "numpy", "matplotlib", "ipywidgets", "nbval", "taichi"])
def test_the_chosen_packages_are_there(name):
    assert any(line.startswith(f"{name}==") for line in PINS)


def test_taichi_is_asked_for_only_where_it_has_wheels():
    (line,) = [line for line in PINS if line.startswith("taichi==")]
    for condition in ("python_full_version < '3.14'", "sys_platform == 'linux'", "platform_machine == 'x86_64'"):
        assert condition in line


def test_pytorch_is_no_requirement():
    assert not any(line.startswith(("torch", "jax", "numba")) for line in PINS)


def find_python(path: str, **environment: str) -> subprocess.CompletedProcess:
    command = ["/bin/sh", str(ROOT / "tools" / "find_python.sh")]
    return subprocess.run(command, env={"PATH": path, **environment}, capture_output=True, text=True)


@pytest.mark.skipif(os.name == "nt", reason="find_python.sh is for make, which Windows lacks")
class TestFindPython:
    def test_finds_one_that_runs(self):
        found = find_python(os.environ["PATH"])
        assert found.returncode == 0
        assert Path(found.stdout.strip()).exists()

    def test_says_what_to_install_where_there_is_none(self, tmp_path):
        found = find_python(str(tmp_path))
        assert found.returncode == 1
        assert "No Python 3.10 to 3.14" in found.stderr and "PYTHON=" in found.stderr

    def test_passes_over_one_that_does_not_start(self, tmp_path):
        broken = tmp_path / "python3.12"
        broken.write_text("#!/bin/sh\nexit 127\n")
        broken.chmod(0o755)
        (tmp_path / "python3.11").symlink_to(sys.executable)
        found = find_python(str(tmp_path))
        assert found.stdout.strip().endswith("python3.11")

    def test_an_unfit_choice_is_refused_by_name(self, tmp_path):
        found = find_python(os.environ["PATH"], PYTHON="no-such-python")
        assert found.returncode == 1
        assert "no-such-python" in found.stderr


def test_lab_keeps_what_the_reader_did(tmp_path):
    first = lab.copy_chapters(tmp_path)
    assert first, "no chapter was copied"
    mine = tmp_path / first[0].name
    mine.write_text("my own work")
    assert lab.copy_chapters(tmp_path) == []
    assert mine.read_text() == "my own work"


def test_lab_moves_older_copies_aside(tmp_path):
    name = lab.copy_chapters(tmp_path)[0].name
    (tmp_path / name).write_text("my own work")
    lab.copy_chapters(tmp_path, fresh=True)
    lab.copy_chapters(tmp_path, fresh=True)
    kept = tmp_path / name.replace(".ipynb", ".bak-1.ipynb")
    assert kept.read_text() == "my own work"
    assert (tmp_path / name).read_text() != "my own work"


def test_version_is_the_packages_own():
    import tensorcalc

    assert f"version: {tensorcalc.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert importlib.metadata.version("tensorcalc") == tensorcalc.__version__


def test_no_tracked_file_names_a_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    home = re.compile(r"(?<![\w.])/(?:home|root|Users)/[A-Za-z0-9._-]+")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if "vendor" in name or path.suffix in {".png", ".npz", ".gz"} or not path.exists():
            continue
        found = home.search(path.read_text(encoding="utf-8"))
        assert not found, f"{name}: {found and found[0]}"
