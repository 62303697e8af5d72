"""Bulk chains: any number of transactions, written natively and fast, with the owner of every address."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from coalface import _core
from coalface.errors import UsageError

__all__ = ["HISTORY", "BulkChain", "BulkEra", "bulk_eras", "write_bulk_chain"]

HISTORY = "history"
"""Instead of an era: all of them one after the other, each for an equal part of the transactions."""

_MAX_THREADS = 1024


@dataclass(frozen=True)
class BulkEra:
    """A time whose transactions a bulk chain can resemble."""

    name: str
    """A year."""
    measured_on: tuple[int, ...]
    """Heights of the public mainnet blocks that its figures were counted in; none if they were not."""


@dataclass(frozen=True)
class BulkChain:
    """What a bulk chain came out as."""

    seed: int
    era: str
    n_blocks: int
    """Blocks of the best chain, genesis included."""
    n_txs: int
    n_inputs: int
    n_outputs: int
    n_addresses: int
    """Distinct output scripts other than OP_RETURN."""
    n_owners: int
    """Owners in the truth, number 0, nobody, included."""
    n_bytes: int
    """Of the block files, without any preallocated tail."""
    n_stale_branches: int
    n_stale_blocks: int
    n_duplicate_coinbases: int
    n_megabyte_txs: int
    n_wide_txs: int
    n_flood_outputs: int
    tip_hash: str
    tip_height: int


def bulk_eras() -> tuple[BulkEra, ...]:
    """Every era, in order of time; the last one is taken unless another is asked for."""
    return tuple(BulkEra(name, tuple(heights)) for name, heights in _core.bulk_eras())


def write_bulk_chain(
    folder: str | Path,
    n_txs: int,
    *,
    seed: int = 1,
    era: str | None = None,
    stale_branches: int = 0,
    duplicate_coinbases: int = 0,
    megabyte_txs: int = 0,
    wide_txs: int = 0,
    flood_outputs: int = 0,
    threads: int = 2,
    progress: Callable[[int], object] | None = None,
) -> BulkChain:
    """What was written: a regtest chain in ``folder``/blocks, and its truth in ``folder``/truth.

    Parameters
    ----------
    folder
        Made if it is missing; one that holds block files is refused.
    n_txs
        Transactions of the chain, genesis and coinbases included.
    seed
        Everything random follows from it: the same seed and options give the same bytes.
    era
        Name of one of `bulk_eras`, or `HISTORY`; the last one if `None`.
    stale_branches
        How many branches fork off and lose; every fourth has two blocks, the others one.
    duplicate_coinbases
        How many coinbases come twice with one txid, as before BIP-0034.
    megabyte_txs
        Transactions of nearly 1,000,000 bytes: 6,700 inputs into one output.
    wide_txs
        Transactions of 20,000 outputs.
    flood_outputs
        Outputs to one single address.
    threads
        Threads to use; the bytes do not depend on them.
    progress
        Called with the number of transactions made, after every block.

    Returns
    -------
    BulkChain
        Of the last five options, what found its place: a chain may be too short for all.

    Raises
    ------
    UsageError
        If an option is out of range or the folder is in use.
    """
    options = {
        "n_txs": n_txs,
        "seed": seed,
        "stale_branches": stale_branches,
        "duplicate_coinbases": duplicate_coinbases,
        "megabyte_txs": megabyte_txs,
        "wide_txs": wide_txs,
        "flood_outputs": flood_outputs,
    }
    for name, value in options.items():
        if not 0 <= value < 2**64:
            raise UsageError(
                f"`{name}` is {value}, allowed are 0 to {2**64 - 1}", code="usage_option_out_of_range"
            )
    era = era or bulk_eras()[-1].name
    made = _core.write_bulk(
        Path(folder) / "blocks",
        truth=Path(folder) / "truth",
        n_txs=n_txs,
        seed=seed,
        era=era,
        stale_branches=stale_branches,
        duplicate_coinbases=duplicate_coinbases,
        megabyte_txs=megabyte_txs,
        wide_txs=wide_txs,
        flood_outputs=flood_outputs,
        threads=max(1, min(threads, _MAX_THREADS)),
        progress=progress,
    )
    chain = BulkChain(seed=seed, era=era, **made)
    about = json.dumps({"kind": "bulk", "version": 1, **asdict(chain)}, indent=2, sort_keys=True)
    (Path(folder) / "truth" / "truth.json").write_text(about + "\n", "utf-8")
    return chain
