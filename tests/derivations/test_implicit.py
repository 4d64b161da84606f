"""Implicit differentiation: the inverse of a matrix, a linear system, and element-wise equations."""

from dataclasses import replace

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.calculus.function import line_text
from tensorcalc.calculus.replay import ReplayError
from tensorcalc.notation.expression import ZERO

INVERSE = "[i, k] b_ij a_jk = delta_ik"


def right(derivation):
    return str(derivation.result).partition(" = ")[2]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("text", "of", "by", "derivative", "gradient", "matrix"),
    [
        (INVERSE, "b", "a", "-b_ip b_qj", "-b_ip dl_db_ij b_qj", "∂l/∂A = -B^T ∂l/∂B B^T"),
        ("delta_ij = x_ik y_kj", "y", "x", "-y_kp y_qj", "-y_kp dl_dy_kj y_qj", "∂l/∂X = -Y^T ∂l/∂Y Y^T"),
        ("[i] a_ij x_j = b_i", "x", "a", "-c_jp x_q", "-dl_dx_j c_jp x_q", "∂l/∂A = -C^T ∂l/∂x x^T"),
        ("[i] a_ij x_j = b_i", "x", "b", "c_jp", "dl_dx_j c_jp", "∂l/∂b = C^T ∂l/∂x"),
    ],
)
def test_as_printed(text, of, by, derivative, gradient, matrix):
    derivation = tc.implicit(text, of=of, by=by, inverse="c")
    assert right(derivation) == derivative
    assert right(derivation.vjp()) == gradient
    assert str(derivation.vjp().matrix()) == matrix


def test_the_steps_have_names():
    names = [name for step in tc.implicit(INVERSE, of="b", by="a").steps for name in step.names]
    wanted = [
        "both sides are differentiated",
        "product rule",
        "self-derivative",
        "terms are moved to the other side",
        "both sides are contracted",
        "a matrix times its inverse is the delta",
    ]
    assert [name for name in names if name in wanted] == wanted


def evaluate(text, **values):
    return tc.function(text)(**values)


def test_the_inverse_against_differences(rng):
    a, h = rng.normal(size=(3, 3)) + 3 * np.eye(3), 1e-6
    found = evaluate(f"j_ijpq = {right(tc.implicit(INVERSE, of='b', by='a'))}", b=np.linalg.inv(a))
    for p, q in np.ndindex(3, 3):
        step = h * np.outer(np.eye(3)[p], np.eye(3)[q])
        slope = (np.linalg.inv(a + step) - np.linalg.inv(a - step)) / (2 * h)
        np.testing.assert_allclose(found[:, :, p, q], slope, rtol=1e-6, atol=1e-9)


def test_the_inverse_is_adjoint_to_its_differential(rng):
    """The differential route: db = -b da b; both give the same <dl_db, db>."""
    a, change, upstream = (rng.normal(size=(4, 4)) for _ in range(3))
    b = np.linalg.inv(a + 4 * np.eye(4))
    text = str(tc.implicit(INVERSE, of="b", by="a").vjp().result).replace("dl_da_pq", "g_pq")
    gradient = evaluate(text, b=b, dl_db=upstream)
    np.testing.assert_allclose(np.sum(upstream * (-b @ change @ b)), np.sum(gradient * change))


def test_a_linear_system_against_differences(rng):
    a, b, upstream, h = rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=3), rng.normal(size=3), 1e-6
    x, c = np.linalg.solve(a, b), np.linalg.inv(a)
    system = "[i] a_ij x_j = b_i"
    for name, value in (("a", a), ("b", b)):
        derived = tc.implicit(system, of="x", by=name, inverse="c").vjp()
        gradient = tc.function(f"{derived.result}", outputs=f"dl_d{name}")
        known = {n: v for n, v in {"c": c, "x": x, "dl_dx": upstream}.items() if n in gradient.inputs}
        found = gradient(**known)
        for place in np.ndindex(*value.shape):
            step = np.zeros_like(value)
            step[place] = h
            ends = [
                np.linalg.solve(a + s * step * (name == "a"), b + s * step * (name == "b"))
                if name == "b"
                else np.linalg.solve(a + s * step, b)
                for s in (1, -1)
            ]
            np.testing.assert_allclose(found[place], upstream @ (ends[0] - ends[1]) / (2 * h), rtol=1e-6, atol=1e-9)


def test_against_autograd(rng):
    torch = pytest.importorskip("torch")
    a = torch.tensor(rng.normal(size=(3, 3)) + 3 * np.eye(3), requires_grad=True)
    upstream = rng.normal(size=(3, 3))
    b = torch.linalg.inv(a)
    b.backward(torch.tensor(upstream))
    text = str(tc.implicit(INVERSE, of="b", by="a").vjp().result).replace("dl_da_pq", "g_pq")
    np.testing.assert_allclose(evaluate(text, b=b.detach().numpy(), dl_db=upstream), a.grad.numpy())


def test_element_wise(rng):
    derivation = tc.implicit("[i] y_i^3 + y_i = x_i", of="y", by="x")
    assert right(derivation) == "1/(3 y_i^2 + 1) delta_ip"
    y = rng.normal(size=4)
    text = str(derivation.vjp().result).replace("dl_dx_p", "g_p")
    np.testing.assert_allclose(evaluate(text, y=y, dl_dy=np.ones(4)), 1 / (3 * y**2 + 1))


def test_an_inverse_in_an_expression():
    inverse = tc.implicit(INVERSE, of="b", by="a")
    assert tc.equal(inverse.through("l = b_ij c_ji").result, "∂l/∂a_pq = -b_qj c_ji b_ip") is True
    applied = inverse.through("y_i = b_ij u_j").result
    assert tc.equal(applied, "∂y_i/∂a_pq = -b_ip b_qj u_j", given="y_i = b_ij u_j") is True


EVERY = {
    "inverse": lambda: tc.implicit(INVERSE, of="b", by="a"),
    "inverse, gradient": lambda: tc.implicit(INVERSE, of="b", by="a").vjp(),
    "in an expression": lambda: tc.implicit(INVERSE, of="b", by="a").through("l = b_ij c_ji"),
    "the other side": lambda: tc.implicit("delta_ij = x_ik y_kj", of="y", by="x"),
    "linear system": lambda: tc.implicit("[i] a_ij x_j = b_i", of="x", by="a").vjp(),
    "element-wise": lambda: tc.implicit("[i] y_i^3 + y_i = x_i", of="y", by="x").vjp(),
}


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_replay(make):
    assert make().replay().steps >= 5


OTHER = {"left": {"right": ZERO}, "right": {"left": ZERO}}


def test_a_tampered_step_is_caught():
    derivation = tc.implicit(INVERSE, of="b", by="a")
    steps = [leaf for step in derivation.steps for leaf in step.leaves]
    for k, step in enumerate(steps):
        for side in ("left", "right"):
            terms = getattr(step.after_line, side).terms
            if terms and "∂(delta_ik)" not in line_text(replace(step.after_line, **OTHER[side])):  # worth 0
                first = replace(terms[0], coef=-terms[0].coef)
                line = replace(step.after_line, **{side: type(step.after_line.left)((first, *terms[1:]))})
                wrong = [*steps]
                wrong[k] = replace(step, after_line=line)
                if k + 1 < len(steps):
                    wrong[k + 1] = replace(steps[k + 1], before_line=line)
                with pytest.raises(ReplayError):
                    replace(derivation, steps=tuple(wrong)).replay()
    named = [replace(s, rule="renamed") if s.rule == "terms-moved" else s for s in steps]
    with pytest.raises(ReplayError, match="both sides in this way"):
        replace(derivation, steps=tuple(named)).replay()


def test_what_is_refused():
    with pytest.raises(tc.NotationError, match="no tensor c"):
        tc.implicit(INVERSE, of="c", by="a")
    with pytest.raises(tc.NotationError, match="cannot be taken out"):
        tc.implicit("[i, j] a_ik x_kl d_lj + x_ij = c_ij", of="x", by="c")
    with pytest.raises(tc.NotationError, match="is a tensor of the equation"):
        tc.implicit("[i] a_ij x_j = b_i", of="x", by="b", inverse="a")
    with pytest.raises(tc.NotationError, match="no single statement"):
        tc.implicit(INVERSE, of="b", by="a").through("l = a_ij c_ji")
