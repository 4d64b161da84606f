"""An axis of channels brought to the second place, all axes behind it made one."""

from typing import Any

import numpy as np


def as_channels(x: np.ndarray, axis: int, **weights: np.ndarray) -> np.ndarray:
    """x with its channels on axis 1, a view; one weight for each of them."""
    if x.ndim < 2:
        raise ValueError(f"x needs an axis of samples and one of channels, not the shape {x.shape}")
    moved = np.moveaxis(x, axis, 1)
    for name, weight in weights.items():
        if weight.shape != moved.shape[1:2]:
            raise ValueError(
                f"{name} has shape {weight.shape}; x {x.shape} has {moved.shape[1]} channels on axis {axis}"
            )
    return moved


def flat_channels(moved: np.ndarray) -> np.ndarray:
    """x (N, C, ...) as an array (N, C, P)."""
    return moved.reshape(*moved.shape[:2], int(np.prod(moved.shape[2:])))


def moved_first(out: Any, axis: int) -> Any:
    """The same view of the first of several targets."""
    return out if out is None or out[0] is None else (np.moveaxis(out[0], axis, 1), *out[1:])
