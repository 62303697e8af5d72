"""Signs every input of a transaction with the keys of the locks that it spends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coalface.range.hashes import sha256
from coalface.range.keys import Key
from coalface.range.script import Kind, Lock, push
from coalface.range.sighash import ALL, DEFAULT, bip143_digest, bip341_digest, legacy_digest
from coalface.range.tx import Tx, TxInput, TxOutput

_OP_TRUE = b"\x51"


def sign(
    tx: Tx, locks: Sequence[Lock], values_sat: Sequence[int], *, hash_type: int = ALL, has_low_r: bool = False
) -> Tx:
    """The same transaction with script signatures and witnesses.

    Parameters
    ----------
    tx
        Unsigned transaction.
    locks
        What each input spends, in order of the inputs.
    values_sat
        Values of the spent outputs, satoshis, in the same order.
    hash_type
        For all inputs; taproot inputs write ALL as the shorter DEFAULT, which signs the same.
    has_low_r
        ECDSA signatures are made again until R is short, as some wallets do to save a byte.
    """
    if not len(locks) == len(values_sat) == len(tx.inputs):
        raise ValueError(f"{len(tx.inputs)} inputs, {len(locks)} locks, {len(values_sat)} values")
    spent = [TxOutput(value, lock.script_pubkey) for value, lock in zip(values_sat, locks, strict=True)]
    how = _How(hash_type, has_low_r)
    signed = [_sign_input(tx, index, locks[index], spent, how) for index in range(len(locks))]
    return replace(tx, inputs=tuple(signed))


@dataclass(frozen=True)
class _How:
    """What all signatures of a transaction have in common."""

    hash_type: int
    has_low_r: bool

    def ecdsa(self, key: Key, digest: bytes) -> bytes:
        signature = key.sign_ecdsa_low_r(digest) if self.has_low_r else key.sign_ecdsa(digest)
        return signature + bytes([self.hash_type])


def _legacy_script_sig(tx: Tx, index: int, lock: Lock, how: _How) -> bytes:
    """Script signature of the kinds that carry no witness."""
    kind = lock.kind

    def signature(key: Key, script_code: bytes) -> bytes:
        return push(how.ecdsa(key, legacy_digest(tx, index, script_code, how.hash_type)))

    if kind in (Kind.MULTISIG, Kind.P2SH_MULTISIG):
        script_code = lock.inner_script or lock.script_pubkey
        signers = lock.keys[: lock.threshold]
        redeem = push(lock.inner_script) if lock.inner_script else b""
        return b"\x00" + b"".join(signature(key, script_code) for key in signers) + redeem
    script_sig = signature(lock.keys[0], lock.script_pubkey)
    if kind is Kind.P2PKH:
        script_sig += push(lock.keys[0].public)
    elif kind is Kind.P2PKH_UNCOMPRESSED:
        script_sig += push(lock.keys[0].public_uncompressed)
    return script_sig


def _sign_input(tx: Tx, index: int, lock: Lock, spent: Sequence[TxOutput], how: _How) -> TxInput:
    own, kind, hash_type = tx.inputs[index], lock.kind, how.hash_type
    if kind is Kind.OP_RETURN:
        raise ValueError("an OP_RETURN output cannot be spent")
    if kind in (Kind.ANCHOR, Kind.WITNESS_UNKNOWN):
        return own
    if kind is Kind.EMPTY:
        return replace(own, script_sig=_OP_TRUE)
    if kind is Kind.P2TR:
        shown = DEFAULT if hash_type == ALL else hash_type
        item = lock.keys[0].taproot.sign_schnorr(bip341_digest(tx, index, spent, shown))
        return replace(own, witness=(item + (bytes([shown]) if shown else b""),))

    def signature(key: Key, script_code: bytes) -> bytes:
        digest = bip143_digest(tx, index, script_code, spent[index].value_sat, hash_type)
        return how.ecdsa(key, digest)

    if kind in (Kind.P2WPKH, Kind.P2SH_P2WPKH):
        key = lock.keys[0]
        script_code = b"\x76\xa9\x14" + key.public_hash + b"\x88\xac"
        script_sig = push(lock.inner_script) if kind is Kind.P2SH_P2WPKH else b""
        return replace(own, script_sig=script_sig, witness=(signature(key, script_code), key.public))
    if kind in (Kind.P2WSH_MULTISIG, Kind.P2SH_P2WSH):
        script = lock.inner_script
        signatures = tuple(signature(key, script) for key in lock.keys[: lock.threshold])
        script_sig = b""
        if kind is Kind.P2SH_P2WSH:
            script_sig = push(_witness_program(script))
        return replace(own, script_sig=script_sig, witness=(b"", *signatures, script))
    return replace(own, script_sig=_legacy_script_sig(tx, index, lock, how))


def _witness_program(witness_script: bytes) -> bytes:
    return b"\x00" + push(sha256(witness_script))
