"""Renting hash rate: coin goes to a marketplace, its sellers' machines mine for the buyer, fresh coin comes.

The marketplace takes the price and a fee from the buyer's deposit, points the sellers' hash rate at the
buyer's pool account, and pays the sellers from its own coins. No transaction joins what was paid to what
was mined.

References
----------
NiceHash's help pages on hash-power orders and fees: prices in BTC per EH/s and day, a fee on what is spent,
sellers paid what their accepted shares earned, from a minimum on. Mandiant (2023) on APT43: hash rental
bought with stolen coin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coalface.range.protocols.pool_work import MiningSpan, shared

BLOCKS_A_DAY = 144
EXA = 10**18
_PPM = 1_000_000


@dataclass(frozen=True)
class Rental:
    """One order that was filled.

    Parameters
    ----------
    spans
        The buyer's hash rate in the pool of its choice.
    hash_sat
        Paid for hashes.
    fee_sat
        Kept by the marketplace on top.
    unspent_sat
        What is left of the deposit, refundable.
    sellers
        Seller and satoshis earned, in order of name; sums to ``hash_sat`` less the sellers' fee.
    sellers_fee_sat
        Kept by the marketplace of the sellers' earnings.
    """

    spans: tuple[MiningSpan, ...]
    hash_sat: int
    fee_sat: int
    unspent_sat: int
    sellers: tuple[tuple[str, int], ...]
    sellers_fee_sat: int


def rent(
    buyer: str,
    deposit_sat: int,
    *,
    from_height: int,
    hashrate_hs: int,
    price_sat_eh_day: int,
    sellers_hs: Mapping[str, int],
    fee_ppm: int = 30_000,
    sellers_fee_ppm: int = 20_000,
) -> Rental:
    """An order filled until its deposit is spent, in whole block intervals.

    Parameters
    ----------
    buyer
        Miner's name in the pool that the hash rate is pointed at.
    deposit_sat
        What the buyer paid in.
    from_height
        First height at which it mines.
    hashrate_hs
        Speed limit of the order.
    price_sat_eh_day
        Price of one EH/s for a day (144 blocks), satoshis.
    sellers_hs
        Seller -> hash rate on offer; those of the order share its speed in proportion.
    fee_ppm, sellers_fee_ppm
        Fees of the marketplace, in millionths of what is spent and of what is earned.

    Raises
    ------
    ValueError
        If the deposit does not buy one block interval, or nobody sells.
    """
    speed_hs = min(hashrate_hs, sum(sellers_hs.values()))
    if speed_hs <= 0 or price_sat_eh_day <= 0:
        raise ValueError(f"{speed_hs} H/s at {price_sat_eh_day} sat per EH/s and day: both must be positive")
    spendable_sat = deposit_sat * _PPM // (_PPM + fee_ppm)
    heights = spendable_sat * EXA * BLOCKS_A_DAY // (speed_hs * price_sat_eh_day)
    if heights == 0:
        raise ValueError(f"{deposit_sat} sat do not buy {speed_hs} H/s for one block")
    hash_sat = -(-heights * speed_hs * price_sat_eh_day // (EXA * BLOCKS_A_DAY))
    fee_sat = hash_sat * fee_ppm // _PPM
    sellers_fee_sat = hash_sat * sellers_fee_ppm // _PPM
    earned = shared(hash_sat - sellers_fee_sat, sellers_hs)
    return Rental(
        (MiningSpan(buyer, from_height, from_height + heights, speed_hs),),
        hash_sat,
        fee_sat,
        deposit_sat - hash_sat - fee_sat,
        tuple(earned.items()),
        sellers_fee_sat,
    )
