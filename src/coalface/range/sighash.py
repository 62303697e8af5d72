"""What a signature signs: the legacy, BIP-0143 and BIP-0341 digests."""

from __future__ import annotations

from collections.abc import Sequence

from coalface.range.hashes import sha256, sha256d, tagged_hash
from coalface.range.tx import Tx, TxOutput, compact_size, with_size

DEFAULT = 0x00
ALL = 0x01
NONE = 0x02
SINGLE = 0x03
ANYONECANPAY = 0x80

_ZERO = bytes(32)


def _base(hash_type: int) -> int:
    return hash_type & 0x1F


def legacy_digest(tx: Tx, index: int, script_code: bytes, hash_type: int = ALL) -> bytes:
    """Digest of an input before segregated witness, 32 bytes.

    Raises
    ------
    ValueError
        For SINGLE without an output of the same number: there the rule signs the constant 1, which is
        never wanted.
    """
    base = _base(hash_type)
    outputs: Sequence[bytes] = [each.serialize() for each in tx.outputs]
    if base == NONE:
        outputs = []
    elif base == SINGLE:
        if index >= len(tx.outputs):
            raise ValueError(f"SINGLE needs output {index}, the transaction has {len(tx.outputs)}")
        outputs = [b"\xff" * 8 + b"\x00"] * index + [outputs[index]]
    parts = []
    for number, each in enumerate(tx.inputs):
        own = number == index
        if hash_type & ANYONECANPAY and not own:
            continue
        sequence = each.sequence if own or base == ALL else 0
        script = with_size(script_code if own else b"")
        parts.append(each.outpoint.serialize() + script + sequence.to_bytes(4, "little"))
    return sha256d(
        tx.version.to_bytes(4, "little")
        + compact_size(len(parts))
        + b"".join(parts)
        + compact_size(len(outputs))
        + b"".join(outputs)
        + tx.locktime.to_bytes(4, "little")
        + hash_type.to_bytes(4, "little")
    )


def bip143_digest(tx: Tx, index: int, script_code: bytes, value_sat: int, hash_type: int = ALL) -> bytes:
    """Digest of a version 0 witness input, 32 bytes (BIP-0143)."""
    base, alone = _base(hash_type), bool(hash_type & ANYONECANPAY)
    hash_outputs = _ZERO
    if base not in (NONE, SINGLE):
        hash_outputs = sha256d(tx.outputs_bytes)
    elif base == SINGLE and index < len(tx.outputs):
        hash_outputs = sha256d(tx.outputs[index].serialize())
    own = tx.inputs[index]
    return sha256d(
        tx.version.to_bytes(4, "little")
        + (_ZERO if alone else sha256d(tx.prevouts_bytes))
        + (_ZERO if alone or base in (NONE, SINGLE) else sha256d(tx.sequences_bytes))
        + own.outpoint.serialize()
        + with_size(script_code)
        + value_sat.to_bytes(8, "little")
        + own.sequence.to_bytes(4, "little")
        + hash_outputs
        + tx.locktime.to_bytes(4, "little")
        + hash_type.to_bytes(4, "little")
    )


def bip341_digest(tx: Tx, index: int, spent: Sequence[TxOutput], hash_type: int = DEFAULT) -> bytes:
    """Digest of a taproot key-path input without annex, 32 bytes (BIP-0341).

    Parameters
    ----------
    tx
        The transaction to sign.
    index
        Number of the input.
    spent
        The outputs spent by all inputs, in order of the inputs.
    hash_type
        DEFAULT, or one of ALL, NONE, SINGLE with or without ANYONECANPAY.
    """
    base, alone = hash_type & 3, bool(hash_type & ANYONECANPAY)
    if base == SINGLE and index >= len(tx.outputs):
        raise ValueError(f"SINGLE needs output {index}, the transaction has {len(tx.outputs)}")
    message = bytes([0, hash_type]) + tx.version.to_bytes(4, "little") + tx.locktime.to_bytes(4, "little")
    if not alone:
        message += sha256(tx.prevouts_bytes)
        message += sha256(b"".join(each.value_sat.to_bytes(8, "little") for each in spent))
        message += sha256(b"".join(with_size(each.script_pubkey) for each in spent))
        message += sha256(tx.sequences_bytes)
    if base not in (NONE, SINGLE):
        message += sha256(tx.outputs_bytes)
    message += b"\x00"  # spend type: key path, no annex
    if alone:
        own = tx.inputs[index]
        message += own.outpoint.serialize() + spent[index].serialize() + own.sequence.to_bytes(4, "little")
    else:
        message += index.to_bytes(4, "little")
    if base == SINGLE:
        message += sha256(tx.outputs[index].serialize())
    return tagged_hash("TapSighash", message)
