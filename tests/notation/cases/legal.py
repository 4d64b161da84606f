r"""Lines that are legal: free and summed letters, and numbers that the sources state for them.

Sources are lines of the article that the rulebook comes from (``l.``) and errata (``e``). ``latex`` is the line as the
source writes it; the text and the LaTeX must mean the same. Free letters are those of the last statement. ``given`` and
``value`` are numbers from the errata; every row is also computed by the loop nest on arrays made for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Legal:
    text: str
    free: str = ""
    summed: str = ""
    source: str = ""
    latex: str = ""
    given: dict | None = None
    value: object = None


L = Legal
A, B, C = [1, 2], [3, 4], [5, 6]
M = [[1, 2], [3, 4]]

FREE_AND_DUMMY = [
    L("c_ik = a_ij b_jk", "ik", "j", "l.279", r"c_{i k}=a_{i j} b_{j k}"),
    L("a_i = b_i c_i", "i", "", "l.302, e7", r"a_{i}=b_{i} c_{i}", {"b": [1, 2, 3], "c": [4, 5, 6]}, [4, 10, 18]),
    L("a = b_i c_i", "", "i", "l.319, e7", r"a=b_{i} c_{i}", {"b": [1, 2, 3], "c": [4, 5, 6]}, 32),
    L("a_i = b_ik c_ik d_k", "i", "k", "l.329, e7", r"a_{i}=b_{i k} c_{i k} d_{k}"),
    L("a_i = b_ij c_jk d_k", "i", "jk", "e70", "", {"b": M, "c": M, "d": [1, 1]}, [17, 37]),
    L("a_i = b_ij c_jj d_j", "i", "j", "e70", "", {"b": M, "c": M, "d": [1, 1]}, [9, 19]),
    L("a_j = b_jj c_j", "j", "", "e71", "", {"b": M, "c": [1, 1]}, [1, 4]),
    L("a_i = b_ij c_j + d_ij e_j", "i", "j", "l.325"),
    L("a_i = b_ij c_j + d_ik e_k", "i", "jk", "l.325"),
    L("a = u_i v_i w_i", "", "i", "e12", "", {"u": A, "v": B, "w": C}, 63),
    L("[i] a_ij b_ij = c_ij d_j", "i", "j", "design 1"),
    L("[i] a_ij b_ij = alpha_ij beta_ij", "i", "j", "l.335, e8"),
    L("[] a_i gamma_i = b_ik c_k gamma_i", "", "ik", "l.483, e8"),
    L("[i j] a_i gamma_j = b_ik c_k gamma_j", "ij", "k", "l.474", r"[i, j] a_{i} \gamma_{j}=b_{i k} c_{k} \gamma_{j}"),
    L("[i] a_i lambda = b_ik c_k lambda", "i", "k", "l.465", r"[i] a_{i} \lambda=b_{i k} c_{k} \lambda"),
    L("[i] a_i + gamma_i = b_ik c_k + gamma_i", "i", "k", "l.456"),
    L("a_ij b_ij = alpha_ij beta_ij (no sum i)", "i", "j", "l.335, e75"),
]

DELTA_AND_ONES = [
    L("a_kj = delta_ki b_ij", "kj", "i", "l.351, e9", r"a_{kj}=\delta_{k i} b_{i j}"),
    L("a_kj = delta_ik b_ij", "kj", "i", "l.357, e10", r"a_{kj}=\delta_{i k} b_{i j}"),
    L("a_kj = delta_ki b_ij c_ij", "kj", "i", "l.358, e10", r"a_{kj}=\delta_{k i} b_{i j} c_{i j}"),
    L("a_pq = delta_ij b_ip c_qj", "pq", "ij", "l.359", r"a_{p q}=\delta_{i j} b_{i p} c_{q j}"),
    L("n = delta_kk 1_k", "", "k", "e9"),
    L("d_k = delta_kk", "k", "", "e9"),
    L("a = 1_i b_i", "", "i", "l.375, e11", r"a=\mathbf{1}_{i} b_{i}", {"b": [1, 2, 3]}, 6),
    L("a_ij = 1_i b_j", "ij", "", "l.381", r"a_{i j}=\mathbf{1}_{i} b_{j}"),
    L("a = 1_n 1_n", "", "n", "l.387, e74", r"a=\mathbf{1}_{n} \mathbf{1}_{n}"),
    L("a = 1_n 1_n 1_n", "", "n", "l.393, e74", r"a=\mathbf{1}_{n} \mathbf{1}_{n} \mathbf{1}_{n}"),
    L("a_ij = 1_i 1_j", "ij", "", "l.399, e74", r"a_{i j}=\mathbf{1}_{i} \mathbf{1}_{j}"),
    L("a_ij = 1_ij", "ij", "", "l.399", r"a_{i j}=\mathbf{1}_{i j}"),
    L(
        "a_i = 1_ij b_ij c_j",
        "i",
        "j",
        "l.405, e11",
        r"a_{i}=\mathbf{1}_{i j} b_{i j} c_{j}",
        {"b": M, "c": C},
        [17, 39],
    ),
    L("a_i = b_ij c_j", "i", "j", "l.405, e11", r"a_{i}=b_{i j} c_{j}", {"b": M, "c": C}, [17, 39]),
]

ALGEBRA = [
    L("a_i = b_i d_ii", "i", "", "l.412"),
    L("a_i = b_i d_jj", "i", "j", "l.411"),
    L("a_i = b_ij 1_j d_ik e_k", "i", "jk", "l.413", r"a_{i}=b_{i j} \mathbf{1}_{j} d_{i k} e_{k}"),
    L("a_i = b_ij 1_j d_ij e_j", "i", "j", "l.413", r"a_{i}=b_{i j} \mathbf{1}_{j} d_{i j} e_{j}"),
    L("a = b_k c_k d_k", "", "k", "l.414", "", {"b": A, "c": B, "d": C}, 63),
    L("c_ij = a_ij + b", "ij", "", "l.419"),
    L("c_ij = a_ij + b 1_ij", "ij", "", "l.419", r"c_{ij} = a_{i j}+b \mathbf{1}_{i j}"),
    L("c_ij = a_i 1_j + 1_i b_j", "ij", "", "e13", "", {"a": A, "b": B}, [[4, 5], [5, 6]]),
    L("a_i = b_ij c_ij + b_ij d_j", "i", "j", "l.426", r"a_{i}=b_{i j} c_{i j}+b_{i j} d_{j}"),
    L("a_i = b_ij (c_ij + 1_i d_j)", "i", "j", "l.436", r"a_{i}=b_{i j}\left(c_{i j}+\mathbf{1}_{i} d_{j}\right)"),
    L("y_i = exp(b_ik c_k)", "i", "k", "l.446, e14"),
    L("y = exp(b_k c_k)", "", "k", "e14", "", {"b": A, "c": [3, -1]}, 2.718281828459045),
    L("y_i = x_i^2", "i", "", "e15", r"y_i = x_{i}^{2}", {"x": [3, 4]}, [9, 16]),
    L("y = x_i x_i", "", "i", "e15", "", {"x": [3, 4]}, 25),
    L("a = 1_i x_i^2", "", "i", "e15", "", {"x": [3, 4]}, 25),
    L("z_ij = b_i^2 c_j^2", "ij", "", "l.506"),
    L("z_ij = (b_ik c_jk)^2", "ij", "k", "l.506", r"z_{ij} = \left(b_{i k} c_{j k}\right)^{2}"),
    L("z_ij = b_ik^2 c_jk^2", "ij", "k", "l.506", r"z_{ij} = b_{i k}^{2} c_{j k}^{2}"),
    L("y_ik = (a_i b_j) c_jk", "ik", "j", "l.1181, e12"),
    L("y_i = (a_i b_j) c_j", "i", "j", "l.1181, e12", "", {"a": A, "b": B, "c": C}, [39, 78]),
    L("y_i = a_i (b_j c_j)", "i", "j", "l.1181, e12", "", {"a": A, "b": B, "c": C}, [39, 78]),
    L("y_j = (a_i b_i) c_j", "j", "i", "e12", "", {"a": A, "b": B, "c": C}, [55, 66]),
    L("y_i = (a_i b_i) c_i", "i", "", "e12: all free", "", {"a": A, "b": B, "c": C}, [15, 48]),
    L("y_ijk = (a_i b_j) c_k", "ijk", "", "l.1180"),
    L("y_i = (a_i + b_i) + c_i", "i", "", "l.1176"),
]

MATRICES = [
    L("a_ij = b_ij + c_ij", "ij", "", "l.510"),
    L("a_ij = b_ji", "ij", "", "l.511"),
    L("lambda = a_ii", "", "i", "l.512", r"\lambda=a_{i i}", {"a": M}, 5),
    L("a_ij = lambda b_ij", "ij", "", "l.513", r"a_{i j}=\lambda b_{i j}"),
    L("a_ij = b_ik c_kj", "ij", "k", "l.514"),
    L("a_ij = b_ij c_ij", "ij", "", "l.515"),
    L("a_ij = b_i c_j", "ij", "", "l.516"),
    L("lambda = b_i c_i", "", "i", "l.517"),
    L("lambda = sqrt(x_i x_i)", "", "i", "l.518", r"\lambda=\sqrt{x_{i} x_{i}}", {"x": [3, 4]}, 5),
    L(
        "a_nj = x_ni w_ij + 1_n b_j",
        "nj",
        "i",
        "e78",
        "",
        {"x": [[1], [2], [3]], "w": [[2]], "b": [1]},
        [[3], [5], [7]],
    ),
]

NORMS_AND_LOSSES = [
    L("m_b = 1/H 1_h x_bh", "b", "h", "l.551", r"m_{b}=\frac{1}{H} \mathbf{1}_{h} x_{b h}"),
    L(
        "v_b = 1/H 1_h (x_bh - 1_h m_b)^2",
        "b",
        "h",
        "l.563, e14",
        r"v_{b}=\frac{1}{H} \mathbf{1}_{h}\left(x_{b h}-\mathbf{1}_{h} m_{b}\right)^{2}",
    ),
    L(
        "y_bh = (x_bh - 1_h m_b)/sqrt(v_b + eps) gamma_h + 1_b beta_h",
        "bh",
        "",
        "l.571",
        r"y_{b h}=\frac{x_{b h}-\mathbf{1}_{h} m_{b}}{\sqrt{v_{b}+\epsilon}} \gamma_{h}+\mathbf{1}_{b} \beta_{h}",
    ),
    L("sigma = 1_j exp(x_j)", "", "j", "l.841, e14", r"\sigma=\mathbf{1}_{j} \exp\left(x_{j}\right)"),
    L("s_i = exp(x_i)/(1_j exp(x_j))", "i", "j", "l.844"),
    L("c = -log(s_T)", "", "", "l.868", r"c=-\log \left(s_{T}\right)"),
    L("y_i = -1/s_T delta_iT", "i", "", "l.869", r"y_i = -\frac{1}{s_{T}} \delta_{i T}"),
    L("y_n = s_n - delta_Tn", "n", "", "l.882, e22", r"y_n = s_{n}-\delta_{T n}"),
    L("y_in = s_i delta_in - s_i s_n", "in", "", "l.861", r"y_{in} = s_{i} \delta_{i n}-s_{i} s_{n}"),
    L("c = 1_i y_i log(1_j exp(a_j)) - y_i a_i", "", "ij", "e63", "", {"a": [0, 0], "y": [1, 1]}, 1.3862943611198906),
    L("c = 1_i (y_i log(s_i) + z_i w_i)", "", "i", "design 2"),
    L(
        "z_pq = g_pq gamma_q/sigma_p - g_ph gamma_h/H (1_h 1_q/sigma_p + mu_ph mu_pq/sigma_p^3)",
        "pq",
        "h",
        "l.1129, e21",
    ),
    L(
        "dl_dx_pq = dl_dy_pj a_qj",
        "pq",
        "j",
        "l.727",
        r"\frac{\partial l}{\partial x_{p q}} = \frac{\partial l}{\partial y_{p j}} a_{q j}",
    ),
    L("z_p = 1/2 (v_p + eps)^{-0.5}", "p", "", "l.1004", r"z_p = \frac{1}{2}\left(v_{p}+\epsilon\right)^{-0.5}"),
    L("a = x_i/x_i", "", "i", "design 4: the sum is the length", "", {"x": [2, 5, 7]}, 3),
]

NO_FALSE_REFUSALS = [
    L("y_bh = exp(g_h x_bh)", "bh", "", "design 2"),
    L("y_b = g_bq mu_bq/sigma_b", "b", "q", "design 2"),
    L("y_q = g_bq mu_bq/sigma_b", "q", "b", "design 2: three occurrences"),
    L("y = (b_ij c_j)^2 d_i", "", "ij", "design 2"),
    L("y_bh = (x_bh - 1_h m_b)^2", "bh", "", "design 2"),
    L("y_i = x_{i+m} w_m", "i", "m", "design 1"),
    L("y_i = x_{2i+3m+1} w_m", "i", "m", "design 1"),
    L("y_i = x_{2i+0}", "i", "", "design 1: every second component"),
    L("y_oij = x_{c,i+m,j+n} w_ocmn", "oij", "cmn", "design 1"),
    L("c_b = -log(s_{b,T_b})", "b", "", "design 1"),
    L("c_b = -log(s_{b,T_b})\nl = 1/B 1_b c_b", "", "b", "design 1"),
    L("y_i = x_i0 + x_{i,1}", "i", "", "design 1"),
    L("y_j = x_Tj", "j", "", "design 1"),
    L("y_i = sum_k(a_ik) + sum_k(b_ik c_k)", "i", "k", "design 1"),
    L("y = sum_k(exp(a_k b_k))", "", "k", "design 2: a written sum has one reading"),
    L("y = (sum_k(x_k))^2 + sum_k((x_k)^2)", "", "k", "which of them is raised is written"),
    L("y = a_i/b_i/c_i", "", "i", "design 1"),
    L("c = log(1_i x_i)", "", "i", "design 2: the sum is inside"),
    L("y = 1_q (b_q c_q + a)", "", "q", "design 2c: one outer sum"),
    L("y_q = 1_q ((b_q c_q) + a)", "q", "", "design 2c: q is free"),
    L("y = (a_i + b_i)(c_i + d_i)", "", "i", "design 2: one outer sum"),
    L("y_i = 3 # three everywhere\nz_i = y_i x_i", "i", "", "design 1"),
    L("n_b = sqrt(x_bh x_bh)\ny_bh = x_bh/n_b", "bh", "h", "design 1"),
    L("w1_ij = alpha_ij/2 - β_i 1_j", "ij", "", "design 1"),
]

LEGAL = [*FREE_AND_DUMMY, *DELTA_AND_ONES, *ALGEBRA, *MATRICES, *NORMS_AND_LOSSES, *NO_FALSE_REFUSALS]
