"""What ends the process in Taichi's arithmetic, computed by other code while a kernel of ours is compiled.

An integer divided by zero is a trap of the processor; here the quotient and the remainder are 0, as NumPy has them in
arrays. The negative of a vector that stays a vector is refused by the compiler's own checks; here it is a product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import runtime


@contextmanager
def harmless() -> Iterator[None]:
    """While a kernel is compiled, under the lock of the runtime: operators that cannot end the process."""
    ops = runtime.taichi().lang.ops
    before = {name: getattr(ops, name) for name in ("floordiv", "mod", "neg")}
    ops.floordiv, ops.mod = _division(before["floordiv"]), _division(before["mod"])
    ops.neg = _negative(before["neg"])
    try:
        yield
    finally:
        for name, own in before.items():
            setattr(ops, name, own)


def _division(own: Callable[..., Any]) -> Callable[..., Any]:
    def divided(a: Any, b: Any) -> Any:
        if not (_is_integer(a) and _is_integer(b)):
            return own(a, b)
        if isinstance(b, int):
            if b == 0:  # written so in the loops: a mistake, and no value of an array
                raise ZeroDivisionError("an integer is divided by the number 0: write another divisor")
            return own(a, b)
        ti = runtime.taichi()
        b = ti.lang.impl.expr_init(b)
        none = b == 0
        return ti.select(none, 0, own(a, ti.select(none, 1, b)))

    return divided


def _negative(own: Callable[..., Any]) -> Callable[..., Any]:
    def negative(a: Any) -> Any:
        return a * -1.0 if _is_vector(a) else own(a)

    return negative


def _is_integer(value: Any) -> bool:
    ti = runtime.taichi()
    if not isinstance(value, ti.lang.expr.Expr):
        return isinstance(value, int)
    return not value.is_tensor() and value.ptr.get_rvalue_type() in ti.types.primitive_types.integer_types


def _is_vector(value: Any) -> bool:
    """A vector of floating-point numbers, which an operator meets whole."""
    ti = runtime.taichi()
    whole = not ti.lang.impl.current_cfg().real_matrix_scalarize
    return whole and (isinstance(value, ti.Matrix) or (isinstance(value, ti.lang.expr.Expr) and value.is_tensor()))
