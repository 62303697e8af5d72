"""Blocks that lose the race: another block of a height that the chain already has."""

from __future__ import annotations

from collections.abc import Sequence

from coalface.range.block import coinbase_tx, mine_block, read_block, subsidy_sat
from coalface.range.tx import TxOutput

_TAG = b"/too late/"


def rival_block(blocks: Sequence[bytes], height: int, *, n_txs: int) -> bytes:
    """A block beside the one of that height, one second later, as bytes; no block of the chain follows it.

    Parameters
    ----------
    blocks
        Raw blocks of the chain, the genesis block first.
    height
        Height of both; at least 1.
    n_txs
        How many of the winner's transactions it holds as well, in their order. Its miner is paid where the
        winner is, but for the subsidy alone.
    """
    header, (coinbase, *others) = read_block(blocks[height])
    taken = others[:n_txs]
    reward = TxOutput(subsidy_sat(height), coinbase.outputs[0].script_pubkey)
    own = coinbase_tx(height, [reward], tag=_TAG, others=taken, commit=True)
    return mine_block(header.prev_hash, header.time_unix + 1, [own, *taken])
