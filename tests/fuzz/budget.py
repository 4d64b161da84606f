"""How many examples the property tests run: all of them in ``make fuzz``, a tenth with fixed seeds otherwise.

Every test draws what it needs from one ``rng``. In ``make fuzz`` its choices are hypothesis's own, so that a failure
shrinks to a small program; otherwise the seeds are 0, 1, 2, …, the same wherever and in whatever order tests run.
"""

from __future__ import annotations

import inspect
import os
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

FULL = os.environ.get("TENSORCALC_FUZZ") == "full"
PART = 25  # seeds in one part of a short run, so that the parts of a long test go to whichever worker is free


def examples(count: int) -> Callable:
    """Decorates ``test(…, rng)``: ``count`` examples in full, the first tenth of the seeds otherwise, in parts."""
    return _in_full(count) if FULL else _in_parts(range(max(1, count // 10)))


def _in_full(count: int) -> Callable:
    def decorate(test: Callable) -> Callable:
        return _settings(count, Phase.generate, Phase.shrink)(given(rng=st.randoms(use_true_random=False))(test))

    return decorate


def _in_parts(seeds: range) -> Callable:
    parts = [seeds[k : k + PART] for k in range(0, len(seeds), PART)]

    def decorate(test: Callable) -> Callable:
        @pytest.mark.parametrize("part", parts, ids=str)
        def short(part: range, **others: object) -> None:
            rng = st.sampled_from(part).map(random.Random)
            _settings(len(part), Phase.generate)(given(rng=rng)(test))(**others)

        short.__name__, short.__doc__, short.__module__ = test.__name__, test.__doc__, test.__module__
        other = [one for name, one in inspect.signature(test).parameters.items() if name != "rng"]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        short.__signature__ = inspect.Signature([inspect.Parameter("part", kind), *other])  # type: ignore[attr-defined]
        return short

    return decorate


def _settings(count: int, *phases: Phase) -> settings:
    return settings(
        max_examples=count,
        derandomize=not FULL,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
