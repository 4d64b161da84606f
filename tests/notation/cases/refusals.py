"""Lines that are refused: the rule, the letter at fault, and where the caret may stand (``|`` in the text).

Sources are lines of the article that the rulebook comes from (``l.``) and errata (``e``).
A row with two rules breaks both, and either may be named.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    marked: str
    rule: str
    index: str | None = None
    source: str = ""
    how: str = "function"

    @property
    def text(self) -> str:
        return self.marked.replace("|", "")

    @property
    def places(self) -> set[int]:
        parts = self.marked.split("|")
        return {sum(map(len, parts[: n + 1])) for n in range(len(parts) - 1)}


R = Refusal

FREE = [
    R("a_ij = |b_i", "free-missing", "j", "l.311"),
    R("c_ij = a_ij + |b_i", "free-missing", "j", "l.419, e13"),
    R("c_ij = a_ij - |1_i b_k d_k", "free-missing", "j", "l.311"),
    R("c_i = a_i + |b_|j", "free-missing dummy-once", None, "l.419, e13: the orders agree, the letters do not"),
    R("a_i = b_i + |c_|j", "free-missing dummy-once", None, "l.311"),
    R("y_bh = mu_bh/sigma_b gamma_h + |beta_h", "free-missing", "b", "l.571 without its one-tensor"),
    R("s_i = x_i\ny_ij = |s_i", "free-missing", "j", "l.311, second statement"),
    R("y_ij = |exp(a_i)", "free-missing", "j", "l.311"),
    R("[i j] a_ij b_ij = |c_i", "free-missing", "j", "e8", "equation"),
    R("[i j] |a_i = b_ij", "free-missing", "j", "e8", "equation"),
    R("a_i|i = b_i", "left-repeated", "i", "l.311"),
    R("a_ij|i = b_ij", "left-repeated", "i", "l.311"),
    R("|2 a_i = b_i", "left-side", None, "l.311"),
    R("|a_i b_i = c", "left-side free-list", None, "e8"),
    R("|a_i + b_i = c_i", "left-side free-list", None, "l.311"),
    R("|exp(y_i) = x_i", "left-side free-list", None, "l.311"),
    R("|x_{|i+1} = y_i", "left-side", None, "design 1"),
    R("|x_|0 = y", "left-side", None, "design 1"),
    R("|x_|T = y", "left-side", None, "design 1"),
    R("|1_i = x_i", "left-side free-list", None, "design 1"),
    R("|[|i] a_ij = b_ij", "left-free", None, "e8: the list contradicts the left side"),
    R("|a_ij b_ij = c_ij d_j", "free-list", None, "l.335, e8", "equation"),
    R("|a_i gamma_i = b_ik c_k gamma_i", "free-list", None, "l.483, e8", "equation"),
    R("|2 a_i = b_ik c_k", "free-list", None, "l.463, e8", "equation"),
]

DUMMIES = [
    R("a = b_|i", "dummy-once", "i", "l.405, e11"),
    R("a_i = b_i|j", "dummy-once", "j", "l.403, e11"),
    R("a = 1_|n", "dummy-once", "n", "e74"),
    R("a_j = delta_i|k b_ij", "dummy-once", "k", "l.357, e10"),
    R("a_j = delta_|ki b_ij c_ij", "dummy-once", "k", "l.358, e10"),
    R("a_ij = b_i c_j d_|k", "dummy-once", "k", "l.316"),
    R("a_i = b_i + c_i d_|j", "dummy-once", "j", "l.316: each term for itself"),
    R("a = b_i c_i + d_|i", "dummy-once", "i", "l.316: each term for itself"),
    R("y_i = a_i exp(x_|j)", "dummy-once", "j", "design 2"),
    R("y_i = a_i/b_|j", "dummy-once", "j", "design 2"),
    R("y_i = x_{i+|m}", "dummy-once", "m", "design 1"),
    R("c = -log(s_{b,T_b})/x_|i", "dummy-once", "i", "design 1"),
    R("c = s_{T_|b}", "dummy-once", "b", "design 1"),
    R("s_i = exp(x_i)/(exp(x_|j))", "dummy-once", "j", "l.844: the sum needs its one-tensor"),
    R("c = y_|i log(1_j exp(a_j)) - y_i a_i", "dummy-once", "i", "e63: the sum of the targets is missing"),
    R("y = sum_k(a_k b_|i)", "dummy-once", "i", "design 2"),
    R("y = x_|i^2", "power-no-sum", "i", "l.506, e15"),
    R("y_i = b_i|j^2", "power-no-sum", "j", "design 2"),
    R("v_b = 1/H mu_b|h^2", "power-no-sum", "h", "l.563, e15"),
    R("n = sqrt(x_|i^2)", "power-no-sum", "i", "l.518, e15"),
    R("a_ij = b_i|k^2 c_ij", "power-no-sum", "k", "l.506, e15"),
]

ROLES = [
    R("c = |x_|i y_|i/(sqrt(x_|i x_|i) sqrt(y_|i y_|i))", "two-roles", "i", "design 2a"),
    R("y = 1_|j exp(g_|j x_|j)", "two-roles", "j", "design 2a"),
    R("y = a_|i b_|i exp(c_|i d_|i)", "two-roles", "i", "design 2a"),
    R("y = a_|i (b_|i c_|i)^2", "two-roles", "i", "l.506, design 2a"),
    R("y = a_|i/(b_|i c_|i)", "two-roles", "i", "e16, design 2a"),
    R("y = exp(a_|i b_|i) exp(c_|i d_|i)", "two-roles", "i", "design 2a"),
    R("y_j = a_|i exp(x_|i|i) b_j", "two-roles", "i", "design 2a"),
    R("c = -1/B 1_|b log(s_{|b,T_|b})", "two-roles", "b", "design 2a: name the loss of a sample first"),
    R("v_b = 1/H 1_h (x_bh - 1/H 1_|h x_b|h)^2", "ones-in-group", "h", "design 2b"),
    R("s_i = exp(x_i)/(1_|i exp(x_|i))", "ones-in-group", "i", "l.844, design 2b"),
    R("y_i = log(1_|i x_|i)", "ones-in-group", "i", "design 2b"),
    R("y_bh = 2 (x_bh - 1/H 1_|h x_b|h)", "ones-in-group", "h", "design 2b"),
    R("y = |(|a_|i b_|i) c_|i", "bracketed-pair", "i", "e12"),
    R("y = a_|i |(|b_|i c_|i)", "bracketed-pair", "i", "e12"),
    R("y_j = |(|a_|i b_|i) c_ij", "bracketed-pair", "i", "e12"),
    R("y = 1_|q (|(|b_|q c_|q) + a)", "bracketed-pair", "q", "design 2c"),
    R("y = 1_|q (a - |(|b_|q/c_|q))", "bracketed-pair", "q", "design 2c"),
    R("y = 1_|q (-|(2 b_|q|q) + a)", "bracketed-pair", "q", "design 2c"),
    R("a_i = b_ij (c_ij + |d_j)", "nested-terms", "i", "l.427, e13"),
    R("y_bh = (x_bh - |m_b)/sqrt(v_b + eps) gamma_h + 1_b beta_h", "nested-terms", "h", "l.571"),
    R("y_ij = exp(|a_i + |b_j)", "nested-terms", None, "e13"),
    R(
        "z_pq = g_pq gamma_q/sigma_p - g_ph gamma_h/H (|1_q/sigma_p + mu_ph mu_pq/sigma_p^3)",
        "nested-terms",
        "h",
        "l.1129, e21",
    ),
    R("y_i = sum_|i(a_i)", "summation-letter", "i", "design 1"),
    R("y = sum_|k(a_i b_i)", "summation-letter", "k", "design 1"),
    R("y = sum_k(x_k)|^2", "syntax", None, "in LaTeX each term would be raised"),
    R("y = ∑_k (x_k)|^2", "syntax", None, "in LaTeX each term would be raised"),
]

NAMES = [
    R("y_i = a_ij b_j + |a_i", "two-orders", None, "l.293"),
    R("y_i = x_i\nz = |y_ij 1_ij", "two-orders", None, "l.293"),
    R("m_b = 1/|N 1_h x_bh", "unknown-size", None, "design 1"),
    R("y_i = |K x_i", "unknown-size", None, "design 1"),
    R("y_i = x_i\n|y_i = 2 x_i", "defined-twice", None, "design 1"),
    R("y_i = |z_i\nz_i = x_i", "used-before", None, "design 1"),
    R("y_i = |y_i + x_i", "used-before two-meanings defined-twice", None, "design 1"),
    R("|exp_i = x_i", "reserved-name", None, "design 1"),
    R("|delta_ij = x_ij", "reserved-name left-side", None, "design 1"),
    R("|sum = x_i 1_i", "reserved-name syntax", None, "design 1"),
    R("y_i = |foo(x_i)", "unknown-function", None, "design 1"),
]

SYNTAX = [
    R("|a_i|", "one-equals-sign", None, "l.301"),
    R("a_i = b_i |= c_i", "one-equals-sign", None, "l.357: a chain"),
    R("|a_i |b_i|", "one-equals-sign", None, "l.301"),
    R("y_i = |", "syntax", None),
    R("y_i = a_i +|", "syntax", None),
    R("y_i = (a_i + b_i|", "syntax", None),
    R("y_i = a_i|)", "syntax", None),
    R("y_i = a_i *|* b_i", "syntax", None),
    R("y_i = a_i |$ b_i", "syntax", None),
    R("y_i = a_i / |/ b_i", "syntax", None),
    R("|", "syntax one-equals-sign", None),
    R("y_i = x_|α", "index-letter syntax", None, "l.296"),
    R("y_i = a|_", "index-letter syntax", None),
    R("y_i = x_{|}", "index-letter syntax", None),
    R("y_i = x_{2i|j+1}", "affine-index", None),
    R("y_i = x_{|2i}", "affine-index", "i"),
    R("y_i = 1_b x_{b|2i}", "affine-index", "i"),
    R("y_i = x_{i|*j}", "affine-index index-letter", None),
    R("y_i = x_i^|n", "exponent", None, "design 2"),
    R("y_i = x_i^{|y_i}", "exponent", None, "design 2"),
    R("y_i = |delta_i", "delta-order", None, "l.340"),
    R("y_ijk = |delta_ijk", "delta-order", None, "l.340"),
    R("y_i = 1_{|i+1} x_i", "ones-order", None, "l.366"),
    R("y = 1_|T x_T", "ones-order", None, "l.366"),
]

REFUSALS = [*FREE, *DUMMIES, *ROLES, *NAMES, *SYNTAX]
