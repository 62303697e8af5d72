"""The block files that every program reads, and what they hold."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain, open_chain

MAINNET_MAGIC = bytes.fromhex("f9beb4d9")
WINDOW = 100_000
HIGH_BIT = np.uint64(1 << 63)


@dataclass(frozen=True)
class Totals:
    """What the store says that the files hold, with and without the last block."""

    whole: Mapping[str, int]
    but_last: Mapping[str, int]
    tip_hash: str


def as_mainnet(source: Path, target: Path) -> None:
    """Copy block files without their key and with mainnet's magic before every block.

    Some programs know nothing else. The blocks themselves are copied as they are; an unfinished last
    record is left out.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    key_file = source / "xor.dat"
    key = np.frombuffer(key_file.read_bytes() if key_file.exists() else bytes(8), np.uint8)
    for path in sorted(source.glob("blk*.dat")):
        data = np.fromfile(path, np.uint8)
        data ^= np.resize(key, data.size)
        magic, at = data[:4].tobytes(), 0
        while at + 8 <= data.size and data[at : at + 4].tobytes() == magic:
            size = int(data[at + 4 : at + 8].view("<u4")[0])
            if at + 8 + size > data.size:
                data = data[:at]
                break
            data[at : at + 4] = np.frombuffer(MAINNET_MAGIC, np.uint8)
            at += 8 + size
        data.tofile(target / path.name)


def totals(store: Path) -> Totals:
    """Totals from the columns of a store whose blocks are one chain."""
    chain = open_chain(store)
    counts = chain.facts["counts"]
    n_txs, n_blocks = counts["txs"], counts["blocks"]
    last = int(column(chain, "block.first_tx")[n_blocks - 1])
    return Totals(
        whole=_totals(chain, n_blocks, n_txs),
        but_last=_totals(chain, n_blocks - 1, last),
        tip_hash=chain.as_of.hash,
    )


def _totals(chain: Chain, n_blocks: int, n_txs: int) -> dict[str, int]:
    """Totals of the first blocks and transactions."""
    counts = chain.facts["counts"]
    whole = n_txs == counts["txs"]
    n_inputs = counts["inputs"] if whole else int(column(chain, "tx.first_input")[n_txs])
    n_outputs = counts["outputs"] if whole else int(column(chain, "tx.first_output")[n_txs])
    values = column(chain, "output.value_sat")
    spent = column(chain, "input.spent_output")[:n_inputs]
    return {
        "blocks": n_blocks,
        "txs": n_txs,
        "inputs": n_inputs,
        "outputs": n_outputs,
        "output_sat": int(values[:n_outputs].sum()),
        "spent_sat": int(values[spent[spent < HIGH_BIT]].sum()),
        "txid_sum": _txid_sum(chain, n_txs),
    }


def _txid_sum(chain: Chain, n_txs: int) -> int:
    """First eight bytes of every txid, added up modulo 2^64. A txid is shown with its last byte first."""
    found = 0
    for start in range(0, n_txs, WINDOW):
        txids, _, _ = chain.core.txs(np.arange(start, min(start + WINDOW, n_txs), dtype=np.uint32))
        found += sum(int(txid[-16:], 16) for txid in txids)
    return found % 2**64


def input_addresses(store: Path) -> tuple[NDArray[np.uint64], NDArray[np.uint32], int]:
    """Offsets and input addresses of all transactions with two or more, and the number of addresses."""
    chain = open_chain(store)
    n_txs, n_inputs = chain.facts["counts"]["txs"], chain.facts["counts"]["inputs"]
    first = np.append(column(chain, "tx.first_input")[:n_txs], np.uint64(n_inputs)).astype(np.int64)
    addresses = column(chain, "input.address_id")[:n_inputs]
    known = addresses != np.uint32(0xFFFFFFFF)
    before = np.concatenate(([0], np.cumsum(known)))
    lengths = before[first[1:]] - before[first[:-1]]
    kept = known & np.repeat(lengths >= 2, np.diff(first))
    offsets = np.concatenate(([0], np.cumsum(lengths[lengths >= 2]))).astype(np.uint64)
    return offsets, addresses[kept], chain.facts["counts"]["addresses"]


def column(chain: Chain, name: str) -> NDArray[np.generic]:
    """A column of the store."""
    return chain.core.column(name)
