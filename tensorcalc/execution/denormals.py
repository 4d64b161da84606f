"""Denormal numbers stay what they are: Taichi makes zeros of them, in its threads and in the thread that starts it.

On x86 it sets a flag of the processor for that ("flush to zero"), and from then on NumPy computes with zeros too. The
C library's ``fegetenv`` and ``fesetenv`` read and write the flag, a thread its own.
"""

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

_DEFAULT = -1  # FE_DFL_ENV of the C library on x86
_ROUNDS = 50


@contextmanager
def kept() -> Iterator[None]:
    """The calling thread's floating-point environment, as it was before."""
    library = _library()
    saved = ctypes.create_string_buffer(64)  # fenv_t takes 28 bytes
    if library:
        library.fegetenv(saved)
    try:
        yield
    finally:
        if library:
            library.fesetenv(saved)


def kept_by_workers(ti: Any) -> bool:
    """Have each of Taichi's threads set its environment back; whether all of them did."""
    library, impl = _library(), ti.lang.impl
    threads = impl.current_cfg().cpu_max_num_threads
    seen = np.zeros(threads, np.int32)
    cached, impl.current_cfg().offline_cache = impl.current_cfg().offline_cache, False  # the address changes
    try:
        kernel = _kernel(ti, ctypes.cast(library.fesetenv, ctypes.c_void_p).value) if library else None
        for _ in range(_ROUNDS):
            if kernel is None:
                break
            kernel(seen, threads)
            if seen.all():
                break
    finally:
        impl.current_cfg().offline_cache = cached
    return bool(seen.all())


def _kernel(ti: Any, address: int | None) -> Any:
    """A loop that every thread has a share of: it calls fesetenv and counts long enough for the others to wake."""
    builder = ti.lang.impl.get_runtime

    def call() -> None:
        core, group = ti._lib.core, ti.lang.expr.make_expr_group
        information = core.DebugInfo(builder().get_current_src_info())
        ast = builder().compiling_callable.ast_builder()
        ast.insert_external_func_call(address, "", "", "", group([ti.cast(_DEFAULT, ti.i64)]), group([]), information)

    reset = _Inlined(call)

    def loops(seen, threads):
        for t in range(threads * 512):
            if t % 512 == 0:
                reset()
                spent = 1.0
                for n in range(50_000):
                    spent = spent * 0.5 + n
                seen[ti.global_thread_idx()] = ti.select(spent > 0.0, 1, 2)

    loops.__annotations__ = {"seen": ti.types.ndarray(ti.i32, 1), "threads": ti.i32}
    return ti.kernel(loops)


class _Inlined:
    """A call that Python makes while a kernel is compiled."""

    _is_taichi_function = True
    func = SimpleNamespace(has_print=False)

    def __init__(self, call: Any) -> None:
        self._call = call

    def __call__(self) -> None:
        self._call()


def _library() -> Any:
    """The C library where it is known to have those functions and that flag: Linux on x86."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return None
    try:
        library = ctypes.CDLL("libm.so.6")
    except OSError:  # another C library
        return None
    return library if hasattr(library, "fesetenv") else None
