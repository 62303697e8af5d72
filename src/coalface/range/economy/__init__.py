"""A chain that many actors grow together, and everything that is true of it.

Here belongs what every actor shares: the chain and its clock, the books of truth, the ledger of stolen
satoshi, and the files that all of it is written to. How a wallet decides lies in `wallets`, what an actor
wants in `actors`, crimes and their lawful twins in `playbooks`, and the cast of a chain in `scenarios`.
Nothing here may know how Coalface detects anything.
"""

from coalface.range.economy.book import ActorRow, Book
from coalface.range.economy.chain import Economy, EconomyRefused
from coalface.range.economy.clock import Clock
from coalface.range.economy.coin import Coin, Look, Planned
from coalface.range.economy.stolen import StolenLedger
from coalface.range.economy.words import ActorKind, HoldingState, OutputPurpose, TxKind

__all__ = [
    "ActorKind",
    "ActorRow",
    "Book",
    "Clock",
    "Coin",
    "Economy",
    "EconomyRefused",
    "HoldingState",
    "Look",
    "OutputPurpose",
    "Planned",
    "StolenLedger",
    "TxKind",
]
