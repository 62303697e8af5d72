"""Output scripts of every kind, with the keys that spend them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coalface.range.hashes import hash160, sha256
from coalface.range.keys import Key

OP_RETURN = b"\x6a"
_OP_DROP = b"\x75"
_OP_CHECKSIG = b"\xac"
_OP_CHECKMULTISIG = b"\xae"


class Kind(StrEnum):
    """How an output is locked: finer than the script type, since wrapped kinds are told apart."""

    P2PK = "p2pk"
    P2PK_UNCOMPRESSED = "p2pk_uncompressed"
    P2PKH = "p2pkh"
    P2PKH_UNCOMPRESSED = "p2pkh_uncompressed"
    P2SH_MULTISIG = "p2sh_multisig"
    P2SH_P2WPKH = "p2sh_p2wpkh"
    P2SH_P2WSH = "p2sh_p2wsh"
    MULTISIG = "multisig"
    P2WPKH = "p2wpkh"
    P2WSH_MULTISIG = "p2wsh_multisig"
    P2TR = "p2tr"
    ANCHOR = "anchor"
    WITNESS_UNKNOWN = "witness_unknown"
    OP_RETURN = "op_return"
    NONSTANDARD = "nonstandard"
    EMPTY = "empty"

    @property
    def script_type(self) -> str:
        """Script type as an observer of the output alone sees it."""
        return _SCRIPT_TYPES.get(self, self.value)


_SCRIPT_TYPES = {
    Kind.P2PK_UNCOMPRESSED: "p2pk",
    Kind.P2PKH_UNCOMPRESSED: "p2pkh",
    Kind.P2SH_MULTISIG: "p2sh",
    Kind.P2SH_P2WPKH: "p2sh",
    Kind.P2SH_P2WSH: "p2sh",
    Kind.P2WSH_MULTISIG: "p2wsh",
}

MULTISIG_KINDS = (Kind.P2SH_MULTISIG, Kind.P2SH_P2WSH, Kind.MULTISIG, Kind.P2WSH_MULTISIG)
"""Kinds that take several keys and a threshold."""


@dataclass(frozen=True)
class Lock:
    """One output script, who holds its keys, and for whom.

    Parameters
    ----------
    kind
        How it is locked.
    script_pubkey
        The output script.
    owner
        Actor that holds the keys.
    keys
        Keys in script order; empty where nobody need sign.
    threshold
        Signatures needed.
    inner_script
        Redeem script of P2SH, witness script of P2WSH, else empty.
    customer
        Whom the owner credits with what arrives here (deposit addresses), else None.
    """

    kind: Kind
    script_pubkey: bytes
    owner: str
    keys: tuple[Key, ...] = ()
    threshold: int = 1
    inner_script: bytes = b""
    customer: str | None = None


def push(data: bytes) -> bytes:
    """The shortest script operation that pushes ``data`` (at most 65,535 bytes, no small numbers)."""
    size = len(data)
    if size < 0x4C:
        return bytes([size]) + data
    if size <= 0xFF:
        return b"\x4c" + bytes([size]) + data
    return b"\x4d" + size.to_bytes(2, "little") + data


def _p2pkh(digest: bytes) -> bytes:
    return b"\x76\xa9" + push(digest) + b"\x88" + _OP_CHECKSIG


def _p2sh(redeem_script: bytes) -> bytes:
    return b"\xa9" + push(hash160(redeem_script)) + b"\x87"


def _multisig(keys: Sequence[Key], threshold: int) -> bytes:
    if not 1 <= threshold <= len(keys) <= 3:
        raise ValueError(f"{threshold} of {len(keys)} keys; 1 <= threshold <= keys <= 3 is allowed")
    pushes = b"".join(push(key.public) for key in keys)
    return bytes([0x50 + threshold]) + pushes + bytes([0x50 + len(keys)]) + _OP_CHECKMULTISIG


_ONE_KEY: dict[Kind, Callable[[Key], bytes]] = {
    Kind.P2PK: lambda key: push(key.public) + _OP_CHECKSIG,
    Kind.P2PK_UNCOMPRESSED: lambda key: push(key.public_uncompressed) + _OP_CHECKSIG,
    Kind.P2PKH: lambda key: _p2pkh(key.public_hash),
    Kind.P2PKH_UNCOMPRESSED: lambda key: _p2pkh(hash160(key.public_uncompressed)),
    Kind.P2WPKH: lambda key: b"\x00" + push(key.public_hash),
    Kind.P2SH_P2WPKH: lambda key: _p2sh(b"\x00" + push(key.public_hash)),
    Kind.P2TR: lambda key: b"\x51" + push(key.taproot.x_only),
    Kind.NONSTANDARD: lambda key: push(b"coalface") + _OP_DROP + push(key.public) + _OP_CHECKSIG,
    Kind.WITNESS_UNKNOWN: lambda key: b"\x52" + push(key.x_only),
    Kind.ANCHOR: lambda _: b"\x51" + push(b"\x4e\x73"),
    Kind.EMPTY: lambda _: b"",
}
_KEYLESS = (Kind.WITNESS_UNKNOWN, Kind.ANCHOR, Kind.EMPTY)


def lock_with(
    kind: Kind, keys: Sequence[Key], owner: str, *, threshold: int = 1, customer: str | None = None
) -> Lock:
    """The lock of that kind on those keys."""
    if kind not in MULTISIG_KINDS:
        script_pubkey = _ONE_KEY[kind](keys[0])
        inner = b"\x00" + push(keys[0].public_hash) if kind is Kind.P2SH_P2WPKH else b""
        held = () if kind in _KEYLESS else (keys[0],)
        return Lock(kind, script_pubkey, owner, held, 1, inner, customer)
    inner = _multisig(keys, threshold)
    if kind is Kind.MULTISIG:
        script_pubkey, inner = inner, b""
    elif kind is Kind.P2SH_MULTISIG:
        script_pubkey = _p2sh(inner)
    elif kind is Kind.P2WSH_MULTISIG:
        script_pubkey = b"\x00" + push(sha256(inner))
    else:
        script_pubkey = _p2sh(b"\x00" + push(sha256(inner)))
    return Lock(kind, script_pubkey, owner, tuple(keys), threshold, inner, customer)


def data_lock(payload: bytes, owner: str) -> Lock:
    """An OP_RETURN output that carries ``payload``; nobody can spend it."""
    return Lock(Kind.OP_RETURN, OP_RETURN + push(payload), owner)
