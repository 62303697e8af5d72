"""Bulk chains: any number of transactions, written natively and fast, with the owner of every address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coalface import _core
from coalface.errors import UsageError

__all__ = ["BulkChain", "write_bulk_chain"]

_MAX_THREADS = 1024


@dataclass(frozen=True)
class BulkChain:
    """What a bulk chain came out as."""

    n_blocks: int
    """Blocks, genesis included."""
    n_txs: int
    n_inputs: int
    n_outputs: int
    n_addresses: int
    """Distinct output scripts other than OP_RETURN."""
    n_bytes: int
    """Of the block files, without any preallocated tail."""
    tip_hash: str
    tip_height: int


def write_bulk_chain(
    folder: str | Path,
    n_txs: int,
    *,
    seed: int = 1,
    threads: int = 2,
) -> BulkChain:
    """What was written: a regtest chain in ``folder``/blocks.

    Parameters
    ----------
    folder
        Made if it is missing; one that holds block files is refused.
    n_txs
        Transactions of the chain, genesis and coinbases included.
    seed
        Everything random follows from it: the same seed and options give the same bytes.
    threads
        Threads to use; the bytes do not depend on them.

    Raises
    ------
    UsageError
        If an option is out of range or the folder is in use.
    """
    if not 0 <= seed < 2**64:
        raise UsageError(f"`seed` is {seed}, allowed are 0 to {2**64 - 1}", code="usage_option_out_of_range")
    made = _core.write_bulk(
        Path(folder) / "blocks", n_txs=max(n_txs, 0), seed=seed, threads=max(1, min(threads, _MAX_THREADS))
    )
    return BulkChain(**made)
