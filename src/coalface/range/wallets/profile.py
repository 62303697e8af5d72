"""A profile: everything that one wallet software decides, put together from parts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from coalface.range.dice import Dice
from coalface.range.script import Kind
from coalface.range.wallets.amounts import Amounts
from coalface.range.wallets.change import Change
from coalface.range.wallets.fees import Estimated, FeeHabit
from coalface.range.wallets.locktime import Locktime, NoLocktime
from coalface.range.wallets.order import Order
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import OldestFirst, Selection
from coalface.range.wallets.sequence import Sequence
from coalface.range.wallets.upgrade import Upgrade

OWN_CODE = "own"
"""The parts of the profile itself choose coins and change."""


@dataclass(frozen=True)
class Profile:
    """How one wallet software decides.

    Parameters
    ----------
    name
        Name of the family.
    kind
        Script kind of its receiving addresses.
    selection, change, order, version, locktime, sequence, fees, amounts, reuse
        Its parts.
    has_low_r
        Signs again until R is short.
    spends_unconfirmed
        Spends its own change before it is in a block.
    upgrades
        Later versions, earliest first.
    code
        Whose code chooses coins and change for a payment: ``own``, or that of a third party.
    """

    name: str
    kind: Kind
    selection: Selection = field(default_factory=OldestFirst)
    change: Change = field(default_factory=Change)
    order: Order = Order.SHUFFLED
    version: int = 2
    locktime: Locktime = field(default_factory=NoLocktime)
    sequence: Sequence = field(default_factory=Sequence)
    fees: FeeHabit = field(default_factory=Estimated)
    amounts: Amounts = field(default_factory=Amounts)
    reuse: Reuse = field(default_factory=Reuse)
    has_low_r: bool = False
    spends_unconfirmed: bool = True
    upgrades: tuple[Upgrade, ...] = ()
    code: str = OWN_CODE

    def at(self, percent: int) -> Profile:
        """The version in use when that much of the chain is done."""
        profile = self
        for upgrade in self.upgrades:
            if percent >= upgrade.after_percent:
                profile = upgrade.profile
        return profile


def blurred(profile: Profile, dice: Dice) -> Profile:
    """The same software in the hands of a user who breaks its pattern now and then.

    Such a user installs no upgrades. A rule of thumb that knows the software's pattern is then right in
    some transactions and wrong in others.
    """
    profile = replace(profile, upgrades=())
    match dice.below(4):
        case 0:
            return replace(profile, change=replace(profile.change, reuse_percent=40))
        case 1:
            return replace(profile, amounts=Amounts(50, (3, 4)), reuse=Reuse(45))
        case 2:
            return replace(profile, sequence=Sequence(50), order=Order.SHUFFLED)
        case _:
            return replace(
                profile, amounts=Amounts(90, (2, 3, 4)), change=replace(profile.change, reuse_percent=20)
            )
