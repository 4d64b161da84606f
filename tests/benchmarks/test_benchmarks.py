"""The benchmarks compare the same functions, and what they store can be printed and drawn."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import results
from benchmarks.cases import CASES
from benchmarks.contests import Contest, error, generated, of_layer
from benchmarks.layers import LAYERS
from benchmarks.rivals import naive, recomputed, two_pass, whole
from benchmarks.rivals import numpy as by_numpy
from benchmarks.small import SIZES, SMALL


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


@pytest.mark.parametrize("rival", [naive, two_pass, recomputed])
@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("layer_norm")])
def test_our_own_rungs_are_the_same_function(name, rival):
    case = small(name)
    given = case.arguments(np.float64)
    call = rival(name, given)
    if call is None:
        assert name != "layer_norm_backward"
        return
    found, exact = call(), case.make()(**given)
    found = list(found.values()) if isinstance(found, dict) else list(found) if isinstance(found, tuple) else [found]
    exact = list(exact.values()) if isinstance(exact, dict) else [exact]
    for a, b in zip(found, exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


def test_arguments_are_the_same_for_everyone_and_aligned():
    for name in CASES:
        one, two = small(name).arguments(), small(name).arguments()
        assert one.keys() == two.keys()
        for key, x in one.items():
            assert np.array_equal(x, two[key])
            assert np.ndim(x) == 0 or x.dtype.kind == "i" or x.ctypes.data % 64 == 0


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_the_same_as_their_rivals(name, torch):
    layer = LAYERS[name]
    shapes = {key: tuple(min(size, 3 + size % 5) for size in shape) for key, shape in layer.shapes.items()}
    labels = {"T": (shapes["x"][0], shapes["b2"][0])} if layer.labels else {}
    for rival in layer.rivals:
        errors = of_layer(replace(layer, shapes=shapes, labels=labels), rival).errors()
        assert max(errors.values()) < 1e-5


@pytest.mark.parametrize("name", [name for name, layer in SMALL.items() if "100k" not in name])
def test_small_calls_are_the_same_as_by_hand(name):
    layer = SMALL[name]
    assert max(of_layer(layer, "numpy").errors().values()) < 1e-5
    assert layer.arguments()["x"].size == SIZES[0]
    assert SMALL[f"{name}_100k"].arguments()["x"].size == pytest.approx(SIZES[1], rel=0.01)


def test_a_rival_without_the_function_is_passed_over():
    assert generated(small("sigmoid"), "recomputed", False) is None
    assert of_layer(LAYERS["bmm"], "numba") is None


def test_a_wrong_result_is_seen():
    exact = (np.ones(3), np.full(3, 10.0))
    assert error({"y": np.ones(3), "z": np.array([10.0, 11.0, 10.0])}, exact) == pytest.approx(0.1)
    wrong = Contest(lambda: np.zeros(3), lambda: np.ones(3), {}, exact[:1], 1.0)
    assert wrong.errors() == {"ours_error": 1.0, "rival_error": 0.0}


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


def test_the_picture_shows_generated_functions_alone():
    found = {"duels": [row(layer=False), row("attention", layer=True, peak=1e15), row("adam")]}
    arguments = results.roofline(found)
    assert set(arguments["kernels"]) == {"softmax", "adam"} and arguments["peak"] == 1e11


def test_pairs_prefer_all_threads():
    found = {"duels": [row(threads=1, load=1), row(load=2), row("adam", threads=1), row(large=True, load=3)]}
    assert results.pairs("softmax", found)["torch"]["load"] == 2
    assert results.pairs("adam", found).keys() == {"torch"}
    assert results.pairs("softmax", found, large=True)["torch"]["load"] == 3
    assert results.pairs("linear", found) == {}


def test_duels_tell_how_much_slower_a_rival_is():
    ratio = {"min": 0.4, "low": 0.4, "median": 0.5, "high": 0.8}
    found = {"duels": [row("layer_norm", rival="numpy", ratio=ratio)]}
    assert results.duels(["layer_norm"], ["numpy", "jax"], found) == {"layer norm": {"numpy": (1.25, 2.0, 2.5)}}


def test_the_climb_ends_at_our_best():
    slow = {"min": 40.0, "median": 44.0}
    found = {"duels": [row(rival="naive", theirs_ms=slow), row(rival="two-pass", ms=1.0)]}
    climb = results.climb("softmax", ["naive", "two-pass"], found)
    assert climb["kernels"] == {"naive": (4.0, 1e8), "two-pass": (4.0, 4e9), "ours": (4.0, 4e9)}
    assert (climb["bandwidth"], climb["peak"]) == (1e9, 1e11)
    assert results.share(found["duels"][0], "theirs_ms") == pytest.approx(1 / 40)


def test_the_stored_results_are_whole():
    assert results.roofline()["kernels"]
    for one in results.read()["duels"]:
        assert one["case"] in {**CASES, **LAYERS, **SMALL}
        assert max(one["ours_error"], one["rival_error"]) < 1e-4
        assert results.line(one)
