"""Whirlpool mixes, Samourai's and Ashigaru's: as many outputs as inputs, each of exactly the pool's amount.

Two kinds of coin enter: *premix* coins, made by a Tx0 and a little larger than the pool's amount, pay the
whole mining fee; *remix* coins, of exactly that amount, mix again for nothing. Nobody has two coins in one
mix.

References
----------
Samourai-Wallet/whirlpool-server, README.md ("Pool: UTXO amounts", "Mix limits") and ``Mix.java``; the
coordinator's answer to ``GET /rest/pools`` (documented in whirlpool-client-cli's API; a copy of the real
one in vicariousdrama/nodeyez): amount, fee and limits of each pool; "Introducing Whirlpool Surge Cycles",
Samourai blog, 2023, and planb.academy's course on CoinJoin (2 premix and 3 remix coins, later up to 8 coins
in all); "Announcement: new Zerolink coinjoin coordinator", ashigaru.rs, 2025, and
k3tan.com/ashigaru-whirlpool (0.025 BTC for 5 %, at most 20 premix coins a Tx0; that the pool of 0.25 BTC
has the same terms is assumed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
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
from coalface.range.protocols.size import tx_vbytes
from coalface.range.script import Kind


@dataclass(frozen=True)
class WhirlpoolPool:
    """One pool of a coordinator.

    Parameters
    ----------
    denomination_sat
        What every output of a mix holds.
    pool_fee_sat
        Paid once, in the Tx0, whatever the number of premix coins.
    max_premix
        Premix coins that one Tx0 may make.
    premix_min_sat, premix_cap_sat, premix_max_sat
        By how much a premix coin is larger than the denomination: at least, at most where a client chooses,
        at most where a coordinator accepts.
    protocol
        Whose coordinator it is.
    sizes
        Numbers of coins that a mix may have.
    min_premix_coins
        Premix coins that a mix needs.
    """

    denomination_sat: int
    pool_fee_sat: int
    max_premix: int = 70
    premix_min_sat: int = 170
    premix_cap_sat: int = 9_690
    premix_max_sat: int = 19_125
    protocol: Protocol = Protocol.WHIRLPOOL
    sizes: tuple[int, ...] = (5, 6, 7, 8)
    min_premix_coins: int = 2


WHIRLPOOL_POOLS = (
    WhirlpoolPool(100_000, 5_000, max_premix=25),
    WhirlpoolPool(1_000_000, 50_000),
    WhirlpoolPool(5_000_000, 175_000),
    WhirlpoolPool(50_000_000, 1_750_000),
)
"""Samourai's four pools, smallest first."""

ASHIGARU_POOLS = (
    WhirlpoolPool(2_500_000, 125_000, max_premix=20, protocol=Protocol.ASHIGARU),
    WhirlpoolPool(25_000_000, 1_250_000, max_premix=20, protocol=Protocol.ASHIGARU),
)
"""Ashigaru's two pools, smallest first."""


def premix_value_sat(pool: WhirlpoolPool, rate_sat_vb: int) -> int:
    """What a Tx0 puts into each premix coin: the pool's amount and a share of a mix's fee, satoshis.

    Parameters
    ----------
    pool
        The pool to enter.
    rate_sat_vb
        Fee rate that the first mix shall pay, satoshis a virtual byte.

    References
    ----------
    ``Tx0Param.computePremixValue`` of whirlpool-client: fee of a mix of the smallest size, shared by the
    premix coins that it must have, kept within the pool's limits.
    """
    size = min(pool.sizes)
    kinds = [Kind.P2WPKH] * size
    fee_sat = rate_sat_vb * tx_vbytes(kinds, [31] * size)
    extra_sat = min(fee_sat // pool.min_premix_coins, pool.premix_max_sat, pool.premix_cap_sat)
    return pool.denomination_sat + max(extra_sat, pool.premix_min_sat)


def whirlpool_mix(
    pool: WhirlpoolPool, premixers: Sequence[Participant], remixers: Sequence[Participant], dice: Dice
) -> Round:
    """One mix: each participant brings one coin and receives one of the pool's amount.

    Parameters
    ----------
    pool
        The pool.
    premixers
        Newcomers, each with one coin from a Tx0.
    remixers
        Others, each with one coin of exactly the pool's amount.
    dice
        Decides places that the order leaves open.

    Raises
    ------
    RoundRefused
        If the number of coins, or a coin's value, is not one that the pool accepts.
    """
    size = len(premixers) + len(remixers)
    if size not in pool.sizes or len(premixers) < pool.min_premix_coins:
        raise RoundRefused(
            f"a mix of {len(premixers)} premix and {len(remixers)} remix coins; allowed are {pool.sizes}, "
            f"at least {pool.min_premix_coins} of them premix"
        )
    low_sat = pool.denomination_sat + pool.premix_min_sat
    high_sat = pool.denomination_sat + pool.premix_max_sat
    for each in premixers:
        if len(each.coins) != 1 or not low_sat <= each.value_sat <= high_sat:
            raise RoundRefused(f"{each.name} needs one premix coin of {low_sat} to {high_sat} sat")
    for each in remixers:
        if len(each.coins) != 1 or each.value_sat != pool.denomination_sat:
            raise RoundRefused(f"{each.name} needs one remix coin of {pool.denomination_sat} sat")
    everybody = [*premixers, *remixers]
    outputs = [
        PlannedOutput(each.name, pool.denomination_sat, Role.MIX, denomination_sat=pool.denomination_sat)
        for each in everybody
    ]
    bills = [Bill(each.name, mining_sat=each.value_sat - pool.denomination_sat) for each in everybody]
    return settle(pool.protocol, everybody, outputs, bills, dice, Ordering.BIP69)
