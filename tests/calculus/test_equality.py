"""Equal is a proof, different a counter-example, and the rest is undecided."""

import pytest

import tensorcalc as tc
from tensorcalc.calculus.canonical import canonical
from tensorcalc.calculus.labelling import key
from tensorcalc.notation.reading import read

CYCLE = " ".join(f"a_{x}{y}" for x, y in zip("abcdefghijkl", "bcdefghijkla", strict=True))
OTHER_CYCLE = " ".join(f"a_{x}{y}" for x, y in zip("acegikbdfhjl", "cegikbdfhjla", strict=True))
SIX = [(x, y) for x in "abcdef" for y in "abcdef" if x < y]

LAYER_NORM = """
    m_b     = 1/H 1_h x_bh
    mu_bh   = x_bh - 1_h m_b
    v_b     = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh    = mu_bh/sigma_b gamma_h + 1_b beta_h
"""

SAME = [
    ("[i, k] a_ij b_jk", "[i, k] b_mk a_im"),
    ("y_ij = x_ik a_kj", "y_pq = a_kq x_pk"),
    ("[i] (a_i + b_i)^2", "[i] a_i^2 + 2 a_i b_i + b_i^2"),
    ("[i] b_ij c_ij + b_ij d_j", "[i] b_ij (c_ij + 1_i d_j)"),
    # delta and one-tensor
    ("[i, k] delta_ij a_jk", "[i, k] a_ik"),
    ("delta_ij delta_jk delta_ki", "1_i 1_i"),
    ("[n] delta_Tn s_n", "[n] delta_Tn s_T"),
    ("[b] s_{b,T_b}", "[b] s_bn delta_{n,T_b}"),
    ("[j] 1_i 1_i a_j", "[j] I a_j"),
    ("1_i x_i/x_i", "1_i 1_i"),
    ("1_j (x_j + c)", "1_j x_j + J c"),
    # affine indices
    ("[i] x_{i+m} w_m", "[i] x_p w_{p-i}"),
    ("[i] x_{2i+m} w_m", "[i] delta_{p,2i+m} x_p w_m"),
    # powers and functions
    ("[b] sqrt(v_b + eps) sqrt(v_b + eps)", "[b] v_b + eps"),
    ("[b] (v_b + eps)^{3/2}", "[b] (v_b + eps) sqrt(v_b + eps)"),
    ("[i] sqrt(x_i^2)", "[i] abs(x_i)"),
    ("sqrt(8)", "2 sqrt(2)"),
    ("[i] a_i/(a_i + b_i) + b_i/(a_i + b_i)", "[i] 1_i"),
    ("[i] sigmoid(x_i)", "[i] 1/(1 + exp(-x_i))"),
    ("[i] sigmoid(x_i) (1 - sigmoid(x_i))", "[i] exp(x_i)/(1 + exp(x_i))^2"),
    ("[i] sigmoid(-x_i)", "[i] 1 - sigmoid(x_i)"),
    ("[i] 1 - tanh(x_i)^2", "[i] 4/(exp(x_i) + exp(-x_i))^2"),
    ("[i] -log(1 - sigmoid(x_i))", "[i] log(1 + exp(x_i))"),
    ("[i] log(exp(x_i)/(1_j exp(x_j)))", "[i] x_i - log(1_j exp(x_j))"),
    ("1_i exp(x_i)/(1_j exp(x_j))", "1"),
    ("[i] relu(x_i) - relu(-x_i)", "[i] x_i"),
    ("sin(x)^2 + cos(x)^2", "1"),
    ("log(6 a)", "log(2) + log(3 a)"),
    # fractions with different denominators
    ("[q] (p_q - t_q)/(p_q (1 - p_q))", "[q] (1 - t_q)/(1 - p_q) - t_q/p_q"),
    ("[i] a_i/(x_j x_j + 1) + b_i/s", "[i] (a_i s + b_i (x_k x_k + 1))/(s (x_m x_m + 1))"),
    ("a/sqrt(v + eps) + b", "(a + b sqrt(v + eps))/sqrt(v + eps)"),
    ("1_i (a_i/(b c) - a_i/(b (b + c)))", "1_i a_i/(c (b + c))"),
    # symmetry
    (CYCLE, OTHER_CYCLE),
    ("(u_i v_i)^8", " ".join(f"u_{c} v_{c}" for c in "abcdefgh")),
    (" ".join(f"a_{x}{y}" for x, y in SIX), " ".join(f"a_{y}{x}" for x, y in SIX)),
]

DIFFERENT = [
    ("[i, j] a_ij", "[i, j] a_ji"),
    ("[i, j] (b_ik c_jk)^2", "[i, j] 1_k b_ik^2 c_jk^2"),
    ("[i] a_i b_j c_j", "[i] a_i b_i c_i"),
    ("x_i x_i", "(1_i x_i)^2"),
    ("a_ij a_jk a_ki a_lm a_mn a_nl", "a_ij a_jk a_kl a_lm a_mn a_ni"),
    (CYCLE, CYCLE.replace("a_ab", "a_ba")),
    ("[i] sqrt(x_i^2)", "[i] x_i"),
    ("[i] sigmoid(x_i)", "[i] sigmoid(-x_i)"),
    ("[n] s_n", "[n] s_T 1_n"),
    ("[b] s_{b,T_b}", "[b] s_{b,U_b}"),
    ("[i] x_{i+m} w_m", "[i] x_{i-m} w_m"),
    ("[i] exp(x_i)", "[i] 1 + x_i + x_i^2/2"),
    ("1/p + 1/(1 - p)", "2/(p (1 - p))"),
    ("[i] a_i/(b_i + c_i)", "[i] a_i/b_i + a_i/c_i"),
    ("1_i a_i/(b_i + c)", "1_i a_i/(1_j b_j + c)"),
    # a dummy inside is not the dummy outside
    ("exp(a_rrq) c_q", "exp(a_qrr) c_q"),
    ("exp(a_rq d_r) c_q", "exp(a_qr d_r) c_q"),
    ("sum_q(sin(1 + exp(a_rq d_r)))", "sum_q(sin(1 + exp(a_qr d_r)))"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_same(left, right):
    assert tc.equal(left, right) is True


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different(left, right):
    assert tc.equal(left, right) is False


@pytest.mark.parametrize(
    ("left", "right"), [("[i] log(a_i b_i)", "[i] log(a_i) + log(b_i)"), ("[i] f(a_i)", "[i] f(b_i)")]
)
def test_undecided_has_no_truth_value(left, right):
    answer = tc.equal(left, right)
    assert isinstance(answer, tc.Undecided)
    with pytest.raises(TypeError, match="undecided"):
        bool(answer)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1/(x - x)", "2/(x - x)"),
        ("1/(x - x) + 1/z", "1/z"),
        ("1/sqrt(x - x)", "2/sqrt(x - x)"),
        ("[i] 1/(x_i - x_i) + z_i", "[i] 1/(x_i - x_i) + 2 z_i"),
        ("1/(a_i a_i - a_j a_j)", "3/(a_i a_i - a_j a_j)"),
    ],
)
def test_a_denominator_that_is_zero_proves_nothing(left, right):
    assert isinstance(tc.equal(left, right), tc.Undecided)


def test_definitions_are_expanded():
    layer = tc.function(LAYER_NORM)
    assert tc.equal("[p] 1_h mu_ph", "[p] 0", given=layer) is True
    assert tc.equal("[b] mu_bh mu_bh", "[b] H (sigma_b^2 - eps)", given=layer) is True
    assert tc.equal("[b] mu_bh mu_bh", "[b] H sigma_b^2", given=layer) is False
    assert tc.equal("[p] 1_h mu_ph", "[p] 0") is False


def test_definitions_can_be_text_or_equations():
    assert tc.equal("[i] s_i r", "[i] exp(x_i)", given="r = 1_j exp(x_j)\ns_i = exp(x_i)/r") is True
    assert tc.equal("[i] c_i e_i", "[i] e_i d_ik 1_k", given=tc.equation("c_i = d_ij 1_j")) is True


def test_the_left_side_fixes_the_free_names():
    assert tc.equal("y_ij = a_ij", "y_ji = a_ji") is True
    assert tc.equal("y_ij = a_ij", "y_ij = a_ji") is False


def test_different_free_indices_are_refused():
    with pytest.raises(tc.NotationError) as caught:
        tc.equal("[i] a_i", "[i, j] a_i 1_j")
    assert caught.value.rule == "add-indices"


@pytest.mark.parametrize("text", [f"y = {left}" for left, _ in SAME if left[0] not in "[y"])
def test_canonical_form_is_idempotent(text):
    once = canonical(read(text)[0].right)
    assert key(canonical(once)) == key(once)


def test_work_is_bounded():
    big = "(x_i + 1_i a)^20 (z_i + 1_i b)^20 (w_i + 1_i c)^20"
    assert isinstance(tc.equal(f"[i] {big}", f"[i] {big} + d_i - d_i"), tc.Undecided)


@pytest.mark.parametrize(
    ("left", "right"), [("exp(10000000000 log(2))", "0"), ("((2 x + a - a)^1000)^1000", "1"), ("1e250 1e250 x", "x^2")]
)
def test_large_numbers_end_in_an_answer(left, right):
    answer = tc.equal(left, right)
    assert answer is False or isinstance(answer, tc.Undecided)


def test_a_number_that_cannot_be_written_down_is_refused():
    with pytest.raises(tc.NotationError) as caught:
        tc.function("y = ((9^1000)^1000)^1000")
    assert caught.value.rule == "limit"


def test_odd_functions_below_a_bar():
    assert tc.equal("[i] 1/sin(-x_i)", "[i] -1/sin(x_i)") is True


@pytest.mark.parametrize(
    ("name", "derivative"),
    [
        ("exp", "exp(x_i)"),
        ("log", "1/x_i"),
        ("sqrt", "1/(2 sqrt(x_i))"),
        ("tanh", "1 - tanh(x_i)^2"),
        ("sigmoid", "sigmoid(x_i) (1 - sigmoid(x_i))"),
        ("relu", "step(x_i)"),
    ],
)
def test_a_prime_means_the_derivative(name, derivative):
    assert tc.equal(f"y_i = {name}'(x_i)", f"y_i = {derivative}") is True
    assert tc.equal(f"y_i = {name}'(x_i)", f"y_i = 2 {derivative}") is not True
