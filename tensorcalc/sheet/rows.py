"""The rows of the formula sheet: what is stated, what follows, and where the book derives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One row: statements in index notation, and equations that follow from them.

    Attributes
    ----------
    name : the key of the row
    says : its words on the sheet, with the condition where one is needed
    chapter : where it is derived
    equations : labels in that chapter, of equations, or of exercises if they begin with ``ex-``
    statements : the definitions, separated by semicolons
    follows : gradients ``dl_d…``, or a Jacobian ``∂…/∂…``, or what the one statement equals
    values : of positions and constants, for the measurement
    shapes : of arrays whose indices are sums
    sizes : that no array shows
    positive : names of arrays that have to be positive
    defines : the array that an equation defines
    inverse : a name for the inverse of the matrix before it, where that is not the array itself
    """

    name: str
    says: str
    chapter: str
    equations: tuple[str, ...]
    statements: str
    follows: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    defines: str | None = None
    inverse: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The statements, one by one."""
        return tuple(line.strip() for line in self.statements.strip().split(";"))

    @property
    def is_identity(self) -> bool:
        """Whether the row says that two expressions are equal."""
        return self.statements.startswith("[") and self.defines is None


GROUPS: dict[str, tuple[Row, ...]] = {
    "Indices, deltas and one-tensors": (
        Row("delta", "a delta renames", "03", ("eq-delta-replace",), "[k, j] delta_ik b_ij", ("[k, j] b_kj",)),
        Row("delta-trace", "its trace is the size", "03", ("eq-delta-trace",), "[] delta_kk", ("[] K",),
            sizes={"K": 4}),
        Row("one-count", "ones count", "03", ("eq-delta-count",), "[] 1_n 1_n", ("[] N",), sizes={"N": 5}),
        Row("one-drop", "a one falls away whose letters remain", "03", ("eq-delta-drop",), "[i] 1_ij b_ij c_j",
            ("[i] b_ij c_j",)),
        Row("centred", "what is centred sums to 0", "03", ("eq-delta-zero-sum",),
            "[b] 1_h (x_bh - 1/H 1_hk x_bk)", ("[b] 0",)),
        Row("trace-cycle", "factors of a trace turn round", "05", ("eq-matrices-cyclic",), "[] a_ij b_jk c_ki",
            ("[] c_ki a_ij b_jk",)),
    ),
    "Rules": (
        Row("self", "self-derivative", "08", ("eq-rules-self-order",), "y_ij = x_ij",
            ("∂y_ij/∂x_pq = delta_ip delta_jq",)),
        Row("sum", "a sum is broadcast backward", "07", ("eq-chain-sum",), "y = 1_i x_i", ("dl_dx_p = dl_dy 1_p",)),
        Row("broadcast", "a broadcast is summed", "07", ("eq-chain-broadcast",), "y_i = 1_i x",
            ("dl_dx = 1_i dl_dy_i",), sizes={"I": 3}),
        Row("product", "product", "08", ("eq-rules-product",), "y_i = u_i v_i",
            ("dl_du_p = dl_dy_p v_p", "dl_dv_p = dl_dy_p u_p")),
        Row("quotient", "quotient, v ≠ 0", "08", ("eq-rules-quotient",), "y_i = u_i/v_i",
            ("dl_du_p = dl_dy_p/v_p", "dl_dv_p = -dl_dy_p y_p/v_p"), positive=("v",)),
        Row("quotient-sum", "quotient by a sum, s ≠ 0", "08", ("eq-rules-quotient-sum",), "s = v_c z_c; y_a = u_a/s",
            ("dl_dv_p = -dl_dy_a y_a z_p/s",), positive=("v", "z")),
        Row("power", "power, here of 3", "08", ("eq-rules-function",), "y_i = x_i^3", ("dl_dx_p = 3 dl_dy_p x_p^2",)),
        Row("exp", "exponential, logarithm, u > 0", "08", ("eq-rules-function",), "y_i = exp(x_i); z_i = log(u_i)",
            ("dl_dx_p = dl_dy_p y_p", "dl_du_p = dl_dz_p/u_p"), positive=("u",)),
        Row("form", "quadratic form", "10", ("eq-differentials-form",), "y = x_i a_ij x_j",
            ("dl_dx_p = dl_dy (a_pj x_j + x_i a_ip)", "dl_da_pq = dl_dy x_p x_q")),
        Row("norm", "length, y ≠ 0", "07", ("eq-chain-y-a",), "y = sqrt(x_i x_i)", ("dl_dx_p = dl_dy x_p/y",)),
    ),
    "Activations": (
        Row("sigmoid", "sigmoid", "12", ("eq-activations-sigmoid-slope",), "y_i = sigmoid(x_i)",
            ("dl_dx_p = dl_dy_p y_p (1 - y_p)",)),
        Row("tanh", "tanh", "12", ("eq-activations-tanh-slope",), "y_i = tanh(x_i)",
            ("dl_dx_p = dl_dy_p (1 - y_p^2)",)),
        Row("relu", "ReLU, x ≠ 0", "12", ("eq-activations-relu-slope",), "y_i = relu(x_i)",
            ("dl_dx_p = dl_dy_p step(x_p)",)),
        Row("leaky-relu", "leaky ReLU, x ≠ 0", "12", ("eq-activations-leaky",), "y_i = relu(x_i) - alpha relu(-x_i)",
            ("dl_dx_p = dl_dy_p (step(x_p) + alpha step(-x_p))",), values={"alpha": 0.1}),
        Row("softplus", "softplus", "15", ("eq-losses-softplus",), "y_i = softplus(x_i)",
            ("dl_dx_p = dl_dy_p sigmoid(x_p)",)),
        Row("swish", "swish; SiLU for b = 1", "12", ("ex-activations-swish",), "s_i = sigmoid(b x_i); y_i = x_i s_i",
            ("dl_dx_p = dl_dy_p (s_p + b y_p (1 - s_p))", "dl_db = dl_dy_i x_i y_i (1 - s_i)"), values={"b": 1.5}),
        Row("gelu", "GELU", "12", ("eq-activations-backward",), "u_i = x_i/sqrt(2); y_i = 1/2 x_i (1 + erf(u_i))",
            ("dl_dx_p = 1/2 dl_dy_p (1 + erf(u_p) + u_p erf'(u_p))",)),
        Row("gelu-tanh", "GELU by tanh", "12", ("ex-activations-gelu",),
            "t_i = tanh(c (x_i + k x_i^3)); y_i = 1/2 x_i (1 + t_i)",
            ("dl_dx_p = 1/2 dl_dy_p (1 + t_p + c x_p (1 - t_p^2) (1 + 3 k x_p^2))",), values={"c": 0.8, "k": 0.045}),
    ),
    "Products": (
        Row("matmul", "matrix product", "13", ("eq-matmul-dx", "eq-matmul-da"), "y_ij = x_ik a_kj",
            ("dl_dx_pq = dl_dy_pj a_qj", "dl_da_pq = x_ip dl_dy_iq")),
        Row("bmm", "batch of products", "13", ("ex-matmul-batched",), "y_bij = x_bik a_bkj",
            ("dl_dx_bpq = dl_dy_bpj a_bqj", "dl_da_bpq = x_bip dl_dy_biq")),
        Row("outer", "outer product", "08", ("eq-rules-product",), "y_ij = u_i v_j",
            ("dl_du_p = dl_dy_pj v_j", "dl_dv_p = dl_dy_ip u_i")),
        Row("trace", "trace", "10", ("eq-differentials-matrices",), "y = x_ii", ("dl_dx_pq = dl_dy delta_pq",)),
        Row("gram", "product with itself", "10", ("ex-differentials-gram",), "y_ij = x_ki x_kj",
            ("dl_dx_pq = x_pj (dl_dy_qj + dl_dy_jq)",)),
        Row("embedding", "embedding, row Tₙ of a table", "09", ("eq-backward-embedding",), "y_nj = e_{T_n,j}",
            ("dl_de_pq = dl_dy_nq delta_{p,T_n}",), values={"T": (1, 0, 1, 2)}, shapes={"e": (3, 5)}),
        Row("dense", "dense layer", "16", ("eq-network-dx", "eq-network-dw", "eq-network-db"),
            "y_nj = x_ni w_ij + 1_n b_j",
            ("dl_dx_np = dl_dy_nj w_pj", "dl_dw_pq = x_np dl_dy_nq", "dl_db_p = 1_n dl_dy_np")),
        Row("inverse", "inverse matrix, where there is one", "14", ("eq-inverse-dx",), "[i, j] x_ik y_kj = delta_ij",
            ("dl_dx_pq = -y_ip dl_dy_ij y_qj",), defines="y"),
        Row("solve", "linear system, C = A⁻¹", "14", ("ex-inverse-solve",), "[i] a_ij x_j = b_i",
            ("dl_db_p = dl_dx_j c_jp", "dl_da_pq = -dl_dx_j c_jp x_q"), defines="x", inverse="c"),
    ),
    "Losses": (
        Row("softmax", "softmax", "15", ("eq-losses-softmax-backward",),
            "z_b = 1_i exp(x_bi); s_bi = exp(x_bi)/z_b", ("dl_dx_bp = s_bp (dl_ds_bp - 1_p s_bi dl_ds_bi)",)),
        Row("log-softmax", "log-softmax", "15", ("eq-losses-log-softmax-backward",),
            "z_b = 1_i exp(x_bi); y_bi = x_bi - 1_i log(z_b)", ("dl_dx_bp = dl_dy_bp - exp(x_bp)/z_b 1_i dl_dy_bi",)),
        Row("log-sum-exp", "log-sum-exp", "15", ("eq-losses-lse",), "z = 1_i exp(x_i); y = log(z)",
            ("dl_dx_p = dl_dy exp(x_p)/z",)),
        Row("mse", "mean squared error", "15", ("eq-losses-mse-gradient",), "c = 1/I 1_i (x_i - t_i)^2",
            ("dl_dx_p = 2/I dl_dc (x_p - t_p)",)),
        Row("bce", "binary cross-entropy, 0 < p < 1", "15", ("eq-losses-bce-terms",),
            "q_i = 1 - p_i; c_i = -t_i log(p_i) - (1 - t_i) log(q_i)",
            ("dl_dp_k = dl_dc_k ((1 - t_k)/q_k - t_k/p_k)",),
            values={"p": (0.2, 0.5, 0.9), "t": (0.0, 1.0, 0.3)}),
        Row("bce-logits", "the same by logits x", "15", ("eq-losses-bce-logit",), "c_i = softplus(x_i) - t_i x_i",
            ("dl_dx_p = dl_dc_p (sigmoid(x_p) - t_p)",)),
        Row("cross-entropy", "cross-entropy of class T", "15", ("eq-losses-fused-backward",),
            "z = 1_i exp(x_i); c = log(z) - x_T", ("dl_dx_p = dl_dc (exp(x_p)/z - delta_Tp)",), values={"T": 1}),
        Row("cross-entropy-soft", "of soft targets t", "15", ("eq-losses-targets",),
            "z = 1_i exp(x_i); c = t_i (1_i log(z) - x_i)", ("dl_dx_p = dl_dc (exp(x_p)/z 1_k t_k - t_p)",)),
    ),
    "Layers": (
        Row("dropout", "dropout, inverted; q: share kept", "20", ("eq-dropout-backward",), "y_i = r_i h_i/q",
            ("dl_dh_p = r_p dl_dy_p/q",), values={"q": 0.8}),
        Row("conv1d", "convolution; outside of an array 0", "21", ("eq-convolution-dx", "eq-convolution-dw"),
            "y_p = x_{p+r} w_r + 1_p b",
            ("dl_dx_i = dl_dy_{i-r} w_r", "dl_dw_m = dl_dy_p x_{p+m}", "dl_db = 1_p dl_dy_p"),
            shapes={"x": (6,), "w": (3,), "b": ()}),
        Row("conv2d", "the same in two dimensions", "21", ("eq-convolution-dx-2d", "eq-convolution-dw-2d"),
            "y_pq = x_{p+r,q+s} w_rs", ("dl_dx_ij = dl_dy_{i-r,j-s} w_rs", "dl_dw_mn = dl_dy_pq x_{p+m,q+n}"),
            shapes={"x": (5, 6), "w": (2, 3)}),
        Row("batch-norm", "batch norm, in training", "22",
            ("eq-batchnorm-dx", "eq-batchnorm-dgamma", "eq-batchnorm-dbeta"),
            "m_c = 1/N 1_n x_nc; v_c = 1/N 1_n (x_nc - 1_n m_c)^2; sigma_c = sqrt(v_c + eps);"
            "z_nc = (x_nc - 1_n m_c)/sigma_c; y_nc = z_nc gamma_c + 1_n beta_c",
            ("dl_dx_pq = gamma_q/sigma_q (dl_dy_pq - 1/N 1_pn dl_dy_nq - 1/N z_pq dl_dy_nq z_nq)",
             "dl_dgamma_q = dl_dy_nq z_nq", "dl_dbeta_q = 1_n dl_dy_nq"), values={"eps": 0.1}),
        Row("batch-norm-inference", "at inference, m and σ kept", "22", ("eq-batchnorm-dx-inference",),
            "y_nc = (x_nc - 1_n m_c)/sigma_c gamma_c + 1_n beta_c", ("dl_dx_pq = dl_dy_pq gamma_q/sigma_q",),
            positive=("sigma",)),
        Row("layer-norm-weights", "layer norm, weights, z as below", "23",
            ("eq-lnweights-dgamma-result", "eq-lnweights-dbeta-result"), "y_bh = z_bh gamma_h + 1_b beta_h",
            ("dl_dgamma_q = dl_dy_bq z_bq", "dl_dbeta_q = 1_b dl_dy_bq")),
        Row("layer-norm", "layer norm, input", "24", ("eq-layernorm-dx",),
            "m_b = 1/H 1_h x_bh; mu_bh = x_bh - 1_h m_b; sigma_b = sqrt(1/H 1_h mu_bh^2 + eps);"
            "z_bh = mu_bh/sigma_b; y_bh = z_bh gamma_h",
            ("dl_dx_pq = 1/sigma_p (gamma_q dl_dy_pq - 1/H 1_qh gamma_h dl_dy_ph - 1/H z_pq gamma_h dl_dy_ph z_ph)",),
            values={"eps": 0.1}),
        Row("rms-norm", "RMS norm", "24", ("ex-layernorm-rms",),
            "r_b = sqrt(1/H 1_h x_bh^2 + eps); z_bh = x_bh/r_b; y_bh = z_bh gamma_h",
            ("dl_dx_pq = 1/r_p (gamma_q dl_dy_pq - 1/H z_pq gamma_h dl_dy_ph z_ph)",), values={"eps": 0.1}),
        Row("group-norm", "group norm, before its scale", "24", ("ex-layernorm-group",),
            "m_ng = 1/C 1_c x_ngc; mu_ngc = x_ngc - 1_c m_ng; sigma_ng = sqrt(1/C 1_c mu_ngc^2 + eps);"
            "z_ngc = mu_ngc/sigma_ng",
            ("dl_dx_pqr = 1/sigma_pq (dl_dz_pqr - 1/C 1_rc dl_dz_pqc - 1/C z_pqr dl_dz_pqc z_pqc)",),
            values={"eps": 0.1}),
        Row("attention", "attention, one head", "15", ("ex-losses-attention",),
            "e_nm = exp(c q_nd k_md); p_nm = e_nm/(1_k e_nk); y_nj = p_nm v_mj",
            ("dl_dq_nd = c p_nm (dl_dy_nj v_mj - 1_m dl_dy_nj y_nj) k_md",
             "dl_dk_md = c p_nm (dl_dy_nj v_mj - 1_m dl_dy_nj y_nj) q_nd", "dl_dv_mj = p_nm dl_dy_nj"),
            values={"c": 0.5}),
    ),
    "Steps": (
        Row("sgd", "gradient descent", "19", ("eq-optimizers-hypergradient",), "y_i = p_i - eta g_i",
            ("dl_deta = -dl_dy_i g_i",)),
        Row("momentum", "momentum, from u", "19", ("eq-optimizers-classical",),
            "m_i = beta u_i + g_i; y_i = p_i - eta m_i",
            ("dl_deta = -dl_dy_i m_i",), values={"beta": 0.9}),
        Row("rmsprop", "RMSprop, from w", "19", ("eq-optimizers-rmsprop",),
            "v_i = beta w_i + (1 - beta) g_i^2; y_i = p_i - eta g_i/sqrt(v_i + eps)",
            ("dl_deta = -dl_dy_i g_i/sqrt(v_i + eps)",), values={"beta": 0.9, "eps": 0.1}, positive=("w",)),
        Row("adam", "Adam, step t from u and w; c = 1 − βᵗ, d = 1 − ρᵗ", "19", ("eq-optimizers-adam",),
            "m_i = beta u_i + (1 - beta) g_i; v_i = rho w_i + (1 - rho) g_i^2;"
            "y_i = p_i - eta (m_i/c)/(sqrt(v_i/d) + eps)", ("dl_deta = -dl_dy_i (m_i/c)/(sqrt(v_i/d) + eps)",),
            values={"beta": 0.9, "rho": 0.99, "c": 0.3, "d": 0.03, "eps": 0.1}, positive=("w",)),
        Row("adamw", "AdamW, m and v as in Adam", "19", ("eq-optimizers-adamw",),
            "y_i = (1 - eta lambda) p_i - eta (m_i/c)/(sqrt(v_i/d) + eps)",
            ("dl_deta = -dl_dy_i (lambda p_i + (m_i/c)/(sqrt(v_i/d) + eps))",),
            values={"c": 0.3, "d": 0.03, "eps": 0.1}, positive=("v",)),
        Row("penalty", "penalty on weights, L2", "19", ("eq-optimizers-penalty",), "c = 1/2 lambda p_i p_i",
            ("dl_dp_q = dl_dc lambda p_q",)),
    ),
}  # fmt: skip

ROWS = {row.name: row for rows in GROUPS.values() for row in rows}
