"""New coin of a block."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.units import COIN_SAT

__all__ = ["subsidy_sat"]

_HALVING_BLOCKS = 210_000
_FIRST_SUBSIDY_SAT = 50 * COIN_SAT


def subsidy_sat(height: ArrayLike) -> NDArray[np.int64]:
    """New coin of the blocks at heights, satoshi (Bitcoin Core, ``GetBlockSubsidy``, main network).

    Parameters
    ----------
    height
        Block heights, not negative, any shape.

    Raises
    ------
    ValueError
        If a height is negative.

    Examples
    --------
    >>> subsidy_sat([0, 209_999, 210_000, 6_929_999, 6_930_000]).tolist()
    [5000000000, 5000000000, 2500000000, 1, 0]
    """
    heights = np.asarray(height, np.int64)
    if (heights < 0).any():
        raise ValueError(f"height {heights.min()} is negative")
    # A shift by 64 or more is undefined for the processor; the amount is 0 long before.
    halvings = np.minimum(heights // _HALVING_BLOCKS, 63)
    return np.right_shift(np.int64(_FIRST_SUBSIDY_SAT), halvings)
