"""What a gradient check found, argument by argument."""

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "wrong", "kink", "vacuous"]


@dataclass(frozen=True)
class ArgumentReport:
    """One argument: the verdict, and the element where the two derivatives differ most."""

    name: str
    shape: tuple[int, ...]
    verdict: Verdict
    index: tuple[int, ...]
    analytic: float
    numeric: float
    slopes: tuple[float, float]  # the smallest and the largest that one-sided differences allow
    failures: int  # how many elements differ by more than the tolerance

    @property
    def relative_error(self) -> float:
        """|analytic - numeric| over the larger of the two."""
        size = max(abs(self.analytic), abs(self.numeric))
        return abs(self.analytic - self.numeric) / size if size else 0.0

    def __str__(self) -> str:
        return f"{self.name} {self.shape}: {self._finding()}"

    def _finding(self) -> str:
        where = f"at {self.name}[{', '.join(map(str, self.index))}]"
        values = f"analytic {self.analytic:.4g}, numeric {self.numeric:.4g}"
        if self.verdict == "vacuous":
            return "vacuous, since every gradient is zero:\n    take other inputs, or leave it out of wrt"
        if self.verdict == "kink":
            low, high = self.slopes
            return f"kink {where}, one-sided slopes from {low:.4g} to {high:.4g}:\n    {values}; move the input away"
        if self.verdict == "wrong":
            count = f"{self.failures} of {math.prod(self.shape)} elements"
            return f"wrong in {count}, most {where}:\n    {values}, relative error {self.relative_error:.4g}"
        return "ok"


@dataclass(frozen=True)
class GradientReport:
    """The whole check: true if every argument is ok and the adjoint identity holds. Its text tells what was found."""

    function: str
    arguments: tuple[ArgumentReport, ...]
    adjoint: tuple[float, float]  # <v, J u> by differences and <Jᵀ v, u> from the backward function
    adjoint_ok: bool

    def __bool__(self) -> bool:
        return self.adjoint_ok and all(argument.verdict == "ok" for argument in self.arguments)

    @property
    def worst(self) -> ArgumentReport:
        """The argument with the largest difference in one element, of those that are not ok if there are any."""
        failed = [argument for argument in self.arguments if argument.verdict != "ok"]
        return max(failed or self.arguments, key=lambda argument: abs(argument.analytic - argument.numeric))

    def __str__(self) -> str:
        left, right = self.adjoint
        found = "ok" if self.adjoint_ok else f"wrong, {left:.4g} on the left, the right differs by {right - left:.4g}"
        if any(argument.verdict == "kink" for argument in self.arguments):
            found = "not decided, because of the kink"
        head = f"gradcheck of {self.function}: {'ok' if self else 'FAILED'}"
        return "\n  ".join([head, *map(str, self.arguments), f"<v, J u> = <Jᵀ v, u>: {found}"])

    __repr__ = __str__

    def assert_ok(self) -> "GradientReport":
        """Return the report, or raise AssertionError with its text."""
        if not self:
            raise AssertionError(str(self))
        return self
