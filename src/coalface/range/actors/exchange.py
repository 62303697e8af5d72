"""Exchanges: an address for each customer, sweeps, a hot wallet that pays in batches, cold storage."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.script import Kind, Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.profiles import VAULT_PROFILE
from coalface.range.wallets.purse import Poor, Purse


@dataclass(frozen=True)
class Routine:
    """How an exchange runs its wallets.

    Parameters
    ----------
    deposit_kind
        Script kind of its customers' deposit addresses.
    n_hot
        Hot addresses in use at a time.
    sweep_every, min_sweep, max_sweep
        Blocks between sweeps, and how many deposits one takes.
    batch_every, max_batch
        Blocks between batches of withdrawals, and how many one pays.
    fresh_percent
        How often a customer is shown a new deposit address.
    pays_from_deposits
        Withdrawals are paid straight from customers' deposits, without sweeps.
    cold_above_sat
        What the hot wallet holds at most before coin goes to cold storage.
    """

    deposit_kind: Kind = Kind.P2WPKH
    n_hot: int = 3
    sweep_every: int = 6
    min_sweep: int = 4
    max_sweep: int = 60
    batch_every: int = 3
    max_batch: int = 25
    fresh_percent: int = 15
    pays_from_deposits: bool = False
    cold_above_sat: int = 120 * COIN_SAT


@dataclass(frozen=True)
class _Order:
    lock: Lock
    value_sat: int
    customer: str


class Exchange(Actor):
    """A business that keeps its customers' coin.

    Parameters
    ----------
    routine
        How it runs its wallets.
    """

    kind = ActorKind.EXCHANGE
    category = "exchange"

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        routine: Routine | None = None,
    ) -> None:
        super().__init__(town, name, profile, part)
        self.routine = routine or Routine()
        self.deposits = Purse(self.economy, f"{name} deposits", name, profile)
        self.cold = Purse(self.economy, f"{name} cold", name, VAULT_PROFILE)
        self._hot = [self.purse.new_lock() for _ in range(self.routine.n_hot)]
        self._cold_lock = self.cold.new_lock()
        self._deposit_locks: dict[str, list[Lock]] = {}
        self._orders: list[_Order] = []
        self._phase = self.dice.below(6)

    def deposit_lock(self, customer: str) -> Lock:
        """Where the customer is told to pay in: its own address, now and then a new one."""
        locks = self._deposit_locks.setdefault(customer, [])
        if not locks or self.dice.chance(self.routine.fresh_percent):
            locks.append(self.deposits.new_lock(self.routine.deposit_kind, customer=customer))
        return locks[-1]

    def deposit(self, customer: str, value_sat: int) -> Planned:
        """The output with which a customer pays in."""
        return Planned(self.deposit_lock(customer), value_sat, OutputPurpose.DEPOSIT, customer)

    def hot_lock(self) -> Lock:
        """One of the hot addresses."""
        return self.dice.pick(self._hot)

    def withdraw(self, lock: Lock, value_sat: int, customer: str) -> None:
        """Takes a customer's order to pay out; refused if the exchange is short."""
        if value_sat * 3 < self.purse.balance_sat + self.cold.balance_sat:
            self._orders.append(_Order(lock, value_sat, customer))

    def invoice(self, payer: str, value_sat: int) -> Planned:
        """A deposit."""
        return self.deposit(payer, value_sat)

    def act(self) -> None:
        """Sweeps, pays, and balances hot against cold, each at its time."""
        turn = self.economy.height + self._phase
        if turn % self.routine.sweep_every == 0 and not self.routine.pays_from_deposits:
            self.sweep()
        if turn % self.routine.batch_every == 1:
            self.pay_out()
        if turn % 10 == 5:
            self._balance()

    def sweep(self, *, at_least: int | None = None) -> None:
        """Joins customers' deposits into the hot wallet, with a hot coin now and then."""
        coins = self._due_deposits()
        if len(coins) < (self.routine.min_sweep if at_least is None else at_least):
            return
        hot = self.purse.spendable()
        if len(hot) > 12 and self.dice.chance(30):
            coins += hot[:2]
        try:
            self.purse.send_all(coins, self.hot_lock(), OutputPurpose.SWEEP, TxKind.SWEEP)
        except Poor:
            return

    def pay_out(self) -> None:
        """Pays orders, many in one transaction or, near a threshold, a few."""
        max_batch = 4 + self.dice.below(3) if self.part.near else self.routine.max_batch
        orders, self._orders = self._orders[:max_batch], self._orders[max_batch:]
        if not orders:
            return
        payments = [
            Planned(order.lock, order.value_sat, OutputPurpose.WITHDRAWAL, order.customer) for order in orders
        ]
        kind = TxKind.BATCH if len(payments) > 1 else TxKind.PAYMENT
        coins = self._due_deposits() if self.routine.pays_from_deposits else []
        wanted_sat = sum(payment.value_sat for payment in payments)
        has_enough = sum(coin.value_sat for coin in coins) > wanted_sat + 500_000
        try:
            change = self.hot_lock() if self.dice.chance(70) else None
            self.purse.pay(payments, kind, coins=coins if has_enough else None, change=change)
        except Poor:
            if self.cold.can_pay(wanted_sat * 2):
                self._to_hot(wanted_sat * 2)

    def _due_deposits(self) -> list[Coin]:
        height = self.economy.height
        coins = [coin for coin in self.deposits.spendable() if coin.height <= height]
        return coins[: self.routine.max_sweep]

    def _balance(self) -> None:
        over_sat = self.purse.balance_sat - self.routine.cold_above_sat
        if over_sat > 10 * COIN_SAT:
            value_sat = over_sat // COIN_SAT * COIN_SAT
            lock = self._cold_lock if self.dice.chance(50) else self.cold.new_lock()
            try:
                self.purse.pay([Planned(lock, value_sat, OutputPurpose.COLD, self.name)], TxKind.COLD)
            except Poor:
                return
        elif self.purse.balance_sat < self.routine.cold_above_sat // 10:
            self._to_hot(self.routine.cold_above_sat // 4)

    def _to_hot(self, value_sat: int) -> None:
        if self.cold.can_pay(value_sat):
            planned = Planned(self.hot_lock(), value_sat, OutputPurpose.COLD, self.name)
            self.cold.pay([planned], TxKind.COLD)
