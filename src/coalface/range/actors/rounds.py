"""Carries out what a protocol has planned: finds coins, makes locks, signs, notes who took part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coalface.range.economy.book import CoinJoinRow
from coalface.range.economy.chain import Economy, memo
from coalface.range.economy.coin import Coin, Look, Planned
from coalface.range.economy.words import OutputPurpose, TxKind
from coalface.range.protocols import (
    COORDINATOR,
    InputCoin,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
)
from coalface.range.tx import Outpoint, Tx
from coalface.range.wallets.purse import Purse

_KINDS = {
    Protocol.WASABI1: TxKind.WASABI1,
    Protocol.WASABI2: TxKind.WASABI2,
    Protocol.WHIRLPOOL: TxKind.WHIRLPOOL,
    Protocol.ASHIGARU: TxKind.ASHIGARU,
    Protocol.TX0: TxKind.TX0,
    Protocol.JOINMARKET: TxKind.JOINMARKET,
    Protocol.GENERIC: TxKind.GENERIC,
    Protocol.PAYJOIN: TxKind.PAYJOIN,
    Protocol.STONEWALL: TxKind.STONEWALL,
    Protocol.STONEWALLX2: TxKind.STONEWALL,
    Protocol.DUAL_FUNDING: TxKind.DUAL_FUNDING,
    Protocol.SWAP: TxKind.SWAP,
}
_PURPOSES = {
    Role.MIX: OutputPurpose.COINJOIN_MIX,
    Role.CHANGE: OutputPurpose.CHANGE,
    Role.FEE: OutputPurpose.COORDINATOR_FEE,
    Role.PAYMENT: OutputPurpose.PAYMENT,
    Role.PREMIX: OutputPurpose.PREMIX,
    Role.CHANNEL: OutputPurpose.CHANNEL,
    Role.MEMO: OutputPurpose.MEMO,
}
_ALONE = {Protocol.TX0, Protocol.STONEWALL, Protocol.SWAP}
"""Protocols in which one party alone spends: no CoinJoin, whatever it looks like."""


@dataclass(frozen=True)
class Staging:
    """Who is behind the names of a plan.

    Parameters
    ----------
    spends
        Participant to the wallet that holds its coins.
    receives
        Owner of an output, and what it is for, to the wallet that gets it; the spending wallet where missing.
    given
        Owner of an output to the output that it asked for: an invoice, a channel.
    look
        Version, lock time and sequence of the transaction.
    initiator
        Wallet of whoever makes the transaction.
    playbook
        Crime, or lawful twin, that it is part of.
    """

    spends: Mapping[str, Purse]
    look: Look
    initiator: Purse
    receives: Mapping[tuple[str, Role], Purse] = field(default_factory=dict)
    given: Mapping[str, Planned] = field(default_factory=dict)
    coordinator: Purse | None = None
    playbook: str | None = None


def participant(purse: Purse, coins: Sequence[Coin], name: str | None = None) -> Participant:
    """A wallet with the coins that it brings, as protocols see it."""
    brought = tuple(
        InputCoin(coin.value_sat, coin.lock.kind, (coin.outpoint.txid, coin.outpoint.vout)) for coin in coins
    )
    return Participant(name or purse.actor, brought)


def carry_out(economy: Economy, plan: Round, staging: Staging) -> Tx:
    """The transaction of a plan, which waits for the next block.

    Raises
    ------
    EconomyRefused, Poor
        If a coin is not there any more.
    """
    coins = []
    for name, brought in plan.inputs:
        if brought.outpoint is None:
            raise ValueError(f"{plan.protocol}: a coin of {name} names no outpoint")
        coins.append(staging.spends[name].coins[Outpoint(*brought.outpoint)])
    pairs = [(output, _planned(plan, output, staging)) for output in plan.outputs]
    if plan.ordering is Ordering.BIP69:
        pairs.sort(key=lambda pair: (pair[0].value_sat, pair[1].lock.script_pubkey))
    tx = economy.send(
        coins,
        [planned for _, planned in pairs],
        staging.look,
        initiator=staging.initiator,
        kind=_KINDS[plan.protocol],
        playbook=staging.playbook,
    )
    if plan.protocol not in _ALONE:
        outputs = [output for output, _ in pairs]
        economy.note_coinjoin(_rows(economy, plan, staging, tx.txid, outputs))
    return tx


def _planned(plan: Round, output: PlannedOutput, staging: Staging) -> Planned:
    owner, role = output.owner, output.role
    if owner is None:
        return memo(output.payload, staging.initiator.actor)
    if owner in staging.given:
        asked = staging.given[owner]
        return Planned(
            asked.lock, output.value_sat, asked.purpose, asked.beneficiary, restores=asked.restores
        )
    if owner == COORDINATOR:
        if staging.coordinator is None:
            raise ValueError(f"{plan.protocol}: nobody earns the fee")
        return Planned(staging.coordinator.new_lock(output.kind), output.value_sat, _PURPOSES[role])
    purse = staging.receives.get((owner, role)) or staging.spends[owner]
    is_joint = plan.protocol not in _ALONE
    purpose = _PURPOSES[role]
    if role is Role.CHANGE and is_joint and plan.protocol not in {Protocol.PAYJOIN, Protocol.DUAL_FUNDING}:
        purpose = OutputPurpose.COINJOIN_CHANGE
    return Planned(
        purse.new_lock(output.kind),
        output.value_sat,
        purpose,
        is_change=role is Role.CHANGE,
        is_mix=role is Role.MIX and is_joint,
    )


def _rows(
    economy: Economy, plan: Round, staging: Staging, txid: str, outputs: Sequence[PlannedOutput]
) -> list[CoinJoinRow]:
    number = economy.next_round()
    organiser = staging.coordinator.actor if staging.coordinator is not None else None

    def actor(name: str | None) -> str:
        if name is None:
            return staging.initiator.actor
        if name in staging.given:
            return staging.given[name].lock.owner
        if name == COORDINATOR and organiser is not None:
            return organiser
        return staging.spends[name].actor

    rows = [
        CoinJoinRow(txid, plan.protocol.value, number, organiser, "input", index, actor(name), False, None)
        for index, (name, _) in enumerate(plan.inputs)
    ]
    rows += [
        CoinJoinRow(
            txid,
            plan.protocol.value,
            number,
            organiser,
            "output",
            index,
            actor(output.owner),
            output.role is Role.MIX,
            output.denomination_sat,
        )
        for index, output in enumerate(outputs)
    ]
    return rows
