"""What is true of a made-up chain: owners, purposes, and where stolen coin is in fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from coalface.range.tx import Outpoint

FEES = "fees"
"""Stands for the miners' fees where an actor is named."""


class Purpose(StrEnum):
    """Why an output was made, as its maker would say."""

    GENESIS = "genesis"
    COINBASE = "coinbase"
    COMMITMENT = "commitment"
    POOL_PAYOUT = "pool_payout"
    DEPOSIT = "deposit"
    SWEEP = "sweep"
    PAYOUT = "payout"
    COLD = "cold"
    PAYMENT = "payment"
    CHANGE = "change"
    SELF = "self"
    MEMO = "memo"
    THEFT = "theft"
    CONSOLIDATION = "consolidation"
    PEEL = "peel"
    PEEL_CARRY = "peel_carry"
    SHARE = "share"
    COINJOIN = "coinjoin"
    DUST = "dust"


@dataclass(frozen=True)
class OutputTruth:
    """One output and what is true of it."""

    outpoint: Outpoint
    height: int
    value_sat: int
    address: str | None
    script_type: str
    owner: str
    customer: str | None
    purpose: Purpose


@dataclass(frozen=True)
class TxTruth:
    """One transaction: what it spent, what it made, its fee in satoshis (0 for a coinbase)."""

    txid: str
    height: int
    spent: tuple[Outpoint, ...]
    made: tuple[Outpoint, ...]
    fee_sat: int


@dataclass
class Ledger:
    """The truth of a chain, written while it is built.

    Attributes
    ----------
    owners
        Address to the actor that holds its keys.
    customers
        Deposit address to the customer whom its owner credits.
    outputs
        Every output of the best chain, coinbases and OP_RETURN included.
    txs
        Every transaction of the best chain, in chain order once its block is mined.
    spent_by
        Spent outpoint to the txid that spends it.
    """

    owners: dict[str, str] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    outputs: dict[Outpoint, OutputTruth] = field(default_factory=dict)
    txs: list[TxTruth] = field(default_factory=list)
    spent_by: dict[Outpoint, str] = field(default_factory=dict)

    def add_output(self, output: OutputTruth) -> None:
        """Notes an output and whose its address is."""
        self.outputs[output.outpoint] = output
        if output.address is None:
            return
        known = self.owners.setdefault(output.address, output.owner)
        if known != output.owner:
            raise ValueError(f"{output.address} belongs to {known}, not to {output.owner}")
        if output.customer is not None:
            self.customers[output.address] = output.customer

    def add_tx(self, tx: TxTruth) -> None:
        """Notes a transaction and what it spends."""
        self.txs.append(tx)
        for outpoint in tx.spent:
            self.spent_by[outpoint] = tx.txid

    def addresses_of(self, actor: str, purpose: Purpose | None = None) -> tuple[str, ...]:
        """Addresses of an actor in order of first use; with a purpose, those that received for it."""
        found = (
            output.address
            for output in self.outputs.values()
            if output.owner == actor and output.address is not None and purpose in (None, output.purpose)
        )
        return tuple(dict.fromkeys(found))


def value_at_tip_sat(ledger: Ledger, origins: Iterable[Outpoint], held_by: str) -> dict[str, int]:
    """Who has the value of ``origins`` at the tip, satoshis by actor; the sum is the origins' value.

    Parameters
    ----------
    ledger
        The truth of the chain.
    origins
        Outputs to follow; all of them owned by ``held_by``.
    held_by
        The actor whose hands are followed. What it hands to somebody else is counted as theirs from then
        on, whatever they do with it: a service that takes a deposit owes it to its customer.

    Notes
    -----
    Inside the actor's own transactions the value is shared over outputs and fee in proportion to their
    size, rounded down, the remainder to the first output. In a transaction of several owners (a CoinJoin)
    everybody gets back what they put in, so that only the actor's own outputs share. An outpoint of
    origin that descends from another one is not counted twice by this rule alone: give disjoint ones.
    """
    followed: dict[Outpoint, int] = {each: ledger.outputs[each].value_sat for each in origins}
    totals: dict[str, int] = {}
    for tx in ledger.txs:
        amount_sat = sum(followed.pop(each, 0) for each in tx.spent)
        if not amount_sat:
            continue
        payers = {ledger.outputs[each].owner for each in tx.spent}
        targets = [ledger.outputs[each] for each in tx.made]
        if len(payers) > 1:
            targets = [each for each in targets if each.owner == held_by]
        own_in_sat = sum(
            ledger.outputs[each].value_sat for each in tx.spent if ledger.outputs[each].owner == held_by
        )
        shares = {each.outpoint: amount_sat * each.value_sat // own_in_sat for each in targets}
        own_fee_sat = own_in_sat - sum(each.value_sat for each in targets)
        fee_share_sat = amount_sat * own_fee_sat // own_in_sat
        shares[targets[0].outpoint] += amount_sat - fee_share_sat - sum(shares.values())
        totals[FEES] = totals.get(FEES, 0) + fee_share_sat
        for each in targets:
            if each.owner == held_by:
                followed[each.outpoint] = shares[each.outpoint]
            else:
                totals[each.owner] = totals.get(each.owner, 0) + shares[each.outpoint]
    held_sat = sum(followed.values())
    return _sorted({**totals, held_by: totals.get(held_by, 0) + held_sat})


def _sorted(totals: Mapping[str, int]) -> dict[str, int]:
    return {actor: totals[actor] for actor in sorted(totals) if totals[actor]}
