"""Equal inputs give equal bits: from run to run, and whatever the number of threads."""

import numpy as np
import pytest

import tensorcalc as tc

DIGEST = """
import hashlib, numpy as np, tensorcalc as tc
random, digest = np.random.default_rng(0).standard_normal, hashlib.sha256()
for dtype in (np.float32, np.float64):
    x, gamma, dy = random((1999, 67)).astype(dtype), random(67).astype(dtype), random((1999, 67)).astype(dtype)
    y, cache = tc.kernels.layer_norm_forward(x, gamma, gamma)
    p, product = tc.kernels.matmul_forward(x, y[:67, :13])
    for result in (y, *tc.kernels.layer_norm_backward(dy, cache), p, *tc.kernels.matmul_backward(p, product)):
        digest.update(result.tobytes())
print(digest.hexdigest())
"""


@pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")
def test_any_number_of_threads(python):
    digests = {python(DIGEST, TI_CPU_MAX_NUM_THREADS=str(n), TENSORCALC_ARCH="cpu").stdout for n in (1, 2, 3, 7)}
    assert len(digests) == 1
    assert len(digests.pop()) == 65


def test_again():
    random = np.random.default_rng(0).standard_normal
    x, gamma, dy = random((701, 5)), random(5), random((701, 5))
    _, cache = tc.kernels.layer_norm_forward(x, gamma, gamma)
    first = tc.kernels.layer_norm_backward(dy, cache)
    for _ in range(20):
        for a, b in zip(first, tc.kernels.layer_norm_backward(dy, cache), strict=True):
            assert np.array_equal(a, b)
