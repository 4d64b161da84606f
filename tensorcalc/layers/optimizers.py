"""One step of each optimizer; what it makes of the state is its outputs.

``new`` are the parameters after the step. The averages of Adam begin at 0, and are divided by share1 = 1 - beta1^t and
share2 = 1 - beta2^t in the t-th step.
"""

from ..execution.functions import function

sgd = function("new_i = p_i - lr g_i", name="sgd")

momentum = function(
    """
    u_i   = beta v_i + share g_i
    new_i = p_i - lr u_i
    """,
    outputs=("new", "u"),
    name="momentum",
)

rmsprop = function(
    """
    t_i   = beta s_i + (1 - beta) g_i^2
    new_i = p_i - lr g_i/(sqrt(t_i) + eps)
    """,
    outputs=("new", "t"),
    name="rmsprop",
)

adam = function(
    """
    a_i   = beta1 m_i + (1 - beta1) g_i
    b_i   = beta2 v_i + (1 - beta2) g_i^2
    new_i = p_i - lr decay p_i - lr a_i/share1/(sqrt(b_i/share2) + eps)
    """,
    outputs=("new", "a", "b"),
    name="adam",
)
