"""What Taichi looks up again and again, looked up once: where a line stands, and what is written there.

Each decorator of Taichi's own modules reads the file of its caller, a third of the time of an import; each node of a
kernel that is compiled is described for an error that never comes, half the time of reading it. Everything that is
told stays as it was. Where a name of Taichi is missing, its own way is taken.
"""

import inspect
import linecache
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any


@contextmanager
def frames() -> Iterator[None]:
    """While decorators of Taichi run: they are told their caller's line without a search through every module."""
    own = inspect.getframeinfo

    def told(frame: Any, context: int = 1) -> inspect.Traceback:
        asks = sys._getframe(1).f_globals.get("__name__", "")
        if context != 1 or not isinstance(frame, FrameType) or not asks.startswith("taichi."):
            return own(frame, context)
        code = frame.f_code
        line = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals)
        return inspect.Traceback(code.co_filename, frame.f_lineno, code.co_name, [line] if line else None, 0)

    inspect.getframeinfo = told  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getframeinfo = own


@contextmanager
def sources() -> Iterator[None]:
    """While a kernel is compiled, under the lock of the runtime: each function is read, each place described once."""
    reading = sys.modules.get("taichi.lang.kernel_impl")
    context = getattr(sys.modules.get("taichi.lang.ast.ast_transformer_utils"), "ASTTransformerContext", None)
    with ExitStack() as stack:
        stack.enter_context(frames())
        for name in ("getsourcefile", "getsourcelines"):
            stack.enter_context(_remembered(reading, name, lambda function: function))
        stack.enter_context(_remembered(context, "get_pos_info", _place))
        yield


def _place(context: Any, node: Any) -> Hashable:
    return context.func, type(node), node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


@contextmanager
def _remembered(owner: Any, name: str, key: Callable[..., Hashable]) -> Iterator[None]:
    """A function that computes the same again is asked once for each key."""
    own = getattr(owner, name, None)
    if own is None:
        yield
        return
    known: dict[Hashable, Any] = {}

    def told(*args: Any) -> Any:
        at = key(*args)
        if at not in known:
            known[at] = own(*args)
        return known[at]

    setattr(owner, name, told)
    try:
        yield
    finally:
        setattr(owner, name, own)
