"""An exchange is robbed: theft, dispersal or consolidation, dormancy, then a route to a place that sells.

The order of steps is that of the public record (FBI statements of 22 August 2023 and of 2024 on DMM
Bitcoin; US Department of Justice, complaint of 2 March 2020): consolidation into few or dispersal into
many, rest, peel chains, CoinJoin or custodial mixer, then swaps and OTC desks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from coalface.range.actors.actor import Part
from coalface.range.actors.coordinator import Client, Coordinator, WhirlpoolCoordinator
from coalface.range.actors.duster import dust_payments
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.mixer import Mixer
from coalface.range.actors.otc_desk import OtcDesk
from coalface.range.actors.swap_service import SwapService
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import OutputPurpose, TxKind
from coalface.range.playbooks.mover import Associate, Thief, stages
from coalface.range.playbooks.span import Span
from coalface.range.tx import Tx
from coalface.range.wallets.profiles import USER_FAMILIES, family_named
from coalface.range.wallets.purse import Poor


class Route(StrEnum):
    """How the loot leaves."""

    PEEL = "peel"
    MIXER = "mixer"
    COINJOIN = "coinjoin"
    SWAP = "swap"


@dataclass(frozen=True)
class TheftPlan:
    """Choices of one theft.

    Parameters
    ----------
    route
        How the loot leaves.
    disperses
        Into many coins after the theft; else into one.
    dusts
        Pays dust of stolen coin to strangers, so that traces smear.
    near
        Steps are chosen near to where published rules draw their lines.
    fewest_outputs
        Of the theft, 4 at the most: how many of the thief's addresses are paid.
    """

    route: Route
    disperses: bool
    dusts: bool = False
    near: bool = False
    fewest_outputs: int = 1


def exchange_theft(
    route: Route, *, disperses: bool, dusts: bool = False, near: bool = False, fewest_outputs: int = 1
) -> Callable[[Town, Span, str], None]:
    """The playbook of a theft from an exchange's hot wallet."""
    plan = TheftPlan(route, disperses, dusts, near, fewest_outputs)

    def arrange(town: Town, span: Span, name: str) -> None:
        _Theft(town, span, name, plan).arrange()

    return arrange


class _Theft:
    """One theft and what comes after."""

    def __init__(self, town: Town, span: Span, name: str, plan: TheftPlan) -> None:
        self.town, self.span, self.name, self.plan = town, span, name, plan
        self.dice = town.economy.dice(f"playbook {name}")
        part = Part(near=plan.near, playbook=name, is_lawful=False)
        families = self.dice.sample(USER_FAMILIES[:6], 2)
        if plan.route is Route.COINJOIN:
            families[0] = family_named("wasabi")
        self.coordinator: Coordinator | None = None
        self.thief = Thief(town, f"{name}-thief", families[0], part)
        self.associate = Associate(town, f"{name}-associate", families[1], part)
        town.economy.stolen.crews[name] = {self.thief.name, self.associate.name}

    def arrange(self) -> None:
        """Plans every scene."""
        at, thief = self.span.at, self.thief
        thief.plan(at(15), self._rob)
        thief.plan(at(15) + 2, self._disperse if self.plan.disperses else self._consolidate)
        if self.plan.disperses:
            thief.plan(at(15) + 4, self._disperse_again)
        if self.plan.dusts:
            thief.plan(at(20), self._dust)
        thief.plan(at(52), self._wake)
        route = {
            Route.PEEL: self._plan_peels,
            Route.MIXER: self._plan_mixer,
            Route.COINJOIN: self._plan_coinjoins,
            Route.SWAP: self._plan_swaps,
        }
        route[self.plan.route]()

    def _rob(self) -> None:
        """The thief has the keys of the hot wallet, and its own software."""
        victim = max(self.town.all_of(Exchange), key=lambda each: each.purse.balance_sat)
        coins = sorted(victim.purse.spendable(), key=lambda coin: -coin.value_sat)[:30]
        total_sat = sum(coin.value_sat for coin in coins)
        if not coins or total_sat < 100_000_000:
            raise Poor(f"{victim.name} has nothing to steal")
        n_outputs = self.dice.between(self.plan.fewest_outputs, 4)
        fee_sat = self.thief.purse.rate_sat_vb() * (300 * len(coins) + 50 * n_outputs)
        share_sat = (total_sat - fee_sat) // n_outputs
        planned = [
            Planned(self.thief.purse.new_lock(), share_sat, OutputPurpose.THEFT) for _ in range(n_outputs)
        ]
        tx = self.town.economy.send(
            coins,
            planned,
            self.thief.purse.look(),
            initiator=self.thief.purse,
            kind=TxKind.THEFT,
            playbook=self.name,
            theft_of=self.name,
        )
        text = f"{self.thief.name} takes {share_sat * n_outputs} sat from the hot wallet of {victim.name}"
        self.thief.tell("theft", [tx], text)

    def _disperse(self) -> None:
        """Each coin of the loot into about ten."""
        txs: list[Tx] = []
        for coin in self.thief.large_coins()[:4]:
            n_parts = self.dice.between(5, 7) if self.plan.near else self.dice.between(8, 14)
            txs.append(self._split(n_parts, coin))
        self.thief.tell("dispersal", txs, f"{self.thief.name} spreads the loot")

    def _disperse_again(self) -> None:
        """A second level, from some of the first."""
        txs = [self._split(self.dice.between(5, 9), coin) for coin in self.thief.large_coins()[:3]]
        self.thief.tell("dispersal", txs, f"{self.thief.name} spreads it further")

    def _split(self, n_parts: int, coin: Coin) -> Tx:
        return self.thief.split(
            coin,
            n_parts,
            spread_percent=30 if self.plan.near else 15,
            purpose=OutputPurpose.DISPERSAL,
            kind=TxKind.DISPERSAL,
        )

    def _consolidate(self) -> None:
        tx = self.thief.join(self.thief.large_coins(), OutputPurpose.CONSOLIDATION, TxKind.CONSOLIDATION)
        self.thief.tell("consolidation", [tx], f"{self.thief.name} joins the loot in one coin")

    def _dust(self) -> None:
        """Strangers get crumbs of the loot."""
        payments = dust_payments(self.thief, 40)
        is_loot = self.town.economy.stolen.is_loot
        loot = [coin for coin in self.thief.large_coins() if is_loot(coin.outpoint)]
        if not loot:
            raise Poor(f"{self.thief.name} has none of the loot")
        tx = self.thief.purse.pay(payments, TxKind.DUST, coins=loot[-1:], playbook=self.name)
        text = f"{self.thief.name} dusts {len(payments)} addresses of strangers with stolen coin"
        self.thief.tell("dust", [tx], text)

    def _wake(self) -> None:
        """After the rest a small test, then everything that lay in many coins comes together in few."""
        coins = self.thief.large_coins()
        if not coins:
            raise Poor(f"{self.thief.name} has nothing left")
        lock = self.associate.purse.receive_lock()
        test = Planned(lock, min(5_000_000, coins[-1].value_sat // 3), OutputPurpose.PAYMENT)
        tx = self.thief.purse.pay([test], TxKind.PAYMENT, coins=coins[-1:], playbook=self.name)
        self.thief.tell("wake", [tx], f"{self.thief.name} tries a small sum first, after a rest")

    def _gather(self) -> None:
        coins = self.thief.large_coins()[:40]
        if len(coins) > 1:
            tx = self.thief.join(coins, OutputPurpose.CONSOLIDATION, TxKind.CONSOLIDATION)
            self.thief.tell("consolidation", [tx], f"{self.thief.name} joins what lay apart")

    def _off_ramp(self, value_sat: int) -> Planned:
        """A place that sells: a desk, or an account at an exchange."""
        desks = self.town.all_of(OtcDesk)
        exchanges = self.town.all_of(Exchange)
        if desks and self.dice.chance(50):
            return self.dice.pick(desks).invoice(self.thief.name, value_sat)
        return self.dice.pick(exchanges).deposit(self.associate.name, value_sat)

    def _plan_peels(self) -> None:
        self.thief.plan(self.span.at(55), self._gather)
        low, high = (80, 125) if self.plan.near else (20, 90)
        n_hops = 5 if self.plan.near else 16
        heights = stages(self.span.at(58), self.span.at(96), n_hops)
        self.thief.peel_chain(heights, self._peeled, low_permille=low, high_permille=high)
        self.associate.plan(self.span.at(98), self._sell_rest)

    def _peeled(self, value_sat: int) -> Planned:
        if self.dice.chance(25):
            return Planned(self.associate.purse.new_lock(), value_sat, OutputPurpose.PEEL)
        return self._off_ramp(value_sat)

    def _plan_mixer(self) -> None:
        for height in stages(self.span.at(55), self.span.at(72), 8):
            self.thief.plan(height, self._feed_mixer, tries=2)
        for height in stages(self.span.at(80), self.span.at(98), 8):
            self.associate.plan(height, self._sell_rest, tries=1)

    def _feed_mixer(self) -> None:
        """One coin, or a part of it, into a mixer; it comes out in the associate's wallet."""
        coin = self.thief.large_coins()[0:1]
        mixers = self.town.all_of(Mixer)
        if not coin or not mixers:
            raise Poor(f"{self.thief.name} cannot mix")
        mixer = self.dice.pick(mixers)
        value_sat = min(coin[0].value_sat * 9 // 10, max(1, mixer.purse.balance_sat // 3))
        locks = [self.associate.purse.new_lock() for _ in range(self.dice.between(1, 3))]
        planned = mixer.mix(self.thief.name, value_sat, locks, restores=self.name)
        tx = self.thief.purse.pay([planned], TxKind.PAYMENT, coins=coin, playbook=self.name)
        self.thief.tell("mixer", [tx], f"{self.thief.name} pays {value_sat} sat into {mixer.name}")

    def _sell_rest(self) -> None:
        """The associate sells some of what has arrived."""
        coins = self.associate.large_coins()[:3]
        if not coins:
            raise Poor(f"{self.associate.name} has nothing to sell")
        tx = self.associate.pay_off(coins, self._off_ramp)
        self.associate.tell("off_ramp", [tx], f"{self.associate.name} hands coin to a place that sells")

    def _plan_coinjoins(self) -> None:
        """Rounds with strangers, for a while; what comes out is sold piece by piece."""
        self.thief.plan(self.span.at(54), self._part_for_rounds)
        self.thief.plan(self.span.at(56), self._join_rounds)
        self.thief.plan(self.span.at(82), self._leave_rounds)
        for height in stages(self.span.at(83), self.span.at(99), 10):
            self.thief.plan(height, self._sell_mixed, tries=1)

    def _part_for_rounds(self) -> None:
        """One large coin would stand out in a round."""
        coins = self.thief.large_coins()
        if not coins:
            raise Poor(f"{self.thief.name} has nothing to mix")
        tx = self._split(12, coins[0])
        self.thief.tell("dispersal", [tx], f"{self.thief.name} makes coins of a size that rounds take")

    def _join_rounds(self) -> None:
        coordinators = self.town.all_of(Coordinator)
        if not coordinators:
            raise Poor("there is nobody who coordinates rounds")
        self.coordinator = self.dice.pick(coordinators)
        self.coordinator.register(Client(self.thief.purse, 100, self.name))
        text = f"{self.thief.name} begins to mix with {self.coordinator.name}"
        self.town.economy.tell(self.thief.name, "coinjoin", [], text)

    def _leave_rounds(self) -> None:
        if self.coordinator is not None:
            self.coordinator.dismiss(self.thief.purse)

    def _sell_mixed(self) -> None:
        """Some mixed coin to a place that sells."""
        purse = self.thief.purse
        if isinstance(self.coordinator, WhirlpoolCoordinator):
            purse = self.coordinator.postmix(purse)
        coins = sorted(purse.spendable(), key=lambda coin: (-coin.value_sat, coin.outpoint))
        coins = coins[: self.dice.between(1, 4)]
        if not coins:
            raise Poor(f"{self.thief.name} has nothing mixed to sell")
        target = self._off_ramp(1)
        tx = purse.send_all(
            coins,
            target.lock,
            target.purpose,
            TxKind.PAYMENT,
            beneficiary=target.beneficiary,
            playbook=self.name,
        )
        self.thief.tell("off_ramp", [tx], f"{self.thief.name} hands mixed coin to a place that sells")

    def _plan_swaps(self) -> None:
        for height in stages(self.span.at(56), self.span.at(97), 12):
            self.thief.plan(height, self._swap, tries=2)

    def _swap(self) -> None:
        """One coin, nearly whole, to another chain."""
        services, coins = self.town.all_of(SwapService), self.thief.large_coins()
        if not services or not coins:
            raise Poor(f"{self.thief.name} cannot swap")
        service = self.dice.pick(services)
        value_sat = coins[0].value_sat * self.dice.between(30, 95) // 100
        tx = service.swap(self.thief.purse, coins[:1], value_sat, playbook=self.name)
        self.thief.tell("swap", [tx], f"{self.thief.name} swaps {value_sat} sat through {service.name}")
