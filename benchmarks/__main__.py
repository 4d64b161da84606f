"""`python -m benchmarks`: each case against each rival that is installed, as a table and as results.json.

Each pair runs in a process of its own, since these runtimes disturb one another. Before anything is timed, both are
compared with the function in float64.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np

from .results import FILE, line, read, table

TOLERANCE = 1e-4  # relative to the largest element, in float32
OWN = ("naive", "two-pass", "recomputed")
PACKAGES = {"torch out=": "torch", "torch.compile": "torch"} | dict.fromkeys(OWN, "taichi")


def main() -> None:
    asked = _arguments()
    if asked.show:
        print(table(read()))
    elif asked.pair:
        print(json.dumps(one(asked.cases[0], asked.pair, asked.large, bool(asked.threads))))
    else:
        run(asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("cases", nargs="*", help="beginnings of names of cases; all by default")
    parser.add_argument("--against", nargs="*", help="rivals; all that are installed by default")
    parser.add_argument("--large", action="store_true", help="sizes that need some GiB and minutes")
    parser.add_argument("--threads", type=int, choices=[1], help="one thread for everyone")
    parser.add_argument("--show", action="store_true", help="print the stored results and run nothing")
    parser.add_argument("--pair", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.threads and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before any runtime counts the cores
    return asked


def run(asked: argparse.Namespace) -> None:
    """Run the pairs that were asked for, and put them in the place of what was stored of them."""
    from .cases import CASES
    from .rivals import RIVALS
    from .timing import installed, machine

    threads = asked.threads or "all"
    names = [name for name in CASES if not asked.cases or name.startswith(tuple(asked.cases))]
    names = [name for name in names if CASES[name].large or not asked.large]
    rivals = [name for name in asked.against or RIVALS if installed(PACKAGES.get(name, name))]
    kept = read() if FILE.exists() else {"duels": []}
    for name in names:
        for rival in rivals:
            row = _in_its_own_process(name, rival, asked)
            if row:
                row |= {"threads": threads}
                same = ("case", "rival", "threads", "large")
                kept["duels"] = [old for old in kept["duels"] if any(old[key] != row[key] for key in same)] + [row]
                print(line(row), flush=True)
                FILE.write_text(json.dumps({**kept, "machine": machine()}, indent=1) + "\n", encoding="utf-8")


def _in_its_own_process(name: str, rival: str, asked: argparse.Namespace) -> dict[str, Any]:
    options = ["--large"] * asked.large + ["--threads=1"] * bool(asked.threads)
    command = [sys.executable, "-m", "benchmarks", name, "--pair", rival, *options]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        print(f"{name} against {rival}: {answer.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {}
    return json.loads(answer.stdout.splitlines()[-1])


def one(name: str, rival: str, large: bool, alone: bool) -> dict[str, Any]:
    """Check both, then time both, with results that are there already; nothing where the rival has no such function."""
    from .cases import CASES
    from .rivals import RIVALS
    from .timing import Clock, load_average

    clock = Clock(time.process_time if alone else time.perf_counter)

    case = CASES[name]
    given = case.arguments(large=large)
    theirs = RIVALS[rival](name, given)
    if theirs is None:
        return {}
    made = case.make()
    compiled = made.compile()
    out = _outputs(compiled(**given))
    results = out if len(made.outputs) > 1 else next(iter(out.values()))
    exact = _outputs(made(**case.arguments(np.float64, large)))
    other = 0.0 if _in_place(name, rival) else _error(theirs(), exact)
    errors = {"ours_error": _error(out, exact), "rival_error": other}
    if max(errors.values()) > TOLERANCE:
        raise SystemExit(f"{name} against {rival}: not the same function: {errors}")
    arrays = [x for x in given.values() if isinstance(x, np.ndarray)]
    fresh = rival != "torch out="
    if case.in_place and not fresh:
        results = {output: given[name] for output, name in case.in_place.items()}
    call = (lambda: compiled(**given)) if fresh else (lambda: compiled(**given, out=results))
    return {
        "case": name,
        "rival": rival,
        "large": large,
        "fresh": fresh,
        "load": load_average(),
        "bytes": sum(x.nbytes for x in arrays) + sum(x.nbytes for x in out.values()),
        "flop": case.flop * arrays[0].size,
        **errors,
        **clock.duel(call, theirs),
        "bandwidth": clock.bandwidth(),
        "peak": clock.peak(),
    }


def _in_place(name: str, rival: str) -> bool:
    return (name, rival) == ("adam", "torch out=")


def _outputs(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {"": np.asarray(found)}


def _error(found: Any, exact: dict[str, Any]) -> float:
    """The largest difference in any result, relative to the largest element of that result."""
    if isinstance(found, dict):
        found = tuple(found.values())
    results = found if isinstance(found, (tuple, list)) else (found,)
    pairs = zip(results, exact.values(), strict=True)
    return max(float(np.abs(np.asarray(a) - b).max() / np.abs(b).max()) for a, b in pairs)


if __name__ == "__main__":
    main()
