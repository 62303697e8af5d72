"""What a protocol decides about one transaction: whose coins go in, what comes out for whom, who pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coalface.range.script import Kind

COORDINATOR = "coordinator"
"""Owner of what the organiser of a round earns in it; the caller knows who that is."""

MAX_MONEY_SAT = 21_000_000 * 100_000_000
"""More never exists; consensus/amount.h of Bitcoin Core."""


class Protocol(StrEnum):
    """How a transaction came about."""

    WASABI1 = "wasabi1"
    WASABI2 = "wasabi2"
    WHIRLPOOL = "whirlpool"
    ASHIGARU = "ashigaru"
    TX0 = "tx0"
    JOINMARKET = "joinmarket"
    GENERIC = "generic"
    PAYJOIN = "payjoin"
    STONEWALL = "stonewall"
    STONEWALLX2 = "stonewallx2"
    DUAL_FUNDING = "dual_funding"
    SWAP = "swap"


class Role(StrEnum):
    """What an output is for."""

    MIX = "mix"
    CHANGE = "change"
    FEE = "fee"
    PAYMENT = "payment"
    PREMIX = "premix"
    CHANNEL = "channel"
    MEMO = "memo"


class Ordering(StrEnum):
    """By what rule inputs and outputs stand where they stand."""

    RANDOM = "random"
    BIP69 = "bip69"
    VALUE_DESCENDING = "value_descending"
    AS_WRITTEN = "as_written"


class RoundRefused(ValueError):
    """A protocol cannot be carried out with these coins."""


@dataclass(frozen=True)
class InputCoin:
    """One coin that a participant brings.

    Parameters
    ----------
    value_sat
        Its value.
    kind
        How it is locked; its size, and so its fee, follow from this.
    outpoint
        Its txid (display hex) and output index, where the caller has them: BIP-0069 sorts by them, and the
        caller finds its coin again by them.
    """

    value_sat: int
    kind: Kind = Kind.P2WPKH
    outpoint: tuple[str, int] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.value_sat <= MAX_MONEY_SAT:
            raise RoundRefused(f"a coin of {self.value_sat} sat; allowed are 1 to {MAX_MONEY_SAT}")


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part, with the coins brought along."""

    name: str
    coins: tuple[InputCoin, ...]

    @property
    def value_sat(self) -> int:
        """All that is brought, satoshis."""
        return sum(coin.value_sat for coin in self.coins)


@dataclass(frozen=True)
class PlannedOutput:
    """One output to be made.

    Parameters
    ----------
    owner
        A participant's name, the name of a payee from outside, ``COORDINATOR``, or None where nobody owns it.
    value_sat
        Its value.
    role
        What it is for.
    kind
        How it is to be locked.
    denomination_sat
        The standard amount that it is one of; None for change, fees and payments.
    payload
        What an OP_RETURN carries; else empty.
    """

    owner: str | None
    value_sat: int
    role: Role
    kind: Kind = Kind.P2WPKH
    denomination_sat: int | None = None
    payload: bytes = b""


@dataclass(frozen=True)
class Bill:
    """What taking part cost one participant: what went in less what came out, by reason.

    Parameters
    ----------
    participant
        Whose bill.
    mining_sat
        Share of the transaction's fee.
    service_sat
        Paid to whoever offers the service; negative for one who earns in it.
    paid_sat
        Paid to others for something else; negative for one who is paid.
    """

    participant: str
    mining_sat: int = 0
    service_sat: int = 0
    paid_sat: int = 0

    @property
    def total_sat(self) -> int:
        """What the participant has less afterwards, satoshis."""
        return self.mining_sat + self.service_sat + self.paid_sat


@dataclass(frozen=True)
class Round:
    """One transaction as its protocol plans it.

    Parameters
    ----------
    protocol
        What it follows.
    inputs
        Participant and coin, in the order in which they stand in the transaction.
    outputs
        In the order in which they stand in the transaction.
    fee_sat
        What is left for the miner.
    bills
        One for each participant, in order of name.
    ordering
        The rule behind the order. With ``BIP69`` the caller must give the outputs of equal value their
        scripts in ascending order.

    Raises
    ------
    RoundRefused
        If a satoshi is lost or appears, or a bill does not say where a participant's satoshis went.
    """

    protocol: Protocol
    inputs: tuple[tuple[str, InputCoin], ...]
    outputs: tuple[PlannedOutput, ...]
    fee_sat: int
    bills: tuple[Bill, ...]
    ordering: Ordering = Ordering.RANDOM

    def __post_init__(self) -> None:
        if not self.inputs or not self.outputs:
            raise RoundRefused(f"a {self.protocol} round needs inputs and outputs")
        if self.fee_sat < 0 or any(output.value_sat < 0 for output in self.outputs):
            raise RoundRefused(f"a {self.protocol} round of {self.value_sat} sat spends more than it has")
        left_sat = self.value_sat - sum(output.value_sat for output in self.outputs)
        if left_sat != self.fee_sat:
            raise RoundRefused(f"a {self.protocol} round leaves {left_sat} sat, its fee is {self.fee_sat}")
        if sum(bill.mining_sat for bill in self.bills) != self.fee_sat:
            raise RoundRefused(f"the bills of a {self.protocol} round do not make its fee, {self.fee_sat}")
        if {bill.participant for bill in self.bills} != set(self.participants):
            raise RoundRefused(f"a {self.protocol} round does not bill each participant once")
        for bill in self.bills:
            cost_sat = self.brought_sat(bill.participant) - self.received_sat(bill.participant)
            if cost_sat != bill.total_sat:
                raise RoundRefused(f"{bill.participant} is {cost_sat} sat poorer, billed {bill.total_sat}")

    @property
    def value_sat(self) -> int:
        """All that goes in, satoshis."""
        return sum(coin.value_sat for _, coin in self.inputs)

    @property
    def participants(self) -> tuple[str, ...]:
        """Names of all who bring coins, sorted."""
        return tuple(sorted({name for name, _ in self.inputs}))

    @property
    def n(self) -> int:
        """Number of participants."""
        return len(self.participants)

    def brought_sat(self, name: str) -> int:
        """What one party puts in, satoshis."""
        return sum(coin.value_sat for owner, coin in self.inputs if owner == name)

    def received_sat(self, name: str) -> int:
        """What one party gets out, satoshis."""
        return sum(output.value_sat for output in self.outputs_of(name))

    def outputs_of(self, name: str) -> Iterator[PlannedOutput]:
        """Outputs of one party, in order."""
        return (output for output in self.outputs if output.owner == name)

    def with_role(self, role: Role) -> tuple[PlannedOutput, ...]:
        """Outputs of one role, in order."""
        return tuple(output for output in self.outputs if output.role is role)
