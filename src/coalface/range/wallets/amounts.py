"""Amounts: how round the sums are that people type in."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.dice import Dice


@dataclass(frozen=True)
class Amounts:
    """How a user rounds.

    Parameters
    ----------
    round_percent
        Share of amounts that are typed in coin and rounded; the others follow from a price in money.
    digits
        Zeros at the end of a rounded amount, in satoshis: one of these.
    """

    round_percent: int = 35
    digits: tuple[int, ...] = (4, 5, 6, 7)

    def shaped_sat(self, value_sat: int, dice: Dice) -> int:
        """The amount as the user would type it: about as large, satoshis, never 0."""
        if value_sat < 1:
            return 1
        if not dice.chance(self.round_percent):
            return max(1, value_sat - value_sat % 97 + dice.below(97))
        step = int(10 ** dice.pick(self.digits))
        while step > value_sat:
            step //= 10
        return max(1, value_sat // step * step)
