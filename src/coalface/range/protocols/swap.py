"""Swaps across chains by a vault that reads memos, as THORChain's: deposits, payouts, refunds.

References
----------
THORChain developer documentation, "Transaction Memos"
(``SWAP:ASSET:DESTADDR:LIM/INTERVAL/QUANTITY:AFFILIATE:FEE``, the short forms ``=`` and ``s`` and short
asset codes, ``/REFUNDADDR``, ``OUT:`` and ``REFUND:``), "Asset Notation", and "Sending Transactions", UTXO
chains: vault first, change to the sender second, memo of at most 80 bytes last.
"""

from __future__ import annotations

from collections.abc import Sequence

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
from coalface.range.protocols.size import dust_sat, output_vbytes, tx_fee_sat
from coalface.range.script import Kind

MAX_MEMO_BYTES = 80
SWAP_WORDS = ("SWAP", "s", "=")
SHORT_ASSETS = {
    "THOR.RUNE": "r",
    "BTC.BTC": "b",
    "ETH.ETH": "e",
    "AVAX.AVAX": "a",
    "DOGE.DOGE": "d",
    "LTC.LTC": "l",
    "BCH.BCH": "c",
    "GAIA.ATOM": "g",
    "BSC.BNB": "s",
}


def swap_memo(
    asset: str,
    destination: str,
    *,
    word: str = "=",
    refund: str = "",
    limit: str = "",
    streaming: tuple[int, int] | None = None,
    affiliate: str = "",
    affiliate_bp: int = 0,
) -> bytes:
    """Memo of a deposit that asks for a swap.

    Parameters
    ----------
    asset
        What is wanted, as ``CHAIN.SYMBOL`` or a short code.
    destination
        Address on the asset's chain.
    word
        How the memo says "swap".
    refund
        Address for a refund other than the sender's.
    limit
        Least to accept, in 1e-8 of the asset; may be written like ``1e8``.
    streaming
        Interval in blocks and number of partial swaps.
    affiliate, affiliate_bp
        Whose referral it was, and its fee in basis points.

    Raises
    ------
    RoundRefused
        If a field holds a colon, or the memo is longer than an OP_RETURN may carry there.
    """
    fields = [word, asset, f"{destination}/{refund}" if refund else destination]
    tail = ["/".join([limit or "0", *map(str, streaming)]) if streaming else limit]
    if affiliate:
        tail += [affiliate, str(affiliate_bp)]
    if tail != [""]:
        fields += tail
    if any(":" in field for field in fields):
        raise RoundRefused(f"a field of the memo holds a colon: {fields}")
    return _bounded(":".join(fields))


def outbound_memo(txid: str, *, is_refund: bool = False) -> bytes:
    """Memo of a payout or refund by the vault; names the transaction, of any chain, that it answers."""
    return _bounded(f"{'REFUND' if is_refund else 'OUT'}:{txid.upper()}")


def swap_tx(
    sender: Participant,
    receiver: str,
    dice: Dice,
    *,
    amount_sat: int,
    rate_sat_vb: int,
    memo: bytes,
    receiver_kind: Kind = Kind.P2WPKH,
    more: Sequence[tuple[str, int]] = (),
) -> Round:
    """A payment to a vault or by one, with its memo; spends all coins given.

    Parameters
    ----------
    sender
        Customer or vault, with the coins to spend. Its change goes back to it.
    receiver
        Vault or customer.
    dice
        Decides the order of the inputs.
    amount_sat
        What is paid.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    memo
        What the OP_RETURN carries.
    receiver_kind
        Kind of the output paid.
    more
        Further payments of the same transaction (payee, satoshis), as of a service that takes its fee in
        one go.

    Raises
    ------
    RoundRefused
        If the coins do not suffice, or an output would be dust.
    """
    if not sender.coins:
        raise RoundRefused(f"{sender.name} brings no coins")
    kind = sender.coins[0].kind
    payments = [PlannedOutput(receiver, amount_sat, Role.PAYMENT, receiver_kind)]
    payments += [PlannedOutput(payee, value_sat, Role.PAYMENT, receiver_kind) for payee, value_sat in more]
    if any(payment.value_sat < dust_sat(payment.kind) for payment in payments):
        raise RoundRefused(f"a payment of the swap is dust: {[payment.value_sat for payment in payments]}")
    memo_output = PlannedOutput(None, 0, Role.MEMO, Kind.OP_RETURN, payload=memo)
    sizes = [output_vbytes(each.kind, each.payload) for each in (*payments, memo_output)]
    kinds = [coin.kind for coin in sender.coins]
    paid_sat = sum(payment.value_sat for payment in payments)
    fee_sat = tx_fee_sat(rate_sat_vb, kinds, [*sizes, output_vbytes(kind)])
    change_sat = sender.value_sat - paid_sat - fee_sat
    change = []
    if change_sat >= dust_sat(kind):
        change = [PlannedOutput(sender.name, change_sat, Role.CHANGE, kind)]
    else:
        least_sat = tx_fee_sat(rate_sat_vb, kinds, sizes)
        fee_sat = sender.value_sat - paid_sat
        if fee_sat < least_sat:
            raise RoundRefused(f"{sender.name} lacks {least_sat - fee_sat} sat")
    outputs = [payments[0], *change, *payments[1:], memo_output]
    spender = Participant(sender.name, tuple(dice.shuffled(sender.coins)))
    bill = Bill(sender.name, fee_sat, paid_sat=paid_sat)
    return settle(Protocol.SWAP, [spender], outputs, [bill], dice, Ordering.AS_WRITTEN)


def _bounded(text: str) -> bytes:
    memo = text.encode()
    if len(memo) > MAX_MEMO_BYTES:
        raise RoundRefused(f"a memo of {len(memo)} bytes; at most {MAX_MEMO_BYTES} fit")
    return memo
