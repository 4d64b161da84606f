r"""LaTeX to the same tokens: ``y_{ij} = x_{ik} a_{kj}``, as the printer writes it and as a reader pastes it.

One letter is one name here; longer names are ``\mathrm{logits}``. A line ends with ``\\``, else with a newline.
"""

from __future__ import annotations

import re

from .errors import NotationError
from .names import ACCENTS, DIFFERENTIAL, FUNCTIONS, GREEK_SPELLINGS, plain
from .scan_text import FREE, begins, free_list, no_index
from .tokens import MAX_TOKENS, Token, indices_of, name_kind

_GREEK = "".join(sign for sign in GREEK_SPELLINGS if len(sign) == 1 and sign != "Σ")
_SKIP = re.compile(
    r"""[ \t\r~&]+ | \\[,;:!>\ ]
      | \\(?:q?quad|left|right|displaystyle|limits|nonumber|big|Big|bigl|bigr|Bigl|Bigr)(?![A-Za-z])
      | \\(?:begin|end)\{(?:aligned|align\*?|equation\*?|split|gathered|gather\*?)\} | (?<!\\)%[^\n]*""",
    re.VERBOSE,
)
_DOLLAR = re.compile(r"\$+")
_NOSUM = re.compile(
    r"""\(? \s* (?:\\(?:text|mathrm|textrm)\s*\{\s*\(?)? \s* no\s+sum (?:\s+over)? \s* \}? [\s$~]*
        (?P<kept>[a-z](?:[\s,]+[a-z])*) [\s)}]* (?=(?:\\\\|\n|$|\$|\\end))""",
    re.VERBOSE,
)
_TOKEN = re.compile(
    rf"""
    (?P<line>\\\\|\n)
  | (?P<ones>\\(?:mathbf|mathbb|boldsymbol|bm)\s*(?:\{{\s*1\s*\}}|1)|1(?=\s*_))
  | (?P<word>\\(?:mathrm|operatorname|text|textit|mathit|mathbf|mathsf)\*?\s*\{{(?P<long>[A-Za-z]+[0-9]*)\}})
  | (?P<accent>\\(?:hat|bar|tilde|widehat|widetilde|overline)\s*\{{?\s*(?P<under>\\?[A-Za-z]+)\s*\}}?)
  | (?P<command>\\[A-Za-z]+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<letters>[A-Za-z]+|[{_GREEK}])
  | (?P<sign>[-+*/^()=\[\]{{}}'∂·−×∑])
    """,
    re.VERBOSE,
)
_SUBSCRIPT = re.compile(r"\s*_\s*(?:\{(?P<braced>(?:[^{}]|\{[^{}]*\})*)\}|(?P<plain>[A-Za-z0-9]))")
_GREEK_COMMAND = "|".join(sorted(GREEK_SPELLINGS, key=len, reverse=True))
_DIFFERENTIAL = re.compile(rf"\s*(?:(?P<name>\\(?:{_GREEK_COMMAND})(?![A-Za-z])|[A-Za-z])|(?=(?:\\left\s*)?\())")
_COMMANDS = {"frac": "frac", "dfrac": "frac", "tfrac": "frac", "partial": "partial", "sum": "sum",
             "cdot": "*", "times": "*", "lbrack": "[", "rbrack": "]"}  # fmt: skip
_SAME = {"·": "*", "×": "*", "−": "-", "∂": "partial", "∑": "sum"}


def is_latex(source: str) -> bool:
    """A backslash, or dollar signs around it, make it LaTeX."""
    return "\\" in source or source.strip().startswith("$")


def scan(source: str) -> list[Token]:
    tokens: list[Token] = []
    at, spaced, lines = 0, True, r"\\" in source
    while at < len(source):
        outermost = source[at] == "$" and not (source[:at].strip(" \n$") and source[at:].strip(" \n$"))
        if skipped := _DOLLAR.match(source, at) if outermost else _SKIP.match(source, at):
            at, spaced = skipped.end(), True
            continue
        free = (begins(tokens) and FREE.match(source, at)) or (source[at] in "(n\\" and _NOSUM.match(source, at))
        if free:
            tokens.append(free_list(free, free.lastgroup or "", source))
            at = free.end()
            continue
        match = _TOKEN.match(source, at)
        if match is None:
            raise NotationError("syntax", f"{source[at]!r} is no sign of the language", position=at, source=source)
        new, at = _tokens(match, source, spaced)
        spaced = match.lastgroup == "line"
        if match[0] != "\n" or not lines:
            tokens += new
        if len(tokens) > MAX_TOKENS:
            raise NotationError("limit", f"more than {MAX_TOKENS} signs", position=at, source=source)
    return [*tokens, Token("end", "", (len(source), len(source)))]


def _tokens(match: re.Match[str], source: str, spaced: bool) -> tuple[list[Token], int]:
    kind, text, (start, at) = match.lastgroup or "", match[0], match.span()
    if kind == "sign":
        kind = _SAME.get(text, text)
    elif kind == "command" and (name := text[1:]) not in FUNCTIONS and plain(name) not in GREEK_SPELLINGS:
        kind = _command(name, start, source)
    elif kind == "letters":
        return _letters(match, source, spaced)
    if kind in ("ones", "sum"):
        indices, at = subscript(source, at)
        return [Token(kind, text, (start, at), indices, spaced)], at
    if kind == "word" and match["long"] == DIFFERENTIAL and (after := _DIFFERENTIAL.match(source, at)):
        if not after["name"]:
            return [Token("function", DIFFERENTIAL, (start, at), None, spaced)], at
        return _name(DIFFERENTIAL + plain(after["name"].lstrip("\\")), start, after.end(), source, spaced)
    if kind in ("word", "accent", "command"):
        return _name(_spelled(match, source), start, at, source, spaced)
    return [Token(kind, text, (start, at), None, spaced)], at


def _command(name: str, start: int, source: str) -> str:
    if name not in _COMMANDS:
        raise NotationError("syntax", f"\\{name} is not understood", position=start, source=source)
    return _COMMANDS[name]


def _spelled(match: re.Match[str], source: str) -> str:
    if match["long"]:
        return match["long"]
    if match["under"]:
        accent = re.match(r"\\(?:wide)?(hat|tilde|bar|overline)", match[0])
        return plain(match["under"].lstrip("\\")) + ACCENTS.get(accent[1] if accent else "", "bar")
    return match[0][1:]


def _letters(match: re.Match[str], source: str, spaced: bool) -> tuple[list[Token], int]:
    """A run of letters is a known word, or a product of one-letter names of which the last may have indices."""
    text, (start, at) = match[0], match.span()
    if plain(text) in FUNCTIONS or plain(text) in GREEK_SPELLINGS:
        return _name(text, start, at, source, spaced)
    if source[at : at + 1].isdigit():
        hint = f"Write \\mathrm{{{text}{source[at]}}} for one name, or a space for a product."
        raise NotationError("syntax", "a digit after a letter", position=at, hint=hint, source=source)
    single = [Token(name_kind(s, None), s, (start + k, start + k + 1), None, spaced) for k, s in enumerate(text[:-1])]
    last, at = _name(text[-1], at - 1, at, source, spaced and not single)
    return single + last, at


def _name(word: str, start: int, at: int, source: str, spaced: bool) -> tuple[list[Token], int]:
    name = plain(word)
    if name in FUNCTIONS:
        return [Token("function", name, (start, at), None, spaced)], at
    indices, at = subscript(source, at)
    return [Token(name_kind(name, indices), name, (start, at), indices, spaced)], at


def subscript(source: str, at: int) -> tuple[tuple | None, int]:
    """The indices that follow a name at ``at``, or None, and where they end."""
    match = _SUBSCRIPT.match(source, at)
    if match is None:
        if under := re.compile(r"\s*_\s*").match(source, at):
            no_index(source, under.end())
        return None, at
    part = "braced" if match["braced"] is not None else "plain"
    if part == "plain" and source[match.end() : match.end() + 1].isalnum():
        hint = "In LaTeX x_bh is x_b times h: write x_{bh}, or x_b h with a space."
        raise NotationError("index-letter", "a subscript without braces", position=at, hint=hint, source=source)
    inner = re.sub(r"\\[,;:! ]|[~]", "  ", match[part]) if "\\" in match[part] or "~" in match[part] else match[part]
    return indices_of(inner, match.start(part), source), match.end()
