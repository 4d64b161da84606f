"""Index notation, derived backward functions and their kernels.

The package behind the book *Tensor Calculus and Backpropagation*: ``import tensorcalc as tc``.
Importing it loads neither NumPy nor Taichi nor matplotlib; each name below is loaded at its first use.
"""

from importlib import import_module

__version__ = "0.1.0"

# public name -> the module that defines it
_HOME = {
    "backend": "tensorcalc.execution.runtime",
    "checking": "tensorcalc.checking",
    "data": "tensorcalc.data",
    "display": "tensorcalc.display",
    "exercises": "tensorcalc.exercises",
    "gradcheck": "tensorcalc.checking",
    "kernel": "tensorcalc.kernels",
    "kernels": "tensorcalc.kernels",
    "ti": "tensorcalc.execution.runtime",
    "use": "tensorcalc.execution.runtime",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"tensorcalc has no name {name!r}; it has {', '.join(__all__)}")
    home = _HOME[name]
    module = import_module(home)
    value = module if home.rpartition(".")[2] == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
