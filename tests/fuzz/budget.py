"""How many examples the property tests run: all of them in ``make fuzz``, a tenth with fixed seeds otherwise.

Every test draws what it needs from one ``rng``. In ``make fuzz`` its choices are hypothesis's own, so that a failure
shrinks to a small program; otherwise the seeds are 0, 1, 2, …, the same wherever and in whatever order tests run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

FULL = os.environ.get("TENSORCALC_FUZZ") == "full"


def examples(count: int) -> Callable:
    """Decorates ``test(…, rng)``: ``count`` examples in full, the first tenth of the seeds otherwise."""

    def decorate(test: Callable) -> Callable:
        seeds = range(max(1, count // 10))
        rng = st.randoms(use_true_random=False) if FULL else st.sampled_from(seeds).map(random.Random)
        return settings(
            max_examples=count if FULL else len(seeds),
            derandomize=not FULL,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if FULL else (Phase.generate,),
        )(given(rng=rng)(test))

    return decorate
