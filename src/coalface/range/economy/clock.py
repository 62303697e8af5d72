"""When blocks are found, and what room in them costs."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.dice import Dice

DEFAULT_START_UNIX = 1709251200  # 2024-03-01T00:00:00Z
_LATEST_TIP_UNIX = 1767225600  # 2026-01-01T00:00:00Z
_MEDIAN_SPAN = 11


@dataclass(frozen=True)
class Clock:
    """The tempo of a chain.

    Parameters
    ----------
    n_blocks
        Height of the last block.
    spacing_seconds
        Mean time between blocks.
    """

    n_blocks: int
    spacing_seconds: int = 3600

    @property
    def start_unix(self) -> int:
        """Time of the first block after genesis: so early that the tip is in the past of every reader."""
        return min(DEFAULT_START_UNIX, _LATEST_TIP_UNIX - 2 * self.n_blocks * self.spacing_seconds)


class Times:
    """Times of the blocks, one after the other."""

    def __init__(self, clock: Clock, genesis_unix: int, dice: Dice) -> None:
        self._clock = clock
        self._dice = dice
        self.all_unix = [genesis_unix]

    def next_unix(self) -> int:
        """Time of the next block: mostly later than the tip's, always later than the median of eleven."""
        if len(self.all_unix) == 1:
            return self._clock.start_unix
        recent = sorted(self.all_unix[-_MEDIAN_SPAN:])
        median = recent[len(recent) // 2]
        spacing = self._clock.spacing_seconds
        step = self._dice.between(-spacing // 4, spacing * 9 // 4)
        return max(median + 1, self.all_unix[-1] + step)


class FeeMarket:
    """The going rate, which wanders from block to block."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self.rate_sat_vb = 8

    def move(self) -> None:
        """A step up or down; now and then a rush."""
        rate = self.rate_sat_vb
        if self._dice.chance(3):
            rate *= 3
        else:
            rate += self._dice.between(-2, 2)
        self.rate_sat_vb = min(90, max(2, rate if rate < 40 else rate * 4 // 5))
