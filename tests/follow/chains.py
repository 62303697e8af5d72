"""Chains of the tests: with payments from the economy, and branches of empty blocks of any length."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from coalface.range.block import block_hash, coinbase_tx, mine_block, read_block, subsidy_sat
from coalface.range.tx import Tx, TxOutput
from oracle.economy import build_economy

SCRIPT = bytes.fromhex("0014") + bytes(range(20))


@cache
def economy(seed: int = 5, n_blocks: int = 20) -> list[bytes]:
    """A chain with payments of all kinds, genesis first."""
    return list(build_economy(seed, n_blocks=n_blocks).blocks)


def extend(chain: Sequence[bytes], n_blocks: int, tag: bytes = b"x", txs: Sequence[Tx] = ()) -> list[bytes]:
    """So many more blocks on top of a chain (not the chain itself); `txs` in the first of them."""
    tip, height = chain[-1], len(chain) - 1
    time_unix = read_block(tip)[0].time_unix
    made = []
    for number in range(n_blocks):
        height += 1
        time_unix += 60
        others = list(txs) if number == 0 else []
        payout = TxOutput(subsidy_sat(height), SCRIPT)
        coinbase = coinbase_tx(height, [payout], tag=tag, others=others, commit=True)
        tip = mine_block(block_hash(tip), time_unix, [coinbase, *others])
        made.append(tip)
    return made
