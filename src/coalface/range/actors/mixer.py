"""Custodial mixers: coin goes in, other coin of the same worth comes out later, less a fee.

What is public of Blender and Sinbad: a one-time deposit address, a fee and a delay of up to a week chosen
by the customer, several payout addresses (US Treasury, 6 May 2022 and 29 November 2023; archived FAQs of
both).
"""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor

_MAX_PARTS = 4


@dataclass(frozen=True)
class _Due:
    height: int
    lock: Lock
    value_sat: int
    customer: str
    restores: str | None


class Mixer(Actor):
    """A mixer that keeps its customers' coin for a while.

    Parameters
    ----------
    fee_permille
        What it keeps of each deposit.
    longest_delay
        Blocks until the last payout.
    """

    kind = ActorKind.MIXER
    category = "mixer"

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        fee_permille: int = 15,
        longest_delay: int = 24,
    ) -> None:
        super().__init__(town, name, profile, part)
        self._fee_permille = fee_permille
        self._longest_delay = longest_delay
        self._due: list[_Due] = []

    def mix(
        self, customer: str, value_sat: int, payout: list[Lock], *, restores: str | None = None
    ) -> Planned:
        """Takes an order; the output returned is the deposit.

        Parameters
        ----------
        customer
            Who mixes.
        value_sat
            What is paid in.
        payout
            Fresh addresses of the customer, each gets a part.
        restores
            Playbook whose stolen coin it is.
        """
        fee_permille = self._fee_permille + self.dice.below(10)
        left_sat = value_sat * (1000 - fee_permille) // 1000
        for number, lock in enumerate(payout):
            is_last = number == len(payout) - 1
            part_sat = left_sat if is_last else left_sat * self.dice.between(20, 60) // 100
            left_sat -= part_sat
            height = self.economy.height + 1 + self.dice.between(2, self._longest_delay)
            self._due.append(_Due(height, lock, part_sat, customer, restores))
        return Planned(self.purse.new_lock(customer=customer), value_sat, OutputPurpose.DEPOSIT, customer)

    def act(self) -> None:
        """Pays what is due, from coins that others paid in where it can."""
        due = [each for each in self._due if each.height <= self.economy.height]
        for each in due:
            foreign = [coin for coin in self.purse.spendable() if coin.lock.customer != each.customer]
            coins = []
            for coin in self.dice.shuffled(foreign):
                coins.append(coin)
                if sum(one.value_sat for one in coins) > each.value_sat + 500_000:
                    break
            else:
                continue  # too little of other people's coin: later
            payment = Planned(
                each.lock, each.value_sat, OutputPurpose.WITHDRAWAL, each.customer, restores=each.restores
            )
            try:
                self.purse.pay([payment], TxKind.MIXER_PAYOUT, coins=coins)
            except Poor:
                continue
            self._due.remove(each)
