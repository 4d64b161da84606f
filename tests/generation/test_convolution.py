"""Convolution and both of its gradients against PyTorch: stride, padding, dilation and groups."""

import random
from itertools import product

import numpy as np
import pytest

import tensorcalc as tc
from tests.fuzz.budget import FULL

EVERY = list(product((1, 2, 3), (0, 1, 2), (1, 2), (1, 2), (1, 3)))  # stride, padding, dilation, groups, kernel
CONFIGURATIONS = random.Random(0).sample([one for one in EVERY if one[4] > 1 or one[2] == 1], 40)


def affine(stride: int, letter: str, dilation: int, other: str, padding: int) -> str:
    first, second = ("" if n == 1 else n for n in (stride, dilation))
    return f"{first}{letter}+{second}{other}" + (f"-{padding}" if padding else "")


def convolution(stride: int, padding: int, dilation: int) -> tc.Function:
    """The formula, with the channels of each group on an axis of their own."""
    rows, columns = affine(stride, "p", dilation, "i", padding), affine(stride, "q", dilation, "j", padding)
    return tc.function(f"y_{{n,g,o,p,q}} = x_{{n,g,c,{rows},{columns}}} w_{{g,o,c,i,j}}")


@pytest.mark.parametrize("which", CONFIGURATIONS if FULL else CONFIGURATIONS[:4], ids=str)
def test_convolution(torch, which):
    stride, padding, dilation, groups, kernel = which
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 2 * groups, 7, 8)), rng.normal(size=(3 * groups, 2, kernel, kernel))
    leaves = [torch.tensor(one, requires_grad=True) for one in (x, w)]
    theirs = torch.nn.functional.conv2d(*leaves, None, stride, padding, dilation, groups)
    dl_dy = rng.normal(size=theirs.shape)
    theirs.backward(torch.tensor(dl_dy))

    f = convolution(stride, padding, dilation)
    given = {"x": x.reshape(2, groups, 2, 7, 8), "w": w.reshape(groups, 3, 2, kernel, kernel)}
    upstream = dl_dy.reshape(2, groups, 3, *dl_dy.shape[2:])
    y = f.compile()(**given, sizes={"P": upstream.shape[3], "Q": upstream.shape[4]})
    gradients = f.backward().compile()(**given, dl_dy=upstream)
    for mine, other in (
        (y, theirs.detach()),
        (gradients["dl_dx"], leaves[0].grad),
        (gradients["dl_dw"], leaves[1].grad),
    ):
        assert np.allclose(mine.ravel(), other.numpy().ravel(), rtol=1e-10, atol=1e-10)


# ---------------------------------------------------------------- blocks of vectors in place of loops

FORMULAS = [  # statement, sizes of the arrays, sizes that no array shows
    ("y_nkp = x_{n,c,p+r-1} w_kcr + 1_np b_k", {"x": (5, 4, 13), "w": (7, 4, 3), "b": (7,)}, {"P": 13}),
    ("y_nkpq = x_{n,c,p+r,q+s} w_kcrs", {"x": (3, 4, 5, 6), "w": (8, 4, 1, 1)}, {}),
    ("y_nkpq = x_{n,c,p+r,q+s} w_kcrs", {"x": (3, 4, 5, 7), "w": (8, 4, 5, 7)}, {}),
    ("y_nkpq = x_{n,c,2p+r-1,2q+s-1} w_kcrs", {"x": (4, 5, 11, 17), "w": (8, 5, 3, 3)}, {"P": 6, "Q": 9}),
    ("y_nkpq = x_{n,c,p+2r-3,3q+s} w_kcrs", {"x": (4, 5, 11, 31), "w": (5, 5, 3, 2)}, {"P": 13, "Q": 10}),
    ("y_ngkp = x_{n,g,c,p+r-1} w_gkcr + 1_np b_gk", {"x": (3, 2, 4, 19), "w": (2, 5, 4, 2), "b": (2, 5)}, {"P": 19}),
    ("y_pkn = x_{p+r,c,n} w_crk", {"x": (23, 3, 4), "w": (3, 4, 16)}, {}),
    ("y_nkp = x_{n,c,p-r+2} w_kcr", {"x": (4, 4, 11), "w": (4, 4, 3)}, {"P": 11}),
    ("y_kp = x_{p+r} w_kr", {"x": (97,), "w": (8, 5)}, {}),
    ("y_np = x_{n,p+r} w_r + 1_np b", {"x": (9, 31), "w": (4,), "b": ()}, {}),
    ("y_nmkp = x_{n,m,c,d,p+r-1} w_kcdr", {"x": (3, 2, 2, 3, 11), "w": (5, 2, 3, 3)}, {"P": 11}),
]


@pytest.fixture
def blocks(monkeypatch):
    """Blocks of vectors take over at any size; what they say is noted."""
    places = pytest.importorskip("tensorcalc.kernels.convolution_places")
    if tc.backend() != "cpu":
        pytest.skip("blocks of vectors are for the CPU")
    said, whole = [], places.place_by_place
    monkeypatch.setattr("tensorcalc.kernels.arrays.BLAS_ABOVE", 0)
    monkeypatch.setattr("tensorcalc.kernels.convolution_blocks.LEAST", 1)
    monkeypatch.setattr(places, "place_by_place", lambda *given: said.append(whole(*given)) or said[-1])
    return said


@pytest.mark.parametrize(
    ("text", "shapes", "sizes"), FORMULAS, ids=[f"{n}: {one[0]}" for n, one in enumerate(FORMULAS)]
)
def test_blocks(blocks, text, shapes, sizes):
    random = np.random.default_rng(0).standard_normal
    f = tc.function(text)
    given = {name: np.asarray(random(shape)) for name, shape in shapes.items()}
    compiled = f.compile()
    y = compiled(**given, sizes=sizes)
    assert "convolved(" in compiled.vector_source
    assert "convolved(" not in compiled.source
    assert any(blocks)
    expected = f(**given, sizes=sizes)
    assert np.allclose(y, expected, rtol=1e-12, atol=1e-12)
    backward, given["dl_dy"] = f.backward(), random(y.shape)
    given = {name: given[name] for name in backward.inputs}
    gradients = backward.compile()(**given)
    for name, gradient in backward(**given).items():
        assert np.allclose(gradients[name], gradient, rtol=1e-12, atol=1e-12), name


def test_one_long_row(blocks, monkeypatch):
    """One channel fills no vector, and there is no room for all that the positions see: loops compute it."""
    monkeypatch.setattr("tensorcalc.kernels.convolution_blocks.LEAST", 4)
    random = np.random.default_rng(0).standard_normal
    f = tc.function("y_p = x_{p+r} w_r")
    given = {"x": random(4001), "w": random(3)}
    assert np.allclose(f.compile()(**given), f(**given), rtol=1e-12, atol=1e-12)
    assert blocks == [False]


def test_every_call_reads_the_kernel_anew(blocks):
    random = np.random.default_rng(0).standard_normal
    f = tc.function("y_nkp = x_{n,c,p+r-1} w_kcr")
    compiled, x, sizes = f.compile(), random((5, 4, 13)), {"P": 13}
    for _ in range(4):
        w = random((7, 4, 3))
        assert np.allclose(compiled(x=x, w=w, sizes=sizes), f(x=x, w=w, sizes=sizes), rtol=1e-12, atol=1e-12)
    assert blocks == [True] * 4  # launches of an earlier call would not do


@pytest.mark.parametrize(
    "text",
    [
        "y_np = x_{n,n,p+r} w_r",
        "y_p = x_{p+r} w_r^2",
        "y_p = x_{p+r+s} w_rs",
        "y_p = x_{p+r} w_rp",
        "y_np = x_{n,p+r} exp(w_r)",
        "y_kp = x_{c,p+r} w_kr 1_c",
        "y_nkp = x_{n,c,p+r} w_kcr + 1_k b_np",
        "y_nkpq = x_{n,q+s,p+r} w_krs",
    ],
)
def test_what_is_no_convolution(text):
    assert "convolved(" not in tc.function(text).compile().vector_source


LAYER = ("z_nkp = x_{n,c,p+r-1} w_kcr + 1_np b_k", "y_nkp = relu(z_nkp)")


@pytest.mark.parametrize(("text", "forward", "backward"), [(LAYER, 1, 3), (("y_nkp = tanh(x_{n,c,p+r} w_kcr)",), 1, 1)])
def test_convolutions_within_functions(blocks, text, forward, backward):
    """What slides is in memory, so that each sum stands alone, and no sum is computed twice."""
    random = np.random.default_rng(0).standard_normal
    f = tc.function("\n".join(text))
    given = {name: random({"x": (5, 4, 13), "w": (7, 4, 3), "b": (7,)}[name]) for name in f.inputs}
    for one, count in ((f, forward), (f.backward(), backward)):
        compiled, sizes = one.compile(), {"P": 13 if "b" in given else 11}
        assert compiled.vector_source.count("if not convolved(") == count
        found, expected = compiled(**given, sizes=sizes), one(**given, sizes=sizes)
        found, expected = ({"y": a} if isinstance(a, np.ndarray) else a for a in (found, expected))
        assert all(np.allclose(found[name], expected[name], rtol=1e-11, atol=1e-11) for name in expected)
        given["dl_dy"] = found.get("y")
    assert any(blocks)
