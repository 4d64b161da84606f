"""A JupyterLab of its own for a test: nothing of the user's settings, nothing asked of the network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # else cells out of sight are not there
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
OPTIONS = ("--no-browser", "--expose-app-in-browser", "--allow-root", "--IdentityProvider.token=", "--port-retries=0")
PATIENCE = 40  # seconds for the server to answer


def environment(home: Path) -> dict[str, str]:
    """Environment variables under which Jupyter keeps all that it stores in ``home``."""
    for name, values in SETTINGS.items():
        path = home / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    places = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own = {"HOME": str(home), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "TENSORCALC_PROGRESS": "off"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return kept | places | own


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(address: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(f"{address}/api", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError("JupyterLab did not start")


@contextmanager
def jupyter_lab(folder: Path, home: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves ``folder``; ``home`` takes its settings."""
    port = _free_port()
    command = [sys.executable, "-m", "jupyter", "lab", *OPTIONS, f"--port={port}", f"--ServerApp.root_dir={folder}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environment(home), cwd=folder, **quiet)
    try:
        _wait(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
