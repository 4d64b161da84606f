"""Open the chapters in JupyterLab, as copies in ``lab/``, so that reading leaves the book as it is (``make lab``).

A copy that is already there is kept, with whatever the reader did in it. ``python tools/lab.py --fresh`` makes new
ones and moves the old aside. JupyterLab knows no margin notes (it prints them over the text), so a copy has boxes in
their place; and it shows stored pictures and sliders only of notebooks that are trusted, so copies are.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from chapters import ROOT, notebooks

LAB = ROOT / "lab"
MARGIN = re.compile(r'^(\s*":{3,})\{margin\}[ \t]*(.*?)(\\n",?)$', re.MULTILINE)  # a line of a cell, as JSON writes it


def copy_chapters(lab: Path, fresh: bool = False) -> list[Path]:
    """Copy each chapter that is not in `lab` yet; with `fresh` all of them, older copies renamed to ``….bak-N``."""
    lab.mkdir(exist_ok=True)
    copied = []
    for source in notebooks():
        target = lab / source.name
        if target.exists() and fresh:
            target.rename(_free_name(target))
        if not target.exists():
            target.write_text(without_margins(source.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
            copied.append(target)
    return copied


def without_margins(notebook: str) -> str:
    """The text of a notebook with a box in place of each margin note."""
    return MARGIN.sub(lambda note: f"{note[1]}{{admonition}} {note[2] or 'Aside'}{note[3]}", notebook)


def trust(paths: Iterable[Path], environment: Mapping[str, str] | None = None) -> None:
    """Tell Jupyter that these notebooks come from here, so that it shows their stored pictures and sliders."""
    command = [sys.executable, "-m", "jupyter", "trust", *map(str, paths)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.stem}.bak-{number}{path.suffix}")).exists():
        number += 1
    return free


def main(arguments: list[str]) -> int:
    copied = copy_chapters(LAB, fresh="--fresh" in arguments)
    print(f"==> {len(copied)} chapters copied to {LAB}; those already there are kept as you left them.", flush=True)
    if copied:
        trust(copied)
    rest = [a for a in arguments if a != "--fresh"]
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", f"--ServerApp.root_dir={LAB}", *rest])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
