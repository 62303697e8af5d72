"""Sequence: whether a wallet signals that a transaction may be replaced (BIP-0125)."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.dice import Dice

FINAL = 0xFFFFFFFF
"""Neither replaceable nor bound by a lock time."""
LOCKABLE = 0xFFFFFFFE
"""Not replaceable, but lock time counts."""
REPLACEABLE = 0xFFFFFFFD
"""Replaceable (BIP-0125)."""


@dataclass(frozen=True)
class Sequence:
    """How often a wallet signals replaceability.

    Parameters
    ----------
    replaceable_percent
        Share of transactions that signal it.
    otherwise
        Sequence of the others.
    replaceable
        Sequence of those that signal it; some software writes another than most.
    """

    replaceable_percent: int = 100
    otherwise: int = LOCKABLE
    replaceable: int = REPLACEABLE

    def choose(self, dice: Dice) -> int:
        """Sequence of all inputs of the next transaction."""
        return self.replaceable if dice.chance(self.replaceable_percent) else self.otherwise
