"""Names and index letters of the code, set as the book's formulas set them."""

import unicodedata
from collections.abc import Mapping


def math(name: str, letters: str = "") -> str:
    """Return ``name`` with its indices as mathtext: ``("dl_dy", "ij")`` gives ``$\\partial l/\\partial y_{ij}$``.

    A name that already is mathtext (it has a backslash) stays as it is.
    """
    subscript = "_{" + _symbol_by_symbol(letters) + "}" if letters else ""
    return f"${symbol(name)}{subscript}$"


def indexed(name: str, letters: str, where: Mapping[str, int]) -> str:
    """Return mathtext, without dollars, for one component: ``("x", "ik", {"i": 1, "k": 0})`` gives ``x_{10}``."""
    digits = [str(where[letter]) for letter in letters]
    between = r"\," if max(map(len, digits), default=1) > 1 else ""
    return f"{symbol(name)}_{{{between.join(digits)}}}" if digits else symbol(name)


def symbol(name: str) -> str:
    """Return mathtext, without dollars, for a name of the code: Greek names, one letter, a word, or ``dl_dy``."""
    if "\\" in name or not name:
        return name
    if name.startswith("dl_d") and len(name) > 4:
        return rf"\partial l/\partial {symbol(name[4:])}"
    if name == "1":
        return r"\mathbf{1}"  # the one-tensor
    plain = _spelled(name)
    if _is_greek(plain):
        return "\\" + plain
    return plain if len(plain) == 1 else rf"\mathrm{{{plain}}}"


def _spelled(name: str) -> str:
    """``δ`` as ``delta``: the book's mathematical font finds Greek letters by name."""
    words = unicodedata.name(name, "").split() if len(name) == 1 else []
    if words[:1] != ["GREEK"]:
        return name
    spelled = words[-1].lower().replace("lamda", "lambda")
    return spelled.capitalize() if "CAPITAL" in words else spelled


def _is_greek(word: str) -> bool:
    try:
        return len(word) > 1 and bool(
            unicodedata.lookup(f"GREEK SMALL LETTER {word.upper().replace('LAMBDA', 'LAMDA')}")
        )
    except KeyError:
        return False


def _symbol_by_symbol(letters: str) -> str:
    return " ".join(symbol(letter) for letter in letters)
