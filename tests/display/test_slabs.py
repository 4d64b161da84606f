"""The picture of a tensor cut into slices: how many cells are seen, which are filled, what it refuses."""

import pytest

pytest.importorskip("matplotlib", reason="figures need matplotlib")

from matplotlib.colors import to_rgba

from tensorcalc import display
from tensorcalc.display import slabs
from tensorcalc.display.slabs import slices_picture


def _faces(i, j, k):
    """Cells seen on the front, the top and the right of a block."""
    return j * k + i * k + i * j


def _colours(figure):
    return [patch.get_facecolor() for patch in figure.axes[0].patches]


@pytest.mark.parametrize("shape", [(2, 3, 4), (3, 2, 5), (2, 2, 2)])
def test_every_cell_that_is_seen_is_drawn(shape):
    i, j, k = shape
    expected = _faces(i, j, k) + i * _faces(1, j, k) + j * _faces(i, 1, k) + k * _faces(i, j, 1)
    assert len(_colours(slices_picture(shape))) == expected


def test_one_slice_of_each_cut_is_filled():
    chosen = set(map(to_rgba, slabs._CHOSEN))
    filled = [colour for colour in _colours(slices_picture((2, 3, 4), at=1)) if colour in chosen]
    assert len(filled) == _faces(1, 3, 4) + _faces(2, 1, 4) + _faces(2, 3, 1)


def test_another_slice_is_another_drawing():
    first, second = (display.drawn(slices_picture((2, 3, 4), at=at)) for at in (0, 1))
    assert display.same_drawing(first, second)
    assert display.same_drawing(first, first) is None


def test_captions_carry_the_letters():
    texts = {text.get_text() for text in slices_picture((2, 3, 4), "nij", name="x", at=0).axes[0].texts}
    assert {"$x_{nij}$", "$x_{0ij}$", "$x_{n0j}$", "$x_{ni0}$", "3 slices 2 × 4", "24 cells"} <= texts


@pytest.mark.parametrize(("shape", "indices", "at"), [((2, 3), "ij", 0), ((2, 3, 4), "ij", 0), ((2, 3, 4), "ijk", 2)])
def test_what_cannot_be_drawn_is_refused(shape, indices, at):
    with pytest.raises(ValueError, match=r"order 3|missing on an axis"):
        slices_picture(shape, indices, at=at)
