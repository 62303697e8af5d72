"""JoinMarket: a taker pays makers to lend their coins for one CoinJoin of an amount that the taker chooses.

Everybody gets one output of that amount. Each maker's change is what it brought, less the amount and its
part of the mining fee, plus what it earns; the taker's change bears the rest of the fee. A taker who sweeps
has no change.

References
----------
JoinMarket-Org/joinmarket-clientserver: ``Maker.verify_unsigned_tx`` (change that a maker insists on),
``Taker.receive_utxos`` and ``prepare_my_bitcoin_data`` (the taker's change, dropped below the dust
threshold), ``calc_cj_fee`` (absolute and relative offers), ``make_shuffled_tx``,
``BITCOIN_DUST_THRESHOLD``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from coalface.range.protocols.size import output_vbytes, tx_fee_sat
from coalface.range.script import Kind

DUST_SAT = 27_300
_PPM = 1_000_000


@dataclass(frozen=True)
class Offer:
    """What a maker asks.

    Parameters
    ----------
    maker
        Who, with the coins chosen for this transaction.
    absolute_sat
        Asked whatever the amount.
    relative_ppm
        Asked of the amount, in millionths; added to the absolute part, one of the two being zero as a rule.
    mining_sat
        Part of the mining fee that the maker bears.
    """

    maker: Participant
    absolute_sat: int = 0
    relative_ppm: int = 0
    mining_sat: int = 0

    def fee_sat(self, amount_sat: int) -> int:
        """What the maker earns at an amount, rounded to the nearest satoshi."""
        return self.absolute_sat + (amount_sat * self.relative_ppm * 2 + _PPM) // (2 * _PPM)


def joinmarket_round(
    taker: Participant,
    offers: Sequence[Offer],
    dice: Dice,
    *,
    amount_sat: int | None,
    rate_sat_vb: int,
    payee: str | None = None,
    kind: Kind = Kind.P2WPKH,
) -> Round:
    """One CoinJoin of a taker and at least one maker.

    Parameters
    ----------
    taker
        Who starts and pays, with the coins to spend.
    offers
        The makers chosen.
    dice
        Decides every place.
    amount_sat
        The amount; None sweeps: all of the taker's coins, without change.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    payee
        Whom the taker's output of the amount pays; None for the taker's own next mixing depth.
    kind
        Kind of all outputs: one order book has one kind.

    Raises
    ------
    RoundRefused
        If there is no maker, or somebody's coins do not suffice.
    """
    if not offers:
        raise RoundRefused("a JoinMarket round needs a maker")
    participants = [taker, *(offer.maker for offer in offers)]
    kinds = [coin.kind for each in participants for coin in each.coins]
    n_outputs = 2 * len(participants) - (amount_sat is None)
    fee_sat = tx_fee_sat(rate_sat_vb, kinds, [output_vbytes(kind)] * n_outputs)
    taker_fee_sat = max(fee_sat - sum(offer.mining_sat for offer in offers), 0)
    if amount_sat is None:
        amount_sat = _sweep_sat(taker.value_sat - taker_fee_sat, offers)
    if amount_sat <= DUST_SAT:
        raise RoundRefused(f"an amount of {amount_sat} sat; it must exceed {DUST_SAT}")
    earned_sat = sum(offer.fee_sat(amount_sat) for offer in offers)
    change_sat = taker.value_sat - amount_sat - earned_sat - taker_fee_sat
    if change_sat < 0:
        raise RoundRefused(f"{taker.name} lacks {-change_sat} sat")
    if change_sat <= DUST_SAT:
        taker_fee_sat, change_sat = taker_fee_sat + change_sat, 0
    outputs = [PlannedOutput(payee or taker.name, amount_sat, Role.MIX, kind, amount_sat)]
    if change_sat:
        outputs.append(PlannedOutput(taker.name, change_sat, Role.CHANGE, kind))
    paid_sat = 0 if payee is None else amount_sat
    bills = [Bill(taker.name, taker_fee_sat, earned_sat, paid_sat)]
    for offer in offers:
        maker, maker_earned_sat = offer.maker, offer.fee_sat(amount_sat)
        maker_change_sat = maker.value_sat - amount_sat - offer.mining_sat + maker_earned_sat
        if maker_change_sat <= DUST_SAT:
            raise RoundRefused(f"{maker.name}'s change would be {maker_change_sat} sat, below {DUST_SAT}")
        outputs.append(PlannedOutput(maker.name, amount_sat, Role.MIX, kind, amount_sat))
        outputs.append(PlannedOutput(maker.name, maker_change_sat, Role.CHANGE, kind))
        bills.append(Bill(maker.name, offer.mining_sat, -maker_earned_sat))
    return settle(Protocol.JOINMARKET, participants, outputs, bills, dice)


def _sweep_sat(spendable_sat: int, offers: Sequence[Offer]) -> int:
    """The largest amount that leaves enough for the makers' fees, satoshis."""
    absolute_sat = sum(offer.absolute_sat for offer in offers)
    relative_ppm = sum(offer.relative_ppm for offer in offers)
    amount_sat = max(spendable_sat - absolute_sat, 0) * _PPM // (_PPM + relative_ppm)
    while amount_sat > 0 and amount_sat + sum(offer.fee_sat(amount_sat) for offer in offers) > spendable_sat:
        amount_sat -= 1
    return amount_sat
