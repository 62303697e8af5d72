"""Fee habits: what rate a wallet pays when the market asks for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from coalface.range.dice import Dice


class FeeHabit(Protocol):
    """A way to choose a fee rate."""

    def rate_sat_vb(self, market_sat_vb: int, dice: Dice) -> int:
        """Fee rate of the next transaction, satoshis a virtual byte."""


@dataclass(frozen=True)
class Estimated:
    """The market's rate, give or take some percent: an estimate of one's own."""

    low_percent: int = 80
    high_percent: int = 130

    def rate_sat_vb(self, market_sat_vb: int, dice: Dice) -> int:
        """Near the market's rate."""
        return max(1, market_sat_vb * dice.between(self.low_percent, self.high_percent) // 100)


@dataclass(frozen=True)
class Presets:
    """Slow, normal or fast, as a slider offers it."""

    percents: tuple[int, ...] = (50, 100, 150)

    def rate_sat_vb(self, market_sat_vb: int, dice: Dice) -> int:
        """One of few multiples of the market's rate."""
        return max(1, market_sat_vb * dice.pick(self.percents) // 100)


@dataclass(frozen=True)
class Fixed:
    """Always the same rate, whatever the market asks."""

    rate: int

    def rate_sat_vb(self, market_sat_vb: int, dice: Dice) -> int:  # noqa: ARG002 - protocol
        """The same rate."""
        return self.rate


@dataclass(frozen=True)
class Generous:
    """More than the market asks, in steps of ten, as services pay that want no complaints."""

    percent: int = 200

    def rate_sat_vb(self, market_sat_vb: int, dice: Dice) -> int:  # noqa: ARG002 - protocol
        """A multiple of ten above the market's rate."""
        return -(-market_sat_vb * self.percent // 100 // 10) * 10
