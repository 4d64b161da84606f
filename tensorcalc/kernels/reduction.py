"""The mean or the sum of many losses, and the share of each in the upstream gradient."""

from typing import Any

import numpy as np

from .arrays import upstream
from .placed import filled

REDUCTIONS = ("mean", "sum", "none")


def reduced(l: np.ndarray, reduction: str, out: Any) -> np.ndarray:
    """The mean or the sum of single losses, in an order that depends on their number alone."""
    if reduction == "none":
        return l
    total = np.asarray(l.mean() if reduction == "mean" else l.sum()) if l.size else np.asarray(_empty(l, reduction))
    if out is None:
        return total
    if not isinstance(out, np.ndarray) or out.shape != () or out.dtype != l.dtype:
        raise ValueError(f"the loss is one number: out must be an array of shape () and type {l.dtype}")
    out[...] = total
    return out


def spread(dl: Any, losses: np.ndarray, reduction: str) -> np.ndarray:
    """The upstream gradient of each single loss, for an array of their shape and type."""
    shape, dtype = losses.shape, losses.dtype
    if reduction == "none":
        return upstream(dl, shape, dtype)
    count = int(np.prod(shape)) if reduction == "mean" else 1
    return filled(losses, upstream(dl, (), dtype) / dtype.type(max(count, 1)))


def known(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {reduction!r}; choose one of {', '.join(map(repr, REDUCTIONS))}")


def _empty(l: np.ndarray, reduction: str) -> Any:
    return l.dtype.type(np.nan if reduction == "mean" else 0)
