"""Reuse: how often somebody hands out the same receiving address again."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.dice import Dice


@dataclass(frozen=True)
class Reuse:
    """How receiving addresses are handed out.

    Parameters
    ----------
    same_percent
        How often the last address is handed out again; 100 means one address for ever.
    """

    same_percent: int = 10

    def hands_out_last(self, dice: Dice) -> bool:
        """Whether the last address is handed out again."""
        return dice.chance(self.same_percent)
