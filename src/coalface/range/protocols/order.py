"""In which order inputs and outputs stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coalface.range.dice import Dice
from coalface.range.protocols.round import (
    Bill,
    InputCoin,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Round,
    RoundRefused,
)

Placed = tuple[str, InputCoin]


def placed_inputs(participants: Iterable[Participant], dice: Dice, ordering: Ordering) -> tuple[Placed, ...]:
    """Participants' coins in their places; whatever the rule leaves open is decided by the dice."""
    inputs = [(each.name, coin) for each in participants for coin in each.coins]
    if ordering is Ordering.AS_WRITTEN:
        return tuple(inputs)
    inputs = dice.shuffled(inputs)
    if ordering is Ordering.VALUE_DESCENDING:
        inputs.sort(key=lambda placed: -placed[1].value_sat)
    if ordering is Ordering.BIP69 and all(coin.outpoint is not None for _, coin in inputs):
        inputs.sort(key=lambda placed: placed[1].outpoint or ("", 0))
    return tuple(inputs)


def placed_outputs(
    outputs: Sequence[PlannedOutput], dice: Dice, ordering: Ordering
) -> tuple[PlannedOutput, ...]:
    """Outputs in their places; whatever the rule leaves open is decided by the dice."""
    if ordering is Ordering.AS_WRITTEN:
        return tuple(outputs)
    placed = dice.shuffled(outputs)
    if ordering is Ordering.VALUE_DESCENDING:
        placed.sort(key=lambda output: -output.value_sat)
    if ordering is Ordering.BIP69:
        placed.sort(key=lambda output: output.value_sat)
    return tuple(placed)


def settle(
    protocol: Protocol,
    participants: Sequence[Participant],
    outputs: Sequence[PlannedOutput],
    bills: Iterable[Bill],
    dice: Dice,
    ordering: Ordering = Ordering.RANDOM,
) -> Round:
    """The round of these participants and outputs; its fee is what their bills say.

    Raises
    ------
    RoundRefused
        If two participants share a name or a coin, or the round does not add up.
    """
    if len({each.name for each in participants}) != len(participants):
        raise RoundRefused(f"two participants of a {protocol} round have one name")
    outpoints = [coin.outpoint for each in participants for coin in each.coins if coin.outpoint is not None]
    if len(set(outpoints)) != len(outpoints):
        raise RoundRefused(f"a coin is in a {protocol} round twice")
    billed = tuple(sorted(bills, key=lambda bill: bill.participant))
    return Round(
        protocol,
        placed_inputs(participants, dice, ordering),
        placed_outputs(outputs, dice, ordering),
        sum(bill.mining_sat for bill in billed),
        billed,
        ordering,
    )
