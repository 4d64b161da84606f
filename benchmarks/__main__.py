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
        print(json.dumps(one(asked.cases[0], asked.pair, asked)))
    else:
        run(asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("cases", nargs="*", help="beginnings of names of cases; all by default")
    parser.add_argument("--against", nargs="*", help="rivals; all that are installed by default")
    parser.add_argument("--large", action="store_true", help="sizes that need some GiB and minutes")
    parser.add_argument(
        "--behind",
        type=int,
        default=0,
        choices=range(0, 64, 8),
        metavar="BYTES",
        help="bytes behind a multiple of 64 at which arrays begin",
    )
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
    from .layers import LAYERS
    from .rivals import RIVALS
    from .small import SMALL
    from .timing import installed, machine

    threads = asked.threads or "all"
    rivals = [name for name in asked.against or RIVALS if installed(PACKAGES.get(name, name))]
    layers = {**LAYERS, **SMALL}
    names = [name for name in CASES if CASES[name].large or not asked.large]
    names += list(layers) * (not asked.large and not asked.behind)
    kept = read() if FILE.exists() else {"duels": []}
    for name in names:
        if asked.cases and not name.startswith(tuple(asked.cases)):
            continue
        for rival in rivals if name in CASES else [one for one in rivals if one in layers[name].rivals]:
            row = _in_its_own_process(name, rival, asked)
            if row:
                row |= {"threads": threads}
                same = ("case", "rival", "threads", "large", "behind")
                others = [old for old in kept["duels"] if any(old.get(key, 0) != row[key] for key in same)]
                kept["duels"] = [*others, row]
                print(line(row), flush=True)
                FILE.write_text(json.dumps({**kept, "machine": machine()}, indent=1) + "\n", encoding="utf-8")


def _in_its_own_process(name: str, rival: str, asked: argparse.Namespace) -> dict[str, Any]:
    options = ["--large"] * asked.large + ["--threads=1"] * bool(asked.threads) + [f"--behind={asked.behind}"]
    command = [sys.executable, "-m", "benchmarks", name, "--pair", rival, *options]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        print(f"{name} against {rival}: {answer.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {}
    return json.loads(answer.stdout.splitlines()[-1])


def one(name: str, rival: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Check both, then time both; nothing where the rival has no such function."""
    from .cases import CASES
    from .contests import contest, results
    from .timing import Clock, load_average

    clock = Clock(time.process_time if asked.threads else time.perf_counter)
    pair = contest(name, rival, asked.large, asked.behind)
    if pair is None:
        return {}
    errors = pair.errors()
    if max(errors.values()) > TOLERANCE:
        raise SystemExit(f"{name} against {rival}: not the same function: {errors}")
    arrays = [x for x in pair.given.values() if isinstance(x, np.ndarray)]
    nbytes = sum(x.nbytes for x in (*arrays, *results(pair.ours())))
    return {
        "case": name,
        "rival": rival,
        "large": asked.large,
        "behind": asked.behind,
        "layer": name not in CASES,
        "fresh": pair.out is None,
        "load": load_average(),
        "bytes": nbytes,
        "flop": pair.flop,
        **errors,
        **clock.duel(pair.out or pair.ours, pair.theirs),
        "bandwidth": clock.bandwidth(nbytes),
        "peak": clock.peak(),
    }


if __name__ == "__main__":
    main()
