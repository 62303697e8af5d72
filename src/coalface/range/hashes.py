"""The hash functions of Bitcoin's consensus rules."""

from __future__ import annotations

import hashlib
from functools import lru_cache


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def sha256d(data: bytes) -> bytes:
    """SHA-256 of SHA-256, 32 bytes in internal order."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256, 20 bytes."""
    return hashlib.new("ripemd160", hashlib.sha256(data).digest()).digest()


@lru_cache(maxsize=32)
def _tag_prefix(tag: str) -> bytes:
    return sha256(tag.encode()) * 2


def tagged_hash(tag: str, data: bytes) -> bytes:
    """Tagged hash of BIP-0340, 32 bytes."""
    return sha256(_tag_prefix(tag) + data)
