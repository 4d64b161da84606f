"""Timing two functions against one another, and what the numbers were measured on."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib import metadata

ROUNDS = 15
BLOCK_SECONDS = 0.01


def duel(ours: Callable[[], object], theirs: Callable[[], object]) -> dict:
    """Alternate blocks of calls, so that a machine that slows down slows both; milliseconds a call, and their ratio."""
    counts = [_calls_in_a_block(ours), _calls_in_a_block(theirs)]
    rounds = [(_block(ours, counts[0]), _block(theirs, counts[1])) for _ in range(ROUNDS)]
    mine, other = zip(*rounds, strict=True)
    ratios = sorted(a / b for a, b in rounds)
    return {
        "ours_ms": {"min": min(mine), "median": statistics.median(mine)},
        "theirs_ms": {"min": min(other), "median": statistics.median(other)},
        "ratio": {"low": ratios[ROUNDS // 4], "median": statistics.median(ratios), "high": ratios[-1 - ROUNDS // 4]},
    }


def machine() -> dict:
    """What the numbers belong to."""
    import tensorcalc as tc

    packages = ("numpy", "taichi", "torch", "jax", "numba")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,  # others at work make the ratios vary
        "python": platform.python_version(),
        "backend": tc.backend(),
        "packages": {name: version for name in packages if (version := installed(name))},
    }


def installed(package: str) -> str | None:
    """The version of a package, None where it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _calls_in_a_block(f: Callable[[], object]) -> int:
    f()  # compiles
    f()
    return max(1, round(BLOCK_SECONDS / (_block(f, 1) / 1e3)))


def _block(f: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        f()
    return (time.perf_counter() - start) / count * 1e3


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
