"""Three addresses collect many small sums, rest, and are emptied in one night; ransom, or donations.

WannaCry, May to August 2017: three addresses in the program, payments of about 300 and 600 dollars, a first
movement weeks later, then everything in seven batches to several recipients, a part to a swap service (The
Guardian, 3 August 2017; Fortune, 3 August 2017).
"""

from __future__ import annotations

from coalface.range.actors.actor import Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.swap_service import SwapService
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.playbooks.mover import Associate, Mover, stages
from coalface.range.playbooks.span import Span
from coalface.range.script import Kind, Lock
from coalface.range.tx import Tx
from coalface.range.wallets.profiles import family_named
from coalface.range.wallets.purse import Poor

_N_ADDRESSES = 3
_N_BATCHES = 7


class Extortionist(Mover):
    """Whoever is behind the program."""

    kind = ActorKind.RANSOMWARE


class Charity(Mover):
    """A lawful collector with addresses that everybody knows."""

    kind = ActorKind.MERCHANT


def ransomware(town: Town, span: Span, name: str) -> None:
    """Victims pay, weeks pass, the addresses are emptied."""
    part = Part(playbook=name, is_lawful=False)
    gang = Extortionist(town, f"{name}-gang", family_named("mobile_bitcoinj"), part)
    runner = Associate(town, f"{name}-runner", family_named("bitcoin_core_0_16"), part)
    town.economy.stolen.crews[name] = {gang.name, runner.name}
    _Collection(town, span, name, gang, runner, is_ransom=True).arrange()


def donation_drive(town: Town, span: Span, name: str) -> None:
    """The same shape, for a good cause."""
    part = Part(playbook=name, is_twin=True)
    charity = Charity(town, f"{name}-charity", family_named("mobile_bitcoinj"), part)
    treasurer = Charity(town, f"{name}-treasurer", family_named("bitcoin_core"), part)
    _Collection(town, span, name, charity, treasurer, is_ransom=False).arrange()


class _Collection:
    def __init__(
        self, town: Town, span: Span, name: str, collector: Mover, helper: Mover, *, is_ransom: bool
    ) -> None:
        self.town, self.span, self.name = town, span, name
        self.collector, self.helper, self.is_ransom = collector, helper, is_ransom
        self._n_paid = 0
        self.dice = town.economy.dice(f"playbook {name}")
        self.locks = [collector.purse.new_lock(Kind.P2PKH) for _ in range(_N_ADDRESSES)]

    def arrange(self) -> None:
        """Plans every scene."""
        for height in range(self.span.at(2), self.span.at(45)):
            self.town.at(height, self._collect)
        self.collector.plan(self.span.at(60), self._test)
        for height in stages(self.span.at(72), self.span.at(78), _N_BATCHES):
            self.collector.plan(height, self._empty, tries=2)
        for height in stages(self.span.at(84), self.span.at(98), 5):
            self.helper.plan(height, self._sell, tries=2)

    def _price_sat(self) -> int:
        if self.is_ransom:
            return self.dice.pick((17_000_000, 34_000_000)) * self.dice.between(95, 106) // 100
        return self.dice.pick((1_000_000, 5_000_000, 10_000_000, 25_000_000))

    def _collect(self) -> None:
        """One or two people pay."""
        payers = [actor for actor in self.town.actors if actor.kind is ActorKind.PRIVATE]
        for payer in self.dice.sample(payers, self.dice.between(0, 2)):
            value_sat = self._price_sat()
            if payer.part.playbook is None and payer.purse.can_pay(value_sat):
                self._pay_in(payer, self.dice.pick(self.locks), value_sat)

    def _pay_in(self, payer: Actor, lock: Lock, value_sat: int) -> None:
        purpose = OutputPurpose.RANSOM if self.is_ransom else OutputPurpose.PAYMENT
        kind = TxKind.RANSOM if self.is_ransom else TxKind.PAYMENT
        planned = Planned(lock, value_sat, purpose)
        theft_of = self.name if self.is_ransom else None
        try:
            tx = payer.purse.pay([planned], kind, playbook=self.name, theft_of=theft_of)
        except Poor:
            return
        self._n_paid += 1
        if self._n_paid % 20 == 1:
            text = f"payment number {self._n_paid} reaches {self.collector.name}, from {payer.name}"
            self.collector.tell("collection", [tx], text)

    def _coins_at(self, lock: Lock) -> list[Coin]:
        return [
            coin
            for coin in self.collector.purse.coins.values()
            if coin.lock.script_pubkey == lock.script_pubkey
        ]

    def _test(self) -> None:
        """One coin moves first."""
        coins = self._coins_at(self.locks[0])[:1]
        if not coins:
            raise Poor("nobody has paid")
        tx = self._hand_over(coins)
        self.collector.tell("wake", [tx], f"{self.collector.name} moves one coin")

    def _empty(self) -> None:
        """A batch from one of the addresses."""
        for lock in self.dice.shuffled(self.locks):
            coins = self._coins_at(lock)[:20]
            if coins:
                tx = self._hand_over(coins)
                text = f"{self.collector.name} empties {len(coins)} payments of one address"
                self.collector.tell("sweep", [tx], text)
                return
        raise Poor("all is empty")

    def _hand_over(self, coins: list[Coin]) -> Tx:
        lock = self.helper.purse.new_lock()
        return self.collector.purse.send_all(
            coins, lock, OutputPurpose.CONSOLIDATION, TxKind.CONSOLIDATION, playbook=self.name
        )

    def _sell(self) -> None:
        """What was collected goes to a swap service or an exchange."""
        coins = self.helper.large_coins()[:2]
        if not coins:
            raise Poor(f"{self.helper.name} has nothing")
        swaps = self.town.all_of(SwapService)
        if swaps and self.is_ransom and self.dice.chance(50):
            value_sat = coins[0].value_sat * 9 // 10
            tx = swaps[0].swap(self.helper.purse, coins[:1], value_sat, playbook=self.name)
        else:
            exchange = self.dice.pick(self.town.all_of(Exchange))
            tx = self.helper.pay_off(coins, lambda value: exchange.deposit(self.helper.name, value))
        self.helper.tell("off_ramp", [tx], f"{self.helper.name} sells a part")
