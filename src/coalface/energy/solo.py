"""Hash rate behind solo blocks, and the honest bound where none was seen.

Blocks are found as a Poisson process, so `k` blocks leave a gamma distribution for the hash rate. "No block
of his was seen" is a statement about blocks that are *known* to be others'. Where `n` blocks of the stretch
are not reliably attributed to anybody, any of them may be his, and the ceiling on `k` is `n`, not 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.distribution import Gamma

__all__ = ["JEFFREYS", "SoloBound", "hashrate_hs_of_blocks", "solo_bound"]

JEFFREYS = 0.5
"""What Jeffreys' prior for a rate adds to a count."""


def hashrate_hs_of_blocks(n_blocks: int, exposure_per_hs: float, quantile: ArrayLike) -> NDArray[np.float64]:
    """Quantiles of the hash rate in H/s behind `n_blocks`: Gamma(k + 1/2) / exposure (Jeffreys' prior).

    Parameters
    ----------
    n_blocks
        Blocks found, not negative.
    exposure_per_hs
        Blocks that one H/s finds on average (`Calendar.exposure_per_hs`), whose difficulty contains him.
    quantile
        Probabilities between 0 and 1. A central 95 % interval ends at 0.025 and 0.975; a one-sided 95 % bound
        is at 0.95.

    Raises
    ------
    ValueError
        If the number of blocks is negative or the exposure is not above 0.
    """
    if n_blocks < 0 or exposure_per_hs <= 0:
        raise ValueError(f"{n_blocks} blocks at an exposure of {exposure_per_hs}")
    return Gamma(n_blocks + JEFFREYS, exposure_per_hs).at(np.asarray(quantile, np.float64))


@dataclass(frozen=True)
class SoloBound:
    """Two bounds on a solo miner's hash rate, each a one-sided 95 % and the end of a central 95 % interval.

    Attributes
    ----------
    known_blocks
        Blocks that are known to be his.
    unattributed_blocks
        Blocks of the stretch that are not reliably attributed to anybody; those known to be his not among
        them.
    known_hs
        (2.5 %, 50 %, 95 %, 97.5 %) of the hash rate behind the known blocks alone, H/s. It may be quoted only
        if `unattributed_blocks` is 0.
    ceiling_hs
        The same if every unattributed block were his too, H/s; `None` if nobody counted them.
    """

    known_blocks: int
    unattributed_blocks: int | None
    known_hs: tuple[float, float, float, float]
    ceiling_hs: tuple[float, float, float, float] | None


def solo_bound(known_blocks: int, unattributed_blocks: int | None, calendar: Calendar) -> SoloBound:
    """Bounds on the hash rate of a solo miner in H/s.

    Parameters
    ----------
    known_blocks
        Blocks that are known to be his.
    unattributed_blocks
        Other blocks of the stretch that are not attributed by anything better than a tag that anybody can
        write.
    calendar
        The stretch.

    Raises
    ------
    ValueError
        If a count is negative.
    """
    exposure = calendar.exposure_per_hs()
    quantiles = (0.025, 0.5, 0.95, 0.975)

    def bounds(blocks: int) -> tuple[float, float, float, float]:
        low, middle, one_sided, high = hashrate_hs_of_blocks(blocks, exposure, quantiles).tolist()
        return low, middle, one_sided, high

    if unattributed_blocks is not None and unattributed_blocks < 0:
        raise ValueError(f"{unattributed_blocks} unattributed blocks")
    ceiling = None if unattributed_blocks is None else bounds(known_blocks + unattributed_blocks)
    return SoloBound(known_blocks, unattributed_blocks, bounds(known_blocks), ceiling)
