"""How many examples the property tests run: all of them in ``make fuzz``, a tenth with fixed seeds otherwise.

In ``make fuzz`` every random choice is hypothesis's own, so that a failure shrinks to a small program; otherwise
hypothesis chooses a seed only, which is ten times faster.
"""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.oracle.generate import Sample, Style, sample

FULL = os.environ.get("TENSORCALC_FUZZ") == "full"


RANDOM = st.randoms(use_true_random=False) if FULL else st.integers(0, 2**63).map(random.Random)


def samples(style: Style | None = None) -> st.SearchStrategy[Sample]:
    """Legal programs with arrays."""
    return RANDOM.map(lambda rng: sample(rng, style))


def examples(count: int) -> settings:
    """Settings for ``count`` examples in full; a tenth otherwise, always the same ones."""
    return settings(
        max_examples=count if FULL else max(1, count // 10),
        derandomize=not FULL,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
