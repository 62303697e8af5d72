"""One block."""

from dataclasses import dataclass

import numpy as np

from coalface import _core
from coalface.chain.coverage import Coverage
from coalface.chain.provenance import Provenance

__all__ = ["Block", "block_from"]


@dataclass(frozen=True)
class Block:
    """One block, without its transactions."""

    hash: str
    prev_hash: str
    merkle_root: str
    height: int | None
    time_unix: int
    """Header time."""
    version: int
    bits: int
    nonce: int
    size_bytes: int
    weight_wu: int
    n_txs: int
    fees_sat: int | None
    """Sum of the fees of its transactions; `None` where one is unknown."""
    coinbase_out_sat: int
    """What its coinbase pays out."""
    coinbase_txid: str
    coinbase_script: str
    """The coinbase's script, hex: what the miner wrote."""
    coverage: Coverage
    provenance: Provenance


def block_from(chain: _core.Chain, row: int, coverage: Coverage, provenance: Provenance) -> Block:
    """The block in row `row` as an object."""
    record = chain.block(row)
    txids, _, _ = chain.txs(np.array([record["first_tx"]], np.uint32))
    unknown = [name for name in ("height", "fees_sat") if record[name] is None]
    return Block(
        hash=record["hash"],
        prev_hash=record["prev_hash"],
        merkle_root=record["merkle_root"],
        height=record["height"],
        time_unix=record["time_unix"],
        version=record["version"],
        bits=record["bits"],
        nonce=record["nonce"],
        size_bytes=record["size_bytes"],
        weight_wu=record["weight_wu"],
        n_txs=record["n_txs"],
        fees_sat=record["fees_sat"],
        coinbase_out_sat=record["coinbase_out_sat"],
        coinbase_txid=txids[0],
        coinbase_script=record["coinbase_script"],
        coverage=coverage.with_unknown(unknown),
        provenance=provenance,
    )
