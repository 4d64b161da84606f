"""What is printed is read back as the same, in text and in LaTeX."""

import pytest

import tensorcalc as tc
from tensorcalc.notation.expression import Idx, Size, of_base
from tensorcalc.notation.parser import parse_expression
from tensorcalc.notation.printing import to_text
from tensorcalc.notation.sizes import named

LINES = [
    "c_ik = a_ij b_jk",
    "v_b = 1/H 1_h (x_bh - 1_h m_b)^2",
    "y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h",
    "s_i = exp(x_i)/(1_j exp(x_j))",
    "l = 1_i (y_i log(s_i) + z_i w_i)",
    "dl_dx_pq = dl_dy_pq gamma_q/sigma_p - dl_dy_ph gamma_h/H (1_hq/sigma_p + mu_ph mu_pq/sigma_p^3)",
    "y_i = x_{2i+m-1} w_m - s_{10,T_i}",
    "y_i = x_2i a_{3,i}",
    "y = sum_k(exp(a_k b_k)) + 3",
    "d_bp = delta_bp/(2 sigma_b)",
    "d_ip = f'(x_i) delta_ip",
    "y_ijpq = ∂(x_ik a_kj)/∂x_pq",
    "y_ij = (a_ik + b_ik) (c_kj - 2 d_kj)",
    "y_i = 1/(a_i b_j c_j)",
    "y = x_i x_i/(z_j z_j)",
    "y = (a_i b_i)^2",
    "y_i = sqrt(x_ij x_ij + 1)",
    "[i] a_ij b_ij = c_i",
    "[] 1_n 1_n = 3",
    "dl_dx_p = 0",
    "∂y_ij/∂x_pq = delta_ip a_qj",
    "y_i = -x_i + 1/2",
    "y_ij = exp(2 x_i 1_j - z_j 1_i)",
    "y = 1_i exp(x_i) exp(z_j w_j)",
]


@pytest.mark.parametrize("text", LINES)
def test_round_trip(text):
    equation = tc.equation(text)
    assert str(tc.equation(str(equation))) == str(equation)
    for latex in (equation.latex, equation._repr_latex_()):
        again = tc.equation(latex)
        assert str(again) == str(equation)
        assert tc.equal(again, equation) is True


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("y_i = a_i/(1/2 (b_j c_ji))", "y_i = 2 a_i/(b_j c_ji)"),
        ("y_i = a_i/(1/((2 b_j) c_kk)/d_ij)", "y_i = 2 a_i/(sum_j(1/(b_j c_kk d_ij)))"),
        ("y = z/(a_j/sum_k(b_jk/(3 (c_m d_m))))", "y = z/(3 a_j/(1_k b_jk/(c_m d_m)))"),
        ("y = 2/3 (v w + 0)/z", "y = 2 v w/(3 z)"),
    ],
)
def test_numbers_leave_nested_quotients_at_once(text, printed):
    """A number that stays below a bar moves out when the line is read again, so none may stay."""
    equation = tc.equation(text)
    assert str(equation) == printed
    assert str(tc.equation(printed)) == printed
    assert tc.equation(equation.latex).latex == equation.latex


PROGRAMS = [  # each was printed once as something that reading refused, or that was printed differently again
    # r runs over one range in the first statement, and over that of s in the second
    "y1_ib = -I*1_ib*(1_b)^{-1} - 2/((c_vkm*d_kvm + v_v)/(a_qcjj*b_rc)/(V*c_vnn)*sqrt(w_{U,r}))*w_pq"
    "*sqrt(1_p*sum_s((S*x_s)*y_s) + (2*w_ss)*z)*1_p - (I*k1_b)/((I*w2_i)*z*z + (w_vv*w2_j)*(I*alpha_ij)^2)\n"
    "y2_p = -P*1_pi*1_i - (2*1/(x_r*v_r))*delta_qq",
    # two denominators make one group, in which a one-tensor repeats the letter of the other
    "y = k1_b*(1_b + (a*1/(m_s*n))*(1.25*h_r*1_bsr)^{-1})^3",
    # a sum that is written out below a bar takes the other denominators along
    "y_ip = -(d_pnn*b_b)/(1/b_l*sqrt(a_clc)*1/(c_hl*c_bh))/(2/z_j/v_rrqj*z_i*(x_vq*w_qv + u_q)) + 1_pib*k_jjb",
    "y_biv = (a_pv*b_b)*(d_qs*c_isq^3)^{-2}/(3*sum_c(sqrt(v_nc*b_c)*sqrt(w_rc))*(f_jr*x_jnp + g_rnp)^{1/2})",
    # a root to an even power is a product
    "y_i = k_b*1_bl*(sin(I*b_pp*c_i)*sqrt(1/(2*a))*(f_q*w_q + x_jvj*w_v))^{-2}*z_l",
    # a denominator is a group of its own, with brackets or without
    "y_i = (a_i/1_i + z_i)^2",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_programs_are_printed_as_they_are_read(text):
    function = tc.function(text)
    assert str(tc.function(str(function))) == str(function)
    assert tc.function(function.latex).latex == function.latex


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("y = k_b (1_b + a/(m_s n) (h_r 1_bsr)^{-1})^3", "y = k_b (1_b + 1_s a/(m_s n h_r 1_br))^3"),
        ("y = x/sum_c(sqrt(v_c b_c) w_rc w_rc) (d_q c_q)^{-2}", "y = x/(sum_c(sqrt(v_c b_c) w_rc w_rc (d_q c_q)^2))"),
        ("y_q = c_h/H 1_h d_q + c_q", "y_q = c_h/H 1_h d_q + c_q"),
        ("y_i = c_h/Q 1_h a_i + b_iq c_q", "y_i = c_h/Q 1_h a_i + b_iq c_q"),
    ],
)
def test_one_group_below_a_bar_and_sizes_as_they_were_written(text, printed):
    assert str(tc.function(text)) == printed


@pytest.mark.parametrize(
    ("scope", "program", "name"),
    [
        ((), {}, "R"),
        ((Idx("s", "R"),), {"S": {"R"}}, "R"),
        ((Idx("s", "R"), Idx("r", "Q")), {"S": {"R"}, "R": {"Q"}}, "S"),  # r is another range here
        ((Idx("s", "R"), Idx("q", "Q")), {"S": {"R"}, "R": {"R", "Q"}}, "S"),  # q is called R in another line
        ((), {"K": {"R"}, "S": {"R", "Q"}, "R": {"Q"}}, "K"),
    ],
)
def test_a_size_has_the_name_of_a_letter_where_its_own_would_mean_another_range(scope, program, name):
    size = named(of_base(Size("R")), scope, {letter: frozenset(ranges) for letter, ranges in program.items()})
    assert size.terms[0].factors[0][0].name == name


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("m_b = 1/H 1_h x_bh", r"m_{b} = \frac{1}{H} \mathbf{1}_{h} x_{bh}"),
        ("dl_dx_pq = dl_dy_pj a_qj", r"\frac{\partial l}{\partial x_{pq}} = \frac{\partial l}{\partial y_{pj}} a_{qj}"),
        ("sigma_b = (v_b + eps)^{0.5}", r"\sigma_{b} = \sqrt{v_{b} + \epsilon}"),
        ("y_i = logits_i + w1_i", r"y_{i} = \mathrm{logits}_{i} + \mathrm{w1}_{i}"),
        ("d_bp = delta_bp/(2 sigma_b)", r"d_{bp} = \frac{\delta_{bp}}{2 \sigma_{b}}"),
        ("[i, j] a_i g_j = b_i g_j", r"[i, j]\; a_{i} g_{j} = b_{i} g_{j}"),
    ],
)
def test_latex_as_people_write_it(text, latex):
    assert tc.equation(text).latex == latex


def test_dummies_keep_their_letters_where_they_can():
    equation = tc.equation("a_i = b_ij c_j").substitute("c_i = d_ij e_j")
    assert str(equation) == "a_i = b_ij d_jk e_k"


def test_function_prints_every_statement():
    text = "m_b = 1/H 1_h x_bh\nmu_bh = x_bh - 1_h m_b"
    function = tc.function(text)
    assert str(function) == text
    assert str(tc.function(function._repr_latex_())) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{\delta_{bp}}{2 \sigma_b}", "delta_bp/(2 sigma_b)"),
        (r"\frac{a_i + b_i}{\frac{c_i}{d_i}}", "(a_i + b_i)/(c_i/d_i)"),
        (r"\frac1q\, r_i", "1/q r_i"),
        (r"\frac12", None),
        (r"\frac a_i{b_i}", None),
    ],
)
def test_fractions_of_latex_as_text(latex, text):
    if text is None:
        with pytest.raises(tc.NotationError, match="a fraction without braces"):
            parse_expression(latex)
    else:
        assert to_text(parse_expression(latex)) == text
