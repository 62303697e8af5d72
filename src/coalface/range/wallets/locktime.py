"""Lock time: what a wallet writes there, against fee sniping or not at all."""

from __future__ import annotations

from typing import Protocol

from coalface.range.dice import Dice


class Locktime(Protocol):
    """A way to choose the lock time."""

    def choose(self, tip_height: int, dice: Dice) -> int:
        """Lock time of the next transaction, a height not above the tip's."""


class NoLocktime:
    """Always zero."""

    def choose(self, tip_height: int, dice: Dice) -> int:  # noqa: ARG002 - protocol
        """Zero."""
        return 0


class AntiFeeSniping:
    """The tip's height; in one of ten transactions up to 99 blocks less.

    Bitcoin Core, ``wallet/spend.cpp``, ``DiscourageFeeSniping``; Electrum does the same
    (achow101/wallet-fingerprinting, ``fingerprints.md``).
    """

    def choose(self, tip_height: int, dice: Dice) -> int:
        """The tip's height, now and then a little less."""
        if dice.chance(10):
            return max(0, tip_height - dice.below(100))
        return tip_height


class ExactTip:
    """Always the tip's height."""

    def choose(self, tip_height: int, dice: Dice) -> int:  # noqa: ARG002 - protocol
        """The tip's height."""
        return tip_height


class LikeTheNetwork:
    """Zero in nine of ten transactions, else the tip's height or a little less.

    Wasabi, ``WalletWasabi/Wallets/LockTimeSelector.cs``: a distribution observed on the network, so as not
    to stand out. Its "next tip" is left out, since such a transaction is not yet final.
    """

    def choose(self, tip_height: int, dice: Dice) -> int:
        """Mostly zero."""
        roll = dice.below(1000)
        if roll < 900:
            return 0
        return tip_height if roll < 981 else max(0, tip_height - dice.between(1, 99))
