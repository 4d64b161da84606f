"""Timing two calls against one another, the memory's bandwidth beside them, and what the numbers were measured on."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any

import numpy as np

from tensorcalc.execution.blocks import Lanes, Written, chunks, empty, load, parallel, store, vector_loops

ROUNDS = 21
BLOCK_SECONDS = 0.004
PAUSE = 0.15  # seconds: the threads of OpenBLAS wait a tenth for its next call, and take a processor from the other
UNCACHED_BYTES = 1 << 27


class Clock:
    """Milliseconds a call: of time, or of the process's own time on a processor."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now

    def block(self, f: Callable[[], object], count: int = 1) -> float:
        start = self.now()
        for _ in range(count):
            f()
        return (self.now() - start) / count * 1e3

    def alone(self, f: Callable[[], object], count: int = 1) -> float:
        """A block after a pause and a first call, in which threads go to sleep and awake."""
        time.sleep(PAUSE)
        f()
        return self.block(f, count)

    def duel(self, ours: Callable[[], object], theirs: Callable[[], object]) -> dict[str, Any]:
        """Alternate short blocks of calls, so that what slows the machine slows both; times, and their ratio."""
        counts = [self._calls_in_a_block(ours), self._calls_in_a_block(theirs)]
        rounds = [(self.alone(ours, counts[0]), self.alone(theirs, counts[1])) for _ in range(ROUNDS)]
        mine, other = zip(*rounds, strict=True)
        ratios = sorted(a / b for a, b in rounds)
        return {
            "ours_ms": {"min": min(mine), "median": statistics.median(mine)},
            "theirs_ms": {"min": min(other), "median": statistics.median(other)},
            "ratio": {
                "min": min(mine) / min(other),  # of the fastest block of each: what others at work disturb least
                "low": ratios[ROUNDS // 4],
                "median": statistics.median(ratios),
                "high": ratios[-1 - ROUNDS // 4],
            },
        }

    def _calls_in_a_block(self, f: Callable[[], object]) -> int:
        f()  # compiles
        f()
        return max(1, round(BLOCK_SECONDS / max(self.block(f) / 1e3, 1e-7)))

    def bandwidth(self, nbytes: int) -> float:
        """Bytes a second of z = x + y/2 over arrays of `nbytes` in all, or of more than caches hold."""
        x, y, z = (empty(max(nbytes, UNCACHED_BYTES) // 12 // 16 * 16) for _ in range(3))
        x[:], y[:], z[:] = 1, 1, 0
        triad(x, y, z)
        return 12 * len(x) / min(self.block(lambda: triad(x, y, z)) / 1e3 for _ in range(ROUNDS))

    def peak(self) -> float:
        """Flop a second of a product of matrices that stay in the cache: the most that this process computes."""
        a = np.random.default_rng(0).standard_normal((768, 768), np.float32)
        out = np.empty_like(a)
        np.matmul(a, a, out=out)
        return 2 * 768**3 / min(self.block(lambda: np.matmul(a, a, out=out)) / 1e3 for _ in range(ROUNDS))


@vector_loops
def triad(x: Lanes, y: Lanes, z: Written):
    parallel()
    for i in range(chunks(x)):
        store(load(x, i) + 0.5 * load(y, i), z, i)


def machine() -> dict[str, Any]:
    """What the numbers belong to."""
    import tensorcalc as tc

    packages = ("numpy", "taichi", "torch", "jax", "numba")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "backend": tc.backend(),
        "packages": {name: version for name in packages if (version := installed(name))},
    }


def load_average() -> float | None:
    """Processes that wanted to run in the last minute: others at work make the ratios vary."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def installed(package: str) -> str | None:
    """The version of a package, None where it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
