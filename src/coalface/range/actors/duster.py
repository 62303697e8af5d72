"""Dust attackers: they pay tiny sums to addresses that they saw on the chain, to see them spent together."""

from __future__ import annotations

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor


class Duster(Actor):
    """Somebody who dusts.

    Parameters
    ----------
    every
        Blocks between two rounds.
    n_targets
        Addresses dusted in a round.
    """

    kind = ActorKind.DUSTER

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        every: int = 30,
        n_targets: int = 60,
    ) -> None:
        super().__init__(town, name, profile, part)
        self._every = every
        self._n_targets = n_targets
        self._phase = self.dice.below(every)

    def act(self) -> None:
        """A round, when it is time."""
        if self.economy.height % self._every != self._phase:
            return
        payments = dust_payments(self, self._n_targets)
        try:
            if payments:
                self.purse.pay(payments, TxKind.DUST, playbook=self.part.playbook)
        except Poor:
            return


def dust_payments(duster: Actor, n_targets: int) -> list[Planned]:
    """Dust for addresses that hold coin now, of people and of services, but of nobody in the same crime.

    A sum near the limit of what nodes relay; some wallets leave it alone, others spend it with the next
    payment.
    """
    dice, economy = duster.dice, duster.economy
    locks: list[Lock] = []
    for actor in dice.sample(duster.town.actors, n_targets * 2):
        coins = [coin for coin in actor.purse.coins.values() if coin.value_sat > 100_000]
        is_accomplice = actor.part.playbook is not None and actor.part.playbook == duster.part.playbook
        if coins and actor is not duster and not is_accomplice:
            locks.append(dice.pick(coins).lock)
    value_sat = dice.pick((546, 600, 888, 1_100, 1_500))
    return [
        Planned(lock, value_sat, OutputPurpose.DUST)
        for lock in locks[:n_targets]
        if economy.purse_at(lock) is not None
    ]
