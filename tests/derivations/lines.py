"""Derivations of the sources, corrected as in ``book/data/coverage.yml``, with the letters of the book.

Each row: the number of the statement in that table, the function, what is derived, and the source's lines behind the
first equals sign. A line that the engine writes otherwise is a pair of the line and the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import tensorcalc as tc

Written = str | tuple[str, str]


@dataclass(frozen=True)
class Row:
    """``derive``: ``jacobian y x pq`` or ``direct y x pq``; ``vjp x pq``, ``closed x pq``, ``factored x pq``,
    ``keeping x pq v`` for a closed form with ∂l/∂v in it, ``vanishing x pq`` for the sum found to be 0 on the way;
    ``differential y`` from the statement of y alone, ``differential y x`` where all but x is fixed;
    ``implicit y x`` for a tensor y that an equation defines, ``implied y x`` for the gradient of a loss of it.
    """

    number: str
    function: str
    derive: str
    lines: tuple[Written, ...]


INVERSE = "[i, j] x_ik y_kj = delta_ij"
MATMUL = "y_ij = x_ik a_kj"
POINT = "y_i = point(x_i)"
SHARED = "u = a_i a_i\nv = b sqrt(a_i a_i)\ny = u + v\nz = 2 u"
SOFTMAX = "z = 1_j exp(x_j)\ns_i = exp(x_i)/z\nc = -log(s_T)"
LAYER_NORM = """m_b = 1/H 1_h x_bh
mu_bh = x_bh - 1_h m_b
v_b = 1/H 1_h mu_bh^2
sigma_b = sqrt(v_b + eps)
y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h"""
BATCH_NORM = """mu_c = 1/I 1_i x_ic
v_c = 1/I 1_i (x_ic - 1_i mu_c)^2
s_c = sqrt(v_c + eps)
h_ic = (x_ic - 1_i mu_c)/s_c
y_ic = gamma_c h_ic + 1_i beta_c"""
CONVOLUTION = "y_ij = w_mn x_{i+m,j+n} + b 1_ij"
CROSS_ENTROPY = "s = 1_j exp(z_j)\nh_i = exp(z_i)/s\nl = -y_i log(h_i)"
TWO_LAYERS = """a_i = u_ij x_j + b_i
h_i = relu(a_i)
z_k = w_ki h_i + c_k
s = 1_k exp(z_k)
p_k = exp(z_k)/s
l = -y_k log(p_k)"""
ROWS_OF_SAMPLES = "y_nm = x_nd w_dm"
ONE_LAYER = "a_nm = x_nd w_dm + 1_n b_m\ny_nm = tanh(a_nm)"
NETWORK = "a_i = w_ij x_j + b_i\nh_i = sigmoid(a_i)\nc_k = u_ki h_i"

FRACTION = "a negative power is written as a fraction, behind what stands above it"
ORDER = "numbers and sizes stand in front"
OWN_LETTER = "the sum over the argument's own letter is never written"
NAMED = "the value of the function stands under its name"
BEHIND = "the one-tensor stands behind, where the gradient left it"
LEMMA = "the gradient of a consumer is put in as it was derived"

ROWS = (
    # ------------------------------------------------------------ 07: several variables
    Row("S1-024", "y = x_i 1_i", "jacobian y x p", ("∂x_i/∂x_p 1_i", "delta_ip 1_i", "1_p")),
    Row("S1-024", "y = x_i 1_i", "vjp x p", ("dl_dy 1_p",)),
    Row("S1-026", "y_i = 1_i x", "jacobian y x", ("1_i ∂x/∂x", "1_i")),
    Row("S1-026", "y_i = 1_i x", "vjp x", ("dl_dy_i 1_i",)),
    Row("S1-032", SHARED, "vjp u", ("dl_dy ∂y/∂u + dl_dz ∂z/∂u", "dl_dy + 2 dl_dz")),
    # ------------------------------------------------------------ 08: rules
    Row("S1-095", "y_ij = x_ij", "jacobian y x ab", ("∂x_ij/∂x_ab",)),
    Row("S1-096", "y_i = x_i", "jacobian y x p", ("∂x_i/∂x_p", "delta_ip")),
    Row("S1-097", "y_ijk = x_ijk", "jacobian y x pqr", ("delta_ip delta_jq delta_kr",)),
    Row(
        "S1-098",
        "y_abcd = f(x_ab) g(x_cd)",
        "jacobian y x pq",
        ("∂(f(x_ab))/∂x_pq g(x_cd) + f(x_ab) ∂(g(x_cd))/∂x_pq",),
    ),
    Row(
        "S1-099", "y_ac = f(x_ab) g(x_bc)", "jacobian y x pq", ("∂(f(x_ab))/∂x_pq g(x_bc) + f(x_ab) ∂(g(x_bc))/∂x_pq",)
    ),
    Row(
        "S1-100",
        "y_abcd = f(x_ab)/g(x_cd)",
        "jacobian y x pq",
        ("1/g(x_cd)^2 (∂(f(x_ab))/∂x_pq g(x_cd) - f(x_ab) ∂(g(x_cd))/∂x_pq)",),
    ),
    Row("S1-102", "u_cd = sin(x_cd)\ny_ab = w_abcd u_cd", "jacobian y x pq", ("∂y_ab/∂u_cd ∂u_cd/∂x_pq",)),
    Row(
        "S1-104",
        "u_cd = sin(x_cd)\nv_ef = cos(x_ef)\ny_ab = w_abcd u_cd + w_abef v_ef",
        "jacobian y x pq",
        ("∂y_ab/∂u_cd ∂u_cd/∂x_pq + ∂y_ab/∂v_ef ∂v_ef/∂x_pq",),
    ),
    Row(
        "S1-101",
        "v = x_c z_c\ny_a = f(x_a)/v",
        "jacobian y x p",
        ("1/v^2 (∂(f(x_a))/∂x_p v - f(x_a) ∂v/∂x_p)",),
    ),
    # ------------------------------------------------------------ 12: element-wise functions
    Row(
        "S1-107",
        POINT,
        "jacobian y x p",
        ("∂(point(x_i))/∂x_p", ("point'(x_i) delta_ij delta_jp", OWN_LETTER), "point'(x_i) delta_ip"),
    ),
    Row("S1-108", POINT, "vjp x p", ("dl_dy_i ∂y_i/∂x_p", "dl_dy_i point'(x_i) delta_ip", "dl_dy_p point'(x_p)")),
    Row("S0-021", "s_i = sigmoid(x_i)", "jacobian s x p", ("s_i (1 - s_i) delta_ip",)),
    Row("S0-023", "t_i = tanh(x_i)", "jacobian t x p", ("(1 - tanh(x_i)^2) delta_ip", "(1 - t_i^2) delta_ip")),
    Row("S0-025", "y_i = relu(x_i)", "jacobian y x p", ("step(x_i) delta_ip",)),
    # ------------------------------------------------------------ 13: the matrix product
    Row(
        "S1-110",
        MATMUL,
        "jacobian y x pq",
        ("∂(x_ik a_kj)/∂x_pq", "∂x_ik/∂x_pq a_kj", "delta_ip delta_kq a_kj", "delta_ip a_qj"),
    ),
    Row("S1-111", MATMUL, "vjp x pq", ("dl_dy_ij ∂y_ij/∂x_pq", "dl_dy_ij delta_ip a_qj", "dl_dy_pj a_qj")),
    Row(
        "S1-113",
        MATMUL,
        "jacobian y a pq",
        ("∂(x_ik a_kj)/∂a_pq", "x_ik ∂a_kj/∂a_pq", "x_ik delta_kp delta_jq", "x_ip delta_jq"),
    ),
    Row("S1-114", MATMUL, "vjp a pq", ("dl_dy_ij ∂y_ij/∂a_pq", "dl_dy_ij x_ip delta_jq", "dl_dy_iq x_ip")),
    Row("S2-023", ROWS_OF_SAMPLES, "vjp w pq", ("dl_dy_nm ∂y_nm/∂w_pq",)),
    Row("S2-032", ROWS_OF_SAMPLES, "vjp x pq", ("dl_dy_pm w_qm",)),
    Row("S2-037", ROWS_OF_SAMPLES, "vjp w pq", (("x_np dl_dy_nq", "the upstream gradient stands first"),)),
    Row("S1-112", MATMUL, "vjp x pq", ("∂l/∂Y A^T",)),
    Row("S1-115", MATMUL, "vjp a pq", ("X^T ∂l/∂Y",)),
    Row("S1-008", "y_ij = x_ik w_kj", "vjp x pq", ("∂l/∂Y W^T",)),
    Row("S1-008", "y_ij = x_ik w_kj", "vjp w pq", ("X^T ∂l/∂Y",)),
    Row("S2-038", ROWS_OF_SAMPLES, "vjp w pq", ("X^T ∂l/∂Y",)),
    # ------------------------------------------------------------ 14: the matrix inverse
    Row(
        "S1-117",
        INVERSE,
        "implicit y x",
        (
            "∂x_ik/∂x_pq y_kj + x_ik ∂y_kj/∂x_pq",
            "delta_ip delta_kq y_kj + x_ik ∂y_kj/∂x_pq",
            "delta_ip y_qj + x_ik ∂y_kj/∂x_pq",
            "x_ik ∂y_kj/∂x_pq",
            "-delta_ip y_qj",
        ),
    ),
    Row(
        "S1-118",
        INVERSE,
        "implicit y x",
        (
            "y_ri x_ik ∂y_kj/∂x_pq",
            "-y_ri delta_ip y_qj",
            "delta_rk ∂y_kj/∂x_pq",
            "-y_rp y_qj",
            "-y_kp y_qj",
        ),
    ),
    Row(
        "S1-119",
        INVERSE,
        "implied y x",
        ("dl_dy_kj ∂y_kj/∂x_pq", "-dl_dy_kj y_kp y_qj", "-y_kp dl_dy_kj y_qj"),
    ),
    Row("S1-120", INVERSE, "implied y x", ("-Y^T ∂l/∂Y Y^T",)),
    # ------------------------------------------------------------ 15: softmax and losses
    Row(
        "S1-122",
        SOFTMAX,
        "jacobian z x n",
        (
            "1_j ∂(exp(x_j))/∂x_n",
            ("1_j exp(x_j) delta_jk delta_kn", OWN_LETTER),
            "1_j exp(x_j) delta_jn",
            "exp(x_n)",
        ),
    ),
    Row(
        "S1-123",
        SOFTMAX,
        "jacobian s x n",
        (
            "1/z^2 (∂(exp(x_i))/∂x_n z - exp(x_i) ∂z/∂x_n)",
            "1/z^2 (exp(x_i) delta_in z - exp(x_i) exp(x_n))",
            "s_i delta_in - s_i s_n",
        ),
    ),
    Row("S1-124", SOFTMAX, "direct c s i", ("-∂(log(s_T))/∂s_i", "-1/s_T delta_iT")),
    Row(
        "S1-125",
        SOFTMAX,
        "jacobian c x n",
        (
            "∂c/∂s_i ∂s_i/∂x_n",
            "-1/s_T delta_iT (s_i delta_in - s_i s_n)",
            "-1/s_T (s_T delta_Tn - s_T s_n)",
            "s_n - delta_Tn",
        ),
    ),
    Row("S1-126", SOFTMAX, "factored x n", ("dl_dc (s_n - delta_Tn)",)),
    Row("S0-029", CROSS_ENTROPY, "jacobian h z p", (("h_i (delta_ip - 1_i h_p)", "a bracket with a delta is opened"),)),
    Row("S0-031", "l = 1/I 1_i (y_i - h_i)^2", "jacobian l h p", ("-2/I (y_p - h_p)",)),
    Row(
        "S0-033",
        "l = -(y log(h) + (1 - y) log(1 - h))",
        "jacobian l h",
        ("-y/h + (1 - y)/(1 - h)",),
    ),
    Row("S0-033", "h = sigmoid(z)\nl = -(y log(h) + (1 - y) log(1 - h))", "jacobian l z", ("h - y",)),
    Row("S0-035", CROSS_ENTROPY, "direct l h p", ("-y_p/h_p",)),
    Row("S0-036", CROSS_ENTROPY, "jacobian l z p", (("h_p 1_i y_i - y_p", "a sum keeps its place"),)),
    # ------------------------------------------------------------ 16, 17, 18: networks
    Row("S0-017", ONE_LAYER, "vjp a pq", (("dl_dy_pq (1 - tanh(a_pq)^2)", NAMED),)),
    Row("S2-039", ONE_LAYER, "vjp w pq", (("x_np dl_da_nq", "the upstream gradient stands first"),)),
    Row("S2-022", ONE_LAYER, "vjp b p", ("dl_da_np 1_n",)),
    Row("S2-041", ONE_LAYER, "vjp x pq", ("dl_da_pm w_qm",)),
    Row("S0-062", TWO_LAYERS, "jacobian l z n", (("p_n 1_k y_k - y_n", "a sum keeps its place"),)),
    Row("S0-063", TWO_LAYERS, "vjp w pq", ("dl_dz_p h_q",)),
    Row("S0-063", TWO_LAYERS, "vjp c p", ("dl_dz_p",)),
    Row("S0-064", TWO_LAYERS, "vjp h p", (("w_kp dl_dz_k", "the upstream gradient stands first"),)),
    Row("S0-065", TWO_LAYERS, "vjp a p", ("dl_dh_p step(a_p)",)),
    Row("S0-066", TWO_LAYERS, "vjp u pq", ("dl_da_p x_q",)),
    Row("S0-066", TWO_LAYERS, "vjp b p", ("dl_da_p",)),
    Row("S3-012", NETWORK, "vjp h p", ("dl_dc_k u_kp",)),
    Row("S3-014", NETWORK, "vjp a p", ("dl_dh_p h_p (1 - h_p)",)),
    Row("S3-017", NETWORK, "vjp w pq", ("dl_da_p x_q",)),
    Row("S3-021", NETWORK, "vjp b p", ("dl_da_p",)),
    Row("S0-066", TWO_LAYERS, "vjp u pq", ("∂l/∂a x^T",)),
    Row("S3-011", NETWORK, "differential a x", ("w_ij dx_j",)),
    Row("S3-013", NETWORK, "differential h", ("sigmoid(a_i) (1 - sigmoid(a_i)) da_i", "h_i (1 - h_i) da_i")),
    Row("S3-016", NETWORK, "differential a w", ("dw_ij x_j",)),
    Row("S3-016", NETWORK, "differential a", ("dw_ij x_j + w_ij dx_j + db_i",)),
    Row("S3-020", NETWORK, "differential a b", ("db_i",)),
    # ------------------------------------------------------------ 21: convolution
    Row("S0-058", CONVOLUTION, "vjp w pq", ("dl_dy_ij x_{i+p,j+q}",)),
    Row(
        "S0-059",
        CONVOLUTION,
        "vjp x pq",
        (("dl_dy_{p-m,q-n} w_mn", "the deltas are solved for the kernel's indices: the sum runs over the outputs"),),
    ),
    # ------------------------------------------------------------ 22: batch normalisation
    Row("S0-048", BATCH_NORM, "vjp gamma p", ("dl_dy_ip h_ip",)),
    Row("S0-049", BATCH_NORM, "vjp beta p", ("dl_dy_ip 1_i",)),
    Row("S0-050", BATCH_NORM, "vjp h pq", ("dl_dy_pq gamma_q",)),
    Row(
        "S0-051",
        BATCH_NORM.replace("h_ic =", "d_ic = x_ic - 1_i mu_c\nh_ic =").replace("(x_ic - 1_i mu_c)/s_c", "d_ic/s_c"),
        "closed v p",
        (("-1/2 (v_p + eps)^(-3/2) dl_dy_ip gamma_p d_ip", NAMED),),
    ),
    Row("S0-052", BATCH_NORM, "vjp mu p", (("-1/s_p 1_i dl_dh_ip", "the upstream gradient stands first"),)),
    Row(
        "S0-053",
        BATCH_NORM,
        "vjp x pq",
        (("1/s_q dl_dh_pq + 2 (x_pq - 1_p mu_q)/I dl_dv_q + 1/I dl_dmu_q 1_p", "in the order of the consumers"),),
    ),
    Row(
        "S0-053",
        BATCH_NORM,
        "closed x pq",
        (
            (
                "1/(I s_q) (I dl_dy_pq gamma_q - 1_p dl_dy_iq gamma_q 1_i - h_pq dl_dy_iq gamma_q h_iq)",
                "three terms, not factored",
            ),
        ),
    ),
    # ------------------------------------------------------------ 23, 24: layer normalisation
    Row("S1-131", LAYER_NORM, "direct y gamma q", ("mu_bh/sigma_b delta_hq",)),
    Row("S1-132", LAYER_NORM, "direct y beta q", ("1_b delta_hq",)),
    Row("S1-133", LAYER_NORM, "vjp gamma q", ("dl_dy_bh ∂y_bh/∂gamma_q", "dl_dy_bq mu_bq/sigma_b")),
    Row("S1-134", LAYER_NORM, "vjp beta q", ("dl_dy_bh ∂y_bh/∂beta_q", "dl_dy_bq 1_b")),
    Row(
        "S1-136",
        LAYER_NORM,
        "direct y sigma p",
        (
            "∂(mu_bh/sigma_b gamma_h + 1_b beta_h)/∂sigma_p",
            ("-mu_bh sigma_b^(-2) gamma_h delta_bp", FRACTION),
        ),
    ),
    Row(
        "S1-137",
        LAYER_NORM,
        "vjp sigma p",
        (
            "dl_dy_bh ∂y_bh/∂sigma_p",
            ("-dl_dy_bh mu_bh sigma_b^(-2) gamma_h delta_bp", FRACTION),
            ("-dl_dy_ph mu_ph sigma_p^(-2) gamma_h", FRACTION),
        ),
    ),
    Row(
        "S1-138",
        LAYER_NORM,
        "direct sigma v p",
        ("∂(sqrt(v_b + eps))/∂v_p", "1/(2 sqrt(v_b + eps)) delta_bp", "1/(2 sigma_b) delta_bp"),
    ),
    Row(
        "S1-139",
        LAYER_NORM,
        "vjp v p",
        (
            "dl_dsigma_b ∂sigma_b/∂v_p",
            ("dl_dsigma_b delta_bp/(2 sigma_b)", ORDER),
            "1/(2 sigma_p) dl_dsigma_p",
        ),
    ),
    Row(
        "S1-140",
        LAYER_NORM,
        "closed v p",
        (
            ("-dl_dy_ph mu_ph sigma_p^(-2) gamma_h 1/(2 sigma_p)", FRACTION),
            "-dl_dy_ph mu_ph gamma_h/(2 sigma_p^3)",
        ),
    ),
    Row(
        "S1-141",
        LAYER_NORM,
        "direct v mu pq",
        ("∂(1/H 1_h mu_bh^2)/∂mu_pq", "2/H 1_h mu_bh delta_bp delta_hq", "2/H mu_bq delta_bp"),
    ),
    Row(
        "S1-142",
        LAYER_NORM,
        "direct y mu pq",
        ("∂(mu_bh/sigma_b gamma_h + 1_b beta_h)/∂mu_pq", "gamma_h/sigma_b delta_bp delta_hq"),
    ),
    Row(
        "S1-143",
        LAYER_NORM,
        "vjp mu pq",
        (
            "dl_dv_b ∂v_b/∂mu_pq + dl_dy_bh ∂y_bh/∂mu_pq",
            ("dl_dv_b 2/H mu_bq delta_bp + dl_dy_bh gamma_h/sigma_b delta_bp delta_hq", ORDER),
            ("dl_dv_p 2 mu_pq/H + dl_dy_pq gamma_q/sigma_p", ORDER),
        ),
    ),
    Row("S1-144", LAYER_NORM, "direct mu m p", ("∂(x_bh - 1_h m_b)/∂m_p", "-1_h delta_bp")),
    Row(
        "S1-145",
        LAYER_NORM,
        "vjp m p",
        ("dl_dmu_bh ∂mu_bh/∂m_p", "-dl_dmu_bh 1_h delta_bp", "-dl_dmu_ph 1_h"),
    ),
    Row(
        "S1-146",
        LAYER_NORM,
        "closed m p",
        (
            ("-1_h (dl_dv_p 2 mu_ph/H + dl_dy_ph gamma_h/sigma_p)", LEMMA),
            ("-dl_dv_p 2/H (1_h mu_ph) - dl_dy_ph gamma_h/sigma_p", LEMMA),
        ),
    ),
    Row(
        "S1-147",
        LAYER_NORM,
        "vanishing m p",
        (
            ("1_h (x_ph - 1_h m_p)", BEHIND),
            ("1_h x_ph - 1_h 1_h m_p", BEHIND),
            ("H m_p - H m_p", BEHIND),
            "0",
        ),
    ),
    Row("S1-148", LAYER_NORM, "closed m p", ("-dl_dy_ph gamma_h/sigma_p",)),
    Row(
        "S1-149",
        LAYER_NORM,
        "direct m x pq",
        ("∂(1/H 1_h x_bh)/∂x_pq", ("1_q/H delta_bp", ORDER)),
    ),
    Row("S1-150", LAYER_NORM, "direct mu x pq", ("∂(x_bh - 1_h m_b)/∂x_pq", "delta_bp delta_hq")),
    Row(
        "S1-150",
        LAYER_NORM,
        "jacobian mu x pq",
        (("delta_bp (delta_hq - 1/H 1_h 1_q)", "a bracket with a delta is opened"),),
    ),
    Row(
        "S1-151",
        LAYER_NORM,
        "keeping x pq v",
        (
            "dl_dm_b ∂m_b/∂x_pq + dl_dmu_bh ∂mu_bh/∂x_pq",
            ("-1_q/H dl_dy_ph gamma_h/sigma_p + 2/H dl_dv_p mu_pq + dl_dy_pq gamma_q/sigma_p", LEMMA),
        ),
    ),
    Row(
        "S1-152",
        LAYER_NORM,
        "factored x pq",
        ("dl_dy_pq gamma_q/sigma_p - dl_dy_ph gamma_h/H (1_h 1_q/sigma_p + mu_ph mu_pq/sigma_p^3)",),
    ),
    Row("S1-153", LAYER_NORM, "closed gamma q", ("dl_dy_bq mu_bq/sigma_b",)),
    Row("S1-154", LAYER_NORM, "closed beta q", ("dl_dy_bq 1_b",)),
)


def derivation(row: Row):
    """What a row asks for."""
    kind, *arguments = row.derive.split()
    if kind in ("implicit", "implied"):
        implicit = tc.implicit(row.function, of=arguments[0], by=arguments[1])
        return implicit if kind == "implicit" else implicit.vjp()
    f = tc.function(row.function)
    if kind in ("jacobian", "direct"):
        return f.jacobian(*arguments, direct=kind == "direct")
    if kind == "differential":
        return f.differential(arguments[0], wrt=arguments[1:] or None, direct=True)
    derived = f.vjp(*arguments[:2])
    if kind != "vjp":
        derived = derived.closed_form(keep=arguments[2:])
    if kind == "vanishing":
        derived = next(one for one in derived.everything if not one.line.right.terms)
    return derived.factored() if kind == "factored" else derived
