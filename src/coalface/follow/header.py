"""Block headers: the 80 bytes from which a block has its name, its parent and its work."""

import hashlib
from dataclasses import dataclass

__all__ = ["HEADER_BYTES", "Header", "display", "internal", "work_of"]

HEADER_BYTES = 80


@dataclass(frozen=True)
class Header:
    """What a header says; hashes are in internal order, 32 bytes."""

    hash: bytes
    prev_hash: bytes
    bits: int

    @classmethod
    def parse(cls, raw: bytes) -> "Header":
        """The header that a serialized block or header begins with.

        Raises
        ------
        ValueError
            If there are fewer than 80 bytes.
        """
        if len(raw) < HEADER_BYTES:
            raise ValueError(f"{len(raw)} bytes are no block header, {HEADER_BYTES} are needed")
        first = hashlib.sha256(raw[:HEADER_BYTES]).digest()
        return cls(hashlib.sha256(first).digest(), raw[4:36], int.from_bytes(raw[72:76], "little"))

    @property
    def work(self) -> int:
        """Hashes that a block of this target takes on average."""
        return work_of(self.bits)

    @property
    def has_work(self) -> bool:
        """Whether the hash meets the target that the header names."""
        target = _target(self.bits)
        return target is not None and int.from_bytes(self.hash, "little") <= target


def work_of(bits: int) -> int:
    """Hashes that a block of a compact target takes on average; 0 where the target is none.

    Bitcoin Core ``GetBlockProof``.

    Examples
    --------
    >>> work_of(0x207FFFFF), work_of(0x1D00FFFF)
    (2, 4295032833)
    """
    target = _target(bits)
    return 0 if target is None else (1 << 256) // (target + 1)


def _target(bits: int) -> int | None:
    """The target that a compact form stands for; `None` if it stands for none (Core ``SetCompact``)."""
    size, word = bits >> 24, bits & 0x7FFFFF
    if bits & 0x800000 or not word:
        return None
    target = word >> 8 * (3 - size) if size <= 3 else word << 8 * (size - 3)
    return target if 0 < target < 1 << 256 else None


def display(block_hash: bytes) -> str:
    """64 hex digits of a hash in internal order, as people see it."""
    return block_hash[::-1].hex()


def internal(text: str) -> bytes:
    """32 bytes of a displayed hash."""
    return bytes.fromhex(text)[::-1]
