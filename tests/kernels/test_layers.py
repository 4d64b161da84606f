"""Every layer against its formula and against PyTorch: values, gradients, strides, results in place."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime

from .layer_cases import CASES, floating, upstream

EACH = pytest.mark.parametrize("case", CASES, ids=str)
FIRST = pytest.mark.parametrize("case", list({case.name: case for case in CASES[::-1]}.values())[::-1], ids=str)


def close(a, b, tolerance):
    return np.allclose(a, b, rtol=tolerance, atol=tolerance * np.abs(b).max(initial=1))


@EACH
def test_values(case):
    given = case.arguments()
    y, _ = case.forward(*given)
    expected = case.formula(*given)
    assert y.shape == np.shape(expected)
    assert y.dtype == np.float64
    assert close(y, expected, 1e-13)


@EACH
def test_gradients_by_differences(case):
    report = tc.gradcheck((case.forward, case.backward), case.arguments(), rtol=1e-7, atol=1e-8)
    assert report, str(report)


@EACH
def test_adjoint(case):
    """<v, J u> = <Jᵀ v, u> to the last digits, with J u from the formula in complex numbers."""
    given, tiny = case.arguments(), 1e-40
    places, random = floating(given), np.random.default_rng(3)
    u = {k: random.standard_normal(given[k].shape) for k in places}
    moved = [x + 1j * tiny * u[k] if k in u else x for k, x in enumerate(given)]
    tangent = np.imag(case.formula(*moved)) / tiny
    v = upstream(tangent)
    pulled = case.gradients(given, v)
    right = sum(np.vdot(gradient, u[k]) for gradient, k in zip(pulled, places, strict=True))
    scale = np.linalg.norm(v) * np.linalg.norm(tangent)
    assert abs(np.vdot(v, tangent) - right) <= 1e-12 * scale


@EACH
def test_the_same_on_numpy(case):
    if not runtime.compiles(np.dtype(np.float64)):
        pytest.skip("nothing is compiled in float64 here") if tc.backend() != "numpy" else None
    given = case.arguments(seed=4)
    y, _ = case.forward(*given)
    gradients = case.gradients(given, upstream(y))
    before = tc.backend()
    tc.use("numpy")
    try:
        again, _ = case.forward(*given)
        pairs = [(y, again), *zip(gradients, case.gradients(given, upstream(y)), strict=True)]
    finally:
        tc.use(before)
    for a, b in pairs:
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        assert close(a, b, 1e-12)


@FIRST
def test_single_precision(case):
    given = case.arguments(np.float32)
    y, _ = case.forward(*given)
    exact = [x.astype(np.float64) if k in floating(given) else x for k, x in enumerate(given)]
    assert y.dtype == np.float32
    assert close(y, case.formula(*exact), 2e-6)
    dy = upstream(y)
    for mine, expected in zip(case.gradients(given, dy), case.gradients(exact, dy.astype(np.float64)), strict=True):
        assert mine.dtype == np.float32
        assert close(mine, expected, 2e-5)


@FIRST
def test_strides(case):
    given = case.arguments()
    laid = list(given)
    for k in floating(given):
        laid[k] = np.repeat(np.asfortranarray(given[k]), 2, axis=-1)[..., ::2]
        laid[k].flags.writeable = False
    y, _ = case.forward(*given)
    assert close(case.forward(*laid)[0], y, 1e-13)
    for a, b in zip(case.gradients(laid, upstream(y)), case.gradients(given, upstream(y)), strict=True):
        assert close(a, b, 1e-13)


@EACH
def test_out(case):
    given = case.arguments()
    y, _ = case.forward(*given)
    for place in (np.full_like(y, 7), np.full((*y.shape, 2), 7.0)[..., 0]):  # contiguous, and not
        found, cache = case.forward(*given, out=place)
        assert found is place
        assert np.array_equal(place, y)
    gradients = case.gradients(given, upstream(y))
    places = tuple(np.full_like(g, 7) for g in gradients)
    out = places if len(places) > 1 else places[0]
    found = case.backward(upstream(y), cache, out=out)
    assert all(a is b for a, b in zip(found if isinstance(found, tuple) else (found,), places, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(places, gradients, strict=True))


@FIRST
def test_accumulation(case):
    """Gradients are added to what is there, the second time as the first."""
    given = case.arguments()
    y, cache = case.forward(*given)
    gradients = case.gradients(given, upstream(y))
    places = tuple(np.full_like(g, 3) for g in gradients)
    for _ in range(2):
        case.backward(upstream(y), cache, out=places if len(places) > 1 else places[0], accumulate=True)
    assert all(close(a, 3 + 2 * b, 1e-14) for a, b in zip(places, gradients, strict=True))
    with pytest.raises(ValueError, match="hand them in as out="):
        case.backward(upstream(y), cache, accumulate=True)


@FIRST
def test_wrong_places(case):
    given = case.arguments()
    y, cache = case.forward(*given)
    with pytest.raises(ValueError, match=r"out"):
        case.forward(*given, out=np.empty((*y.shape, 1)))
    with pytest.raises(ValueError, match=r"out"):
        case.forward(*given, out=np.empty(y.shape, np.float32))
    with pytest.raises(ValueError, match=r"has shape \(2, 9, 9\); the upstream gradient has the shape of"):
        case.backward(np.ones((2, 9, 9)), cache)


@FIRST
def test_the_same_bits_again(case):
    given = case.arguments(seed=5)
    y, _ = case.forward(*given)
    first = (y, *case.gradients(given, upstream(y)))
    for _ in range(20):
        again = (case.forward(*given)[0], *case.gradients(given, upstream(y)))
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize("case", [case for case in CASES if case.name in ("linear", "conv1d", "conv2d")], ids=str)
def test_a_first_layer_needs_no_gradient_by_x(case):
    given = case.arguments()
    y, _ = case.forward(*given)
    _, *expected = case.gradients(given, upstream(y))
    nothing, *found = case.gradients(given, upstream(y), needs_dx=False)
    assert nothing is None
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    places = (None, *(np.full_like(g, 2) for g in expected))
    case.gradients(given, upstream(y), needs_dx=False, out=places, accumulate=True)
    assert all(close(a, 2 + b, 1e-14) for a, b in zip(places[1:], expected, strict=True))


@EACH
def test_pytorch(torch, case):
    given = case.arguments(seed=6)
    leaves = [torch.tensor(x, requires_grad=True) if k in floating(given) else x for k, x in enumerate(given)]
    theirs = case.torch(torch.nn.functional, torch, *leaves)
    y, _ = case.forward(*given)
    dy = upstream(y)
    theirs.backward(torch.tensor(dy).reshape(theirs.shape))
    assert close(y.ravel(), theirs.detach().numpy().ravel(), 1e-12)
    for k, gradient in zip(floating(given), case.gradients(given, dy), strict=True):
        assert close(gradient, leaves[k].grad.numpy(), 1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if case.name != "einsum"], ids=str)
def test_loops_in_plain_python(case, monkeypatch):
    """The loops that a page shows compute the same where Python itself runs them."""
    given = case.arguments(seed=7)
    y, _ = case.forward(*given)
    gradients = case.gradients(given, upstream(y))
    monkeypatch.setattr("tensorcalc.kernels.arrays.compiled", lambda *arrays: True)
    before = tc.backend()
    tc.use("numpy")
    try:
        again, _ = case.forward(*given)
        pairs = [(y, again), *zip(gradients, case.gradients(given, upstream(y)), strict=True)]
    finally:
        tc.use(before)
    assert all(close(a, b, 1e-12) for a, b in pairs)


@FIRST
def test_types(case):
    given = case.arguments()
    half = [x.astype(np.float16) if k in floating(given) else x for k, x in enumerate(given)]
    with pytest.raises(TypeError, match="is float16: kernels compute in float32 and float64, so convert it first"):
        case.forward(*half)
    lists = [x.tolist() if k in floating(given) else x for k, x in enumerate(given)]
    assert np.array_equal(case.forward(*lists)[0], case.forward(*given)[0])
