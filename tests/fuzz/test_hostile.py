"""Any text gives a result or a ``NotationError``, after a bounded count of calls and without filling the memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import tensorcalc as tc
from tests.fuzz.budget import examples
from tests.notation.cases.legal import LEGAL
from tests.notation.cases.refusals import REFUSALS
from tests.oracle.generate import Style, random_program
from tests.oracle.text import program_text

CALLS = 5_000_000  # about a second of computing; counted, because a clock also sees the machine's other work
PIECES = [
    *"ijkabxyTHNαδ120_^(){}[]+-*/=,;'#$&\\.∂Σ·²₁",
    *["x_ij", "1_h", "delta_ij", "sum_k(", "exp(", "sqrt(", "^2", "_{", "dl_dy_pj", "1e999", "0/0", "=", "\n", " "],
    *[r"\frac{", r"\sqrt{", r"\left(", r"\right)", r"\mathbf{1}_", r"\delta_{", r"\partial", r"\sum_{k}", r"\\", "&"],
    *[
        r"\operatorname{",
        r"\begin{aligned}",
        r"\end{aligned}",
        "eps",
        "lambda",
        "__import__('os')",
        "{x!r}",
        "%s",
        "\0",
        "\u202e",
    ],
]


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Stops the code inside where it makes more calls of functions, Python's or C's, than these."""

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls -= event in ("call", "c_call")
        if calls < 0:
            sys.setprofile(None)
            raise AssertionError("too many calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


def answer(text: str) -> None:
    """Everything that reads text is tried; nothing but a ``NotationError`` may come out of it."""
    for read in (tc.function, tc.equation, lambda text: tc.equal(text, text)):
        try:
            with at_most(CALLS):
                result = read(text)
                str(result)
                if isinstance(result, (tc.Function, tc.Equation)):
                    tc.function(str(result)) if isinstance(result, tc.Function) else tc.equation(str(result))
        except tc.NotationError as error:
            assert error.position is None or 0 <= error.position <= len(text)
            assert str(error)


def test_too_many_calls_are_stopped():
    with pytest.raises(AssertionError, match="too many"), at_most(1000):
        while True:
            abs(-1)


@pytest.mark.fuzz
@examples(5000)
def test_pieces_of_the_language(rng):
    answer("".join(rng.choice(PIECES) for _ in range(rng.randint(0, 30))))


ALPHABETS = ((32, 126), (0, 255), (0x370, 0x3FF), (0x2070, 0x22FF), (0, 0xFFFF), (0, 0x10FFFF))


@pytest.mark.fuzz
@examples(3000)
def test_any_text(rng):
    first, last = rng.choice(ALPHABETS)
    text = "".join(chr(rng.randint(first, last)) for _ in range(rng.randint(0, 60)))
    answer(text)
    answer(f"y_i = {text}")


LINES = [row.text for row in (*LEGAL, *REFUSALS)] + [row.latex for row in LEGAL if row.latex]


def damaged(rng) -> str:
    """A line of the tables or a random program with a few characters cut, doubled, swapped or put in."""
    if rng.random() < 0.5:
        text = rng.choice(LINES)
    else:
        program = random_program(rng, Style(depth=1, statements=2)).program
        text = program_text(program, latex=rng.random() < 0.5)
    for _ in range(rng.randint(1, 4)):
        start = rng.randint(0, len(text))
        stop = rng.randint(start, min(len(text), start + 4))
        text = text[:start] + rng.choice(["", "", *PIECES, text[start:stop] * 2]) + text[stop:]
    return text[: rng.randint(0, len(text))] if rng.random() < 0.5 else text


@pytest.mark.fuzz
@examples(5000)
def test_damaged_programs(rng):
    answer(damaged(rng))


LETTERS = "abcdefghijklmnopqrstuvwxyz"
NASTY = {
    "deep brackets": "y = " + "(" * 5000 + "a" + ")" * 5000,
    "open brackets": "y = " + "(" * 20000,
    "deep functions": "y_i = " + "exp(" * 2000 + "x_i" + ")" * 2000,
    "deep fractions": "y = " + r"\frac{1}{" * 2000 + "a" + "}" * 2000,
    "deep subscripts": "y = x_" + "{T_" * 2000 + "b" + "}" * 2000,
    "many terms": "y_i = " + " + ".join(f"a{n}_i" for n in range(3000)),
    "many factors": "y_i = " + " ".join(f"a{n}_i" for n in range(3000)),
    "many statements": "\n".join(f"y{n} = a" for n in range(3000)),
    "chain of statements": "y0 = a b\n" + "\n".join(f"y{n + 1} = y{n} y{n} + y{n}" for n in range(300)),
    "minus signs": "y = " + "-" * 5000 + "a",
    "division signs": "y = a" + "/a" * 3000,
    "exponent tower": "y = x^2" + "^2" * 50,
    "huge exponent": "y = (a + b)^999999999",
    "large exponent": "y = (a + b + c + d)^60",
    "power of a power": "y = ((((a + b)^20)^20)^20)^20",
    "tiny exponent": "y = a^{1/999999999}",
    "huge number": "y = " + "9" * 15000,
    "huge decimal": "y = 1e99999999",
    "small decimal": "y = 1e-99999999",
    "hidden zero": "y = 1/(a - a)",
    "zero to minus one": "y = (b_i b_i - b_j b_j)^{-1}",
    "huge coefficient": "y_i = x_{" + "9" * 5000 + "i+1}",
    "huge position": "y = x_{" + "9" * 5000 + ",}",
    "many indices": "y = x_" + LETTERS * 50,
    "product of sums": "y = " + " ".join(f"(a{n} + b{n})" for n in range(30)),
    "product of sums in indices": "y_i = " + " ".join(f"(a{n}_ij + b{n}_ij)" for n in range(12)) + " 1_j",
    "bare deltas": "y = " + " ".join(f"delta_{a}{b}" for a, b in zip(LETTERS, LETTERS[1:] + LETTERS[0], strict=True)),
    "cycle of 26": "y = " + " ".join(f"x_{a}{b}" for a, b in zip(LETTERS, LETTERS[1:] + LETTERS[0], strict=True)),
    "complete graph": "y = " + " ".join(f"x_{a}{b}" for a in LETTERS[:9] for b in LETTERS[:9] if a < b),
    "symmetric stars": "y = " + " ".join(f"u_{a} v_{a}" for a in LETTERS),
    "nested logs": "y = log(" * 1 + "log(exp(" * 40 + "a" + "))" * 40 + ")",
    "python": "__import__('os').system('true')",
    "format": "y_i = {x_i.__class__}",
    "null": "y_i = x_i\0",
    "bidi": "y_i = \u202ex_i",
    "surrogate": "y_i = \ud800",
    "combining": "y_i = x\u0301_i",
    "full width": "ｙ_ｉ ＝ ｘ_ｉ",
    "other digits": "y_i = x_i^٣",
    "superscript": "y_i = x_i²",
    "carriage returns": "y_i = x_i\r\nz_i = y_i\r",
    "tabs": "\ty_i\t=\tx_i",
    "only a comment": "# nothing",
    "very long": "y_i = " + "x_i + " * 20000 + "x_i",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_nasty(text):
    answer(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_memory_stays_small(text):
    tracemalloc.start()
    try:
        tc.equal(text, text)
    except tc.NotationError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 200e6


@pytest.mark.parametrize("value", [None, 3, b"y_i = x_i", ["y_i = x_i"]])
def test_text_only(value):
    with pytest.raises((TypeError, tc.NotationError)):
        tc.function(value)
