"""Custodial wallets: everybody has an address, nobody a key; payments spend whatever coins fit."""

from __future__ import annotations

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor


class CustodialWallet(Actor):
    """A service that holds its users' coins in their addresses and spends them jointly."""

    kind = ActorKind.CUSTODIAL_WALLET
    category = "payment_service"

    def __init__(self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY) -> None:
        super().__init__(town, name, profile, part)
        self._locks: dict[str, Lock] = {}
        self._orders: list[tuple[Lock, int, str]] = []

    def deposit_lock(self, customer: str) -> Lock:
        """The address of a user, always the same."""
        if customer not in self._locks:
            self._locks[customer] = self.purse.new_lock(customer=customer)
        return self._locks[customer]

    def deposit(self, customer: str, value_sat: int) -> Planned:
        """The output with which a user pays in."""
        return Planned(self.deposit_lock(customer), value_sat, OutputPurpose.DEPOSIT, customer)

    def withdraw(self, lock: Lock, value_sat: int, customer: str) -> None:
        """Takes an order to pay out."""
        if value_sat * 2 < self.purse.balance_sat:
            self._orders.append((lock, value_sat, customer))

    def invoice(self, payer: str, value_sat: int) -> Planned:
        """A deposit."""
        return self.deposit(payer, value_sat)

    def act(self) -> None:
        """Pays each order at once, from anybody's coins."""
        orders, self._orders = self._orders, []
        for lock, value_sat, customer in orders:
            payment = Planned(lock, value_sat, OutputPurpose.WITHDRAWAL, customer)
            try:
                self.purse.pay([payment], coins=self._joint_coins(value_sat))
            except Poor:
                return

    def _joint_coins(self, value_sat: int) -> list[Coin] | None:
        """Several users' coins that suffice; None leaves the choice to the software."""
        if not self.part.near:
            return None
        taken: list[Coin] = []
        for coin in self.dice.shuffled(self.purse.spendable()):
            taken.append(coin)
            if len(taken) >= 3 and sum(each.value_sat for each in taken) > value_sat + 300_000:
                return taken
        return None
