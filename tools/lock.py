"""Pin every package for every supported Python and platform: pyproject.toml -> requirements.txt (``make lock``)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = """\
# Every package the book and its tests need, pinned for each Python (3.10 to 3.14) and platform.
# Made from the loose bounds of pyproject.toml by `make lock`; change those, then run it again.
"""
EXTRAS = ("book", "lab", "test")


def main() -> int:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    extras = [option for extra in EXTRAS for option in ("--extra", extra)]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.10", *extras]
    command += ["--no-annotate", "--no-header", "--quiet", *sys.argv[1:], "pyproject.toml"]
    pins = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    (ROOT / "requirements.txt").write_text(f"{HEADER}{pins}-e .\n", encoding="utf-8")
    print(f"requirements.txt: {pins.count('==')} pins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
