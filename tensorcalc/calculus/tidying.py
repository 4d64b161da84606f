"""The rules that tidy a line of a derivation, applied until none applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .simplification import TIDY, add_like_terms

if TYPE_CHECKING:
    from .derivation import Chain


def tidy(chain: Chain) -> None:
    """Until no rule applies; like terms are added when their deltas are gone."""
    while True:
        changed = chain.exhaust(TIDY)
        new = add_like_terms(chain.expr)
        if new is not None:
            chain.apply("like-terms", new)
        if not changed and new is None:
            return
