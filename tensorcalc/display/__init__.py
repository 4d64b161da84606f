"""Figures and static-safe widgets: one call each in a chapter.

``tc.display.setup()`` stands in a chapter's first cell. The other functions here return a matplotlib figure, or, where
their name ends in ``sweep``, a widget that works without a kernel; ``attempt`` prints. Importing this module loads none
of the libraries that draw; each name below is loaded at its first use.
"""

from importlib import import_module

# public name -> the module that defines it
_HOME = {
    "activation_picture": "training",
    "attempt": "refusals",
    "contraction_picture": "contractions",
    "contraction_sweep": "contractions",
    "correlation_picture": "sliding",
    "derivation_picture": "stepper",
    "derivation_sweep": "stepper",
    "drawn": "record",
    "duel_picture": "duels",
    "error_curve": "curves",
    "figure": "style",
    "graph_picture": "graphs",
    "jacobian_picture": "jacobians",
    "label_lines": "labels",
    "loss_curves": "training",
    "network_picture": "networks",
    "noisy": "record",
    "path_picture": "training",
    "progress": "bars",
    "reading_picture": "sliding",
    "roofline_picture": "training",
    "same_drawing": "compare",
    "setup": "style",
    "slices_picture": "slabs",
    "sweep": "sweeps",
    "tensor_picture": "cells",
    "to_svg": "svg",
}

_LIBRARIES = {"matplotlib", "ipywidgets", "networkx", "numpy"}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"tensorcalc.display has no name {name!r}; it has {', '.join(__all__)}")
    try:
        module = import_module(f"{__name__}.{_HOME[name]}")
    except ModuleNotFoundError as error:
        if error.name not in _LIBRARIES:
            raise
        message = f"tensorcalc.display.{name} needs {error.name}, which is not installed: pip install {error.name}"
        raise ModuleNotFoundError(message, name=error.name) from None
    globals()[name] = value = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
