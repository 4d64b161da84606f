"""Equal inputs give equal bits: from run to run, and whatever the number of threads."""

import numpy as np
import pytest

import tensorcalc as tc

DIGEST = """
import hashlib, numpy as np, tensorcalc as tc
tc.kernels.arrays.BLAS_ABOVE = 2**40  # threads of Taichi are what is asked for
random, digest = np.random.default_rng(0), hashlib.sha256()
classes, ids = random.integers(0, 67, 1999), random.integers(0, 40, 5000)
cases = [  # shapes of arguments, or arguments
    ("layer_norm", (1999, 67), (67,), (67,)),
    ("matmul", (1999, 67), (67, 13)),
    ("linear", (1999, 67), (13, 67), (13,)),
    ("rms_norm", (1999, 67), (67,)),
    ("batch_norm", (1999, 67), (67,), (67,)),
    ("group_norm", (601, 5, 12), (12,), (12,), 3),
    ("softmax", (1999, 67)),
    ("cross_entropy", (1999, 67), classes),
    ("mse", (1999, 67), (1999, 67)),
    ("embedding", (40, 13), ids),
    ("conv1d", (5, 4, 301), (6, 4, 5), (6,)),
    ("conv2d", (5, 4, 31, 29), (6, 4, 3, 3), (6,)),
    ("attention", (3, 301, 8), (3, 257, 8), (3, 257, 8)),
    ("dropout", (1999, 67)),
]
for name, *given in cases:
    arrays = [random.standard_normal(x).astype(np.float32) if isinstance(x, tuple) else x for x in given]
    y, cache = getattr(tc.kernels, name + "_forward")(*arrays)
    dy = random.standard_normal(y.shape).astype(np.float32)
    gradients = getattr(tc.kernels, name + "_backward")(dy, cache)
    for result in (y, *(gradients if isinstance(gradients, tuple) else (gradients,))):
        digest.update(result.tobytes())
x, a = (random.standard_normal((n, 131)).astype(np.float32) for n in (1999, 67))
digest.update(tc.kernels.matmul_blocked(x, a.T).tobytes())
print(digest.hexdigest())
"""


@pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")
def test_any_number_of_threads(python):
    digests = {python(DIGEST, TI_CPU_MAX_NUM_THREADS=str(n), TENSORCALC_ARCH="cpu").stdout for n in (1, 2, 7)}
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
