"""Tokens, and the scanner's tools that both notations share: subscripts and limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import NotationError
from .names import is_upper
from .syntax import Affine, Constant, Fixed, Index, Letter, Span, Valued

MAX_CHARACTERS = 20_000
MAX_TOKENS = 6_000
MAX_ORDER = 24
MAX_DIGITS = 6


@dataclass(frozen=True)
class Token:
    """``kind`` is the sign itself, or number, name, size, ones, function, frac, sum, partial, free, line, end."""

    kind: str
    text: str
    span: Span
    indices: tuple[Index, ...] | None = None
    spaced: bool = False  # white space stood before it


_PART = re.compile(r"(?P<letter>[a-z])|(?P<constant>[A-Z])|(?P<digits>[0-9]+)")
_MULTIPLE = re.compile(r"([0-9]*[2-9])([a-z])")
_AFFINE = re.compile(r"\s*(?P<sign>[+-]?)\s*(?P<number>[0-9]*)\s*\*?\s*(?P<letter>[a-z]?)")


def indices_of(text: str, start: int, source: str, braced: bool = True) -> tuple[Index, ...]:
    """Read a subscript without its braces; ``start`` is where it stands in the source.

    Without a comma every character is one index. With commas each part that begins with a digit is one index,
    so that ``x_{10,j}`` has the position ten and ``x_{b,2i}`` every second component. ``x_{2i}`` could be either.
    """
    several_ways = _MULTIPLE.search(text) if braced and not re.search(r"[,+-]", text) else None
    if several_ways:
        _two_readings(several_ways, start, source)
    parts = _split(text, start, source)
    several = len(parts) > 1
    found: list[Index] = []
    for part, offset in parts:
        if part.strip() or not several:
            found += _part(part, offset, source, several)
    if not found:
        raise NotationError("index-letter", "an empty subscript", position=start, source=source)
    if len(found) > MAX_ORDER:
        raise NotationError("limit", f"{len(found)} indices on one tensor", position=start, source=source)
    return tuple(found)


def _two_readings(match: re.Match[str], start: int, source: str) -> None:
    number, letter = match.groups()
    given = f"{match[0]!r} in braces could be the position {number} and the letter {letter}, or {number} times {letter}"
    hint = f"Write {number},{letter} for the position and the letter, {match[0]}+0 for the multiple."
    position = start + match.start()
    raise NotationError("affine-index", given, index=letter, position=position, hint=hint, source=source)


def _split(text: str, start: int, source: str) -> list[tuple[str, int]]:
    """Split at the commas that stand outside braces."""
    parts, depth, begin = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth > 2:
            raise NotationError("limit", "subscripts nested too deeply", position=start + at, source=source)
        if sign == "," and depth == 0:
            parts.append((text[begin:at], start + begin))
            begin = at + 1
    return [*parts, (text[begin:], start + begin)]


def _part(part: str, start: int, source: str, alone: bool) -> list[Index]:
    body = part.strip()
    start += len(part) - len(part.lstrip())
    if re.search(r"[+\-*]", re.sub(r"\{.*\}", "", body)) or (alone and body[:1].isdigit()):
        return [_affine(body, start, source)]
    found: list[Index] = []
    at = 0
    while at < len(body):
        match = _PART.match(body, at)
        if body[at] in " \t":
            at += 1
        elif match is None:
            _bad_index(body[at], start + at, source)
        elif match["digits"]:
            found += [Fixed(int(d), span=(start + at + k, start + at + k + 1)) for k, d in enumerate(match["digits"])]
            at = match.end()
        elif match["constant"] and body[at + 1 : at + 2] == "_":
            index, at = _valued(body, at, start, source)
            found.append(index)
        else:
            kind = Letter if match["letter"] else Constant
            found.append(kind(match[0], span=(start + at, start + at + 1)))
            at = match.end()
    return found


def _bad_index(sign: str, position: int, source: str) -> None:
    hint = f"Call the index i instead of {sign}." if sign.isalpha() else None
    raise NotationError(
        "index-letter", f"{sign!r} is no index", index=sign, position=position, hint=hint, source=source
    )


def _valued(body: str, at: int, start: int, source: str) -> tuple[Valued, int]:
    """``T_b`` or ``T_{bi}`` inside a subscript."""
    begin, stop = at + 2, at + 3
    if body[begin : begin + 1] == "{":
        stop = body.find("}", begin)
        inner, inside = body[begin + 1 : stop if stop >= 0 else None], begin + 1
        stop = stop + 1 if stop >= 0 else len(body)
    else:
        inner, inside = body[begin:stop], begin
    indices = indices_of(inner, start + inside, source)
    if any(isinstance(index, (Valued, Affine)) for index in indices):
        raise NotationError(
            "index-letter", "an index-valued index is looked up by letters", position=start + at, source=source
        )
    return Valued(body[at], indices, span=(start + at, start + stop)), stop


def _affine(body: str, start: int, source: str) -> Index:
    """``2i+3m-1``; terms of the same letter add up."""
    at, offset = 0, 0
    sums: dict[str, tuple[int, Letter]] = {}
    while at < len(body):
        match = _AFFINE.match(body, at)
        if match is None or not (match["number"] or match["letter"]) or (at and not match["sign"]):
            raise NotationError("affine-index", f"{body!r} is no affine index", position=start + at, source=source)
        if len(match["number"]) > MAX_DIGITS:
            raise NotationError("limit", "a number in an index is too large", position=start + at, source=source)
        number = int(f"{match['sign']}{match['number'] or 1}")
        if match["letter"]:
            here = start + match.start("letter")
            so_far, letter = sums.get(match["letter"], (0, Letter(match["letter"], span=(here, here + 1))))
            sums[match["letter"]] = (so_far + number, letter)
        else:
            offset += number
        at = match.end()
        at += len(body[at:]) - len(body[at:].lstrip())
    return affine([(n, letter) for n, letter in sums.values()], offset, (start, start + len(body)))


def affine(terms: list[tuple[int, Letter]], offset: int, span: Span) -> Index:
    """The index of an integer combination: a lone letter is a ``Letter``, a lone number a ``Fixed``."""
    kept = tuple((n, letter) for n, letter in terms if n)
    if not kept:
        return Fixed(offset, span=span)
    if len(kept) == 1 and kept[0][0] == 1 and offset == 0:
        return kept[0][1]
    return Affine(kept, offset, span=span)


def name_kind(name: str, indices: tuple[Index, ...] | None) -> str:
    """An upper-case name without indices is a size."""
    return "size" if indices is None and is_upper(name) else "name"


def check_size(source: str) -> None:
    if not isinstance(source, str):
        raise TypeError(f"index notation is text, got {type(source).__name__}")
    if len(source) > MAX_CHARACTERS:
        raise NotationError("limit", f"{len(source)} characters, at most {MAX_CHARACTERS} are read")
