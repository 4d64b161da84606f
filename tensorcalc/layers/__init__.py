"""Each layer of the book as its statements in index notation: ``tc.layers.layer_norm`` is a `tc.Function`.

From these the backward functions are derived, and fast kernels made. Beside each stands a kernel in plain loops, of
the same name in `tensorcalc.kernels`. What the notation cannot say has a kernel alone: the inverse of a matrix, which
is defined by an equation and not by a statement, and the drawing of random numbers.

>>> import tensorcalc as tc
>>> print(tc.layers.linear)
y_bj = x_bi weight_ji + 1_b bias_j
>>> tc.layers.linear.backward()
<function linear backward of x, weight, bias, dl_dy>
dl_dx_bi = dl_dy_bj weight_ji
dl_dweight_ji = dl_dy_bj x_bi
dl_dbias_j = dl_dy_bj 1_b

A layer that is in no list, a gated linear unit behind RMS norm: stated, derived, checked, compiled and trained.

>>> import numpy as np
>>> gated = tc.function('''
...     v_b  = 1/I 1_i x_bi^2
...     z_bi = x_bi/sqrt(v_b + eps) gamma_i
...     y_bj = z_bi w_ij sigmoid(z_bk u_kj)
... ''')
>>> random = np.random.default_rng(0).standard_normal
>>> given = {"x": random((8, 4)), "gamma": random(4), "w": random((4, 3)), "u": random((4, 3)), "eps": 1e-5}
>>> bool(tc.gradcheck(gated, given))
True
>>> forward, backward = gated.compile(), gated.backward(wrt=("gamma", "w", "u")).compile()
>>> target, losses = random((8, 3)), []
>>> for step in range(300):
...     loss, cache = tc.kernels.mse_forward(forward(**given), target)
...     gradients = backward(**given, dl_dy=tc.kernels.mse_backward(1.0, cache)[0])
...     for name in ("gamma", "w", "u"):
...         tc.kernels.sgd(given[name], gradients[f"dl_d{name}"], lr=0.3)
...     losses.append(float(loss))
>>> losses[-1] < losses[0] / 4
True
"""

from importlib import import_module
from typing import Any

_FAMILIES = {
    "activations": ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "gelu_tanh"),
    "scaled_dot_product": ("attention",),
    "convolution": ("conv1d", "conv2d", "convolution_1d", "convolution_2d"),
    "products": ("matmul", "bmm", "linear", "embedding"),
    "losses": (
        "softmax",
        "log_softmax",
        "mse",
        "bce",
        "bce_with_logits",
        "cross_entropy",
        "cross_entropy_soft",
    ),
    "normalisation": (
        "layer_norm",
        "rms_norm",
        "batch_norm",
        "batch_norm_images",
        "batch_norm_inference",
        "group_norm",
        "dropout",
    ),
    "optimizers": ("sgd", "momentum", "rmsprop", "adam"),
}
_HOME = {name: family for family, names in _FAMILIES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"tensorcalc.layers has no {name!r}; it has {', '.join(__all__)}")
    module = import_module(f"{__name__}.{_HOME[name]}")
    globals().update({layer: getattr(module, layer) for layer in _FAMILIES[_HOME[name]]})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
