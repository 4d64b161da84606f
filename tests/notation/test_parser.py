"""Text and LaTeX become the same tree, with the place of every letter."""

from fractions import Fraction

import pytest

from tensorcalc.notation import syntax as sx
from tensorcalc.notation.errors import NotationError
from tensorcalc.notation.parser import parse, parse_expression

SAME = [
    ("y_ij = x_ik a_kj", r"$y_{ij} = x_{ik} a_{kj}$"),
    ("m_b = 1/H 1_h x_bh", r"m_{b}=\frac{1}{H} \mathbf{1}_{h} x_{b h}"),
    ("v_b = 1/H 1_h (x_bh - 1_h m_b)^2", r"v_b = \frac{1}{H} \mathbf 1_h \left(x_{bh}-\mathbf{1}_{h} m_{b}\right)^{2}"),
    ("s_i = exp(x_i)/(1_j exp(x_j))", r"s_{i} =\frac{e^{x_{i}}}{\mathbf{1}_{j} e^{x_{j}}}"),
    ("c = -log(s_T)", r"c =-\log s_{T}"),
    ("dl_dx_pq = dl_dy_pj a_qj", r"\frac{\partial l}{\partial x_{pq}} = \partial l/\partial y_{pj} \, a_{qj}"),
    ("dl_dx_pq = dl_dy_pj a_qj", "∂l/∂x_pq = ∂l/∂y_pj a_qj"),
    ("sigma_b = sqrt(v_b + eps)", r"\sigma_{b} =\sqrt{v_{b}+\epsilon}"),
    ("sigma_b = sqrt(v_b + epsilon)", "σ_b = sqrt(v_b + ε)"),
    ("y_ij = delta_ij w1_ij", r"y_{ij} = \delta_{ij} \mathrm{w1}_{ij}"),
    ("y_i = sum_k(a_ik b_k)", r"y_i = \sum_{k} a_{ik} b_k"),
    ("d_ip = point'(x_i) delta_ip", r"d_{ip} = \operatorname{point}'\left(x_i\right) \delta_{ip}"),
    ("[i] a_ij b_ij = c_i", r"a_{ij} b_{ij}=c_i \quad(\text{no sum } i)"),
    ("[i] a_ij b_ij = c_i", "a_ij b_ij = c_i (no sum i)"),
    ("mhat = m/2", r"\hat{m} = \frac{m}{2}"),
]


def bare(node):
    """The tree without brackets, which the fraction bar of LaTeX replaces."""
    match node:
        case sx.Group(body):
            return bare(body)
        case sx.Sum(terms):
            return sx.Sum(tuple(map(bare, terms)))
        case sx.Product(factors):
            return sx.Product(tuple(map(bare, factors)))
        case sx.Quotient(above, below):
            return sx.Quotient(bare(above), bare(below))
        case sx.Power(base, exponent):
            return sx.Power(bare(base), bare(exponent))
        case sx.Negate(operand):
            return sx.Negate(bare(operand))
        case sx.Call(function, argument, primes):
            return sx.Call(function, bare(argument), primes)
    return node


@pytest.mark.parametrize(("text", "latex"), SAME)
def test_text_and_latex_are_the_same_tree(text, latex):
    one, other = parse(text).statements[0], parse(latex).statements[0]
    assert (bare(one.left), bare(one.right), one.free) == (bare(other.left), bare(other.right), other.free)


@pytest.mark.parametrize(
    ("subscript", "indices"),
    [
        ("ij", (sx.Letter("i"), sx.Letter("j"))),
        ("{ij}", (sx.Letter("i"), sx.Letter("j"))),
        ("10", (sx.Fixed(1), sx.Fixed(0))),
        ("{10,}", (sx.Fixed(10),)),
        ("{10,j}", (sx.Fixed(10), sx.Letter("j"))),
        ("T", (sx.Constant("T"),)),
        ("{b,T_b}", (sx.Letter("b"), sx.Valued("T", (sx.Letter("b"),)))),
        ("{i+m}", (sx.Affine(((1, sx.Letter("i")), (1, sx.Letter("m")))),)),
        ("{2i+3m-1}", (sx.Affine(((2, sx.Letter("i")), (3, sx.Letter("m"))), -1),)),
        ("{b,2i}", (sx.Letter("b"), sx.Affine(((2, sx.Letter("i")),)))),
        ("{i+m-i}", (sx.Letter("m"),)),
        ("{p-m}", (sx.Affine(((1, sx.Letter("p")), (-1, sx.Letter("m")))),)),
    ],
)
def test_subscripts(subscript, indices):
    assert parse_expression(f"x_{subscript}").indices == indices


def test_slash_goes_left_to_right_and_says_so():
    program = parse("y_i = 2 x_i/3 z_i")
    quotient, factor = program.statements[0].right.factors
    assert (quotient.denominator, factor.name) == (sx.Number(Fraction(3)), "z")
    assert "divides by 3 alone" in program.warnings[0]
    assert parse("y_b = 1/H 1_h x_bh").warnings == ()


def test_spans_point_into_the_source():
    text = "y_i = alpha x_ij b_j"
    for node in sx.walk(parse(text).statements[0].right):
        if isinstance(node, sx.Tensor):
            assert text[slice(*node.span)].startswith(node.name)
            for index in node.indices:
                assert text[slice(*index.span)] == index.name


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        ("y_i x_i", "one-equals-sign", 7),
        ("y_i = x_i = z_i", "one-equals-sign", 10),
        ("y_i = (x_i", "syntax", 10),
        ("y_i = x_i)", "syntax", 9),
        ("y_i = softmax(x_i)", "unknown-function", 6),
        ("y_i = x_i^y_i", "exponent", 10),
        ("y_i = x_i^2^3", "exponent", 11),
        ("y_ij = x_ij^T", "exponent", 12),
        ("y_i = x_{i+m", "index-letter", 8),
        ("y_i = x_{bi+m}", "affine-index", 10),
        ("y_i = 1_", "index-letter", 7),
        ("y_i = 21_i", "syntax", 8),
        ("y = delta_i", "delta-order", 4),
        ("exp_i = x_i", "reserved-name", 0),
        ("y_i = " + "(" * 200 + "x_i", "limit", 46),
        (r"y_{i} = x_bh \mathbf{1}_b", "index-letter", 9),
    ],
)
def test_refusals_of_the_grammar(text, rule, column):
    with pytest.raises(NotationError) as caught:
        statement = parse(text).statements[0]
        from tensorcalc.notation.reading import Reader

        Reader(text).statement(statement)
    assert (caught.value.rule, caught.value.position) == (rule, column)
