"""The words of the language: Greek letters, functions of one argument, names with a meaning of their own."""

from __future__ import annotations

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

# every spelling of a Greek letter -> its one name
GREEK_SPELLINGS = {
    **{name: name for name in GREEK},
    **{sign: name for name, sign in GREEK.items()},
    "epsilon": "eps", "varepsilon": "eps", "ϵ": "eps", "varphi": "phi", "ϕ": "phi", "vartheta": "theta", "ϑ": "theta",
    "varrho": "rho", "varsigma": "sigma", "ς": "sigma", "µ": "mu",
}  # fmt: skip

# functions that have a formula, and so a value
FUNCTIONS = frozenset(
    {"exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "relu", "abs", "sign", "step", "erf"}
    | {"softplus", "silu", "gelu"}
)
# functions a rule is stated for, without a formula: point(x_i), f(a_i); only when brackets follow
GENERIC = frozenset({"f", "g", "point", "phi"})

# the operator that takes a differential, d(x_ik a_kj); in text no space stands before its bracket
DIFFERENTIAL = "d"

# commands that LaTeX has for functions; the others are written \operatorname{...}
LATEX_FUNCTIONS = frozenset({"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"})

# signs over a letter, as suffixes of a name: \hat{m} is mhat
ACCENTS = {"hat": "hat", "bar": "bar", "tilde": "tilde"}

RESERVED = FUNCTIONS | {"delta", "sum"}


def plain(name: str) -> str:
    """The one name of a word however it is spelled.

    >>> plain("γ"), plain("epsilon"), plain("w1"), plain("ϵ")
    ('gamma', 'eps', 'w1', 'eps')
    """
    letters = name.rstrip("0123456789")
    return GREEK_SPELLINGS.get(letters, letters) + name[len(letters) :]


def is_upper(name: str) -> bool:
    """Upper-case names are sizes of ranges and constant indices; Greek capitals count as tensors."""
    return name[:1].isupper() and name.rstrip("0123456789") not in GREEK
