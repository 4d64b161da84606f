"""The same call again, with other arrays: the short way gives what the long one gives, and refuses what it refuses."""

import itertools
import threading

import numpy as np
import pytest

import tensorcalc as tc
from benchmarks.cases import moved
from tensorcalc.generation import calls

from .cases import SOURCES, agree, arguments, by_name, compiled, reference

on_cpu = pytest.mark.skipif(tc.backend() != "cpu", reason="launches are repeated on the CPU alone")
CALLS = 4  # the first looks at everything, the second learns, the others repeat


def replays(f):
    return [replay for call in f._known.values() for replay in call.replays.values()]


@pytest.mark.parametrize(
    ("name", "backward"),
    [(name, False) for name in SOURCES] + [(name, True) for name in SOURCES],
)
def test_other_arrays(name, backward):
    f, given = compiled(name, backward), arguments(name, np.float64, "odd", backward)
    for n in range(CALLS):
        other = {k: moved(v if v is given.get("T") else (1 + n) / 4 * v, n // 2 * 16) for k, v in given.items()}
        other = {k: np.float64(v) if np.ndim(v) == 0 else v for k, v in other.items()}
        agree(by_name(f, f(**other)), reference(f.function, other), np.float64)


@on_cpu
@pytest.mark.parametrize(("name", "backward"), [("gelu", False), ("layer norm", False), ("layer norm", True)])
def test_launches_are_repeated(name, backward):
    f, given = compiled(name, backward).function.compile(), arguments(name, np.float32, "vectors", backward)
    first = by_name(f, f(**given))
    for _ in range(CALLS):
        for k, value in by_name(f, f(**given)).items():
            assert np.array_equal(value, first[k])  # bit for bit
    assert any(replays(f))


@on_cpu
def test_arrays_that_lie_in_many_ways():
    backward = tc.layers.layer_norm.backward().compile()
    rng = np.random.default_rng(0)
    given = {name: rng.standard_normal((5, 64), np.float32) for name in ("x", "dl_dy")}
    given |= {name: rng.standard_normal(64, np.float32) for name in ("gamma", "beta")}
    first = backward(**given, eps=1e-5)
    for offsets in [*itertools.product((0, 16, 32, 48, 4), repeat=2)] * 3:
        x, gamma = (moved(given[name], offset) for name, offset in zip(("x", "gamma"), offsets, strict=True))
        for k, value in backward(**given | {"x": x, "gamma": gamma}, eps=1e-5).items():
            np.testing.assert_array_equal(value, first[k])
    (call,) = backward._known.values()
    assert 8 <= len(call.replays) <= calls.MOST


@on_cpu
def test_every_call_has_results_of_its_own():
    f, x = tc.function("y_i = 2 x_i\nz_i = 3 x_i", outputs=("y", "z")).compile(), np.ones(64)
    found = [f(x=n * x) for n in range(2 * CALLS)]
    for n, one in enumerate(found):
        assert list(one) == ["y", "z"]
        assert (one["y"] == 2 * n).all() and (one["z"] == 3 * n).all()


def test_another_taichi_repeats_nothing(monkeypatch):
    def absent(*_):
        raise AttributeError

    monkeypatch.setattr("tensorcalc.execution.blocks.launching.Launcher._prepare", absent)
    f = tc.function("y_i = x_i + 3").compile()
    for n in range(CALLS):
        assert (f(x=np.full(5, n + 0.0)) == n + 3).all()
    assert not any(replays(f))


def test_large_arrays_are_launched_as_ever():
    f, x = tc.function("y_i = x_i + 3").compile(), np.zeros((1 << 20) + 1, np.float32)
    for _ in range(CALLS):
        assert (f(x=x) == 3).all()
    assert not any(replays(f))


@on_cpu
@pytest.mark.parametrize(
    "text",
    [
        "y_ij = x_ik a_kj",
        "y_ij = x_ki a_jk + 1_i b_j",  # both the other way round, and a kernel after it
        "h_in = a_ik x_kn\ny_ij = h_in a_nj",  # a product is kept on the way
        "h_ik = relu(x_ik)\ny_ij = h_ik a_kj",  # a kernel before it
        "y_nij = z_nki z_nkj",
    ],
)
def test_products_are_repeated(text):
    f, rng = tc.function(text).compile(), np.random.default_rng(0)
    for _ in range(CALLS):
        given = {k: rng.normal(size=(3, 4, 4)[k != "z" :]) for k in f.inputs if k != "b"}
        given |= {k: rng.normal(size=4) for k in f.inputs if k == "b"}
        agree(by_name(f, f(**given)), reference(f.function, given), np.float64)
    assert any(replays(f))


@on_cpu
@pytest.mark.parametrize("text", ["y_ij = 2 x_ik a_kj", "y_ij = a_ik x_kn a_nj"])
def test_products_that_numpy_computes_otherwise_are_not(text):
    f, rng = tc.function(text).compile(), np.random.default_rng(0)
    for _ in range(CALLS):
        given = {k: rng.normal(size=(4, 4)) for k in f.inputs}
        agree(by_name(f, f(**given)), reference(f.function, given), np.float64)
    assert not any(replays(f))


@on_cpu
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8, np.uint64, ">i4", ">i8"])
def test_indices_of_any_width(dtype):
    f = tc.function("l_b = s_{b,T_b}").compile()
    for n in range(CALLS):
        s, T = np.arange(12.0).reshape(3, 4) + n, np.array([0, 3, n % 4]).astype(dtype)
        assert np.array_equal(f(s=s, T=T), s[[0, 1, 2], [0, 3, n % 4]])
    assert any(replays(f))
    for outside in (4, 200, -1, 2**32 + 1):
        if np.iinfo(dtype).min <= outside <= np.iinfo(dtype).max:
            with pytest.raises(tc.NotationError, match="outside 0 … 3"):
                f(s=s, T=np.array([0, outside, 0]).astype(dtype))


@on_cpu
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("behind", [0, 16])
def test_indices_that_only_a_delta_reads(dtype, behind):
    """No component is read at them, so nothing has to be inside: they are looked at in every call all the same."""
    rng = np.random.default_rng(0)
    count, loss = tc.function("y_p = delta_{p,T_n} 1_n"), tc.layers.cross_entropy.backward()
    compiled = count.compile(), loss.compile()
    for _ in range(2 * CALLS):
        T = moved(rng.integers(0, 5, 7).astype(dtype), behind)
        given = {"x": moved(rng.standard_normal((7, 5)), behind), "T": T, "dl_dl": 1.0}
        assert np.array_equal(compiled[0](T=T, sizes={"P": 5}), np.bincount(T, minlength=5))
        np.testing.assert_allclose(compiled[1](**given), loss(**given), rtol=1e-14, atol=1e-15)


@on_cpu
def test_a_launch_that_fails_is_told_anew():
    """What a context holds after half of its arguments were written is not taken for granted."""
    f, x, z = tc.function("y_i = x_i/c").compile(), moved(np.ones(16), 0), moved(np.full(16, 3.0), 0)
    for _ in range(CALLS):
        f(x=x, c=2.0)
    (replay,) = replays(f)
    (source, n, put, _), *_ = replay._numbers
    replay._numbers[:] = [(source, n, put, _broken)]
    with pytest.raises(ZeroDivisionError):
        f(x=z, c=4.0)
    replay._numbers[:] = [(source, n, put, float)]
    assert (f(x=z, c=4.0) == 0.75).all()


def _broken(_):
    raise ZeroDivisionError


def test_numbers_are_told_every_time():
    f, x = tc.function("y_i = x_i/c + d").compile(), np.ones(16)
    for c, d in [(2.0, 0.0), (4, 1), (np.float64(0.0), 0.0), (np.float64(-0.0), 0.0), (1.0, np.nan), (1.0, 2.0)] * 2:
        with np.errstate(divide="ignore"):
            assert np.array_equal(f(x=x, c=c, d=d), x / np.float64(c) + d, equal_nan=True)


class Subclass(np.ndarray):
    """An array whose type says nothing of its shape."""


@pytest.mark.parametrize("kind", [np.ndarray.tolist, lambda x: x.view(Subclass), lambda x: x[..., None][..., 0]])
def test_what_looks_alike_from_outside(kind):
    f = tc.function("y_i = 1_j x_ij").compile()
    for rows, columns in ((2, 3), (5, 7), (1, 2)) * 2:
        x = np.arange(float(rows * columns)).reshape(rows, columns)
        assert np.array_equal(f(x=kind(x)), x.sum(1))


def test_an_output_in_the_place_of_an_input():
    f = tc.function("y_i = 2 x_i + z_i").compile()
    for n in range(CALLS):
        x, z = np.full(37, 1.0 + n), np.full(37, 3.0)
        assert f(x=x, z=z, out=x) is x
        assert (x == 2.0 * (1 + n) + 3).all()
        with pytest.raises(ValueError, match="shares memory with x"):
            f(x=x[:-1], z=z[:-1], out=x[1:])


def test_outputs_in_one_place():
    f = tc.function("y_i = 2 x_i\nz_i = 3 x_i", outputs=("y", "z")).compile()
    x, buffer = np.ones(8), np.empty(12)
    for _ in range(CALLS):
        f(x=x, out={"y": np.empty(8), "z": np.empty(8)})
        with pytest.raises(ValueError, match="shares memory"):
            f(x=x, out={"y": buffer[:8], "z": buffer[4:]})


def test_arrays_that_were_changed_meanwhile():
    f, out = tc.function("y_i = 1_j x_ij").compile(), np.empty(4)
    x = np.arange(12.0).reshape(4, 3)
    for _ in range(CALLS):
        assert f(x=x, out=out).tolist() == [3, 12, 21, 30]
    x.shape = 3, 4
    assert f(x=x).tolist() == [6, 22, 38]
    with pytest.raises(tc.NotationError, match="out has shape"):
        f(x=x, out=out)
    x.shape = 4, 3
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        f(x=x, out=out)
    x.dtype = np.int64
    assert f(x=x).dtype == np.float64


def test_an_index_outside_after_others():
    f = tc.function("l_b = s_{b,T_b}").compile()
    s, T = np.arange(12.0).reshape(3, 4), np.array([0, 3, 1], np.int32)
    for _ in range(CALLS):
        assert f(s=s, T=T).tolist() == [0, 7, 9]
    T[1] = 4
    with pytest.raises(tc.NotationError, match="outside 0 … 3"):
        f(s=s, T=T)


def test_threads_share_what_is_kept_between_calls():
    """The sums over rows pass through memory that belongs to the function."""
    f = tc.function("y_j = 1_i x_ij").compile()
    wrong = []

    def work(n):
        x = np.full((64, 48), float(n))
        wrong.extend(n for _ in range(200) if not (f(x=x) == 64 * n).all())

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
