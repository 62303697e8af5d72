"""Merchants: an address for each invoice, or one for all; takings are sold at an exchange."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor


class Merchant(Actor):
    """Somebody who sells goods.

    Parameters
    ----------
    sells_every
        Blocks between two sales of takings.
    """

    kind = ActorKind.MERCHANT
    category = "payment_service"

    def __init__(
        self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY, *, sells_every: int = 24
    ) -> None:
        super().__init__(town, name, profile, part)
        self._sells_every = sells_every
        self._phase = self.dice.below(sells_every)
        self._max_inputs = 5 + self.dice.below(3) if part.near else 60
        self._home: Exchange | None = None

    def act(self) -> None:
        """Sells takings now and then; pays suppliers and refunds."""
        if self.economy.height % self._sells_every == self._phase:
            self._sell()
        elif self.dice.chance(4):
            self._refund()

    def _sell(self) -> None:
        """All takings into the merchant's account at an exchange, or first together in one coin."""
        if self._home is None:
            self._home = self.dice.pick(self.town.all_of(Exchange))
        coins = self.purse.spendable()[: self._max_inputs]
        if sum(coin.value_sat for coin in coins) < COIN_SAT // 20:
            return
        try:
            if self.dice.chance(60):
                lock = self._home.deposit_lock(self.name)
                self.purse.send_all(coins, lock, OutputPurpose.DEPOSIT, TxKind.PAYMENT, beneficiary=self.name)
            elif len(coins) > 1:
                lock = self.purse.new_lock()
                self.purse.send_all(coins, lock, OutputPurpose.CONSOLIDATION, TxKind.CONSOLIDATION)
        except Poor:
            return

    def _refund(self) -> None:
        """A customer gets money back, or a supplier is paid."""
        others = [actor for actor in self.town.actors if actor.kind is ActorKind.PRIVATE]
        value_sat = self.dice.between(3, 300) * 10_000
        if others and self.purse.can_pay(value_sat):
            payee = self.dice.pick(others)
            self.purse.pay([Planned(payee.purse.receive_lock(), value_sat, OutputPurpose.PAYMENT)])
