"""Progress: off unless asked for, one file, all or nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings

import pytest

import tensorcalc as tc
from tensorcalc.exercises import progress as switch
from tensorcalc.exercises.registry import all_chapters

ANSWER = ("ex-matmul-bias", "dl_db_p = 1_i dl_dy_ip")


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "data" / "progress.json"
    monkeypatch.setenv("TENSORCALC_PROGRESS", str(path))
    return path


def test_nothing_is_kept_unless_asked_for(file):
    tc.exercises.check(*ANSWER)
    assert not file.exists() and not switch().on
    assert "Switch it on" in repr(switch())


def test_what_is_solved_is_kept(file):
    switch(on=True)
    tc.exercises.check(*ANSWER)
    tc.exercises.check("ex-matmul-zeros", {"entries": 1})
    assert json.loads(file.read_text()) == {"on": True, "done": ["ex-matmul-bias"]}
    assert f"1 of {len(all_chapters()['13'])}" in repr(switch())
    assert os.listdir(file.parent) == [file.name], "no half-written file is left"


def test_a_solution_is_not_the_readers_progress(file):
    switch(on=True)
    tc.exercises.solution(*ANSWER)
    assert switch().done == frozenset()


def test_switched_off_it_keeps_what_it_has(file):
    switch(on=True)
    tc.exercises.check(*ANSWER)
    assert not switch(on=False).on
    tc.exercises.check("ex-tensors-place", {"i": 3, "j": 1, "k": 1})
    assert json.loads(file.read_text()) == {"on": False, "done": ["ex-matmul-bias"]}
    assert switch(on=True).done == {"ex-matmul-bias"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"on": 1}', b'{"on": true, "done": 3}', b"\xff\xfe"])
def test_a_damaged_file_is_put_aside(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.warns(UserWarning, match=r"progress\.json.*progress\.damaged\.json"):
        assert tc.exercises.check(*ANSWER), "an answer is judged all the same"
    assert file.with_suffix(".damaged.json").read_bytes() == content
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        switch(on=True)
        tc.exercises.check(*ANSWER)
    assert switch().done == {"ex-matmul-bias"}


def test_a_folder_that_cannot_be_written_stops_no_answer(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TENSORCALC_PROGRESS", str(tmp_path / "file" / "progress.json"))
    with pytest.warns(UserWarning, match="cannot be read"), pytest.raises(OSError):
        switch(on=True)
    with pytest.warns(UserWarning, match="cannot be read"):
        assert tc.exercises.check(*ANSWER)


def test_off_reads_and_writes_nothing(tmp_path):
    """As the tests and `make refresh` run: not even with a home in which progress is on."""
    home = tmp_path / ".local" / "share" / "tensorcalc"
    home.mkdir(parents=True)
    (home / "progress.json").write_text('{"on": true, "done": []}')
    code = f"import tensorcalc as tc; tc.exercises.check(*{ANSWER!r}); print(tc.exercises.progress(on=True).on)"
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": "", "TENSORCALC_PROGRESS": "off"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
    assert (home / "progress.json").read_text() == '{"on": true, "done": []}'


def test_tests_and_refreshing_switch_it_off():
    assert os.environ["TENSORCALC_PROGRESS"] == "off"
