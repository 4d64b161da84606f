"""Plain text to tokens: ``y_ij = x_ik a_kj  # a comment``."""

from __future__ import annotations

import re
from string import ascii_lowercase

from .errors import NotationError
from .names import FUNCTIONS, GREEK_SPELLINGS, plain
from .syntax import Letter
from .tokens import MAX_TOKENS, Token, indices_of, name_kind

_GREEK = "".join(sign for sign in GREEK_SPELLINGS if len(sign) == 1 and sign != "Σ")
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\r\f\v\u00a0]+) | (?P<comment>\#[^\n]*) | (?P<line>\n|;)
  | (?P<nosum>\(?\s*\bno\s+sum(?:\s+over)?\s+(?P<kept>[a-z](?:[\s,]+[a-z])*)\s*\)?(?=\s*(?:\#|\n|;|$)))
  | (?P<upstream>dl_d(?P<of>(?:[A-Za-z]+|[{_GREEK}])[0-9]*))
  | (?P<sum>(?:sum|Σ|∑)(?=_))
  | (?P<ones>1(?=_))
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>(?:[A-Za-z]+|[{_GREEK}])[0-9]*)
  | (?P<sign>[-+*/^()=\[\]{{}}'∂·−×])
    """,
    re.VERBOSE,
)
FREE = re.compile(r"\[(?P<letters>(?:[a-z]|[\s,]|\\[,;! ])*)\]")
_SUBSCRIPT = re.compile(r"_(?:\{(?P<braced>(?:[^{}]|\{[^{}]*\})*)\}|(?P<plain>[A-Za-z0-9]+))")
_SAME = {"·": "*", "×": "*", "−": "-", "∂": "partial"}


def scan(source: str) -> list[Token]:
    tokens: list[Token] = []
    at, spaced = 0, True
    while at < len(source):
        match = (begins(tokens) and FREE.match(source, at)) or _TOKEN.match(source, at)
        if not match:
            raise NotationError("syntax", f"{source[at]!r} is no sign of the language", position=at, source=source)
        kind = match.lastgroup or ""
        at = match.end()
        if kind not in ("space", "comment"):
            token, at = _token(kind, match, source, spaced)
            tokens.append(token)
        spaced = kind in ("space", "line", "comment")
        if len(tokens) > MAX_TOKENS:
            raise NotationError("limit", f"more than {MAX_TOKENS} signs", position=at, source=source)
    return [*tokens, Token("end", "", (len(source), len(source)))]


def begins(tokens: list[Token]) -> bool:
    """Whether a statement begins here: only there do square brackets hold free indices."""
    return not tokens or tokens[-1].kind == "line"


def free_list(match: re.Match[str], group: str, source: str) -> Token:
    """``[i, j]`` before a statement, or ``(no sum i, j)`` after it."""
    found = [(sign, match.start(group) + at) for at, sign in enumerate(match[group]) if sign in ascii_lowercase]
    letters = tuple(Letter(sign, span=(at, at + 1)) for sign, at in found)
    return Token("free", match[0], match.span(), letters)


def _token(kind: str, match: re.Match[str], source: str, spaced: bool) -> tuple[Token, int]:
    start, at = match.span()
    text = match[0]
    if kind in ("nosum", "letters"):
        return free_list(match, "kept" if kind == "nosum" else "letters", source), at
    if kind == "sign":
        return Token(_SAME.get(text, text), text, (start, at), None, spaced), at
    if kind in ("line", "number"):
        if kind == "number" and source[at : at + 1] == "_":
            raise NotationError("syntax", f"the number {text} has no indices", position=at, source=source)
        return Token(kind, text, (start, at), None, spaced), at
    indices, at = subscript(source, at)
    span = (start, at)
    if kind in ("sum", "ones"):
        return Token(kind, text, span, indices, spaced), at
    if kind == "upstream":
        return Token("name", f"dl_d{plain(match['of'])}", span, indices, spaced), at
    name = plain(text)
    if name in FUNCTIONS and indices is None:
        return Token("function", name, span, None, spaced), at
    return Token(name_kind(name, indices), name, span, indices, spaced), at


def subscript(source: str, at: int) -> tuple[tuple | None, int]:
    """The indices that follow a name at ``at``, or None, and where they end."""
    if source[at : at + 1] != "_":
        return None, at
    match = _SUBSCRIPT.match(source, at)
    if match is None:
        no_index(source, at + 1)
        raise AssertionError
    part = "braced" if match["braced"] is not None else "plain"
    return indices_of(match[part], match.start(part), source, part == "braced"), match.end()


def no_index(source: str, at: int) -> None:
    """What stands behind an underscore is no index."""
    sign = source[at : at + 1]
    if not sign or sign.isspace() or sign in "=+-*/()":
        raise NotationError("index-letter", "an underscore without indices", position=at - 1, source=source)
    hint = "Close the brace." if sign == "{" else f"Call the index i instead of {sign}."
    raise NotationError("index-letter", f"{sign!r} is no index", index=sign, position=at, hint=hint, source=source)
