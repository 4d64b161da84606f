"""A definition is folded back only where it stands as a whole."""

import numpy as np
import pytest

import tensorcalc as tc


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("y_i = a_i^3 + 2 c_pp a_i\ns_p = 1_q c_pq", {"a": (3,), "c": (2, 2)}),  # c_pp is no s_p
        ("y_j = cos(x_kk w_j)\nz_bn = x_ni 1_i u_b", {"x": (2, 2), "w": (3,), "u": (3,)}),
        ("y_pn = c_pk d_k w_n\ns_b = 1_i x_b d_i d_i", {"c": (2, 3), "d": (3,), "w": (2,), "x": (2,)}),
    ],
)
def test_what_only_looks_like_a_definition(text, shapes):
    rng = np.random.default_rng(1)
    f = tc.function(text)
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    tc.gradcheck(f, values).assert_ok()


def test_a_component_before_the_first_is_zero():
    f = tc.function("y_p = delta_rq b_{r-q-1} c_pr 1_q")
    gradients = f.backward("c")(b=np.ones(3), c=np.ones((2, 3)), dl_dy=np.ones(2))
    np.testing.assert_array_equal(gradients, np.zeros((2, 3)))
