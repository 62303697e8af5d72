"""A CoinJoin without a product's name: one equal output for each participant, change, the fee shared equally.

References
----------
Maxwell (2013), "CoinJoin: Bitcoin privacy for the real world": users agree on a uniform output size, each
brings coins of at least that size and takes the rest as change.
"""

from __future__ import annotations

from collections.abc import Sequence

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
from coalface.range.protocols.pool_work import shared
from coalface.range.protocols.round import (
    Bill,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.protocols.size import dust_sat, output_vbytes, tx_fee_sat
from coalface.range.script import Kind


def equal_output_round(
    participants: Sequence[Participant],
    dice: Dice,
    *,
    amount_sat: int,
    rate_sat_vb: int,
    kind: Kind = Kind.P2WPKH,
    ordering: Ordering = Ordering.RANDOM,
) -> Round:
    """One CoinJoin of an amount that everybody agreed on.

    Parameters
    ----------
    participants
        At least two; each brings the amount, its part of the fee, and change as it likes.
    dice
        Decides places.
    amount_sat
        What each equal output holds.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    kind
        Kind of all outputs.
    ordering
        Order of inputs and outputs.

    Raises
    ------
    RoundRefused
        If there is one participant only, the amount is dust, or somebody's coins do not suffice.
    """
    if len(participants) < 2 or amount_sat < dust_sat(kind):
        raise RoundRefused(f"{len(participants)} participants, {amount_sat} sat: needs two, and no dust")
    kinds = [coin.kind for each in participants for coin in each.coins]
    fee_sat = tx_fee_sat(rate_sat_vb, kinds, [output_vbytes(kind)] * (2 * len(participants)))
    parts = shared(fee_sat, {each.name: 1 for each in participants})
    outputs, bills = [], []
    for each in participants:
        change_sat = each.value_sat - amount_sat - parts[each.name]
        if change_sat < 0:
            raise RoundRefused(f"{each.name} lacks {-change_sat} sat")
        outputs.append(PlannedOutput(each.name, amount_sat, Role.MIX, kind, amount_sat))
        is_change = change_sat >= dust_sat(kind)
        if is_change:
            outputs.append(PlannedOutput(each.name, change_sat, Role.CHANGE, kind))
        bills.append(Bill(each.name, parts[each.name] + (0 if is_change else change_sat)))
    return settle(Protocol.GENERIC, participants, outputs, bills, dice, ordering)
