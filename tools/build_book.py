"""Build the site into ``_build/html``, warnings as errors, and say where it is (``make book``)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"  # it has no __main__ to run with -m


def build(root: Path = ROOT, output: Path = ROOT) -> Path:
    """Build the book of `root` into ``output/_build/html`` and return that folder; a warning raises."""
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(root), "--path-output", str(output)]
    if _tools_changed(root, output):
        command.append("--all")
    subprocess.run([*command, "-W", "-n", "--keep-going"], check=True)
    return output / "_build" / "html"


def _tools_changed(root: Path, output: Path) -> bool:
    """Whether what makes the pages is newer than they are; Sphinx looks at the pages' own files alone."""
    made = output / "_build" / ".doctrees" / "environment.pickle"
    return made.exists() and any(made.stat().st_mtime < p.stat().st_mtime for p in (root / "tools/site").glob("*.py"))


def main() -> int:
    print("==> Building the site", flush=True)
    try:
        site = build()
    except subprocess.CalledProcessError:
        print("\nThe site was not built: each warning above is an error to mend.", file=sys.stderr)
        return 1
    print(f"\nThe book is built. Open it in a browser:\n\n    {(site / 'index.html').as_uri()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
