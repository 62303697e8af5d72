"""What the store holds now, as far as a follower needs it: its blocks from the tip down."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from coalface.chain import Chain, open_chain
from coalface.errors import StoreNotFound, UnsupportedStore
from coalface.follow.header import work_of

__all__ = ["Held", "HeldBlock"]

_HASH_BYTES = 32
_FIRST_LOOK = 2048
_NONE_U32 = 2**32 - 1
_OF_COPY = frozenset({"merkle_root", "mutated_merkle", "witness_commitment", "unreadable"})
"""Faults of one copy of a block: another copy may be sound."""


@dataclass(frozen=True)
class HeldBlock:
    """A block of the store, as the event log speaks of it."""

    height: int
    hash: str
    prev_hash: str
    n_txs: int
    first_txid: str
    last_txid: str


class Held:
    """One state of a store; `chain` is `None` if there is no store, or it holds no block."""

    def __init__(self, chain: Chain | None, network: str | None) -> None:
        self._chain = chain
        self.network = network
        self.n_blocks: int = 0 if chain is None else chain.bound.blocks
        self._rows: dict[bytes, int] = {}
        self._first_known = self.n_blocks

    @classmethod
    def open(cls, store: Path) -> "Held":
        """What the store in a folder holds.

        Raises
        ------
        UnsupportedStore
            If the last segment of a partial chain has no known height, so that nothing can be compared.
        """
        try:
            chain = open_chain(store)
        except StoreNotFound:
            return cls(None, None)
        if chain.bound.blocks == 0:
            return cls(None, chain.network)
        if chain.as_of.height is None or chain.coverage.segments[-1].last_height != chain.as_of.height:
            raise UnsupportedStore(
                f"`{store}` is a partial chain whose last blocks have no known height: it cannot be followed",
                code="store_unsupported_partial",
                hint="give their height to `coalface index` by `--height`",
                context={"path": str(store)},
            )
        return cls(chain, chain.network)

    @property
    def tip_hash(self) -> bytes | None:
        """Hash of the last block, in internal order."""
        return None if self._chain is None else self._hashes(self.n_blocks - 1, self.n_blocks)[0]

    @property
    def tip_height(self) -> int:
        """Height of the last block; -1 without any, so that the next one is always one above."""
        return -1 if self._chain is None else self.height_of(self.n_blocks - 1)

    @property
    def first_height(self) -> int:
        """Height of the first block of the last segment; 0 without any."""
        if self._chain is None:
            return 0
        first = self._chain.coverage.segments[-1].first_height
        return first if first is not None else 0

    @cached_property
    def refused(self) -> dict[bytes, str]:
        """Blocks that broke a rule, whatever copy of them is read, with the reason."""
        if self._chain is None:
            return {}
        return {
            bytes.fromhex(block["hash"])[::-1]: block["reason"]
            for block in self._chain.facts["chain"]["refused"]
            if block["code"] not in _OF_COPY
        }

    def row_of(self, block_hash: bytes, depth: int = _FIRST_LOOK) -> int | None:
        """Row of a block among the last `depth` ones; `None` if it is not there."""
        first = max(0, self.n_blocks - depth)
        if self._first_known > first:
            for row, each in enumerate(self._hashes(first, self._first_known), first):
                self._rows[each] = row
            self._first_known = first
        return self._rows.get(block_hash)

    def row_at(self, height: int, block_hash: str) -> int | None:
        """Row of a block whose height is known; `None` if it is not in the last segment of the chain."""
        row = self.n_blocks - 1 - (self.tip_height - height)
        if not 0 <= row < self.n_blocks or self.height_of(row) != height:
            return None
        return row if self.hash_at(row)[::-1].hex() == block_hash else None

    def height_of(self, row: int) -> int:
        """Height of the block in a row."""
        height = int(self._column("block.height")[row])
        return -1 if height == _NONE_U32 else height

    def hash_at(self, row: int) -> bytes:
        """Hash of the block in a row, in internal order."""
        return self._hashes(row, row + 1)[0]

    def work_above(self, row: int) -> int:
        """Work of all blocks above a row (-1: of all blocks)."""
        if self._chain is None:
            return 0
        bits, counts = np.unique(self._column("block.bits")[row + 1 : self.n_blocks], return_counts=True)
        return sum(work_of(int(each)) * int(count) for each, count in zip(bits, counts, strict=True))

    def block(self, row: int) -> HeldBlock:
        """The block in a row."""
        assert self._chain is not None  # noqa: S101 - there is no row otherwise
        core = self._chain.core
        first = self._column("block.first_tx")
        start = int(first[row])
        end = int(first[row + 1]) if row + 1 < self.n_blocks else self._chain.bound.txs
        txids, _, _ = core.txs(np.array([start, end - 1], dtype=np.uint32))
        prev = core.block(row)["prev_hash"]
        return HeldBlock(
            self.height_of(row), self.hash_at(row)[::-1].hex(), prev, end - start, txids[0], txids[1]
        )

    def blocks_above(self, row: int) -> Iterator[HeldBlock]:
        """All blocks above a row, upwards."""
        for each in range(row + 1, self.n_blocks):
            yield self.block(each)

    def _column(self, name: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint32]]":
        assert self._chain is not None  # noqa: S101 - there is no row otherwise
        return self._chain.column(name)

    def _hashes(self, first: int, end: int) -> list[bytes]:
        assert self._chain is not None  # noqa: S101 - there is no row otherwise
        raw = self._chain.core.block_hashes(first, end)
        return [raw[at : at + _HASH_BYTES] for at in range(0, len(raw), _HASH_BYTES)]
