"""Generated source becomes functions: it is compiled as a file would be, and Taichi can read it again."""

from __future__ import annotations

import linecache
from itertools import count
from typing import Any

import numpy as np

from ..execution import runtime

_numbers = count(1)


def loaded(source: str, entry: str) -> Any:
    """The function of that name; its text stays where ``inspect`` looks for it."""
    name = f"tensorcalc_generated_{next(_numbers)}"
    file = f"{name}.py"
    with runtime.lock:
        runtime.taichi()
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        namespace: dict[str, Any] = {"__name__": name, "__file__": file}
        exec(compile(source, file, "exec", dont_inherit=True), namespace)
    return namespace[entry]


def launched(entry: Any, dtype: np.dtype, arguments: list[Any]) -> None:
    """Call it; Taichi compiles and launches through state of the whole process."""
    with runtime.lock, np.errstate(all="ignore"):
        ti = runtime.taichi()
        ti.lang.impl.get_runtime().set_default_fp(ti.f64 if dtype == np.float64 else ti.f32)
        entry(*arguments)
