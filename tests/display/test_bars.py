"""A bar in a live notebook alone, closed at the end; the steps are the same with and without it."""

import sys
from types import SimpleNamespace

import pytest

pytest.importorskip("ipywidgets", reason="the bar is a widget")

from tensorcalc import display
from tensorcalc.display import bars as module


@pytest.fixture
def bars(monkeypatch):
    """A notebook in which bars are made and written down instead of shown."""
    made = []

    class Bar:
        def __init__(self, count, label):
            self.values, self.closed, self.count, self.label = [], False, count, label
            made.append(self)

        def __setattr__(self, name, value):
            if name == "value":
                self.values.append(value)
            else:
                super().__setattr__(name, value)

        def close(self):
            self.closed = True

    monkeypatch.setattr(module, "_bar", Bar)
    live = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setitem(sys.modules, "IPython", live)
    monkeypatch.delenv("TENSORCALC_PROGRESS", raising=False)
    return made


def test_a_bar_grows_and_is_closed(bars):
    assert list(display.progress(range(200), "epochs")) == list(range(200))
    (bar,) = bars
    assert (bar.count, bar.label, bar.closed) == (200, "epochs", True)
    assert bar.values == list(range(0, 200, 4))


def test_a_bar_is_closed_where_the_loop_is_left(bars):
    def leave():
        for step in display.progress(range(9)):
            if step == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert bars[0].closed


def test_no_bar_when_outputs_are_stored(bars, monkeypatch):
    monkeypatch.setenv("TENSORCALC_PROGRESS", "off")
    assert list(display.progress("abc")) == ["a", "b", "c"]
    assert bars == []


def test_no_bar_outside_a_notebook(bars, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert list(display.progress([])) == []
    assert list(display.progress([7])) == [7]
    assert bars == []


def test_the_bar_is_a_widget_that_can_be_closed(capsys):
    bar = module._bar(5, "steps")
    assert (bar.max, bar.description) == (5, "steps")
    bar.close()
    assert bar.comm is None
