"""Transactions by Electrum's coin chooser (Debian's package ``python3-electrum``, not to be had from PyPI).

``CoinChooserPrivacy`` takes all coins of an address or none, weighs random sets against each other, and
makes change that looks like the payments. Its randomness is seeded by the coins themselves. Electrum then
sorts by BIP-0069.
"""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from math import ceil
from typing import Any

from coalface.range.protocols.size import dust_sat
from coalface.range.script import Kind
from coalface.range.thirdparty.choice import Choice, ChoiceRefused, OfferedCoin, Wanted, checked

NAME = "electrum"

_KINDS = (Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH)
_SCRIPT_TYPES = {Kind.P2PKH: "p2pkh", Kind.P2SH_P2WPKH: "p2wpkh-p2sh", Kind.P2WPKH: "p2wpkh"}


def choose(wanted: Wanted) -> Choice:
    """Electrum's transaction for what is wanted.

    Parameters
    ----------
    wanted
        Coins (P2PKH, P2SH-P2WPKH or P2WPKH) and payments.

    Raises
    ------
    ChoiceRefused
        If the coins do not suffice, or are of another kind.
    """
    if not wanted.coins or any(coin.kind not in _KINDS for coin in wanted.coins):
        raise ChoiceRefused(f"Electrum is asked for coins of kind {sorted(_KINDS)} only")
    bitcoin, transaction = _electrum("bitcoin"), _electrum("transaction")
    _electrum("constants").set_regtest()
    by_outpoint = {coin.outpoint: coin for coin in wanted.coins}
    chooser = _electrum("coinchooser").CoinChooserPrivacy(enable_output_value_rounding=True)
    payments = [
        transaction.PartialTxOutput(scriptpubkey=script, value=value_sat)
        for script, value_sat in wanted.payments
    ]
    try:
        tx = chooser.make_tx(
            coins=[_input(transaction, bitcoin, coin) for coin in wanted.coins],
            inputs=[],
            outputs=payments,
            change_addrs=[bitcoin.script_to_address(wanted.change_script.hex())],
            fee_estimator_vb=lambda vbytes: ceil(Decimal(wanted.rate_sat_vb) * Decimal(vbytes)),
            dust_threshold=dust_sat(wanted.coins[0].kind),
        )
    except _electrum("util").NotEnoughFunds as error:
        raise ChoiceRefused("Electrum: the coins do not suffice") from error
    inputs = tuple(by_outpoint[(each.prevout.txid.hex(), each.prevout.out_idx)] for each in tx.inputs())
    left = list(wanted.payments)
    outputs = []
    for output in tx.outputs():
        made = (bytes(output.scriptpubkey), int(output.value))
        is_change = made not in left
        if not is_change:
            left.remove(made)
        outputs.append((*made, is_change))
    fee_sat = sum(coin.value_sat for coin in inputs) - sum(value_sat for _, value_sat, _ in outputs)
    return checked(Choice(NAME, inputs, tuple(outputs), fee_sat), wanted)


def _electrum(module: str) -> Any:  # noqa: ANN401 - Electrum ships no types
    return import_module(f"electrum.{module}")


def _input(transaction: Any, bitcoin: Any, coin: OfferedCoin) -> Any:  # noqa: ANN401 - as above
    txid, vout = coin.outpoint
    spent = transaction.TxOutpoint(txid=bytes.fromhex(txid), out_idx=vout)
    made = transaction.PartialTxInput(prevout=spent)
    made._trusted_value_sats = coin.value_sat  # noqa: SLF001 - as Electrum's own wallet fills it in
    made._trusted_address = bitcoin.script_to_address(coin.script_pubkey.hex())  # noqa: SLF001 - as above
    made.script_type = _SCRIPT_TYPES[coin.kind]
    made.num_sig = 1
    made.block_height = 1
    return made
