"""The stored results: read, printed as a table, and as what `tensorcalc.display.roofline_picture` draws."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "results.json"


def read() -> dict[str, Any]:
    """What was measured, and on what."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def share(row: dict[str, Any], whose: str = "ours_ms") -> float:
    """Of the speed that the roofline of the same run allows: the lesser of bandwidth · intensity and peak."""
    allowed = max(row["bytes"] / row["bandwidth"], row["flop"] / row["peak"])
    return allowed / (row[whose]["min"] / 1e3)


def pairs(case: str, found: dict[str, Any] | None = None, large: bool = False) -> dict[str, dict[str, Any]]:
    """Rival -> what was measured against it, in one case: on all threads where that was measured, else on one."""
    duels = [row for row in (found or read())["duels"] if not row.get("behind")]
    rows = [row for row in duels if row["case"] == case and row["large"] == large]
    threads = "all" if any(row["threads"] == "all" for row in rows) else 1
    return {row["rival"]: row for row in rows if row["threads"] == threads}


def duels(cases: Iterable[str], rivals: Iterable[str], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """What `tensorcalc.display.duel_picture` draws: case -> rival -> its time over ours, quartile, median, quartile."""
    stored = {case: pairs(case, found) for case in cases}
    return {
        case.replace("_", " "): {rival: _inverted(rows[rival]["ratio"]) for rival in rivals if rival in rows}
        for case, rows in stored.items()
    }


def _inverted(ratio: dict[str, float]) -> tuple[float, float, float]:
    return 1 / ratio["high"], 1 / ratio["median"], 1 / ratio["low"]


def line(row: dict[str, Any]) -> str:
    """One pair: times, ratio with its spread, GB/s and share of the roofline."""
    ours, theirs, ratio = row["ours_ms"], row["theirs_ms"], row["ratio"]
    name = f"{row['case']}{' large' if row['large'] else ''}{' out=' if not row['fresh'] else ''}"
    name += f" +{row['behind']}" if row.get("behind") else ""
    spread = f"{ratio['min']:.2f}, {ratio['median']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})"
    speed = f"{row['bytes'] / ours['min'] / 1e6:6.1f} GB/s {100 * share(row):4.0f} %"
    times = f"{ours['min']:8.3g} /{ours['median']:8.3g} {theirs['min']:10.3g} /{theirs['median']:8.3g}"
    return f"{name:26} {row['rival']:13} {row['threads']!s:>4} {times}   {spread:24} {speed}  load {row['load']}"


HEAD = (
    f"{'case':26} {'rival':13} {'thr.':>4} {'ours min / median, ms':>18} {'rival min / median':>19}   "
    f"{'ratio of min, of blocks':24} ours, share of roofline"
)


def table(found: dict[str, Any]) -> str:
    """All of it, and the machine."""
    rows = sorted(found["duels"], key=lambda row: (str(row["threads"]), row["large"], row["case"]))
    return "\n".join([HEAD, *map(line, rows), f"float32; {found['machine']}"])


def climb(case: str, rungs: Iterable[str], found: dict[str, Any] | None = None, ours: str = "ours") -> dict[str, Any]:
    """The arguments of `roofline_picture` for one case: these rivals of it, and our kernel at its best."""
    stored = pairs(case, found)
    rows = [stored[rung] for rung in rungs]
    times = {row["rival"]: row["theirs_ms"]["min"] for row in rows} | {ours: min(r["ours_ms"]["min"] for r in rows)}
    flop, moved = rows[0]["flop"], rows[0]["bytes"]
    return {
        "kernels": {name: (flop / moved, flop / time * 1e3) for name, time in times.items()},
        "bandwidth": max(row["bandwidth"] for row in rows),
        "peak": max(row["peak"] for row in rows),
    }


def roofline(found: dict[str, Any] | None = None, threads: int | str | None = None) -> dict[str, Any]:
    """The arguments of `tensorcalc.display.roofline_picture`: ``roofline_picture(**roofline())``.

    Generated functions are drawn, the layers of `tensorcalc.kernels` are not. Each case stands at its flop per byte and
    at its best speed against any rival; bandwidth and peak are the best of all runs, so that nothing stands above the
    roof for a slow moment of its own. Runs on all threads are drawn where there are some, else those on one.
    """
    duels = [row for row in (found or read())["duels"] if not row.get("behind")]
    threads = threads or ("all" if any(row["threads"] == "all" for row in duels) else 1)
    rows = [row for row in duels if row["threads"] == threads and not row.get("layer")]
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: -row["ours_ms"]["min"] / row["bytes"]):
        best[f"{row['case']}{' large' if row['large'] else ''}"] = row
    kernels = {
        name: (row["flop"] / row["bytes"], row["flop"] / row["ours_ms"]["min"] * 1e3) for name, row in best.items()
    }
    return {
        "kernels": kernels,
        "bandwidth": max(row["bandwidth"] for row in rows),
        "peak": max(row["peak"] for row in rows),
    }
