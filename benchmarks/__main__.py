"""`python -m benchmarks`: each operation against each rival that is installed, as a table and as results.json.

Each pair runs in a process of its own, since these runtimes disturb one another. Before anything is timed, both are
compared with the formula in float64.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from .operations import OPERATIONS, RIVALS, SIZES, inputs, numpy, ours
from .timing import duel, installed, machine

RESULTS = Path(__file__).parent / "results.json"
TOLERANCE = 1e-4  # relative to the largest element, in float32


def main() -> None:
    rows = []
    print(f"{'operation':20} {'rival':6} {'ours min/med ms':>17} {'rival min/med ms':>17}  ours ÷ rival (quartiles)")
    for operation in OPERATIONS:
        for rival in filter(installed, RIVALS):
            row = _in_its_own_process(operation, rival)
            if row:
                rows.append(row)
                print(_line(row), flush=True)
    RESULTS.write_text(
        json.dumps({"machine": machine(), "sizes": SIZES, "duels": rows}, indent=1) + "\n", encoding="utf-8"
    )
    print(f"float32; {machine()}")


def _in_its_own_process(operation: str, rival: str) -> dict:
    command = [sys.executable, "-m", "benchmarks", operation, rival]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"{operation} against {rival}:\n{answer.stderr}")
    return json.loads(answer.stdout)


def one(operation: str, rival: str) -> dict:
    """Check both, then time both; nothing where the rival has no such operation."""
    given = inputs(operation)
    mine, other = ours(operation, given), RIVALS[rival](operation, given)
    if other is None:
        return {}
    exact = numpy(operation, inputs(operation, np.float64))()
    errors = {"ours_error": _error(mine(), exact), "rival_error": _error(other(), exact)}
    if max(errors.values()) > TOLERANCE:
        raise SystemExit(f"not the same function: {errors}")
    return {"operation": operation, "rival": rival, **errors, **duel(mine, other)}


def _error(results, exact) -> float:
    """The largest difference in any result, relative to the largest element of that result."""
    pairs = zip(*(r if isinstance(r, (tuple, list)) else (r,) for r in (results, exact)), strict=True)
    return max(float(np.abs(np.asarray(a) - b).max() / np.abs(b).max()) for a, b in pairs)


def _line(row: dict) -> str:
    times = [f"{row[who]['min']:.3g} / {row[who]['median']:.3g}" for who in ("ours_ms", "theirs_ms")]
    ratio = row["ratio"]
    spread = f"{ratio['median']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})"
    return f"{row['operation']:20} {row['rival']:6} {times[0]:>17} {times[1]:>17}  {spread}"


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(one(*sys.argv[1:])))
    else:
        main()
