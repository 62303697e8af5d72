"""Order: where inputs and outputs stand in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from coalface.range.dice import Dice
from coalface.range.economy.coin import Coin, Planned


class Order(StrEnum):
    """The rule behind the order of outputs, and of inputs."""

    SHUFFLED = "shuffled"
    """Change at a random place, inputs shuffled."""
    CHANGE_LAST = "change_last"
    """Payments as given, then change; inputs as chosen."""
    CHANGE_FIRST = "change_first"
    """Change, then payments as given; inputs as chosen."""
    BIP69 = "bip69"
    """Inputs by txid and index, outputs by value and script (BIP-0069)."""
    LARGEST_FIRST = "largest_first"
    """Outputs and inputs by value, largest first."""


def ordered(
    order: Order, coins: Sequence[Coin], payments: Sequence[Planned], change: Planned | None, dice: Dice
) -> tuple[list[Coin], list[Planned]]:
    """Coins and outputs in the order in which they will stand."""
    inputs, outputs, last = list(coins), list(payments), [change] if change is not None else []
    match order:
        case Order.SHUFFLED:
            if change is not None:
                outputs.insert(dice.below(len(outputs) + 1), change)
            return dice.shuffled(inputs), outputs
        case Order.CHANGE_LAST:
            return inputs, outputs + last
        case Order.CHANGE_FIRST:
            return inputs, last + outputs
        case Order.BIP69:
            inputs.sort(key=lambda coin: (coin.outpoint.txid, coin.outpoint.vout))
            return inputs, sorted(outputs + last, key=lambda out: (out.value_sat, out.lock.script_pubkey))
        case Order.LARGEST_FIRST:
            inputs.sort(key=lambda coin: -coin.value_sat)
            return inputs, sorted(outputs + last, key=lambda out: -out.value_sat)
