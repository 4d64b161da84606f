"""A kernel for foreign code: a process of its own with limits, asked over its socket, and ended whatever it does."""

from __future__ import annotations

import contextlib
import os
import secrets
import site
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_LONGEST = 8 << 20  # bytes of one message: a kernel cannot fill the memory of the process that asks it
_MARK = "TENSORCALC_GRADED"  # an environment variable that all processes of one notebook inherit
_PACKAGES = Path(__file__).resolve().parents[2]  # where this package was found, installed or not
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TENSORCALC_ARCH", "VIRTUAL_ENV")

# What the new process does first: it limits itself, then becomes a kernel.
_LAUNCH = """
import runpy, sys
seconds, memory = int(sys.argv.pop(1)), int(sys.argv.pop(1))
try:
    import resource
except ImportError:
    pass
else:
    limits = dict(RLIMIT_AS=memory, RLIMIT_CPU=seconds, RLIMIT_FSIZE=1 << 27, RLIMIT_CORE=0)
    for name, limit in limits.items():
        hard = resource.getrlimit(getattr(resource, name))[1]
        limit = limit if hard < 0 else min(limit, hard)
        try:
            resource.setrlimit(getattr(resource, name), (limit, limit))
        except (OSError, ValueError):
            pass
runpy.run_module("ipykernel_launcher", run_name="__main__")
"""


class Lost(BaseException):
    """The kernel ended, or its time did. No ``Exception``, so that no check takes it for a wrong answer."""


class ForeignKernel:
    """A Jupyter kernel under limits: seconds for all it does, bytes of memory; it works in an empty folder."""

    def __init__(self, folder: Path, seconds: int, memory: int) -> None:
        import zmq
        from jupyter_client import BlockingKernelClient
        from jupyter_client.connect import write_connection_file

        self._deadline = time.monotonic() + seconds
        self._mark = secrets.token_hex(16)
        file, _ = write_connection_file(str(folder / "connection.json"))
        command = [sys.executable, "-c", _LAUNCH, str(4 * seconds), str(memory), "-f", file]
        self._process = subprocess.Popen(
            [*command, "--HistoryManager.enabled=False"],
            cwd=folder,
            env=self._environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._context = zmq.Context()
        self._context.setsockopt(zmq.MAXMSGSIZE, _LONGEST)
        self._context.setsockopt(zmq.LINGER, 0)
        self._client = BlockingKernelClient(connection_file=file, context=self._context)
        self._client.load_connection_file()
        # Nobody listens to what the notebook prints, so that it cannot flood anybody.
        self._client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)

    def run(self, code: str, ask: str = "None") -> str:
        """Execute code; the ``repr`` of an expression afterwards, or an empty text where it fails."""
        sent = self._client.execute(
            code, store_history=False, user_expressions={"asked": ask}, allow_stdin=False, stop_on_error=False
        )
        content = self._reply(sent)["content"]
        asked = content.get("user_expressions", {}).get("asked", {})
        return str(asked.get("data", {}).get("text/plain", ""))

    def _reply(self, sent: str) -> dict[str, Any]:
        from queue import Empty

        while True:
            if self._process.poll() is not None:
                raise Lost("the kernel ended")
            if time.monotonic() > self._deadline:
                raise Lost("time limit")
            with contextlib.suppress(Empty):
                message = self._client.get_shell_msg(timeout=0.5)
                if message.get("parent_header", {}).get("msg_id") == sent:
                    return message

    def close(self) -> None:
        """End the kernel and every process that it started and that still carries its mark."""
        import psutil

        self._client.stop_channels()
        self._context.destroy()
        self._process.kill()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(_MARK) == self._mark:
                    process.kill()
        self._process.wait()

    def _environment(self, folder: Path) -> dict[str, str]:
        """None of the teacher's variables but those that a Python needs to start; home is the empty folder."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        home = dict.fromkeys(
            ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR", "MPLCONFIGDIR"), str(folder)
        )
        found = {"PYTHONPATH": str(_PACKAGES), "PYTHONUSERBASE": site.getuserbase()}
        return {**kept, **home, **found, "TENSORCALC_PROGRESS": "off", _MARK: self._mark}
