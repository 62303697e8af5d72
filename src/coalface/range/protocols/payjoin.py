"""PayJoin: the one who is paid adds coins to the payment, so that its inputs are of two owners.

References
----------
BIP-0078. The proposal keeps all inputs and all outputs of the original that are not the receiver's, in
their order; adds the receiver's inputs at random places; raises the receiver's output by their value; and
may take from the sender's change, for the added inputs only, the fee rate of the original
(``maxadditionalfeecontribution``).
"""

from __future__ import annotations

from coalface.range.dice import Dice
from coalface.range.protocols.order import placed_outputs
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
from coalface.range.protocols.size import dust_sat, input_vbytes, output_vbytes, tx_fee_sat
from coalface.range.script import Kind


def payjoin(
    sender: Participant,
    receiver: Participant,
    dice: Dice,
    *,
    amount_sat: int,
    rate_sat_vb: int,
    is_sender_paying_more: bool = True,
    payment_kind: Kind | None = None,
) -> Round:
    """The PayJoin transaction of one payment.

    Parameters
    ----------
    sender
        Who pays, with the coins of the original transaction.
    receiver
        Who is paid, with the coins added to it.
    dice
        Decides the order of the original and where the added inputs stand.
    amount_sat
        What is paid.
    rate_sat_vb
        Fee rate of the original, satoshis a virtual byte.
    is_sender_paying_more
        Whether the sender lets the added inputs' fee be taken from its change, as far as inputs of its own
        kind would cost; the receiver bears the rest, or all.
    payment_kind
        Kind of the receiver's output; as its coins where None.

    Raises
    ------
    RoundRefused
        If somebody brings no coins, the sender's do not suffice, or there is no change to take the fee from.
    """
    if not sender.coins or not receiver.coins or sender.name == receiver.name:
        raise RoundRefused("a PayJoin needs coins of a sender and of a receiver")
    change_kind = sender.coins[0].kind
    kind = payment_kind or receiver.coins[0].kind
    sizes = [output_vbytes(kind), output_vbytes(change_kind)]
    original_fee_sat = tx_fee_sat(rate_sat_vb, [coin.kind for coin in sender.coins], sizes)
    added_fee_sat = rate_sat_vb * sum(input_vbytes(coin.kind) for coin in receiver.coins)
    allowed_sat = rate_sat_vb * input_vbytes(change_kind) * len(receiver.coins)
    receiver_fee_sat = max(added_fee_sat - allowed_sat, 0) if is_sender_paying_more else added_fee_sat
    sender_fee_sat = original_fee_sat + added_fee_sat - receiver_fee_sat
    change_sat = sender.value_sat - amount_sat - sender_fee_sat
    payment_sat = amount_sat + receiver.value_sat - receiver_fee_sat
    if amount_sat < dust_sat(kind) or change_sat < dust_sat(change_kind):
        raise RoundRefused(
            f"{sender.name} would keep {change_sat} sat of change after paying {amount_sat} sat"
        )
    if payment_sat < dust_sat(kind):
        raise RoundRefused(f"{receiver.name} would receive {payment_sat} sat")
    inputs = dice.shuffled([(sender.name, coin) for coin in sender.coins])
    for coin in receiver.coins:
        inputs.insert(dice.below(len(inputs) + 1), (receiver.name, coin))
    outputs = [
        PlannedOutput(receiver.name, payment_sat, Role.PAYMENT, kind),
        PlannedOutput(sender.name, change_sat, Role.CHANGE, change_kind),
    ]
    bills = (
        Bill(sender.name, sender_fee_sat, paid_sat=amount_sat),
        Bill(receiver.name, receiver_fee_sat, paid_sat=-amount_sat),
    )
    return Round(
        Protocol.PAYJOIN,
        tuple(inputs),
        placed_outputs(outputs, dice, Ordering.RANDOM),
        original_fee_sat + added_fee_sat,
        tuple(sorted(bills, key=lambda bill: bill.participant)),
    )
