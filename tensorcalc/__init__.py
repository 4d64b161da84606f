"""Index notation, derived backward functions and their kernels.

The package behind the book *Tensor Calculus and Backpropagation*: ``import tensorcalc as tc``.
Importing it loads neither NumPy nor Taichi nor matplotlib; each name below is loaded at its first use.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# public name -> the module that defines it
_HOME = {
    "accumulation": "tensorcalc.calculus.routes",
    "backend": "tensorcalc.execution.runtime",
    "checking": "tensorcalc.checking",
    "CompiledFunction": "tensorcalc.generation.compiled",
    "cost": "tensorcalc.calculus.counting",
    "data": "tensorcalc.data",
    "Derivation": "tensorcalc.calculus.derivation",
    "display": "tensorcalc.display",
    "equal": "tensorcalc.calculus.equality",
    "equation": "tensorcalc.calculus.equations",
    "Equation": "tensorcalc.calculus.equations",
    "errata": "tensorcalc.errata",
    "exercises": "tensorcalc.exercises",
    "from_matrix": "tensorcalc.calculus.equations",
    "Function": "tensorcalc.execution.functions",
    "function": "tensorcalc.execution.functions",
    "gradcheck": "tensorcalc.checking",
    "implicit": "tensorcalc.calculus.implicit_equations",
    "kernel": "tensorcalc.kernels",
    "kernels": "tensorcalc.kernels",
    "layers": "tensorcalc.layers",
    "MatrixForm": "tensorcalc.notation.matrices",
    "NoMatrixForm": "tensorcalc.notation.matrices",
    "NotationError": "tensorcalc.notation.errors",
    "ReplayError": "tensorcalc.calculus.replay",
    "REWRITING_RULES": "tensorcalc.calculus.rules",
    "RULES": "tensorcalc.notation.errors",
    "sheet": "tensorcalc.sheet",
    "Step": "tensorcalc.calculus.derivation",
    "ti": "tensorcalc.execution.runtime",
    "Undecided": "tensorcalc.calculus.equality",
    "use": "tensorcalc.execution.runtime",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"tensorcalc has no name {name!r}; it has {', '.join(__all__)}")
    home = _HOME[name]
    module = import_module(home)
    value = module if home.rpartition(".")[2] == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
