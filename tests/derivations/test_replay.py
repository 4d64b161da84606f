"""Replay accepts every derivation of the sources, and no tampered one."""

from dataclasses import replace
from fractions import Fraction

import pytest

import tensorcalc as tc
from tensorcalc.calculus.function import line_text
from tensorcalc.calculus.replay import ReplayError
from tensorcalc.calculus.rulebook import every_rule
from tensorcalc.calculus.signatures import SIGNATURES
from tensorcalc.notation.expression import Delta, Expr, Fn, Sym
from tests.derivations import lines

NORM = """
    m_b = 1/H 1_h x_bh
    mu_bh = x_bh - 1_h m_b
    v_b = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h
"""
SOFTMAX = "z = 1_j exp(x_j)\ns_i = exp(x_i)/z\nc = -log(s_T)"
LOGISTIC = "a_n = x_nj w_j\ns_n = sigmoid(a_n)\nl = -t_n log(s_n) - (1_n - t_n) log(1_n - s_n)"
ATTENTION = "S_ij = q_id k_jd/sqrt(D)\nP_ij = exp(S_ij)/(1_k exp(S_ik))\no_id = P_ij v_jd"


def matmul():
    return tc.function("y_ij = x_ik a_kj").jacobian("y", "x")


HOLDING = {
    "matmul": matmul,
    "layer norm": lambda: tc.function(NORM).vjp("x").closed_form().factored(),
    "layer norm, Jacobian": lambda: tc.function(NORM).jacobian("sigma", "x"),
    "softmax": lambda: tc.function(SOFTMAX).jacobian("c", "x"),
    "softmax in one line": lambda: tc.function("s_i = exp(x_i)/(1_j exp(x_j))").jacobian("s", "x"),
    "Hessian": lambda: tc.function(SOFTMAX).jacobian("c", "x").jacobian("x"),
    "logistic": lambda: tc.function(LOGISTIC).jacobian("l", "w"),
    "attention": lambda: tc.function(ATTENTION).vjp("S").closed_form(keep=["P"]).factored(),
    "batch of targets": lambda: tc.function("c_b = -log(s_{b,T_b})").vjp("s"),
    "convolution": lambda: tc.function("y_i = w_m x_{2i+m}").vjp("w"),
    "differential": lambda: tc.function(SOFTMAX).differential("s").identify("x"),
    "differential, direct": lambda: tc.function(NORM).differential("y", direct=True),
    "activations": lambda: tc.function("y_i = gelu(x_i) + silu(x_i) tanh(x_i) + f(x_i)").jacobian("y", "x"),
    "output used again": lambda: tc.function("u_i = x_i^2\ny = u_i u_i", outputs=["u", "y"]).vjp("x").closed_form(),
}


@pytest.mark.parametrize("make", HOLDING.values(), ids=HOLDING)
def test_what_holds(make):
    derivation = make()
    replayed = derivation.replay()
    assert replayed.steps >= len(list(leaves(derivation)))


@pytest.mark.parametrize(
    "row", {(row.function, row.derive): row for row in lines.ROWS}.values(), ids=lambda row: row.number
)
def test_the_derivations_of_the_sources_hold(row):
    assert lines.derivation(row).replay().derivations >= 1


def leaves(derivation):
    return [leaf for step in derivation.steps for leaf in step.leaves]


def flat(derivation, steps):
    return replace(derivation, steps=tuple(steps))


# ---------------------------------------------------------------- tampering with what a line says


def changed(line, term):
    """The line with its first term that a change finds something in changed."""
    terms = list(line.right.terms)
    for k, one in enumerate(terms):
        new = term(one)
        if new is not None and new != one:
            return replace(line, right=Expr((*terms[:k], new, *terms[k + 1 :])))
    return None


def sign(term):
    return replace(term, coef=-term.coef)


def number(term):
    return replace(term, coef=term.coef * 2)


def transposed(term):
    for k, (base, exponent) in enumerate(term.factors):
        if isinstance(base, Sym) and len(base.slots) == 2:
            turned = Sym(base.name, base.slots[::-1])
            return replace(term, factors=(*term.factors[:k], (turned, exponent), *term.factors[k + 1 :]))
    return None


def exponent(term):
    at = next((k for k, (base, _) in enumerate(term.factors) if isinstance(base, (Fn, Sym))), None)
    if at is None:
        return None
    base, power = term.factors[at]
    return replace(term, factors=(*term.factors[:at], (base, power + 1), *term.factors[at + 1 :]))


def no_delta(term):
    return replace(term, factors=tuple(f for f in term.factors if not isinstance(f[0], Delta)))


def gone(term):
    return replace(term, coef=Fraction(0))


def tampered(derivation, k, term):
    """One line changed, and the step after it made to begin there: only its value betrays it."""
    steps = leaves(derivation)
    line = changed(steps[k].after_line, term)
    if line is None:
        return None
    steps[k] = replace(steps[k], after_line=line)
    if k + 1 < len(steps):
        steps[k + 1] = replace(steps[k + 1], before_line=line)
    return flat(derivation, steps)


@pytest.mark.parametrize("term", [sign, number, transposed, exponent, no_delta, gone], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "make",
    [
        matmul,
        lambda: tc.function(NORM).jacobian("sigma", "v", direct=True),
        lambda: tc.function(NORM).vjp("mu"),
        lambda: tc.function("y_i = x_i/(c_j x_j)").jacobian("y", "x"),
        lambda: tc.function("y_ij = x_ik a_kj").differential("y").identify("x"),
    ],
    ids=["matmul", "root", "two consumers", "quotient", "differential"],
)
def test_every_line_that_is_changed_is_caught(make, term):
    derivation = make()
    tried = 0
    for k in range(len(leaves(derivation))):
        wrong = tampered(derivation, k, term)
        if wrong is not None:
            tried += 1
            with pytest.raises(ReplayError):
                wrong.replay()
    assert tried or term in (transposed, no_delta)


# ---------------------------------------------------------------- tampering with what was done


@pytest.mark.parametrize(
    ("make", "rule", "wrong"),
    [
        (matmul, "delta-substitution", "one-dropped"),
        (matmul, "delta-substitution", "delta-trace-of-nothing"),
        (matmul, "delta-substitution", "delta-alignment"),
        (matmul, "self-derivative", "constant"),
        (matmul, "self-derivative", "delta-substitution"),
        (matmul, "constant-factor", "product-rule"),
        (matmul, "constant-factor", "linearity"),
        (matmul, "derivative", "chain-rule"),
        (HOLDING["softmax in one line"], "quotient-rule", "product-rule"),
        (HOLDING["softmax in one line"], "chain-rule-elementwise", "power-rule"),
        (HOLDING["softmax in one line"], "function-derivative", "chain-rule-elementwise"),
        (HOLDING["softmax in one line"], "distributed", "like-terms"),
        (HOLDING["softmax in one line"], "definition-folded-power", "powers-merged"),
        (HOLDING["softmax in one line"], "sum-cancelled", "one-contracted"),
        (HOLDING["layer norm"], "factored", "distributed"),
        (lambda: tc.function(NORM).vjp("m").closed_form(), "known-sum", "one-contracted"),
        (HOLDING["layer norm"], "result-put-in", "definition-put-in"),
        (HOLDING["differential, direct"], "differential-tensor", "self-derivative-of-dx"),
        (HOLDING["differential, direct"], "differential-sum", "differential-product"),
    ],
)
def test_a_wrong_name_is_caught(make, rule, wrong):
    derivation = make()
    steps = leaves(derivation)
    k = next(k for k, step in enumerate(steps) if step.rule == rule)
    steps[k] = replace(steps[k], rule=wrong)
    with pytest.raises(ReplayError, match=wrong):
        flat(derivation, steps).replay()


def test_lines_swapped_left_out_or_put_last():
    derivation = matmul()
    steps = leaves(derivation)
    for wrong in ([*steps[1::-1], *steps[2:]], [steps[0], *steps[2:]], [*steps, steps[0]]):
        with pytest.raises(ReplayError, match="begin where the last one ended"):
            flat(derivation, wrong).replay()


def test_a_step_that_does_nothing_or_changes_the_left_side():
    derivation = matmul()
    steps = leaves(derivation)
    idle = replace(steps[-1], before_line=derivation.line, after_line=derivation.line)
    with pytest.raises(ReplayError, match="changes nothing"):
        flat(derivation, [*steps, idle]).replay()
    other = replace(steps[-1].after_line, left=steps[-1].after_line.right)
    with pytest.raises(ReplayError, match="left side"):
        flat(derivation, [*steps[:-1], replace(steps[-1], after_line=other)]).replay()


def test_a_place_where_nothing_changes():
    derivation = tc.function("y_ij = x_ik a_kj + x_im b_mj").jacobian("y", "x")
    steps = leaves(derivation)
    k = next(k for k, step in enumerate(steps) if step.rule == "delta-substitution" and step.where == (0,))
    steps[k] = replace(steps[k], where=(1,))
    with pytest.raises(ReplayError, match="said to apply to term 1"):
        flat(derivation, steps).replay()


def test_a_lemma_that_is_missing_wrong_or_tampered_with():
    derivation = tc.function(NORM).vjp("sigma")
    steps = leaves(derivation)
    k = next(k for k, step in enumerate(steps) if step.lemma is not None)
    lemma = steps[k].lemma
    other = tc.function(NORM).jacobian("y", "mu", direct=True)
    bad = tampered(lemma, len(leaves(lemma)) - 1, sign)
    for wrong, message in ((None, "names no derivation"), (other, "not what was derived"), (bad, "differ")):
        changed_steps = [*steps]
        changed_steps[k] = replace(steps[k], lemma=wrong)
        with pytest.raises(ReplayError, match=message):
            replace(flat(derivation, changed_steps), lemmas=()).replay()


def test_a_consumer_that_was_forgotten():
    derivation = tc.function(NORM).vjp("mu")
    first = leaves(derivation)[0]
    short = replace(first.after_line, right=Expr(first.after_line.right.terms[:1]))
    wrong = replace(derivation, start=short, steps=(replace(first, after_line=short),))
    with pytest.raises(ReplayError):
        wrong.replay()


def test_another_function_throughout():
    """Consistent from the first line to the last, and yet not the derivative of this function."""
    right, other = (tc.function(text) for text in ("y_ij = x_ik a_kj", "y_ij = x_ik a_jk"))
    with pytest.raises(ReplayError):
        replace(other.jacobian("y", "x"), function=right).replay()


def test_every_rule_that_derivations_name_has_a_signature():
    used = {leaf.rule for make in HOLDING.values() for leaf in leaves(make())}
    assert used - {"terms-ordered"} <= set(SIGNATURES)
    assert set(SIGNATURES) <= set(every_rule())


def test_the_message_names_the_step():
    derivation = matmul()
    wrong = tampered(derivation, 2, sign)
    with pytest.raises(ReplayError) as caught:
        wrong.replay()
    assert caught.value.step.rule == "self-derivative"
    assert line_text(caught.value.step.after_line) in str(caught.value)
    assert str(derivation.replay()) == "4 steps of 1 derivation hold"
