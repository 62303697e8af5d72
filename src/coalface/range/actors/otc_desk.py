"""OTC desks: they buy coin from some, sell lots to others, and settle the rest at exchanges."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor


class OtcDesk(Actor):
    """A trader who deals with few clients in large sums.

    Parameters
    ----------
    deals_every
        Blocks between two deals.
    """

    kind = ActorKind.OTC
    category = "exchange"

    def __init__(
        self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY, *, deals_every: int = 9
    ) -> None:
        super().__init__(town, name, profile, part)
        self._deals_every = deals_every
        self._phase = self.dice.below(deals_every)

    def invoice(self, payer: str, value_sat: int) -> Planned:  # noqa: ARG002 - the desk keeps no accounts
        """The output with which somebody sells to the desk: a new address for each deal."""
        return Planned(self.purse.new_lock(), value_sat, OutputPurpose.PAYMENT)

    def act(self) -> None:
        """Sells lots to private buyers, or settles at an exchange."""
        if self.economy.height % self._deals_every != self._phase:
            return
        try:
            if self.dice.chance(60):
                self._sell_lots()
            else:
                self._settle()
        except Poor:
            return

    def _sell_lots(self) -> None:
        buyers = [actor for actor in self.town.actors if actor.kind is ActorKind.PRIVATE]
        lot_sat = COIN_SAT // (4 if self.part.near else 2)
        n_lots = min(self.dice.between(1, 6), self.purse.balance_sat // (2 * lot_sat))
        lots = []
        for buyer in self.dice.sample(buyers, n_lots):
            value_sat = lot_sat if self.part.near else lot_sat * self.dice.between(1, 3)
            lots.append(Planned(buyer.purse.receive_lock(), value_sat, OutputPurpose.PAYMENT))
        if lots:
            self.purse.pay(lots, TxKind.BATCH if len(lots) > 1 else TxKind.PAYMENT)

    def _settle(self) -> None:
        exchange = self.dice.pick(self.town.all_of(Exchange))
        value_sat = self.purse.balance_sat // 2 // 1_000_000 * 1_000_000
        if value_sat > COIN_SAT and self.purse.can_pay(value_sat):
            self.purse.pay([exchange.deposit(self.name, value_sat)])
