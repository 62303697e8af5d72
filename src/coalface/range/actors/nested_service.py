"""Nested services: they live inside an exchange and have no wallet of their own on the chain.

SUEX and its like: addresses that its customers were shown were deposit addresses at large exchanges
(reported by Chainalysis, "OFAC sanctions Russian cryptocurrency OTC", September 2021).
"""

from __future__ import annotations

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile


class NestedService(Actor):
    """A broker that uses an account at an exchange as if it were its own wallet.

    Parameters
    ----------
    host
        The exchange.
    """

    kind = ActorKind.NESTED_SERVICE
    category = "exchange"

    def __init__(
        self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY, *, host: Exchange
    ) -> None:
        super().__init__(town, name, profile, part)
        self.host = host
        self._locks: dict[str, Lock] = {}

    def deposit_lock(self, customer: str) -> Lock:
        """An address that the host made for this broker; near a threshold one for all customers."""
        shown_to = "everybody" if self.part.near else customer
        if shown_to not in self._locks:
            kind = self.host.routine.deposit_kind
            self._locks[shown_to] = self.host.deposits.new_lock(kind, customer=self.name)
        return self._locks[shown_to]

    def deposit(self, customer: str, value_sat: int) -> Planned:
        """The output with which a customer pays in; the host credits the broker, the broker the customer."""
        return Planned(self.deposit_lock(customer), value_sat, OutputPurpose.DEPOSIT, customer)

    def withdraw(self, lock: Lock, value_sat: int, customer: str) -> None:
        """Passes an order on to the host."""
        self.host.withdraw(lock, value_sat, customer)

    def invoice(self, payer: str, value_sat: int) -> Planned:
        """A deposit."""
        return self.deposit(payer, value_sat)
