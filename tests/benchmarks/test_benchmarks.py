"""The benchmarks compare the same functions, and what they store can be printed and drawn."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import results
from benchmarks.cases import CASES
from benchmarks.rivals import numpy as by_numpy
from benchmarks.rivals import whole


def small(name):
    """The case with its axes cut down, equal sizes to equal sizes."""
    case = CASES[name]
    shapes = {key: tuple(min(size, 3 + size % 5) for size in shape) for key, shape in case.shapes.items()}
    return replace(case, shapes=shapes)


@pytest.mark.parametrize("name", sorted(set(CASES) & set(whole(np))))
def test_numpy_is_given_the_same_function(name):
    case = small(name)
    given = case.arguments(np.float64)
    found = by_numpy(name, given)()
    exact = case.make()(**given)
    exact = tuple(exact.values()) if isinstance(exact, dict) else (exact,)
    for a, b in zip(found if isinstance(found, tuple) else (found,), exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_arguments_are_the_same_for_everyone_and_aligned():
    for name in CASES:
        one, two = small(name).arguments(), small(name).arguments()
        assert one.keys() == two.keys()
        for key, x in one.items():
            assert np.array_equal(x, two[key])
            assert np.ndim(x) == 0 or x.dtype.kind == "i" or x.ctypes.data % 64 == 0


def row(case="softmax", ms=2.0, **other):
    times = {"min": ms, "median": ms * 1.1}
    found = {"case": case, "rival": "torch", "threads": "all", "large": False, "fresh": True, "load": 0.5}
    found |= {"bytes": 1e6, "flop": 4e6, "bandwidth": 1e9, "peak": 1e11, "ours_ms": times, "theirs_ms": times}
    return found | {"ratio": {"min": 1.0, "low": 0.9, "median": 1.0, "high": 1.2}} | other


def test_share_of_the_roofline():
    assert results.share(row(ms=2.0)) == pytest.approx(0.5)  # 1 MB at 1 GB/s would take 1 ms
    assert results.share(row(ms=2.0, peak=4e9)) == pytest.approx(0.5)
    assert results.share(row(ms=2.0, peak=2e9)) == pytest.approx(1.0)  # 4 Mflop at 2 Gflop/s take 2 ms


def test_results_are_printed_and_drawn():
    found = {"machine": {"cores": 2}, "duels": [row(), row(ms=1.0, rival="numpy"), row("adam", threads=1)]}
    text = results.table(found)
    assert len(text.splitlines()) == 5 and "0.5 GB/s" in text and "100 %" in text
    arguments = results.roofline(found)
    assert arguments == {"kernels": {"softmax": (4.0, 4e9)}, "bandwidth": 1e9, "peak": 1e11}
    from tensorcalc import display

    assert display.roofline_picture(**arguments).axes


def test_the_stored_results_are_whole():
    assert results.roofline()["kernels"]
    for one in results.read()["duels"]:
        assert one["case"] in CASES
        assert max(one["ours_error"], one["rival_error"]) < 1e-4
        assert results.line(one)
