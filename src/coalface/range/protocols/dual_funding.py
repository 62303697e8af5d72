"""A Lightning channel that both sides fund: one transaction, inputs of two owners, one channel output.

References
----------
BOLT 2, "Channel Establishment v2" and "Interactive Transaction Construction": the funding output holds both
contributions; the opener pays the fee of the common fields and of the funding output, everybody that of the
own inputs and outputs; inputs and outputs stand in ascending order of random serial ids. BOLT 3: the output
is P2WSH of a 2-of-2.
"""

from __future__ import annotations

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
from coalface.range.protocols.round import (
    Bill,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.protocols.size import dust_sat, input_vbytes, output_vbytes, tx_vbytes
from coalface.range.script import Kind


def dual_funding(
    opener: Participant,
    accepter: Participant,
    channel: str,
    dice: Dice,
    *,
    opener_sat: int,
    accepter_sat: int,
    rate_sat_vb: int,
    channel_kind: Kind = Kind.P2WSH_MULTISIG,
) -> Round:
    """The funding transaction of a channel.

    Parameters
    ----------
    opener, accepter
        The two sides, with the coins each brings.
    channel
        Owner of the funding output: both hold a key, neither alone.
    dice
        Decides places, as random serial ids do.
    opener_sat, accepter_sat
        What each side puts into the channel.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    channel_kind
        P2WSH, or P2TR for a channel with taproot.

    Raises
    ------
    RoundRefused
        If a side brings no coins, or its coins do not cover contribution and fee.
    """
    if not opener.coins or not accepter.coins:
        raise RoundRefused("both sides of a dual-funded channel bring coins")
    if min(opener_sat, accepter_sat) < 0 or opener_sat + accepter_sat < dust_sat(channel_kind):
        raise RoundRefused(f"a channel of {opener_sat} and {accepter_sat} sat")
    sides = ((opener, opener_sat), (accepter, accepter_sat))
    outputs = [PlannedOutput(channel, opener_sat + accepter_sat, Role.CHANNEL, channel_kind)]
    own_vbytes: list[int] = []
    for side, contribution_sat in sides:
        kind = side.coins[0].kind
        vbytes = sum(input_vbytes(coin.kind) for coin in side.coins)
        is_opener = side is opener
        common = 12 + output_vbytes(channel_kind) if is_opener else 0
        with_change = vbytes + output_vbytes(kind)
        change_sat = side.value_sat - contribution_sat - rate_sat_vb * (with_change + common)
        if change_sat >= dust_sat(kind):
            outputs.append(PlannedOutput(side.name, change_sat, Role.CHANGE, kind))
        elif side.value_sat < contribution_sat + rate_sat_vb * (vbytes + common):
            raise RoundRefused(f"{side.name} lacks coins for a contribution of {contribution_sat} sat")
        own_vbytes.append(with_change if change_sat >= dust_sat(kind) else vbytes)
    bills = []
    for side, contribution_sat in sides:
        kept_sat = sum(output.value_sat for output in outputs if output.owner == side.name)
        bills.append(Bill(side.name, side.value_sat - contribution_sat - kept_sat, paid_sat=contribution_sat))
    made = settle(Protocol.DUAL_FUNDING, [opener, accepter], outputs, bills, dice)
    sizes = [output_vbytes(output.kind) for output in made.outputs]
    if made.fee_sat < rate_sat_vb * (tx_vbytes([coin.kind for _, coin in made.inputs], sizes) - 1):
        raise RoundRefused(f"the fee of {made.fee_sat} sat is below {rate_sat_vb} sat/vB")
    return made
