"""`python -m benchmarks.starts`: how long a first result takes, in fresh processes: imports, first calls, compilations.

The first calls are timed from the start of the process, with what Taichi has kept on disk of an earlier one. The
compilations are timed after the imports, with nothing kept: from the function to its source, and from there to the
result of the first call.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROCESSES = 5
FIRST = {
    "import tensorcalc": "import tensorcalc",
    "a kernel of plain loops": "import numpy, tensorcalc as tc\ntc.kernels.sigmoid_forward(numpy.zeros(1000, 'f4'))",
    "a compiled function": "import numpy, tensorcalc as tc\ntc.layers.sigmoid.compile()(x=numpy.zeros(1000, 'f4'))",
}
COMPILED = ("chain", "sigmoid", "layer_norm", "layer_norm_backward", "softmax", "cross_entropy_backward", "adam")


def compilation(name: str) -> tuple[float, float]:
    """Milliseconds from a case's function to its source, and to the result of its first call."""
    import tensorcalc as tc

    from .cases import CASES

    tc.backend()
    tc.function("y_i = x_i").compile()
    case, arguments = CASES[name], CASES[name].arguments()
    start = time.perf_counter()
    compiled = case.make().compile()
    assert compiled.vector_source
    made = time.perf_counter()
    compiled(**arguments)
    return 1e3 * (made - start), 1e3 * (time.perf_counter() - made)


def process(*arguments: str, **environment: str) -> tuple[float, str]:
    """Milliseconds from start to end of a Python process, and what it prints."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return 1e3 * (time.perf_counter() - start), done.stdout


def first(code: str) -> float:
    """The least of several processes, after one that fills the cache: whatever else the machine does only adds."""
    return min([process("-c", code)[0] for _ in range(1 + PROCESSES)][1:])


def cold(name: str) -> tuple[float, ...]:
    """The least of several processes, each with an empty cache."""
    found = []
    for _ in range(PROCESSES):
        with tempfile.TemporaryDirectory() as cache:
            _, told = process("-m", "benchmarks.starts", name, XDG_CACHE_HOME=cache)
        found.append(tuple(map(float, told.split())))
    return tuple(map(min, zip(*found, strict=True)))


def main() -> None:
    os.chdir(Path(__file__).parents[1])
    for told, code in {"python": "", **FIRST}.items():
        print(f"{told:40} {first(code):8.0f} ms", flush=True)
    for name in COMPILED:
        made, called = cold(name)
        print(f"{name:24} derive, generate {made:6.0f} ms   compile, run {called:6.0f} ms", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(*compilation(sys.argv[1]))
    else:
        main()
