"""A court seizes stolen coin and sells it at auction; whoever buys owns it lawfully.

As the US Marshals did with coin of Silk Road in 2014 and 2015: blocks of equal size, few winners, paid out
of one wallet. The buyers are innocent although all of their coin once was stolen.
"""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.playbooks.mover import Buyer, Mover, Thief, stages
from coalface.range.playbooks.span import Span
from coalface.range.wallets.profiles import family_named
from coalface.range.wallets.purse import Poor

_N_LOTS = 5


class Court(Mover):
    """An authority that holds what was seized."""

    kind = ActorKind.FORFEITURE


def forfeiture_auction(town: Town, span: Span, name: str) -> None:
    """A theft that is found out: theft, seizure, auction, and the buyers' lawful lives."""
    _Forfeiture(town, span, name).arrange()


class _Forfeiture:
    def __init__(self, town: Town, span: Span, name: str) -> None:
        self.town, self.span, self.name = town, span, name
        guilty = Part(playbook=name, is_lawful=False)
        lawful = Part(playbook=name, is_twin=True)
        self.thief = Thief(town, f"{name}-thief", family_named("mobile_blue"), guilty)
        self.court = Court(town, f"{name}-court", family_named("bitcoin_core"), Part(playbook=name))
        self.buyers = [
            Buyer(town, f"{name}-buyer-{number + 1}", family_named(family), lawful)
            for number, family in enumerate(("trezor_suite", "ledger_live", "electrum"))
        ]
        town.economy.stolen.crews[name] = {self.thief.name}

    def arrange(self) -> None:
        """Plans every scene."""
        at = self.span.at
        self.thief.plan(at(10), self._rob)
        self.thief.plan(at(30), self._seize)
        self.court.plan(at(55), self._auction)
        for buyer in self.buyers:
            for height in stages(at(65), at(95), 3):
                buyer.plan(height, lambda buyer=buyer: self._spend(buyer), tries=1)  # type: ignore[misc]

    def _rob(self) -> None:
        """A small part of one exchange's hot wallet, by an insider."""
        victim = self.town.all_of(Exchange)[-1]
        value_sat = min(30 * COIN_SAT, victim.purse.balance_sat // 3)
        if value_sat < COIN_SAT // 2:
            raise Poor(f"{victim.name} has too little")
        planned = Planned(self.thief.purse.new_lock(), value_sat, OutputPurpose.THEFT)
        tx = victim.purse.pay([planned], TxKind.THEFT, playbook=self.name, theft_of=self.name)
        self.thief.tell("theft", [tx], f"an insider of {victim.name} takes {value_sat} sat")

    def _seize(self) -> None:
        """The court gets the keys and moves everything to a wallet of its own."""
        coins = self.thief.large_coins()
        if not coins:
            raise Poor("there is nothing to seize")
        lock = self.court.purse.new_lock()
        tx = self.court.purse.send_all(
            coins, lock, OutputPurpose.FORFEITURE, TxKind.FORFEITURE, playbook=self.name
        )
        self.court.tell("seizure", [tx], f"{self.court.name} moves what {self.thief.name} held")

    def _auction(self) -> None:
        """Equal lots; the first buyer wins most of them."""
        lot_sat = self.court.purse.balance_sat * 98 // 100 // _N_LOTS
        if lot_sat < 1_000_000:
            raise Poor("there is nothing to sell")
        planned = []
        for number in range(_N_LOTS):
            buyer = self.buyers[max(0, number - 2)]
            planned.append(Planned(buyer.purse.receive_lock(), lot_sat, OutputPurpose.FORFEITURE))
        tx = self.court.purse.pay(planned, TxKind.FORFEITURE, playbook=self.name)
        self.court.tell("auction", [tx], f"{self.court.name} sells {_N_LOTS} lots of {lot_sat} sat")

    def _spend(self, buyer: Buyer) -> None:
        exchange = buyer.dice.pick(self.town.all_of(Exchange))
        value_sat = buyer.purse.balance_sat * buyer.dice.between(20, 60) // 100
        if value_sat < 500_000:
            raise Poor(f"{buyer.name} has nothing to spend")
        buyer.purse.pay([exchange.deposit(buyer.name, value_sat)], playbook=self.name)
