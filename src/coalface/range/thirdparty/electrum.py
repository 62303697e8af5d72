"""Transactions by Electrum's coin chooser (Debian's package ``python3-electrum``, not to be had from PyPI).

``CoinChooserPrivacy`` takes all coins of an address or none, weighs random sets against each other, and
makes change that looks like the payments. Its randomness is seeded by the coins themselves. Electrum then
sorts by BIP-0069.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from electrum import bitcoin, coinchooser, constants
from electrum.transaction import PartialTransaction, PartialTxInput, PartialTxOutput, TxOutpoint
from electrum.util import NotEnoughFunds

from coalface.range.script import Kind
from coalface.range.thirdparty.choice import Choice, ChoiceRefused, OfferedCoin, Wanted, checked

NAME = "electrum"

_KINDS = (Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH)
_SCRIPT_TYPES = {Kind.P2PKH: "p2pkh", Kind.P2SH_P2WPKH: "p2wpkh-p2sh", Kind.P2WPKH: "p2wpkh"}
_DUST_SAT = {Kind.P2PKH: 546, Kind.P2SH_P2WPKH: 540, Kind.P2WPKH: 294}


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
    constants.set_regtest()
    by_outpoint = {coin.outpoint: coin for coin in wanted.coins}
    chooser = coinchooser.CoinChooserPrivacy(enable_output_value_rounding=True)
    payments = [
        PartialTxOutput(scriptpubkey=script, value=value_sat) for script, value_sat in wanted.payments
    ]
    try:
        tx: PartialTransaction = chooser.make_tx(
            coins=[_input(coin) for coin in wanted.coins],
            inputs=[],
            outputs=payments,
            change_addrs=[_address(wanted.change_script)],
            fee_estimator_vb=lambda vbytes: ceil(Decimal(wanted.rate_sat_vb) * Decimal(vbytes)),
            dust_threshold=_DUST_SAT[wanted.coins[0].kind],
        )
    except NotEnoughFunds as error:
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


def _address(script: bytes) -> str:
    return str(bitcoin.script_to_address(script.hex()))


def _input(coin: OfferedCoin) -> PartialTxInput:
    txid, vout = coin.outpoint
    made = PartialTxInput(prevout=TxOutpoint(txid=bytes.fromhex(txid), out_idx=vout))
    made._trusted_value_sats = coin.value_sat  # noqa: SLF001 - as Electrum's own wallet fills it in
    made._trusted_address = _address(coin.script_pubkey)  # noqa: SLF001
    made.script_type = _SCRIPT_TYPES[coin.kind]
    made.num_sig = 1
    made.block_height = 1
    return made
