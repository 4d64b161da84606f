"""Handwritten digits, small enough to learn from in seconds on any machine, and reference values of PyTorch."""

from importlib.resources import files
from typing import NamedTuple

import numpy as np

from .references import Reference, made_with, reference

__all__ = ["Digits", "Reference", "digits", "made_with", "reference"]


class Digits(NamedTuple):
    """Images (N, 8, 8) between 0 and 1, and labels (N,) from 0 to 9, for training and for testing.

    Attributes
    ----------
    train_images : to learn from
    train_labels : theirs
    test_images : not seen in training
    test_labels : theirs
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def digits(dtype: type = np.float64) -> Digits:
    """1,797 handwritten digits of 8 × 8 pixels: every fifth of each class is for testing.

    The data are the test set of *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak (UCI Machine
    Learning Repository, 1998, CC BY 4.0); the file ``digits.txt`` beside them tells where they come from.

    Parameters
    ----------
    dtype : np.float64 or np.float32
        Type of the images.

    Returns
    -------
    Digits
        ``train_images`` (1442, 8, 8) and ``test_images`` (355, 8, 8), between 0 and 1; ``train_labels`` (1442,) and
        ``test_labels`` (355,), int64. The split is always the same, and fresh arrays are returned each time.

    Raises
    ------
    TypeError
        If dtype is not a floating-point type.

    Examples
    --------
    >>> import tensorcalc as tc
    >>> data = tc.data.digits()
    >>> data.train_images.shape, data.test_images.shape
    ((1442, 8, 8), (355, 8, 8))
    >>> data.train_labels[:5]
    array([0, 1, 2, 3, 4])
    """
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"images between 0 and 1 need a floating-point type, not {np.dtype(dtype)}")
    with (files(__name__) / "digits.npz").open("rb") as file, np.load(file) as stored:
        images, labels = stored["images"].astype(dtype) / 16, stored["labels"].astype(np.int64)
    test = _every_fifth_of_each_class(labels)
    return Digits(images[~test], labels[~test], images[test], labels[test])


def _every_fifth_of_each_class(labels: np.ndarray) -> np.ndarray:
    """A mask; by class, since the digits come in an order that repeats every ten."""
    mask = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        mask[np.flatnonzero(labels == label)[4::5]] = True
    return mask
