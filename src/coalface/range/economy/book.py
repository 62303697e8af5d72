"""The books: one row of truth for each actor, address, transaction, output and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from coalface.range.economy.words import ActorKind
from coalface.range.tx import Outpoint


@dataclass(frozen=True, slots=True)
class ActorRow:
    """One actor.

    Parameters
    ----------
    actor
        Name.
    kind
        What the actor does.
    family
        Name of the wallet software mostly used.
    playbook
        Crime or its lawful twin that the actor is in; None for everyday life.
    is_lawful
        Whether what it does is lawful.
    is_twin
        Part of a lawful business of the shape of a crime.
    near_threshold
        Behaves in a way that a published rule of thumb only just catches, or only just misses.
    category
        Label category, for who can be known to the public.
    """

    actor: str
    kind: ActorKind
    family: str
    playbook: str | None = None
    is_lawful: bool = True
    is_twin: bool = False
    near_threshold: bool = False
    category: str | None = None


class AddressRow(NamedTuple):
    """One address that the chain has seen."""

    address: str
    wallet: str
    actor: str
    family: str
    kind: str
    first_height: int
    custodian_of: str | None


class TxRow(NamedTuple):
    """One transaction."""

    txid: str
    height: int
    initiator: str
    family: str
    tx_kind: str
    playbook: str | None
    built_by: str
    fee_sat: int


class OutputRow(NamedTuple):
    """One output; what spends it stands in `Book.spent_by`."""

    txid: str
    vout: int
    height: int
    value_sat: int
    address: str | None
    kind: str
    owner: str
    wallet: str
    purpose: str
    beneficiary: str
    is_change: bool


class CoinJoinRow(NamedTuple):
    """One side of a transaction made by several parties."""

    txid: str
    protocol: str
    round_number: int
    coordinator: str | None
    side: str
    place: int
    participant: str
    is_mix: bool
    denomination_sat: int | None


class MiningRow(NamedTuple):
    """Who found a block; the reward contains the fees."""

    height: int
    pool: str | None
    finder: str
    reward_sat: int
    fees_sat: int


class HashrateRow(NamedTuple):
    """What a miner worked with from one height to another, both included."""

    actor: str
    pool: str | None
    from_height: int
    to_height: int
    hashrate_hs: float


class PayoutRow(NamedTuple):
    """What a pool paid a miner."""

    txid: str
    vout: int
    pool: str
    miner: str
    value_sat: int
    scheme: str


@dataclass(frozen=True)
class Event:
    """Something that belongs in the story."""

    height: int
    time_unix: int
    actor: str
    event: str
    txids: tuple[str, ...]
    text: str


@dataclass
class Book:
    """Everything that is true of a chain, in the order in which it happened."""

    actors: dict[str, ActorRow] = field(default_factory=dict)
    addresses: dict[str, AddressRow] = field(default_factory=dict)
    txs: list[TxRow] = field(default_factory=list)
    outputs: list[OutputRow] = field(default_factory=list)
    spent_by: dict[Outpoint, tuple[str, int]] = field(default_factory=dict)
    coinjoins: list[CoinJoinRow] = field(default_factory=list)
    mining: list[MiningRow] = field(default_factory=list)
    hashrates: list[HashrateRow] = field(default_factory=list)
    payouts: list[PayoutRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def add_actor(self, row: ActorRow) -> None:
        """Notes an actor.

        Raises
        ------
        ValueError
            If somebody of that name is there.
        """
        if row.actor in self.actors:
            raise ValueError(f"there are two actors called {row.actor}")
        self.actors[row.actor] = row

    def add_outputs(self, rows: Sequence[tuple[OutputRow, AddressRow | None]]) -> None:
        """Notes outputs, and the addresses that are seen for the first time.

        Raises
        ------
        ValueError
            If an address is seen with another owner than before.
        """
        for row, address in rows:
            self.outputs.append(row)
            if address is None:
                continue
            known = self.addresses.setdefault(address.address, address)
            if known.actor != address.actor:
                raise ValueError(f"{address.address} belongs to {known.actor}, not to {address.actor}")
