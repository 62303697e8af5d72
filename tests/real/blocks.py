"""Where the real blocks are, and what a slow reader finds in them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from coalface.range.block import Header, block_hash, read_block
from coalface.range.tx import Tx

DATA = Path(__file__).parents[3] / "shared" / "data"
BLOCKS = DATA / "blocks"
FIRST_BLOCKS = BLOCKS / "mainnet-0-4521.blk00000.dat"


@dataclass(frozen=True)
class RealBlock:
    """One block and what the data's own index says about it."""

    path: Path
    height: int
    hash: str
    date: str
    n_txs: int
    n_inputs: int
    n_outputs: int
    size_bytes: int

    @cached_property
    def raw(self) -> bytes:
        """The serialized block."""
        return self.path.read_bytes()

    @cached_property
    def parsed(self) -> tuple[Header, list[Tx]]:
        """Header and transactions, by the slow reader."""
        return read_block(self.raw)

    @property
    def header_hash(self) -> str:
        """Hash of its first 80 bytes."""
        return block_hash(self.raw)[::-1].hex()

    @property
    def height_in_coinbase(self) -> int | None:
        """BIP-0034, for blocks of version 2 and later."""
        header, txs = self.parsed
        script = txs[0].inputs[0].script_sig
        if header.version < 2 or not 1 <= script[0] <= 4:
            return None
        return int.from_bytes(script[1 : 1 + script[0]], "little")


@cache
def real_blocks() -> dict[str, RealBlock]:
    """All blocks of the index, by height as text."""
    if not BLOCKS.is_dir():
        return {}
    with (BLOCKS / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        row["height"]: RealBlock(
            BLOCKS / f"{row['height']}.blk",
            int(row["height"]),
            row["hash"],
            row["date"],
            int(row["tx"]),
            int(row["inputs"]),
            int(row["outputs"]),
            int(row["bytes"]),
        )
        for row in rows
    }
