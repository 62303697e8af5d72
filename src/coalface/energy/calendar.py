"""The network over a stretch of time: difficulty, reward a block and price, period by period."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coalface.energy.network import HASHES_PER_DIFFICULTY, network_hashrate_hs, realised_hashrate_hs

__all__ = ["Calendar"]

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Periods of one stretch of time, in order, without gaps.

    Attributes
    ----------
    start_day
        First UTC day of every period, ``datetime64[D]``.
    seconds
        Length of every period, s.
    n_blocks
        Blocks of every period, as many as were found or are thought to have been; not always whole.
    difficulty
        Difficulty in force.
    subsidy_btc, fees_btc
        New coin of a block, and its mean fees, BTC.
    price_usd
        USD a BTC, NaN where unknown.
    price_resolution
        ``day``, ``month`` (a monthly mean stands for every day of its month), or `None` without prices.
    sources
        Where the figures are from.

    Raises
    ------
    ValueError
        If the arrays differ in length, are empty, or hold a value that is not above 0 (fees: below 0).
    """

    start_day: Days
    seconds: Floats
    n_blocks: Floats
    difficulty: Floats
    subsidy_btc: Floats
    fees_btc: Floats
    price_usd: Floats
    price_resolution: str | None
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        columns = (
            self.seconds,
            self.n_blocks,
            self.difficulty,
            self.subsidy_btc,
            self.fees_btc,
            self.price_usd,
        )
        if len(self.start_day) == 0 or any(column.shape != self.start_day.shape for column in columns):
            raise ValueError(f"columns of {[len(column) for column in columns]} periods")
        for name in ("seconds", "n_blocks", "difficulty"):
            if not (getattr(self, name) > 0).all():
                raise ValueError(f"{name}: every value must be above 0")
        for name in ("subsidy_btc", "fees_btc"):
            if not (getattr(self, name) >= 0).all():
                raise ValueError(f"{name}: no value may be negative or unknown")

    def __len__(self) -> int:
        return len(self.start_day)

    @property
    def total_seconds(self) -> float:
        """Length of all periods together, s."""
        return float(self.seconds.sum())

    @property
    def reward_per_block_btc(self) -> Floats:
        """Subsidy and fees of a block, BTC, one value a period."""
        return self.subsidy_btc + self.fees_btc

    def network_hashrate_hs(self) -> Floats:
        """Hash rate that the difficulty stands for, H/s, one value a period."""
        return network_hashrate_hs(self.difficulty)

    def realised_hashrate_hs(self) -> Floats:
        """Hash rate that finds the blocks that came in their time, H/s, one value a period."""
        return realised_hashrate_hs(self.difficulty, self.n_blocks, self.seconds)

    def exposure_per_hs(self) -> float:
        """Blocks that one H/s finds over all periods on average."""
        return float((self.seconds / (self.difficulty * HASHES_PER_DIFFICULTY)).sum())

    def reward_per_hs(self) -> Floats:
        """BTC that one H/s earns in each period on average, itself too small to matter."""
        return self.seconds / (self.difficulty * HASHES_PER_DIFFICULTY) * self.reward_per_block_btc

    def all_rewards_btc(self) -> float:
        """BTC of all blocks of the stretch."""
        return float((self.n_blocks * self.reward_per_block_btc).sum())

    def by_difficulty(self) -> Calendar:
        """The same stretch with neighbouring periods of one difficulty joined.

        Exact for a hash rate that is constant over the joined periods: fees become the mean over time, and
        the price the mean over rewards.
        """
        first = np.flatnonzero(np.concatenate(([True], self.difficulty[1:] != self.difficulty[:-1])))
        if len(first) == len(self):
            return self
        seconds = np.add.reduceat(self.seconds, first)
        reward = self.reward_per_block_btc
        joined_reward = np.add.reduceat(self.seconds * reward, first)
        with np.errstate(invalid="ignore"):
            price = np.add.reduceat(self.seconds * reward * self.price_usd, first) / joined_reward
        subsidy = np.add.reduceat(self.seconds * self.subsidy_btc, first) / seconds
        return replace(
            self,
            start_day=self.start_day[first],
            seconds=seconds,
            n_blocks=np.add.reduceat(self.n_blocks, first),
            difficulty=self.difficulty[first],
            subsidy_btc=subsidy,
            fees_btc=np.maximum(joined_reward / seconds - subsidy, 0.0),
            price_usd=price,
        )
