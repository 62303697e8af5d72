"""Coins, planned outputs, and how a transaction looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.economy.words import OutputPurpose
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint

_INPUT_VBYTES = {
    Kind.P2PK: 114,
    Kind.P2PK_UNCOMPRESSED: 114,
    Kind.P2PKH: 148,
    Kind.P2PKH_UNCOMPRESSED: 180,
    Kind.P2SH_MULTISIG: 297,
    Kind.P2SH_P2WPKH: 91,
    Kind.P2SH_P2WSH: 140,
    Kind.MULTISIG: 114,
    Kind.P2WPKH: 68,
    Kind.P2WSH_MULTISIG: 105,
    Kind.P2TR: 58,
    Kind.NONSTANDARD: 114,
}
_OTHER_INPUT_VBYTES = 42
_FRAME_VBYTES = 11


@dataclass(frozen=True, slots=True)
class Coin:
    """One unspent output in somebody's wallet."""

    outpoint: Outpoint
    value_sat: int
    lock: Lock
    wallet: str
    height: int
    is_change: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """One output to make.

    Parameters
    ----------
    lock
        How it is locked, and who holds the keys.
    value_sat
        Its value.
    purpose
        Why it is made.
    beneficiary
        Who has the use of it; None means whoever holds the keys, or is credited by them.
    is_change
        Comes back to a payer.
    restores
        Playbook whose coin, held by a custodial mixer, this output gives back; else None.
    is_mix
        One of the equal outputs of a CoinJoin.
    """

    lock: Lock
    value_sat: int
    purpose: OutputPurpose
    beneficiary: str | None = None
    is_change: bool = False
    restores: str | None = None
    is_mix: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The fields of a transaction that a wallet's user never sees."""

    version: int = 2
    locktime: int = 0
    sequence: int = 0xFFFFFFFD
    has_low_r: bool = False


def input_vbytes(kind: Kind) -> int:
    """Virtual bytes that spending an output of this kind takes (BIP-0141), signature of 72 bytes."""
    return _INPUT_VBYTES.get(kind, _OTHER_INPUT_VBYTES)


def output_vbytes(lock: Lock) -> int:
    """Virtual bytes of an output: value, size of the script, script."""
    return 9 + len(lock.script_pubkey)


def tx_vbytes(coins: Sequence[Coin], locks: Sequence[Lock]) -> int:
    """Virtual bytes of a transaction, near enough for a fee."""
    inputs = sum(input_vbytes(coin.lock.kind) for coin in coins)
    return _FRAME_VBYTES + inputs + sum(output_vbytes(lock) for lock in locks)
