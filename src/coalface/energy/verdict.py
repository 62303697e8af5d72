"""Plausible, immaterial or impossible: what a claimed amount amounts to beside what limits it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from coalface.energy.ceilings import Feasible

__all__ = ["IMMATERIAL_SHARE", "MOST_DRAWS", "Verdict", "VerdictWord", "judge"]

Floats = NDArray[np.float64]

MOST_DRAWS = 0.95
"""Share of draws that a verdict rests on; the level of our intervals, a convention."""
IMMATERIAL_SHARE = 0.01
"""Share of the alternative's worth below which an earning is called immaterial: a convention."""


class VerdictWord(StrEnum):
    """The three answers, and that there is none."""

    PLAUSIBLE = "plausible"
    IMMATERIAL = "immaterial"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True)
class Verdict:
    """What is said of a claim.

    Attributes
    ----------
    word
        The answer.
    decided_by
        Name of the ceiling or bound that decides it, `None` if nothing does.
    within_share
        Share of draws in which the claim is within everything that limits it, `None` without ceilings.
    because
        The reason in one sentence.
    """

    word: VerdictWord
    decided_by: str | None
    within_share: float | None
    because: str


def judge(
    claimed_hs: Floats,
    limits: Feasible,
    *,
    earned_usd: Floats | None = None,
    alternative_usd: Floats | None = None,
) -> Verdict:
    """Verdict on a claimed mean hash rate.

    Impossible if the claim exceeds the feasible hash rate in at least 95 % of draws; plausible if it stays
    within it in at least 95 %; undecided between the two. A plausible claim is immaterial if it earns less
    than 1 % of what the same fuel is worth otherwise, in at least 95 % of draws. Without a ceiling that has
    data: cannot say.

    Parameters
    ----------
    claimed_hs
        Claimed mean hash rate, H/s, one value a draw; infinite where the claim is impossible in itself.
    limits
        Feasible set of the same draws.
    earned_usd
        What it earns, USD, one value a draw.
    alternative_usd
        What the fuel is worth if it is sold, USD, one value a draw.
    """
    if limits.hashrate_hs is None:
        return Verdict(VerdictWord.CANNOT_SAY, None, None, "no ceiling has data")
    within = float(np.mean(claimed_hs <= limits.hashrate_hs))
    share = f"{within:.0%} of draws"
    because = f"it stays within every known ceiling in {share}"
    if limits.unavailable:
        because += f"; {len(limits.unavailable)} more have no data"
    if 1 - within >= MOST_DRAWS:
        return Verdict(
            VerdictWord.IMPOSSIBLE,
            limits.binding,
            within,
            f"it stays within {limits.binding} in only {share}",
        )
    if within < MOST_DRAWS:
        return Verdict(
            VerdictWord.UNDECIDED,
            limits.binding,
            within,
            because,
        )
    if earned_usd is not None and alternative_usd is not None:
        small = float(np.mean(earned_usd < IMMATERIAL_SHARE * alternative_usd))
        if small >= MOST_DRAWS:
            return Verdict(
                VerdictWord.IMMATERIAL,
                "alternative_worth",
                within,
                f"it earns less than {IMMATERIAL_SHARE:.0%} of what the fuel sells for, in {small:.0%} of"
                " draws",
            )
    return Verdict(
        VerdictWord.PLAUSIBLE,
        limits.binding,
        within,
        because,
    )
