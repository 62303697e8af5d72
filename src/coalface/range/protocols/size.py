"""Sizes of transactions before they exist, and the smallest outputs that nodes relay.

Sizes follow from the serialisation (BIP-0141, BIP-0144) with signatures of 72 bytes where ECDSA, 64 where
Schnorr (BIP-0340); weight = 4 x stripped bytes + witness bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from coalface.range.script import Kind

_INPUT_WEIGHT_WU = {
    Kind.P2PK: 4 * (41 + 73),
    Kind.P2PK_UNCOMPRESSED: 4 * (41 + 73),
    Kind.P2PKH: 4 * (41 + 107),
    Kind.P2PKH_UNCOMPRESSED: 4 * (41 + 139),
    Kind.P2SH_P2WPKH: 4 * (41 + 23) + 108,
    Kind.P2SH_P2WSH: 4 * (41 + 35) + 254,
    Kind.P2SH_MULTISIG: 4 * (43 + 254),
    Kind.P2WPKH: 4 * 41 + 108,
    Kind.P2WSH_MULTISIG: 4 * 41 + 254,
    Kind.P2TR: 4 * 41 + 66,
}
_OUTPUT_BYTES = {
    Kind.P2PK: 44,
    Kind.P2PK_UNCOMPRESSED: 76,
    Kind.P2PKH: 34,
    Kind.P2PKH_UNCOMPRESSED: 34,
    Kind.P2SH_MULTISIG: 32,
    Kind.P2SH_P2WPKH: 32,
    Kind.P2SH_P2WSH: 32,
    Kind.P2WPKH: 31,
    Kind.P2WSH_MULTISIG: 43,
    Kind.P2TR: 43,
}
_LEGACY_KINDS = (Kind.P2PK, Kind.P2PK_UNCOMPRESSED, Kind.P2PKH, Kind.P2PKH_UNCOMPRESSED, Kind.P2SH_MULTISIG)
_FEW = 253
"""Counts from here on take three bytes instead of one."""


def input_vbytes(kind: Kind) -> int:
    """Virtual bytes that spending one output of this kind takes, rounded up."""
    return -(-_INPUT_WEIGHT_WU[kind] // 4)


def output_vbytes(kind: Kind, payload: bytes = b"") -> int:
    """Virtual bytes of one output of this kind."""
    if kind is Kind.OP_RETURN:
        push_bytes = 1 if len(payload) <= 75 else 2
        return 8 + 1 + 1 + push_bytes + len(payload)
    return _OUTPUT_BYTES[kind]


def tx_vbytes(inputs: Iterable[Kind], outputs: Iterable[int]) -> int:
    """Virtual bytes of a transaction, rounded up.

    Parameters
    ----------
    inputs
        Kinds of the coins spent.
    outputs
        Virtual bytes of each output.
    """
    kinds, sizes = list(inputs), list(outputs)
    weight_wu = 4 * (4 + 4 + _count_bytes(len(kinds)) + _count_bytes(len(sizes)) + sum(sizes))
    weight_wu += sum(_INPUT_WEIGHT_WU[kind] for kind in kinds)
    legacy = sum(kind in _LEGACY_KINDS for kind in kinds)
    if legacy < len(kinds):
        weight_wu += 2 + legacy  # marker, flag, and an empty witness for each input without one
    return -(-weight_wu // 4)


def tx_fee_sat(rate_sat_vb: int, inputs: Iterable[Kind], outputs: Iterable[int]) -> int:
    """Fee of a transaction at ``rate_sat_vb`` satoshis a virtual byte."""
    return rate_sat_vb * tx_vbytes(inputs, outputs)


def dust_sat(kind: Kind) -> int:
    """Smallest value that nodes relay in such an output: GetDustThreshold of Bitcoin Core at 3 sat/vB."""
    if kind is Kind.OP_RETURN:
        return 0
    is_witness = kind in {Kind.P2WPKH, Kind.P2WSH_MULTISIG, Kind.P2TR}
    return 3 * (_OUTPUT_BYTES[kind] + (67 if is_witness else 148))


def _count_bytes(count: int) -> int:
    return 1 if count < _FEW else 3
