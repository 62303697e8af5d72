"""Coins, planned outputs, and how a transaction looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.economy.words import OutputPurpose
from coalface.range.protocols import size
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint

FRAME_VBYTES = 11
"""A transaction without inputs and outputs, rounded up."""


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
    return size.input_vbytes(_sized(kind))


def output_vbytes(lock: Lock) -> int:
    """Virtual bytes of an output: value, size of the script, script."""
    return 9 + len(lock.script_pubkey)


def tx_vbytes(coins: Sequence[Coin], locks: Sequence[Lock]) -> int:
    """Virtual bytes of a transaction, near enough for a fee."""
    return size.tx_vbytes([_sized(coin.lock.kind) for coin in coins], [output_vbytes(lock) for lock in locks])


def _sized(kind: Kind) -> Kind:
    """The kind itself; a script of no standard kind, which holds one key here, is as large as P2PK."""
    return Kind.P2PK if kind is Kind.NONSTANDARD else kind
