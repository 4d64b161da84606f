"""The digits: the bytes that their source has, and the same split every time."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from tensorcalc import data

CLASS_COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as the repository of the data set states them


def test_checksum_is_the_stated_one():
    folder = files(data)
    with (folder / "digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        rows = np.column_stack([stored["images"].reshape(1797, 64), stored["labels"]])
    assert rows.dtype == np.uint8
    checksum = hashlib.sha256(rows.tobytes()).hexdigest()
    assert checksum == "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2"
    statement = (folder / "digits.txt").read_text(encoding="utf-8")
    assert checksum in statement
    assert "CC BY 4.0" in statement


def test_classes():
    digits = data.digits()
    assert np.bincount(np.concatenate([digits.train_labels, digits.test_labels])).tolist() == CLASS_COUNTS
    assert np.bincount(digits.test_labels).tolist() == [count // 5 for count in CLASS_COUNTS]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images(dtype):
    digits = data.digits(dtype)
    images = np.concatenate([digits.train_images, digits.test_images])
    assert (images.shape, images.dtype) == ((1797, 8, 8), dtype)
    assert (images.min(), images.max()) == (0, 1)
    assert np.array_equal(images * 16, np.round(images * 16))
    # The first image is a zero: a ring around an empty middle.
    assert digits.train_labels[0] == 0
    assert not digits.train_images[0, 2:6, 3:5].all()


def test_train_and_test_share_no_image():
    digits = data.digits()
    seen = {image.tobytes() for image in digits.train_images}
    assert not any(image.tobytes() in seen for image in digits.test_images)


def test_the_split_is_always_the_same():
    a, b = data.digits(), data.digits()
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    b.train_images[:] = 0
    assert data.digits().train_images.any()


def test_a_nearest_neighbour_knows_them():
    """Labels belong to their images: one neighbour is right for nearly all."""
    digits = data.digits()
    train, test = digits.train_images.reshape(-1, 64), digits.test_images.reshape(-1, 64)
    distances = (test**2).sum(1)[:, None] - 2 * test @ train.T + (train**2).sum(1)
    assert np.mean(digits.train_labels[distances.argmin(1)] == digits.test_labels) > 0.97


def test_integer_types_are_refused():
    with pytest.raises(TypeError, match="images between 0 and 1 need a floating-point type, not uint8"):
        data.digits(np.uint8)
