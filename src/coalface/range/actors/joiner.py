"""People who care for privacy: they live as others do, and take part in CoinJoins."""

from __future__ import annotations

from coalface.range.actors.actor import EVERYDAY, Part
from coalface.range.actors.coordinator import Client, Coordinator, WhirlpoolCoordinator
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.person import Person
from coalface.range.actors.town import Town
from coalface.range.economy.words import OutputPurpose, TxKind
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor


class Joiner(Person):
    """A person with a coordinator.

    Parameters
    ----------
    coordinator
        Whose rounds it takes part in.
    """

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        coordinator: Coordinator,
        activity_percent: int = 6,
    ) -> None:
        super().__init__(town, name, profile, part, activity_percent=activity_percent)
        self._coordinator = coordinator
        coordinator.register(Client(self.purse, 35 + self.dice.below(40)))

    def act(self) -> None:
        """Everyday life, and now and then mixed coin is spent."""
        super().act()
        if isinstance(self._coordinator, WhirlpoolCoordinator) and self.dice.chance(3):
            self._spend_mixed(self._coordinator)

    def _spend_mixed(self, coordinator: WhirlpoolCoordinator) -> None:
        """A payment from mixed coin, or mixed coins joined, which undoes some of the mixing."""
        purse = coordinator.postmix(self.purse)
        merchants = self.town.all_of(Merchant)
        coins = purse.spendable()[:3]
        if not coins or not merchants:
            return
        try:
            if self.part.near and len(coins) > 1:
                lock = self.purse.new_lock()
                purse.send_all(coins, lock, OutputPurpose.SELF, TxKind.SELF)
            else:
                value_sat = coins[0].value_sat * self.dice.between(20, 80) // 100
                purse.pay([self.dice.pick(merchants).invoice(self.name, value_sat)])
        except Poor:
            return
