"""What is printed is read back as the same, in text and in LaTeX."""

import pytest

import tensorcalc as tc

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
