#!/bin/sh
# Prints the Python to build the book with: $PYTHON if given, else the first of 3.12, 3.13, 3.11, 3.10, 3.14 that runs.
# 3.12 comes first since every dependency, Taichi included, has wheels for it; 3.14 last since Taichi has none.
supported='import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))'

for candidate in "$PYTHON" python3.12 python3.13 python3.11 python3.10 python3.14 python3 python; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c "$supported" >/dev/null 2>&1; then
    command -v "$candidate"
    exit 0
  fi
  if [ "$candidate" = "$PYTHON" ]; then
    echo "PYTHON=$PYTHON is no Python 3.10 to 3.14 with the modules venv and ensurepip." >&2
    exit 1
  fi
done
echo "No Python 3.10 to 3.14 was found (with venv and ensurepip; on Debian and Ubuntu: apt install python3-venv)." >&2
echo "Install one from https://www.python.org/downloads/, or name yours: make book PYTHON=/path/to/python3" >&2
exit 1
