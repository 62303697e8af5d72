"""Stonewall and Stonewallx2: payments that look like a CoinJoin of two.

Two *sets* of coins each make an output of the amount paid and a change output. In a Stonewall both sets are
the payer's: one equal output pays, the other returns. In a Stonewallx2 the second set is a friend's. Each
set bears half of an even mining fee; the change is of the kind of its set's coins. Samourai sorts by
BIP-0069.

References
----------
docs.samourai.io/spend-tools ("STONEWALL", "STONEWALLx2") and "STONEWALL spend description", SamouraiDev:
coins in random order until a set covers the spend, coins of one transaction never in one set, the fee an
even amount of which each set's change bears half.
"""

from __future__ import annotations

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
from coalface.range.protocols.round import (
    Bill,
    InputCoin,
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


def stonewall(
    payer: Participant,
    payee: str,
    dice: Dice,
    *,
    amount_sat: int,
    rate_sat_vb: int,
    payment_kind: Kind = Kind.P2WPKH,
) -> Round:
    """A payment whose change is arranged like a CoinJoin of two; spends some of the payer's coins.

    Parameters
    ----------
    payer
        Who pays, with all coins that may be chosen; the round's inputs say which were.
    payee
        Who is paid.
    dice
        Decides the order in which coins are chosen, and places.
    amount_sat
        What is paid.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    payment_kind
        Kind of the payment and of its double.

    Raises
    ------
    RoundRefused
        If the coins do not make two sets.
    """
    shuffled = dice.shuffled(payer.coins)
    reserve_sat = rate_sat_vb * 1_000 + 1_000
    first = _pick_set(shuffled, amount_sat + reserve_sat)
    second = _pick_set([coin for coin in shuffled if coin not in first], amount_sat + reserve_sat)
    outputs, fee_sat = _two_sets(
        (payer.name, first), (payer.name, second), payee, amount_sat, payment_kind, rate_sat_vb
    )
    chosen = Participant(payer.name, (*first, *second))
    bill = Bill(payer.name, fee_sat, paid_sat=amount_sat)
    return settle(Protocol.STONEWALL, [chosen], outputs, [bill], dice, Ordering.BIP69)


def stonewallx2(
    payer: Participant,
    friend: Participant,
    payee: str,
    dice: Dice,
    *,
    amount_sat: int,
    rate_sat_vb: int,
    payment_kind: Kind = Kind.P2WPKH,
) -> Round:
    """A payment that is a CoinJoin of the payer and a friend; spends all coins given.

    Parameters
    ----------
    payer, friend
        The two who take part, with the coins of their sets.
    payee
        Whom the payer pays.
    dice
        Decides places.
    amount_sat
        What is paid, and what the friend mixes.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    payment_kind
        Kind of the payment and of the friend's equal output.

    Raises
    ------
    RoundRefused
        If a set does not cover the amount, half the fee, and change.
    """
    sets = ((payer.name, list(payer.coins)), (friend.name, list(friend.coins)))
    outputs, fee_sat = _two_sets(*sets, payee, amount_sat, payment_kind, rate_sat_vb)
    bills = [Bill(payer.name, fee_sat // 2, paid_sat=amount_sat), Bill(friend.name, fee_sat // 2)]
    return settle(Protocol.STONEWALLX2, [payer, friend], outputs, bills, dice, Ordering.BIP69)


def _pick_set(coins: list[InputCoin], needed_sat: int) -> list[InputCoin]:
    picked: dict[object, InputCoin] = {}
    for index, coin in enumerate(coins):
        origin = coin.outpoint[0] if coin.outpoint else index
        if origin not in picked or picked[origin].value_sat < coin.value_sat:
            picked[origin] = coin
        if sum(each.value_sat for each in picked.values()) >= needed_sat:
            return list(picked.values())
    raise RoundRefused(f"the coins do not make two sets of {needed_sat} sat")


def _two_sets(
    first: tuple[str, list[InputCoin]],
    second: tuple[str, list[InputCoin]],
    payee: str,
    amount_sat: int,
    payment_kind: Kind,
    rate_sat_vb: int,
) -> tuple[list[PlannedOutput], int]:
    """Outputs of both sets, and the fee: even, half of it off each set's change."""
    if not first[1] or not second[1] or amount_sat < dust_sat(payment_kind):
        raise RoundRefused(f"two sets of coins and no dust are needed, the amount is {amount_sat} sat")
    change_kinds = [coins[0].kind for _, coins in (first, second)]
    sizes = [output_vbytes(kind) for kind in (payment_kind, payment_kind, *change_kinds)]
    fee_sat = tx_fee_sat(rate_sat_vb, [coin.kind for _, coins in (first, second) for coin in coins], sizes)
    fee_sat += fee_sat % 2
    outputs = [
        PlannedOutput(payee, amount_sat, Role.PAYMENT, payment_kind, amount_sat),
        PlannedOutput(second[0], amount_sat, Role.MIX, payment_kind, amount_sat),
    ]
    for (name, coins), kind in zip((first, second), change_kinds, strict=True):
        change_sat = sum(coin.value_sat for coin in coins) - amount_sat - fee_sat // 2
        if change_sat < dust_sat(kind):
            raise RoundRefused(f"a set of {name} would have {change_sat} sat of change")
        outputs.append(PlannedOutput(name, change_sat, Role.CHANGE, kind))
    return outputs, fee_sat
