"""Change policy: to which address, of which kind, and from what value on change is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coalface.range.script import Kind


class ChangeAddress(StrEnum):
    """Where change goes."""

    FRESH = "fresh"
    """A new address each time (BIP-0044's internal chain)."""
    INPUT = "input"
    """Back to the address of the first coin spent."""
    FIXED = "fixed"
    """Always the same address."""


class ChangeKind(StrEnum):
    """How change is locked."""

    OWN = "own"
    """As the wallet's receiving addresses."""
    INPUT = "input"
    """As the first coin spent."""
    PAYEE = "payee"
    """As the first payment, if the wallet can make such an address."""


@dataclass(frozen=True)
class Change:
    """A wallet's change policy.

    Parameters
    ----------
    address
        Where change goes.
    kind
        How it is locked, if the address is fresh.
    minimum_sat
        Less is left to the miner.
    reuse_percent
        How often a user returns change to the address spent, whatever the policy says.
    """

    address: ChangeAddress = ChangeAddress.FRESH
    kind: ChangeKind = ChangeKind.OWN
    minimum_sat: int = 546
    reuse_percent: int = 0


PAYEE_KINDS = (Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2TR)
"""Kinds of which a wallet with one key can make an address itself."""
