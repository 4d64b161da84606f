"""The runtime seam: the only module that imports Taichi.

Taichi is started at its first use, quietly, once per process, with strict floating-point arithmetic. Where it is not
installed, or after ``use("numpy")``, everything is computed by NumPy instead.
"""

import contextlib
import io
import os
import tempfile
import threading
import warnings
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from . import denormals, once

ARCHITECTURES = ("cpu", "gpu", "cuda", "vulkan", "metal", "numpy")
_GPUS = ("cuda", "metal", "vulkan")
# SPIR-V has no exp, log or tanh in double precision, Metal no double precision at all.
_SINGLE_PRECISION = ("vulkan", "metal")


@dataclass
class _Session:
    """What this process has started so far."""

    active: str = ""  # the architecture in use, "" before the first use
    taichi: ModuleType | None = None  # once imported, whether started or not
    started: str = ""  # the one architecture that Taichi runs on
    program: Any = None  # identity of the program that was started
    forked: bool = False  # whether this process is a copy, made by a fork, of the one that started Taichi
    shared: bool = False  # whether Taichi's own threads are ready to take part


_session = _Session()
lock = threading.RLock()  # Taichi compiles and launches through process-wide state


def use(arch: str) -> str:
    """Choose where kernels run, and start it: ``"cpu"``, ``"gpu"``, ``"cuda"``, ``"vulkan"``, ``"metal"``, ``"numpy"``.

    The environment variable ``TENSORCALC_ARCH`` does the same for a whole process.

    Parameters
    ----------
    arch : str
        ``"gpu"`` takes the first of CUDA, Metal and Vulkan that works here, and the CPU where none does; any other name
        means exactly that. ``"numpy"`` can be chosen and left at any time. On Vulkan and Metal, which lack functions
        in double precision, float64 arrays are computed by NumPy.

    Returns
    -------
    str
        What is really in use from now on, as `backend` reports it.

    Raises
    ------
    ValueError
        For a name that is not in the list.
    RuntimeError
        If the architecture does not exist on this machine, or Taichi already runs on another one in this process.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> before = tc.backend()
    >>> tc.use("numpy")
    'numpy'
    >>> tc.use(before) == before
    True
    """
    if arch not in ARCHITECTURES:
        raise ValueError(f"unknown architecture {arch!r}: choose one of {', '.join(map(repr, ARCHITECTURES))}")
    with lock:
        _session.active = arch if arch == "numpy" else _start(arch)
    return _session.active


def backend() -> str:
    """What computes: ``"cpu"``, ``"cuda"``, ``"vulkan"`` or ``"metal"`` (through Taichi), or ``"numpy"``.

    Taichi falls back to the CPU without a word where an architecture is missing; this is the one that it really runs
    on. Asked before anything was computed, it starts what would compute.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> tc.backend() in ("cpu", "cuda", "vulkan", "metal", "numpy")
    True
    """
    if not _session.active:
        with lock:
            _first_use()
    return _session.active


def compiles(dtype: np.dtype) -> bool:
    """Whether the backend compiles kernels over arrays of this floating-point type."""
    name = backend()
    return name != "numpy" and not (name in _SINGLE_PRECISION and dtype == np.float64)


def taichi() -> ModuleType:
    """The Taichi that was started, or one sentence on why kernels cannot be launched by it now."""
    module = _session.taichi
    if module is None:
        raise RuntimeError("Taichi is not running: choose where kernels run first, as in tc.use('cpu')")
    if _session.forked:
        raise RuntimeError(
            "this process was forked after Taichi had started, and its threads did not survive: "
            "start processes by multiprocessing's 'spawn' method, or call tc.use('numpy') in this one"
        )
    if module.lang.impl.get_runtime().prog is not _session.program:
        raise RuntimeError(
            "Taichi was started again behind tensorcalc's back (by ti.init or ti.reset), which ends every kernel: "
            "restart Python and choose the architecture by tc.use(...) alone"
        )
    return module


def _after_fork() -> None:
    _session.forked = bool(_session.started)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def share() -> None:
    """Before the first launch in which Taichi's threads take part: what each of them has to be told.

    It takes as long as all other preparations together, and small kernels run on the calling thread alone.
    """
    ti = taichi()
    if not _session.shared and _session.started not in _GPUS:
        with once.sources():
            denormals.kept_by_workers(ti)
    _session.shared = True


def _first_use() -> None:
    wanted = os.environ.get("TENSORCALC_ARCH", "")
    if wanted or _import():
        use(wanted or "cpu")
    else:
        _session.active = "numpy"


def _start(arch: str) -> str:
    """Run Taichi on `arch`, unless it already does."""
    ti = _import()
    if ti is None:
        raise RuntimeError(
            f"{arch!r} needs Taichi, which is not installed here (it has no wheel for every Python and machine): "
            "leave the choice out or say 'numpy'; every function works on NumPy alone"
        )
    if not _session.started:
        _session.started = _init(ti, arch)
        _session.program = ti.lang.impl.get_runtime().prog
    elif arch not in (_session.started, "gpu"):
        raise RuntimeError(
            f"Taichi already runs on {_session.started!r} in this process and cannot change to {arch!r}: "
            f"restart Python and call tc.use({arch!r}) first (tc.use('numpy') is possible at any time)"
        )
    return _session.started


def _import() -> ModuleType | None:
    """Import Taichi without a banner, a report home or a crash for want of a cache; None where it is absent."""
    if _session.taichi is None:
        os.environ.setdefault("ENABLE_TAICHI_HEADER_PRINT", "0")
        os.environ.setdefault("TI_SKIP_VERSION_CHECK", "ON")
        os.environ.setdefault("TI_ENABLE_PYBUF", "0")  # else it logs a line into every notebook; kernels print nothing
        _ensure_cache_directory()
        try:
            with warnings.catch_warnings(), once.frames():
                warnings.simplefilter("ignore")  # deprecations inside Taichi are not the reader's
                import taichi
        except ModuleNotFoundError as error:
            if error.name != "taichi":
                raise
            return None
        taichi.set_logging_level(taichi.ERROR)
        _session.taichi = taichi
    return _session.taichi


def _ensure_cache_directory() -> None:
    """Point Taichi's cache at a directory that can be written: without one it aborts the process."""
    home = os.environ.get("HOME")
    cache = os.environ.get("XDG_CACHE_HOME") or (home and os.path.join(home, ".cache"))
    if os.name == "nt" or (cache and _writable(os.path.join(cache, "taichi"))):
        return
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="tensorcalc-cache-")


def _writable(directory: str) -> bool:
    with contextlib.suppress(OSError):
        os.makedirs(directory, exist_ok=True)
    return os.access(directory, os.W_OK)


def _init(ti: ModuleType, arch: str) -> str:
    impl = ti.lang.impl
    if impl.get_runtime().prog is not None:
        raise RuntimeError(
            "Taichi was already started by ti.init, and starting it twice would end the kernels of the first start: "
            "call tc.use(...) instead of ti.init"
        )
    names = _GPUS if arch == "gpu" else (arch,)
    found = next((name for name in names if _exists(ti, name)), "cpu" if arch == "gpu" else None)
    if found is None:
        raise RuntimeError(f"there is no {arch!r} on this machine: tc.use('gpu') takes what there is, or else the CPU")
    with contextlib.redirect_stdout(io.StringIO()), denormals.kept():
        ti.init(arch=getattr(ti, found), fast_math=False, log_level="error", enable_fallback=False, **_threads())
    # The runtime's own code must be compiled by the thread that started it; from then on any thread may compile.
    impl.get_runtime().materialize()
    real = str(impl.current_cfg().arch).rpartition(".")[2]
    return real if real in _GPUS else "cpu"


def _threads() -> dict[str, int]:
    """As many threads as this process may run at once: Taichi itself counts the machine's processors."""
    return {"cpu_max_num_threads": len(os.sched_getaffinity(0))} if hasattr(os, "sched_getaffinity") else {}


def _exists(ti: ModuleType, name: str) -> bool:
    return ti.lang.misc.is_arch_supported(getattr(ti, name))


guards: dict[str, Any] = {}  # what stands in for functions of Taichi while a kernel is compiled


class _Lazy:
    """Stands for Taichi in a kernel's source, so that no module needs it at import; NumPy where there is none."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if backend() != "numpy":
            return guards[name] if name in guards else getattr(taichi(), name)
        if name not in _PLAIN:
            raise AttributeError(f"ti.{name} has no meaning in plain Python; kernels run there with {sorted(_PLAIN)}")
        return _PLAIN[name]


# What loops mean by `ti` when Python runs them over NumPy arrays; fmax and fmin drop NaN, as Taichi's do.
_PLAIN: dict[str, Any] = {
    "ndrange": np.ndindex,
    "select": np.where,
    "static": lambda value: value,
    "max": np.fmax,
    "min": np.fmin,
    "pow": np.power,
    **{name: getattr(np, name) for name in ("abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "floor", "isnan")},
}
ti = _Lazy()
