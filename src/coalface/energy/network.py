"""Difficulty and the hash rate that it stands for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BLOCK_INTERVAL_S",
    "HASHES_PER_DIFFICULTY",
    "difficulty_of_bits",
    "network_hashrate_hs",
    "realised_hashrate_hs",
]

HASHES_PER_DIFFICULTY = 2.0**32
"""Hashes that a block of difficulty 1 takes on average, to 1.5e-5 (the exact figure is 2^48 / 65,535)."""

BLOCK_INTERVAL_S = 600
"""Seconds between blocks that the difficulty rule aims at (Bitcoin Core, `nPowTargetSpacing`)."""

_HIGHEST_EXPONENT = 0x1D
_HIGHEST_MANTISSA = 0xFFFF


def difficulty_of_bits(bits: ArrayLike) -> NDArray[np.float64]:
    """Difficulty of compact targets, 1 for the easiest target of the main network.

    Parameters
    ----------
    bits
        Compact targets of block headers (``nBits``), integers of 32 bits, any shape.

    Raises
    ------
    ValueError
        If a target is zero or negative: no block can meet it.
    """
    compact = np.asarray(bits, np.int64)
    mantissa, exponent = compact & 0xFFFFFF, compact >> 24
    if ((mantissa == 0) | (mantissa > 0x7FFFFF) | (compact < 0) | (exponent > 0xFF)).any():
        raise ValueError(f"compact target {bits!r}: the mantissa must lie between 1 and 0x7fffff")
    return np.asarray(_HIGHEST_MANTISSA / mantissa * 256.0 ** (_HIGHEST_EXPONENT - exponent), np.float64)


def network_hashrate_hs(difficulty: ArrayLike) -> NDArray[np.float64]:
    """Hash rate in H/s at which blocks come every 600 s on average.

    Parameters
    ----------
    difficulty
        Difficulty, any shape.
    """
    return np.asarray(difficulty, np.float64) * (HASHES_PER_DIFFICULTY / BLOCK_INTERVAL_S)


def realised_hashrate_hs(
    difficulty: ArrayLike, n_blocks: ArrayLike, seconds: ArrayLike = 86_400
) -> NDArray[np.float64]:
    """Hash rate in H/s that finds `n_blocks` in `seconds` on average; of one day it scatters by a twelfth.

    Parameters
    ----------
    difficulty
        Difficulty of the blocks.
    n_blocks
        Blocks found.
    seconds
        Time that it took, s.
    """
    blocks = np.asarray(n_blocks, np.float64)
    return (
        blocks * np.asarray(difficulty, np.float64) * HASHES_PER_DIFFICULTY / np.asarray(seconds, np.float64)
    )
