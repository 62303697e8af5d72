"""What all who keep other people's coin have in common."""

from __future__ import annotations

from typing import Protocol

from coalface.range.economy.coin import Planned
from coalface.range.script import Lock


class Bank(Protocol):
    """A service with accounts."""

    name: str

    def deposit(self, customer: str, value_sat: int) -> Planned:
        """The output with which a customer pays in."""

    def withdraw(self, lock: Lock, value_sat: int, customer: str) -> None:
        """Takes a customer's order to pay out."""
