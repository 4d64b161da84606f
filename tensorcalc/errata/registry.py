"""What a demonstration of an erratum is: three values, and whether they say what is claimed."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..checking.agreement import ATOL, RTOL
from ..notation.errors import NotationError


@dataclass(frozen=True)
class Refused:
    """What has no value: the sentence that refuses it."""

    why: str


@dataclass(frozen=True)
class Outcome:
    """The value by the statement as written, by the corrected one, and by a measure that knows neither.

    Attributes
    ----------
    as_written : None where the source states nothing, `Refused` where there is no value
    correct : by the corrected statement
    measure : by finite differences, loops, exact arithmetic or counting
    by : how the measure was got
    """

    as_written: Any
    correct: Any
    measure: Any
    by: str = "finite differences"

    @property
    def fails(self) -> bool:
        """Whether what is written does not give what is measured."""
        return not agrees(self.as_written, self.measure)

    @property
    def corrected(self) -> bool:
        """Whether the correct statement gives what is measured."""
        return agrees(self.correct, self.measure)


@dataclass(frozen=True)
class Demonstration:
    """One erratum, run: its number, what is computed, and the function that computes it."""

    number: int
    run: Callable[[], Outcome] = field(repr=False)

    @property
    def what(self) -> str:
        """What is computed, in one line."""
        return inspect.cleandoc(self.run.__doc__ or "").splitlines()[0]

    @property
    def source(self) -> str:
        """The text of the function, without the line that registers it, its docstring filled to fit a page."""
        head, _, body = inspect.getsource(self.run).partition("\n")[2].rstrip().partition("\n")
        docstring, _, code = body.partition("\n")
        return "\n".join([head, textwrap.fill(docstring, 78, subsequent_indent="    "), code])


DEMONSTRATIONS: dict[int, Demonstration] = {}


def erratum(number: int) -> Callable[[Callable[[], Outcome]], Callable[[], Outcome]]:
    """Register a function as the demonstration of this erratum."""

    def register(run: Callable[[], Outcome]) -> Callable[[], Outcome]:
        if number in DEMONSTRATIONS:
            raise ValueError(f"erratum {number} is demonstrated twice")
        DEMONSTRATIONS[number] = Demonstration(number, run)
        return run

    return register


def refusal(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """The value of the call, or `Refused`: by the notation, or by an array library, whose sentences vary."""
    try:
        return call(*args, **options)
    except NotationError as error:
        return Refused(str(error).splitlines()[0])
    except ValueError:
        return Refused("the shapes do not fit")
    except IndexError:
        return Refused("there is no such index")
    except ZeroDivisionError:
        return Refused("division by zero")


def agrees(found: Any, measure: Any) -> bool:
    """Whether both are values, of one shape, and equal up to the rounding of finite differences."""
    if found is None or isinstance(found, Refused) or np.shape(found) != np.shape(measure):
        return False
    return bool(np.allclose(np.asarray(found, float), np.asarray(measure, float), rtol=RTOL, atol=ATOL))


def shown(value: Any) -> str:
    """A value in at most four digits, rows in brackets: what a table of the book prints."""
    if value is None:
        return "nothing stated"
    if isinstance(value, Refused):
        return f"refused: {value.why}"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if np.ndim(value):
        many = np.size(value) > 9
        return f"shape {np.shape(value)}" if many else f"({', '.join(map(shown, value))})"
    rounded = float(f"{float(value):.4g}") + 0.0  # no minus zero
    return (f"{rounded:.0f}" if rounded.is_integer() else f"{rounded:.4g}").replace("-", "−")
