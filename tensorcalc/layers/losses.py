"""Softmax and the losses, as means over all elements or rows.

These are the definitions. Where an exponential overflows, code takes off the largest logit of a row first, which
changes no value: exp(x_bi - 1_i m_b)/(1_j exp(x_bj - 1_j m_b)) is the same for every m.
"""

from ..execution.functions import function

softmax = function(
    """
    e_bi = exp(x_bi)
    s_b  = 1_i e_bi
    y_bi = e_bi/s_b
    """,
    name="softmax",
)

log_softmax = function(
    """
    s_b  = 1_i exp(x_bi)
    y_bi = x_bi - 1_i log(s_b)
    """,
    name="log_softmax",
)

mse = function("l = 1/I 1_i (x_i - t_i)^2", name="mse")

bce = function("l = -1/I 1_i (t_i log(p_i) + (1_i - t_i) log(1_i - p_i))", name="bce")

bce_with_logits = function("l = 1/I 1_i (softplus(x_i) - t_i x_i)", name="bce_with_logits")

# T is a constant index: the class of each row.
cross_entropy = function(
    """
    s_b = 1_i exp(x_bi)
    l   = 1/B 1_b (log(s_b) - x_{b,T_b})
    """,
    name="cross_entropy",
)

cross_entropy_soft = function(
    """
    s_b = 1_i exp(x_bi)
    l   = 1/B t_bi (1_i log(s_b) - x_bi)
    """,
    name="cross_entropy_soft",
)
