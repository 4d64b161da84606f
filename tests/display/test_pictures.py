"""What the index pictures, Jacobians and curves say: numbers, letters, loops, structure, and what they refuse."""

import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_hex

from tensorcalc import display
from tensorcalc.display import formulas, style
from tensorcalc.display.jacobians import structure


def _texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def _marked(figure, colour=style.STRONG):
    """Count the filled cells of each block."""
    blocks = [child for child in figure.axes[0].get_children() if isinstance(child, PatchCollection)]
    return [sum(to_hex(face) == colour for face in block.get_facecolor()) for block in blocks]


@pytest.mark.parametrize(
    ("name", "letters", "expected"),
    [
        ("x", "ij", "$x_{i j}$"),
        ("dl_dy", "pq", r"$\partial l/\partial y_{p q}$"),
        ("δ", "ij", r"$\delta_{i j}$"),
        ("gamma", "", r"$\gamma$"),
        ("lambda", "", r"$\lambda$"),
        ("dl_dbeta", "i", r"$\partial l/\partial \beta_{i}$"),
        ("mean", "b", r"$\mathrm{mean}_{b}$"),
        (r"\hat{x}", "i", r"$\hat{x}_{i}$"),
        ("Σ", "", r"$\Sigma$"),
    ],
)
def test_names_are_set_as_the_book_sets_them(name, letters, expected):
    assert formulas.math(name, letters) == expected


@pytest.mark.parametrize(("shape", "cells"), [((), 1), ((3,), 3), ((2, 3), 6), ((2, 3, 2), 12), ((2, 2, 3, 2), 24)])
def test_every_component_has_a_cell_with_its_name(shape, cells):
    figure = display.tensor_picture(shape, "ijkl"[: len(shape)])
    names = {f"$x_{{{''.join(map(str, index))}}}$" for index in np.ndindex(shape)} if shape else {"$x$"}
    assert names <= set(_texts(figure))
    assert len(figure.axes[0].collections[0].get_paths()) == cells


def test_rows_run_down_and_columns_to_the_right():
    figure = display.tensor_picture([[1, 2, 3], [4, 5, 6]], "ij")
    place = {text.get_text(): text.get_position() for text in figure.axes[0].texts if text.get_text() in "456"}
    assert place["4"][0] < place["5"][0] < place["6"][0]
    first = next(text for text in figure.axes[0].texts if text.get_text() == "3")
    assert first.get_position()[1] < place["6"][1] and first.get_position()[0] == place["6"][0]


@pytest.mark.parametrize(("at", "cells"), [({}, 0), ({"i": 1}, 3), ({"j": 0}, 2), ({"i": 0, "j": 2}, 1)])
def test_chosen_index_values_mark_their_cells(at, cells):
    assert _marked(display.tensor_picture((2, 3), "ij", at=at)) == [cells]


def test_shades_follow_the_values():
    faces = display.tensor_picture([[0, 5], [10, 0]], "ij", shade=True).axes[0].collections[0].get_facecolor()
    assert faces[2].sum() < faces[1].sum() < faces[0].sum() == faces[3].sum()


def _product(**options):
    x, a = [[1, 2, 3], [4, 5, 6]], [[1, 0], [0, 1], [2, -2]]
    return display.contraction_picture(["ik", "kj"], "ij", names=("x", "a", "y"), values=[x, a], **options)


def test_a_contraction_shows_its_loops():
    assert [text for text in _texts(_product(at={"i": 1})) if "[" in text or "for" in text] == [
        "for i in range(2):  # i = 1",
        "    for j in range(2):  # j = 0",
        "        y[i, j] = 0",
        "        for k in range(3):",
        "            y[i, j] += x[i, k] * a[k, j]",
    ]


def test_the_loops_compute_the_result():
    loops = [text for text in _texts(_product()) if text.lstrip().startswith(("for", "y["))]
    names = {"x": np.array([[1, 2, 3], [4, 5, 6]]), "a": np.array([[1, 0], [0, 1], [2, -2]]), "y": np.zeros((2, 2))}
    exec("\n".join(loops), names)
    assert names["y"].tolist() == (names["x"] @ names["a"]).tolist()
    assert [f"{value:g}".replace("-", "−") for value in names["y"].ravel()] == _texts(_product())[:4]


def test_a_contraction_works_out_one_component():
    texts = _texts(_product(at={"i": 1, "j": 1}))
    assert {"$y_{11} =$", "$x_{10}\\,a_{01}$", "4 × 0", "5 × 1", "6 × (−2)", "$-7$"} <= set(texts)


def test_a_contraction_marks_what_meets():
    assert _marked(_product(at={"i": 1, "j": 0}), style.TINT) == [0, 3, 3]
    assert _marked(_product(at={"i": 1, "j": 0, "k": 2})) == [1, 1, 1]
    assert _marked(_product(at={"i": 1, "j": 0, "k": 2}), style.TINT) == [0, 2, 2]


@pytest.mark.parametrize(("operation", "result"), [("+", ["5", "−4", "6", "−3"]), ("-", ["−3", "6", "−2", "7"])])
def test_vectors_are_spread_over_the_result(operation, result):
    figure = display.contraction_picture(
        ["m", "n"], "mn", names=("p", "y", "d"), values=[[1, 2], [4, -5]], operation=operation
    )
    assert _texts(figure)[:4] == result


def test_a_sum_over_everything_is_a_scalar():
    figure = display.contraction_picture(["ij"], "", names=("x", "s"), values=[[[1, 2], [3, 4.5]]])
    assert _texts(figure)[0] == "10.5"
    assert {"s = 0", "for i in range(2):", "        s += x[i, j]"} <= set(_texts(figure))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ("x", "y")}, "2 operands and a result need as many names"),
        ({"sizes": {"i": 2, "k": 3}}, "the index 'j' has no size"),
        ({"sizes": None}, "give either sizes"),
        ({"at": {"i": 2}}, "i = 2 is out of range: i runs from 0 to 1"),
        ({"at": {"z": 0}}, "at names the index 'z'; the indices are i, k, j"),
        ({"operation": "/"}, "operation is"),
        ({"operation": "+"}, "only products are summed, and 'k' is not in the result"),
        ({"sizes": {"i": 2, "k": 30, "j": 2}}, "inches wide and a page is 7.2"),
        ({"sizes": None, "values": [np.ones((2, 3)), np.ones((4, 2))]}, "'k' has 3 values in one operand and 4"),
        ({"sizes": None, "values": [np.ones(2), np.ones((4, 2))]}, r"'ik' name 2 axes, their operand has shape \(2,\)"),
    ],
)
def test_contractions_that_cannot_be_drawn_are_refused(change, message):
    options = {"names": ("x", "a", "y"), "sizes": {"i": 2, "k": 3, "j": 2}} | change
    with pytest.raises(ValueError, match=message):
        display.contraction_picture(["ik", "kj"], "ij", **options)


@pytest.mark.parametrize(
    ("values", "indices", "message"),
    [((2, 3), "i", "give one letter for each axis"), (np.ones((1,) * 5), "ijklm", "at most four axes")],
)
def test_tensors_that_cannot_be_drawn_are_refused(values, indices, message):
    with pytest.raises(ValueError, match=message):
        display.tensor_picture(values, indices)


A = np.random.default_rng(0).normal(size=(3, 4))
EYE2, EYE3 = np.eye(2), np.eye(3)


@pytest.mark.parametrize(
    ("jacobian", "rows", "columns", "expected"),
    [
        (np.einsum("ip,qj->ijpq", EYE2, A), "ij", "pq", "blocks: zero unless $i = p$"),
        (np.einsum("jq,ip->ijpq", EYE2, A), "ij", "pq", "blocks: zero unless $j = q$"),
        (np.einsum("ip,jq->ijpq", EYE2, EYE3), "ij", "pq", "diagonal: zero unless $i = p$, $j = q$"),
        (np.diag([1.0, 2.0, 3.0]), "i", "p", "diagonal: zero unless $i = p$"),
        (A, "i", "p", "dense"),
        (np.triu(np.ones((3, 3))), "i", "p", r"upper triangular: zero unless $p \geq i$"),
        (np.tril(np.ones((3, 4))), "i", "p", r"lower triangular: zero unless $p \leq i$"),
        (np.tril(np.ones((3, 4)), 1), "i", "p", "scattered zeros"),
        (np.eye(3, 5) + np.eye(3, 5, 2), "i", "p", r"a band: zero unless $0 \leq p - i \leq 2$"),
        (np.ones((3, 3)) - np.diag([0, 1, 0]), "i", "p", "scattered zeros"),
        (np.eye(3), "ij", "", "scattered zeros"),  # of a matrix by a number
        (np.zeros((3, 3)), "i", "p", "zero"),
        (np.ones((1, 1)), "i", "p", "dense"),
    ],
)
def test_the_structure_of_a_jacobian_is_named(jacobian, rows, columns, expected):
    assert structure(jacobian, rows, columns) == expected


def test_a_jacobian_tells_zeros_and_memory():
    jacobian = np.einsum("ip,qj->ijpq", EYE2, A.astype("float32"))
    assert "24 of 48 components are zero (50 %),  384 bytes in float64" in _texts(
        display.jacobian_picture(jacobian, "ij", "pq")
    )
    texts = _texts(display.jacobian_picture(jacobian.astype("float32"), "ij", "pq", full=((32, 512), (32, 512))))
    assert "for shapes 32 × 512 and 32 × 512:  1.07 GB in float32" in texts


def test_a_jacobian_shows_each_block_where_it_belongs():
    jacobian = np.arange(36.0).reshape(2, 3, 2, 3)
    axes = display.jacobian_picture(jacobian, "ij", "pq").axes[0]
    blocks = {tuple(np.round(image.get_extent()[::3], 3)): image.get_array() for image in axes.get_images()}
    for (i, p), place in zip(np.ndindex(2, 2), sorted(blocks, key=lambda place: place[::-1]), strict=True):
        assert np.ma.filled(blocks[place], 0).tolist() == jacobian[i, :, p, :].tolist()


def test_letters_of_a_jacobian_must_name_its_axes():
    with pytest.raises(ValueError, match="must name each of the 2 axes"):
        display.jacobian_picture(A, "ij", "p")
    with pytest.raises(ValueError, match="once"):
        display.jacobian_picture(A, "i", "i")


STEPS = np.logspace(-8, -1, 15)


def test_reference_lines_have_their_power_and_stand_above_their_curve():
    figure = display.error_curve(STEPS, {"forward": STEPS, "central": STEPS**2}, {"order 1": 1, "order 2": 2})
    lines = {line.get_label(): line.get_data() for line in figure.axes[0].get_lines()}
    for label, power in (("order 1", 1), ("order 2", 2)):
        x, y = lines[label]
        assert np.allclose(y, 3 * x**power)
        assert x.max() == STEPS.max()


def test_labels_stand_beside_their_own_line():
    figure = display.error_curve(STEPS, {"forward": STEPS, "central": STEPS**2})
    axes = figure.axes[0]
    for text in axes.texts:
        x, y = np.log10(text.get_position())
        power = {"forward": 1, "central": 2}[text.get_text()]
        assert abs(y - power * x) < min(abs(y - other * x) for other in (1, 2) if other != power)


def test_exact_results_are_left_out_of_an_error_curve():
    figure = display.error_curve(STEPS[:3], {"lucky": [1e-3, 0, 1e-5]})
    assert np.isnan(figure.axes[0].get_lines()[0].get_ydata()).tolist() == [False, True, False]


@pytest.mark.parametrize(("steps", "errors"), [([1, 2], [1]), ([0, 1], [1, 1])])
def test_error_curves_need_an_error_for_each_positive_step(steps, errors):
    with pytest.raises(ValueError, match="give one for each step"):
        display.error_curve(steps, {"e": errors})
