"""For teachers: ``python -m tensorcalc.exercises export`` and ``… grade``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .grade import grade
from .sheet import export


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if it did what it was asked for."""
    given = _parser().parse_args(arguments)
    try:
        return given.run(given)
    except (OSError, ValueError, ImportError) as error:
        print(f"{error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tensorcalc.exercises")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sheet = commands.add_parser("export", help="write a chapter's exercises, without solutions, as a notebook")
    sheet.add_argument("chapter", type=Path, help="a notebook of the book")
    sheet.add_argument("-o", "--output", type=Path, default=Path("sheet.ipynb"))
    sheet.set_defaults(run=_export)
    table = commands.add_parser("grade", help="check a folder of filled-in notebooks into a table")
    table.add_argument("folder", type=Path)
    table.add_argument("-o", "--output", type=Path, default=Path("table.csv"))
    table.add_argument("--seconds", type=int, default=120, help="time limit for each notebook (120)")
    table.add_argument("--memory", type=int, default=4, help="memory limit for each notebook, in GiB (4)")
    table.add_argument("--jobs", type=int, default=2, help="how many notebooks run at a time (2)")
    table.set_defaults(run=_grade)
    return parser


def _export(given: argparse.Namespace) -> int:
    count = export(given.chapter, given.output)
    print(f"{given.output}: {count} exercises")
    return 0


def _grade(given: argparse.Namespace) -> int:
    if not given.folder.is_dir():
        raise ValueError(f"{given.folder} is no folder")
    rows = grade(given.folder, given.output, given.seconds, given.memory << 30, given.jobs)
    for row in rows:
        print(f"{row.notebook}: {list(row.results.values()).count('right')} right, {row.state}")
    print(f"{given.output}: {len(rows)} notebooks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
