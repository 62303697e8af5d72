"""Transactions by the Bitcoin Development Kit (package ``bdkpython``).

BDK works on a wallet of its own descriptor. So it is given stand-ins: for each coin a transaction that pays
its value to that wallet. What it selects, the change it makes or leaves out, its fee, version, sequence and
lock time are taken over, with the real coins and scripts put back. Signing plays no part.

Its default selection and ordering draw from the system's randomness, and a chain must be the same for the
same seed. So one of its two other selections is used, and places are decided by the dice.
"""

from __future__ import annotations

import hashlib
import struct
from importlib import import_module
from typing import Any

from coalface.range.dice import Dice
from coalface.range.script import Kind
from coalface.range.thirdparty.choice import Choice, ChoiceRefused, OfferedCoin, Wanted, checked, one_kind

NAME = "bdk"

_DESCRIPTORS = {
    Kind.P2PKH: "new_bip44",
    Kind.P2SH_P2WPKH: "new_bip49",
    Kind.P2WPKH: "new_bip84",
    Kind.P2TR: "new_bip86",
}
_SELECTIONS = ("LARGEST_FIRST", "OLDEST_FIRST")


def choose(wanted: Wanted, dice: Dice) -> Choice:
    """BDK's transaction for what is wanted.

    Parameters
    ----------
    wanted
        Coins of one kind (P2PKH, P2SH-P2WPKH, P2WPKH or P2TR) and payments. Earlier coins count as older.
    dice
        Chooses BDK's selection and decides places.

    Raises
    ------
    ChoiceRefused
        If BDK refuses: not enough coins, a payment that is dust; or the coins' kind is not among those above.
    """
    bdk: Any = import_module("bdkpython")
    kind = one_kind(wanted.coins)
    if kind not in _DESCRIPTORS:
        raise ChoiceRefused(f"coins of kind {kind}; BDK is asked for {sorted(_DESCRIPTORS)} only")
    wallet = _wallet(bdk, kind)
    own_script = wallet.peek_address(bdk.KeychainKind.EXTERNAL, 0).address.script_pubkey().to_bytes()
    stand_ins: dict[str, OfferedCoin] = {}
    unconfirmed = []
    for place, coin in enumerate(wanted.coins):
        tx = bdk.Transaction(_stand_in(place, coin.value_sat, own_script))
        stand_ins[str(tx.compute_txid())] = coin
        unconfirmed.append(bdk.UnconfirmedTx(tx=tx, last_seen=place + 1))
    wallet.apply_unconfirmed_txs(unconfirmed)
    tx = _built(bdk, wallet, wanted, dice.pick(_SELECTIONS))
    own = {
        bytes(own_script),
        wallet.peek_address(bdk.KeychainKind.INTERNAL, 0).address.script_pubkey().to_bytes(),
    }
    inputs = [stand_ins[str(each.previous_output.txid)] for each in tx.input()]
    outputs = []
    for output in tx.output():
        script, value_sat = output.script_pubkey.to_bytes(), output.value.to_sat()
        is_change = script in own
        outputs.append((wanted.change_script if is_change else script, value_sat, is_change))
    fee_sat = sum(coin.value_sat for coin in inputs) - sum(value_sat for _, value_sat, _ in outputs)
    choice = Choice(
        NAME,
        tuple(dice.shuffled(inputs)),
        tuple(dice.shuffled(outputs)),
        fee_sat,
        tx.version(),
        tx.lock_time(),
        tx.input()[0].sequence,
    )
    return checked(choice, wanted)


def _wallet(bdk: Any, kind: Kind) -> Any:  # noqa: ANN401 - bdkpython ships no types
    """A wallet whose keys anybody knows."""
    network, keychain = bdk.NetworkKind.TEST, bdk.KeychainKind
    mnemonic = bdk.Mnemonic.from_entropy(bytes(32))
    secret = bdk.DescriptorSecretKey(network, mnemonic, None)
    make = getattr(bdk.Descriptor, _DESCRIPTORS[kind])
    return bdk.Wallet(
        make(secret, keychain.EXTERNAL, network),
        make(secret, keychain.INTERNAL, network),
        bdk.Network.REGTEST,
        bdk.Persister.new_in_memory(),
    )


def _stand_in(place: int, value_sat: int, script: bytes) -> bytes:
    """A transaction, unlike any other, that pays a value to a script."""
    source = hashlib.sha256(f"stand-in {place}".encode()).digest()
    spent = b"\x01" + source + struct.pack("<I", 0) + b"\x00" + b"\xff\xff\xff\xff"
    made = b"\x01" + struct.pack("<q", value_sat) + bytes([len(script)]) + script
    return struct.pack("<i", 2) + spent + made + struct.pack("<I", 0)


def _built(bdk: Any, wallet: Any, wanted: Wanted, selection: str) -> Any:  # noqa: ANN401 - bdkpython ships no types
    builder = (
        bdk.TxBuilder()
        .coin_selection(getattr(bdk.CoinSelectionAlgorithm, selection))
        .ordering(bdk.TxOrdering.UNTOUCHED)
        .fee_rate(bdk.FeeRate.from_sat_per_vb(wanted.rate_sat_vb))
        .current_height(wanted.height)
    )
    for script, value_sat in wanted.payments:
        builder = builder.add_recipient(bdk.Script(script), bdk.Amount.from_sat(value_sat))
    try:
        psbt = builder.finish(wallet)
    except bdk.CreateTxError as error:
        raise ChoiceRefused(f"BDK: {error!r}") from error
    return psbt.extract_tx_unchecked_fee_rate()
