"""Each rewriting operation on a legal line, and what it refuses."""

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.calculus.rules import REWRITING_RULES

LEGAL = [
    ("a_kj = delta_ik b_ij c_ij", lambda e: e.substitute_delta(), "a_kj = b_kj c_kj"),
    ("a_pq = delta_ij b_ip c_qj", lambda e: e.substitute_delta(keep="j"), "a_pq = b_jp c_qj"),
    ("a_pq = delta_ij b_ip c_qj", lambda e: e.substitute_delta("delta_ji", keep="i"), "a_pq = b_ip c_qi"),
    ("y = delta_nn a", lambda e: e.trace_delta(), "y = N a"),
    ("a_ij = delta_ij", lambda e: e.turn_delta(), "a_ij = delta_ji"),
    ("a_p = s_p delta_Tp", lambda e: e.align_delta(), "a_p = s_T delta_Tp"),
    ("a_i = 1_ij b_ij c_j", lambda e: e.drop_one(), "a_i = b_ij c_j"),
    ("a_i = 1_n 1_n b_i", lambda e: e.contract_ones("n"), "a_i = N b_i"),
    ("y = 1_n 1_n 1_n", lambda e: e.contract_ones(), "y = N"),
    ("a_ij = 1_i 1_j", lambda e: e.merge_ones(), "a_ij = 1_ij"),
    ("a_i = b_ij c_j", lambda e: e.rename("j", "k"), "a_i = b_ik c_k"),
    ("a_i = b_ij c_j", lambda e: e.rename("i", "k"), "a_k = b_kj c_j"),
    ("a_i = b_ij c_j + d_ij e_j", lambda e: e.rename("j", "k", term=1), "a_i = b_ij c_j + d_ik e_k"),
    ("a_i = b_i c_i", lambda e: e.substitute("c_j = d_jj"), "a_i = b_i d_ii"),
    ("a_i = b_ij 1_j c_i", lambda e: e.substitute("c_i = d_ij e_j"), "a_i = b_ij 1_j d_ik e_k"),
    ("a_i = exp(c_i)", lambda e: e.substitute("c_i = d_ij e_j"), "a_i = exp(d_ij e_j)"),
    ("a = s^2", lambda e: e.substitute("s = c_k d_k"), "a = (c_k d_k)^2"),
    ("a_i = b_i c_k d_k", lambda e: e.fold("s = c_k d_k"), "a_i = b_i s"),
    ("a_i = b_ik c_kj d_j", lambda e: e.fold("s_p = c_pj d_j"), "a_i = b_ik s_k"),
    ("a_i = b_ik c_k", lambda e: e.multiply("lambda"), "[i] a_i lambda = b_ik c_k lambda"),
    ("a_i = b_ik c_k", lambda e: e.multiply("gamma_j"), "[i, j] a_i gamma_j = b_ik c_k gamma_j"),
    ("a_i = b_ik c_k", lambda e: e.contract("gamma_i"), "[] a_i gamma_i = b_ik c_k gamma_i"),
    ("a_i = b_i + c_i", lambda e: e.contract("1_i"), "[] a_i 1_i = (b_i + c_i) 1_i"),
    ("a_i = b_ik c_k", lambda e: e.add("gamma_i"), "[i] a_i + gamma_i = b_ik c_k + gamma_i"),
    ("a_i = b_ik c_k", lambda e: e.apply("f"), "[i] f(a_i) = f(b_ik c_k)"),
    ("a_ij = b_i c_j", lambda e: e.power(2), "[i, j] a_ij^2 = b_i^2 c_j^2"),
    ("a_ij = b_ik c_jk", lambda e: e.power(2), "[i, j] a_ij^2 = (b_ik c_jk)^2"),
    ("a_i = b_ij (c_ij + 1_i d_j)", lambda e: e.distribute(), "a_i = b_ij c_ij + b_ij 1_i d_j"),
    ("a_i = b_ij c_ij + b_ij d_j", lambda e: e.factor("b_ij"), "a_i = b_ij (c_ij + 1_i d_j)"),
    ("a_i = 2 b_i + 3 b_i", lambda e: e.add_like_terms(), "a_i = 5 b_i"),
    ("y_i = log(a_i b_i)", lambda e: e.log_of_product(["a", "b"]), "y_i = log(a_i) + log(b_i)"),
    ("y_i = sqrt(a_i b_i)", lambda e: e.power_of_product(["a", "b"]), "y_i = sqrt(a_i) sqrt(b_i)"),
]


@pytest.mark.parametrize(("text", "operation", "result"), LEGAL)
def test_legal(text, operation, result):
    equation = operation(tc.equation(text))
    assert str(equation) == result
    assert equation.rule
    assert str(tc.equation(str(equation), ranges={"n": "N"})) == result


@pytest.mark.parametrize(("text", "operation", "result"), [row for row in LEGAL if row[2][0] in "ay"])
def test_rewriting_the_right_side_keeps_its_value(text, operation, result):
    """The canonical form, which knows none of these operations, agrees."""
    constants = [const for const in operation.__code__.co_consts if isinstance(const, str)]
    answer = tc.equal(text, result, given=[const for const in constants if "=" in const])
    if "log" in text or "sqrt" in text:  # these hold for positive tensors only
        assert isinstance(answer, tc.Undecided)
    else:
        assert answer is True


REFUSED = [
    ("a_ij = delta_ij b_j", lambda e: e.substitute_delta("delta_jk"), "nothing-to-do"),
    ("a_ij = delta_ij", lambda e: e.substitute_delta(), "delta-free"),
    ("a_ij = delta_ij c_k d_k", lambda e: e.substitute_delta(), "delta-free"),
    ("a = 1_i b_i", lambda e: e.drop_one(), "drop-one"),
    ("a_ij = 1_i b_j", lambda e: e.drop_one(), "drop-one"),
    ("a_i = 1_n b_n c_i", lambda e: e.contract_ones("n"), "nothing-to-do"),
    ("a = 1_i 1_i", lambda e: e.merge_ones(), "merge-ones"),
    ("a_i = b_ij c_j", lambda e: e.rename("i", "j"), "rename-clash"),
    ("a_i = b_ij c_jk d_k", lambda e: e.rename("k", "j"), "rename-clash"),
    ("a_i = b_ij c_j", lambda e: e.rename("j", "i"), "rename-clash"),
    ("a_i = b_ij c_j", lambda e: e.rename("m", "n"), "nothing-to-do"),
    ("a_i = b_i c_i", lambda e: e.substitute("c_j = d_jj", rename=False), "substitute-free"),
    ("a_i = b_ij 1_j c_i", lambda e: e.substitute("c_i = d_ij e_j", rename=False), "substitute-capture"),
    ("a_i = b_i c_i", lambda e: e.substitute("z_j = d_jj"), "substitute-nothing"),
    ("a = b_k c_k d_k", lambda e: e.fold("beta = c_k d_k"), "substitute-contraction"),
    ("a = b_k c_k", lambda e: e.fold("beta = c_k d_k"), "substitute-nothing"),
    ("a_i = b_ik c_k", lambda e: e.multiply("gamma_k"), "both-sides-dummy"),
    ("a_i = b_ik c_k", lambda e: e.contract("gamma_k"), "both-sides-dummy"),
    ("a_i = b_ik c_k", lambda e: e.contract("gamma_j"), "nothing-to-do"),
    ("a_i = b_ik c_k", lambda e: e.add("gamma_j"), "add-indices"),
    ("a_ij = b_ij", lambda e: e.add("gamma_i"), "add-indices"),
    ("a_i = b_i", lambda e: e.apply("softmax"), "unknown-function"),
    ("a_ij = (b_ik c_jk)^2", lambda e: e.power_of_product(), "apply-across"),
    ("a_i = log(b_ik c_k)", lambda e: e.log_of_product(["b", "c"]), "apply-across"),
    ("a_i = log(b_i c_i)", lambda e: e.log_of_product(), "domain"),
    ("a_i = b_ij c_ij + b_ij d_j", lambda e: e.factor("b_ij", ones=False), "factor-order"),
    ("a_i = b_ij c_ij + e_i", lambda e: e.factor("b_ij"), "nothing-to-do"),
    ("a_i = b_i", lambda e: e.distribute(), "nothing-to-do"),
    ("a_i = b_i", lambda e: e.substitute("c_i + d_i = e_i"), "free-list"),
]


@pytest.mark.parametrize(("text", "operation", "rule"), REFUSED)
def test_refused(text, operation, rule):
    with pytest.raises(tc.NotationError) as caught:
        operation(tc.equation(text))
    assert caught.value.rule == rule


def test_substitution_never_captures():
    """The value after substitution is that of the definitions one after the other."""
    rng = np.random.default_rng(0)
    arrays = {"b": rng.normal(size=(3, 4)), "d": rng.normal(size=(3, 5)), "e": rng.normal(size=5)}
    two = tc.function("c_i = d_ij e_j\na_i = b_ij 1_j c_i")
    one = tc.function(str(tc.equation("a_i = b_ij 1_j c_i").substitute("c_i = d_ij e_j")))
    assert np.allclose(two(**arrays), one(**arrays))


def test_the_rules_print_as_a_table():
    assert len(REWRITING_RULES) >= 13
    for id, rule in REWRITING_RULES.items():
        assert id == rule.id and rule.name and rule.formula.strip("."), id
    assert REWRITING_RULES["delta-substitution"].formula == "δ_ik b_ij = b_kj, for a dummy i"


def test_the_sides_can_be_chosen():
    equation = tc.equation("[i, n] delta_nk x_ik = z_in")
    assert str(equation.substitute_delta(side="left")) == "x_in = z_in"


def test_parts_of_an_equation():
    equation = tc.equation("y_ij = x_ik a_kj + 1_i b_j")
    assert (equation.free, equation.dummies, equation.terms) == (("i", "j"), ("k",), ("x_ik a_kj", "1_i b_j"))
