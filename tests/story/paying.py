"""How an actor pays: picks coins, adds change, leaves a fee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.dice import Dice
from coalface.range.script import Lock
from coalface.range.tx import Tx
from story.chain import ChainBuilder, Coin, Payment
from story.truth import Purpose
from story.wallet import Habits, Wallet

DUST_LIMIT_SAT = 10_000
"""Wallets here leave smaller coins alone, and make no smaller change."""

COIN_SAT = 100_000_000


def fee_sat(n_inputs: int, n_outputs: int, rate: int) -> int:
    """A fee in satoshis at ``rate`` sat per virtual byte, by round sizes (11, 70 an input, 33 an output)."""
    return rate * (11 + 70 * n_inputs + 33 * n_outputs)


def balance_sat(chain: ChainBuilder, actor: str) -> int:
    """What an actor can spend in the next block without touching dust, satoshis."""
    return sum(coin.value_sat for coin in chain.coins(actor, min_value_sat=DUST_LIMIT_SAT))


@dataclass(frozen=True)
class Target:
    """An output whose value follows from the others."""

    lock: Lock
    purpose: Purpose = Purpose.CHANGE


@dataclass(frozen=True)
class Style:
    """How a transaction is made: software habits, fee rate in sat per virtual byte, choices."""

    habits: Habits
    dice: Dice
    rate: int = 5


def pay(
    chain: ChainBuilder,
    wallet: Wallet,
    payments: Sequence[Payment],
    dice: Dice,
    *,
    change: Lock | None = None,
) -> Tx:
    """The payments in one transaction from the wallet's oldest coins; change at a random place.

    Raises
    ------
    ValueError
        If the wallet has too little.
    """
    style = Style(wallet.habits, dice, dice.between(1, 12))
    paid_sat = sum(each.value_sat for each in payments)
    picked: list[Coin] = []
    for coin in chain.coins(wallet.actor, min_value_sat=DUST_LIMIT_SAT):
        picked.append(coin)
        needed_sat = paid_sat + fee_sat(len(picked), len(payments) + 1, style.rate)
        if sum(each.value_sat for each in picked) >= needed_sat:
            break
    return pay_with(chain, picked, payments, Target(change or wallet.new_lock()), style)


def pay_with(
    chain: ChainBuilder, coins: Sequence[Coin], payments: Sequence[Payment], change: Target, style: Style
) -> Tx:
    """The payments in one transaction from exactly these coins; change at a random place."""
    left_sat = sum(coin.value_sat for coin in coins) - sum(each.value_sat for each in payments)
    left_sat -= fee_sat(len(coins), len(payments) + 1, style.rate)
    outputs = list(payments)
    if left_sat >= DUST_LIMIT_SAT:
        place = style.dice.below(len(outputs) + 1)
        outputs.insert(place, Payment(change.lock, left_sat, change.purpose))
    return chain.send(coins, outputs, style.habits)


def join(chain: ChainBuilder, coins: Sequence[Coin], target: Target, habits: Habits, *, rate: int = 3) -> Tx:
    """All of these coins in one output."""
    total_sat = sum(coin.value_sat for coin in coins) - fee_sat(len(coins), 1, rate)
    return chain.send(coins, [Payment(target.lock, total_sat, target.purpose)], habits)
