"""Random numbers that are functions of a key and a place, and the masks made of them."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc import kernels

from .layer_cases import threefry


@pytest.mark.parametrize(
    ("words", "expected"),  # the known answers that the authors of Threefry publish
    [
        ((0, 0, 0, 0), (0x6B200159, 0x99BA4EFE)),
        ((2**32 - 1,) * 4, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344, 0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers(words, expected):
    assert threefry(*words) == expected


@pytest.mark.parametrize(("key", "stream"), [(0, 0), (7, 1), (2**63 + 5, 2**32 - 1), (-1, 3)])
def test_bits(key, stream):
    """The definition in unlimited integers, Taichi and NumPy agree on every bit."""
    bits = kernels.random_bits(50, key, stream)
    low, high = key & 2**32 - 1, key >> 32 & 2**32 - 1
    assert bits.view(np.uint32).tolist() == [threefry(low, high, i, stream)[0] for i in range(50)]
    before = tc.backend()
    tc.use("numpy")
    try:
        assert np.array_equal(bits, kernels.random_bits(50, key, stream))
    finally:
        tc.use(before)


def test_loops_in_plain_python():
    """What a reader sees computes the same where Python runs it."""
    before = tc.backend()
    tc.use("numpy")
    try:
        bits = np.empty(5, np.int32)
        key = np.array([7, 0, 7 ^ 0x1BD11BDA], np.int32)
        kernels.threefry_loops(key, np.array([13, 15, 26, 6, 17, 29, 16, 24], np.int32), np.zeros(1, np.int32), bits)
    finally:
        tc.use(before)
    assert np.array_equal(bits, kernels.random_bits(5, 7))


def test_rate():
    """A share of 0.3 in 10⁵ independent elements lies within 5 standard deviations, 0.0072."""
    _, cache = kernels.dropout_forward(np.ones(100_000, np.float32), p=0.3, key=11)
    assert abs(1 - cache.keep.mean() - 0.3) < 0.0072


def test_masks_of_other_keys_and_streams():
    ones = np.ones(10_000, np.float32)
    masks = [kernels.dropout_forward(ones, key=k, stream=s)[1].keep for k, s in [(1, 0), (2, 0), (1, 1)]]
    for a, b in [(0, 1), (0, 2), (1, 2)]:
        assert abs(np.corrcoef(masks[a], masks[b])[0, 1]) < 0.05


def test_the_mask_does_not_depend_on_the_precision():
    single, double = (kernels.dropout_forward(np.ones(5000, t), p=1 / 3, key=5)[1].keep for t in (np.float32, float))
    assert np.array_equal(single, double)


def test_conventions():
    x = np.arange(1.0, 9.0)
    inverted, cache = kernels.dropout_forward(x, p=0.2, key=2)
    older, _ = kernels.dropout_forward(x, p=0.2, key=2, inverted=False)
    assert np.allclose(inverted, cache.keep * x / 0.8)
    assert np.allclose(older, cache.keep * x)
    assert np.array_equal(kernels.dropout_forward(x, p=0.2, training=False)[0], x)
    assert np.allclose(kernels.dropout_forward(x, p=0.2, training=False, inverted=False)[0], 0.8 * x)


def test_all_and_nothing():
    x = np.arange(1.0, 9.0)
    assert not kernels.dropout_forward(x, p=1.0)[0].any()
    assert np.array_equal(kernels.dropout_forward(x, p=0.0)[0], x)
    with pytest.raises(ValueError, match=r"p is 1\.5; the probability"):
        kernels.dropout_forward(x, p=1.5)
