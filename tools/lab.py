"""Open the chapters in JupyterLab, as copies in ``lab/``, so that reading leaves the book as it is (``make lab``).

A copy that is already there is kept, with whatever the reader did in it. ``python tools/lab.py --fresh`` makes new
ones and moves the old aside.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from chapters import ROOT, notebooks

LAB = ROOT / "lab"


def copy_chapters(lab: Path, fresh: bool = False) -> list[Path]:
    """Copy each chapter that is not in `lab` yet; with `fresh` all of them, older copies renamed to ``….bak-N``."""
    lab.mkdir(exist_ok=True)
    copied = []
    for source in notebooks():
        target = lab / source.name
        if target.exists() and fresh:
            target.rename(_free_name(target))
        if not target.exists():
            shutil.copy2(source, target)
            copied.append(target)
    return copied


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.stem}.bak-{number}{path.suffix}")).exists():
        number += 1
    return free


def main(arguments: list[str]) -> int:
    copied = copy_chapters(LAB, fresh="--fresh" in arguments)
    print(f"==> {len(copied)} chapters copied to {LAB}; those already there are kept as you left them.", flush=True)
    rest = [a for a in arguments if a != "--fresh"]
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", f"--ServerApp.root_dir={LAB}", *rest])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
